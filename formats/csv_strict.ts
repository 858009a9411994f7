/**
 * The strict rows of the readers `csv` and `tsv`: ids that are digits, countries that are two
 * letters, each with quotes or without. A loop over bytes that allocates nothing.
 *
 * @module
 */

import type { StreamBlock } from "../core/streams.ts";
import { MAX_ROW_BYTES } from "./fields.ts";
import { readStrictId, STRICT_ID_BYTES, strictIdEnd } from "./strict_ids.ts";

const LF = 0x0a;
const CR = 0x0d;
const QUOTE = 0x22;

/** What a column holds. */
const OTHER = 0;
const SONG = 1;
const COUNTRY = 3;

/** Where the column ends that {@linkcode skipOther} went over. */
let otherEnd = 0;

/** Goes over a column that is of no use; returns whether it is a simple one. */
function skipOther(bytes: Uint8Array, from: number, limit: number, delimiter: number): boolean {
  let at = from;
  if (bytes[at] === QUOTE) {
    at++;
    while (at < limit && bytes[at] !== QUOTE && bytes[at] !== LF) at++;
    otherEnd = at + 1;
    return at < limit && bytes[at] === QUOTE;
  }
  for (; at < limit; at++) {
    const byte = bytes[at];
    if (byte === delimiter || byte === LF) break;
    if (byte === QUOTE || byte === CR) return false;
  }
  otherEnd = at;
  return at < limit;
}

/**
 * Tells what each column of a row holds.
 *
 * @param places those of song, user and country, from 0
 * @param count how many fields a row has
 * @returns nothing where one field has no column, or two have the same
 */
export function columnKinds(places: readonly number[], count: number): Uint8Array | undefined {
  if (new Set(places).size < 3 || places.some((place) => place >= count)) return undefined;
  const kinds = new Uint8Array(count);
  places.forEach((place, i) => kinds[place] = SONG + i);
  return kinds;
}

/** How rows are to be read, and where the bytes end. */
export interface StrictForm {
  readonly to: number;
  readonly delimiter: number;
  readonly kinds: Uint8Array;
}

/** Reads strict rows for as long as there are any; returns where the first other row begins. */
export function parseStrictRows(
  bytes: Uint8Array,
  from: number,
  { to, delimiter, kinds }: StrictForm,
  block: StreamBlock,
): number {
  const { songs, users, countries, capacity } = block;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const last = kinds.length - 1;
  const limit = to - STRICT_ID_BYTES;
  let length = block.length;
  let row = from;
  rows: while (row <= limit && length < capacity) {
    let [song, user, country] = [0, 0, 0];
    let at = row;
    for (let column = 0; column <= last; column++) {
      if (at > limit) break rows;
      const kind = kinds[column];
      if (kind === OTHER) {
        if (!skipOther(bytes, at, limit, delimiter)) break rows;
        at = otherEnd;
      } else {
        const isQuoted = bytes[at] === QUOTE;
        if (isQuoted) at++;
        if (kind === COUNTRY) {
          const first = bytes[at] - 65;
          const second = bytes[at + 1] - 65;
          if (first >>> 0 > 25 || second >>> 0 > 25) break rows;
          country = first * 26 + second;
          at += 2;
        } else {
          const id = readStrictId(view, at);
          if (id < 0) break rows;
          if (kind === SONG) song = id;
          else user = id;
          at = strictIdEnd;
        }
        if (isQuoted && bytes[at++] !== QUOTE) break rows;
      }
      if (column < last && bytes[at++] !== delimiter) break rows;
    }
    if (bytes[at] === CR) at++;
    if (bytes[at] !== LF || at - row > MAX_ROW_BYTES) break;
    songs[length] = song;
    users[length] = user;
    countries[length++] = country;
    row = at + 1;
  }
  block.length = length;
  return row;
}
