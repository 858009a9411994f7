/**
 * Reports: each chart of the window is printed aside, then all of them are published together.
 *
 * @module
 */

import { combinedCrc32 } from "../core/crc32.ts";
import type { Day } from "../core/day.ts";
import type { Manifest } from "../core/manifest.ts";
import { reportName, summaryName } from "../core/names.ts";
import { type RunPlan, usedDays } from "../core/plan.ts";
import type { KeyKind } from "../core/streams.ts";
import { hexadecimal, type ReportSummary, type RunSummary } from "../core/summary.ts";
import type { Writer } from "../formats/interface.ts";
import type { BatchShelf } from "./batch_shelf.ts";
import { withEarlySync } from "./early_sync.ts";
import type { Meter } from "./meter.ts";
import { createTurns } from "./ordered_output.ts";
import { Publication } from "./publication.ts";
import type { Store } from "./store.ts";
import { type ChartResult, createClaims } from "./tasks.ts";

/** What the stage works with. */
export interface ReportStage {
  readonly plan: RunPlan;
  readonly options: {
    readonly results: string;
    readonly kinds: readonly KeyKind[];
    readonly top: number;
    readonly writer: Writer;
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
    for (const kind of stage.options.kinds) {
      reports.push(await makeReport(stage, kind, publication));
    }
    stage.meter.begin("publishing", {});
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

async function makeReport(
  stage: ReportStage,
  kind: KeyKind,
  publication: Publication,
): Promise<ReportSummary> {
  const { plan, options, shelf, meter, manifests } = stage;
  const { top, writer } = options;
  const batches = usedDays(plan).map((day) => shelf.check(manifests.get(day)!, kind));
  const entries = batches.reduce((sum, batch) => sum + batch.entryCount, 0);
  const name = reportName(kind, top, plan.date, writer.extension);
  meter.begin("charting", { kind, entries });
  const inputs = await shelf.narrowed(batches.map((batch) => batch.path), meter);
  const sink = publication.create(name);
  const printed = meter.do({
    type: "chart",
    claims: createClaims(),
    inputs,
    ranges: shelf.rangesOf(inputs, meter.jobs),
    output: sink.path,
    turns: createTurns(0),
    kind,
    top,
    writer: writer.name,
  });
  const results = await withEarlySync([sink], printed);
  meter.end();
  meter.begin("publishing", {});
  publication.finish(sink);
  meter.end();
  return { name, kind, ...joinedChart(results.flat()) };
}

/** Puts together what is known of the ranges of a chart. */
function joinedChart(ranges: ChartResult): Omit<ReportSummary, "name" | "kind"> {
  let [sizeBytes, crc, keys, streams] = [0, 0, 0, 0];
  for (const { size, written } of [...ranges].sort((a, b) => a.index - b.index)) {
    crc = combinedCrc32(crc, written.crc32, written.sizeBytes);
    sizeBytes += written.sizeBytes;
    keys += size.keyCount;
    streams += size.streamCount;
  }
  return { sizeBytes, crc32: hexadecimal(crc), keys, streams };
}

/** Cleans up after a failure, whose own error is the one to be shown. */
function abandon(publication: Publication): void {
  try {
    publication.abandon();
  } catch {
    // What cannot be deleted now is deleted by the next start.
  }
}
