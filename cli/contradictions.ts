/**
 * Options that contradict each other.
 *
 * @module
 */

import { formatDay } from "../core/day.ts";
import { cannotUse } from "./errors.ts";
import type { RunOptions } from "./options.ts";

/** @throws {UsageError} where options of `run` contradict each other */
export function refuseContradictions(options: RunOptions): void {
  const { quiet, verbose } = options;
  refuseDates(options);
  refuseKeptLess(options);
  if (quiet && verbose) {
    const reason = "each undoes the other, expected one of them";
    throw cannotUse("--quiet --verbose", reason);
  }
}

/** @throws {UsageError} where fewer batches are kept than the window has days */
export function refuseKeptLess(
  { keepBatches, days }: Pick<RunOptions, "keepBatches" | "days">,
): void {
  if (keepBatches !== undefined && keepBatches < days) {
    const reason = `${keepBatches} days, expected at least the ${days} days of the window`;
    throw cannotUse(`--keep-batches ${keepBatches}`, reason);
  }
}

function refuseDates({ date, from, to, dryRun }: RunOptions): void {
  if ((from === undefined) !== (to === undefined)) {
    const [given, absent] = to === undefined ? ["--from", "--to"] : ["--to", "--from"];
    throw cannotUse(given, `no ${absent}, expected both, or --date DAY for one date`);
  }
  if (from === undefined || to === undefined) return;
  const words = `--from ${formatDay(from)} --to ${formatDay(to)}`;
  if (dryRun) throw cannotUse(`--dry-run ${words}`, "several dates, expected one (--date DAY)");
  if (date !== undefined) {
    const reason = "they name the dates already, expected either these or --date";
    throw cannotUse(`--date ${formatDay(date)} ${words}`, reason);
  }
  if (from > to) throw cannotUse(words, "the first is after the last, expected dates in order");
}
