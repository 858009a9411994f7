/**
 * The bytes of a batch file: header, records, trailer. docs/batch-format.md draws them.
 *
 * @module
 */

import type { Checksum } from "./crc32.ts";
import type { Day } from "./day.ts";
import type { IdKind, KeyKind } from "./streams.ts";

/** The version of the batch format. A file of another version is not read. */
export const BATCH_VERSION = 1;

/** The most entries of a block: its columns stay in the first- and second-level cache. */
export const BLOCK_ENTRIES = 4096;

/** The blocks that one index page names. */
export const PAGE_BLOCKS = 128;

/** First bytes of a batch file. */
export const MAGIC = [0x74, 0x6f, 0x70, 0x73, 0x74, 0x72, 0x6d, 0x1a]; // "topstrm", SUB
export const HEADER_BYTES = 24;
export const TRAILER_BYTES = 48;
/** Checksum and length in front of every record. */
export const FRAME_BYTES = 8;
/** Fixed part of a block: type, flags, groups, entries, exceptions, first key. */
export const BLOCK_HEAD_BYTES = 16;
/** One line of an index page or of the root: first key, first song, offset. */
export const INDEX_ENTRY_BYTES = 24;
/** Type, reserved, number of lines. */
export const INDEX_HEAD_BYTES = 8;

/** The most bytes that a block takes with its frame, all columns at their widest. */
export const MAX_BLOCK_BYTES = FRAME_BYTES + BLOCK_HEAD_BYTES + 5 * (BLOCK_ENTRIES * 7 + 1024) + 8;

export const RECORD_BLOCK = 1;
export const RECORD_PAGE = 2;
export const RECORD_ROOT = 3;

/** The last group of the block goes on in the next block. */
export const FLAG_CONTINUES = 1;
export const FLAG_WIDE_KEYS = 2;
export const FLAG_WIDE_SONGS = 4;
export const FLAG_WIDE_COUNTS = 8;

const KIND_CODES: Readonly<Record<KeyKind, number>> = { country: 1, user: 2 };
/** The kinds of ids, at the place of their code. */
const IDS_OF_CODE: readonly IdKind[] = ["number", "text"];
const TWO_32 = 2 ** 32;

/** A batch file that is damaged, of another version, or not what it is taken for. */
export class BatchError extends Error {
  /** What messages call the file. */
  readonly source: string;
  /** Where in the file, in bytes from its start. */
  readonly byteOffset: number;
  /** What is wrong, and what was expected. */
  readonly reason: string;

  constructor(source: string, byteOffset: number, reason: string) {
    super(`Cannot read batch "${source}" at byte ${byteOffset}: ${reason}`);
    this.name = "BatchError";
    this.source = source;
    this.byteOffset = byteOffset;
    this.reason = reason;
  }
}

/** What a batch file says of itself at its start. */
export interface BatchHeader {
  readonly kind: KeyKind;
  readonly day: Day;
}

/** What a batch file says of itself at its end. */
export interface BatchTrailer {
  /** Where the root of the index is, in bytes from the start of the file. */
  readonly rootOffset: number;
  /** Distinct keys. */
  readonly keyCount: number;
  /** Distinct (key, song) pairs. */
  readonly entryCount: number;
  /** Streams: the sum of all counts. */
  readonly streamCount: number;
}

/** Writes a whole number up to 2^53 - 1 as eight bytes, little-endian. */
export function setWhole(view: DataView, at: number, value: number): void {
  const high = Math.floor(value / TWO_32);
  view.setUint32(at, value - high * TWO_32, true);
  view.setUint32(at + 4, high, true);
}

/** Reads eight bytes, little-endian, as a number. */
export function getWhole(view: DataView, at: number): number {
  return view.getUint32(at + 4, true) * TWO_32 + view.getUint32(at, true);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** @param ids what songs and users are */
export function encodeHeader(
  header: BatchHeader,
  checksum: Checksum,
  ids: IdKind = "number",
): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES);
  const view = viewOf(bytes);
  bytes.set(MAGIC);
  view.setUint16(8, BATCH_VERSION, true);
  bytes[10] = KIND_CODES[header.kind];
  bytes[11] = IDS_OF_CODE.indexOf(ids);
  view.setInt32(12, header.day, true);
  view.setUint32(HEADER_BYTES - 4, checksum(bytes.subarray(0, HEADER_BYTES - 4)), true);
  return bytes;
}

/** @throws {BatchError} where the bytes are no header, or one of another version or of other ids */
export function decodeHeader(
  bytes: Uint8Array,
  checksum: Checksum,
  source: string,
  ids: IdKind = "number",
): BatchHeader {
  const fail = (reason: string): never => {
    throw new BatchError(source, 0, reason);
  };
  const view = viewOf(bytes);
  if (bytes.length < HEADER_BYTES) return fail(`${bytes.length} bytes, expected a batch`);
  if (MAGIC.some((byte, i) => bytes[i] !== byte)) return fail("no batch, expected its magic bytes");
  const version = view.getUint16(8, true);
  if (version !== BATCH_VERSION) {
    return fail(`batch version ${version}, expected version ${BATCH_VERSION}`);
  }
  const stored = view.getUint32(HEADER_BYTES - 4, true);
  if (stored !== checksum(bytes.subarray(0, HEADER_BYTES - 4))) {
    return fail("damaged header, expected its checksum");
  }
  const kind = bytes[10] === KIND_CODES.country ? "country" : "user";
  if (bytes[10] !== KIND_CODES[kind]) return fail(`kind of key ${bytes[10]}, expected 1 or 2`);
  const found = IDS_OF_CODE[bytes[11]];
  if (found !== ids) return fail(`ids of kind ${found ?? bytes[11]}, expected ${ids}`);
  return { kind, day: view.getInt32(12, true) };
}

export function encodeTrailer(trailer: BatchTrailer, checksum: Checksum): Uint8Array {
  const bytes = new Uint8Array(TRAILER_BYTES);
  const view = viewOf(bytes);
  setWhole(view, 0, trailer.rootOffset);
  setWhole(view, 8, trailer.keyCount);
  setWhole(view, 16, trailer.entryCount);
  setWhole(view, 24, trailer.streamCount);
  bytes.set(MAGIC, 32);
  view.setUint32(TRAILER_BYTES - 4, checksum(bytes.subarray(0, TRAILER_BYTES - 4)), true);
  return bytes;
}

/** @throws {BatchError} where the bytes are no trailer */
export function decodeTrailer(
  bytes: Uint8Array,
  checksum: Checksum,
  source: string,
  byteOffset: number,
): BatchTrailer {
  const view = viewOf(bytes);
  const isWhole = bytes.length === TRAILER_BYTES &&
    MAGIC.every((byte, i) => bytes[32 + i] === byte) &&
    view.getUint32(TRAILER_BYTES - 4, true) === checksum(bytes.subarray(0, TRAILER_BYTES - 4));
  if (!isWhole) {
    throw new BatchError(source, byteOffset, "damaged or cut short, expected the trailer");
  }
  return {
    rootOffset: getWhole(view, 0),
    keyCount: getWhole(view, 8),
    entryCount: getWhole(view, 16),
    streamCount: getWhole(view, 24),
  };
}
