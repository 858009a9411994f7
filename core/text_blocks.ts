/**
 * Writes the blocks and the index of a batch whose ids are text. docs/batch-format.md draws them.
 *
 * @module
 */

import type { BatchFileSize, BatchPart } from "./batch_encoder.ts";
import {
  BLOCK_ENTRIES,
  BLOCK_HEAD_BYTES,
  encodeTrailer,
  FLAG_CONTINUES,
  FLAG_WIDE_COUNTS,
  FRAME_BYTES,
  HEADER_BYTES,
  INDEX_HEAD_BYTES,
  PAGE_BLOCKS,
  RECORD_BLOCK,
  RECORD_PAGE,
  RECORD_ROOT,
  setWhole,
  TRAILER_BYTES,
} from "./batch_format.ts";
import type { ByteSink } from "./bytes.ts";
import type { Checksum } from "./crc32.ts";
import type { EntryList } from "./entries.ts";
import { NumberLines } from "./number_lines.ts";
import { RecordWriter } from "./record_writer.ts";
import type { IdColumn } from "./sort.ts";
import {
  copyText,
  MAX_TEXT_ROOM,
  sameTexts,
  TEXT_SLACK_BYTES,
  type TextBytes,
  textsOver,
} from "./text_compare.ts";
import { TextArena, textBytes } from "./texts.ts";
import { COLUMN_SLACK_BYTES, columnBytes, encodeColumn, isWideColumn } from "./vbyte.ts";

/** The most bytes of the texts of a block. */
export const BLOCK_TEXT_BYTES = 1 << 17;

/** The most bytes that a block of texts takes with its frame. */
export const MAX_TEXT_BLOCK_BYTES = FRAME_BYTES + BLOCK_HEAD_BYTES +
  3 * columnBytes(BLOCK_ENTRIES) + BLOCK_TEXT_BYTES;

/** The numbers of one line of a part: where its first key is, and its offset. */
const LINE_NUMBERS = 2;

/**
 * Encodes entries that come sorted by key, then song, into blocks.
 *
 * Memory: one block, and for each block that was written its first key and 16 bytes.
 */
export class TextBlockEncoder {
  readonly #records: RecordWriter;
  readonly #sizes = new Float64Array(BLOCK_ENTRIES);
  readonly #gaps = new Float64Array(BLOCK_ENTRIES);
  readonly #extras = new Float64Array(BLOCK_ENTRIES);
  /** The texts of the block: each key, and behind it its songs. */
  readonly #texts = textsOver(new Uint8Array(BLOCK_TEXT_BYTES + TEXT_SLACK_BYTES));
  #textLength = 0;
  /** The last key, behind its length. */
  readonly #key = textsOver(new Uint8Array(MAX_TEXT_ROOM + TEXT_SLACK_BYTES));
  /** What keys and songs refer to, and the view over it, until others come. */
  #given: TextBytes = this.#key;
  #groups = 0;
  #groupStart = 0;
  #entries = 0;
  #exceptions = 0;
  #lastException = -1;

  readonly #lines = new NumberLines(LINE_NUMBERS);
  readonly #firstKeys = new TextArena();
  #keyCount = 0;
  #entryCount = 0;
  #streamCount = 0;

  constructor(sink: ByteSink, checksum: Checksum) {
    this.#records = new RecordWriter(sink, checksum, MAX_TEXT_BLOCK_BYTES + COLUMN_SLACK_BYTES);
  }

