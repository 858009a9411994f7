/**
 * Reading ids that are nothing but digits, four at a time.
 *
 * @module
 */

import { MAX_ID } from "../core/streams.ts";

/** This many bytes behind where an id begins are looked at. */
export const STRICT_ID_BYTES = 20;

/** Powers of ten, for the digits of an id that do not fill four. */
const POWERS = Float64Array.of(1, 10, 100, 1000);

/** Four times the character `0`, and what makes the top bit of a byte above 9 appear. */
const ZEROS = 0x30303030;
const ABOVE_NINE = 0x76767676;
const TOP_BITS = 0x80808080 | 0;

/** Where the id ends that {@linkcode readStrictId} read. */
export let strictIdEnd = 0;

/**
 * Reads the digits from `at` on, up to 16 of them, four at a time and without a branch on how many
 * there are in the last four; after Lemire, "Quickly parsing eight digits" (2018).
 *
 * @returns the id, or -1 where it is greater than 2^53 - 1 or there is no digit
 */
export function readStrictId(view: DataView, at: number): number {
  let four = view.getInt32(at, true) ^ ZEROS;
  let others = nonDigits(four);
  if (others !== 0) {
    const digits = digitsBefore(others);
    strictIdEnd = at + digits;
    return digits === 0 ? -1 : valueOf(firstDigits(four, digits));
  }
  let head = valueOf(four);
  four = view.getInt32(at + 4, true) ^ ZEROS;
  others = nonDigits(four);
  if (others === 0) {
    head = Math.imul(head, 10000) + valueOf(four) | 0;
    four = view.getInt32(at + 8, true) ^ ZEROS;
    others = nonDigits(four);
    if (others === 0) return readLongId(view, at, head * 10000 + valueOf(four));
    at += 4;
  }
  const digits = digitsBefore(others);
  strictIdEnd = at + 4 + digits;
  return head * POWERS[digits] + valueOf(firstDigits(four, digits));
}

/** Goes on after 12 digits. */
function readLongId(view: DataView, at: number, head: number): number {
  const four = view.getInt32(at + 12, true) ^ ZEROS;
  const others = nonDigits(four);
  const digits = others === 0 ? 4 : digitsBefore(others);
  strictIdEnd = at + 12 + digits;
  const id = digits === 4
    ? head * 10000 + valueOf(four)
    : head * POWERS[digits] + valueOf(firstDigits(four, digits));
  return id > MAX_ID ? -1 : id;
}

/** Has the top bit of each byte that is no digit; of those after the first one it may be wrong. */
function nonDigits(four: number): number {
  return (four + ABOVE_NINE | four) & TOP_BITS;
}

/** How many bytes stand before the first that is no digit: 0 to 3. */
function digitsBefore(others: number): number {
  return 31 - Math.clz32(others & -others) >> 3;
}

/** Moves the first 0 to 3 of four digits to the end, zeros before them. */
function firstDigits(four: number, digits: number): number {
  return four << 24 - 8 * digits << 8;
}

/** The value of four digits, the first one in the lowest byte. */
function valueOf(four: number): number {
  const pairs = Math.imul(four, 10 << 8 | 1) >>> 8 & 0x00ff00ff;
  return Math.imul(pairs, 100 << 16 | 1) >>> 16;
}
