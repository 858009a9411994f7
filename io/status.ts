/**
 * The status: what is there of each day of a window, and what the next run is going to do, as the
 * JSON of `topstreams status --json`.
 *
 * @module
 */

import { type Day, formatDay } from "../core/day.ts";
import { type Manifest, type QuarantineRecord, tallyOf } from "../core/manifest.ts";
import {
  batchFolderName,
  dateOfResult,
  dayOfBatchFolder,
  MANIFEST_NAME,
  summaryName,
} from "../core/names.ts";
import {
  type DayPlan,
  type FoundLog,
  type Inventory,
  missingDays,
  type RunPlan,
} from "../core/plan.ts";
import { rejectedCount, type RejectReason } from "../core/streams.ts";
import { runIn } from "../core/summary.ts";
import { type LockHolder, lockHolder } from "./lock.ts";
import { pathAfterRecovery, pendingNames, readText } from "./publication.ts";
import type { PlanOptions } from "./run_options.ts";
import { planWithInventory, reportNames } from "./run_plan.ts";
import type { Store } from "./store.ts";

/** What is there, and what the next run is going to do. */
export interface Status {
  readonly statusVersion: 1;
  /** When it was looked, ISO 8601. */
  readonly at: string;
  readonly date: string;
  readonly from: string;
  /** One for each day of the window, ascending. */
  readonly days: readonly DayStatus[];
  readonly nextRun: NextRun;
  /** Names of files that an earlier run had begun to publish, and the next one completes. */
  readonly unfinished: readonly string[];
  readonly newestRun: PublishedRun | null;
  /** The run that is in progress. */
  readonly running: LockHolder | null;
}

/** What the next run is going to do. */
export interface NextRun {
  /** Why it is refused, the first reason first; none where it works. */
  readonly refusals: readonly string[];
  readonly warnings: readonly string[];
  readonly readLogs: readonly string[];
  readonly readBytes: number;
  readonly buildBatches: readonly string[];
  readonly reuseBatches: readonly string[];
  readonly missingDays: readonly string[];
  /** Names of reports. */
  readonly publish: readonly string[];
  readonly deleteBatches: readonly string[];
  /** Days whose rejected rows are deleted. */
  readonly deleteQuarantines: readonly string[];
  readonly deleteHistory: readonly string[];
  readonly deleteResults: readonly string[];
}

/** What is there of a day. */
export interface DayStatus {
  readonly day: string;
  readonly act: DayPlan["act"];
  /** Why the batch is built, or the day refused. */
  readonly why?: string;
  readonly logs: readonly LogStatus[];
  readonly batch: BatchStatus | null;
}

/** A log that is there. */
export interface LogStatus {
  readonly name: string;
  readonly sizeBytes: number;
  /** When it was last modified, ISO 8601. */
  readonly modified: string;
  readonly ageSeconds: number;
}

/** A batch that is there. */
export type BatchStatus =
  | { readonly damage: string }
  | {
    readonly sizeBytes: number;
    /** When it was made, ISO 8601. */
    readonly made: string;
    readonly ageSeconds: number;
    /** The logs that it was made of. */
    readonly logs: readonly string[];
    /** Those of them that are gone. */
    readonly goneLogs: readonly string[];
    readonly rows: number;
    readonly streams: number;
    readonly rejectedRows: number;
    /** Rejected rows by reason. */
    readonly rejected: Readonly<Record<RejectReason, number>>;
    /** The rejected rows that were kept. */
    readonly quarantine: Omit<QuarantineRecord, "crc32"> | null;
  };

/** A run whose reports are published. */
export interface PublishedRun {
  readonly date: string;
  /** When, ISO 8601. */
  readonly published: string;
  readonly ageSeconds: number;
  readonly daysUsed: readonly string[];
  readonly daysMissing: readonly string[];
  /** Names of its reports. */
  readonly reports: readonly string[];
}

/** Looks into the folders and tells what is there; nothing is changed for it. */
export async function takeStatus(
  options: PlanOptions,
  store: Store,
  nowMs: number,
): Promise<Status> {
  const { plan, inventory } = planWithInventory(options, store);
  const { batch, results } = options;
  return {
    statusVersion: 1,
    at: isoOf(nowMs),
    date: formatDay(plan.date),
    from: formatDay(plan.window.from),
    days: plan.days.map((day) => new DayLook(day, inventory, nowMs).status(store, batch)),
    nextRun: nextRunOf(plan, reportNames(plan, options)),
    unfinished: unfinishedIn(store, options),
    newestRun: newestRunIn(store, results, nowMs),
    running: await lockHolder(batch) ?? await lockHolder(results) ?? null,
  };
}

function isoOf(ms: number): string {
  return new Date(ms).toISOString();
}

function ageOf(ms: number, nowMs: number): number {
  return Math.max(0, Math.floor((nowMs - ms) / 1000));
}

