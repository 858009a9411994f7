/**
 * Writes a batch, or a run of one: sorted entries in, the bytes of the file out.
 *
 * @module
 */

import {
  BATCH_VERSION,
  type BatchHeader,
  type BatchTrailer,
  BLOCK_ENTRIES,
  BLOCK_HEAD_BYTES,
  encodeHeader,
  encodeTrailer,
  FLAG_CONTINUES,
  FLAG_WIDE_COUNTS,
  FLAG_WIDE_KEYS,
  FLAG_WIDE_SONGS,
  FRAME_BYTES,
  HEADER_BYTES,
  INDEX_HEAD_BYTES,
  MAX_BLOCK_BYTES,
  PAGE_BLOCKS,
  RECORD_BLOCK,
  RECORD_PAGE,
  RECORD_ROOT,
  setWhole,
  TRAILER_BYTES,
} from "./batch_format.ts";
import type { ByteSink } from "./bytes.ts";
import type { Checksum } from "./crc32.ts";
import type { Blocks, Engine } from "./engine.ts";
import type { EntryList } from "./entries.ts";
import { NumberLines } from "./number_lines.ts";
import { RecordWriter } from "./record_writer.ts";
import type { IdColumn } from "./sort.ts";
import { COLUMN_SLACK_BYTES, encodeColumn, isWideColumn } from "./vbyte.ts";

export { BATCH_VERSION };

/** The numbers of one index line: first key, first song, offset. */
const LINE_NUMBERS = 3;

/** Blocks that were written one behind the other, and what is known of them. */
export interface BatchPart {
  /** For each block its first key, its first song, and its offset from the start of the part. */
  readonly lines: Float64Array;
  /** What keys and songs refer to, where ids are text. */
  readonly texts?: Uint8Array;
  readonly sizeBytes: number;
  readonly keyCount: number;
  readonly entryCount: number;
  readonly streamCount: number;
}

/**
 * Encodes entries that come sorted by key, then song, into blocks: a batch without its header,
 * index and trailer, or a part of one.
 *
 * Memory: one block, and 24 bytes for each block that was written (24 MB for 4 billion entries).
 */
export class BlockEncoder {
  readonly #records: RecordWriter;

  readonly #keys = new Float64Array(BLOCK_ENTRIES);
  readonly #sizes = new Float64Array(BLOCK_ENTRIES);
  readonly #songs = new Float64Array(BLOCK_ENTRIES);
  readonly #gaps = new Float64Array(BLOCK_ENTRIES);
  readonly #extras = new Float64Array(BLOCK_ENTRIES);
  #groups = 0;
  #entries = 0;
  #exceptions = 0;
  #lastException = -1;
  /** The first song of the block. */
  #firstSong = 0;
  /** Where in the block its last group begins, the song before, and the key. */
  #groupStart = 0;
  #lastSong = 0;
  #lastKey = -1;

  readonly #lines = new NumberLines(LINE_NUMBERS);
  #keyCount = 0;
  #entryCount = 0;
  #streamCount = 0;

  constructor(sink: ByteSink, checksum: Checksum) {
    this.#records = new RecordWriter(sink, checksum, MAX_BLOCK_BYTES + COLUMN_SLACK_BYTES);
  }

  /**
   * Adds the streams of one key as sorted songs, a song as often as it was played.
   *
   * A key may come in several calls, one after another, its songs ascending over all of them and
   * no song in two of them.
   */
  addSongs(
    key: number,
    songs: IdColumn,
    from: number,
    to: number,
    _texts?: Uint8Array,
  ): void {
    this.#beginKey(key);
    for (let i = from; i < to;) {
      const song = songs[i];
      let end = i + 1;
      while (end < to && songs[end] === song) end++;
      this.#addEntry(song, end - i);
      i = end;
    }
    this.#streamCount += to - from;
  }

