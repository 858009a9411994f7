/**
 * The command `run`.
 *
 * @module
 */

import { formatDay } from "../core/day.ts";
import type { RunSummary } from "../core/summary.ts";
import type { Reporter } from "../io/meter.ts";
import { METRICS_MODE, type RunEnd, writeMetrics } from "../io/metrics_file.ts";
import { denoStoreWith, StoreError } from "../io/store.ts";
import { print, printError } from "./console.ts";
import { datesOf, isRange, makeCharts, refuseMemory, type Reporting } from "./make_charts.ts";
import type { RunOptions } from "./options.ts";
import { endProgress, progressShower } from "./progress.ts";
import { status } from "./status.ts";
import { summaryText } from "./summary_text.ts";
import type { World } from "./world.ts";

/** Does the daily run of one date or of several, and tells on standard error what it did. */
export async function run(options: RunOptions, world: World): Promise<RunSummary[]> {
  const { json, quiet, results, dryRun } = options;
  if (dryRun) return await showPlan(options, world);
  const published: RunSummary[] = [];
  const onPublished = (summary: RunSummary): void => {
    published.push(summary);
    tellMonitor(options, { summary });
    if (!quiet && !json) printError(summaryText(summary, results, world.terminal?.color));
  };
  try {
    await makeCharts(options, { ...reportingOf(options, world), onPublished });
  } catch (error) {
    tellMonitor(options, "failed");
    if (published.length > 0) printError(whatIsPublished(published, options));
    throw error;
  } finally {
    endProgress();
  }
  if (json) print(JSON.stringify(isRange(options) ? published : published[0], null, 2) + "\n");
  return published;
}

/** Does nothing but to tell what a run would do. */
async function showPlan(options: RunOptions, world: World): Promise<[]> {
  refuseMemory(options);
  await status(options, world);
  return [];
}

/** Writes the metrics, where they are asked for; no run fails for want of them. */
function tellMonitor({ metrics, fileMode }: RunOptions, end: RunEnd): void {
  if (metrics === undefined) return;
  const store = denoStoreWith(fileMode ?? METRICS_MODE);
  try {
    writeMetrics(store, metrics, end, Math.floor(Date.now() / 1000));
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    printError(`Warning: ${error.message}`);
  }
}

/** Tells which dates of several were published before one failed. */
function whatIsPublished(published: readonly RunSummary[], options: RunOptions): string {
  const left = datesOf(options).slice(published.length).map((date) => formatDay(date!));
  return `Published: ${published.map(({ date }) => date).join(", ")}; not published: ` +
    `${left.join(", ")} (--from ${left[0]} goes on there)`;
}

/** Tells warnings, how far the run is, and every step where that is asked for. */
function reportingOf({ verbose, quiet }: RunOptions, world: World): Reporting {
  const { terminal } = world;
  const warning = terminal?.color ? "\x1b[33mWarning\x1b[39m" : "Warning";
  const reporter: Reporter = {
    warn: (text) => printError(`${warning}: ${text}`),
    note: (text) => {
      if (verbose) printError(text);
    },
    progress: quiet ? () => {} : progressShower(terminal),
  };
  return { reporter, world };
}
