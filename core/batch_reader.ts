/**
 * Reads a batch, or a run of one: all of it in order, or the entries of some keys by the index.
 *
 * @module
 */

import {
  BatchError,
  type BatchHeader,
  type BatchTrailer,
  BLOCK_ENTRIES,
  BLOCK_HEAD_BYTES,
  decodeHeader,
  decodeTrailer,
  FLAG_CONTINUES,
  FLAG_WIDE_COUNTS,
  FLAG_WIDE_KEYS,
  FLAG_WIDE_SONGS,
  FRAME_BYTES,
  getWhole,
  HEADER_BYTES,
  INDEX_ENTRY_BYTES,
  INDEX_HEAD_BYTES,
  MAX_BLOCK_BYTES,
  RECORD_BLOCK,
  RECORD_PAGE,
  RECORD_ROOT,
  TRAILER_BYTES,
} from "./batch_format.ts";
import type { ByteSource } from "./bytes.ts";
import { EntryList } from "./entries.ts";
import type { Checksum } from "./crc32.ts";
import { COLUMN_SLACK_BYTES, decodeColumn } from "./vbyte.ts";

/** A range of keys: `from` included, `to` not. */
export interface KeyRange {
  readonly from: number;
  readonly to: number;
}

/** All keys. */
export const ALL_KEYS: KeyRange = { from: 0, to: Infinity };

/** Where a block begins, and with what. */
export interface BlockStart {
  readonly key: number;
  readonly song: number;
  readonly offset: number;
}

/** The least read buffer of a cursor: one record of any size. */
export const MIN_CURSOR_BYTES = MAX_BLOCK_BYTES + COLUMN_SLACK_BYTES;

/** The memory of a cursor besides its read buffer: one decoded block. */
export const CURSOR_BLOCK_BYTES = BLOCK_ENTRIES * 8 * 6;

/** A batch file that was opened: its header, trailer and the root of its index were checked. */
export class BatchReader {
  readonly header: BatchHeader;
  readonly trailer: BatchTrailer;
  /** One line an index page; `offset` is the page's. */
  readonly root: readonly BlockStart[];
  readonly #source: ByteSource;
  readonly #checksum: Checksum;

  /** @throws {BatchError} where the file is damaged, cut short, or of another version */
  constructor(source: ByteSource, checksum: Checksum) {
    this.#source = source;
    this.#checksum = checksum;
    const head = new Uint8Array(HEADER_BYTES);
    this.header = decodeHeader(
      head.subarray(0, source.read(head, 0)),
      checksum,
      source.name,
    );
    const end = source.sizeBytes - TRAILER_BYTES;
    const tail = new Uint8Array(TRAILER_BYTES);
    if (end < HEADER_BYTES || source.read(tail, end) < TRAILER_BYTES) {
      throw new BatchError(source.name, source.sizeBytes, "cut short, expected the trailer");
    }
    this.trailer = decodeTrailer(tail, checksum, source.name, end);
    this.root = this.#readIndex(this.trailer.rootOffset, end, RECORD_ROOT);
  }