  /** Adds entries of one key, counts of at least 1. Else as {@linkcode addSongs}. */
  addEntries(key: number, list: EntryList, _texts?: Uint8Array): void {
    const { songs, counts, from, to } = list;
    this.#beginKey(key);
    let streams = 0;
    for (let i = from; i < to; i++) {
      this.#addEntry(songs[i], counts[i]);
      streams += counts[i];
    }
    this.#streamCount += streams;
  }

  #beginKey(key: number): void {
    if (key === this.#lastKey) return;
    this.#keyCount++;
    if (this.#entries === BLOCK_ENTRIES) this.#flushBlock(0);
    this.#beginGroup(key);
  }

  #beginGroup(key: number): void {
    if (this.#groups > 0) this.#sizes[this.#groups - 1] = this.#entries - this.#groupStart - 1;
    this.#keys[this.#groups++] = key;
    this.#groupStart = this.#entries;
    this.#lastKey = key;
    this.#lastSong = -1;
  }

  #addEntry(song: number, count: number): void {
    if (this.#entries === BLOCK_ENTRIES) {
      this.#flushBlock(FLAG_CONTINUES);
      this.#beginGroup(this.#lastKey);
    }
    const at = this.#entries++;
    if (at === 0) this.#firstSong = song;
    this.#songs[at] = song - this.#lastSong - 1;
    this.#lastSong = song;
    if (count > 1) {
      this.#gaps[this.#exceptions] = at - this.#lastException - 1;
      this.#extras[this.#exceptions++] = count - 2;
      this.#lastException = at;
    }
  }

