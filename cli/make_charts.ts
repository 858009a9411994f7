/**
 * The daily run as the options ask for it.
 *
 * @module
 */

import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { type Day, dayOf, daysOf, formatDay } from "../core/day.ts";
import { type MemoryPlan, planMemory } from "../core/memory.ts";
import type { RunSummary } from "../core/summary.ts";
import { engineOf } from "../core/engine.ts";
import { columnsText } from "../formats/interface.ts";
import { type DailyRunOptions, dailyRuns } from "../io/daily_run.ts";
import type { PlanOptions } from "../io/run_options.ts";
import { loadFormats, type PluginModule } from "../io/formats.ts";
import type { ChartRequest } from "../io/report_stage.ts";
import type { Reporter } from "../io/meter.ts";
import { denoStoreWith, FILE_MODE } from "../io/store.ts";
import { refuseMovement } from "./contradictions.ts";
import { makesPage } from "./contradictions.ts";
import { connectionOf } from "./cluster.ts";
import { cannotUse } from "./errors.ts";
import type { FormatName } from "./format_values.ts";
import type { RunOptions } from "./options.ts";
import { counted } from "./figures.ts";
import { hintOf } from "./suggest.ts";
import { listed } from "./values.ts";
import { versions } from "./version.ts";
import type { World } from "./world.ts";

/** Today in the local time zone. */
export function today(): Day {
  const now = new Date();
  return dayOf(now.getFullYear(), now.getMonth() + 1, now.getDate())!;
}

/** Whether several dates are published, as many as there are. */
export function isRange({ from, to }: RunOptions): boolean {
  return from !== undefined && to !== undefined;
}

/** The dates to publish, ascending; `undefined` is the newest day there is. */
export function datesOf({ date, from, to }: RunOptions): readonly (Day | undefined)[] {
  return from === undefined || to === undefined ? [date] : daysOf({ from, to });
}

/** What a run tells and whom it listens to. */
export interface Reporting {
  readonly reporter: Reporter;
  readonly world: World;
  /** Told of each date that is published. */
  readonly onPublished?: (summary: RunSummary) => void;
}

/**
 * Does the daily run, of one date or of several.
 *
 * @returns the summaries, by date ascending
 * @throws {UsageError} where an option cannot be used on this day or with this memory
 */
export async function makeCharts(
  options: RunOptions,
  { reporter, world: { stop: signal, isStandalone }, onPublished }: Reporting,
): Promise<RunSummary[]> {
  const { settle: settleSeconds, wait: waitSeconds, fileMode, titles } = options;
  const dates = datesOf(options);
  refuseFuture(dates[dates.length - 1], isRange(options) ? "--to" : "--date");
  const { plugins, ...chosen } = await chosenFormats(options, isStandalone);
  const { movement: hasMovement } = options;
  if (hasMovement) refuseMovement(chartsOf(options), chosen.writers);
  return await dailyRuns(dates, {
    ...planOptionsOf(options, chosen),
    ...shareOut(options),
    ...{ plugins, settleSeconds, waitSeconds, hasMovement, titles },
    quarantineBytes: options.quarantineLimit,
    cluster: options.engine === "clickhouse" ? connectionOf(options) : undefined,
    versions: versions(),
  }, { store: denoStoreWith(fileMode ?? FILE_MODE), reporter, signal, onPublished });
}

/** The options that decide what a run does, and not how. */
export type PlanningOptions = Pick<
  RunOptions,
  | ("logs" | "batch" | "results" | "date" | "days" | "by" | "top" | "logName" | "columns" | "ids")
  | ("strict" | "replace" | "maxRejected" | "keepBatches" | "keepHistory" | "keepResults")
  | ("compress" | "reader" | "writer" | "quarantine")
>;

/** The options of a plan, with the formats that were chosen. */
export function planOptionsOf(
  options: PlanningOptions,
  formats: Pick<PlanOptions, "formats" | "reader" | "writers" | "pages">,
): PlanOptions {
  const { date, days, keepBatches, keepHistory, keepResults, logName, columns, ids } = options;
  const { logs, batch, results, quarantine, strict, replace, maxRejected, compress } = options;
  return {
    ...{ logs, batch, results, quarantine, strict, replace, maxRejected, date, ids, columns },
    today: today(),
    windowDays: days,
    logPattern: logName,
    charts: chartsOf(options),
    keepBatchDays: keepBatches ?? days,
    keepHistoryDays: keepHistory,
    keepResultDays: keepResults === "all" ? undefined : keepResults,
    isCompressed: compress === "gz",
    ...formats,
  };
}

