/**
 * Comparing and copying texts in one array, four bytes at a time.
 *
 * A reference is the position of a text's length-1 byte (see texts.ts). Behind the last text of an
 * array there must be {@linkcode TEXT_SLACK_BYTES}.
 *
 * @module
 */

import { MAX_TEXT_BYTES } from "./texts.ts";

/** How many bytes past the end of a text are read, and written when it is copied. */
export const TEXT_SLACK_BYTES = 4;

/** The most bytes that a text takes with its length. */
export const MAX_TEXT_ROOM = 1 + MAX_TEXT_BYTES;

/** An array of texts, and a view over the same bytes. */
export interface TextBytes {
  readonly bytes: Uint8Array;
  readonly view: DataView;
}

/** Makes the view over an array of texts. */
export function textsOver(bytes: Uint8Array): TextBytes {
  return { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength) };
}

/** Masks of the first 0 to 4 bytes of a word. */
const FIRST_BYTES = new Uint32Array([0, 0xff000000, 0xffff0000, 0xffffff00, 0xffffffff]);

/**
 * Four bytes of a text from the `depth`-th on as a whole number, the first byte the highest; behind
 * the end stand zeros, which no id holds. So words have the order of the bytes.
 */
export function wordOf({ bytes, view }: TextBytes, reference: number, depth: number): number {
  const left = bytes[reference] + 1 - depth;
  if (left >= 4) return view.getUint32(reference + 1 + depth);
  if (left <= 0) return 0;
  return (view.getUint32(reference + 1 + depth) & FIRST_BYTES[left]) >>> 0;
}

/** Compares two texts by bytes, the shorter first: below 0, 0, or above 0. */
export function compareTexts({ bytes, view }: TextBytes, a: number, b: number): number {
  const lengthA = bytes[a] + 1;
  const lengthB = bytes[b] + 1;
  const length = lengthA < lengthB ? lengthA : lengthB;
  let at = 1;
  for (const end = length - 3; at <= end; at += 4) {
    const wordA = view.getUint32(a + at);
    const wordB = view.getUint32(b + at);
    if (wordA !== wordB) return wordA - wordB;
  }
  for (; at <= length; at++) {
    const difference = bytes[a + at] - bytes[b + at];
    if (difference !== 0) return difference;
  }
  return lengthA - lengthB;
}

/** Whether two texts are the same. */
export function sameTexts({ bytes, view }: TextBytes, a: number, b: number): boolean {
  const length = bytes[a] + 1;
  if (bytes[b] + 1 !== length) return false;
  let at = 1;
  for (const end = length - 3; at <= end; at += 4) {
    if (view.getInt32(a + at, true) !== view.getInt32(b + at, true)) return false;
  }
  for (; at <= length; at++) if (bytes[a + at] !== bytes[b + at]) return false;
  return true;
}

/**
 * Copies a text with its length.
 *
 * @param at where to; up to {@linkcode TEXT_SLACK_BYTES} behind the copy are overwritten
 * @returns the position behind the copy
 */
export function copyText(from: TextBytes, reference: number, to: DataView, at: number): number {
  const { view } = from;
  const size = from.bytes[reference] + 2;
  for (let i = 0; i < size; i += 4) to.setInt32(at + i, view.getInt32(reference + i, true), true);
  return at + size;
}

/** Compares bytes in arrays of their own, the shorter first: below 0, 0, or above 0. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return a[i] - b[i];
  return a.length - b.length;
}
