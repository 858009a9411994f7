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

  /** Adds a row, if it and all before it fit. */
  add(log: string, row: KeptRow): void {
    if (this.isFull) return;
    const bytes = this.#encoder.encode(quarantineLine(log, row));
    if (bytes.length > this.#roomBytes) return this.fill();
    this.#roomBytes -= bytes.length;
    this.#sink.write(bytes);
    this.keptRows++;
  }

  /** Writes the last line. */
  finish(day: Day, rejectedRows: number): void {
    const { keptRows } = this;
    const last = {
      day: formatDay(day),
      rejectedRows,
      keptRows,
      leftOutRows: rejectedRows - keptRows,
    };
    this.#sink.write(this.#encoder.encode(JSON.stringify(last) + "\n"));
  }
}

/**
 * Whether a line of a quarantine may name a user: the id stands in its row with neither letter nor
 * digit beside it, leading zeros aside. It may also be the id of a song; of a row that was rejected
 * nobody knows. An id that a row has in another form (in JSON with escapes) is not found.
 *
 * @example
 * ```ts
 * import { mayNameUser } from "./quarantine.ts";
 * const line = '{"log":"a.log","line":17,"reason":"country","row":"1|05|fr"}\n';
 * if (!mayNameUser(line, "5") || mayNameUser(line, "0")) throw new Error();
 * ```
 */
export function mayNameUser(line: string, user: string): boolean {
  const { row } = JSON.parse(line);
  if (typeof row !== "string") return false;
  const zeros = /^\d+$/.test(user) ? "0*" : "";
  const id = user.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
  return new RegExp(`(?<![\\p{L}\\p{N}])${zeros}${id}(?![\\p{L}\\p{N}])`, "u").test(row);
}