  /** Where the blocks end: at the first index page. */
  get #blocksEnd(): number {
    return this.root.length > 0 ? this.root[0].offset : this.trailer.rootOffset;
  }

  /**
   * Opens a cursor over the entries of the keys in `range`.
   *
   * @param asKey what it says the key is, whatever it is: then the range must be of one key
   */
  cursor(
    range: KeyRange = ALL_KEYS,
    bufferBytes: number = MIN_CURSOR_BYTES,
    asKey?: number,
  ): BatchCursor {
    const cursor = new BatchCursor({
      source: this.#source,
      checksum: this.#checksum,
      startOf: (key) => this.#startOf(key),
      end: this.#blocksEnd,
      bufferBytes,
      asKey,
    });
    cursor.seek(range);
    return cursor;
  }

  /** Reads the lines of the index page that `root[page]` names. */
  blocksOf(page: number): BlockStart[] {
    return this.#readIndex(this.root[page].offset, this.trailer.rootOffset, RECORD_PAGE);
  }

  /** The offset of the first block that may hold `key`: the last one that begins below it. */
  #startOf(key: number): number {
    const page = lastBelow(this.root, key);
    if (page < 0) return HEADER_BYTES;
    const blocks = this.blocksOf(page);
    return blocks[Math.max(0, lastBelow(blocks, key))].offset;
  }

  #readIndex(offset: number, end: number, type: number): BlockStart[] {
    const fail = (reason: string): never => {
      throw new BatchError(this.#source.name, offset, reason);
    };
    const frame = new Uint8Array(FRAME_BYTES);
    if (offset + FRAME_BYTES > end || this.#source.read(frame, offset) < FRAME_BYTES) {
      return fail("damaged index, expected an index record");
    }
    const length = new DataView(frame.buffer).getUint32(4, true);
    if (offset + FRAME_BYTES + length > end) return fail("damaged index, expected its length");
    const record = new Uint8Array(FRAME_BYTES + length);
    this.#source.read(record, offset);
    const view = new DataView(record.buffer);
    if (view.getUint32(0, true) !== this.#checksum(record.subarray(4))) {
      return fail("damaged index, expected its checksum");
    }
    const count = length < INDEX_HEAD_BYTES ? -1 : view.getUint32(FRAME_BYTES + 4, true);
    if (record[FRAME_BYTES] !== type || length !== INDEX_HEAD_BYTES + count * INDEX_ENTRY_BYTES) {
      return fail("damaged index, expected an index record");
    }
    return Array.from({ length: count }, (_, i) => {
      const at = FRAME_BYTES + INDEX_HEAD_BYTES + i * INDEX_ENTRY_BYTES;
      return {
        key: getWhole(view, at),
        song: getWhole(view, at + 8),
        offset: getWhole(view, at + 16),
      };
    });
  }
}

