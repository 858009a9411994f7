/**
 * How much room a run needs, where the platform tells how much there is.
 *
 * @module
 */

import type { LogIdentity } from "./manifest.ts";
import { type Inventory, logsUsed, type RunFolders, type RunPlan } from "./plan.ts";

/** Room for batches and for the streams that are scattered, by bytes of logs that are read. */
const BATCH_SHARE = 0.3;
const SCATTER_SHARE = 0.8;

/** Room for reports, by bytes of the logs of the window. */
const REPORT_SHARE = 0.6;

/**
 * Says where there is less room than the plan is going to need.
 *
 * The need is an estimate from the sizes of the logs; what does not fit after all is an error
 * when it happens.
 *
 * @param freeBytes what is not known is taken to be enough
 */
export function roomRefusals(
  { days }: Pick<RunPlan, "days">,
  folders: RunFolders,
  freeBytes: NonNullable<Inventory["freeBytes"]>,
): string[] {
  const built = days.flatMap((day) => day.act === "build" ? [bytesOf(day.logs)] : []);
  const used = days.map((day) => bytesOf(logsUsed(day)));
  const sum = (sizes: number[]): number => sizes.reduce((total, size) => total + size, 0);
  const batchBytes = sum(built) * BATCH_SHARE + Math.max(0, ...built) * SCATTER_SHARE;
  return [
    ...refusal(folders.batch, batchBytes, freeBytes.batch),
    ...refusal(folders.results, sum(used) * REPORT_SHARE, freeBytes.results),
  ];
}

function bytesOf(logs: readonly Pick<LogIdentity, "sizeBytes">[]): number {
  return logs.reduce((sum, log) => sum + log.sizeBytes, 0);
}

function refusal(folder: string, neededBytes: number, freeBytes = Infinity): string[] {
  if (freeBytes >= neededBytes) return [];
  return [
    `Cannot write to "${folder}": ${mebibytes(freeBytes)} MiB free, ` +
    `expected about ${mebibytes(neededBytes)} MiB`,
  ];
}

function mebibytes(sizeBytes: number): number {
  return Math.ceil(sizeBytes / 2 ** 20);
}
