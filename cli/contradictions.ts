/**
 * Options that contradict each other.
 *
 * @module
 */

import { formatDay } from "../core/day.ts";
import { hasHistory, MAX_HISTORY_TOP } from "../core/history.ts";
import type { ChartKind } from "../core/chart.ts";
import { PAGES } from "../formats/built_in.ts";
import { cannotUse } from "./errors.ts";
import { refuseNoCluster } from "./engine_choice.ts";
import type { RunOptions } from "./options.ts";

/** @throws {UsageError} where options of `run` contradict each other */
export function refuseContradictions(options: RunOptions): void {
  const { quiet, verbose } = options;
  refuseDates(options);
  refuseKeptLess(options);
  refuseUnusedTitles(options);
  refuseNoCluster(options);
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

/** Whether one of the writers makes a page. */
export function makesPage({ writer }: Pick<RunOptions, "writer">): boolean {
  return writer.some(({ name }) => PAGES.some((page) => page.name === name));
}

function refuseUnusedTitles({ titles, writer }: RunOptions): void {
  if (titles === undefined || makesPage({ writer })) return;
  const names = PAGES.map(({ name }) => name).join(", ");
  throw cannotUse(`--titles ${titles}`, `only a page shows titles, expected --writer ${names} too`);
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

/** @throws {UsageError} where movement is asked for and no report would have it */
export function refuseMovement(
  charts: readonly { readonly kind: ChartKind; readonly top: number }[],
  writers: readonly { readonly name: string; readonly takesMovement?: boolean }[],
): void {
  if (!writers.some(({ takesMovement }) => takesMovement)) {
    throw cannotUse(
      "--movement",
      `writer ${writers.map(({ name }) => name).join(" and ") || "html"} has no columns for it, ` +
        "expected csv, jsonl or parquet among --writer",
    );
  }
  const moving = charts.filter(({ kind }) => hasHistory(kind));
  if (moving.length === 0) {
    throw cannotUse("--movement", "charts of users alone, expected country or world among --by");
  }
  const large = moving.find(({ top }) => top > MAX_HISTORY_TOP);
  if (large === undefined) return;
  throw cannotUse(
    `--movement --by ${large.kind}:${large.top}`,
    `${large.top} songs, expected at most ${MAX_HISTORY_TOP}, for no more are kept of a date`,
  );
}
