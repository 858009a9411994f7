/**
 * Reports: each chart of the window is printed aside, then all of them are published together.
 *
 * @module
 */

import type { ChartKind } from "../core/chart.ts";
import { combinedCrc32 } from "../core/crc32.ts";
import type { Day } from "../core/day.ts";
import { hasHistory, type HistoryKind, MAX_HISTORY_TOP } from "../core/history.ts";
import type { KeptRow } from "../core/kept_rows.ts";
import type { Manifest } from "../core/manifest.ts";
import { reportName, summaryName } from "../core/names.ts";
import { type RunPlan, usedDays } from "../core/plan.ts";
import { hexadecimal, type ReportSummary, type RunSummary } from "../core/summary.ts";
import type { IdKind } from "../core/streams.ts";
import type { Writer } from "../formats/interface.ts";
import { PAGE_TOP, type PageWriter } from "../formats/page.ts";
import { top as plainWriter } from "../formats/top.ts";
import { withEarlySync } from "./early_sync.ts";
import type { FileSink } from "./byte_files.ts";
import type { History, MovedChart, NewHistory } from "./history.ts";
import type { Meter } from "./meter.ts";
import { lowerFirst } from "../core/messages.ts";
import { printMoved } from "./moved_report.ts";
import { makePages, type RowsByKind } from "./page_stage.ts";
import { createTurns, type TurnState, type WrittenRange } from "./ordered_output.ts";
import { Publication } from "./publication.ts";
import type { RunEngine } from "./run_engine.ts";
import { type Store, StoreError } from "./store.ts";
import { compressReport } from "./compressed_report.ts";
import type { ChartResult } from "./tasks.ts";

/** A chart that is asked for. */
export interface ChartRequest {
  readonly kind: ChartKind;
  /** The most songs of a key. */
  readonly top: number;
}

/** What the stage works with. */
export interface ReportStage {
  readonly plan: RunPlan;
  readonly options: {
    readonly results: string;
    readonly charts: readonly ChartRequest[];
    readonly writers: readonly Writer[];
    readonly pages: readonly PageWriter[];
    readonly isCompressed: boolean;
    readonly ids: IdKind;
    /** Whether writers that have movement print it. */
    readonly hasMovement?: boolean;
    readonly titles?: string;
  };
  readonly store: Store;
  readonly engine: RunEngine;
  readonly history: History;
  /** Where the ranks of the date go; into the history by default. */
  readonly historyFolder?: string;
  readonly meter: Meter;
  readonly manifests: ReadonlyMap<Day, Manifest>;
  /** Makes the summary that is published with the reports. */
  readonly summary: (reports: readonly ReportSummary[]) => RunSummary;
  readonly warn: (text: string) => void;
}

/** What is on its way while the reports of a date are made. */
interface Publishing {
  readonly publication: Publication;
  readonly history: NewHistory;
  /** What pages show. */
  readonly rows?: Map<HistoryKind, readonly KeptRow[]>;
}

/**
 * Makes and publishes the reports of the plan's date, and what the history keeps of them.
 *
 * @throws {Error} where a day is damaged (see run_engine.ts): nothing was published
 */
export async function makeReports(stage: ReportStage): Promise<RunSummary> {
  const publication = new Publication(stage.store, stage.options.results);
  const history = stage.history.begin(stage.plan.date, stage.historyFolder);
  const publishing = { publication, history };
  try {
    const reports: ReportSummary[] = [];
    const rows: RowsByKind = new Map();
    for (const chart of stage.options.charts) {
      reports.push(...await makeChart(stage, chart, { ...publishing, rows }));
    }
    reports.push(...await makePages({ ...stage, publication, rows }));
    stage.meter.begin({ stage: "publishing", date: stage.plan.date });
    const summary = stage.summary(reports);
    publication.add(summaryName(stage.plan.date), JSON.stringify(summary, null, 2) + "\n");
    publication.commit();
    commitOrWarn(publishing.history, stage.warn);
    stage.meter.end();
    return summary;
  } catch (error) {
    abandon(publishing);
    throw error;
  }
}

/** The charts are out: what cannot be added to the history now is added by the next run. */
function commitOrWarn(history: NewHistory, warn: (text: string) => void): void {
  try {
    history.commit();
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    warn(`${lowerFirst(error.message)}; the charts are published, but not in the history`);
    abandon({ history });
  }
}

/** A report on its way. */
interface NewReport {
  readonly name: string;
  readonly writer: Writer;
  readonly sink: FileSink;
  readonly turns: TurnState;
  /** Whether it is printed with movement, when the chart is made. */
  readonly isMoved: boolean;
}

/** What the history keeps of a chart, on its way. */
interface NewRanks {
  readonly kind: HistoryKind;
  readonly top: number;
  readonly sink: FileSink;
  readonly turns: TurnState;
}

