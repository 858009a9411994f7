/**
 * The writer `top`: `KEY|SONG:N,SONG:N,...` and LF, a line a key.
 *
 * @module
 */

import type { ByteBuffer } from "../core/bytes.ts";
import type { ChartKind } from "../core/chart.ts";
import { countryCode } from "../core/country.ts";
import { MAX_DIGITS, writeDigits } from "../core/digits.ts";
import { MAX_TEXT_BYTES } from "../core/texts.ts";
import type { ChartPrinter, ChartRow, ChartShape, Writer } from "./interface.ts";

const PERCENT = 0x25;
const PIPE = 0x7c;
const COLON = 0x3a;
const COMMA = 0x2c;
const LF = 0x0a;
const HEXADECIMAL = "0123456789ABCDEF";
/** `:0,` as bytes from the lowest on; the digit is added. */
const COLON_DIGIT_COMMA = COLON | 0x30 << 8 | COMMA << 16;

/** The most bytes of one song with its streams, and of a key. */
const ENTRY_BYTES = 2 * (MAX_DIGITS + 1);

/** The plain report: countries as two letters, numbers as digits, texts as {@linkcode writeText}. */
export const top = {
  name: "top",
  description: "KEY|SONG:N,SONG:N,... and LF, a line a key",
  extension: "txt",
  isCutAtKeys: true,
  printer: (shape: ChartShape): ChartPrinter => ({
    print: shape.ids === "text" ? textPrinter() : printerOf(shape.kind),
  }),
} satisfies Writer;

function printerOf(kind: ChartKind): ChartPrinter["print"] {
  return ({ key, songs, streams, count }, out) => {
    out.reserve((count + 1) * ENTRY_BYTES);
    out.length = kind === "user"
      ? writeDigits(key, out.view, out.length)
      : writeName(kind === "world" ? kind : countryCode(key), out);
    printSongs(songs, streams, count, out);
  };
}

function writeName(name: string, out: ByteBuffer): number {
  let at = out.length;
  for (let i = 0; i < name.length; i++) out.bytes[at++] = name.charCodeAt(i);
  return at;
}

/** The most bytes of a text as it is printed, and of what stands behind it. */
const TEXT_ENTRY_BYTES = 3 * MAX_TEXT_BYTES + MAX_DIGITS + 2;

/** Makes what prints rows of texts; it keeps a view over them from row to row. */
function textPrinter(): ChartPrinter["print"] {
  let view: DataView = new DataView(new ArrayBuffer(0));
  return ({ key, songs, streams, count, texts }: ChartRow, out: ByteBuffer): void => {
    if (view.buffer !== texts.buffer || view.byteOffset !== texts.byteOffset) {
      view = new DataView(texts.buffer, texts.byteOffset, texts.byteLength);
    }
    out.reserve((count + 1) * TEXT_ENTRY_BYTES);
    let at = writeText(view, key, out.view, out.length);
    for (let i = 0; i < count; i++) {
      out.view.setUint8(at++, i === 0 ? PIPE : COMMA);
      at = writeText(view, songs[i], out.view, at);
      out.view.setUint8(at++, COLON);
      at = writeDigits(streams[i], out.view, at);
    }
    out.view.setUint8(at++, LF);
    out.length = at;
  };
}

const HIGH_BITS = 0x80808080 | 0;

/**
 * Writes a text as it is, but for `%`, `|`, `:` and `,`, which stand as `%25`, `%7C`, `%3A`, `%2C`.
 *
 * Four bytes are looked at at a time: those below 0x30, `:` and `|` are found by their high bits
 * (see `putUntil` of core/texts.ts).
 *
 * @returns the position behind it
 */
function writeText(texts: DataView, reference: number, out: DataView, start: number): number {
  const end = reference + 2 + texts.getUint8(reference);
  let from = reference + 1;
  let at = start;
  while (from < end) {
    if (from + 4 <= end) {
      const word = texts.getInt32(from, true);
      const colons = word ^ 0x3a3a3a3a;
      const bars = word ^ 0x7c7c7c7c;
      const found = (word - 0x30303030) & ~word | (colons - 0x01010101) & ~colons |
        (bars - 0x01010101) & ~bars;
      if ((found & HIGH_BITS) === 0) {
        out.setInt32(at, word, true);
        from += 4;
        at += 4;
        continue;
      }
    }
    for (const stop = Math.min(end, from + 4); from < stop; from++) {
      at = writeByte(texts.getUint8(from), out, at);
    }
  }
  return at;
}

function writeByte(byte: number, out: DataView, at: number): number {
  const isPlain = byte !== PERCENT && byte !== PIPE && byte !== COLON && byte !== COMMA;
  out.setUint8(at, isPlain ? byte : PERCENT);
  if (isPlain) return at + 1;
  out.setUint8(at + 1, HEXADECIMAL.charCodeAt(byte >> 4));
  out.setUint8(at + 2, HEXADECIMAL.charCodeAt(byte & 15));
  return at + 3;
}

function printSongs(
  songs: Float64Array,
  streams: Float64Array,
  count: number,
  out: ByteBuffer,
): void {
  const { view } = out;
  let at = out.length;
  view.setUint8(at++, PIPE);
  for (let i = 0; i < count; i++) {
    at = writeDigits(songs[i], view, at);
    const played = streams[i];
    if (played < 10) {
      view.setInt32(at, COLON_DIGIT_COMMA + (played << 8), true);
      at += 3;
    } else {
      view.setUint8(at, COLON);
      at = writeDigits(played, view, at + 1);
      view.setUint8(at++, COMMA);
    }
  }
  view.setUint8(at - 1, LF);
  out.length = at;
}
