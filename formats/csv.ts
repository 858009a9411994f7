/**
 * The readers `csv` and `tsv`: rows of fields with a delimiter, by RFC 4180.
 *
 * - A row ends with LF; one CR before it, or before the end of the log, is dropped. Any other CR is
 *   data. A UTF-8 BOM at the start is dropped.
 * - A field may stand in quotes; then it may hold delimiters, line ends and doubled quotes. A quote
 *   inside a field without quotes, or text behind a closing quote, makes the row `syntax`.
 * - Every row has as many fields as the header, or, where there is none, as the first row; others
 *   are `fields`.
 * - A quote that is not closed within 64 KiB, or not at all, swallows nothing: the first line of the
 *   row is `syntax`, and the next line is read as a row again. So it is after every row that is
 *   `syntax` or `too-long`.
 *
 * Blanks around numbers and countries are dropped; ids that are text are taken as they stand.
 *
 * @module
 */

import {
  createRowTally,
  FormatError,
  type RejectReason,
  type RowParser,
  type StreamBlock,
} from "../core/streams.ts";
import { columnKinds, parseStrictRows } from "./csv_strict.ts";
import { isByNumber, placesByNumber, placesInHeader, USUAL_COLUMNS } from "./columns.ts";
import {
  appendStream,
  type IdField,
  idField,
  MAX_ROW_BYTES,
  RejectedRows,
  skipBlanks,
} from "./fields.ts";
import type { Columns, ParserOptions, Reader } from "./interface.ts";

const LF = 0x0a;
const CR = 0x0d;
const QUOTE = 0x22;
const COMMA = 0x2c;
const TAB = 0x09;
const OPEN_BRACE = 0x7b;

/** Rows with commas. */
export const csv = readerOf("csv", COMMA, ["csv"], "comma-separated columns, quotes by RFC 4180");

/** Rows with tabs. */
export const tsv = readerOf("tsv", TAB, ["tsv", "tab"], "tab-separated columns, quotes as in csv");

function readerOf(
  name: string,
  delimiter: number,
  endings: readonly string[],
  description: string,
): Reader {
  return {
    name,
    description,
    endings,
    looksLike: (head) => {
      const end = head.indexOf(LF);
      const line = head.subarray(0, end < 0 ? head.length : end);
      return line[0] !== OPEN_BRACE && line.filter((byte) => byte === delimiter).length >= 2;
    },
    takesColumns: true,
    isCutAtLines: false,
    parser: (options: ParserOptions = {}): RowParser => new DelimitedParser(delimiter, options),
  };
}

/** Where the row `bytes[from, end)` ends without its line end. */
function endOfText(bytes: Uint8Array, from: number, end: number): number {
  const text = end > from && bytes[end - 1] === LF ? end - 1 : end;
  return text > from && bytes[text - 1] === CR ? text - 1 : text;
}

/** How the scan of a row ended, where it did not end well. */
const INCOMPLETE = -1;
const OPEN_QUOTE = -2;
const BAD_QUOTE = -3;

class DelimitedParser implements RowParser {
  readonly tally = createRowTally();
  readonly #rejected: RejectedRows;
  readonly #delimiter: number;
  readonly #id: IdField;
  readonly #columns: Columns;
  /** The places of song, user and country; none before the header was read. */
  #places: readonly number[] | undefined;
  #isStart = true;
  /** A row that is too long was counted, and its end has not been seen. */
  #isSkipping = false;
  /** How many fields a row has; 0 before the first one. */
  #expectedFields = 0;
  /** What each column of a strict row holds; nothing before that is known. */
  #kinds: Uint8Array | undefined;
  readonly #isText: boolean;

  /** The fields of the last row that was scanned: where each begins and ends, without quotes. */
  #ends = new Int32Array(64);
  #fieldCount = 0;
  /** Whether a field of it has doubled quotes, and how many line ends stand in quotes. */
  #hasDoubled = false;
  #innerLines = 0;

  readonly #fields = new Int32Array(6);
  #plain = new Uint8Array(256);

