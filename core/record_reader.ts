/**
 * Reads the records of a batch file: one, or one behind the other.
 *
 * @module
 */

import {
  BatchError,
  type BatchHeader,
  type BatchTrailer,
  decodeHeader,
  decodeTrailer,
  FRAME_BYTES,
  HEADER_BYTES,
  RECORD_BLOCK,
  TRAILER_BYTES,
} from "./batch_format.ts";
import type { ByteSource } from "./bytes.ts";
import type { Checksum } from "./crc32.ts";
import type { IdKind } from "./streams.ts";
import { COLUMN_SLACK_BYTES } from "./vbyte.ts";

/** A batch file whose ends were checked. */
export interface BatchEnds {
  readonly header: BatchHeader;
  readonly trailer: BatchTrailer;
  /** Where the trailer begins. */
  readonly end: number;
}

/**
 * Reads and checks header and trailer.
 *
 * @throws {BatchError} where the file is damaged, cut short, of another version or other ids
 */
export function readEnds(source: ByteSource, checksum: Checksum, ids: IdKind): BatchEnds {
  const head = new Uint8Array(HEADER_BYTES);
  const length = source.read(head, 0);
  const header = decodeHeader(head.subarray(0, length), checksum, source.name, ids);
  const end = source.sizeBytes - TRAILER_BYTES;
  const tail = new Uint8Array(TRAILER_BYTES);
  if (end < HEADER_BYTES || source.read(tail, end) < TRAILER_BYTES) {
    throw new BatchError(source.name, source.sizeBytes, "cut short, expected the trailer");
  }
  return { header, trailer: decodeTrailer(tail, checksum, source.name, end), end };
}

/** Where an index record is, and what it is. */
export interface IndexPlace {
  readonly offset: number;
  /** Where it ends at most. */
  readonly end: number;
  /** The type of the record. */
  readonly type: number;
}

/**
 * Reads and checks an index record.
 *
 * @returns its payload
 * @throws {BatchError} where there is no such record, or it is damaged
 */
export function readIndexRecord(
  source: ByteSource,
  checksum: Checksum,
  { offset, end, type }: IndexPlace,
): Uint8Array {
  const fail = (reason: string): never => {
    throw new BatchError(source.name, offset, reason);
  };
  const frame = new Uint8Array(FRAME_BYTES);
  if (offset + FRAME_BYTES > end || source.read(frame, offset) < FRAME_BYTES) {
    return fail("damaged index, expected an index record");
  }
  const length = new DataView(frame.buffer).getUint32(4, true);
  if (offset + FRAME_BYTES + length > end) return fail("damaged index, expected its length");
  const record = new Uint8Array(FRAME_BYTES + length);
  source.read(record, offset);
  const stored = new DataView(record.buffer).getUint32(0, true);
  if (stored !== checksum(record.subarray(4))) {
    return fail("damaged index, expected its checksum");
  }
  if (record[FRAME_BYTES] !== type) return fail("damaged index, expected an index record");
  return record.subarray(FRAME_BYTES);
}

/** The position of the last of `count` lines of an index that begins below a key, or -1. */
export function lastBelow(count: number, isBelow: (line: number) => boolean): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isBelow(middle)) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** What blocks are read from, and where to. */
export interface BlockSource {
  readonly source: ByteSource;
  readonly checksum: Checksum;
  /** Where the blocks end. */
  readonly end: number;
  /** Read into: room for a block of any size, and {@linkcode COLUMN_SLACK_BYTES} more. */
  readonly buffer: Uint8Array;
  /** The most bytes of a block with its frame. */
  readonly mostBytes: number;
  /** Whether no more is read than the blocks that are asked for; else the buffer is filled. */
  readonly isExact?: boolean;
}

/** Goes over the blocks of a batch, one after another. */
export class BlockStream {
  /** Over the buffer. */
  readonly view: DataView;
  /** Where in the buffer the payload of the current block ends. */
  payloadEnd = 0;
  readonly #from: BlockSource;
  /** The buffer holds the file from `#bufferOffset`, and is used from `#at` to `#filled`. */
  #bufferOffset: number;
  #at = 0;
  #filled = 0;

  constructor(from: BlockSource) {
    this.#from = from;
    this.#bufferOffset = from.end;
    const { buffer } = from;
    this.view = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  }

  /** Goes before the block at an offset of the file. */
  seek(offset: number): void {
    this.#bufferOffset = offset;
    this.#at = this.#filled = this.payloadEnd = 0;
  }

  /** Goes behind the last block. */
  finish(): void {
    this.seek(this.#from.end);
  }

  /** Where in the file the current block begins. */
  get offset(): number {
    return this.#bufferOffset + this.#at;
  }

  /** @throws {BatchError} always: the current block is damaged */
  fail(reason: string): never {
    throw new BatchError(this.#from.source.name, this.offset, reason);
  }

  /**
   * Reads and checks the next block; the one before is gone.
   *
   * @returns where in the buffer its payload begins, or -1 where there is none
   * @throws {BatchError} where it is damaged
   */
  next(): number {
    if (this.payloadEnd > 0) this.#at = this.payloadEnd;
    const { buffer, checksum, end, mostBytes } = this.#from;
    if (this.#bufferOffset + this.#at >= end) return -1;
    this.payloadEnd = 0;
    this.#need(FRAME_BYTES);
    const length = this.view.getUint32(this.#at + 4, true);
    if (length > mostBytes - FRAME_BYTES) this.fail("damaged block, expected its length");
    this.#need(FRAME_BYTES + length);
    const start = this.#at;
    const record = buffer.subarray(start + 4, start + FRAME_BYTES + length);
    if (checksum(record) !== this.view.getUint32(start, true)) {
      this.fail("damaged block, expected its checksum");
    }
    if (buffer[start + FRAME_BYTES] !== RECORD_BLOCK) this.fail("damaged block, expected a block");
    this.payloadEnd = start + FRAME_BYTES + length;
    return start + FRAME_BYTES;
  }

  /** Makes `count` bytes from `#at` on stand in the buffer. */
  #need(count: number): void {
    if (this.#filled - this.#at >= count) return;
    const { buffer, source, end, isExact } = this.#from;
    buffer.copyWithin(0, this.#at, this.#filled);
    this.#filled -= this.#at;
    this.#bufferOffset += this.#at;
    this.#at = 0;
    const most = isExact ? count : buffer.length - COLUMN_SLACK_BYTES;
    const room = buffer.subarray(this.#filled, most);
    const offset = this.#bufferOffset + this.#filled;
    const wanted = room.subarray(0, Math.max(0, end - offset));
    this.#filled += source.read(wanted, offset);
    if (this.#filled < count) this.fail("cut short, expected the rest of a block");
  }
}
