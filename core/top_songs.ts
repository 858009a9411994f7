/**
 * The choice of the top songs of one key.
 *
 * @module
 */

import type { ChartRow } from "./chart.ts";
import type { EntryList } from "./entries.ts";
import { NO_TEXTS } from "./texts.ts";

/** Counts below this are sorted by counting them. */
const SMALL_COUNTS = 256;

/**
 * Keeps the N entries with the most streams of all that are offered; ties go to the smaller
 * song.
 *
 * Entries must come with songs ascending, so an entry whose count only equals the N-th so far
 * can never get in: one comparison with a threshold settles nearly every entry. Those that pass
 * are collected, in order, and cut down to N when the buffer is full.
 *
 * Cost: O(n) for n entries offered, as each cut of O(b) leaves half of a buffer of b free.
 * Memory: {@linkcode topSongsBytes}.
 */
export class TopSongs {
  readonly #top: number;
  readonly #songs: Float64Array;
  readonly #counts: Float64Array;
  readonly #sortedSongs: Float64Array;
  readonly #sortedCounts: Float64Array;
  /** The result of {@linkcode finish}: the chosen songs and their streams, best first. */
  songs: Float64Array;
  streams: Float64Array;
  #used = 0;
  /** An entry must have more streams than this. */
  #threshold = 0;
  #greatest = 0;
  readonly #places = new Int32Array(SMALL_COUNTS + 1);

  readonly #row: ChartRow;

  /** @param top N, at least 1 */
  constructor(top: number) {
    const capacity = bufferEntries(top);
    this.#top = top;
    this.#songs = new Float64Array(capacity);
    this.#counts = new Float64Array(capacity);
    this.#sortedSongs = new Float64Array(capacity);
    this.#sortedCounts = new Float64Array(capacity);
    this.songs = this.#songs;
    this.streams = this.#counts;
    const { songs, streams } = this;
    this.#row = { key: 0, songs, streams, count: 0, texts: NO_TEXTS };
  }

  /** Forgets everything: the next entries are those of another key. */
  reset(): void {
    this.#used = 0;
    this.#threshold = 0;
    this.#greatest = 0;
  }

  /**
   * Offers entries whose songs are greater than all that were offered since the last reset.
   *
   * @returns the sum of their counts
   */
  offer(list: EntryList): number {
    const { songs, counts, to } = list;
    const kept = this.#songs;
    const keptCounts = this.#counts;
    const capacity = kept.length;
    let threshold = this.#threshold;
    let used = this.#used;
    let greatest = this.#greatest;
    let sum = 0;
    for (let i = list.from; i < to; i++) {
      const count = counts[i];
      sum += count;
      if (count <= threshold) continue;
      if (used === capacity) {
        this.#used = used;
        this.#greatest = greatest;
        this.#cut();
        used = this.#used;
        threshold = this.#threshold;
        if (count <= threshold) continue;
      }
      kept[used] = songs[i];
      keptCounts[used++] = count;
      if (count > greatest) greatest = count;
    }
    this.#used = used;
    this.#greatest = greatest;
    return sum;
  }

  /** An entry can only get in with more streams than this. */
  get threshold(): number {
    return this.#threshold;
  }

  /** Replaces every song that is kept by what `replacement` gives for it. */
  replaceKept(replacement: (song: number) => number): void {
    for (let i = 0; i < this.#used; i++) this.#songs[i] = replacement(this.#songs[i]);
  }

  /** Leaves only the best N, songs ascending, and raises the threshold. */
  #cut(): void {
    const size = this.finish();
    this.#threshold = this.streams[size - 1];
    const threshold = this.#threshold;
    let above = 0;
    while (above < size && this.streams[above] > threshold) above++;
    let ties = size - above;
    let used = 0;
    for (let i = 0; i < this.#used; i++) {
      const count = this.#counts[i];
      if (count < threshold || (count === threshold && ties-- <= 0)) continue;
      this.#songs[used] = this.#songs[i];
      this.#counts[used++] = count;
    }
    this.#used = used;
  }

  /** The best entries of a key, as {@linkcode finish} puts them; the same object every time. */
  rowOf(key: number): ChartRow {
    const row = this.#row;
    row.key = key;
    row.count = this.finish();
    row.songs = this.songs;
    row.streams = this.streams;
    return row;
  }

  /**
   * Puts the best entries in order into {@linkcode songs} and {@linkcode streams}.
   *
   * @returns how many there are: N, or fewer where fewer songs were offered
   */
  finish(): number {
    const isInOrder = this.#greatest <= 1;
    this.songs = isInOrder ? this.#songs : this.#sortedSongs;
    this.streams = isInOrder ? this.#counts : this.#sortedCounts;
    if (!isInOrder) {
      if (this.#greatest < SMALL_COUNTS) this.#sortByCounting();
      else this.#sortByComparing();
    }
    return Math.min(this.#used, this.#top);
  }

  /** A counting sort by streams, descending; it is stable, so ties stay in the order of songs. */
  #sortByCounting(): void {
    const songs = this.#sortedSongs;
    const streams = this.#sortedCounts;
    const counts = this.#counts;
    const used = this.#used;
    const greatest = this.#greatest;
    const places = this.#places;
    places.fill(0, 0, greatest + 1);
    for (let i = 0; i < used; i++) places[counts[i]]++;
    for (let count = greatest, place = 0; count >= 0; count--) {
      const size = places[count];
      places[count] = place;
      place += size;
    }
    for (let i = 0; i < used; i++) {
      const count = counts[i];
      const place = places[count]++;
      songs[place] = this.#songs[i];
      streams[place] = count;
    }
  }

  #sortByComparing(): void {
    const counts = this.#counts;
    const order = Uint32Array.from({ length: this.#used }, (_, i) => i);
    order.sort((a, b) => counts[b] - counts[a] || a - b);
    for (let i = 0; i < order.length; i++) {
      this.#sortedSongs[i] = this.#songs[order[i]];
      this.#sortedCounts[i] = counts[order[i]];
    }
  }
}

/** How many entries are collected. */
export function bufferEntries(top: number): number {
  return Math.max(1024, 2 * top);
}

/** The memory of a selection of `top` songs. */
export function topSongsBytes(top: number): number {
  return bufferEntries(top) * (4 * 8 + 4);
}