function nextRunOf(plan: RunPlan, publish: readonly string[]): NextRun {
  const logs = plan.days.flatMap((day) => day.act === "build" ? day.logs : []);
  const daysThat = (act: DayPlan["act"]): string[] =>
    plan.days.filter((day) => day.act === act).map(({ day }) => formatDay(day));
  const { refusals, warnings, expired, expiredQuarantines, expiredHistory, expiredResults } = plan;
  return {
    refusals,
    warnings,
    readLogs: logs.map(({ name }) => name),
    readBytes: logs.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    buildBatches: daysThat("build"),
    reuseBatches: daysThat("reuse"),
    missingDays: missingDays(plan).map(formatDay),
    publish,
    deleteBatches: expired.map(formatDay),
    deleteQuarantines: expiredQuarantines.map(formatDay),
    deleteHistory: expiredHistory.map(formatDay),
    deleteResults: expiredResults,
  };
}

/** What is there of a day of the plan. */
class DayLook {
  readonly #plan: DayPlan;
  readonly #logs: readonly FoundLog[];
  readonly #manifest: Manifest | string | undefined;
  readonly #nowMs: number;

  constructor(plan: DayPlan, { logs, batches }: Inventory, nowMs: number) {
    this.#plan = plan;
    this.#logs = logs.filter(({ day }) => day === plan.day);
    this.#manifest = batches.find(({ day }) => day === plan.day)?.manifest;
    this.#nowMs = nowMs;
  }

  status(store: Store, batchFolder: string): DayStatus {
    const { day, act } = this.#plan;
    return {
      day: formatDay(day),
      act,
      why: this.#plan.act === "build"
        ? this.#plan.why
        : this.#plan.act === "refuse"
        ? this.#plan.message
        : undefined,
      logs: this.#logs.map((log) => this.#log(log)),
      batch: this.#batch(store, `${batchFolder}/${batchFolderName(day)}`),
    };
  }

  #log({ name, sizeBytes, modifiedMs }: FoundLog): LogStatus {
    return {
      name,
      sizeBytes,
      modified: isoOf(modifiedMs),
      ageSeconds: ageOf(modifiedMs, this.#nowMs),
    };
  }

  #batch(store: Store, folder: string): BatchStatus | null {
    const manifest = this.#manifest;
    if (manifest === undefined) return null;
    if (typeof manifest === "string") return { damage: manifest };
    const path = pathAfterRecovery(store, folder, MANIFEST_NAME);
    const madeMs = (path === undefined ? undefined : store.info(path)?.modifiedMs) ?? this.#nowMs;
    const { rows, rejected } = tallyOf(manifest);
    const { quarantine } = manifest;
    const names = manifest.logs.map(({ name }) => name);
    const there = new Set(this.#logs.map(({ name }) => name));
    return {
      sizeBytes: Object.values(manifest.batches).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
      made: isoOf(madeMs),
      ageSeconds: ageOf(madeMs, this.#nowMs),
      logs: names,
      goneLogs: names.filter((name) => !there.has(name)),
      rows,
      streams: rows - rejectedCount(rejected),
      rejectedRows: rejectedCount(rejected),
      rejected,
      quarantine: quarantine === undefined ? null : withoutChecksum(quarantine),
    };
  }
}

function withoutChecksum({ crc32: _, ...rest }: QuarantineRecord): Omit<QuarantineRecord, "crc32"> {
  return rest;
}

/** The files that publications which were cut short are going to publish. */
function unfinishedIn(store: Store, { batch, results }: PlanOptions): string[] {
  const folders = (store.list(batch) ?? []).filter((name) => dayOfBatchFolder(name) !== undefined)
    .map((name) => `${batch}/${name}`);
  return [...folders, results].flatMap((folder) =>
    pendingNames(store, folder).map((name) => `${folder}/${name}`)
  );
}

/** The newest date that has a summary which can be read. */
function newestRunIn(store: Store, results: string, nowMs: number): PublishedRun | null {
  const names = [...store.list(results) ?? [], ...pendingNames(store, results)];
  const dates = names.map((name) => dateOfResult(name, [])).filter((day) => day !== undefined);
  for (const date of [...new Set<Day>(dates)].sort((a, b) => b - a)) {
    const path = pathAfterRecovery(store, results, summaryName(date));
    const run = path === undefined ? undefined : runIn(readText(store, path));
    if (path === undefined || run === undefined) continue;
    const publishedMs = store.info(path)?.modifiedMs ?? nowMs;
    return {
      date: formatDay(date),
      published: isoOf(publishedMs),
      ageSeconds: ageOf(publishedMs, nowMs),
      daysUsed: run.daysUsed,
      daysMissing: run.daysMissing,
      reports: run.reports.map(({ name }) => name),
    };
  }
  return null;
}
