/**
 * The fields of a row, and the rows that are rejected: what all readers have in common.
 *
 * @module
 */

import { countryKey } from "../core/country.ts";
import {
  type IdKind,
  MAX_ID,
  type OnRejected,
  type RejectReason,
  type RowTally,
  SHOWN_REJECTED_ROWS,
  type StreamBlock,
} from "../core/streams.ts";

const TAB = 0x09;
const SPACE = 0x20;

/** A row may be this long without its line end. */
export const MAX_ROW_BYTES = 65536;

/** Song and user: this many digits at most. */
const MAX_ID_DIGITS = 16;

/**
 * Reads the field `bytes[from, to)` as an id.
 *
 * @returns what stands for it in the columns of the block, or -1 where it is none
 */
export type IdField = (bytes: Uint8Array, from: number, to: number, block: StreamBlock) => number;

/** How ids of a kind are read: blanks around numbers are dropped, texts are taken as they stand. */
export function idField(ids: IdKind): IdField {
  return ids === "text" ? textField : parseId;
}

function textField(bytes: Uint8Array, from: number, to: number, block: StreamBlock): number {
  return block.texts.put(bytes, from, to);
}

/**
 * Appends the stream of three fields, each given by where it begins and ends.
 *
 * @returns why it is none, where it is none
 */
export function appendStream(
  bytes: Uint8Array,
  fields: Int32Array,
  id: IdField,
  block: StreamBlock,
): RejectReason | undefined {
  const before = block.texts.length;
  const song = id(bytes, fields[0], fields[1], block);
  if (song < 0) return "song";
  const user = id(bytes, fields[2], fields[3], block);
  const country = user < 0 ? -1 : parseCountryField(bytes, fields[4], fields[5]);
  if (country < 0) {
    block.texts.length = before;
    return user < 0 ? "user" : "country";
  }
  block.songs[block.length] = song;
  block.users[block.length] = user;
  block.countries[block.length++] = country;
  return undefined;
}

/** The rejected rows of a parser: they are counted, the first are kept, and all are told of. */
export class RejectedRows {
  readonly #tally: RowTally;
  readonly #onRejected: OnRejected | undefined;

  /** @param onRejected told of each, where someone wants to know */
  constructor(tally: RowTally, onRejected?: OnRejected) {
    this.#tally = tally;
    this.#onRejected = onRejected;
  }

  /** Takes the row `bytes[from, to)`, which is no stream. */
  add(
    reason: RejectReason,
    bytes: Uint8Array,
    from: number,
    to: number,
    line = this.#tally.lines,
  ): void {
    const { rejected, firstRejected } = this.#tally;
    this.#tally.rows++;
    rejected[reason]++;
    this.#onRejected?.(line, reason, bytes, from, to);
    if (firstRejected.length === SHOWN_REJECTED_ROWS) return;
    firstRejected.push({ line, reason, text: excerptOf(bytes, from, to) });
  }
}

/** The first position in `[from, to)` of a byte that is no blank (space, tab), or `to`. */
export function skipBlanks(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  while (at < to && (bytes[at] === SPACE || bytes[at] === TAB)) at++;
  return at;
}

/** The position behind the last byte in `[from, to)` that is no blank, or `from`. */
export function skipBlanksBack(bytes: Uint8Array, from: number, to: number): number {
  let end = to;
  while (end > from && (bytes[end - 1] === SPACE || bytes[end - 1] === TAB)) end--;
  return end;
}

/** Reads an id with blanks around it; -1 where it is none. */
function parseId(bytes: Uint8Array, from: number, to: number): number {
  const start = skipBlanks(bytes, from, to);
  const end = skipBlanksBack(bytes, start, to);
  if (end === start || end - start > MAX_ID_DIGITS) return -1;
  // All is exact up to 2^53 - 1; what is greater rounds to 2^53 or more.
  let id = 0;
  for (let at = start; at < end; at++) {
    const digit = bytes[at] - 48;
    if (digit < 0 || digit > 9) return -1;
    id = id * 10 + digit;
  }
  return id > MAX_ID ? -1 : id;
}

/** Reads a country with blanks around it; -1 where it is none. */
export function parseCountryField(bytes: Uint8Array, from: number, to: number): number {
  const start = skipBlanks(bytes, from, to);
  if (skipBlanksBack(bytes, start, to) - start !== 2) return -1;
  const first = bytes[start];
  const second = bytes[start + 1];
  const isCode = first >= 65 && first <= 90 && second >= 65 && second <= 90;
  return isCode ? countryKey(first, second) : -1;
}

/** The first bytes of a row as text: what is not printable ASCII stands as `\xHH`. */
function excerptOf(bytes: Uint8Array, from: number, to: number): string {
  const part = bytes.subarray(from, Math.min(to, from + 60));
  const text = Array.from(
    part,
    (byte) =>
      byte >= 0x20 && byte < 0x7f
        ? String.fromCharCode(byte)
        : `\\x${byte.toString(16).padStart(2, "0")}`,
  );
  return text.join("") + (to - from > 60 ? "..." : "");
}