  constructor(delimiter: number, options: ParserOptions) {
    const { ids = "number", columns = USUAL_COLUMNS, onRejected } = options;
    this.#rejected = new RejectedRows(this.tally, onRejected);
    this.#delimiter = delimiter;
    this.#isText = ids === "text";
    this.#id = idField(ids);
    this.#columns = columns;
    if (isByNumber(columns)) this.#places = placesByNumber(columns);
  }

  parse(bytes: Uint8Array, from: number, to: number, isLast: boolean, block: StreamBlock): number {
    const tally = this.tally;
    const delimiter = this.#delimiter;
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
      if (this.#kinds !== undefined) {
        const before = block.length;
        at = parseStrictRows(bytes, at, { to, delimiter, kinds: this.#kinds }, block);
        tally.rows += block.length - before;
        tally.lines += block.length - before;
        if (at === to || block.length === block.capacity) break;
      }
      const next = this.#parseRow(bytes, at, to, isLast, block);
      if (next === at) break;
      at = next;
    }
    return at;
  }

  /** Learns how many fields a row has, and what each holds. */
  #learnFields(count: number): void {
    this.#expectedFields = count;
    if (!this.#isText) this.#kinds = columnKinds(this.#places!, count);
  }

  /** Reads one row; returns `from` where its end is not there yet. */
  #parseRow(
    bytes: Uint8Array,
    from: number,
    to: number,
    isLast: boolean,
    block: StreamBlock,
  ): number {
    const { tally } = this;
    const limit = Math.min(to, from + MAX_ROW_BYTES + 2);
    const end = this.#scanRow(bytes, from, limit, isLast && limit === to);
    if (end >= 0 && endOfText(bytes, from, end) - from <= MAX_ROW_BYTES) {
      const line = ++tally.lines;
      tally.lines += this.#innerLines;
      if (this.#places === undefined) this.#readHeader(bytes);
      else this.#takeRow(bytes, from, end, line, block);
      return end;
    }
    const isKnown = limit < to || to - from > MAX_ROW_BYTES + 1 || isLast;
    if (!isKnown && (end === INCOMPLETE || end === OPEN_QUOTE)) return from;
    const reason = end === OPEN_QUOTE || end === BAD_QUOTE ? "syntax" : "too-long";
    return this.#giveUpRow(bytes, from, isLast, { to, reason });
  }

  /** Rejects the first line of a row that is too long, or has a quote in the wrong place. */
  #giveUpRow(
    bytes: Uint8Array,
    from: number,
    isLast: boolean,
    { to, reason }: { readonly to: number; readonly reason: RejectReason },
  ): number {
    if (this.#places === undefined) {
      throw new FormatError("a first line that is no header, expected the names of the columns");
    }
    const lineEnd = bytes.indexOf(LF, from);
    const hasEnd = lineEnd >= 0 && lineEnd < to;
    if (!hasEnd && !isLast && to - from <= MAX_ROW_BYTES + 1) return from;
    const next = hasEnd ? lineEnd + 1 : to;
    const end = endOfText(bytes, from, next);
    this.tally.lines++;
    this.#rejected.add(end - from > MAX_ROW_BYTES ? "too-long" : reason, bytes, from, end);
    this.#isSkipping = !hasEnd && !isLast;
    return next;
  }

