/**
 * The first songs of every key of a chart, kept in memory while the chart is made.
 *
 * Meant for charts of countries and of the world: at most 676 keys, whatever the batches hold.
 *
 * @module
 */

import type { ChartPrinter, ChartRow, ChartShape } from "./chart.ts";
import { countryCode } from "./country.ts";
import { textBytes } from "./texts.ts";

/** One key of a chart as it is kept, best song first. */
export interface KeptRow {
  /** A country, a user, or `world`. */
  readonly key: string;
  readonly songs: readonly string[];
  /** How often each was played. */
  readonly streams: readonly number[];
}

/**
 * Makes a printer that prints nothing and keeps the first `most` songs of every key.
 *
 * Cost: O(most) a key, in time and in memory.
 *
 * @param rows where they are put, keys ascending
 */
export function rowKeeper(shape: ChartShape, most: number, rows: KeptRow[]): ChartPrinter {
  // A byte order mark is a part of an id as any other sign.
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const isText = shape.ids === "text";
  const nameOf = (value: number, texts: Uint8Array): string =>
    isText ? decoder.decode(textBytes(texts, value)) : String(value);
  const keyOf = ({ key, texts }: ChartRow): string => {
    if (shape.kind === "world") return "world";
    return isText || shape.kind === "user" ? nameOf(key, texts) : countryCode(key);
  };
  return {
    print(row) {
      const count = Math.min(row.count, most);
      rows.push({
        key: keyOf(row),
        songs: Array.from({ length: count }, (_, i) => nameOf(row.songs[i], row.texts)),
        streams: Array.from(row.streams.subarray(0, count)),
      });
    },
  };
}
