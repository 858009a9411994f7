/**
 * Whole numbers as decimal digits, straight into bytes.
 *
 * @module
 */

/** The most digits of a whole number up to 2^53 - 1. */
export const MAX_DIGITS = 16;

/** The four ASCII digits of 0 to 9999, the first digit in the lowest byte. */
const FOUR_DIGITS = Int32Array.from({ length: 10000 }, (_, value) => {
  const digit = (unit: number): number => 48 + Math.floor(value / unit) % 10;
  return digit(1000) | digit(100) << 8 | digit(10) << 16 | digit(1) << 24;
});

/** How many digits 0 to 9999 have. */
const LENGTHS = Uint8Array.from(FOUR_DIGITS, (_, value) => String(value).length);

/** As {@linkcode FOUR_DIGITS}, without leading zeros. */
const UP_TO_FOUR_DIGITS = FOUR_DIGITS.map((four, value) => four >>> (4 - LENGTHS[value]) * 8);

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
  if (value >= 1e8) {
    const high = value < 2 ** 32 ? ((value + 0.5) * 1e-8) | 0 : Math.floor(value / 1e8);
    return writeEight((value - high * 1e8) | 0, view, writeDigits(high, view, at));
  }
  const small = value | 0;
  if (small < 10000) {
    view.setInt32(at, UP_TO_FOUR_DIGITS[small], true);
    return at + LENGTHS[small];
  }
  const high = tenThousands(small);
  view.setInt32(at, UP_TO_FOUR_DIGITS[high], true);
  const end = at + LENGTHS[high];
  view.setInt32(end, FOUR_DIGITS[small - high * 10000], true);
  return end + 4;
}

/** Writes 0 to 99999999 with leading zeros. */
function writeEight(value: number, view: DataView, at: number): number {
  const high = tenThousands(value);
  view.setInt32(at, FOUR_DIGITS[high], true);
  view.setInt32(at + 4, FOUR_DIGITS[value - high * 10000], true);
  return at + 8;
}

/** `floor(value / 10000)` of 0 to 99999999: the half keeps the product off whole numbers. */
function tenThousands(value: number): number {
  return ((value + 0.5) * 1e-4) | 0;
}
