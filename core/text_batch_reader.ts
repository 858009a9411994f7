/**
 * Reads a batch whose ids are text: all of it in order, or the entries of some keys by the index.
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
  getWhole,
  HEADER_BYTES,
  INDEX_HEAD_BYTES,
  RECORD_PAGE,
  RECORD_ROOT,
} from "./batch_format.ts";
import type { KeyRange } from "./batch_reader.ts";
import type { ByteSource } from "./bytes.ts";
import type { Checksum } from "./crc32.ts";
import { EntryList } from "./entries.ts";
import { BlockStream, lastBelow, readEnds, readIndexRecord } from "./record_reader.ts";
import { MAX_TEXT_BLOCK_BYTES, type TextLine } from "./text_blocks.ts";
import {
  compareBytes,
  compareTexts,
  MAX_TEXT_ROOM,
  TEXT_SLACK_BYTES,
  type TextBytes,
} from "./text_compare.ts";
import { textBytes } from "./texts.ts";
import { COLUMN_SLACK_BYTES, decodeColumn } from "./vbyte.ts";

/** No lower bound of a range. Without an upper one `to` is `Infinity`. */
export const NO_BOUND = -1;

/** A range of keys that are text: `from` and `to` refer to `texts`. */
export interface TextRange extends KeyRange {
  readonly texts?: Uint8Array;
}

/** The least room for a cursor in the texts of its merge. */
export const MIN_TEXT_CURSOR_BYTES = 2 * (MAX_TEXT_ROOM + TEXT_SLACK_BYTES) +
  MAX_TEXT_BLOCK_BYTES + COLUMN_SLACK_BYTES;

/** A batch file that was opened: its header, trailer and the root of its index were checked. */
export class TextBatchReader {
  readonly header: BatchHeader;
  readonly trailer: BatchTrailer;
  /** One line an index page. */
  readonly root: readonly TextLine[];
  readonly source: ByteSource;
  readonly checksum: Checksum;

  /** @throws {BatchError} where the file is damaged, cut short, of another version or other ids */
  constructor(source: ByteSource, checksum: Checksum) {
    this.source = source;
    this.checksum = checksum;
    const { header, trailer, end } = readEnds(source, checksum, "text");
    this.header = header;
    this.trailer = trailer;
    this.root = this.#readIndex(trailer.rootOffset, end, RECORD_ROOT);
  }

  /** Where the blocks end: at the first index page. */
  get blocksEnd(): number {
    return this.root.length > 0 ? this.root[0].offset : this.trailer.rootOffset;
  }

  /** Reads the lines of the index page that `root[page]` names. */
  blocksOf(page: number): TextLine[] {
    return this.#readIndex(this.root[page].offset, this.trailer.rootOffset, RECORD_PAGE);
  }

  /** The offset of the first block that may hold `key`: the last one that begins below it. */
  startOf(key: Uint8Array): number {
    const lastOf = (lines: readonly TextLine[]): number =>
      lastBelow(lines.length, (line) => compareBytes(lines[line].key, key) < 0);
    const page = lastOf(this.root);
    if (page < 0) return HEADER_BYTES;
    const blocks = this.blocksOf(page);
    return blocks[Math.max(0, lastOf(blocks))].offset;
  }

  #readIndex(offset: number, end: number, type: number): TextLine[] {
    const payload = readIndexRecord(this.source, this.checksum, { offset, end, type });
    const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
    const count = payload.length < INDEX_HEAD_BYTES ? -1 : view.getUint32(4, true);
    const lines: TextLine[] = [];
    let at = INDEX_HEAD_BYTES;
    while (lines.length < count && at + 10 <= payload.length) {
      const key = textBytes(payload, at + 8);
      lines.push({ key, offset: getWhole(view, at) });
      at += 9 + payload[at + 8] + 1;
    }
    if (lines.length !== count || at !== payload.length) {
      throw new BatchError(this.source.name, offset, "damaged index, expected an index record");
    }
    return lines;
  }
}

/** Where a cursor works. */
export interface TextRoom {
  /** The texts of a merge: what all its references refer to. */
  readonly texts: TextBytes;
  /** The part of them that is the cursor's: at least {@linkcode MIN_TEXT_CURSOR_BYTES}. */
  readonly from: number;
  readonly sizeBytes: number;
  /** What it says that every key is. */
  readonly asKey?: number;
  /** Whether no more is read than the blocks that are asked for; else the buffer is filled. */
  readonly isExact?: boolean;
}

/** Goes over the entries of a batch, one segment after another; see `BatchCursor`. */
export class TextCursor {
  /** The key of the current segment; -1 before the first and after the last. */
  key = -1;
  readonly segment = EntryList.withRoom(BLOCK_ENTRIES);
  /** Whether the next segment has the same key. */
  continues = false;

  readonly #reader: TextBatchReader;
  readonly #room: TextRoom;
  readonly #blocks: BlockStream;
  /** Where in the texts the buffer of the blocks begins. */
  readonly #base: number;
  /** The bounds of the range, in the texts, or -1. */
  #from = -1;
  #to = -1;

