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

/** `10 ** n` for the digits that do not fit in 31 bits any more. */
const POWERS = Float64Array.from({ length: MAX_ID_DIGITS }, (_, n) => 10 ** n);

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
    const limit = to - STRICT_ROW_BYTES;
    let length = block.length;
    let row = from;
    while (row <= limit && length < capacity) {
      let at = row;
      // Up to nine digits fit in a small integer; what follows is put behind them at the end.
      let digit = bytes[at] - 48;
      if (digit >>> 0 > 9) break;
      let head = digit;
      let stop = at + 9;
      while ((digit = bytes[++at] - 48) >>> 0 <= 9 && at < stop) head = head * 10 + digit | 0;
      let song = head;
      if (digit >>> 0 <= 9) {
        const start = at;
        let tail = digit;
        stop = at + 7;
        while ((digit = bytes[++at] - 48) >>> 0 <= 9 && at < stop) tail = tail * 10 + digit | 0;
        song = head * POWERS[at - start] + tail;
        if (song > MAX_ID) break;
      }
      if (bytes[at] !== PIPE) break;
      digit = bytes[++at] - 48;
      if (digit >>> 0 > 9) break;
      head = digit;
      stop = at + 9;
      while ((digit = bytes[++at] - 48) >>> 0 <= 9 && at < stop) head = head * 10 + digit | 0;
      let user = head;
      if (digit >>> 0 <= 9) {
        const start = at;
        let tail = digit;
        stop = at + 7;
        while ((digit = bytes[++at] - 48) >>> 0 <= 9 && at < stop) tail = tail * 10 + digit | 0;
        user = head * POWERS[at - start] + tail;
        if (user > MAX_ID) break;
      }
      if (bytes[at] !== PIPE) break;
      const first = bytes[at + 1] - 65;
      const second = bytes[at + 2] - 65;
      if (first >>> 0 > 25 || second >>> 0 > 25 || bytes[at + 3] !== LF) break;
      songs[length] = song;
      users[length] = user;
      countries[length++] = first * 26 + second;
      row = at + 4;
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
  // Nine digits and seven digits are exact; a sum past 2^53 - 1 rounds to 2^53 or more.
  let head = 0;
  let tail = 0;
  for (let at = start; at < end; at++) {
    const digit = bytes[at] - 48;
    if (digit < 0 || digit > 9) return -1;
    if (at - start < 9) head = head * 10 + digit;
    else tail = tail * 10 + digit;
  }
  const id = head * POWERS[Math.max(0, end - start - 9)] + tail;
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
