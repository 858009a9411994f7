/**
 * Countries as small whole numbers, so that countries and users are the same kind of key.
 *
 * @module
 */

/** How many codes of two letters A-Z there are: country keys are 0 to 675. */
export const COUNTRY_KEYS = 26 * 26;

/**
 * Makes the key of a country from the bytes of its two letters.
 *
 * The order of keys is the order of the codes by bytes. The caller has checked that both bytes
 * are A-Z.
 */
export function countryKey(first: number, second: number): number {
  return (first - 65) * 26 + (second - 65);
}

/**
 * Makes the key of a country from its code.
 *
 * @returns 0 to 675, or `undefined` where the text is not exactly two letters A-Z
 *
 * @example
 * ```ts
 * import { countryCode, parseCountry } from "./country.ts";
 * if (countryCode(parseCountry("FR")!) !== "FR") throw new Error();
 * if (parseCountry("fr") !== undefined) throw new Error();
 * ```
 */
export function parseCountry(code: string): number | undefined {
  return /^[A-Z]{2}$/.test(code) ? countryKey(code.charCodeAt(0), code.charCodeAt(1)) : undefined;
}

/** Writes the key of a country as its code of two letters. */
export function countryCode(key: number): string {
  return String.fromCharCode(65 + Math.floor(key / 26), 65 + key % 26);
}
