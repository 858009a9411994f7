/**
 * A chart cut into queries that the servers can answer in bounded memory: each for a range of keys.
 *
 * @module
 */

import { addedTotals, type CountryTotals } from "../../core/country_totals.ts";
import type { IdKind } from "../../core/streams.ts";
import type { LoadOfDay } from "./native_block.ts";
import { conditionOf } from "./loads.ts";
import { quoted, type Server } from "./server.ts";
import { countsName, tableName } from "./tables.ts";

/** A range of keys, as a condition of SQL on them. */
export interface SqlRange {
  /** The first key, as an expression; from the beginning where there is none. */
  readonly from?: string;
  /** The key behind the last one; to the end where there is none. */
  readonly to?: string;
}

/**
 * A query is for about so many rows of a table on a shard. Of more, results of 25 MB and what is not
 * yet collected of them took a run of 120 million rows beyond its memory; of these none is slower.
 */
export const RANGE_ENTRIES = 1 << 18;

/** About so many keys are looked at, on all shards together, however many rows there are. */
export const MOST_SAMPLES = 1 << 16;

/** So many keys are looked at for a range: the more, the more alike ranges are. */
const SAMPLES_OF_RANGE = { least: 4, most: 16 };

/** The condition that a key is in a range; nothing where all are. */
export function conditionOfRange(key: string, { from, to }: SqlRange): string {
  const parts = [
    ...from === undefined ? [] : [`${key} >= ${from}`],
    ...to === undefined ? [] : [`${key} < ${to}`],
  ];
  return parts.map((part) => ` AND ${part}`).join("");
}

/** Cuts at these keys, ascending. */
export function rangesCutAt(keys: readonly string[]): SqlRange[] {
  const ends = [...new Set(keys)];
  return [undefined, ...ends].map((from, i) => ({ from, to: ends[i] }));
}

/** Cuts the countries into ranges of about `wanted` streams; one country is never cut. */
export function rangesOfCountries(totals: readonly CountryTotals[], wanted: number): SqlRange[] {
  const cuts: string[] = [];
  let streams = 0;
  for (const [country, count] of Object.entries(addedTotals(totals))) {
    if (streams > 0 && streams + count > wanted) {
      cuts.push(quoted(country));
      streams = 0;
    }
    streams += count;
  }
  return rangesCutAt(cuts);
}

/** What a sample of the users is taken of. */
export interface SampledLoads {
  readonly servers: readonly Pick<Server, "rows">[];
  readonly database: string;
  readonly ids: IdKind;
  readonly loads: readonly LoadOfDay[];
  /** Rows of these loads on all shards. */
  readonly entries: number;
  /** The rows that a query should be for, on all shards together. */
  readonly wanted: number;
}

/** How users are sampled. */
export interface Sampling {
  /** One row of so many is looked at. */
  readonly share: number;
  /** A range is of so many of those. */
  readonly samplesOfRange: number;
}

/**
 * Plans a sample of about {@linkcode MOST_SAMPLES} keys at most, for ranges of `wanted` rows: up to
 * 16 keys a range. Where there would be fewer than 4 the ranges are larger than wanted, so that
 * there are no more than 2 ** 14 of them.
 */
export function samplingOf(entries: number, wanted: number): Sampling {
  const { least, most } = SAMPLES_OF_RANGE;
  const samples = Math.floor(MOST_SAMPLES / Math.ceil(entries / wanted));
  const entriesOfRange = Math.max(wanted, least * entries / MOST_SAMPLES);
  const share = Math.ceil(entriesOfRange / Math.max(least, Math.min(most, samples)));
  return { share, samplesOfRange: Math.max(1, Math.round(entriesOfRange / share)) };
}

/**
 * Cuts the users into ranges of about as many rows, by a random sample of the rows. A bad sample
 * makes some queries larger than others; no result depends on it. The sample and the ranges take a
 * few MB at most: where there are more than 2 ** 14 times the wanted rows the ranges are larger, and
 * what does not fit in memory then comes part by part.
 */
export async function rangesOfUsers(sampled: SampledLoads): Promise<SqlRange[]> {
  const { servers, database, ids, loads, entries, wanted } = sampled;
  if (entries <= wanted) return [{}];
  const { share, samplesOfRange } = samplingOf(entries, wanted);
  const shown = ids === "number" ? "toString(user)" : "hex(user)";
  const sql = `SELECT ${shown} AS key FROM ${tableName(countsName("user", ids), database)} ` +
    `WHERE ${conditionOf(loads)} AND rand() % ${share} = 0`;
  const samples = await Promise.all(
    servers.map((server) => server.rows<{ key: string }>("look at the users of", sql, true)),
  );
  const keys = samples.flat().map(({ key }) => key);
  // Digits of equal length, and hexadecimal digits, have the order of what they stand for.
  keys.sort((a, b) =>
    ids === "number" && a.length !== b.length ? a.length - b.length : a < b ? -1 : Number(a > b)
  );
  const cuts = keys.filter((_, i) => i > 0 && i % samplesOfRange === 0);
  return rangesCutAt(cuts.map((key) => ids === "number" ? key : `unhex('${key}')`));
}
