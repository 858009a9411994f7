/**
 * Pages: what a run knows of its date is put together, and written by the writers of pages.
 *
 * @module
 */

import { crc32 } from "node:zlib";
import { addedTotals, type CountryTotals } from "../core/country_totals.ts";
import type { Day } from "../core/day.ts";
import type { HistoryKind } from "../core/history.ts";
import type { KeptRow } from "../core/kept_rows.ts";
import type { Manifest } from "../core/manifest.ts";
import { pageName } from "../core/names.ts";
import { lowerFirst } from "../core/messages.ts";
import { missingDays, type RunPlan, usedDays } from "../core/plan.ts";
import type { IdKind } from "../core/streams.ts";
import { hexadecimal, type ReportSummary } from "../core/summary.ts";
import {
  type DailyStreams,
  PAGE_TOP,
  type PageChart,
  type PageData,
  type PageWriter,
} from "../formats/page.ts";
import { compressReport } from "./compressed_report.ts";
import type { History } from "./history.ts";
import type { Meter } from "./meter.ts";
import type { Publication } from "./publication.ts";
import type { RunEngine } from "./run_engine.ts";
import type { Store } from "./store.ts";
import { readTitles } from "./titles.ts";

/** The first songs of every key, by the kind of chart. */
export type RowsByKind = Map<HistoryKind, readonly KeptRow[]>;

/** What the stage works with. */
export interface PageStage {
  readonly plan: RunPlan;
  readonly options: {
    readonly pages: readonly PageWriter[];
    readonly isCompressed: boolean;
    readonly ids: IdKind;
    readonly titles?: string;
  };
  readonly store: Store;
  readonly engine: RunEngine;
  readonly history: History;
  readonly meter: Meter;
  readonly manifests: ReadonlyMap<Day, Manifest>;
  readonly publication: Publication;
  /** The charts that were made. */
  readonly rows: RowsByKind;
  readonly warn: (text: string) => void;
}

/**
 * Makes the pages of the plan's date, to be published with the reports.
 *
 * @throws {Error} where a day is damaged (see run_engine.ts)
 */
export async function makePages(stage: PageStage): Promise<ReportSummary[]> {
  const { options, meter, plan } = stage;
  if (options.pages.length === 0) return [];
  meter.begin({ stage: "charting", date: plan.date });
  const data = await pageData(stage);
  meter.end();
  meter.begin({ stage: "publishing", date: plan.date });
  const about = {
    kind: "page",
    top: PAGE_TOP,
    keys: (data.countries?.length ?? 0) + (data.world === undefined ? 0 : 1),
    streams: data.streams,
  } as const;
  const reports: ReportSummary[] = [];
  for (const writer of options.pages) {
    reports.push({ ...await writePage(stage, data, writer), ...about, writer: writer.name });
  }
  meter.end();
  return reports;
}

async function writePage(
  { store, publication, plan, options }: PageStage,
  data: PageData,
  writer: PageWriter,
): Promise<Pick<ReportSummary, "name" | "sizeBytes" | "crc32">> {
  const name = pageName(plan.date, writer.extension);
  const sink = options.isCompressed ? publication.createScratch(name) : publication.create(name);
  let crc = 0;
  writer.page(data, {
    write: (bytes) => {
      crc = crc32(bytes, crc);
      sink.write(bytes);
    },
  });
  if (options.isCompressed) return await compressReport({ store, publication, plain: sink, name });
  publication.finish(sink);
  return { name, sizeBytes: sink.sizeBytes, crc32: hexadecimal(crc) };
}

async function pageData(stage: PageStage): Promise<PageData> {
  const { plan, manifests, rows } = stage;
  const totals = await totalsByDay(stage);
  const sums = addedTotals([...totals.values()]);
  const days = plan.days.map(({ day }) => day);
  const dailyOf = (count: (totals: CountryTotals) => number): DailyStreams =>
    days.map((day) => totals.has(day) ? count(totals.get(day)!) : undefined);
  const all = { streams: sumOf(sums), daily: dailyOf(sumOf) };
  const charts = (
    kind: HistoryKind,
    about: (key: string) => Pick<PageChart, "streams" | "daily">,
  ) => rows.has(kind) ? chartsOf(stage, kind, rows.get(kind)!, about) : undefined;
  return {
    date: plan.date,
    days,
    missing: missingDays(plan),
    ...all,
    // A window without streams has a world all the same.
    world: charts("world", () => all)?.[0] ??
      (rows.has("world") ? { key: "world", ...all, songs: [] } : undefined),
    countries: charts("country", (key) => ({
      streams: sums[key] ?? 0,
      daily: dailyOf((each) => each[key] ?? 0),
    })),
    compared: comparedDay(stage),
    titles: titlesOf(stage),
    logs: [...manifests.values()].sort((a, b) => a.day - b.day).flatMap(({ day, logs }) =>
      logs.map(({ name, tally: { rows, rejected } }) => ({ day, name, rows, rejected }))
    ),
  };
}

/** The streams by country of each day that is used. */
async function totalsByDay(
  { plan, manifests, engine, meter }: PageStage,
): Promise<Map<Day, CountryTotals>> {
  const days = usedDays(plan);
  const totals = await engine.countriesOf(days.map((day) => manifests.get(day)!), meter);
  return new Map(days.map((day, i) => [day, totals[i]]));
}

function sumOf(totals: CountryTotals): number {
  return Object.values(totals).reduce((sum, streams) => sum + streams, 0);
}

/** The charts of a kind, with movement. */
function chartsOf(
  { plan, history, options }: PageStage,
  kind: HistoryKind,
  rows: readonly KeptRow[],
  about: (key: string) => Pick<PageChart, "streams" | "daily">,
): PageChart[] {
  const { date, days } = plan;
  const moved = history.moved({
    kind,
    date,
    windowDays: days.length,
    ids: options.ids,
    charts: rows,
  });
  return moved.map(({ key, songs, streams, movements }) => ({
    key,
    ...about(key),
    songs: songs.map((song, i) => ({ song, streams: streams[i], movement: movements[i] })),
  }));
}

/** The titles of the songs that are shown. Charts are not held up by titles: what fails is warned of. */
function titlesOf({ store, options, rows, warn }: PageStage): PageData["titles"] {
  const { titles, ids } = options;
  if (titles === undefined) return undefined;
  const songs = new Set([...rows.values()].flat().flatMap((row) => row.songs));
  try {
    return readTitles(store, titles, { songs, ids });
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    warn(`${lowerFirst(error.message)}; the page shows ids alone`);
    return undefined;
  }
}

/** The day before, where there are charts of it to compare with. */
function comparedDay({ plan, history, options, rows }: PageStage): Day | undefined {
  const before = plan.date - 1;
  const isThere = [...rows.keys()].some((kind) => {
    const about = history.about(before, kind);
    return about?.windowDays === plan.days.length && about.ids === options.ids;
  });
  return isThere ? before : undefined;
}
