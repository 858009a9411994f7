/**
 * The kinds of values that options take, and how each is read from what was typed.
 *
 * A kind reads text and knows no option: the message `Cannot use "--days 0": 0 days, expected a
 * whole number from 1 to 3650` takes its second part from the problem found and its third from the
 * kind; the option is the caller's.
 *
 * @module
 */

import { type Day, parseDay } from "../core/day.ts";
import { hintOf } from "./suggest.ts";

/** What a text was read as, or what is wrong with it, to stand before ", expected ...". */
export type Reading<T> = { readonly value: T } | {
  readonly problem: string;
  /** What may have been meant, to stand behind what is expected. */
  readonly hint?: string;
  /** What is shown in the place of the text, where the text may hold a secret. */
  readonly shown?: string;
};

/** A kind of values: what is expected, and how to read one. */
export interface ValueKind<T> {
  /** What a value should be, to stand after "expected ". */
  readonly expected: string;
  /** The words that may be typed, where these are few. */
  readonly words?: readonly string[];
  /** Whether several words may be typed, with commas between them. */
  readonly isList?: boolean;
  /** Reads one value; never throws. */
  read(text: string): Reading<T>;
}

/** The bounds of a whole number, both included. */
export interface Range {
  /** The least that is accepted. */
  readonly min: number;
  /** The most that is accepted, at most 2^53 - 1. */
  readonly max: number;
  /** What is counted, in the plural, such as `days`; shown after a number that is out of range. */
  readonly unit?: string;
}

const FACTORS: Readonly<Record<string, number>> = { "": 1, k: 1e3, m: 1e6, g: 1e9 };

const UNITS: Readonly<Record<string, number>> = {
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
};

/**
 * Makes the kind of whole numbers within a range, in decimal digits: `50`.
 *
 * @example
 * ```ts
 * import { wholeNumber } from "./values.ts";
 * const days = wholeNumber({ min: 1, max: 3650, unit: "days" });
 * if (JSON.stringify(days.read("7")) !== '{"value":7}') throw new Error();
 * if (JSON.stringify(days.read("0")) !== '{"problem":"0 days"}') throw new Error();
 * ```
 */
export function wholeNumber(range: Range): ValueKind<number> {
  return {
    expected: `a whole number from ${range.min} to ${range.max}`,
    read: (text) => /^\d+$/.test(text) ? within(range, Number(text), text) : notWhole(text),
  };
}

/**
 * Makes the kind of large whole numbers within a range, for which `30_000_000`, `30M` and `5k` are
 * accepted too; `k`, `M` and `G` are a thousand, a million and a thousand million, in either case.
 *
 * @example
 * ```ts
 * import { count } from "./values.ts";
 * const rows = count({ min: 0, max: 1e9, unit: "rows" });
 * if (JSON.stringify(rows.read("30M")) !== '{"value":30000000}') throw new Error();
 * ```
 */
export function count(range: Range): ValueKind<number> {
  return {
    expected: `a whole number from ${range.min} to ${range.max}, such as 5k or 30M`,
    read(text) {
      const parts = /^(\d+(?:_\d+)*)([kmg]?)$/i.exec(text);
      if (parts === null) return notWhole(text);
      const digits = Number(parts[1].replaceAll("_", ""));
      return within(range, digits * FACTORS[parts[2].toLowerCase()], text);
    },
  };
}

function within(range: Range, value: number, text: string): Reading<number> {
  if (value >= range.min && value <= range.max) return { value };
  return { problem: range.unit === undefined ? text : `${text} ${range.unit}` };
}

function notWhole(text: string): Reading<never> {
  return { problem: text === "" ? "nothing given" : "not a whole number" };
}

/**
 * The kind of shares, written in percent with its sign: `1%`, `0.5%`; the value is 0 to 1.
 *
 * @example
 * ```ts
 * import { share } from "./values.ts";
 * if (JSON.stringify(share.read("0.5%")) !== '{"value":0.005}') throw new Error();
 * ```
 */
export const share: ValueKind<number> = {
  expected: "a share from 0% to 100%, such as 0.5%",
  read(text) {
    if (text === "") return { problem: "nothing given" };
    const parts = /^(\d+(?:\.\d+)?|\.\d+)(%?)$/.exec(text);
    if (parts === null) return { problem: "not a share" };
    if (parts[2] === "") return { problem: "no % sign" };
    // "e-2" rounds once; a division by 100 would round what was rounded before.
    const value = Number(`${parts[1]}e-2`);
    return value <= 1 ? { value } : { problem: text };
  },
};

/**
 * The kind of sizes, with a unit: `512MiB`, `1.5GiB`, `800MB`; the value is whole bytes, 1 or more.
 *
 * KiB, MiB and GiB are powers of 1024, KB, MB and GB powers of 1000, in either case; a fraction of
 * a byte is dropped.
 *
 * @example
 * ```ts
 * import { size } from "./values.ts";
 * if (JSON.stringify(size.read("512MiB")) !== '{"value":536870912}') throw new Error();
 * ```
 */
