/**
 * Sorting of ids and of (key, song) pairs in columns.
 *
 * A distribution sort by the leading bits of what differs (most significant digit first, as in
 * McIlroy, Bostic and McIlroy, "Engineering Radix Sort", 1993): every level spreads a range over
 * up to 2048 buckets by `(id - least) / 2^shift`. Each level takes the least and the greatest
 * id of its range, so a few far ids cost one level and no more. Ids spread evenly, the usual case,
 * need two levels; a level divides the range by at least 16, so no ids of 53 bits need more than
 * 14. Cost O(n) a level, no comparison but in pieces of at most 24 ids.
 *
 * @module
 */

/** A column of ids: 32 bits where all ids of a piece fit, doubles where not. */
export type IdColumn = Uint32Array | Float64Array;

/** Up to here insertion sort is the fastest. */
const SMALL = 24;

/** Buckets of one level: their counters and their rows fit in the first-level cache. */
const MAX_BUCKETS = 2048;

/** Levels that ids of 53 bits can need at 4 bits a level: for keys, and then for songs. */
const MAX_LEVELS = 2 * 14;

/** Buckets of the first level of up to {@linkcode FEW} ids, which fit in the second-level cache. */
const MAX_FIRST_BUCKETS = 1 << 16;
const FEW = 1 << 19;

const bucketEnds = Array.from(
  { length: MAX_LEVELS },
  (_, level) => new Int32Array(level === 0 ? MAX_FIRST_BUCKETS : MAX_BUCKETS),
);

interface Spread {
  /** Ids of a bucket differ by less than this power of two. */
  readonly step: number;
  readonly buckets: number;
}

/** Chooses buckets for `count` ids that differ by at most `range`: about two ids a bucket. */
function spreadOf(range: number, count: number, level: number): Spread {
  const most = level === 0 && count <= FEW ? MAX_FIRST_BUCKETS : MAX_BUCKETS;
  let buckets = 16;
  while (buckets < most && buckets * 2 < count) buckets *= 2;
  let step = 1;
  while (range / step >= buckets) step *= 2;
  return { step, buckets: Math.floor(range / step) + 1 };
}

/**
 * Sorts `ids[from, to)` ascending, in place.
 *
 * @param scratch of the same class and at least the same length; `[from, to)` is overwritten
 */
export function sortIds(ids: IdColumn, from: number, to: number, scratch: IdColumn): void {
  sortIdsAt(ids, from, to, scratch, 0);
}

function sortIdsAt(
  ids: IdColumn,
  from: number,
  to: number,
  scratch: IdColumn,
  level: number,
): void {
  if (to - from <= SMALL) return insertIds(ids, from, to);
  let least = ids[from];
  let greatest = least;
  for (let i = from + 1; i < to; i++) {
    const id = ids[i];
    if (id < least) least = id;
    if (id > greatest) greatest = id;
  }
  if (least === greatest) return;
  const { step, buckets } = spreadOf(greatest - least, to - from, level);
  const ends = bucketEnds[level];
  startBuckets(ids, from, to, least, step, buckets, ends);
  const inverse = 1 / step;
  for (let i = from; i < to; i++) {
    const id = ids[i];
    scratch[ends[((id - least) * inverse) | 0]++] = id;
  }
  if (to - from < 4096) { for (let i = from; i < to; i++) ids[i] = scratch[i]; }
  else ids.set(scratch.subarray(from, to), from);
  if (step === 1) return;
  for (let bucket = 0, start = from; bucket < buckets; bucket++) {
    const end = ends[bucket];
    if (end - start > 1) sortIdsAt(ids, start, end, scratch, level + 1);
    start = end;
  }
}

/** Counts the ids of each bucket and leaves in `starts` where each bucket begins. */
function startBuckets(
  ids: IdColumn,
  from: number,
  to: number,
  least: number,
  step: number,
  buckets: number,
  starts: Int32Array,
): void {
  const inverse = 1 / step;
  for (let bucket = 0; bucket < buckets; bucket++) starts[bucket] = 0;
  for (let i = from; i < to; i++) starts[((ids[i] - least) * inverse) | 0]++;
  for (let bucket = 0, sum = from; bucket < buckets; bucket++) {
    const count = starts[bucket];
    starts[bucket] = sum;
    sum += count;
  }
}