/** The position of the last line that begins with a key below `key`, or -1. */
function lastBelow(lines: readonly BlockStart[], key: number): number {
  let low = 0;
  let high = lines.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (lines[middle].key < key) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

interface CursorParts {
  readonly source: ByteSource;
  readonly checksum: Checksum;
  /** Where to begin for a key. */
  readonly startOf: (key: number) => number;
  readonly end: number;
  readonly bufferBytes: number;
  readonly asKey?: number;
}

/**
 * Goes over the entries of a batch, one *segment* after another: the entries of one key that
 * stand in one block.
 *
 * `segment` holds the entries until the next call; its `from` may be moved forward by who has
 * used up some of them.
 */
export class BatchCursor {
  /** The key of the current segment; `Infinity` before the first and after the last. */
  key = Infinity;
  readonly segment = EntryList.withRoom(BLOCK_ENTRIES);
  /** Whether the next segment has the same key. */
  continues = false;

  readonly #parts: CursorParts;
  readonly #buffer: Uint8Array;
  readonly #view: DataView;
  /** The buffer holds the file from `#bufferOffset`, and is used from `#at` to `#filled`. */
  #bufferOffset: number;
  #at = 0;
  #filled = 0;

  readonly #keys = new Float64Array(BLOCK_ENTRIES);
  readonly #sizes = new Float64Array(BLOCK_ENTRIES);
  readonly #gaps = new Float64Array(BLOCK_ENTRIES);
  readonly #extras = new Float64Array(BLOCK_ENTRIES);
  #groups = 0;
  #group = 0;
  #segmentEnd = 0;
  #blockContinues = false;

  #range = ALL_KEYS;

  constructor(parts: CursorParts) {
    this.#parts = parts;
    this.#bufferOffset = parts.end;
    const size = Math.max(MIN_CURSOR_BYTES, parts.bufferBytes);
    this.#buffer = new Uint8Array(size);
    this.#view = new DataView(this.#buffer.buffer);
  }

  /** Goes before the first segment of a range of keys. */
  seek(range: KeyRange): void {
    this.#finish();
    this.#range = range;
    this.#bufferOffset = this.#parts.startOf(range.from);
  }

  /**
   * Moves to the next segment.
   *
   * @returns whether there is one
   * @throws {BatchError} where a block is damaged
   */
  next(): boolean {
    do {
      if (this.#group === this.#groups && !this.#loadBlock()) return this.#finish();
      const group = this.#group++;
      this.key = this.#keys[group];
      this.segment.from = this.#segmentEnd;
      this.segment.to = this.#segmentEnd += this.#sizes[group] + 1;
      this.continues = this.#blockContinues && this.#group === this.#groups;
    } while (this.key < this.#range.from);
    if (this.key >= this.#range.to) return this.#finish();
    this.key = this.#parts.asKey ?? this.key;
    return true;
  }

  #finish(): boolean {
    this.key = Infinity;
    this.continues = false;
    this.segment.from = this.segment.to = 0;
    this.#group = this.#groups = 0;
    this.#bufferOffset = this.#parts.end;
    this.#at = this.#filled = 0;
    return false;
  }

  #fail(reason: string): never {
    throw new BatchError(this.#parts.source.name, this.#bufferOffset + this.#at, reason);
  }

  /** Makes `count` bytes from `#at` on stand in the buffer. */
  #need(count: number): void {
    if (this.#filled - this.#at >= count) return;
    this.#buffer.copyWithin(0, this.#at, this.#filled);
    this.#filled -= this.#at;
    this.#bufferOffset += this.#at;
    this.#at = 0;
    const room = this.#buffer.subarray(this.#filled, this.#buffer.length - COLUMN_SLACK_BYTES);
    const offset = this.#bufferOffset + this.#filled;
    const wanted = room.subarray(0, Math.max(0, this.#parts.end - offset));
    this.#filled += this.#parts.source.read(wanted, offset);
    if (this.#filled < count) this.#fail("cut short, expected the rest of a block");
  }

  /** Reads, checks and decodes the next block. */
  #loadBlock(): boolean {
    if (this.#bufferOffset + this.#at >= this.#parts.end) return false;
    this.#need(FRAME_BYTES);
    const length = this.#view.getUint32(this.#at + 4, true);
    if (length > MAX_BLOCK_BYTES - FRAME_BYTES) this.#fail("damaged block, expected its length");
    this.#need(FRAME_BYTES + length);
    const start = this.#at;
    const record = this.#buffer.subarray(start + 4, start + FRAME_BYTES + length);
    if (this.#parts.checksum(record) !== this.#view.getUint32(start, true)) {
      this.#fail("damaged block, expected its checksum");
    }
    if (this.#buffer[start + FRAME_BYTES] !== RECORD_BLOCK) {
      this.#fail("damaged block, expected a block");
    }
    this.#decodeBlock(start + FRAME_BYTES);
    this.#at = start + FRAME_BYTES + length;
    return true;
  }

  #decodeBlock(payload: number): void {
    const view = this.#view;
    const { songs, counts } = this.segment;
    const flags = view.getUint8(payload + 1);
    const groups = view.getUint16(payload + 2, true);
    const entries = view.getUint16(payload + 4, true);
    const exceptions = view.getUint16(payload + 6, true);
    if (groups > entries || entries > BLOCK_ENTRIES || exceptions > entries) {
      this.#fail("damaged block, expected its sizes");
    }
    let at = payload + BLOCK_HEAD_BYTES;
    at = decodeColumn(view, at, groups - 1, (flags & FLAG_WIDE_KEYS) !== 0, this.#keys);
    sumKeys(this.#keys, groups, getWhole(view, payload + 8));
    at = decodeColumn(view, at, groups, false, this.#sizes);
    at = decodeColumn(view, at, entries, (flags & FLAG_WIDE_SONGS) !== 0, songs);
    if (sumSongs(songs, this.#sizes, groups) !== entries) {
      this.#fail("damaged block, expected its sizes");
    }
    at = decodeColumn(view, at, exceptions, false, this.#gaps);
    decodeColumn(view, at, exceptions, (flags & FLAG_WIDE_COUNTS) !== 0, this.#extras);
    counts.fill(1, 0, entries);
    for (let i = 0, last = -1; i < exceptions; i++) {
      last += this.#gaps[i] + 1;
      counts[last] = this.#extras[i] + 2;
    }
    this.#groups = groups;
    this.#group = 0;
    this.#blockContinues = (flags & FLAG_CONTINUES) !== 0;
    this.#segmentEnd = 0;
  }
}

/** Turns the gaps between keys into keys, in place. */
function sumKeys(keys: Float64Array, groups: number, firstKey: number): void {
  let key = firstKey;
  for (let i = 0; i < groups; i++) {
    const gap = keys[i];
    keys[i] = key;
    key += gap + 1;
  }
}

/** Turns the gaps between the songs of each group into songs, in place; returns their number. */
function sumSongs(songs: Float64Array, sizes: Float64Array, groups: number): number {
  let at = 0;
  for (let group = 0; group < groups; group++) {
    let song = -1;
    for (const end = at + sizes[group] + 1; at < end; at++) {
      song += songs[at] + 1;
      songs[at] = song;
    }
  }
  return at;
}
