/**
 * The writer `jsonl`: one JSON object a key, `{"key":"FR","songs":[{"rank":1,...},...]}`, and LF.
 *
 * Users and songs are JSON integers where ids are numbers, and strings where they are text;
 * countries and the world are strings. All integers are at most 2^53 - 1, which every JSON reader
 * keeps exact.
 *
 * @module
 */

import type { ByteBuffer } from "../core/bytes.ts";
import type { Movement } from "../core/movement.ts";
import type { ChartPrinter, ChartShape, Writer } from "./interface.ts";
import { appendBytes, appendNumber, keyPrinter, songPrinter } from "./print.ts";

const encoded = (text: string): Uint8Array => new TextEncoder().encode(text);
const KEY = encoded('{"key":');
const SONGS = encoded(',"songs":[');
const RANK = encoded('{"rank":');
const NEXT_RANK = encoded(',{"rank":');
const SONG = encoded(',"song":');
const STREAMS = encoded(',"streams":');
const END_OF_SONG = encoded("}");
const END = encoded("]}\n");

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const HEXADECIMAL = encoded("0123456789abcdef");
/** `\u00`, which two hexadecimal digits follow. */
const CONTROL = encoded("\\u00");

/** JSON Lines, an object a key. */
export const jsonlWriter = {
  name: "jsonl",
  description: '{"key":...,"songs":[{"rank":1,"song":...,"streams":...},...]}, a line a key',
  extension: "jsonl",
  isCutAtKeys: true,
  takesMovement: true,
  printer: (shape: ChartShape): ChartPrinter => {
    const key = keyPrinter(shape, appendString);
    const song = songPrinter(shape, appendString);
    return {
      print: (row, out) => {
        appendBytes(KEY, out);
        key(row.key, row.texts, out);
        appendBytes(SONGS, out);
        for (let i = 0; i < row.count; i++) {
          appendBytes(i === 0 ? RANK : NEXT_RANK, out);
          appendNumber(i + 1, out);
          appendBytes(SONG, out);
          song(row.songs[i], row.texts, out);
          appendBytes(STREAMS, out);
          appendNumber(row.streams[i], out);
          if (row.movements !== undefined) appendMovement(row.movements[i], out);
          appendBytes(END_OF_SONG, out);
        }
        appendBytes(END, out);
      },
    };
  },
} satisfies Writer;

/** Appends the members of a movement; those that are not known are left out. */
function appendMovement({ kind, previous, daysOnChart, peak }: Movement, out: ByteBuffer): void {
  const members = { movement: kind, previousRank: previous, daysOnChart, peakRank: peak };
  appendBytes(encoded(`,${JSON.stringify(members).slice(1, -1)}`), out);
}

/** Appends a text as a JSON string: quotes, backslashes and control characters (C0) are escaped. */
function appendString(bytes: Uint8Array, from: number, to: number, out: ByteBuffer): void {
  out.reserve(6 * (to - from) + 2);
  const own = out.bytes;
  let at = out.length;
  own[at++] = QUOTE;
  for (let i = from; i < to; i++) {
    const byte = bytes[i];
    if (byte < 0x20) {
      own.set(CONTROL, at);
      own[at + 4] = HEXADECIMAL[byte >> 4];
      own[at + 5] = HEXADECIMAL[byte & 15];
      at += 6;
      continue;
    }
    if (byte === QUOTE || byte === BACKSLASH) own[at++] = BACKSLASH;
    own[at++] = byte;
  }
  own[at++] = QUOTE;
  out.length = at;
}
