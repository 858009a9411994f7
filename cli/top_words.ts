/**
 * What `top` is asked for: the kind of chart, and the keys.
 *
 * @module
 */

import type { ChartKind } from "../core/chart.ts";
import { parseCountry } from "../core/country.ts";
import type { IdKind } from "../core/streams.ts";
import { MAX_TEXT_BYTES } from "../core/texts.ts";
import { cannotUse } from "./errors.ts";

/** A chart, or where a song is played. */
export type TopKind = ChartKind | "song";

/** What is asked for. */
export interface WantedTop {
  readonly kind: TopKind;
  /** Of the world, once they are read, it is `world`. */
  readonly keys: readonly string[];
}

/**
 * Reads what is asked for.
 *
 * @param given as it was typed
 * @throws {UsageError} where there are keys too few or too many, or one twice, or a country is none
 *
 * @example
 * ```ts
 * import { wantedTop } from "./top_words.ts";
 * if (wantedTop({ kind: "country", keys: ["FR", "DE"] }).keys.join() !== "FR,DE") throw new Error();
 * ```
 */
export function wantedTop({ kind, keys }: WantedTop): WantedTop {
  if (kind === "world") {
    if (keys.length === 0) return { kind, keys: [kind] };
    throw cannotUse(`top world ${keys[0]}`, "the world has no keys, expected top world alone");
  }
  if (keys.length === 0) {
    throw cannotUse(
      `top ${kind}`,
      `no ${kind} given, expected one or more: top ${kind} ${EXAMPLES[kind]}`,
    );
  }
  const twice = keys.find((key, i) => keys.indexOf(key) < i);
  if (twice !== undefined) throw cannotUse(`top ${kind} ${twice}`, `"${twice}" given twice`);
  if (kind === "country") {
    for (const key of keys) checkCountry(key, `top country ${key}`);
  }
  return { kind, keys };
}

const EXAMPLES: Readonly<Record<Exclude<TopKind, "world">, string>> = {
  country: "FR DE",
  user: "12345",
  song: "71",
};

/**
 * Refuses what is no country.
 *
 * @param typed the words of the command that it is among
 * @throws {UsageError}
 */
export function checkCountry(key: string, typed: string): void {
  if (parseCountry(key) !== undefined) return;
  const upper = key.trim().toUpperCase();
  const hint = parseCountry(upper) === undefined ? "" : ` (did you mean "${upper}"?)`;
  throw cannotUse(typed, `no country, expected two letters A-Z${hint}`);
}

/**
 * Reads the keys that are ids.
 *
 * @returns the keys as charts have them: numbers without leading zeros
 * @throws {UsageError} where one is no id
 */
export function idsOfKeys({ kind, keys }: WantedTop, ids: IdKind): string[] {
  if (kind === "country" || kind === "world") return [...keys];
  return keys.map((key) => idOf(key, ids, `top ${kind} ${key}`));
}

/**
 * Reads the id of a user or of a song.
 *
 * @param typed the words of the command that it is among
 * @returns the id as charts have it: a number without leading zeros
 * @throws {UsageError} where it is no id
 */
export function idOf(key: string, ids: IdKind, typed: string): string {
  const problem = ids === "text" ? textProblem(key) : numberProblem(key);
  if (problem !== undefined) throw cannotUse(typed, problem);
  return ids === "text" ? key : String(Number(key));
}

function numberProblem(key: string): string | undefined {
  const isNumber = /^\d{1,16}$/.test(key) && Number.isSafeInteger(Number(key));
  return isNumber ? undefined : "no number, expected 1 to 16 digits, at most 2^53 - 1, " +
    "as the ids of these batches are";
}

function textProblem(key: string): string | undefined {
  const { length } = new TextEncoder().encode(key);
  if (length > MAX_TEXT_BYTES) return `${length} bytes, expected at most ${MAX_TEXT_BYTES}`;
  return /\p{Cc}/u.test(key) ? "a control character in it, expected none" : undefined;
}
