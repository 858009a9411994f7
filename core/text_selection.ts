/**
 * The choice of the top songs of one key where ids are text.
 *
 * The choice itself never looks at a song: it keeps what comes first of equal counts (see
 * top_songs.ts). So it is that of numbers, over references. Where a key comes in several segments,
 * the texts of what is kept are copied, as a merge reads over them.
 *
 * @module
 */

import type { ChartRow } from "./chart.ts";
import { EntryList } from "./entries.ts";
import { bufferEntries, TopSongs, topSongsBytes } from "./top_songs.ts";
import { copyText, MAX_TEXT_ROOM, TEXT_SLACK_BYTES, textsOver } from "./text_compare.ts";

/** So many entries are offered at once where texts are copied. */
const SLICE_ENTRIES = 256;

/** Room for the texts of everything that is kept, of a slice, and of the key. */
function roomFor(top: number): number {
  return (bufferEntries(top) + SLICE_ENTRIES + 1) * MAX_TEXT_ROOM + TEXT_SLACK_BYTES;
}

/** The memory of a selection of `top` songs, in bytes. */
export function textSelectionBytes(top: number): number {
  return topSongsBytes(top) + 2 * roomFor(top) + SLICE_ENTRIES * 2 * 8;
}

/** Keeps the top songs of a key; see `TopSongs`. */
export class TextSelection {
  readonly #songs: TopSongs;
  readonly #slice = EntryList.withRoom(SLICE_ENTRIES);
  /** The copies of texts, and where they go when those that are not kept are dropped. */
  #own;
  #other;
  #used = 0;
  /** What the songs that are kept refer to: our own copies, or nothing but the last segment. */
  #isOwn = false;

  constructor(top: number) {
    this.#songs = new TopSongs(top);
    this.#own = textsOver(new Uint8Array(roomFor(top)));
    this.#other = textsOver(new Uint8Array(roomFor(top)));
  }

  /** Forgets everything: the next entries are those of another key. */
  reset(): void {
    this.#songs.reset();
    this.#used = 0;
    this.#isOwn = false;
  }

  /**
   * Offers entries whose songs are greater than all that were offered since the last reset.
   *
   * @param texts what the songs refer to, until the next call
   * @param isLast whether no more entries of the key follow: then the texts last until the row was
   *   made, and need no copy where the key has no other entries
   * @returns the sum of their counts
   */
  offer(list: EntryList, texts: Uint8Array, isLast: boolean): number {
    if (isLast && !this.#isOwn) return this.#songs.offer(list);
    this.#isOwn = true;
    return this.#offerCopies(list, texts);
  }

  #offerCopies({ songs, counts, from, to }: EntryList, texts: Uint8Array): number {
    const given = textsOver(texts);
    const slice = this.#slice;
    let sum = 0;
    for (let i = from; i < to;) {
      if (this.#used + SLICE_ENTRIES * MAX_TEXT_ROOM > this.#own.bytes.length) this.#dropOthers();
      const { threshold } = this.#songs;
      slice.from = slice.to = 0;
      for (; i < to && slice.to < SLICE_ENTRIES; i++) {
        const count = counts[i];
        if (count <= threshold) {
          sum += count;
          continue;
        }
        slice.songs[slice.to] = this.#used;
        slice.counts[slice.to++] = count;
        this.#used = copyText(given, songs[i], this.#own.view, this.#used);
      }
      sum += this.#songs.offer(slice);
    }
    return sum;
  }

  /** Leaves only the texts of songs that are kept. */
  #dropOthers(): void {
    const from = this.#own;
    const to = this.#other;
    let used = 0;
    this.#songs.replaceKept((song) => {
      const at = used;
      used = copyText(from, song, to.view, used);
      return at;
    });
    this.#own = to;
    this.#other = from;
    this.#used = used;
  }

  /** The best entries of a key; `key` refers to `texts`. The same object every time. */
  rowOf(key: number, texts: Uint8Array): ChartRow {
    const row = this.#songs.rowOf(key);
    row.texts = texts;
    if (!this.#isOwn) return row;
    row.texts = this.#own.bytes;
    row.key = this.#used;
    copyText(textsOver(texts), key, this.#own.view, this.#used);
    return row;
  }
}
