/**
 * Cutting a log into ranges of bytes that can be read apart from each other.
 *
 * @module
 */

import type { ByteSource } from "./bytes.ts";
import { type Checksum, combinedCrc32 } from "./crc32.ts";
import { awaited, type Step } from "./steps.ts";
import {
  addTally,
  clearBlock,
  createRowTally,
  createStreamBlock,
  type RowParser,
  type RowTally,
  type StreamBlock,
} from "./streams.ts";

const LF = 0x0a;

/** A range of bytes: `from` included, `to` not. */
export interface ByteRange {
  readonly from: number;
  readonly to: number;
}

/** Cuts `sizeBytes` into ranges of `rangeBytes`; at least one, the last one may be longer. */
export function cutIntoRanges(sizeBytes: number, rangeBytes: number): ByteRange[] {
  const last = Math.max(1, Math.floor(sizeBytes / rangeBytes)) - 1;
  const starts = Array.from({ length: last }, (_, i) => (i + 1) * rangeBytes);
  return [0, ...starts].map((from, i) => ({ from, to: i === last ? sizeBytes : starts[i] }));
}

/**
 * Moves both ends of a range to the starts of lines: a line belongs to the range in which it starts.
 * Ranges that touch still cover every line once; one in which no line starts is empty.
 *
 * @param buffer room to read into
 */
export function alignedToLines(
  log: ByteSource,
  range: ByteRange,
  buffer: Uint8Array,
): ByteRange {
  const from = lineStart(log, range.from, buffer, range.to);
  // No line starts here: a line may be longer than many ranges, and only one looks for its end.
  if (from >= range.to) return { from: range.to, to: range.to };
  return { from, to: lineStart(log, range.to, buffer, log.sizeBytes) };
}

/** The first start of a line at or after `offset`; `limit` or more where it is not before that. */
function lineStart(log: ByteSource, offset: number, buffer: Uint8Array, limit: number): number {
  if (offset === 0 || offset >= log.sizeBytes) return Math.min(offset, log.sizeBytes);
  let size = 4096;
  for (let at = offset - 1; at < limit; size = Math.min(2 * size, buffer.length)) {
    const part = buffer.subarray(0, log.read(buffer.subarray(0, size), at));
    if (part.length === 0) return at;
    const end = part.indexOf(LF);
    if (end >= 0) return at + end + 1;
    at += part.length;
  }
  return limit;
}

/** A range of a log, to be read. */
export interface RangeJob {
  readonly log: ByteSource;
  /** It begins and ends with lines, or the log has only this range. */
  readonly range: ByteRange;
  /** A new one. */
  readonly parser: RowParser;
  /** Room to read into: at least twice the longest row that the parser leaves to be held. */
  readonly buffer: Uint8Array;
  readonly checksum: Checksum;
  /** Takes the streams; the block is reused after the call. */
  readonly take: (block: StreamBlock) => void;
}

/** What is known of a range that was read. */
export interface ReadRange {
  readonly tally: RowTally;
  /** Bytes that were read: fewer than the range has where the log ended before. */
  readonly sizeBytes: number;
  /** CRC-32 of these bytes. */
  readonly crc32: number;
}

/** Reads a range of a log from its start to its end. Cost: O(bytes). Memory: one block. */
export function* readRange(job: RangeJob): Generator<Step, ReadRange> {
  const { log, range, parser, buffer, checksum } = job;
  const block = createStreamBlock();
  let sizeBytes = 0;
  let crc32 = 0;
  let toldRows = 0;
  for (let held = 0, isLast = false; !isLast;) {
    const offset = range.from + sizeBytes;
    const room = buffer.subarray(held, Math.min(buffer.length, held + range.to - offset));
    const fresh = log.read(room, offset);
    crc32 = checksum(room.subarray(0, fresh), crc32);
    sizeBytes += fresh;
    isLast = fresh < room.length || offset + fresh === range.to;
    const to = held + fresh;
    let at = 0;
    do {
      clearBlock(block);
      at = parser.parse(buffer, at, to, isLast, block);
      job.take(block);
    } while (block.length === block.capacity);
    buffer.copyWithin(0, at, to);
    held = to - at;
    const { rows } = parser.tally;
    yield { logBytes: fresh, rows: rows - toldRows, entries: 0 };
    toldRows = rows;
  }
  return { tally: parser.tally, sizeBytes, crc32 };
}

/** Bytes that come one part after another, to be read as a log. */
export interface PartsJob extends Pick<RangeJob, "parser" | "buffer" | "take"> {
  /** The parts; one is used up before the next is asked for. */
  readonly parts: AsyncIterator<Uint8Array>;
  /** How many bytes of the log are done since the last call. */
  readonly doneBytes: () => number;
}

/** Reads a log that comes in parts. Cost and memory as {@linkcode readRange}. */
export function* readParts(job: PartsJob): Generator<Step, RowTally> {
  const { parts, parser, buffer, take, doneBytes } = job;
  const block = createStreamBlock();
  let held = 0;
  let toldRows = 0;
  const parse = (to: number, isLast: boolean): void => {
    let at = 0;
    do {
      clearBlock(block);
      at = parser.parse(buffer, at, to, isLast, block);
      take(block);
    } while (block.length === block.capacity);
    buffer.copyWithin(0, at, to);
    held = to - at;
  };
  for (;;) {
    const { done, value } = yield* awaited(parts.next());
    if (done) break;
    for (let used = 0; used < value.length;) {
      const fresh = value.subarray(used, used + buffer.length - held);
      buffer.set(fresh, held);
      used += fresh.length;
      parse(held + fresh.length, false);
    }
    const { rows } = parser.tally;
    yield { logBytes: doneBytes(), rows: rows - toldRows, entries: 0 };
    toldRows = rows;
  }
  parse(held, true);
  return parser.tally;
}

/** Puts together what is known of the ranges of a log, in their order. */
export function joinedRanges(parts: readonly ReadRange[]): ReadRange {
  const tally = createRowTally();
  let sizeBytes = 0;
  let crc32 = 0;
  for (const part of parts) {
    addTally(tally, part.tally);
    crc32 = combinedCrc32(crc32, part.crc32, part.sizeBytes);
    sizeBytes += part.sizeBytes;
  }
  return { tally, sizeBytes, crc32 };
}
