/**
 * The reader `pipe`: `song|user|country`, a line a stream.
 *
 * A strict row (digits, digits, two letters, LF) is read by a loop over bytes that allocates
 * nothing; every other row goes to a slow path that knows blanks, CR and the reasons of
 * rejection.
 *
 * @module
 */

import { countryKey } from "../core/country.ts";
import {
  createRowTally,
  MAX_ID,
  type RejectReason,
  type RowParser,
  SHOWN_REJECTED_ROWS,
  type StreamBlock,
} from "../core/streams.ts";
import type { LogPart, Reader } from "./interface.ts";

const LF = 0x0a;
const CR = 0x0d;
const TAB = 0x09;
const SPACE = 0x20;
const PIPE = 0x7c;

/** A line may be this long without its line end. */
export const MAX_LINE_BYTES = 65536;

/** More bytes than a strict row has: 16 digits twice, two letters, three signs. */
const STRICT_ROW_BYTES = 40;

/** Song and user: this many digits at most. */
const MAX_ID_DIGITS = 16;

/** Powers of ten, for the digits of an id that do not fill four. */
const POWERS = Float64Array.of(1, 10, 100, 1000);

/** Four times the character `0`, and what makes the top bit of a byte above 9 appear. */
const ZEROS = 0x30303030;
const ABOVE_NINE = 0x76767676;
const TOP_BITS = 0x80808080 | 0;

/** Where the id ends that {@linkcode readStrictId} read. */
let strictIdEnd = 0;

/**
 * Reads the digits from `at` on, up to 16 of them, four at a time and without a branch on how many
 * there are in the last four; after Lemire, "Quickly parsing eight digits" (2018).
 *
 * @returns the id, or -1 where it is greater than 2^53 - 1 or there is no digit
 */
function readStrictId(view: DataView, at: number): number {
  let four = view.getInt32(at, true) ^ ZEROS;
  let others = nonDigits(four);
  if (others !== 0) {
    const digits = digitsBefore(others);
    strictIdEnd = at + digits;
    return digits === 0 ? -1 : valueOf(firstDigits(four, digits));
  }
  let head = valueOf(four);
  four = view.getInt32(at + 4, true) ^ ZEROS;
  others = nonDigits(four);
  if (others === 0) {
    head = Math.imul(head, 10000) + valueOf(four) | 0;
    four = view.getInt32(at + 8, true) ^ ZEROS;
    others = nonDigits(four);
    if (others === 0) return readLongId(view, at, head * 10000 + valueOf(four));
    at += 4;
  }
  const digits = digitsBefore(others);
  strictIdEnd = at + 4 + digits;
  return head * POWERS[digits] + valueOf(firstDigits(four, digits));
}

/** Goes on after 12 digits. */
function readLongId(view: DataView, at: number, head: number): number {
  const four = view.getInt32(at + 12, true) ^ ZEROS;
  const others = nonDigits(four);
  const digits = others === 0 ? 4 : digitsBefore(others);
  strictIdEnd = at + 12 + digits;
  const id = digits === 4
    ? head * 10000 + valueOf(four)
    : head * POWERS[digits] + valueOf(firstDigits(four, digits));
  return id > MAX_ID ? -1 : id;
}

/** Has the top bit of each byte that is no digit; of those after the first one it may be wrong. */
function nonDigits(four: number): number {
  return (four + ABOVE_NINE | four) & TOP_BITS;
}

/** How many bytes stand before the first that is no digit: 0 to 3. */
function digitsBefore(others: number): number {
  return 31 - Math.clz32(others & -others) >> 3;
}

/** Moves the first 0 to 3 of four digits to the end, zeros before them. */
function firstDigits(four: number, digits: number): number {
  return four << 24 - 8 * digits << 8;
}

/** The value of four digits, the first one in the lowest byte. */
function valueOf(four: number): number {
  const pairs = Math.imul(four, 10 << 8 | 1) >>> 8 & 0x00ff00ff;
  return Math.imul(pairs, 100 << 16 | 1) >>> 16;
}

/** Rows of `song|user|country`. */
export const pipe = {
  name: "pipe",
  description: "song|user|country, a line a stream",
  isCutAtLines: true,
  parser: (part?: LogPart): RowParser => new PipeParser(part?.isStart ?? true),
} satisfies Reader;

class PipeParser implements RowParser {
  readonly tally = createRowTally();
  /** A line that is too long was counted, and its end has not been seen. */
  #isSkipping = false;
  #isStart: boolean;

  constructor(isStart: boolean) {
    this.#isStart = isStart;
  }

