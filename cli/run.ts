/**
 * The command `run`.
 *
 * @module
 */

import { type Day, dayOf, formatDay } from "../core/day.ts";
import { type MemoryPlan, planMemory } from "../core/memory.ts";
import type { RunSummary } from "../core/summary.ts";
import { pipe } from "../formats/pipe.ts";
import { top } from "../formats/top.ts";
import { dailyRun } from "../io/daily_run.ts";
import type { Reporter } from "../io/meter.ts";
import { denoStore } from "../io/store.ts";
import { printError } from "./console.ts";
import { cannotUse } from "./errors.ts";
import type { RunOptions } from "./options.ts";
import { counted } from "./figures.ts";
import { summaryText } from "./summary_text.ts";
import { versions } from "./version.ts";

/** Today in the local time zone. */
export function today(): Day {
  const now = new Date();
  return dayOf(now.getFullYear(), now.getMonth() + 1, now.getDate())!;
}

/** Does the daily run and tells on standard error what it did. */
export async function run(options: RunOptions, signal: AbortSignal): Promise<RunSummary> {
  const summary = await makeCharts(options, reporterOf(options), signal);
  if (!options.quiet) printError(summaryText(summary, options.results));
  return summary;
}

/**
 * Does the daily run.
 *
 * @throws {UsageError} where an option cannot be used on this day or with this memory
 */
export async function makeCharts(
  options: RunOptions,
  reporter: Reporter,
  signal: AbortSignal,
): Promise<RunSummary> {
  const { date, days, keepBatches, keepResults, by, ...others } = options;
  const now = today();
  if (date !== undefined && date > now) {
    throw cannotUse(
      `--date ${formatDay(date)}`,
      `a day in the future, expected today (${formatDay(now)}) or before`,
    );
  }
  return await dailyRun({
    ...others,
    date,
    today: now,
    windowDays: days,
    kinds: by,
    keepBatchDays: keepBatches ?? days,
    keepResultDays: keepResults === "all" ? undefined : keepResults,
    ...shareOut(options),
    reader: pipe,
    writer: top,
    versions: versions(),
  }, { store: denoStore, reporter, signal });
}

/**
 * Shares the memory out to the jobs. As many jobs as there are cores are only made where the memory
 * is enough for them; as many as were asked for are made or refused.
 */
function shareOut(options: RunOptions): { jobs: number; memory: MemoryPlan } {
  const { memory, top } = options;
  for (let jobs = options.jobs ?? navigator.hardwareConcurrency;; jobs--) {
    const plan = planMemory(memory, top, jobs);
    if (typeof plan !== "number") return { jobs, memory: plan };
    if (options.jobs === undefined && jobs > 1) continue;
    throw cannotUse(
      `--memory ${mebibytes(memory)}MiB`,
      `too little memory for ${counted(jobs, "job")} and --top ${top}, ` +
        `expected at least ${mebibytes(plan)}MiB`,
    );
  }
}

function mebibytes(sizeBytes: number): number {
  return Math.ceil(sizeBytes / 2 ** 20);
}

/** Tells warnings, and every step where that is asked for. */
function reporterOf({ verbose }: RunOptions): Reporter {
  return {
    warn: (text) => printError(`Warning: ${text}`),
    note: (text) => {
      if (verbose) printError(text);
    },
    progress: () => {},
  };
}
