/**
 * The reader `jsonl`: a JSON object a line (RFC 8259, JSON Lines).
 *
 * An id is an integer as JSON writes it, or a string of digits; where ids are text, a string, or
 * the digits of an integer. The country is a string. `1.0`, `1e3`, `true` and `null` are no ids. Of
 * a key that stands twice the last one counts, as in `JSON.parse`. A line that is no JSON object, or
 * not UTF-8, is `syntax`; one without one of the three keys is `fields`.
 *
 * A flat object of ASCII without escapes is read by a scan of its bytes; every other line by
 * `JSON.parse`, which also judges whatever the scan does not know.
 *
 * @module
 */

import {
  createRowTally,
  FormatError,
  type IdKind,
  type RejectReason,
  type RowParser,
  type StreamBlock,
} from "../core/streams.ts";
import { isByNumber, USUAL_COLUMNS } from "./columns.ts";
import { appendStream, type IdField, idField, MAX_ROW_BYTES, RejectedRows } from "./fields.ts";
import { type Columns, FIELDS, type ParserOptions, type Reader } from "./interface.ts";

const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const TAB = 0x09;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const COMMA = 0x2c;
const OPEN = 0x7b;
const CLOSE = 0x7d;

/** Objects, one a line. */
export const jsonl = {
  name: "jsonl",
  description: "one JSON object a line",
  endings: ["jsonl", "ndjson"],
  looksLike: (head) => {
    const first = head.find((byte) => !isBlank(byte) && byte !== LF && byte !== CR);
    return first === OPEN;
  },
  takesColumns: true,
  isCutAtLines: true,
  parser: (options: ParserOptions = {}): RowParser => new JsonLinesParser(options),
} satisfies Reader;

function isBlank(byte: number): boolean {
  return byte === SPACE || byte === TAB;
}

/** What a value is; others are no ids and no countries. */
const NUMBER = 1;
const STRING = 2;
const OTHER = 3;

class JsonLinesParser implements RowParser {
  readonly tally = createRowTally();
  readonly #rejected: RejectedRows;
  readonly #ids: IdKind;
  readonly #id: IdField;
  readonly #paths: readonly (readonly string[])[];
  /** The keys as bytes; none where one is nested or has to be escaped: then nothing is scanned. */
  readonly #keys: readonly Uint8Array[] | undefined;
  #isStart: boolean;
  #isSkipping = false;

  /** Where song, user and country of the current line begin and end, and what they are. */
  readonly #fields = new Int32Array(6);
  readonly #kinds = new Int32Array(3);
  readonly #decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  readonly #encoder = new TextEncoder();

  constructor(options: ParserOptions) {
    const { isStart = true, ids = "number", columns = USUAL_COLUMNS, onRejected } = options;
    this.#rejected = new RejectedRows(this.tally, onRejected);
    if (isByNumber(columns)) {
      throw new FormatError("columns by number, expected the names of keys (--columns)");
    }
    this.#isStart = isStart;
    this.#ids = ids;
    this.#id = idField(ids);
    this.#paths = pathsOf(columns);
    const isPlain = FIELDS.every((field) => /^[ !#-\[\]-~]+$/.test(String(columns[field])));
    const isFlat = this.#paths.every((path) => path.length === 1);
    this.#keys = isPlain && isFlat
      ? this.#paths.map(([key]) => this.#encoder.encode(key))
      : undefined;
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
      const next = this.#parseLine(bytes, at, to, isLast, block);
      if (next === at) break;
      at = next;
    }
    return at;
  }

  #parseLine(
    bytes: Uint8Array,
    from: number,
    to: number,
    isLast: boolean,
    block: StreamBlock,
  ): number {
    const { tally } = this;
    let end = bytes.indexOf(LF, from);
    const hasEnd = end >= 0 && end < to;
    if (!hasEnd) {
      if (to - from > MAX_ROW_BYTES + 1) {
        tally.lines++;
        this.#rejected.add("too-long", bytes, from, to);
        this.#isSkipping = true;
        return to;
      }
      if (!isLast) return from;
      end = to;
    }
    const next = hasEnd ? end + 1 : to;
    if (end > from && bytes[end - 1] === CR) end--;
    tally.lines++;
    const reason = end - from > MAX_ROW_BYTES
      ? "too-long"
      : this.#scan(bytes, from, end)
      ? this.#append(bytes, block)
      : this.#parseSlowly(bytes, from, end, block);
    if (reason === undefined) tally.rows++;
    else this.#rejected.add(reason, bytes, from, end);
    return next;
  }