  #flushBlock(flags: number): void {
    const groups = this.#groups;
    this.#sizes[groups - 1] = this.#entries - this.#groupStart - 1;
    const firstKey = this.#keys[0];
    this.#lines.add(firstKey, this.#firstSong, this.#records.sizeBytes);
    const deltas = this.#keys;
    for (let i = 0, before = firstKey; i + 1 < groups; i++) {
      const key = deltas[i + 1];
      deltas[i] = key - before - 1;
      before = key;
    }
    this.#putBlock(flags, firstKey);
    this.#entryCount += this.#entries;
    this.#groups = 0;
    this.#entries = 0;
    this.#exceptions = 0;
    this.#lastException = -1;
    this.#groupStart = 0;
  }

  #putBlock(flags: number, firstKey: number): void {
    const { view, payload } = this.#records;
    const wideKeys = isWideColumn(this.#keys, this.#groups - 1);
    const wideSongs = isWideColumn(this.#songs, this.#entries);
    const wideCounts = isWideColumn(this.#extras, this.#exceptions);
    view.setUint8(payload, RECORD_BLOCK);
    view.setUint8(
      payload + 1,
      flags | (wideKeys ? FLAG_WIDE_KEYS : 0) | (wideSongs ? FLAG_WIDE_SONGS : 0) |
        (wideCounts ? FLAG_WIDE_COUNTS : 0),
    );
    view.setUint16(payload + 2, this.#groups, true);
    view.setUint16(payload + 4, this.#entries, true);
    view.setUint16(payload + 6, this.#exceptions, true);
    setWhole(view, payload + 8, firstKey);
    let at = payload + BLOCK_HEAD_BYTES;
    at = encodeColumn(this.#keys, this.#groups - 1, wideKeys, view, at);
    at = encodeColumn(this.#sizes, this.#groups, false, view, at);
    at = encodeColumn(this.#songs, this.#entries, wideSongs, view, at);
    at = encodeColumn(this.#gaps, this.#exceptions, false, view, at);
    at = encodeColumn(this.#extras, this.#exceptions, wideCounts, view, at);
    this.#records.close(at);
  }

  /**
   * Writes what is left. Nothing may be added after.
   *
   * @param isContinued whether the last key goes on in the part that follows
   */
  finish(isContinued = false): BatchPart {
    if (this.#entries > 0) this.#flushBlock(isContinued ? FLAG_CONTINUES : 0);
    this.#records.drain();
    return {
      lines: this.#lines.toArray(),
      sizeBytes: this.#records.sizeBytes,
      keyCount: this.#keyCount,
      entryCount: this.#entryCount,
      streamCount: this.#streamCount,
    };
  }
}

/** What a finished batch or run holds, and its size. */
export type BatchFileSize = BatchTrailer & { readonly sizeBytes: number };

/**
 * Writes what stands behind the blocks of a batch: index pages, root and trailer.
 *
 * @param parts the parts as they stand in the file behind the header, keys ascending, no key in two
 */
export function writeBatchEnd(
  parts: readonly BatchPart[],
  sink: ByteSink,
  checksum: Checksum,
): BatchFileSize {
  const { lines, end } = joinedLines(parts);
  const root: number[] = [];
  let offset = end;
  const pageNumbers = PAGE_BLOCKS * LINE_NUMBERS;
  for (let at = 0; at < lines.length; at += pageNumbers) {
    root.push(lines[at], lines[at + 1], offset);
    offset += writeIndex(RECORD_PAGE, lines.subarray(at, at + pageNumbers), sink, checksum);
  }
  const sum = (count: (part: BatchPart) => number): number =>
    parts.reduce((total, part) => total + count(part), 0);
  const trailer = {
    rootOffset: offset,
    keyCount: sum((part) => part.keyCount),
    entryCount: sum((part) => part.entryCount),
    streamCount: sum((part) => part.streamCount),
  };
  offset += writeIndex(RECORD_ROOT, Float64Array.from(root), sink, checksum);
  sink.write(encodeTrailer(trailer, checksum));
  return { ...trailer, sizeBytes: offset + TRAILER_BYTES };
}

/** The index lines of all parts with offsets from the start of the file, and where blocks end. */
function joinedLines(parts: readonly BatchPart[]): { lines: Float64Array; end: number } {
  const lines = new Float64Array(parts.reduce((sum, part) => sum + part.lines.length, 0));
  let at = 0;
  let end = HEADER_BYTES;
  for (const part of parts) {
    lines.set(part.lines, at);
    for (let i = 0; i < part.lines.length; i += LINE_NUMBERS) lines[at + i + 2] += end;
    at += part.lines.length;
    end += part.sizeBytes;
  }
  return { lines, end };
}

/** Writes an index record; returns its size. */
function writeIndex(
  type: number,
  lines: Float64Array,
  sink: ByteSink,
  checksum: Checksum,
): number {
  const length = INDEX_HEAD_BYTES + lines.length * 8;
  const record = new Uint8Array(FRAME_BYTES + length);
  const view = new DataView(record.buffer);
  view.setUint8(FRAME_BYTES, type);
  view.setUint32(FRAME_BYTES + 4, lines.length / LINE_NUMBERS, true);
  for (let i = 0; i < lines.length; i++) {
    setWhole(view, FRAME_BYTES + INDEX_HEAD_BYTES + i * 8, lines[i]);
  }
  view.setUint32(4, length, true);
  view.setUint32(0, checksum(record.subarray(4)), true);
  sink.write(record);
  return record.length;
}

/** What a batch is encoded with. */
export interface EncodingTools {
  readonly checksum: Checksum;
  readonly engine: Pick<Engine, "ids" | "blocks" | "writeBatchEnd">;
}

/** Encodes entries that come sorted by key, then song, into a whole batch. */
export class BatchEncoder {
  /** Takes the entries. */
  readonly blocks: Blocks;
  readonly #sink: ByteSink;
  readonly #tools: EncodingTools;

  constructor(header: BatchHeader, sink: ByteSink, tools: EncodingTools) {
    this.#sink = sink;
    this.#tools = tools;
    sink.write(encodeHeader(header, tools.checksum, tools.engine.ids));
    this.blocks = tools.engine.blocks(sink, tools.checksum);
  }

  /** Writes what is left, the index and the trailer. Nothing may be added after. */
  finish(): BatchFileSize {
    const { engine, checksum } = this.#tools;
    return engine.writeBatchEnd([this.blocks.finish()], this.#sink, checksum);
  }
}
