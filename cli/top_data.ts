/**
 * What `top` writes for scripts: CSV, and one JSON document.
 *
 * @module
 */

import { formatDay } from "../core/day.ts";
import type { IdKind } from "../core/streams.ts";
import { type FoundChart, type FoundSong, sum } from "../io/chart_lookup.ts";
import type { Titles, TopFound } from "./top.ts";
import type { TopKind } from "./top_words.ts";

/**
 * Writes what was found as CSV: a header, then a line a song of a key, or of a song a line for each
 * country and day. Quotes are those of RFC 4180.
 */
export function csvText({ charts, songs, lookup, titles }: TopFound, kind: TopKind): string {
  if (kind === "song") {
    const { days } = lookup.batches;
    const lines = songs.flatMap(({ song, countries }) =>
      countries.flatMap(({ key, byDay }) =>
        days.map((day, i) => [song, ...titleCells(song, titles), key, formatDay(day), byDay[i]])
      )
    );
    return csv([["song", "title", "artist", "country", "date", "streams"], ...lines]);
  }
  const heads = ["key", "rank", "song", "title", "artist", "streams", "movement", "previous_rank"];
  const lines = charts.flatMap(({ key, songs, streams, movements }) =>
    songs.map((song, i) => {
      const { kind, previous, daysOnChart, peak } = movements[i];
      const place = [key, i + 1, song, ...titleCells(song, titles), streams[i]];
      return [...place, kind, previous ?? "", daysOnChart ?? "", peak ?? ""];
    })
  );
  return csv([[...heads, "days_on_chart", "peak_rank"], ...lines]);
}

function titleCells(song: string, titles: Titles): string[] {
  const { title = "", artist = "" } = titles.get(song) ?? {};
  return [title, artist];
}

function csv(rows: readonly (readonly (string | number)[])[]): string {
  return rows.map((row) => `${row.map((cell) => csvField(String(cell))).join(",")}\n`).join("");
}

/** As the writer `csv` does: what a spreadsheet would take for a formula is quoted, too. */
function csvField(text: string): string {
  return /[",\r\n]|^[ \t=+\-@]|[ \t]$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * Writes what was found as one JSON document.
 *
 * @param isList whether several keys were asked for: then it is an array, of those that were found
 */
export function jsonText(found: TopFound, isList: boolean): string {
  const { charts, songs, lookup } = found;
  const { batches } = lookup;
  const about = {
    from: formatDay(batches.window.from),
    date: formatDay(batches.window.to),
    daysUsed: batches.days.map(formatDay),
    daysMissing: batches.daysMissing.map(formatDay),
  };
  const documents = [
    ...charts.map((chart) => ({ ...chartDocument(chart, found), ...about })),
    ...songs.map((song) => ({ ...songDocument(song, found), ...about })),
  ].map(({ songs, countries, ...rest }) => ({ ...rest, songs, countries }));
  if (!isList && documents.length === 0) return "null\n";
  return JSON.stringify(isList ? documents : documents[0], null, 2) + "\n";
}

/** Ids that are numbers are numbers, as in the writer `jsonl`. */
function plainId(id: string, ids: IdKind): string | number {
  return ids === "number" ? Number(id) : id;
}

function chartDocument(
  { kind, key, songs, streams, streamCount, movements }: FoundChart,
  { lookup, titles }: TopFound,
): { readonly songs?: unknown; readonly countries?: unknown } {
  const { ids } = lookup.batches;
  return {
    ...{ kind, key: kind === "user" ? plainId(key, ids) : key, streams: streamCount },
    ...{ compared: formatDay(lookup.compared) },
    songs: songs.map((song, i) => {
      const { kind, previous, daysOnChart, peak } = movements[i];
      const place = { rank: i + 1, song: plainId(song, ids), ...titles.get(song) };
      const moved = { movement: kind, previousRank: previous, daysOnChart, peakRank: peak };
      return { ...place, streams: streams[i], ...moved };
    }),
  };
}

function songDocument(
  { song, countries }: FoundSong,
  { lookup, titles }: TopFound,
): { readonly songs?: unknown; readonly countries?: unknown } {
  const { ids, days } = lookup.batches;
  const total = sum(countries.map(({ byDay }) => sum(byDay)));
  return {
    ...{ kind: "song", song: plainId(song, ids), ...titles.get(song), streams: total },
    countries: countries.map(({ key, byDay }) => ({
      country: key,
      streams: sum(byDay),
      byDay: Object.fromEntries(days.map((day, i) => [formatDay(day), byDay[i]])),
    })),
  };
}
