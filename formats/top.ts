/**
 * The writer `top`: `KEY|SONG:N,SONG:N,...` and LF, a line a key.
 *
 * @module
 */

import type { ByteBuffer } from "../core/bytes.ts";
import type { ChartKind } from "../core/chart.ts";
import { countryCode } from "../core/country.ts";
import { MAX_DIGITS, writeDigits } from "../core/digits.ts";
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
    print: shape.ids === "text" ? printTexts : printerOf(shape.kind),
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

function printTexts({ key, songs, streams, count, texts }: ChartRow, out: ByteBuffer): void {
  writeText(texts, key, out);
  for (let i = 0; i < count; i++) {
    out.reserve(1);
    out.bytes[out.length++] = i === 0 ? PIPE : COMMA;
    writeText(texts, songs[i], out);
    out.reserve(MAX_DIGITS + 2);
    out.bytes[out.length++] = COLON;
    out.length = writeDigits(streams[i], out.view, out.length);
  }
  out.reserve(1);
  out.bytes[out.length++] = LF;
}

/** Appends a text as it is, but for `%`, `|`, `:` and `,`, which stand as `%25`, `%7C`, `%3A`, `%2C`. */
function writeText(texts: Uint8Array, reference: number, out: ByteBuffer): void {
  const end = reference + 2 + texts[reference];
  out.reserve(3 * (end - reference));
  const { bytes } = out;
  let at = out.length;
  for (let i = reference + 1; i < end; i++) {
    const byte = texts[i];
    if (byte === PERCENT || byte === PIPE || byte === COLON || byte === COMMA) {
      bytes[at++] = PERCENT;
      bytes[at++] = HEXADECIMAL.charCodeAt(byte >> 4);
      bytes[at++] = HEXADECIMAL.charCodeAt(byte & 15);
    } else bytes[at++] = byte;
  }
  out.length = at;
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