/** Refuses a day of which nobody can have a whole log. */
export function refuseFuture(date: Day | undefined, flag: string): void {
  const now = today();
  if (date === undefined || date <= now) return;
  throw cannotUse(
    `${flag} ${formatDay(date)}`,
    `a day in the future, expected today (${formatDay(now)}) or before`,
  );
}

/** The charts with their sizes. */
function chartsOf({ by, top }: Pick<RunOptions, "by" | "top">): ChartRequest[] {
  return by.map((chart) => ({ kind: chart.kind, top: chart.top ?? top }));
}

/** The formats that were asked for. */
export async function chosenFormats(
  { reader, writer, columns, by }: Pick<RunOptions, "reader" | "writer" | "columns" | "by">,
  isStandalone: boolean,
): Promise<Pick<DailyRunOptions, "formats" | "plugins" | "reader" | "writers" | "pages">> {
  const modules = (names: readonly FormatName[]): PluginModule[] =>
    names.filter(({ isModule }) => isModule).map(({ name }) => ({ path: name, url: urlOf(name) }));
  const plugins = {
    isStandalone,
    readers: modules(reader === undefined ? [] : [reader]),
    writers: modules(writer),
  };
  const formats = await loadFormats(plugins);
  // What comes from outside stands behind the built-in ones, in the order in which it was given.
  const outside = formats.writers.slice(formats.writers.length - plugins.writers.length);
  const wanted = writer.map(({ name, isModule }) =>
    isModule ? outside.shift()! : chosen([...formats.writers, ...formats.pages], name, "writer")
  );
  const writers = wanted.filter((each) => "printer" in each);
  const pages = wanted.filter((each) => "page" in each);
  if (pages.length > 0) refuseUsersOnly(by, pages[0].name);
  const readers = formats.readers;
  const found = reader === undefined
    ? undefined
    : reader.isModule
    ? readers[readers.length - 1]
    : chosen(readers, reader.name, "reader");
  if (columns !== undefined && found?.takesColumns === false) {
    throw cannotUse(
      `--columns ${columnsText(columns)}`,
      `reader ${found.name} has no columns, expected another --reader`,
    );
  }
  return { formats, plugins, writers, pages, reader: found?.name };
}

/** A page has no user in it. */
function refuseUsersOnly(by: RunOptions["by"], name: string): void {
  if (by.some(({ kind }) => kind !== "user")) return;
  throw cannotUse(
    `--writer ${name}`,
    "a page shows no users, and --by user asks for no other chart, expected one of countries or " +
      "of the world (--by country,world,user)",
  );
}

/** A format by its name; one that is not there is a mistake of the command line. */
function chosen<F extends { readonly name: string }>(
  formats: readonly F[],
  name: string,
  noun: "reader" | "writer",
): F {
  const format = formats.find((each) => each.name === name);
  if (format !== undefined) return format;
  const names = formats.map((each) => each.name);
  const expected = `expected ${listed(names, "or")}${hintOf(name, names)}`;
  throw cannotUse(`--${noun} ${name}`, `unknown "${name}", ${expected}`);
}

function urlOf(path: string): string {
  return pathToFileURL(resolve(path)).href;
}

/** What decides how much memory there is for each job. */
type MemoryOptions = Pick<RunOptions, "memory" | "jobs" | "by" | "top" | "ids" | "writer">;

/**
 * Shares the memory out to the jobs. As many jobs as there are cores are only made where the memory
 * is enough for them; as many as were asked for are made or refused.
 */
export function shareOut(options: MemoryOptions): { jobs: number; memory: MemoryPlan } {
  const { memory } = options;
  const top = Math.max(...chartsOf(options).map((chart) => chart.top));
  const engine = engineOf(options.ids);
  for (let jobs = options.jobs ?? navigator.hardwareConcurrency;; jobs--) {
    const plan = planMemory(memory, { top, jobs, hasPage: makesPage(options), engine });
    if (typeof plan !== "number") return { jobs, memory: plan };
    if (options.jobs === undefined && jobs > 1) continue;
    throw cannotUse(
      `--memory ${mebibytes(memory)}MiB`,
      `too little memory for ${counted(jobs, "job")} and --top ${top}, ` +
        `expected at least ${mebibytes(plan)}MiB`,
    );
  }
}

/** Refuses memory that is too little for what is asked. */
export function refuseMemory(options: MemoryOptions): void {
  shareOut(options);
}

function mebibytes(sizeBytes: number): number {
  return Math.ceil(sizeBytes / 2 ** 20);
}
