/**
 * Guessing how logs are called, from the names of files that are there.
 *
 * @module
 */

import { dayOfLog, parseLogPattern } from "./names.ts";

/** A pattern of names, and how many of them it fits. */
export interface NameGuess {
  readonly pattern: string;
  readonly count: number;
}

/** How days are written in names; the first that fits a name is taken. */
const DAYS = [
  [/\d{4}([-_.])\d{2}\1\d{2}/, "{YYYY}$1{MM}$1{DD}"],
  [/(?<!\d)\d{8}(?!\d)/, "{YYYYMMDD}"],
] as const;

/**
 * Finds the pattern that fits the most of some names, of those that hold a day.
 *
 * @returns `undefined` where none of the names does. Cost: O(names squared) at the worst
 *
 * @example
 * ```ts
 * import { likelyPattern } from "./name_guess.ts";
 * const guess = likelyPattern(["plays-2021-12-01.csv.gz", "plays-2021-12-02.csv.gz", "notes.txt"]);
 * if (guess?.pattern !== "plays-{YYYY}-{MM}-{DD}.csv.gz" || guess.count !== 2) throw new Error();
 * ```
 */
export function likelyPattern(names: readonly string[]): NameGuess | undefined {
  const patterns = new Set(names.flatMap(patternsOf));
  let best: NameGuess | undefined;
  for (const text of patterns) {
    const pattern = parseLogPattern(text);
    if (typeof pattern === "string") continue;
    const count = names.filter((name) => dayOfLog(name, pattern) !== undefined).length;
    // Patterns of one name come with the strictest first, which stays where others fit no more.
    if (count > (best?.count ?? 0)) best = { pattern: text, count };
  }
  return best;
}

/** The patterns that a name speaks for: as it is, and with anything between the day and the ending. */
function patternsOf(name: string): string[] {
  for (const [expression, text] of DAYS) {
    const found = expression.exec(name);
    if (found === null || /[*{}]/.test(name)) continue;
    const [before, after] = [name.slice(0, found.index), name.slice(found.index + found[0].length)];
    const day = text.replaceAll("$1", found[1] ?? "");
    const ending = /(?:\.[a-z]\w*)*$/i.exec(after)![0];
    return [`${before}${day}${after}`, `${before}${day}*${ending}`, `*${day}*${ending}`];
  }
  return [];
}
