/**
 * The columns of a command line, as the makers of logs take them.
 *
 * @module
 */

import type { Names } from "./_logs.ts";

/** Reads `song=a,user=b,country=c`; numbers where they are numbers. */
export function parseColumns(text: string): Names {
  const columns = Object.fromEntries(text.split(",").map((pair) => pair.split("=")));
  const [song, user, country] = [columns.song, columns.user, columns.country]
    .map((column) => /^\d+$/.test(column) ? Number(column) : column);
  return [song, user, country] as Names;
}