  /** Goes on behind the end of a line that is too long, as far as it is there. */
  #skipLine(bytes: Uint8Array, from: number, to: number): number {
    const end = bytes.indexOf(LF, from);
    if (end < 0 || end >= to) return to;
    this.#isSkipping = false;
    return end + 1;
  }

  /**
   * Finds the fields of a row.
   *
   * @returns where the next row begins, or why that is not known
   */
  #scanRow(bytes: Uint8Array, from: number, to: number, isLast: boolean): number {
    const delimiter = this.#delimiter;
    this.#fieldCount = 0;
    this.#hasDoubled = false;
    this.#innerLines = 0;
    let at = from;
    for (;;) {
      if (this.#fieldCount * 2 === this.#ends.length) this.#grow();
      const ends = this.#ends;
      const place = this.#fieldCount++ * 2;
      if (at < to && bytes[at] === QUOTE) {
        const end = this.#scanQuoted(bytes, at + 1, to, isLast);
        if (end < 0) return end;
        ends[place] = at + 1;
        ends[place + 1] = end - 1;
        at = end;
        if (at < to && bytes[at] === CR && (at + 1 < to ? bytes[at + 1] === LF : isLast)) at++;
        else if (at + 1 === to && bytes[at] === CR && !isLast) return INCOMPLETE;
        if (at === to) return isLast ? to : INCOMPLETE;
        if (bytes[at] === LF) return at + 1;
        if (bytes[at] !== delimiter) return BAD_QUOTE;
        at++;
        continue;
      }
      ends[place] = at;
      let byte = 0;
      while (at < to && (byte = bytes[at]) !== delimiter && byte !== LF && byte !== QUOTE) at++;
      ends[place + 1] = at;
      if (at === to && !isLast) return INCOMPLETE;
      if (at < to && byte === QUOTE) return BAD_QUOTE;
      if (at < to && byte === delimiter) {
        at++;
        continue;
      }
      if (at > ends[place] && bytes[at - 1] === CR) ends[place + 1]--;
      return at === to ? to : at + 1;
    }
  }

  /** Finds the end of a field in quotes: the position behind the closing one. */
  #scanQuoted(bytes: Uint8Array, from: number, to: number, isLast: boolean): number {
    for (let at = from; at < to; at++) {
      const byte = bytes[at];
      if (byte === LF) this.#innerLines++;
      if (byte !== QUOTE) continue;
      if (at + 1 === to && !isLast) return INCOMPLETE;
      if (at + 1 === to || bytes[at + 1] !== QUOTE) return at + 1;
      this.#hasDoubled = true;
      at++;
    }
    return OPEN_QUOTE;
  }

  #grow(): void {
    const larger = new Int32Array(this.#ends.length * 2);
    larger.set(this.#ends);
    this.#ends = larger;
  }

  #readHeader(bytes: Uint8Array): void {
    const decoder = new TextDecoder();
    const header = Array.from({ length: this.#fieldCount }, (_, i) => (
      decoder.decode(bytes.subarray(this.#ends[2 * i], this.#ends[2 * i + 1])).replaceAll('""', '"')
    ));
    this.#places = placesInHeader(this.#columns, header);
    this.#learnFields(this.#fieldCount);
  }

  /** Appends the stream of the row that was scanned, or rejects the row. */
  #takeRow(bytes: Uint8Array, from: number, end: number, line: number, block: StreamBlock): void {
    const { tally } = this;
    const ends = this.#ends;
    const isEmpty = this.#fieldCount === 1 && skipBlanks(bytes, ends[0], ends[1]) === ends[1];
    const textEnd = endOfText(bytes, from, end);
    if (isEmpty) return this.#rejected.add("empty", bytes, from, textEnd, line);
    if (this.#expectedFields === 0) this.#learnFields(this.#fieldCount);
    const places = this.#places!;
    const last = this.#fieldCount - 1;
    if (last + 1 !== this.#expectedFields || places.some((place) => place > last)) {
      return this.#rejected.add("fields", bytes, from, textEnd, line);
    }
    const fields = this.#fields;
    for (let i = 0; i < 3; i++) {
      fields[2 * i] = ends[2 * places[i]];
      fields[2 * i + 1] = ends[2 * places[i] + 1];
    }
    const source = this.#hasDoubled ? this.#undoubled(bytes) : bytes;
    const reason = appendStream(source, fields, this.#id, block);
    if (reason === undefined) tally.rows++;
    else this.#rejected.add(reason, bytes, from, textEnd, line);
  }

  /** Copies the fields without the second one of doubled quotes. */
  #undoubled(bytes: Uint8Array): Uint8Array {
    const fields = this.#fields;
    const size = fields[1] - fields[0] + fields[3] - fields[2] + fields[5] - fields[4];
    if (size > this.#plain.length) this.#plain = new Uint8Array(2 * size);
    const plain = this.#plain;
    for (let i = 0, to = 0; i < 6; i += 2) {
      const start = to;
      const isQuoted = fields[i] > 0 && bytes[fields[i] - 1] === QUOTE;
      for (let at = fields[i]; at < fields[i + 1]; at++) {
        plain[to++] = bytes[at];
        if (isQuoted && bytes[at] === QUOTE) at++;
      }
      fields[i] = start;
      fields[i + 1] = to;
    }
    return plain;
  }
}
