/**
 * The writer `top`: `KEY|SONG:N,SONG:N,...` and LF, a line a key.
 *
 * @module
 */

import type { ByteBuffer } from "../core/bytes.ts";
import { MAX_DIGITS, writeDigits } from "../core/digits.ts";
import type { ChartPrinter, ChartShape, Writer } from "./interface.ts";

const PIPE = 0x7c;
const COLON = 0x3a;
const COMMA = 0x2c;
const LF = 0x0a;
/** `:0,` as bytes from the lowest on; the digit is added. */
const COLON_DIGIT_COMMA = COLON | 0x30 << 8 | COMMA << 16;

/** The most bytes of one song with its streams, and of a key. */
const ENTRY_BYTES = 2 * (MAX_DIGITS + 1);

/** The plain report: countries as two letters, users and songs as digits. */
export const top = {
  name: "top",
  description: "KEY|SONG:N,SONG:N,... and LF, a line a key",
  extension: "txt",
  printer: ({ kind }: ChartShape): ChartPrinter => ({ print: printerOf(kind === "country") }),
} satisfies Writer;

function printerOf(isCountry: boolean): ChartPrinter["print"] {
  return (key, songs, streams, count, out) => {
    out.reserve((count + 1) * ENTRY_BYTES);
    out.length = isCountry
      ? writeCountry(key, out, out.length)
      : writeDigits(key, out.view, out.length);
    printSongs(songs, streams, count, out);
  };
}

function writeCountry(key: number, out: ByteBuffer, at: number): number {
  out.bytes[at] = 65 + (key / 26 | 0);
  out.bytes[at + 1] = 65 + key % 26;
  return at + 2;
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