  /**
   * Adds the streams of one key as sorted songs, a song as often as it was played.
   *
   * A key may come in several calls, one after another, its songs ascending over all of them and
   * no song in two of them.
   */
  addSongs(key: number, songs: IdColumn, from: number, to: number, texts: Uint8Array): void {
    this.#beginKey(key, texts);
    for (let i = from; i < to;) {
      const start = i++;
      while (i < to && sameTexts(this.#given, songs[i], songs[start])) i++;
      this.#addEntry(songs[start], i - start);
    }
    this.#streamCount += to - from;
  }

  /** Adds entries of one key, counts of at least 1. Else as {@linkcode addSongs}. */
  addEntries(key: number, list: EntryList, texts: Uint8Array): void {
    const { songs, counts, from, to } = list;
    this.#beginKey(key, texts);
    let streams = 0;
    for (let i = from; i < to; i++) {
      this.#addEntry(songs[i], counts[i]);
      streams += counts[i];
    }
    this.#streamCount += streams;
  }

  #beginKey(key: number, texts: Uint8Array): void {
    if (this.#given.bytes !== texts) this.#given = textsOver(texts);
    if (this.#keyCount > 0 && this.#isLastKey(key)) return;
    this.#keyCount++;
    copyText(this.#given, key, this.#key.view, 0);
    if (!this.#hasRoom(2 * MAX_TEXT_ROOM)) this.#flushBlock(0);
    this.#beginGroup();
  }

  #isLastKey(key: number): boolean {
    const { bytes } = this.#given;
    const last = this.#key.bytes;
    const end = last[0] + 2;
    for (let i = 0; i < end; i++) if (bytes[key + i] !== last[i]) return false;
    return true;
  }

  /** Whether the block takes another entry whose texts have so many bytes. */
  #hasRoom(sizeBytes: number): boolean {
    return this.#entries < BLOCK_ENTRIES && this.#textLength + sizeBytes <= BLOCK_TEXT_BYTES;
  }

  #beginGroup(): void {
    if (this.#groups > 0) this.#sizes[this.#groups - 1] = this.#entries - this.#groupStart - 1;
    this.#groups++;
    this.#groupStart = this.#entries;
    this.#textLength = copyText(this.#key, 0, this.#texts.view, this.#textLength);
  }

  #addEntry(song: number, count: number): void {
    if (!this.#hasRoom(this.#given.bytes[song] + 2)) {
      this.#flushBlock(FLAG_CONTINUES);
      this.#beginGroup();
    }
    const at = this.#entries++;
    this.#textLength = copyText(this.#given, song, this.#texts.view, this.#textLength);
    if (count > 1) {
      this.#gaps[this.#exceptions] = at - this.#lastException - 1;
      this.#extras[this.#exceptions++] = count - 2;
      this.#lastException = at;
    }
  }

  #flushBlock(flags: number): void {
    if (this.#entries === 0) return;
    this.#sizes[this.#groups - 1] = this.#entries - this.#groupStart - 1;
    const { bytes } = this.#texts;
    const line = this.#firstKeys.put(bytes, 1, bytes[0] + 2);
    this.#lines.add(line, this.#records.sizeBytes);
    this.#putBlock(flags);
    this.#entryCount += this.#entries;
    this.#groups = 0;
    this.#entries = 0;
    this.#exceptions = 0;
    this.#lastException = -1;
    this.#groupStart = 0;
    this.#textLength = 0;
  }

  #putBlock(flags: number): void {
    const { view, bytes, payload } = this.#records;
    const wideCounts = isWideColumn(this.#extras, this.#exceptions);
    view.setUint8(payload, RECORD_BLOCK);
    view.setUint8(payload + 1, flags | (wideCounts ? FLAG_WIDE_COUNTS : 0));
    view.setUint16(payload + 2, this.#groups, true);
    view.setUint16(payload + 4, this.#entries, true);
    view.setUint16(payload + 6, this.#exceptions, true);
    setWhole(view, payload + 8, this.#textLength);
    let at = payload + BLOCK_HEAD_BYTES;
    at = encodeColumn(this.#sizes, this.#groups, false, view, at);
    at = encodeColumn(this.#gaps, this.#exceptions, false, view, at);
    at = encodeColumn(this.#extras, this.#exceptions, wideCounts, view, at);
    bytes.set(this.#texts.bytes.subarray(0, this.#textLength), at);
    this.#records.close(at + this.#textLength);
  }

  /** As `finish` of batch_encoder.ts. */
  finish(isContinued = false): BatchPart {
    this.#flushBlock(isContinued ? FLAG_CONTINUES : 0);
    this.#records.drain();
    return {
      lines: this.#lines.toArray(),
      texts: this.#firstKeys.bytes.slice(0, this.#firstKeys.length),
      sizeBytes: this.#records.sizeBytes,
      keyCount: this.#keyCount,
      entryCount: this.#entryCount,
      streamCount: this.#streamCount,
    };
  }
}

/** A line of the index: the first key of a block or of a page, and where that is. */
export interface TextLine {
  readonly key: Uint8Array;
  readonly offset: number;
}

/** As {@linkcode writeBatchEnd} of batch_encoder.ts. */
export function writeTextBatchEnd(
  parts: readonly BatchPart[],
  sink: ByteSink,
  checksum: Checksum,
): BatchFileSize {
  const lines: TextLine[] = [];
  let offset = HEADER_BYTES;
  for (const part of parts) {
    for (let i = 0; i < part.lines.length; i += LINE_NUMBERS) {
      const key = textBytes(part.texts!, part.lines[i]);
      lines.push({ key, offset: offset + part.lines[i + 1] });
    }
    offset += part.sizeBytes;
  }
  const root: TextLine[] = [];
  for (let at = 0; at < lines.length; at += PAGE_BLOCKS) {
    root.push({ key: lines[at].key, offset });
    offset += writeIndex(RECORD_PAGE, lines.slice(at, at + PAGE_BLOCKS), sink, checksum);
  }
  const sum = (count: (part: BatchPart) => number): number =>
    parts.reduce((total, part) => total + count(part), 0);
  const trailer = {
    rootOffset: offset,
    keyCount: sum((part) => part.keyCount),
    entryCount: sum((part) => part.entryCount),
    streamCount: sum((part) => part.streamCount),
  };
  offset += writeIndex(RECORD_ROOT, root, sink, checksum);
  sink.write(encodeTrailer(trailer, checksum));
  return { ...trailer, sizeBytes: offset + TRAILER_BYTES };
}

/** Writes an index record; returns its size. */
function writeIndex(
  type: number,
  lines: readonly TextLine[],
  sink: ByteSink,
  checksum: Checksum,
): number {
  const length = lines.reduce((sum, { key }) => sum + 9 + key.length, INDEX_HEAD_BYTES);
  const record = new Uint8Array(FRAME_BYTES + length);
  const view = new DataView(record.buffer);
  view.setUint8(FRAME_BYTES, type);
  view.setUint32(FRAME_BYTES + 4, lines.length, true);
  let at = FRAME_BYTES + INDEX_HEAD_BYTES;
  for (const { key, offset } of lines) {
    setWhole(view, at, offset);
    view.setUint8(at + 8, key.length - 1);
    record.set(key, at + 9);
    at += 9 + key.length;
  }
  view.setUint32(4, length, true);
  view.setUint32(0, checksum(record.subarray(4)), true);
  sink.write(record);
  return record.length;
}
