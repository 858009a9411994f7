/**
 * The command `top`: charts on the terminal, or for scripts.
 *
 * @module
 */

import { formatDay } from "../core/day.ts";
import { ChartLookup, type FoundChart, type FoundSong } from "../io/chart_lookup.ts";
import { spanOf } from "../io/batch_window.ts";
import { denoStore } from "../io/store.ts";
import { readTitles } from "../io/titles.ts";
import { print, printError } from "./console.ts";
import { cannotUse } from "./errors.ts";
import type { TopOptions } from "./options.ts";
import { harmless } from "./terminal_text.ts";
import { csvText, jsonText } from "./top_data.ts";
import { chartTable, songTable } from "./top_tables.ts";
import { idsOfKeys, type TopKind, wantedTop } from "./top_words.ts";
import type { World } from "./world.ts";

/** What was found, and what it was looked for in. */
export interface TopFound {
  readonly lookup: ChartLookup;
  readonly charts: readonly FoundChart[];
  readonly songs: readonly FoundSong[];
  /** What songs are called, as far as it is known. */
  readonly titles: Titles;
  /** The most lines of a table. */
  readonly top: number;
}

/** Titles by song. */
export type Titles = ReadonlyMap<string, { readonly title: string; readonly artist: string }>;

const NO_TITLES: Titles = new Map();

/** The width where standard output is no terminal. */
const USUAL_COLUMNS = 80;

/**
 * Shows what was asked for.
 *
 * @throws {UsageError} where a word or an option cannot be used
 * @throws {Error} where a key has no streams, after the others were shown
 */
export async function top(options: TopOptions, world: World): Promise<void> {
  if (options.csv && options.json) {
    throw cannotUse("--csv --json", "two forms at once, expected one of them");
  }
  const wanted = wantedTop(options);
  const { batch, date, days, top, compare, ids } = options;
  const warn = (text: string): void => printError(`Warning: ${text}`);
  const lookup = new ChartLookup(
    { batch, date, windowDays: days, top, compare, ids },
    { store: denoStore, warn, signal: world.stop },
  );
  checkCompared(lookup);
  const keys = idsOfKeys(wanted, lookup.batches.ids);
  const found = await findAll(lookup, wanted.kind, keys);
  warnOfMissing(lookup, warn);
  const titles = titlesOf(found, lookup, options);
  const all = { ...found, lookup, titles, top };
  const hasAny = found.charts.length > 0 || found.songs.length > 0;
  if (options.json) print(jsonText(all, keys.length > 1));
  else if (options.csv) print(csvText(all, wanted.kind));
  else if (hasAny) print(tables(all, world));
  if (found.absent.length > 0) throw absence(wanted.kind, found.absent, lookup);
}

function checkCompared({ compared, batches }: ChartLookup): void {
  const date = batches.window.to;
  if (compared < date) return;
  throw cannotUse(
    `--compare ${formatDay(compared)}`,
    `not before the date of the chart, expected a day before ${formatDay(date)}`,
  );
}

/** The charts or songs of keys that have streams, and the keys that have none. */
interface FoundKeys {
  readonly charts: readonly FoundChart[];
  readonly songs: readonly FoundSong[];
  readonly absent: readonly string[];
}

async function findAll(
  lookup: ChartLookup,
  kind: TopKind,
  keys: readonly string[],
): Promise<FoundKeys> {
  const charts: FoundChart[] = [];
  const songs: FoundSong[] = [];
  const absent: string[] = [];
  for (const key of keys) {
    if (kind === "song") {
      const song = await lookup.song(key);
      if (song.countries.length > 0) songs.push(song);
      else absent.push(key);
    } else {
      const chart = await lookup.chart(kind, key);
      if (chart.songs.length > 0) charts.push(chart);
      else absent.push(key);
    }
  }
  return { charts, songs, absent };
}

function warnOfMissing({ batches }: ChartLookup, warn: (text: string) => void): void {
  const missing = batches.daysMissing.map(formatDay);
  if (missing.length > 0) warn(`no batch of ${missing.join(", ")}: missing in what is shown`);
}

function titlesOf(
  { charts, songs }: FoundKeys,
  { batches }: ChartLookup,
  { titles }: TopOptions,
): Titles {
  if (titles === undefined) return NO_TITLES;
  const wanted = [...charts.flatMap((chart) => chart.songs), ...songs.map(({ song }) => song)];
  return readTitles(denoStore, titles, { songs: new Set(wanted), ids: batches.ids });
}

function tables({ charts, songs, lookup, titles, top }: TopFound, world: World): string {
  const columns = world.columns ?? USUAL_COLUMNS;
  const style = { columns, color: world.color };
  const { days, window } = lookup.batches;
  const blocks = [
    ...charts.map((chart) => chartTable(chart, { ...style, window, titles })),
    ...songs.map((song) => songTable(song, { ...style, window, titles, days, top })),
  ];
  return blocks.join("\n");
}

function absence(kind: TopKind, keys: readonly string[], { batches }: ChartLookup): Error {
  const span = spanOf(batches.window);
  const lines = keys.map((key) =>
    `Cannot find ${kind === "world" ? "the world" : `${kind} "${harmless(key)}"`}: no streams ` +
    `in the batches of ${span}, expected some (--date and --days choose other days)`
  );
  return new Error(lines.join("\n"));
}
