/**
 * Sorting of references by the texts they name.
 *
 * Most significant digit first, a digit being a word of four bytes: the words of all texts at a
 * depth are sorted as numbers together with the references, then each group of equal words four
 * bytes deeper (three-way string quicksort's idea of one digit after another: Bentley and Sedgewick,
 * "Fast Algorithms for Sorting and Searching Strings", 1997; the digits are sorted by sort.ts).
 *
 * @module
 */

import { sortByKeys } from "./sort.ts";
import { sameTexts, type TextBytes, wordOf } from "./text_compare.ts";

/** References to be sorted, and columns of at least the same length to work in. */
export interface TextColumns {
  readonly references: Uint32Array;
  readonly words: Uint32Array;
  readonly scratchReferences: Uint32Array;
  readonly scratchWords: Uint32Array;
}

/**
 * Sorts `references[from, to)` by their texts, ascending, in place. Afterwards `scratchWords[i]` is
 * 1 where a text is another than the one before it, else 0.
 *
 * Cost: O(n) for each word of what the texts have in common. `[from, to)` of the other columns is
 * overwritten.
 */
export function sortTexts(texts: TextBytes, columns: TextColumns, from: number, to: number): void {
  sortTextsAt(texts, columns, from, to, 0);
}

function sortTextsAt(
  texts: TextBytes,
  columns: TextColumns,
  from: number,
  to: number,
  depth: number,
): void {
  const { references, words, scratchWords: marks } = columns;
  let different = 0;
  const first = words[from] = wordOf(texts, references[from], depth);
  for (let i = from + 1; i < to; i++) {
    different |= (words[i] = wordOf(texts, references[i], depth)) ^ first;
  }
  if (different === 0) return sortGroup(texts, columns, from, to, depth);
  sortByKeys(
    {
      keys: words,
      songs: references,
      scratchKeys: columns.scratchWords,
      scratchSongs: columns.scratchReferences,
    },
    from,
    to,
  );
  for (let start = from; start < to;) {
    const word = words[start];
    let end = start + 1;
    while (end < to && words[end] === word) end++;
    if (end - start === 1) marks[start] = 1;
    else sortGroup(texts, columns, start, end, depth);
    start = end;
  }
}

/** Sorts texts whose words at a depth, and before it, are the same. */
function sortGroup(
  texts: TextBytes,
  columns: TextColumns,
  from: number,
  to: number,
  depth: number,
): void {
  const { references, words, scratchWords: marks } = columns;
  const first = references[from];
  let same = from + 1;
  if (endsIn(words[from])) same = to;
  while (same < to && sameTexts(texts, references[same], first)) same++;
  if (same < to) return sortTextsAt(texts, columns, from, to, depth + 4);
  marks[from] = 1;
  for (let i = from + 1; i < to; i++) marks[i] = 0;
}

/** Whether a text ends in its word: then texts of equal words are equal. */
function endsIn(word: number): boolean {
  return (word & 0xff) === 0;
}
