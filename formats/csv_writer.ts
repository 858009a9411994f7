/**
 * The writer `csv`: a header, then `key,rank,song,streams`, a line a song of a key.
 *
 * Quotes are those of RFC 4180; lines end with LF, not with CR and LF as there, so that the lines
 * of a report can be counted, cut and compared with the tools that know LF only. Ids are data and
 * stand unchanged: those that a spreadsheet would take for a formula (`=1+1`, `@SUM`) are quoted,
 * but spreadsheets look through quotes, so import the columns `key` and `song` as text. Movement, where
 * it is asked for, is four more columns.
 *
 * @module
 */

import type { ByteBuffer } from "../core/bytes.ts";
import type { Movement } from "../core/movement.ts";
import type { ChartPrinter, ChartRow, ChartShape, Writer } from "./interface.ts";
import { appendAgain, appendBytes, appendNumber, keyPrinter, songPrinter } from "./print.ts";

const encoded = (text: string): Uint8Array => new TextEncoder().encode(text);
const HEADER = encoded("key,rank,song,streams\n");
const MOVEMENT_HEADER = encoded(
  "key,rank,song,streams,movement,previous_rank,days_on_chart,peak_rank\n",
);
const LF = 0x0a;
const QUOTE = 0x22;
const COMMA = 0x2c;

/** By byte: 1 where it makes a text quoted wherever it stands, 2 at either end, 4 at the start. */
const QUOTED = new Uint8Array(256);
for (const char of ',"\r\n') QUOTED[char.charCodeAt(0)] = 1;
for (const char of " \t") QUOTED[char.charCodeAt(0)] = 2;
for (const char of "=+-@") QUOTED[char.charCodeAt(0)] = 4;

/** Rows of comma-separated values, with a header. */
export const csvWriter = {
  name: "csv",
  description: "key,rank,song,streams, a line a song of a key, with a header; quotes of RFC 4180",
  extension: "csv",
  isCutAtKeys: true,
  takesMovement: true,
  printer: (shape: ChartShape): ChartPrinter => {
    const key = keyPrinter(shape, appendField);
    const song = songPrinter(shape, appendField);
    return {
      begin: (out) => appendBytes(shape.hasMovement ? MOVEMENT_HEADER : HEADER, out),
      print: (row, out) => {
        const from = out.length;
        key(row.key, row.texts, out);
        const to = out.length;
        for (let i = 0; i < row.count; i++) {
          if (i > 0) appendAgain(from, to, out);
          appendByte(COMMA, out);
          appendNumber(i + 1, out);
          appendByte(COMMA, out);
          song(row.songs[i], row.texts, out);
          endLine(row, i, out);
        }
      },
    };
  },
} satisfies Writer;

function endLine(row: ChartRow, i: number, out: ByteBuffer): void {
  appendByte(COMMA, out);
  appendNumber(row.streams[i], out);
  if (row.movements !== undefined) appendMovement(row.movements[i], out);
  appendByte(LF, out);
}

/** Appends four fields; those that are not known are empty. */
function appendMovement({ kind, previous, daysOnChart, peak }: Movement, out: ByteBuffer): void {
  appendByte(COMMA, out);
  appendBytes(encoded(kind), out);
  for (const figure of [previous, daysOnChart, peak]) {
    appendByte(COMMA, out);
    if (figure !== undefined) appendNumber(figure, out);
  }
}

function appendByte(byte: number, out: ByteBuffer): void {
  out.reserve(1);
  out.bytes[out.length++] = byte;
}

/** Appends a text as a field, in quotes where a reader needs them. */
function appendField(bytes: Uint8Array, from: number, to: number, out: ByteBuffer): void {
  out.reserve(2 * (to - from) + 2);
  const own = out.bytes;
  let at = out.length;
  const isQuoted = needsQuotes(bytes, from, to);
  if (isQuoted) own[at++] = QUOTE;
  for (let i = from; i < to; i++) {
    const byte = bytes[i];
    if (byte === QUOTE) own[at++] = QUOTE;
    own[at++] = byte;
  }
  if (isQuoted) own[at++] = QUOTE;
  out.length = at;
}

function needsQuotes(bytes: Uint8Array, from: number, to: number): boolean {
  if (from === to) return true;
  let seen = QUOTED[bytes[from]] | QUOTED[bytes[to - 1]] & 2;
  for (let i = from + 1; i < to; i++) seen |= QUOTED[bytes[i]] & 1;
  return seen !== 0;
}
