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
  INDEX_ENTRY_BYTES,
  INDEX_HEAD_BYTES,
  MAX_BLOCK_BYTES,
  PAGE_BLOCKS,
  RECORD_BLOCK,
  RECORD_PAGE,
  RECORD_ROOT,
  setWhole,
} from "./batch_format.ts";
import type { ByteSink } from "./bytes.ts";
import type { Checksum } from "./crc32.ts";
import type { EntryList } from "./entries.ts";
import type { IdColumn } from "./sort.ts";
import { COLUMN_SLACK_BYTES, encodeColumn, isWideColumn } from "./vbyte.ts";

export { BATCH_VERSION };

/** Bytes are handed to the sink in pieces of about this size. */
const WRITE_BYTES = 1 << 18;

/** One line of the index, as it is collected. */
interface IndexLine {
  readonly key: number;
  readonly song: number;
  readonly offset: number;
}

/**
 * Encodes entries that come sorted by key, then song, into a batch.
 *
 * Memory: one block, the index lines of one page, and one line for each
 * `PAGE_BLOCKS * BLOCK_ENTRIES` entries (24 bytes for half a million).
 */
export class BatchEncoder {
  readonly #sink: ByteSink;
  readonly #checksum: Checksum;
  readonly #bytes = new Uint8Array(WRITE_BYTES + MAX_BLOCK_BYTES + COLUMN_SLACK_BYTES);
  readonly #view = new DataView(this.#bytes.buffer);
  #used = 0;
  #written = 0;

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

  #page: IndexLine[] = [];
  #root: IndexLine[] = [];
  #keyCount = 0;
  #entryCount = 0;
  #streamCount = 0;

  constructor(header: BatchHeader, sink: ByteSink, checksum: Checksum) {
    this.#sink = sink;
    this.#checksum = checksum;
    this.#append(encodeHeader(header, checksum));
  }

  /** Distinct keys so far. */
  get keyCount(): number {
    return this.#keyCount;
  }

  /**
   * Adds the streams of one key as sorted songs, a song as often as it was played.
   *
   * A key may come in several calls, one after another, its songs ascending over all of them and
   * no song in two of them.
   */
  addSongs(key: number, songs: IdColumn, from: number, to: number): void {
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
  addEntries(key: number, list: EntryList): void {
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
    this.#page.push({ key: firstKey, song: this.#firstSong, offset: this.#written + this.#used });
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
    if (this.#page.length === PAGE_BLOCKS) this.#flushPage();
  }

  #putBlock(flags: number, firstKey: number): void {
    const view = this.#view;
    const wideKeys = isWideColumn(this.#keys, this.#groups - 1);
    const wideSongs = isWideColumn(this.#songs, this.#entries);
    const wideCounts = isWideColumn(this.#extras, this.#exceptions);
    const payload = this.#used + FRAME_BYTES;
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
    this.#closeRecord(at - payload);
  }

  #flushPage(): void {
    const [first] = this.#page;
    this.#root.push({ key: first.key, song: first.song, offset: this.#written + this.#used });
    this.#putIndex(RECORD_PAGE, this.#page);
    this.#page = [];
  }

  #putIndex(type: number, lines: readonly IndexLine[]): void {
    const length = INDEX_HEAD_BYTES + lines.length * INDEX_ENTRY_BYTES;
    const record = new Uint8Array(FRAME_BYTES + length);
    const view = new DataView(record.buffer);
    view.setUint8(FRAME_BYTES, type);
    view.setUint32(FRAME_BYTES + 4, lines.length, true);
    let at = FRAME_BYTES + INDEX_HEAD_BYTES;
    for (const { key, song, offset } of lines) {
      setWhole(view, at, key);
      setWhole(view, at + 8, song);
      setWhole(view, at + 16, offset);
      at += INDEX_ENTRY_BYTES;
    }
    view.setUint32(4, length, true);
    view.setUint32(0, this.#checksum(record.subarray(4)), true);
    this.#append(record);
  }

  /** Fills in the frame of the record whose payload of `length` bytes stands in the buffer. */
  #closeRecord(length: number): void {
    const start = this.#used;
    this.#view.setUint32(start + 4, length, true);
    const end = start + FRAME_BYTES + length;
    this.#view.setUint32(start, this.#checksum(this.#bytes.subarray(start + 4, end)), true);
    this.#used = end;
    if (this.#used >= WRITE_BYTES) this.#drain();
  }

  #append(bytes: Uint8Array): void {
    this.#drain();
    this.#sink.write(bytes);
    this.#written += bytes.length;
  }

  #drain(): void {
    if (this.#used === 0) return;
    this.#sink.write(this.#bytes.subarray(0, this.#used));
    this.#written += this.#used;
    this.#used = 0;
  }

  /** Writes what is left, the root of the index and the trailer. Nothing may be added after. */
  finish(): BatchTrailer & { readonly sizeBytes: number } {
    if (this.#entries > 0) this.#flushBlock(0);
    if (this.#page.length > 0) this.#flushPage();
    this.#drain();
    const trailer = {
      rootOffset: this.#written,
      keyCount: this.#keyCount,
      entryCount: this.#entryCount,
      streamCount: this.#streamCount,
    };
    this.#putIndex(RECORD_ROOT, this.#root);
    this.#append(encodeTrailer(trailer, this.#checksum));
    return { ...trailer, sizeBytes: this.#written };
  }
}
