/**
 * Keys, songs and fixed text, printed into a buffer: what the writers have in common.
 *
 * @module
 */

import type { ByteBuffer } from "../core/bytes.ts";
import type { ChartShape } from "../core/chart.ts";
import { countryCode } from "../core/country.ts";
import { MAX_DIGITS, writeDigits } from "../core/digits.ts";
import { textBytes } from "../core/texts.ts";

/** Appends the text `bytes[from, to)` as a format writes texts, quoted where that is needed. */
export type TextPrinter = (bytes: Uint8Array, from: number, to: number, out: ByteBuffer) => void;

/** Appends what a value of a {@linkcode ChartRow} stands for: an id, a country or the world. */
export type ValuePrinter = (value: number, texts: Uint8Array, out: ByteBuffer) => void;

/** The key of the world's chart. */
const WORLD = "world";

/** Makes the printer of a chart's songs: digits, or texts as `text` writes them. */
export function songPrinter(shape: ChartShape, text: TextPrinter): ValuePrinter {
  return shape.ids === "text" ? printerOfTexts(text) : printNumber;
}

/** Makes the printer of a chart's keys: users as the songs are, countries and the world as texts. */
export function keyPrinter(shape: ChartShape, text: TextPrinter): ValuePrinter {
  if (shape.ids === "text" || shape.kind === "user") return songPrinter(shape, text);
  const encoder = new TextEncoder();
  return (value, _texts, out) => {
    const name = encoder.encode(shape.kind === "world" ? WORLD : countryCode(value));
    text(name, 0, name.length, out);
  };
}

/** Makes what gives the bytes of a chart's keys, as UTF-8 without any quotes; not a copy. */
export function keyBytes(shape: ChartShape): (value: number, texts: Uint8Array) => Uint8Array {
  if (shape.ids === "text") return (value, texts) => textBytes(texts, value);
  const encoder = new TextEncoder();
  if (shape.kind === "user") return (value) => encoder.encode(String(value));
  return (value) => encoder.encode(shape.kind === "world" ? WORLD : countryCode(value));
}

/** Appends a whole number from 0 to 2^53 - 1. */
export function appendNumber(value: number, out: ByteBuffer): void {
  out.reserve(MAX_DIGITS);
  out.length = writeDigits(value, out.view, out.length);
}

/** Appends bytes as they are; meant for few of them. */
export function appendBytes(bytes: Uint8Array, out: ByteBuffer): void {
  out.reserve(bytes.length);
  const own = out.bytes;
  let at = out.length;
  for (let i = 0; i < bytes.length; i++) own[at++] = bytes[i];
  out.length = at;
}

/** Appends once more the bytes `[from, to)` of the buffer. */
export function appendAgain(from: number, to: number, out: ByteBuffer): void {
  out.reserve(to - from);
  const own = out.bytes;
  let at = out.length;
  for (let i = from; i < to; i++) own[at++] = own[i];
  out.length = at;
}

function printNumber(value: number, _texts: Uint8Array, out: ByteBuffer): void {
  appendNumber(value, out);
}

function printerOfTexts(text: TextPrinter): ValuePrinter {
  return (reference, texts, out) => {
    text(texts, reference + 1, reference + 2 + texts[reference], out);
  };
}
