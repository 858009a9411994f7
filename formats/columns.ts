/**
 * Where the fields of a stream stand in the rows of a log with columns.
 *
 * @module
 */

import { FormatError } from "../core/streams.ts";
import { type Columns, type Field, FIELDS } from "./interface.ts";

/** The columns where none are named: each called as its field. */
export const USUAL_COLUMNS: Readonly<Record<Field, string>> = {
  song: "song",
  user: "user",
  country: "country",
};

/** Whether columns are named by number, so that there is no header. */
export function isByNumber(columns: Columns): columns is Readonly<Record<Field, number>> {
  return typeof columns.song === "number";
}

/** The places of song, user and country, from 0, where columns are named by number. */
export function placesByNumber(columns: Readonly<Record<Field, number>>): number[] {
  return FIELDS.map((field) => columns[field] - 1);
}

/**
 * Finds the places of song, user and country, from 0, in a header.
 *
 * @throws {FormatError} where a column is not there, or there twice
 */
export function placesInHeader(columns: Columns, header: readonly string[]): number[] {
  return FIELDS.map((field) => {
    const name = String(columns[field]);
    const place = header.indexOf(name);
    const shown = header.join(",").slice(0, 200);
    if (place < 0) {
      throw new FormatError(
        `no column "${name}" in its header (${shown}), expected it to be there (--columns ` +
          "song=NAME,user=NAME,country=NAME, or by number where there is no header: " +
          "song=1,user=2,country=3)",
      );
    }
    if (header.indexOf(name, place + 1) < 0) return place;
    throw new FormatError(`column "${name}" twice in its header (${shown}), expected it once`);
  });
}
