/**
 * Looking for free room before the work, where the platform tells.
 *
 * @module
 */

import type { LogIdentity } from "../core/manifest.ts";
import type { RunPlan } from "../core/plan.ts";
import type { Store } from "./store.ts";

/** Room for batches and for the streams that are scattered, by bytes of logs that are read. */
const BATCH_SHARE = 0.3;
const SCATTER_SHARE = 0.8;

/** Room for reports, by bytes of the logs of the window. */
const REPORT_SHARE = 0.6;

/**
 * Checks that there is room for what the plan is going to write.
 *
 * The need is an estimate from the sizes of the logs; what does not fit after all is an error
 * when it happens.
 *
 * @throws {Error} where there is less room than is needed
 */
export function checkRoom(
  store: Store,
  plan: RunPlan,
  folders: { readonly batch: string; readonly results: string },
): void {
  const built = plan.days.flatMap((day) => day.act === "build" ? [bytesOf(day.logs)] : []);
  const used = plan.days.flatMap((day) =>
    day.act === "miss" ? [] : [bytesOf(day.act === "build" ? day.logs : day.manifest.logs)]
  );
  const sum = (sizes: number[]): number => sizes.reduce((total, size) => total + size, 0);
  check(store, folders.batch, sum(built) * BATCH_SHARE + Math.max(0, ...built) * SCATTER_SHARE);
  check(store, folders.results, sum(used) * REPORT_SHARE);
}

function bytesOf(logs: readonly LogIdentity[]): number {
  return logs.reduce((sum, log) => sum + log.sizeBytes, 0);
}

function check(store: Store, folder: string, neededBytes: number): void {
  const freeBytes = store.freeBytes(folder);
  if (freeBytes === undefined || freeBytes >= neededBytes) return;
  throw new Error(
    `Cannot write to "${folder}": ${mebibytes(freeBytes)} MiB free, ` +
      `expected about ${mebibytes(neededBytes)} MiB`,
  );
}

function mebibytes(sizeBytes: number): number {
  return Math.ceil(sizeBytes / 2 ** 20);
}
