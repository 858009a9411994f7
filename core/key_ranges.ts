/**
 * Cutting a merge into ranges of keys that can be merged apart from each other.
 *
 * @module
 */

import type { BatchReader, KeyRange } from "./batch_reader.ts";

/**
 * Cuts the keys of some batches into ranges of about as many entries as an index page names (half
 * a million), all batches together. The roots of the indexes are all that is looked at.
 *
 * A key is never cut, so a range may hold more where one key has very many songs.
 *
 * @returns at least one range; together they hold all keys, ascending
 */
export function keyRanges(readers: readonly BatchReader[]): KeyRange[] {
  const firsts = readers.flatMap((reader) => reader.root.map((line) => line.key));
  const starts = [...new Set(firsts.sort((a, b) => a - b))].filter((key) => key > 0);
  const ends = [...starts, Infinity];
  return ends.map((to, i) => ({ from: i === 0 ? 0 : ends[i - 1], to }));
}
