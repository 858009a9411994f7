/**
 * The quarantine of a day: its rejected rows as JSON Lines, in the order of its logs.
 *
 * ```
 * {"log":"listen-20211201.log","line":17,"reason":"country","row":"1|5|fr"}
 * {"day":"2021-12-01","rejectedRows":1,"keptRows":1,"leftOutRows":0}
 * ```
 *
 * `row` is the row without its line end. Where its bytes are not UTF-8 they are in `base64`, and
 * `row` has U+FFFD for what is none. Of a row of more than 64 KiB the first 64 KiB are there, and
 * `"cut":true`. The last line tells how many rows did not fit.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { type Day, formatDay } from "../core/day.ts";
import type { ByteSink } from "../core/bytes.ts";
import type { IdKind } from "../core/streams.ts";
import type { KeptRow } from "../core/rejected_rows.ts";

/** No last line is longer. */
const LAST_LINE_BYTES = 160;

/** The least limit: a file has its last line. */
export const MIN_QUARANTINE_BYTES = 1024;

const DECODER = new TextDecoder("utf-8", { ignoreBOM: true });
const STRICT_DECODER = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Writes a rejected row as a line.
 *
 * @param log the name of its log
 * @param row its line is that in the log
 *
 * @example
 * ```ts
 * import { quarantineLine } from "./quarantine.ts";
 * const bytes = new TextEncoder().encode("1|5|fr");
 * const line = quarantineLine("a.log", { line: 17, reason: "country", bytes, isCut: false });
 * if (line !== '{"log":"a.log","line":17,"reason":"country","row":"1|5|fr"}\n') throw new Error();
 * ```
 */
export function quarantineLine(log: string, { line, reason, bytes, isCut }: KeptRow): string {
  const about = { log, line, reason };
  const cut = isCut ? { cut: true } : {};
  try {
    return JSON.stringify({ ...about, row: STRICT_DECODER.decode(bytes), ...cut }) + "\n";
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    const base64 = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("base64");
    return JSON.stringify({ ...about, row: DECODER.decode(bytes), base64, ...cut }) + "\n";
  }
}

/** Writes the quarantine of a day: the first rows, as many as fit. */
export class QuarantineWriter {
  /** How many rows were written. */
  keptRows = 0;
  /** How many rows of users that are forgotten were left out. */
  forgottenRows = 0;
  readonly #sink: ByteSink;
  readonly #encoder = new TextEncoder();
  #roomBytes: number;

  /** @param limitBytes the most bytes of the file, at least {@linkcode MIN_QUARANTINE_BYTES} */
  constructor(sink: ByteSink, limitBytes: number) {
    this.#sink = sink;
    this.#roomBytes = limitBytes - LAST_LINE_BYTES;
  }

  /** Whether nothing more fits: who has rows left need not hand them over. */
  get isFull(): boolean {
    return this.#roomBytes <= 0;
  }

  /** Leaves out all rows that follow. */
  fill(): void {
    this.#roomBytes = 0;
  }

  /**
   * Adds a row, if it and all before it fit.
   *
   * @param isForgotten whether it is not written, but takes its room: so a quarantine that is made
   *   again holds what is left of the former one
   */
  add(log: string, row: KeptRow, isForgotten = false): void {
    if (this.isFull) return;
    const bytes = this.#encoder.encode(quarantineLine(log, row));
    if (bytes.length > this.#roomBytes) return this.fill();
    this.#roomBytes -= bytes.length;
    if (isForgotten) return void this.forgottenRows++;
    this.#sink.write(bytes);
    this.keptRows++;
  }

  /** Writes the last line. */
  finish(day: Day, rejectedRows: number): void {
    const { keptRows, forgottenRows } = this;
    const last = lastLine(day, { rejectedRows, keptRows, forgottenRows });
    this.#sink.write(this.#encoder.encode(last));
  }
}

/**
 * Lists the ids that a rejected row may have meant: where ids are numbers, all digits with neither
 * letter nor digit beside them, without leading zeros; where they are text, all fields without the
 * blanks and quotes around them, and all strings of JSON.
 *
 * Any of them may be the user: of a row that was rejected nobody knows its fields.
 *
 * @example
 * ```ts
 * import { idsIn } from "./quarantine.ts";
 * if ([...idsIn("1|05|f7", "number")].join() !== "1,5") throw new Error();
 * if ([...idsIn("1| Zoë |fr", "text")].join() !== "1,Zoë,fr") throw new Error();
 * ```
 */
export function idsIn(row: string, ids: IdKind): Set<string> {
  return ids === "number" ? numbersIn(row) : textsIn(row);
}

function numbersIn(row: string): Set<string> {
  const found = row.matchAll(/(?<![\p{L}\p{N}])0*(\d{1,16})(?![\p{L}\p{N}])/gu);
  return new Set(Array.from(found, ([, digits]) => String(Number(digits))));
}

function textsIn(row: string): Set<string> {
  const fields = row.split(/[|,;\t]/).map((field) => field.trim());
  const strings = Array.from(row.matchAll(/"((?:[^"\\]|\\.)*)"/g), ([quoted]) => unquoted(quoted));
  const unquotedFields = fields.map((field) => field.replace(/^"(.*)"$/s, "$1"));
  return new Set([...fields, ...unquotedFields, ...strings].filter((field) => field !== ""));
}

function unquoted(text: string): string {
  try {
    return JSON.parse(text);
  } catch {
    return text.slice(1, -1);
  }
}

/** The rejected row that a line of a quarantine tells of; `undefined` of its last line. */
export function rowOfLine(line: string): string | undefined {
  const { row } = JSON.parse(line);
  return typeof row === "string" ? row : undefined;
}

/** Tells whether a rejected row may name one of some users. */
export type NamesForgotten = (row: string) => boolean;

/** Makes what finds rows that may name a user who is left out. */
export function namesIn(ids: IdKind, hasId: (id: string) => boolean): NamesForgotten {
  return (row) => idsIn(row, ids).values().some(hasId);
}

/** What the last line of a quarantine tells. */
export interface QuarantineTotals {
  readonly rejectedRows: number;
  readonly keptRows: number;
  /** Rows of users that are forgotten. */
  readonly forgottenRows: number;
}

/** Writes the last line of a quarantine. */
export function lastLine(
  day: Day,
  { rejectedRows, keptRows, forgottenRows }: QuarantineTotals,
): string {
  const last = {
    day: formatDay(day),
    rejectedRows,
    keptRows,
    leftOutRows: rejectedRows - keptRows - forgottenRows,
    ...forgottenRows > 0 ? { forgottenRows } : {},
  };
  return JSON.stringify(last) + "\n";
}

/** Reads the last line of a quarantine; `undefined` where it is another. */
export function totalsOf(line: string): QuarantineTotals | undefined {
  const { rejectedRows, keptRows, forgottenRows = 0 } = JSON.parse(line);
  return Number.isSafeInteger(rejectedRows) && Number.isSafeInteger(keptRows)
    ? { rejectedRows, keptRows, forgottenRows }
    : undefined;
}
