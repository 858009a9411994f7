/**
 * Whole numbers as decimal digits, straight into bytes.
 *
 * @module
 */

/** The most digits of a whole number up to 2^53 - 1. */
export const MAX_DIGITS = 16;

/** The four ASCII digits of 0 to 9999, the first digit in the lowest byte. */
const FOUR_DIGITS = Uint32Array.from({ length: 10000 }, (_, value) => {
  const digit = (unit: number): number => 48 + Math.floor(value / unit) % 10;
  return digit(1000) | digit(100) << 8 | digit(10) << 16 | digit(1) << 24;
});

/**
 * Writes the decimal digits of a whole number.
 *
 * @param value 0 to 2^53 - 1
 * @param view over the bytes to write to; {@linkcode MAX_DIGITS} must be free from `at` on, as
 *   more may be written than the number has digits
 * @returns the position after the last digit
 *
 * @example
 * ```ts
 * import { writeDigits } from "./digits.ts";
 * const bytes = new Uint8Array(16);
 * const end = writeDigits(204145952, new DataView(bytes.buffer), 0);
 * if (new TextDecoder().decode(bytes.subarray(0, end)) !== "204145952") throw new Error();
 * ```
 */
export function writeDigits(value: number, view: DataView, at: number): number {
  if (value < 10000) return writeUpTo4(value, view, at);
  if (value < 100000000) {
    const high = (value / 10000) | 0;
    const end = writeUpTo4(high, view, at);
    view.setUint32(end, FOUR_DIGITS[value - high * 10000], true);
    return end + 4;
  }
  const high = Math.floor(value / 100000000);
  const low = (value - high * 100000000) | 0;
  const end = writeDigits(high, view, at);
  const middle = (low / 10000) | 0;
  view.setUint32(end, FOUR_DIGITS[middle], true);
  view.setUint32(end + 4, FOUR_DIGITS[low - middle * 10000], true);
  return end + 8;
}

/** Writes 1 to 4 digits: the leading zeros are shifted out. */
function writeUpTo4(value: number, view: DataView, at: number): number {
  const zeros = value < 10 ? 3 : value < 100 ? 2 : value < 1000 ? 1 : 0;
  view.setUint32(at, FOUR_DIGITS[value] >>> (zeros << 3), true);
  return at + 4 - zeros;
}
