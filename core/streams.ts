/**
 * Streams in columns: what a reader hands to the core.
 *
 * @module
 */

import { TextArena } from "./texts.ts";

/** What a batch is grouped by. */
export type KeyKind = "country" | "user";

/** What the ids of songs and users are. */
export type IdKind = "number" | "text";

/** All kinds of ids. */
export const ID_KINDS: readonly IdKind[] = ["number", "text"];

/** All kinds of key, in the order in which their charts are made and shown. */
export const KEY_KINDS: readonly KeyKind[] = ["country", "user"];

/** The largest song or user id: every whole number up to here is exact in a double. */
export const MAX_ID = Number.MAX_SAFE_INTEGER;

/**
 * A block of streams, one array a field (struct of arrays), filled from 0 to `length`.
 *
 * The block is reused: who needs a stream longer than the next call copies it.
 */
export interface StreamBlock {
  /** Song ids, whole numbers from 0 to 2^53 - 1; where ids are text, references into `texts`. */
  readonly songs: Float64Array;
  /** User ids, as the song ids are. */
  readonly users: Float64Array;
  /** Country keys, 0 to 675 (see country.ts). */
  readonly countries: Uint16Array;
  /** Where ids are text: the texts. */
  readonly texts: TextArena;
  /** How many streams the block may hold. */
  readonly capacity: number;
  /** How many streams the block holds. */
  length: number;
}

/**
 * Makes an empty block.
 *
 * @param capacity how many streams it may hold; the default fits in a core's second-level cache
 */
export function createStreamBlock(capacity = 16384): StreamBlock {
  return {
    songs: new Float64Array(capacity),
    users: new Float64Array(capacity),
    countries: new Uint16Array(capacity),
    texts: new TextArena(),
    capacity,
    length: 0,
  };
}

/** Empties a block. */
export function clearBlock(block: StreamBlock): void {
  block.length = 0;
  block.texts.clear();
}

/** Why a row is no stream. */
export type RejectReason = "empty" | "syntax" | "fields" | "song" | "user" | "country" | "too-long";

/** The reasons in the order in which they are looked for, `too-long` aside, which is seen first. */
export const REJECT_REASONS: readonly RejectReason[] = [
  "empty",
  "syntax",
  "fields",
  "song",
  "user",
  "country",
  "too-long",
];

/** A rejected row, kept to be shown. */
export interface RejectedRow {
  /** Its line in the log, from 1. */
  readonly line: number;
  readonly reason: RejectReason;
  /** Its first bytes as text; control characters and bytes that are not ASCII stand as `\xHH`. */
  readonly text: string;
}

/** What a parser has seen so far. Rows = streams + rejected rows, always. */
export interface RowTally {
  /** Rows read. */
  rows: number;
  /** Lines read: the rows, and a header or the lines of a row of several, where there are such. */
  lines: number;
  /** Rejected rows by reason; every reason is there. */
  readonly rejected: Record<RejectReason, number>;
  /** The first rejected rows, at most {@linkcode SHOWN_REJECTED_ROWS}, in the order of the log. */
  readonly firstRejected: RejectedRow[];
}

/** How many rejected rows of a log are kept to be shown. */
export const SHOWN_REJECTED_ROWS = 5;

/** Makes a tally of nothing. */
export function createRowTally(): RowTally {
  const rejected = { empty: 0, syntax: 0, fields: 0, song: 0, user: 0, country: 0, "too-long": 0 };
  return { rows: 0, lines: 0, rejected, firstRejected: [] };
}

/** Adds what was seen in another part of a log, which follows, to a tally. */
export function addTally(tally: RowTally, part: RowTally): void {
  for (const row of part.firstRejected) {
    if (tally.firstRejected.length === SHOWN_REJECTED_ROWS) break;
    tally.firstRejected.push({ ...row, line: row.line + tally.lines });
  }
  tally.rows += part.rows;
  tally.lines += part.lines;
  for (const reason of REJECT_REASONS) tally.rejected[reason] += part.rejected[reason];
}

/** Counts the rejected rows of all reasons. */
export function rejectedCount(rejected: Readonly<Record<RejectReason, number>>): number {
  return REJECT_REASONS.reduce((sum, reason) => sum + rejected[reason], 0);
}

/**
 * Told of a rejected row; the bytes are the caller's again when the call returns.
 *
 * @param line its line in the part of the log that is read, from 1
 * @param bytes `bytes[from, to)` is the row without its line end; of one that is too long, at least
 *   its first 64 KiB
 */
export type OnRejected = (
  line: number,
  reason: RejectReason,
  bytes: Uint8Array,
  from: number,
  to: number,
) => void;

/** A part of a log. */
export interface LogPart {
  readonly isStart: boolean;
}

/** A log that is not of the format it is read as: there is no row to reject, and nothing to read. */
export class FormatError extends Error {
  override readonly name = "FormatError";

  /** @param message what is wrong, and what was expected; who knows the log's name adds it */
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
  }
}

/**
 * Turns the bytes of one log into streams: what a reader makes for every log.
 *
 * The caller holds a buffer, calls {@linkcode parse} until it leaves the block not full, moves
 * the bytes that were not consumed to the front, reads more behind them, and goes on; the last
 * call of a log has `isLast` set.
 */
export interface RowParser {
  /**
   * Reads rows from `bytes[from, to)` and appends their streams to the block.
   *
   * Stops when the block is full or only a row that is cut by `to` remains; with `isLast` there
   * is no such row, and everything is consumed. A row longer than 64 KiB never has to be
   * held by the caller: the parser consumes it piece by piece.
   *
   * @returns the position of the first byte that was not consumed
   */
  parse(bytes: Uint8Array, from: number, to: number, isLast: boolean, block: StreamBlock): number;
  /** What was seen so far. */
  readonly tally: RowTally;
}