function insertIds(ids: IdColumn, from: number, to: number): void {
  for (let i = from + 1; i < to; i++) {
    const id = ids[i];
    let at = i;
    while (at > from && ids[at - 1] > id) {
      ids[at] = ids[at - 1];
      at--;
    }
    ids[at] = id;
  }
}

/** Two columns of pairs, and two of the same class and length to work in. */
export interface PairColumns {
  readonly keys: IdColumn;
  readonly songs: IdColumn;
  readonly scratchKeys: IdColumn;
  readonly scratchSongs: IdColumn;
}

/** Sorts the pairs `[0, count)` by key, then song, ascending, in place. */
export function sortPairs(pairs: PairColumns, count: number): void {
  sortPairsAt(pairs, 0, count, 0);
}

/** Sorts the pairs `[from, to)` by key, ascending, in place; songs of equal keys in any order. */
export function sortByKeys(pairs: PairColumns, from: number, to: number): void {
  sortByKeysAt(pairs, from, to, 0);
}

function sortPairsAt(pairs: PairColumns, from: number, to: number, level: number): void {
  if (to - from <= SMALL) return insertPairs(pairs.keys, pairs.songs, from, to);
  const ends = bucketEnds[level];
  const buckets = spreadPairs(pairs, from, to, level);
  if (buckets === 0) return sortIdsAt(pairs.songs, from, to, pairs.scratchSongs, level);
  for (let bucket = 0, start = from; bucket < buckets; bucket++) {
    const end = ends[bucket];
    if (end - start > 1) sortPairsAt(pairs, start, end, level + 1);
    start = end;
  }
}

function sortByKeysAt(pairs: PairColumns, from: number, to: number, level: number): void {
  if (to - from <= SMALL) return insertByKeys(pairs.keys, pairs.songs, from, to);
  const ends = bucketEnds[level];
  const buckets = spreadPairs(pairs, from, to, level);
  for (let bucket = 0, start = from; bucket < buckets; bucket++) {
    const end = ends[bucket];
    if (end - start > 1) sortByKeysAt(pairs, start, end, level + 1);
    start = end;
  }
}

/**
 * Spreads pairs over buckets by their keys; `bucketEnds[level]` says where each ends.
 *
 * @returns how many buckets; none where all keys are equal
 */
function spreadPairs(pairs: PairColumns, from: number, to: number, level: number): number {
  const { keys, songs, scratchKeys, scratchSongs } = pairs;
  let least = keys[from];
  let greatest = least;
  for (let i = from + 1; i < to; i++) {
    const key = keys[i];
    if (key < least) least = key;
    if (key > greatest) greatest = key;
  }
  if (least === greatest) return 0;
  const { step, buckets } = spreadOf(greatest - least, to - from, level);
  const ends = bucketEnds[level];
  startBuckets(keys, from, to, least, step, buckets, ends);
  const inverse = 1 / step;
  for (let i = from; i < to; i++) {
    const key = keys[i];
    const at = ends[((key - least) * inverse) | 0]++;
    scratchKeys[at] = key;
    scratchSongs[at] = songs[i];
  }
  if (to - from < 4096) {
    for (let i = from; i < to; i++) {
      keys[i] = scratchKeys[i];
      songs[i] = scratchSongs[i];
    }
  } else {
    keys.set(scratchKeys.subarray(from, to), from);
    songs.set(scratchSongs.subarray(from, to), from);
  }
  return buckets;
}

function insertPairs(keys: IdColumn, songs: IdColumn, from: number, to: number): void {
  for (let i = from + 1; i < to; i++) {
    const key = keys[i];
    const song = songs[i];
    let at = i;
    while (at > from && (keys[at - 1] > key || (keys[at - 1] === key && songs[at - 1] > song))) {
      keys[at] = keys[at - 1];
      songs[at] = songs[at - 1];
      at--;
    }
    keys[at] = key;
    songs[at] = song;
  }
}

function insertByKeys(keys: IdColumn, songs: IdColumn, from: number, to: number): void {
  for (let i = from + 1; i < to; i++) {
    const key = keys[i];
    const song = songs[i];
    let at = i;
    while (at > from && keys[at - 1] > key) {
      keys[at] = keys[at - 1];
      songs[at] = songs[at - 1];
      at--;
    }
    keys[at] = key;
    songs[at] = song;
  }
}
