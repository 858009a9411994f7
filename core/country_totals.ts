/**
 * How many streams each country has in a batch: counted while it is encoded, or read from it.
 *
 * @module
 */

import { countryCode, countryKey } from "./country.ts";
import type { Blocks, Engine, Merger } from "./engine.ts";
import type { Step } from "./steps.ts";
import type { IdKind } from "./streams.ts";
import { NO_TEXTS } from "./texts.ts";

/** Streams by country, codes ascending; countries without any are not there. */
export type CountryTotals = Readonly<Record<string, number>>;

/** Entries that are counted between two steps. */
const STEP_ENTRIES = 1 << 18;

/** Counts the streams of a batch by country on their way to its blocks. */
export class CountryCounter implements Blocks {
  readonly #blocks: Blocks;
  readonly #ids: IdKind;
  readonly #counts = new Map<number, number>();

  constructor(blocks: Blocks, ids: IdKind) {
    this.#blocks = blocks;
    this.#ids = ids;
  }

  addSongs: Blocks["addSongs"] = (key, songs, from, to, texts = NO_TEXTS) => {
    this.#add(key, texts, to - from);
    this.#blocks.addSongs(key, songs, from, to, texts);
  };

  addEntries: Blocks["addEntries"] = (key, list, texts = NO_TEXTS) => {
    this.#add(key, texts, streamsOf(list));
    this.#blocks.addEntries(key, list, texts);
  };

  finish: Blocks["finish"] = (...options) => this.#blocks.finish(...options);

  /** What was counted so far. */
  totals(): CountryTotals {
    return totalsOf(this.#counts);
  }

  #add(key: number, texts: Uint8Array, streams: number): void {
    const country = countryOf(key, texts, this.#ids);
    this.#counts.set(country, (this.#counts.get(country) ?? 0) + streams);
  }
}

/**
 * Counts the streams of a batch by country, by reading all of it.
 *
 * Cost: O(entries).
 */
export function* readTotals(
  merger: Merger,
  { ids }: Pick<Engine, "ids">,
): Generator<Step, CountryTotals> {
  const counts = new Map<number, number>();
  let entries = 0;
  while (merger.next()) {
    const country = countryOf(merger.key, merger.texts, ids);
    counts.set(country, (counts.get(country) ?? 0) + streamsOf(merger.segment));
    entries += merger.segment.to - merger.segment.from;
    if (entries < STEP_ENTRIES) continue;
    yield { logBytes: 0, entries };
    entries = 0;
  }
  yield { logBytes: 0, entries };
  return totalsOf(counts);
}

/** Adds up the totals of parts of one batch, or of several. */
export function addedTotals(parts: readonly CountryTotals[]): CountryTotals {
  const sums = new Map<string, number>();
  for (const [country, streams] of parts.flatMap((part) => Object.entries(part))) {
    sums.set(country, (sums.get(country) ?? 0) + streams);
  }
  return Object.fromEntries([...sums].sort(([a], [b]) => a < b ? -1 : 1));
}

function totalsOf(counts: ReadonlyMap<number, number>): CountryTotals {
  const sorted = [...counts].sort(([a], [b]) => a - b);
  return Object.fromEntries(sorted.map(([key, streams]) => [countryCode(key), streams]));
}

/** The key of a country, which where ids are text is a text of two letters. */
function countryOf(key: number, texts: Uint8Array, ids: IdKind): number {
  return ids === "text" ? countryKey(texts[key + 1], texts[key + 2]) : key;
}

function streamsOf({ counts, from, to }: Parameters<Blocks["addEntries"]>[1]): number {
  let streams = 0;
  for (let i = from; i < to; i++) streams += counts[i];
  return streams;
}