/** Makes the reports of one chart: one for each writer. */
async function makeChart(
  stage: ReportStage,
  chart: ChartRequest,
  publishing: Publishing,
): Promise<ReportSummary[]> {
  const { kind, top } = chart;
  const reports = stage.options.writers.map((writer) =>
    newReport(stage, chart, writer, publishing)
  );
  const ranks = hasHistory(kind)
    ? {
      kind,
      top: Math.min(top, MAX_HISTORY_TOP),
      sink: publishing.history.create(kind),
      turns: createTurns(0),
    }
    : undefined;
  if (reports.length === 0 && ranks === undefined) return [];
  const sorted = await printChart(stage, chart, reports, ranks);
  const rows = sorted.flatMap(({ rows }) => rows);
  if (ranks !== undefined) publishing.rows?.set(ranks.kind, firstSongs(rows, PAGE_TOP));
  const { meter } = stage;
  meter.begin({ stage: "publishing", date: stage.plan.date, kind });
  const size = sizeOfChart(sorted);
  const printed = (i: number): WrittenRange =>
    joinedRanges(sorted.map(({ written }) => written[i]));
  const direct = reports.filter(({ isMoved }) => !isMoved);
  if (ranks !== undefined) finishRanks(stage, ranks, printed(direct.length), publishing);
  const charts = ranks !== undefined && direct.length < reports.length
    ? movedCharts(stage, ranks.kind, rows)
    : [];
  const shape = { kind, top, ids: stage.options.ids };
  const summaries: ReportSummary[] = [];
  for (const report of reports) {
    const written = report.isMoved
      ? await printMoved(report.writer, { shape, charts }, report.sink)
      : printed(direct.indexOf(report));
    const file = await finishReport(stage, report, written, publishing);
    summaries.push({ ...file, kind, top, writer: report.writer.name, ...size });
  }
  meter.end();
  return summaries;
}

function newReport(
  { plan, options }: ReportStage,
  { kind, top }: ChartRequest,
  writer: Writer,
  { publication }: Publishing,
): NewReport {
  const name = reportName(kind, top, plan.date, writer.extension);
  const sink = options.isCompressed ? publication.createScratch(name) : publication.create(name);
  const isMoved = options.hasMovement === true && writer.takesMovement === true && hasHistory(kind);
  return { name, sink, writer, turns: createTurns(0), isMoved };
}

function movedCharts(
  { plan, history, options }: ReportStage,
  kind: HistoryKind,
  charts: readonly KeptRow[],
): MovedChart[] {
  const { date, days } = plan;
  return history.moved({ kind, date, windowDays: days.length, ids: options.ids, charts });
}

/** The first songs of each key. */
function firstSongs(rows: readonly KeptRow[], most: number): readonly KeptRow[] {
  return rows.map(({ key, songs, streams }) => ({
    key,
    songs: songs.slice(0, most),
    streams: streams.slice(0, most),
  }));
}

/** How many songs of each key are kept in memory for pages and movement. */
function keptSongs(
  { options }: ReportStage,
  { kind, top }: ChartRequest,
  reports: readonly NewReport[],
): number {
  if (reports.some(({ isMoved }) => isMoved)) return Math.max(top, PAGE_TOP);
  return hasHistory(kind) && options.pages.length > 0 ? PAGE_TOP : 0;
}

/** Has the jobs merge the batches and print the reports, and the ranks behind them. */
async function printChart(
  stage: ReportStage,
  { kind, top }: ChartRequest,
  reports: readonly NewReport[],
  ranks: NewRanks | undefined,
): Promise<ChartResult> {
  const { plan, engine, meter, manifests } = stage;
  const { date } = plan;
  meter.begin({ stage: "charting", date, kind });
  const direct = reports.filter(({ isMoved }) => !isMoved);
  const outputs = direct.map(({ sink, turns, writer }) => (
    { output: sink.path, turns, writer: writer.name, top }
  ));
  if (ranks !== undefined) {
    const { sink, turns } = ranks;
    outputs.push({ output: sink.path, turns, writer: plainWriter.name, top: ranks.top });
  }
  const printed = engine.printChart({
    kind,
    top,
    manifests: usedDays(plan).map((day) => manifests.get(day)!),
    outputs,
    isCut: kind !== "world" && direct.every(({ writer }) => writer.isCutAtKeys),
    keptSongs: keptSongs(stage, { kind, top }, reports),
  }, meter);
  const ranges = await withEarlySync(direct.map(({ sink }) => sink), printed);
  meter.end();
  return ranges;
}

function finishRanks(
  { plan, options }: ReportStage,
  { kind, top, sink }: NewRanks,
  { sizeBytes, crc32 }: WrittenRange,
  { history }: Publishing,
): void {
  const about = { windowDays: plan.days.length, top, ids: options.ids, sizeBytes, crc32 };
  history.finish(kind, sink, about);
}

async function finishReport(
  { store, options }: ReportStage,
  { name, sink }: NewReport,
  { sizeBytes, crc32 }: WrittenRange,
  { publication }: Publishing,
): Promise<Pick<ReportSummary, "name" | "sizeBytes" | "crc32">> {
  if (options.isCompressed) return await compressReport({ store, publication, plain: sink, name });
  publication.finish(sink);
  return { name, sizeBytes, crc32: hexadecimal(crc32) };
}

function sizeOfChart(ranges: ChartResult): Pick<ReportSummary, "keys" | "streams"> {
  return {
    keys: ranges.reduce((sum, { size }) => sum + size.keyCount, 0),
    streams: ranges.reduce((sum, { size }) => sum + size.streamCount, 0),
  };
}

/** Puts together what is known of the parts of a report. */
function joinedRanges(parts: readonly WrittenRange[]): WrittenRange {
  let [sizeBytes, crc32] = [0, 0];
  for (const part of parts) {
    crc32 = combinedCrc32(crc32, part.crc32, part.sizeBytes);
    sizeBytes += part.sizeBytes;
  }
  return { sizeBytes, crc32 };
}

/** Cleans up after a failure, whose own error is the one to be shown. */
function abandon(
  { publication, history }: Partial<Pick<Publishing, "publication" | "history">>,
): void {
  for (const set of [publication, history]) {
    try {
      set?.abandon();
    } catch {
      // What cannot be deleted now is deleted by the next start.
    }
  }
}
