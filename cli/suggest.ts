/**
 * Guessing what a mistyped word was meant to be.
 *
 * @module
 */

/** A word that is further away is no likely one. */
const MOST_EDITS = 3;

/**
 * Finds the word that was most likely meant: the one with the fewest letters to be changed, added,
 * left out or swapped, of equally near ones the first. Cost: O(words times letters squared).
 *
 * @returns the word, or `undefined` where none is near
 *
 * @example
 * ```ts
 * import { likelyWord } from "./suggest.ts";
 * if (likelyWord("htlm", ["csv", "html"]) !== "html") throw new Error();
 * if (likelyWord("xml", ["csv", "top"]) !== undefined) throw new Error();
 * ```
 */
export function likelyWord(typed: string, words: readonly string[]): string | undefined {
  const lower = typed.toLowerCase();
  let best: string | undefined;
  let least = Math.min(MOST_EDITS, Math.max(1, Math.floor(0.4 * lower.length))) + 1;
  for (const word of words) {
    const edits = editsBetween(lower, word.toLowerCase());
    if (edits >= least) continue;
    [best, least] = [word, edits];
  }
  return best;
}

/** Writes a guess to stand behind a message; nothing where there is none. */
export function hintOf(typed: string, words: readonly string[]): string {
  const likely = likelyWord(typed, words);
  return likely === undefined ? "" : ` (did you mean "${likely}"?)`;
}

/** Counts changes, additions, omissions and swaps of neighbours (optimal string alignment). */
function editsBetween(a: string, b: string): number {
  let [before, last] = [[] as number[], Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      row[j] = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + cost);
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (isSwap) row[j] = Math.min(row[j], before[j - 2] + 1);
    }
    [before, last] = [last, row];
  }
  return last[b.length];
}
