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

/** A query is for about so many rows of a table on a shard: their sums take some 100 MB there. */
export const RANGE_ENTRIES = 1 << 20;

/** So many keys are looked at for a range. */
const SAMPLES_OF_RANGE = 16;

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
  readonly servers: readonly Server[];
  readonly database: string;
  readonly ids: IdKind;
  readonly loads: readonly LoadOfDay[];
  /** Rows of these loads on all shards. */
  readonly entries: number;
  /** The rows that a query should be for, on all shards together. */
  readonly wanted: number;
}

/**
 * Cuts the users into ranges of about as many rows, by a random sample of the rows. A bad sample
 * makes some queries larger than others; no result depends on it.
 */
export async function rangesOfUsers(sampled: SampledLoads): Promise<SqlRange[]> {
  const { servers, database, ids, loads, entries, wanted } = sampled;
  if (entries <= wanted) return [{}];
  const share = Math.max(1, Math.floor(wanted / SAMPLES_OF_RANGE));
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
  const cuts = keys.filter((_, i) => i > 0 && i % SAMPLES_OF_RANGE === 0);
  return rangesCutAt(cuts.map((key) => ids === "number" ? key : `unhex('${key}')`));
}