  readonly #keys = new Float64Array(BLOCK_ENTRIES);
  readonly #sizes = new Float64Array(BLOCK_ENTRIES);
  readonly #gaps = new Float64Array(BLOCK_ENTRIES);
  readonly #extras = new Float64Array(BLOCK_ENTRIES);
  #groups = 0;
  #group = 0;
  #segmentEnd = 0;
  #blockContinues = false;

  constructor(reader: TextBatchReader, room: TextRoom) {
    this.#reader = reader;
    this.#room = room;
    this.#base = room.from + 2 * (MAX_TEXT_ROOM + TEXT_SLACK_BYTES);
    const { source, checksum, blocksEnd: end } = reader;
    const buffer = room.texts.bytes.subarray(this.#base, room.from + room.sizeBytes);
    this.#blocks = new BlockStream({
      source,
      checksum,
      end,
      buffer,
      mostBytes: MAX_TEXT_BLOCK_BYTES,
      isExact: room.isExact,
    });
  }

  /** Goes before the first segment of a range of keys; of all where none is given. */
  seek(range: TextRange | undefined): void {
    this.#finish();
    const { from } = this.#room;
    this.#from = this.#bound(range?.texts, range?.from, from);
    this.#to = this.#bound(range?.texts, range?.to, from + MAX_TEXT_ROOM + TEXT_SLACK_BYTES);
    const { bytes } = this.#room.texts;
    const start = this.#from < 0
      ? HEADER_BYTES
      : this.#reader.startOf(textBytes(bytes, this.#from));
    this.#blocks.seek(start);
  }

  /** Goes before the first segment of the block at an offset that the index has. */
  seekBlock(offset: number): void {
    this.#finish();
    this.#from = this.#to = -1;
    this.#blocks.seek(offset);
  }

  /** Whether the next segment is in another block. */
  get isBlockDone(): boolean {
    return this.#group === this.#groups;
  }

  /** Copies a bound to the texts; returns where it is, or -1 where there is none. */
  #bound(texts: Uint8Array | undefined, reference: number | undefined, to: number): number {
    if (texts === undefined || reference === undefined) return -1;
    if (reference === NO_BOUND || reference === Infinity) return -1;
    this.#room.texts.bytes.set(texts.subarray(reference, reference + 2 + texts[reference]), to);
    return to;
  }

  /** Where in the file the block of the current segment begins. */
  get blockOffset(): number {
    return this.#blocks.offset;
  }

  /**
   * Moves to the next segment.
   *
   * @returns whether there is one
   * @throws {BatchError} where a block is damaged
   */
  next(): boolean {
    const { texts, asKey } = this.#room;
    let key: number;
    do {
      if (this.#group === this.#groups && !this.#loadBlock()) return this.#finish();
      const group = this.#group++;
      key = this.#keys[group];
      this.segment.from = this.#segmentEnd;
      this.segment.to = this.#segmentEnd += this.#sizes[group] + 1;
      this.continues = this.#blockContinues && this.#group === this.#groups;
    } while (this.#from >= 0 && compareTexts(texts, key, this.#from) < 0);
    this.#from = -1;
    if (this.#to >= 0 && compareTexts(texts, key, this.#to) >= 0) return this.#finish();
    this.key = asKey ?? key;
    return true;
  }

  #finish(): boolean {
    this.key = -1;
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
    const { counts } = this.segment;
    const flags = view.getUint8(payload + 1);
    const groups = view.getUint16(payload + 2, true);
    const entries = view.getUint16(payload + 4, true);
    const exceptions = view.getUint16(payload + 6, true);
    if (groups > entries || entries > BLOCK_ENTRIES || exceptions > entries) {
      this.#blocks.fail("damaged block, expected its sizes");
    }
    let at = payload + BLOCK_HEAD_BYTES;
    at = decodeColumn(view, at, groups, false, this.#sizes);
    at = decodeColumn(view, at, exceptions, false, this.#gaps);
    at = decodeColumn(view, at, exceptions, (flags & FLAG_WIDE_COUNTS) !== 0, this.#extras);
    this.#findTexts(this.#base + at, groups, entries);
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

  /** Lists where the keys and songs of a block are; `at` is the first text of all. */
  #findTexts(at: number, groups: number, entries: number): void {
    const { bytes } = this.#room.texts;
    const { songs } = this.segment;
    let entry = 0;
    for (let group = 0; group < groups; group++) {
      this.#keys[group] = at;
      at += bytes[at] + 2;
      for (const end = entry + this.#sizes[group] + 1; entry < end && entry < entries; entry++) {
        songs[entry] = at;
        at += bytes[at] + 2;
      }
    }
    const isWhole = entry === entries && at === this.#base + this.#blocks.payloadEnd;
    if (!isWhole) this.#blocks.fail("damaged block, expected its texts");
  }
}
