/**
 * The k-way merge of batches and of runs, key by key.
 *
 * Keys are merged by looking at the heads of all cursors; the songs of one key by merging sorted
 * lists two by two. Most of the work is therefore in one tight loop over typed arrays, and the
 * choice among k inputs is paid once a key, not once an entry.
 *
 * @module
 */

import { BLOCK_ENTRIES } from "./batch_format.ts";
import {
  type BatchCursor,
  CURSOR_BLOCK_BYTES,
  type KeyRange,
  MIN_CURSOR_BYTES,
} from "./batch_reader.ts";
import { NO_TEXTS } from "./texts.ts";
import { endOfSongs, EntryList, mergeTwo, NO_ENTRIES } from "./entries.ts";

/** How many inputs one merge takes; more are merged in several rounds. */
export const MAX_FAN_IN = 64;

/** The memory of a merge of `inputs` cursors besides the cursors. */
export function mergerBytes(inputs: number): number {
  return 2 * inputs * BLOCK_ENTRIES * 8 * 2;
}

/** The memory that a merge with these tools takes at most, in bytes. */
export function mergeBytes(fanIn: number, cursorBytes: number): number {
  const cursor = Math.max(MIN_CURSOR_BYTES, cursorBytes) + CURSOR_BLOCK_BYTES;
  return fanIn * cursor + mergerBytes(fanIn);
}

/**
 * Merges cursors into segments: after {@linkcode next}, `segment` holds entries of `key`, counts
 * summed over the inputs, until the next call. The segments of a key follow one another, songs
 * ascending over all of them; the last one of a key has `isLast`.
 *
 * Cost: O(inputs) a key and O(log inputs) an entry. Memory: {@linkcode mergerBytes}.
 */
export class KeyMerger {
  key = Infinity;
  segment: EntryList;
  /** What keys and songs refer to where ids are text; here they are numbers. */
  readonly texts = NO_TEXTS;
  isLast = true;

  readonly #cursors: readonly BatchCursor[];
  readonly #heads: Float64Array;
  /** The cursors that have the current key: their places in `#cursors`, and how many. */
  readonly #active: Int32Array;
  #activeCount = 0;
  /** Where the segments of the active cursors really end; `to` may be set to less for a merge. */
  readonly #ends: Int32Array;
  /** The lists of a round of merging, and the two work areas, taken in turn, that hold them. */
  readonly #lists: EntryList[];
  readonly #areas: readonly (readonly EntryList[])[];

  /** @param cursors newly opened ones, at most {@linkcode MAX_FAN_IN} */
  constructor(cursors: readonly BatchCursor[]) {
    if (cursors.length > MAX_FAN_IN) {
      throw new RangeError(
        `Cannot merge ${cursors.length} inputs at once: expected at most ${MAX_FAN_IN}`,
      );
    }
    this.#cursors = cursors;
    this.#heads = new Float64Array(cursors.length);
    this.#active = new Int32Array(cursors.length);
    this.#ends = new Int32Array(cursors.length);
    this.#lists = cursors.map((cursor) => cursor.segment);
    this.#areas = [workArea(cursors.length), workArea(cursors.length)];
    this.segment = NO_ENTRIES;
    this.#begin();
  }

  #begin(): void {
    this.#activeCount = 0;
    for (let i = 0; i < this.#cursors.length; i++) {
      this.#cursors[i].next();
      this.#heads[i] = this.#cursors[i].key;
    }
  }

  /** Begins again with the keys of a range; the memory stays the same. */
  restart(range: KeyRange): void {
    for (const cursor of this.#cursors) cursor.seek(range);
    this.#begin();
  }

  /**
   * Moves to the next segment.
   *
   * @returns whether there is one
   * @throws {BatchError} where an input is damaged
   */
  next(): boolean {
    this.#advance();
    if (this.#activeCount === 0 && !this.#nextKey()) return false;
    this.#boundSegments();
    this.segment = this.#activeCount === 1 ? this.#lists[0] : this.#mergeLists();
    return true;
  }

  /** Moves the cursors on whose segments are used up; those that leave the key are not active. */
  #advance(): void {
    const key = this.key;
    let kept = 0;
    for (let i = 0; i < this.#activeCount; i++) {
      const place = this.#active[i];
      const cursor = this.#cursors[place];
      const { segment } = cursor;
      segment.from = segment.to;
      segment.to = this.#ends[i];
      if (segment.from === segment.to) cursor.next();
      if (cursor.key === key) this.#active[kept++] = place;
      else this.#heads[place] = cursor.key;
    }
    this.#activeCount = kept;
  }

  #nextKey(): boolean {
    const heads = this.#heads;
    let key = Infinity;
    for (let i = 0; i < heads.length; i++) if (heads[i] < key) key = heads[i];
    this.key = key;
    if (key === Infinity) return false;
    for (let i = 0; i < heads.length; i++) {
      if (heads[i] === key) this.#active[this.#activeCount++] = i;
    }
    return true;
  }

  /**
   * Lists what can be merged now. Where an input's entries of the key go on in its next block,
   * only songs up to the last one of its segment are: smaller ones cannot follow.
   */
  #boundSegments(): void {
    let bound = Infinity;
    for (let i = 0; i < this.#activeCount; i++) {
      const { segment, continues } = this.#cursors[this.#active[i]];
      this.#lists[i] = segment;
      this.#ends[i] = segment.to;
      if (continues) bound = Math.min(bound, segment.songs[segment.to - 1]);
    }
    this.isLast = bound === Infinity;
    if (this.isLast) return;
    for (let i = 0; i < this.#activeCount; i++) {
      this.#lists[i].to = endOfSongs(this.#lists[i], bound);
    }
  }

  /** Merges the lists two by two, round after round, until one is left. */
  #mergeLists(): EntryList {
    const lists = this.#lists;
    for (let count = this.#activeCount, round = 0; count > 1; round++) {
      const area = this.#areas[round & 1];
      let merged = 0;
      for (let i = 0, at = 0; i < count; i += 2, merged++) {
        const into = area[merged];
        into.from = into.to = at;
        mergeTwo(lists[i], i + 1 < count ? lists[i + 1] : NO_ENTRIES, into);
        at = into.to;
        lists[merged] = into;
      }
      count = merged;
    }
    return lists[0];
  }
}

/** Makes the lists of a work area: all over the same two arrays. */
export function workArea(inputs: number): EntryList[] {
  const all = EntryList.withRoom(inputs * BLOCK_ENTRIES);
  return Array.from({ length: (inputs + 1) >> 1 }, () => all.alias());
}
