/**
 * The plan of a run: what to read, build, reuse, refuse and delete, as plain data; and the plain
 * data that it is made of (see planning.ts).
 *
 * @module
 */

import type { Day, Window } from "./day.ts";
import type { BatchShape, LogIdentity, Manifest } from "./manifest.ts";

/** A log that was found. */
export interface FoundLog extends LogIdentity {
  readonly day: Day;
  /** Whether it is a link that leads nowhere: an error to read, and gone where a batch serves. */
  readonly isDangling?: boolean;
  /** What it is, where it is no file. */
  readonly notFile?: string;
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
  /** The dates that the history of charts has. */
  readonly history?: readonly Day[];
  /** The days whose rejected rows are kept. */
  readonly quarantines?: readonly Day[];
  /** Whether there is no folder of logs. */
  readonly hasNoLogFolder?: boolean;
  /** The names in the folder of the results. */
  readonly results?: readonly string[];
  /** The days that the published run of the date used; text where its summary is damaged. */
  readonly published?: readonly Day[] | string;
  /** Free bytes where batches and results are, where that is known. */
  readonly freeBytes?: Readonly<Partial<Record<"batch" | "results", number>>>;
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
  /** The folders, for messages. */
  readonly folders?: RunFolders;
  /** Whether a missing day or a log of 0 bytes is refused. */
  readonly strict?: boolean;
  /** Whether charts of fewer days than the published ones are not refused. */
  readonly replace?: boolean;
  /** The share of a log's rows that may be rejected; all of them by default. */
  readonly maxRejected?: number;
  /** The history of charts is kept for this many days; all of it where it is not given. */
  readonly keepHistoryDays?: number;
  /** Results of this many days are kept; all where it is not given. */
  readonly keepResultDays?: number;
  /** The endings of reports, by which those that expire are known. */
  readonly reportExtensions?: readonly string[];
  /** The endings of pages. */
  readonly pageExtensions?: readonly string[];
}

/** The folders of a run as they were given. */
export interface RunFolders {
  readonly logs: string;
  readonly batch: string;
  readonly results: string;
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
  | { readonly act: "miss"; readonly day: Day }
  | {
    readonly act: "refuse";
    readonly day: Day;
    readonly logs: readonly FoundLog[];
    /** What a run that is refused for it says. */
    readonly message: string;
  };

/** What a run is going to do. */
export interface RunPlan {
  readonly date: Day;
  readonly window: Window;
  /** One for each day of the window, ascending. */
  readonly days: readonly DayPlan[];
  /** The days whose batches leave after publishing. */
  readonly expired: readonly Day[];
  /** The days whose rejected rows leave with their batches. */
  readonly expiredQuarantines: readonly Day[];
  /** The dates that leave the history of charts then. */
  readonly expiredHistory: readonly Day[];
  /** The results that leave then, by name. */
  readonly expiredResults: readonly string[];
  /** Why the run is refused, the first reason first; none where it can be done. */
  readonly refusals: readonly string[];
  /** What a person should know even when all goes well. */
  readonly warnings: readonly string[];
}

/** The newest day before today that has a log or a batch. */
export function newestDay(today: Day, { logs, batches }: Inventory): Day | undefined {
  const newest = Math.max(
    ...[...logs, ...batches].map(({ day }) => day).filter((day) => day < today),
  );
  return newest === -Infinity ? undefined : newest;
}

/** The days of a plan that are used: those that are not missing. */
export function usedDays({ days }: Pick<RunPlan, "days">): Day[] {
  return days.filter(({ act }) => act === "build" || act === "reuse").map(({ day }) => day);
}

/** The days of a plan that are missing. */
export function missingDays({ days }: Pick<RunPlan, "days">): Day[] {
  return days.filter(({ act }) => act === "miss").map(({ day }) => day);
}

/** The logs that a day is made of. */
export function logsUsed(day: DayPlan): readonly LogIdentity[] {
  return day.act === "build" ? day.logs : day.act === "reuse" ? day.manifest.logs : [];
}
