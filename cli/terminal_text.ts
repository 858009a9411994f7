/**
 * Texts from outside on a terminal: made harmless, measured in columns, cut to fit.
 *
 * @module
 */

/** Stands for what cannot be shown. */
const REPLACEMENT = "\ufffd";

/** The most marks that combine with one character; a pile of them would cover other lines. */
const MOST_MARKS = 3;

/** Control characters, ends of lines and of paragraphs, halves of characters. */
const HARMFUL = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]/gu;
/** What is not seen and changes what is: the direction of writing, joiners, tags, marks of order. */
const UNSEEN = /[\p{Cf}\u{e0000}-\u{e0fff}]/gu;
const TOO_MANY_MARKS = new RegExp(`(\\p{M}{${MOST_MARKS}})\\p{M}+`, "gu");

/** What takes two columns (East Asian Wide and Fullwidth of Unicode's Annex 11, and emoji). */
const WIDE = new RegExp(
  "^(?:\\p{Emoji_Presentation}|[\u1100-\u115f\u2329\u232a\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f" +
    "\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6" +
    "\u{16fe0}-\u{18dff}\u{1aff0}-\u{1b2ff}\u{1f200}-\u{1f2ff}\u{20000}-\u{3fffd}])$",
  "u",
);
/** What takes none: marks, and the vowels and finals of Korean that combine with what is before. */
const ZERO = /^[\p{M}\u1160-\u11ff\ud7b0-\ud7ff]$/u;

/**
 * Makes a text harmless on a terminal: no escape sequence, no end of line and no change of
 * direction is left in it.
 *
 * @example
 * ```ts
 * import { harmless } from "./terminal_text.ts";
 * if (harmless("a\x1b[2Jb\u202ec") !== "a\ufffd[2Jbc") throw new Error();
 * ```
 */
export function harmless(text: string): string {
  return text.replace(HARMFUL, REPLACEMENT).replace(UNSEEN, "").replace(TOO_MANY_MARKS, "$1");
}

/** The columns that a harmless text takes on a terminal. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const character of text) columns += columnsOfCharacter(character);
  return columns;
}

function columnsOfCharacter(character: string): number {
  if (character < "\u0300") return 1;
  if (ZERO.test(character)) return 0;
  // Two of these make a flag.
  if (/^\p{Regional_Indicator}$/u.test(character)) return 1;
  return WIDE.test(character) ? 2 : 1;
}

/**
 * Makes a harmless text take exactly so many columns: it is cut with an ellipsis, or blanks are put
 * behind it.
 *
 * @param columns at least 1
 *
 * @example
 * ```ts
 * import { fitted } from "./terminal_text.ts";
 * if (fitted("日本の歌", 6) !== "日本… " || fitted("ab", 3) !== "ab ") throw new Error();
 * ```
 */
export function fitted(text: string, columns: number): string {
  const width = columnsOf(text);
  if (width <= columns) return text + " ".repeat(columns - width);
  let cut = "";
  let used = 0;
  for (const character of text) {
    const more = columnsOfCharacter(character);
    if (used + more > columns - 1) break;
    cut += character;
    used += more;
  }
  return `${cut}…${" ".repeat(columns - 1 - used)}`;
}

const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/** Draws a bar of `share` (0 to 1) of so many columns, in eighths of a column; none is empty. */
export function bar(share: number, columns: number): string {
  const eighths = Math.max(1, Math.round(share * columns * 8));
  return "█".repeat(eighths >> 3) + EIGHTHS[eighths & 7];
}

const STEPS = "▁▂▃▄▅▆▇█";

/** Draws a line of columns, one a value, the greatest the highest; a blank where a value is 0. */
export function sparkline(values: readonly number[]): string {
  const most = Math.max(...values);
  return values.map((value) => value === 0 ? " " : STEPS[Math.ceil(value / most * 8) - 1]).join("");
}
