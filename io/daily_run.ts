/**
 * The daily run, of one date or of several: the folders are made and locked, the jobs started, and the stages done.
 *
 * @module
 */

import { engineOf } from "../core/engine.ts";
import { type RunSummary } from "../core/summary.ts";
import type { ShelfOptions } from "./batch_shelf.ts";
import { createCrew } from "./crew.ts";
import type { Day } from "../core/day.ts";
import { StoppedError } from "./drive.ts";
import { EmbeddedEngine } from "./embedded_engine.ts";
import { FORGOTTEN_NAME, readForgotten } from "./forgotten_files.ts";
import { lockFolders, type LockWait } from "./lock.ts";
import { startCourse } from "./meter.ts";
import { type Store, StoreError } from "./store.ts";
import { quarantineOf } from "./quarantine_files.ts";
import type { RunEngine } from "./run_engine.ts";
import type { DailyRunContext, DailyRunOptions } from "./run_options.ts";
import { shapeAsked } from "./run_plan.ts";
import { DailyRun } from "./run_stages.ts";

export type { DailyRunContext, DailyRunOptions };

/**
 * Makes the charts of one date.
 *
 * @returns the summary that was published with the reports
 * @throws {Error} where the run fails: former results are untouched
 * @throws {StoppedError} where the signal was given: former results are untouched
 */
export async function dailyRun(
  options: DailyRunOptions,
  context: DailyRunContext,
): Promise<RunSummary> {
  const [summary] = await dailyRuns([options.date], options, context);
  return summary;
}

/** What the runs of several dates work with. */
export interface DailyRunsContext extends DailyRunContext {
  /** Told of each date that is published. */
  readonly onPublished?: (summary: RunSummary) => void;
}

/**
 * Makes the charts of several dates, one after another, by one crew under one lock. A log that
 * several windows hold is read by the first: a date deletes only batches that are too old for it,
 * and so for those after it.
 *
 * @param dates ascending; `undefined` is the newest day there is
 * @returns the summaries that were published, in the same order
 * @throws {Error} where the run of a date fails: those before it are published, and stay
 * @throws {StoppedError} where the signal was given
 */
export async function dailyRuns(
  dates: readonly (Day | undefined)[],
  options: DailyRunOptions,
  context: DailyRunsContext,
): Promise<RunSummary[]> {
  const { store } = context;
  const folders = foldersOf(options);
  const newFolders = folders.flatMap((folder) => missingFolders(store, folder));
  try {
    for (const folder of folders) store.makeFolder(folder);
    const wait = waitOf(options, context);
    const lock = await lockFolders(folders, wait);
    try {
      return await makeWithCrew(dates, options, context);
    } finally {
      lock.release();
    }
  } catch (error) {
    removeIfEmpty(store, newFolders);
    throw error;
  }
}

function waitOf(
  { waitSeconds = 0 }: DailyRunOptions,
  { signal, reporter }: DailyRunContext,
): LockWait {
  const onWait = (holder: string): void =>
    reporter.warn(`another run holds the lock${holder}; waiting for up to ${waitSeconds} s`);
  return { waitSeconds, signal, onWait };
}

async function makeWithCrew(
  dates: readonly (Day | undefined)[],
  options: DailyRunOptions,
  context: DailyRunsContext,
): Promise<RunSummary[]> {
  const { jobs, memory, formats, plugins } = options;
  const parts = { memory, engine: engineOf(options.ids), formats, plugins };
  const engine = await openEngine(options, context);
  const crew = createCrew(jobs, context.store, parts);
  try {
    const course = startCourse();
    const summaries: RunSummary[] = [];
    for (const [i, date] of dates.entries()) {
      if (i > 0 && context.signal?.aborted) throw new StoppedError("Stopped");
      const laterDates = dates.slice(i + 1).filter((later) => later !== undefined);
      const tools = { crew, engine, course, laterDates };
      const run = new DailyRun({ ...options, date }, context, tools);
      const summary = await run.make();
      context.onPublished?.(summary);
      summaries.push(summary);
    }
    return summaries;
  } finally {
    crew.end();
    await engine.close();
  }
}

/** Makes ready what counts are kept in; what only the other engine needs is not loaded. */
async function openEngine(options: DailyRunOptions, context: DailyRunContext): Promise<RunEngine> {
  const { batch, logs, columns, ids, formats, memory, maxRejected, cluster } = options;
  const { store, reporter } = context;
  const shelf: ShelfOptions = {
    batchFolder: batch,
    logFolder: logs,
    shape: shapeAsked(options),
    columns,
    engine: engineOf(ids),
    readers: formats.readers,
    memory,
    maxRejected,
    quarantine: quarantineOf(options),
    warn: (text) => reporter.warn(text),
  };
  if (cluster === undefined) return new EmbeddedEngine(store, shelf);
  if (shelf.quarantine !== undefined) {
    throw new Error(
      `Cannot keep rejected rows in "${shelf.quarantine.folder}": counts are kept in ClickHouse, ` +
        "expected batches in a folder",
    );
  }
  if (readForgotten(store, batch).length > 0) {
    throw new Error(
      `Cannot keep counts in ClickHouse: users were forgotten (${batch}/${FORGOTTEN_NAME}), ` +
        "expected batches in a folder",
    );
  }
  const { openClickHouse } = await import("./clickhouse/engine.ts");
  return await openClickHouse(cluster, shelf, { ...context, waitSeconds: options.waitSeconds });
}

/** The folders that a run writes. */
function foldersOf({ batch, results, quarantine }: DailyRunOptions): string[] {
  return [batch, results, ...quarantine === undefined ? [] : [quarantine]];
}

/** The folders of a path that are not there, the innermost first. */
function missingFolders(store: Store, path: string): string[] {
  const folder = path.replace(/(?<=.)\/+$/, "");
  if (folder === "" || isThere(store, folder)) return [];
  const end = folder.lastIndexOf("/");
  return [folder, ...end > 0 ? missingFolders(store, folder.slice(0, end)) : []];
}

/** Folders above those of the run may be closed to it; they are there, as it makes nothing there. */
function isThere(store: Store, folder: string): boolean {
  try {
    return store.info(folder) !== undefined;
  } catch (error) {
    if (error instanceof StoreError && error.cause instanceof Deno.errors.NotCapable) return true;
    throw error;
  }
}

function removeIfEmpty(store: Store, folders: readonly string[]): void {
  for (const folder of folders) {
    try {
      if (store.list(folder)?.length === 0) store.remove(folder);
    } catch {
      // The error that ended the run is the one to be shown.
    }
  }
}
