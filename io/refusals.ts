/**
 * What is refused before the work, and what is warned of.
 *
 * @module
 */

import { formatDay } from "../core/day.ts";
import { summaryName } from "../core/names.ts";
import { type DayPlan, missingDays, type RunPlan, usedDays } from "../core/plan.ts";
import { daysUsedIn } from "../core/summary.ts";
import type { Reporter } from "./meter.ts";
import { readText } from "./publication.ts";
import { checkRoom } from "./room.ts";
import type { Store } from "./store.ts";

/** What the refusals depend on besides the plan. */
export interface RefusalOptions {
  readonly logs: string;
  readonly batch: string;
  readonly results: string;
  readonly strict: boolean;
  readonly replace: boolean;
}

/** What a refusal is made with. */
interface Context {
  readonly store: Store;
  readonly reporter: Reporter;
}

/**
 * Refuses a plan that cannot or must not be carried out, and warns of what is odd.
 *
 * @throws {Error} where the plan is refused; nothing was done
 */
export function refusePlan(plan: RunPlan, options: RefusalOptions, context: Context): void {
  const { store, reporter } = context;
  refuseNoFiles(plan, options.logs, store);
  const missing = missingDays(plan).map(formatDay);
  const empty = plan.days.flatMap((day) => emptyLogsOf(day));
  if (options.strict) refuseStrictly(missing, empty);
  refusePoorer(plan, options, context);
  if (missing.length > 0) {
    reporter.warn(`neither log nor batch of ${missing.join(", ")}: missing in the charts`);
  }
  for (const name of empty) reporter.warn(`log "${name}" has 0 bytes: a day of no streams`);
  checkRoom(store, plan, options);
}

function refuseNoFiles(plan: RunPlan, logs: string, store: Store): void {
  for (const day of plan.days) {
    if (day.act !== "build") continue;
    for (const { name } of day.logs) {
      const path = `${logs}/${name}`;
      if (store.info(path)?.isFile === true) continue;
      throw new Error(`Cannot read log "${path}": ${whatIsThere(store, path)}, expected a file`);
    }
  }
}

/** Says what is there in the place of a file. To open a FIFO would be to wait for its writer. */
function whatIsThere(store: Store, path: string): string {
  const info = store.info(path);
  if (info?.isFolder) return "it is a folder";
  if (info !== undefined) return "it is a FIFO, a socket or a device";
  return store.isLink(path) ? "a link that leads nowhere" : "not found";
}

function refuseStrictly(missing: readonly string[], empty: readonly string[]): void {
  if (missing.length > 0) {
    throw new Error(
      `Cannot make charts with --strict: neither log nor batch of ${missing.join(", ")}, ` +
        "expected every day of the window",
    );
  }
  if (empty.length > 0) {
    throw new Error(
      `Cannot make charts with --strict: log of 0 bytes ${empty.join(", ")}, ` +
        "expected logs with rows",
    );
  }
}

/** A chart of fewer days never takes the place of one of more by itself. */
function refusePoorer(plan: RunPlan, options: RefusalOptions, { store, reporter }: Context): void {
  const path = `${options.results}/${summaryName(plan.date)}`;
  if (options.replace || store.info(path) === undefined) return;
  const before = daysUsedIn(readText(store, path));
  if (before === undefined) {
    reporter.warn(`ignored "${path}": damaged, expected a run summary`);
    return;
  }
  const now = usedDays(plan);
  if (now.length >= before.length) return;
  const lost = before.filter((day) => !now.includes(day)).map(formatDay);
  throw new Error(
    `Cannot replace the charts of ${formatDay(plan.date)}: ${now.length} days used, expected ` +
      `at least ${before.length} as published (without ${lost.join(", ")}; ` +
      "--replace publishes all the same)",
  );
}

/** The names of the logs of 0 bytes that the day has. */
function emptyLogsOf(day: DayPlan): string[] {
  const logs = day.act === "miss" ? [] : day.act === "build" ? day.logs : day.manifest.logs;
  return logs.filter(({ sizeBytes }) => sizeBytes === 0).map(({ name }) => name);
}
