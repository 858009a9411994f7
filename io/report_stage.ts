/**
 * Reports: each chart of the window is printed aside, then all of them are published together.
 *
 * @module
 */

import { batchKindOf, type ChartKind } from "../core/chart.ts";
import { combinedCrc32 } from "../core/crc32.ts";
import type { Day } from "../core/day.ts";
import type { Manifest } from "../core/manifest.ts";
import { reportName, summaryName } from "../core/names.ts";
import { type RunPlan, usedDays } from "../core/plan.ts";
import { hexadecimal, type ReportSummary, type RunSummary } from "../core/summary.ts";
import type { Writer } from "../formats/interface.ts";
import { createClaims } from "./claims.ts";
import type { BatchShelf } from "./batch_shelf.ts";
import { withEarlySync } from "./early_sync.ts";
import type { Meter } from "./meter.ts";
import { createTurns, type WrittenRange } from "./ordered_output.ts";
import { Publication } from "./publication.ts";
import type { Store } from "./store.ts";
import { compressReport } from "./compressed_report.ts";
import type { ChartResult, RunInput } from "./tasks.ts";

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
    readonly isCompressed: boolean;
  };
  readonly store: Store;
  readonly shelf: BatchShelf;
  readonly meter: Meter;
  readonly manifests: ReadonlyMap<Day, Manifest>;
  /** Makes the summary that is published with the reports. */
  readonly summary: (reports: readonly ReportSummary[]) => RunSummary;
}

/**
 * Makes and publishes the reports of the plan's date.
 *
 * @throws {BatchError} where a batch is damaged: nothing was published
 */
export async function makeReports(stage: ReportStage): Promise<RunSummary> {
  const publication = new Publication(stage.store, stage.options.results);
  try {
    const reports: ReportSummary[] = [];
    for (const chart of stage.options.charts) {
      reports.push(...await makeChart(stage, chart, publication));
    }
    stage.meter.begin({ stage: "publishing", date: stage.plan.date });
    const summary = stage.summary(reports);
    publication.add(summaryName(stage.plan.date), JSON.stringify(summary, null, 2) + "\n");
    publication.commit();
    stage.meter.end();
    return summary;
  } catch (error) {
    abandon(publication);
    throw error;
  }
}

/** Makes the reports of one chart: one for each writer. */
async function makeChart(
  stage: ReportStage,
  { kind, top }: ChartRequest,
  publication: Publication,
): Promise<ReportSummary[]> {
  const { plan, options, shelf, meter, manifests } = stage;
  const { writers, isCompressed } = options;
  const batchKind = batchKindOf(kind);
  const paths = usedDays(plan).map((day) => shelf.check(manifests.get(day)!, batchKind));
  const { date } = plan;
  meter.begin({ stage: "charting", date, kind });
  const inputs = await inputsOf(stage, kind, paths);
  const reports = writers.map((writer) => {
    const name = reportName(kind, top, plan.date, writer.extension);
    const sink = isCompressed ? publication.createScratch(name) : publication.create(name);
    return { name, sink, writer, turns: createTurns(0) };
  });
  const isCut = kind !== "world" && writers.every((writer) => writer.isCutAtKeys);
  const printed = meter.do({
    type: "chart",
    claims: createClaims(),
    inputs,
    ranges: shelf.rangesOf(inputs.map(({ path }) => path), isCut ? meter.jobs : 1),
    kind,
    top,
    outputs: reports.map(({ sink, turns, writer }) => (
      { output: sink.path, turns, writer: writer.name }
    )),
  });
  const ranges = (await withEarlySync(reports.map(({ sink }) => sink), printed)).flat();
  const sorted = ranges.sort((a, b) => a.index - b.index);
  meter.end();
  meter.begin({ stage: "publishing", date, kind });
  const summaries: ReportSummary[] = [];
  for (const [i, { name, sink, writer }] of reports.entries()) {
    const about = { kind, top, writer: writer.name, ...sizeOfChart(sorted) };
    const printed = joinedRanges(sorted.map(({ written }) => written[i]));
    if (isCompressed) {
      const file = await compressReport({ store: stage.store, publication, plain: sink, name });
      summaries.push({ ...file, ...about });
    } else {
      publication.finish(sink);
      summaries.push({ name, ...printed, ...about });
    }
  }
  meter.end();
  return summaries;
}

/** The inputs of the last merge of a chart. */
async function inputsOf(
  { shelf, meter }: ReportStage,
  kind: ChartKind,
  paths: readonly string[],
): Promise<readonly RunInput[]> {
  const isWorld = kind === "world";
  const given = isWorld ? shelf.keysOf(paths) : paths.map((path) => ({ path }));
  return await shelf.narrowed(given, isWorld, meter);
}

function sizeOfChart(ranges: ChartResult): Pick<ReportSummary, "keys" | "streams"> {
  return {
    keys: ranges.reduce((sum, { size }) => sum + size.keyCount, 0),
    streams: ranges.reduce((sum, { size }) => sum + size.streamCount, 0),
  };
}

/** Puts together what is known of the parts of a report. */
function joinedRanges(parts: readonly WrittenRange[]): Pick<ReportSummary, "sizeBytes" | "crc32"> {
  let [sizeBytes, crc] = [0, 0];
  for (const part of parts) {
    crc = combinedCrc32(crc, part.crc32, part.sizeBytes);
    sizeBytes += part.sizeBytes;
  }
  return { sizeBytes, crc32: hexadecimal(crc) };
}

/** Cleans up after a failure, whose own error is the one to be shown. */
function abandon(publication: Publication): void {
  try {
    publication.abandon();
  } catch {
    // What cannot be deleted now is deleted by the next start.
  }
}