  #skipLine(bytes: Uint8Array, from: number, to: number): number {
    const end = bytes.indexOf(LF, from);
    if (end < 0 || end >= to) return to;
    this.#isSkipping = false;
    return end + 1;
  }

  /** Finds the fields of a simple object; returns whether it is one. */
  #scan(bytes: Uint8Array, from: number, to: number): boolean {
    const keys = this.#keys;
    if (keys === undefined) return false;
    const kinds = this.#kinds;
    const fields = this.#fields;
    kinds[0] = kinds[1] = kinds[2] = 0;
    let at = skipJsonBlanks(bytes, from, to);
    if (bytes[at++] !== OPEN) return false;
    for (;;) {
      at = skipJsonBlanks(bytes, at, to);
      if (at >= to || bytes[at] !== QUOTE) return false;
      const keyStart = at + 1;
      const keyEnd = endOfPlainString(bytes, keyStart, to);
      if (keyEnd < 0) return false;
      at = skipJsonBlanks(bytes, keyEnd + 1, to);
      if (at >= to || bytes[at] !== COLON) return false;
      at = skipJsonBlanks(bytes, at + 1, to);
      if (at >= to) return false;
      const start = at;
      let kind = STRING;
      if (bytes[at] === QUOTE) {
        at = endOfPlainString(bytes, at + 1, to);
        if (at < 0) return false;
        at++;
      } else {
        kind = NUMBER;
        at = endOfInteger(bytes, at, to);
        if (at < 0) return false;
      }
      const field = fieldOf(bytes, keyStart, keyEnd, keys);
      if (field >= 0) {
        kinds[field] = kind;
        fields[2 * field] = kind === STRING ? start + 1 : start;
        fields[2 * field + 1] = kind === STRING ? at - 1 : at;
      }
      at = skipJsonBlanks(bytes, at, to);
      if (at >= to) return false;
      if (bytes[at] === CLOSE) return skipJsonBlanks(bytes, at + 1, to) === to;
      if (bytes[at++] !== COMMA) return false;
    }
  }

  /** Appends the stream of the fields that were found, or says why it is none. */
  #append(bytes: Uint8Array, block: StreamBlock): RejectReason | undefined {
    const kinds = this.#kinds;
    const fields = this.#fields;
    if (kinds[0] === 0 || kinds[1] === 0 || kinds[2] === 0) return "fields";
    if (!this.#isId(bytes, 0)) return "song";
    const isUser = this.#isId(bytes, 1);
    const isCountry = kinds[2] === STRING && fields[5] - fields[4] === 2;
    // A field that is none of its kind is made an empty one, so that the first reason is given.
    if (!isUser) fields[3] = fields[2];
    if (!isCountry) fields[5] = fields[4];
    return appendStream(bytes, fields, this.#id, block);
  }

  /** Whether a value may be an id: a number, or a string without blanks around digits. */
  #isId(bytes: Uint8Array, field: number): boolean {
    const kind = this.#kinds[field];
    if (kind === OTHER) return false;
    if (kind === NUMBER || this.#ids === "text") return true;
    const [start, end] = [this.#fields[2 * field], this.#fields[2 * field + 1]];
    return end > start && !isBlank(bytes[start]) && !isBlank(bytes[end - 1]);
  }

  #parseSlowly(
    bytes: Uint8Array,
    from: number,
    to: number,
    block: StreamBlock,
  ): RejectReason | undefined {
    if (skipJsonBlanks(bytes, from, to) === to) return "empty";
    let value: unknown;
    try {
      value = parseJson(this.#decoder.decode(bytes.subarray(from, to)));
    } catch {
      return "syntax";
    }
    if (!isObject(value)) return "syntax";
    const texts = this.#paths.map((path, field) => {
      const found = valueAt(value, path);
      this.#kinds[field] = found === undefined
        ? 0
        : typeof found === "string" && found.isWellFormed()
        ? STRING
        : found instanceof IntegerText
        ? NUMBER
        : OTHER;
      return this.#encoder.encode(
        typeof found === "string" ? found : found instanceof IntegerText ? found.digits : "",
      );
    });
    const plain = new Uint8Array(texts.reduce((sum, text) => sum + text.length, 0));
    let at = 0;
    for (const [field, text] of texts.entries()) {
      plain.set(text, at);
      this.#fields[2 * field] = at;
      this.#fields[2 * field + 1] = at += text.length;
    }
    return this.#append(plain, block);
  }
}

function pathsOf(columns: Columns): string[][] {
  return FIELDS.map((field) => String(columns[field]).split("."));
}

/** An integer as it stands in the text; a double would not know `1.0` from `1`, nor 2^53 + 1. */
class IntegerText {
  readonly digits: string;

  constructor(digits: string) {
    this.digits = digits;
  }
}

/** `JSON.parse` hands the reviver the source of a value (ECMAScript, "JSON.parse source text"). */
type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown;

function parseJson(text: string): unknown {
  const revive: Reviver = (_key, value, { source }) =>
    typeof value === "number" && source !== undefined && /^\d+$/.test(source)
      ? new IntegerText(source)
      : value;
  return JSON.parse(text, revive as (key: string, value: unknown) => unknown);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) &&
    !(value instanceof IntegerText);
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  let at: unknown = value;
  for (const key of path) {
    if (!isObject(at) || !Object.hasOwn(at, key)) return undefined;
    at = at[key];
  }
  return at;
}

function skipJsonBlanks(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  while (at < to && (bytes[at] === SPACE || bytes[at] === TAB || bytes[at] === CR)) at++;
  return at;
}

/** The position of the closing quote of a string of ASCII without escapes, or -1. */
function endOfPlainString(bytes: Uint8Array, from: number, to: number): number {
  for (let at = from; at < to; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) return at;
    if (byte === BACKSLASH || byte < SPACE || byte >= 0x80) return -1;
  }
  return -1;
}

/** The position behind an integer of JSON without a sign, or -1. */
function endOfInteger(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  while (at < to && bytes[at] >= 48 && bytes[at] <= 57) at++;
  const digits = at - from;
  if (digits === 0 || digits > 1 && bytes[from] === 48) return -1;
  if (at === to) return -1;
  const byte = bytes[at];
  return byte === COMMA || byte === CLOSE || byte === SPACE || byte === TAB || byte === CR
    ? at
    : -1;
}

/** Which field a key is, or -1. */
function fieldOf(
  bytes: Uint8Array,
  from: number,
  to: number,
  keys: readonly Uint8Array[],
): number {
  const size = to - from;
  for (let field = 0; field < 3; field++) {
    const key = keys[field];
    if (key.length !== size) continue;
    let i = 0;
    while (i < size && key[i] === bytes[from + i]) i++;
    if (i === size) return field;
  }
  return -1;
}
