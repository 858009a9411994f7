/**
 * Cutting a merge into ranges of keys that can be merged apart from each other.
 *
 * @module
 */

import { BLOCK_ENTRIES } from "./batch_format.ts";
import type { BatchReader, KeyRange } from "./batch_reader.ts";

/** Of the blocks that an index names, one in so many is looked at. */
export const STRIDE = 16;

/**
 * Cuts the keys of some batches into ranges of about as many entries, all batches together. Only
 * the indexes are looked at, so a range may hold some 65 thousand entries a batch more or less.
 *
 * A key is never cut, so a range holds more where one key has very many songs.
 *
 * Cost: O(entries / 65536) to read and sort.
 *
 * @param entries how many entries a range should have
 * @returns at least one range; together they hold all keys, ascending
 * @throws {BatchError} where an index is damaged
 */
export function keyRanges(readers: readonly BatchReader[], entries: number): KeyRange[] {
  const keys = Float64Array.from(readers.flatMap(sampledKeys)).sort();
  const starts = [0];
  let sampled = 0;
  for (const key of keys) {
    sampled += STRIDE * BLOCK_ENTRIES;
    if (sampled <= entries || key === starts[starts.length - 1]) continue;
    starts.push(key);
    sampled = STRIDE * BLOCK_ENTRIES;
  }
  return starts.map((from, i) => ({ from, to: starts[i + 1] ?? Infinity }));
}

/** The first keys of every {@linkcode STRIDE}-th block. */
function sampledKeys(reader: BatchReader): number[] {
  return reader.root.flatMap((_, page) =>
    reader.blocksOf(page).filter((_, i) => i % STRIDE === 0).map((block) => block.key)
  );
}