export const size: ValueKind<number> = {
  expected: "a size in B, KB, MB, GB, KiB, MiB or GiB, such as 512MiB",
  read(text) {
    if (text === "") return { problem: "nothing given" };
    const parts = /^(\d+(?:\.\d+)?) ?([a-z]*)$/i.exec(text);
    if (parts === null) return { problem: "not a size" };
    if (parts[2] === "") return { problem: "no unit" };
    const unit = parts[2].toLowerCase();
    if (!Object.hasOwn(UNITS, unit)) return { problem: `unknown unit "${parts[2]}"` };
    const value = Math.floor(Number(parts[1]) * UNITS[unit]);
    if (!Number.isSafeInteger(value)) return { problem: "more than 2^53 - 1 bytes" };
    return value > 0 ? { value } : { problem: "0 bytes" };
  },
};

/** The kind of sizes of at least so many bytes. */
export function sizeFrom(leastBytes: number): ValueKind<number> {
  return {
    expected: `${size.expected}, of at least ${leastBytes} bytes`,
    read(text) {
      const reading = size.read(text);
      if ("problem" in reading || reading.value >= leastBytes) return reading;
      return { problem: `${reading.value} bytes` };
    },
  };
}

/**
 * The kind of days of the calendar: `2021-12-01` or `20211201`.
 *
 * @example
 * ```ts
 * import { day } from "./values.ts";
 * if (JSON.stringify(day.read("1970-01-02")) !== '{"value":1}') throw new Error();
 * ```
 */
export const day: ValueKind<Day> = {
  expected: "a day as YYYY-MM-DD or YYYYMMDD",
  read(text) {
    const value = parseDay(text);
    if (value !== undefined) return { value };
    return { problem: text === "" ? "nothing given" : "not a day of the calendar" };
  },
};

/** The kind of any text that is not empty. */
export const anyWord: ValueKind<string> = {
  expected: "a text that is not empty",
  read: (text) => text === "" ? { problem: "nothing given" } : { value: text },
};

/** The kind of folders: any path; whether the folder is there is for others to see. */
export const folder: ValueKind<string> = {
  expected: "the path of a folder",
  read(text) {
    if (text === "") return { problem: "nothing given" };
    return text.includes("\0") ? { problem: "a NUL character in a path" } : { value: text };
  },
};

/**
 * Makes the kind of one word out of several.
 *
 * @param words at least two, in the order in which they are to be shown
 */
export function oneOf<const W extends string>(words: readonly W[]): ValueKind<W> {
  return {
    expected: listed(words, "or"),
    words,
    read(text) {
      const value = words.find((word) => word === text);
      return value === undefined ? unknownWord(text, words) : { value };
    },
  };
}

/**
 * Makes the kind of lists of some of several words, none twice, separated by commas.
 *
 * @param words at least two; a value has them in this order, however they were typed
 *
 * @example
 * ```ts
 * import { someOf } from "./values.ts";
 * const keys = someOf(["country", "user"]);
 * if (JSON.stringify(keys.read("user,country")) !== '{"value":["country","user"]}') {
 *   throw new Error();
 * }
 * ```
 */
export function someOf<const W extends string>(words: readonly W[]): ValueKind<readonly W[]> {
  return {
    expected: `${listed(words, "or")}, or several with commas between them`,
    words,
    isList: true,
    read(text) {
      const typed = text.split(",").map((word) => word.trim());
      const wrong = typed.find((word) => !words.some((known) => known === word));
      if (wrong !== undefined) return unknownWord(wrong, words);
      const twice = typed.find((word, i) => typed.indexOf(word) < i);
      if (twice !== undefined) return { problem: `"${twice}" given twice` };
      return { value: words.filter((word) => typed.includes(word)) };
    },
  };
}

/**
 * Makes the kind that takes one word besides the values of another kind.
 *
 * @example
 * ```ts
 * import { orWord, wholeNumber } from "./values.ts";
 * const days = orWord("all", wholeNumber({ min: 1, max: 3650, unit: "days" }));
 * if (JSON.stringify(days.read("all")) !== '{"value":"all"}') throw new Error();
 * ```
 */
export function orWord<const W extends string, T>(word: W, kind: ValueKind<T>): ValueKind<W | T> {
  return {
    expected: `${kind.expected}, or ${word}`,
    words: [word],
    read: (text) => text === word ? { value: word } : kind.read(text),
  };
}

/** Says that a word is none of those that there are. */
export function unknownWord(word: string, words: readonly string[]): Reading<never> {
  if (word === "") return { problem: "nothing given" };
  return { problem: `unknown "${word}"`, hint: hintOf(word, words) };
}

/**
 * Joins words as a sentence does: `run, demo or generate`.
 *
 * @param words at least one
 * @param conjunction what stands between the last two
 */
export function listed(words: readonly string[], conjunction: "and" | "or"): string {
  if (words.length < 2) return words.join();
  return `${words.slice(0, -1).join(", ")} ${conjunction} ${words[words.length - 1]}`;
}

/** The mode of files in octal digits: `640` or `0640`. */
export const fileMode: ValueKind<number> = {
  expected: "three octal digits such as 640, the owner's rights among them",
  read: (text) => {
    if (!/^0?[0-7]{3}$/.test(text)) return { problem: `"${text}"` };
    const mode = parseInt(text, 8);
    return (mode & 0o600) === 0o600 ? { value: mode } : { problem: "the owner could not use it" };
  },
};

/** The kind of times of the day: `06:00`. */
export const clockTime: ValueKind<string> = {
  expected: "a time of the day as HH:MM, from 00:00 to 23:59",
  read: (text) => {
    const isTime = /^(?:[01]\d|2[0-3]):[0-5]\d$/.test(text);
    return isTime ? { value: text } : { problem: text === "" ? "nothing given" : "no such time" };
  },
};