  parse(bytes: Uint8Array, from: number, to: number, isLast: boolean, block: StreamBlock): number {
    let at = from;
    if (this.#isStart) {
      if (to - at < 3 && !isLast) return at;
      this.#isStart = false;
      if (to - at >= 3 && bytes[at] === 0xef && bytes[at + 1] === 0xbb && bytes[at + 2] === 0xbf) {
        at += 3;
      }
    }
    if (this.#isSkipping) at = this.#skipLine(bytes, at, to);
    while (at < to && block.length < block.capacity) {
      at = this.#parseStrict(bytes, at, to, block);
      if (at === to || block.length === block.capacity) break;
      const end = this.#parseLine(bytes, at, to, isLast, block);
      if (end === at) break;
      at = end;
    }
    return at;
  }

  /** Reads strict rows for as long as there are any; returns where the first other row begins. */
  #parseStrict(bytes: Uint8Array, from: number, to: number, block: StreamBlock): number {
    const { songs, users, countries, capacity } = block;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const limit = to - STRICT_ROW_BYTES;
    let length = block.length;
    let row = from;
    while (row <= limit && length < capacity) {
      const song = readStrictId(view, row);
      if (song < 0 || bytes[strictIdEnd] !== PIPE) break;
      const user = readStrictId(view, strictIdEnd + 1);
      if (user < 0 || bytes[strictIdEnd] !== PIPE) break;
      const at = strictIdEnd + 1;
      const first = bytes[at] - 65;
      const second = bytes[at + 1] - 65;
      if (first >>> 0 > 25 || second >>> 0 > 25 || bytes[at + 2] !== LF) break;
      songs[length] = song;
      users[length] = user;
      countries[length++] = first * 26 + second;
      row = at + 3;
    }
    this.tally.rows += length - block.length;
    block.length = length;
    return row;
  }

  /** Reads one line of any form; returns `from` where its end is not there yet. */
  #parseLine(
    bytes: Uint8Array,
    from: number,
    to: number,
    isLast: boolean,
    block: StreamBlock,
  ): number {
    let end = bytes.indexOf(LF, from);
    const hasEnd = end >= 0 && end < to;
    if (!hasEnd) {
      if (to - from > MAX_LINE_BYTES + 1) {
        this.#reject("too-long", bytes, from, to);
        this.#isSkipping = true;
        return to;
      }
      if (!isLast) return from;
      end = to;
    }
    const next = hasEnd ? end + 1 : to;
    if (end > from && bytes[end - 1] === CR) end--;
    const reason = end - from > MAX_LINE_BYTES
      ? "too-long"
      : this.#parseFields(bytes, from, end, block);
    if (reason === undefined) this.tally.rows++;
    else this.#reject(reason, bytes, from, end);
    return next;
  }

  /** Appends the stream of the line `bytes[from, to)`, or says why it is none. */
  #parseFields(
    bytes: Uint8Array,
    from: number,
    to: number,
    block: StreamBlock,
  ): RejectReason | undefined {
    if (skipBlanks(bytes, from, to) === to) return "empty";
    const firstBar = indexOfBar(bytes, from, to);
    const secondBar = indexOfBar(bytes, firstBar + 1, to);
    if (secondBar >= to || indexOfBar(bytes, secondBar + 1, to) < to) return "fields";
    const song = parseId(bytes, from, firstBar);
    if (song < 0) return "song";
    const user = parseId(bytes, firstBar + 1, secondBar);
    if (user < 0) return "user";
    const country = parseCountryField(bytes, secondBar + 1, to);
    if (country < 0) return "country";
    block.songs[block.length] = song;
    block.users[block.length] = user;
    block.countries[block.length++] = country;
    return undefined;
  }

  #reject(reason: RejectReason, bytes: Uint8Array, from: number, to: number): void {
    const { tally } = this;
    tally.rows++;
    tally.rejected[reason]++;
    if (tally.firstRejected.length < SHOWN_REJECTED_ROWS) {
      tally.firstRejected.push({ line: tally.rows, reason, text: excerptOf(bytes, from, to) });
    }
  }

  /** Goes on behind the end of a line that is too long, as far as it is there. */
  #skipLine(bytes: Uint8Array, from: number, to: number): number {
    const end = bytes.indexOf(LF, from);
    if (end < 0 || end >= to) return to;
    this.#isSkipping = false;
    return end + 1;
  }
}

function indexOfBar(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  while (at < to && bytes[at] !== PIPE) at++;
  return at;
}

function skipBlanks(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  while (at < to && (bytes[at] === SPACE || bytes[at] === TAB)) at++;
  return at;
}

function skipBlanksBack(bytes: Uint8Array, from: number, to: number): number {
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

function parseCountryField(bytes: Uint8Array, from: number, to: number): number {
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
