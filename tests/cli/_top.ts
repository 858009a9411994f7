/**
 * What the tests of `top` and of movement have in common.
 *
 * @module
 */

import { parseRow } from "../oracle.ts";
import type { Ended, Place } from "./program.ts";

/** Shows charts of the batches of a place. */
export function show(place: Place, ...words: string[]): Promise<Ended> {
  return place.topstreams("top", ...words, "--batch", place.path("batch"));
}

/** A row of CSV without quotes, by the names of the header. */
export type CsvRow = Readonly<Record<string, string>>;

/** Reads CSV that has no quotes. */
export function rowsOf(csv: string): CsvRow[] {
  const [header, ...lines] = csv.trimEnd().split("\n").map((line) => line.split(","));
  return lines.map((cells) => Object.fromEntries(header.map((name, i) => [name, cells[i]])));
}

/** The rows of a chart as the writer `top` prints them, by key. */
export function chartLines(rows: readonly CsvRow[]): string {
  const keys = [...new Set(rows.map(({ key }) => key))];
  return keys.map((key) => {
    const songs = rows.filter((row) => row.key === key);
    return `${key}|${songs.map(({ song, streams }) => `${song}:${streams}`).join(",")}\n`;
  }).join("");
}

/** How often a song is in a log by country, the naive way. */
export function countsIn(log: string, song: string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const line of log.split("\n")) {
    const row = parseRow(line.replace(/\r$/, ""));
    if (typeof row === "string" || String(row[0]) !== song) continue;
    counts[row[2]] = (counts[row[2]] ?? 0) + 1;
  }
  return counts;
}

/** The songs of each key of a report in the form of the writer `top`. */
export function songsIn(report: string): Map<string, string[]> {
  return new Map(
    report.trimEnd().split("\n").map((line) => {
      const [key, songs] = line.split("|");
      return [key, songs.split(",").map((entry) => entry.split(":")[0])];
    }),
  );
}
