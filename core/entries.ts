/**
 * Lists of entries: the songs of one key with their counts.
 *
 * @module
 */

/**
 * Entries in columns: `songs[i]` was played `counts[i]` times, for `i` from `from` to before
 * `to`; songs ascending, each once.
 */
export class EntryList {
  readonly songs: Float64Array;
  readonly counts: Float64Array;
  from = 0;
  to = 0;

  constructor(songs: Float64Array, counts: Float64Array) {
    this.songs = songs;
    this.counts = counts;
  }

  /** Makes an empty list with room for `capacity` entries. */
  static withRoom(capacity: number): EntryList {
    return new EntryList(new Float64Array(capacity), new Float64Array(capacity));
  }

  /** Makes an empty list over the same arrays. */
  alias(): EntryList {
    return new EntryList(this.songs, this.counts);
  }
}

/** A list of nothing. */
export const NO_ENTRIES = EntryList.withRoom(0);

/**
 * Merges two lists and appends the result to `into` (from its `to` on, which moves), adding up
 * the counts of songs that both have. Cost O(n).
 *
 * Which list has the smaller song is as good as random, so nothing in the loop branches on it: a
 * comparison becomes 0 or 1, and that is multiplied by (a quarter less time than with branches).
 *
 * @param into neither of the two, with room for both
 */
export function mergeTwo(a: EntryList, b: EntryList, into: EntryList): void {
  const { songs: songsA, counts: countsA, to: endA } = a;
  const { songs: songsB, counts: countsB, to: endB } = b;
  const { songs, counts } = into;
  let i = a.from;
  let j = b.from;
  let at = into.to;
  while (i < endA && j < endB) {
    const songA = songsA[i];
    const songB = songsB[j];
    const takesA = Number(songA <= songB);
    const takesB = Number(songB <= songA);
    songs[at] = songA * takesA + songB * (1 - takesA);
    counts[at++] = countsA[i] * takesA + countsB[j] * takesB;
    i += takesA;
    j += takesB;
  }
  for (; i < endA; i++) {
    songs[at] = songsA[i];
    counts[at++] = countsA[i];
  }
  for (; j < endB; j++) {
    songs[at] = songsB[j];
    counts[at++] = countsB[j];
  }
  into.to = at;
}

/** The position after the last entry of the list whose song is at most `song`. */
export function endOfSongs(list: EntryList, song: number): number {
  let low = list.from;
  let high = list.to;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list.songs[middle] <= song) low = middle + 1;
    else high = middle;
  }
  return low;
}
