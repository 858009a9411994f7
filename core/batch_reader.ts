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
  FLAG_CONTINUES,
  FLAG_WIDE_COUNTS,
  FLAG_WIDE_KEYS,
  FLAG_WIDE_SONGS,
  getWhole,
  HEADER_BYTES,
  INDEX_ENTRY_BYTES,
  INDEX_HEAD_BYTES,
  MAX_BLOCK_BYTES,
  RECORD_PAGE,
  RECORD_ROOT,
} from "./batch_format.ts";
import type { ByteSource } from "./bytes.ts";
import { EntryList } from "./entries.ts";
import type { Checksum } from "./crc32.ts";
import { BlockStream, lastBelow, readEnds, readIndexRecord } from "./record_reader.ts";
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
    const { header, trailer, end } = readEnds(source, checksum, "number");
    this.header = header;
    this.trailer = trailer;
    this.root = this.#readIndex(this.trailer.rootOffset, end, RECORD_ROOT);
  }

  /** Where the blocks end: at the first index page. */
  get blocksEnd(): number {
    return this.root.length > 0 ? this.root[0].offset : this.trailer.rootOffset;
  }

  /**
   * Opens a cursor over the entries of the keys in `range`.
   *
   * @param bufferBytes the read buffer
   */
  cursor(
    range: KeyRange = ALL_KEYS,
    bufferBytes: number = MIN_CURSOR_BYTES,
    { asKey, isExact }: CursorOptions = {},
  ): BatchCursor {
    const cursor = new BatchCursor({
      source: this.#source,
      checksum: this.#checksum,
      startOf: (key) => this.#startOf(key),
      end: this.blocksEnd,
      bufferBytes,
      asKey,
      isExact,
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
    const page = lastBelow(this.root.length, (line) => this.root[line].key < key);
    if (page < 0) return HEADER_BYTES;
    const blocks = this.blocksOf(page);
    const block = lastBelow(blocks.length, (line) => blocks[line].key < key);
    return blocks[Math.max(0, block)].offset;
  }

  #readIndex(offset: number, end: number, type: number): BlockStart[] {
    const payload = readIndexRecord(this.#source, this.#checksum, { offset, end, type });
    const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
    const count = payload.length < INDEX_HEAD_BYTES ? -1 : view.getUint32(4, true);
    if (payload.length !== INDEX_HEAD_BYTES + count * INDEX_ENTRY_BYTES) {
      throw new BatchError(this.#source.name, offset, "damaged index, expected an index record");
    }
    return Array.from({ length: count }, (_, i) => {
      const at = INDEX_HEAD_BYTES + i * INDEX_ENTRY_BYTES;
      return {
        key: getWhole(view, at),
        song: getWhole(view, at + 8),
        offset: getWhole(view, at + 16),
      };
    });
  }
}

/** How a cursor reads, and what it says. */
export interface CursorOptions {
  /** What it says the key is, whatever it is: then the range must be of one key. */
  readonly asKey?: number;
  /** Whether no more is read than the blocks that are asked for; else the buffer is filled. */
  readonly isExact?: boolean;
}

interface CursorParts extends CursorOptions {
  readonly source: ByteSource;
  readonly checksum: Checksum;
  /** Where to begin for a key. */
  readonly startOf: (key: number) => number;
  readonly end: number;
  readonly bufferBytes: number;
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
  readonly #blocks: BlockStream;

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
    const { source, checksum, end, bufferBytes, isExact } = parts;
    const buffer = new Uint8Array(Math.max(MIN_CURSOR_BYTES, bufferBytes));
    const mostBytes = MAX_BLOCK_BYTES;
    this.#blocks = new BlockStream({ source, checksum, end, buffer, mostBytes, isExact });
  }

  /** Goes before the first segment of a range of keys. */
  seek(range: KeyRange): void {
    this.#finish();
    this.#range = range;
    this.#blocks.seek(this.#parts.startOf(range.from));
  }

  /** Goes before the first segment of the block at an offset that the index has. */
  seekBlock(offset: number): void {
    this.#finish();
    this.#range = ALL_KEYS;
    this.#blocks.seek(offset);
  }

  /** Where in the file the block of the current segment begins. */
  get blockOffset(): number {
    return this.#blocks.offset;
  }

  /** Whether the next segment is in another block. */
  get isBlockDone(): boolean {
    return this.#group === this.#groups;
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
    this.#blocks.finish();
    return false;
  }

  /** Reads, checks and decodes the next block. */
  #loadBlock(): boolean {
    const payload = this.#blocks.next();
    if (payload >= 0) this.#decodeBlock(payload);
    return payload >= 0;
  }

  #decodeBlock(payload: number): void {
    const { view } = this.#blocks;
    const { songs, counts } = this.segment;
    const flags = view.getUint8(payload + 1);
    const groups = view.getUint16(payload + 2, true);
    const entries = view.getUint16(payload + 4, true);
    const exceptions = view.getUint16(payload + 6, true);
    if (groups > entries || entries > BLOCK_ENTRIES || exceptions > entries) {
      this.#blocks.fail("damaged block, expected its sizes");
    }
    let at = payload + BLOCK_HEAD_BYTES;
    at = decodeColumn(view, at, groups - 1, (flags & FLAG_WIDE_KEYS) !== 0, this.#keys);
    sumKeys(this.#keys, groups, getWhole(view, payload + 8));
    at = decodeColumn(view, at, groups, false, this.#sizes);
    at = decodeColumn(view, at, entries, (flags & FLAG_WIDE_SONGS) !== 0, songs);
    if (sumSongs(songs, this.#sizes, groups) !== entries) {
      this.#blocks.fail("damaged block, expected its sizes");
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
