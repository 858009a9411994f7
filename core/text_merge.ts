/**
 * The k-way merge of batches whose ids are text; see merge.ts.
 *
 * The blocks of all inputs are read into one array, so that a reference is one number, and no text
 * is copied or decoded.
 *
 * @module
 */

import { CURSOR_BLOCK_BYTES, type KeyRange } from "./batch_reader.ts";
import type { MergeInput, MergeOptions } from "./engine.ts";
import { EntryList, NO_ENTRIES } from "./entries.ts";
import { MAX_FAN_IN, mergerBytes, workArea } from "./merge.ts";
import {
  MIN_TEXT_CURSOR_BYTES,
  type TextBatchReader,
  TextCursor,
  type TextRange,
} from "./text_batch_reader.ts";
import {
  compareTexts,
  copyText,
  MAX_TEXT_ROOM,
  TEXT_SLACK_BYTES,
  type TextBytes,
  textsOver,
} from "./text_compare.ts";

/** The key of all where a chart is of the world: a length less one, and letters. */
const WORLD = [4, 0x77, 0x6f, 0x72, 0x6c, 0x64];

/** The places of the key of all and of the current key in the texts of a merge. */
const WORLD_AT = 0;
const KEY_AT = MAX_TEXT_ROOM + TEXT_SLACK_BYTES;
const CURSORS_AT = 2 * KEY_AT;

/** The memory that a merge with these tools takes at most, in bytes. */
export function textMergeBytes(fanIn: number, cursorBytes: number): number {
  const cursor = Math.max(MIN_TEXT_CURSOR_BYTES, cursorBytes) + CURSOR_BLOCK_BYTES;
  return CURSORS_AT + fanIn * cursor + mergerBytes(fanIn);
}

/** Merges batches into segments; see `KeyMerger`. */
export class TextMerger {
  key = KEY_AT;
  segment: EntryList = NO_ENTRIES;
  /** What keys and songs refer to, until the next call of {@linkcode next}. */
  readonly texts: Uint8Array;
  isLast = true;

  readonly #texts: TextBytes;
  readonly #cursors: readonly TextCursor[];
  /** The cursors that have the current key: their places in `#cursors`, and how many. */
  readonly #active: Int32Array;
  #activeCount = 0;
  /** Where the segments of the active cursors really end; `to` may be set to less for a merge. */
  readonly #ends: Int32Array;
  /** The lists of a round of merging, and the two work areas, taken in turn, that hold them. */
  readonly #lists: EntryList[];
  readonly #areas: readonly (readonly EntryList[])[];

  /** @param inputs at most {@linkcode MAX_FAN_IN} */
  constructor(inputs: readonly MergeInput[], options: MergeOptions) {
    const { cursorBytes, isWorld = false, isExact } = options;
    const count = inputs.length;
    if (count > MAX_FAN_IN) {
      throw new RangeError(
        `Cannot merge ${count} inputs at once: expected at most ${MAX_FAN_IN}`,
      );
    }
    const sizeBytes = Math.max(MIN_TEXT_CURSOR_BYTES, cursorBytes);
    this.texts = new Uint8Array(CURSORS_AT + count * sizeBytes);
    this.texts.set(WORLD, WORLD_AT);
    const texts = this.#texts = textsOver(this.texts);
    const asKey = isWorld ? WORLD_AT : undefined;
    this.#cursors = inputs.map(({ batch }, i) => {
      const room = { texts, from: CURSORS_AT + i * sizeBytes, sizeBytes, asKey, isExact };
      return new TextCursor(batch as TextBatchReader, room);
    });
    this.#active = new Int32Array(count);
    this.#ends = new Int32Array(count);
    this.#lists = this.#cursors.map((cursor) => cursor.segment);
    this.#areas = [workArea(count), workArea(count)];
    for (const [i, cursor] of this.#cursors.entries()) cursor.seek(inputs[i].range);
    this.#begin();
  }

  #begin(): void {
    this.#activeCount = 0;
    for (const cursor of this.#cursors) cursor.next();
  }

  /** Begins again with the keys of a range; the memory stays the same. */
  restart(range: KeyRange): void {
    for (const cursor of this.#cursors) cursor.seek(range as TextRange);
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
    let kept = 0;
    for (let i = 0; i < this.#activeCount; i++) {
      const place = this.#active[i];
      const cursor = this.#cursors[place];
      const { segment } = cursor;
      segment.from = segment.to;
      segment.to = this.#ends[i];
      const isSame = segment.from < segment.to ||
        (cursor.continues ? cursor.next() : void cursor.next());
      if (isSame) this.#active[kept++] = place;
    }
    this.#activeCount = kept;
  }

  #nextKey(): boolean {
    const cursors = this.#cursors;
    const texts = this.#texts;
    let least = -1;
    for (let i = 0; i < cursors.length; i++) {
      const { key } = cursors[i];
      if (key < 0) continue;
      const order = least < 0 ? -1 : compareTexts(texts, key, least);
      if (order < 0) {
        least = key;
        this.#activeCount = 0;
      }
      if (order <= 0) this.#active[this.#activeCount++] = i;
    }
    if (least < 0) return false;
    copyText(texts, least, texts.view, KEY_AT);
    return true;
  }

  /**
   * Lists what can be merged now. Where an input's entries of the key go on in its next block,
   * only songs up to the last one of its segment are: smaller ones cannot follow.
   */
  #boundSegments(): void {
    const texts = this.#texts;
    let bound = -1;
    for (let i = 0; i < this.#activeCount; i++) {
      const { segment, continues } = this.#cursors[this.#active[i]];
      this.#lists[i] = segment;
      this.#ends[i] = segment.to;
      if (!continues) continue;
      const last = segment.songs[segment.to - 1];
      if (bound < 0 || compareTexts(texts, last, bound) < 0) bound = last;
    }
    this.isLast = bound < 0;
    if (this.isLast) return;
    for (let i = 0; i < this.#activeCount; i++) {
      this.#lists[i].to = endOfSongs(texts, this.#lists[i], bound);
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
        mergeTwo(this.#texts, lists[i], i + 1 < count ? lists[i + 1] : NO_ENTRIES, into);
        at = into.to;
        lists[merged] = into;
      }
      count = merged;
    }
    return lists[0];
  }
}

/** As `mergeTwo` of entries.ts, songs being references. */
function mergeTwo(texts: TextBytes, a: EntryList, b: EntryList, into: EntryList): void {
  const { songs: songsA, counts: countsA, to: endA } = a;
  const { songs: songsB, counts: countsB, to: endB } = b;
  const { songs, counts } = into;
  let i = a.from;
  let j = b.from;
  let at = into.to;
  while (i < endA && j < endB) {
    const order = compareTexts(texts, songsA[i], songsB[j]);
    if (order < 0) {
      songs[at] = songsA[i];
      counts[at++] = countsA[i++];
    } else if (order > 0) {
      songs[at] = songsB[j];
      counts[at++] = countsB[j++];
    } else {
      songs[at] = songsA[i];
      counts[at++] = countsA[i++] + countsB[j++];
    }
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
function endOfSongs(texts: TextBytes, list: EntryList, song: number): number {
  let low = list.from;
  let high = list.to;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compareTexts(texts, list.songs[middle], song) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
