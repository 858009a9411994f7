/**
 * The plan of a run: what to read, build, reuse and delete, as plain data made of plain data.
 *
 * @module
 */

import { type Day, daysOf, formatDay, type Window, windowEnding } from "./day.ts";
import {
  type BatchShape,
  hasSameLogs,
  type LogIdentity,
  type Manifest,
  shapeDifference,
} from "./manifest.ts";
import { expired } from "./retention.ts";
import { rejectedCount, type RowTally } from "./streams.ts";

/** A log that was found. */
export interface FoundLog extends LogIdentity {
  readonly day: Day;
  /** Whether it is a link that leads nowhere: an error to read, and gone where a batch serves. */
  readonly isDangling?: boolean;
}

/** A batch that was found. */
export interface FoundBatch {
  readonly day: Day;
  /** Its manifest, or what is wrong with it. */
  readonly manifest: Manifest | string;
}

/** What is in the folders. */
export interface Inventory {
  /** Sorted by name. */
  readonly logs: readonly FoundLog[];
  readonly batches: readonly FoundBatch[];
  /** Days with a folder that holds no batch: what a deletion that was cut short has left. */
  readonly remains?: readonly Day[];
}

/** What is asked of a run. */
export interface RunRequest {
  /** The last day of the window, where it is given. */
  readonly date?: Day;
  /** The day on which the run is made, in the local time zone. */
  readonly today: Day;
  readonly windowDays: number;
  /** Batches of this many days are kept, at least the window's. */
  readonly keepBatchDays: number;
  readonly shape: BatchShape;
  /** Whether a day may have several logs. */
  readonly hasSeveralLogs?: boolean;
}

/** What is to be done for one day of the window. */
export type DayPlan =
  | {
    readonly act: "build";
    readonly day: Day;
    readonly logs: readonly FoundLog[];
    readonly why: string;
  }
  | {
    readonly act: "reuse";
    readonly day: Day;
    readonly manifest: Manifest;
    /** The logs of the batch; none where they are gone. */
    readonly logs: readonly FoundLog[];
  }
  | { readonly act: "miss"; readonly day: Day };

/** What a run is going to do. */
export interface RunPlan {
  readonly date: Day;
  readonly window: Window;
  /** One for each day of the window, ascending. */
  readonly days: readonly DayPlan[];
  /** The days whose batches leave after publishing. */
  readonly expired: readonly Day[];
}

/**
 * Plans a run.
 *
 * @throws {Error} where there is neither log nor batch in the window, or a batch cannot be used
 *   and its log is gone
 */
export function planRun(request: RunRequest, inventory: Inventory): RunPlan {
  const date = request.date ?? newestDay(request.today, inventory);
  const window = windowEnding(date, request.windowDays);
  const days = daysOf(window).map((day) => planDay(day, request, inventory));
  if (days.every((day) => day.act === "miss")) {
    throw new Error(
      `Cannot make charts of ${formatDay(window.from)} to ${formatDay(window.to)}: ` +
        "neither log nor batch on any day, expected at least one" + newestHint(inventory),
    );
  }
  const kept = Math.max(request.keepBatchDays, request.windowDays);
  const stored = [...inventory.batches.map((batch) => batch.day), ...inventory.remains ?? []];
  return { date, window, days, expired: expired(stored, date, kept) };
}

/** The newest day before today that has a log or a batch. */
function newestDay(today: Day, inventory: Inventory): Day {
  const found = [...inventory.logs, ...inventory.batches].map(({ day }) => day);
  const newest = Math.max(...found.filter((day) => day < today));
  if (newest !== -Infinity) return newest;
  throw new Error(
    "Cannot choose a date: neither log nor batch of a day before today, expected at least one" +
      (found.includes(today) ? ` (--date ${formatDay(today)} uses the log of today)` : ""),
  );
}

function newestHint({ logs, batches }: Inventory): string {
  const newest = Math.max(...[...logs, ...batches].map((found) => found.day));
  return newest === -Infinity ? "" : ` (the newest day there is: --date ${formatDay(newest)})`;
}

function planDay(day: Day, request: RunRequest, inventory: Inventory): DayPlan {
  const found = logsOf(day, request, inventory);
  const batch = inventory.batches.find((each) => each.day === day);
  if (batch === undefined) {
    return found.length > 0
      ? { act: "build", day, logs: found, why: "new log" }
      : { act: "miss", day };
  }
  const isThere = found.some(({ isDangling }) => isDangling !== true);
  const logs = isThere ? found : [];
  const { manifest } = batch;
  const problem = typeof manifest === "string"
    ? manifest
    : shapeDifference(manifest.shape, request.shape);
  if (isThere && problem !== undefined) return { act: "build", day, logs, why: problem };
  if (typeof manifest === "string" || problem !== undefined) {
    throw new Error(
      `Cannot use the batch of ${formatDay(day)}: ${problem}; its log is gone, ` +
        "expected the log to build the batch again",
    );
  }
  if (isThere && !hasSameLogs(manifest.logs, logs)) {
    return { act: "build", day, logs, why: "changed log" };
  }
  return { act: "reuse", day, manifest, logs };
}

function logsOf(day: Day, { hasSeveralLogs = false }: RunRequest, { logs }: Inventory): FoundLog[] {
  const found = logs.filter((log) => log.day === day);
  if (found.length < 2 || hasSeveralLogs) return found;
  throw new Error(
    `Cannot choose the log of ${formatDay(day)}: ${found.map(({ name }) => name).join(" and ")} ` +
      "are there, expected one (a * in --log-name lets a day have several)",
  );
}

/** The days of a plan that are used: those that are not missing. */
export function usedDays(plan: RunPlan): Day[] {
  return plan.days.filter((day) => day.act !== "miss").map((day) => day.day);
}

/** The days of a plan that are missing. */
export function missingDays(plan: RunPlan): Day[] {
  return plan.days.filter((day) => day.act === "miss").map((day) => day.day);
}

/** Whether a log has too many rejected rows. A log of no rows has none. */
export function hasTooManyRejected(tally: RowTally, maxRejected: number): boolean {
  return rejectedCount(tally.rejected) / tally.rows > maxRejected;
}
