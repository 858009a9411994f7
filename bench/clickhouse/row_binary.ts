/**
 * Rows one by one, in ClickHouse's format RowBinary: the way that the program does not go.
 *
 * @module
 */

import { COUNTRY_KEYS, countryCode } from "../../core/country.ts";
import type { StreamBlock } from "../../core/streams.ts";
import { BLOCK_ROWS, type LoadOfDay } from "../../io/clickhouse/native_block.ts";

const LETTERS = Array.from({ length: COUNTRY_KEYS }, (_, key) => {
  const [first, second] = countryCode(key);
  return first.charCodeAt(0) | second.charCodeAt(0) << 8;
});

/** Encodes streams in blocks of rows: day, load, and the columns in this order. */
export function rowBinaryOf(
  streams: StreamBlock,
  { day, load }: LoadOfDay,
  columns: readonly ("user" | "song" | "country")[],
): Uint8Array[] {
  const { length, users, songs, countries } = streams;
  const size = 10 + columns.reduce((sum, name) => sum + (name === "country" ? 2 : 8), 0);
  const [hasUser, hasCountry] = [columns.includes("user"), columns.includes("country")];
  const isCountryLast = columns.at(-1) === "country";
  const bodies: Uint8Array[] = [];
  for (let from = 0; from < length; from += BLOCK_ROWS) {
    const to = Math.min(length, from + BLOCK_ROWS);
    const bytes = new DataView(new ArrayBuffer((to - from) * size));
    let at = 0;
    const putId = (id: number): void => {
      bytes.setUint32(at, id, true);
      bytes.setUint32(at + 4, id / 2 ** 32, true);
      at += 8;
    };
    const putCountry = (key: number): void => {
      bytes.setUint16(at, LETTERS[key], true);
      at += 2;
    };
    for (let i = from; i < to; i++) {
      bytes.setUint16(at, day, true);
      at += 2;
      putId(load);
      if (hasUser) putId(users[i]);
      if (hasCountry && !isCountryLast) putCountry(countries[i]);
      putId(songs[i]);
      if (isCountryLast) putCountry(countries[i]);
    }
    bodies.push(new Uint8Array(bytes.buffer));
  }
  return bodies;
}
