/**
 * Planning a run: what to read, build, reuse, refuse and delete. A pure function of what is asked
 * and what is there.
 *
 * @module
 */

import { type Day, daysOf, formatDay, windowEnding } from "./day.ts";
import { HOLDS_FORGOTTEN } from "./forgotten.ts";
import { hasSameLogs, shapeDifference } from "./manifest.ts";
import { type DayPlan, type Inventory, newestDay, type RunPlan, type RunRequest } from "./plan.ts";
import { refusalsOf, warningsOf } from "./refusals.ts";
import { expired, expiredResults } from "./retention.ts";

/**
 * Plans a run: the same plan for the run itself, for `run --dry-run` and for `status`.
 *
 * Where no date can be chosen, the window ends yesterday and the plan is refused.
 */
export function planRun(request: RunRequest, inventory: Inventory): RunPlan {
  const date = dateOf(request, inventory);
  const window = windowEnding(date, request.windowDays);
  const days = daysOf(window).map((day) => planDay(day, request, inventory));
  const kept = Math.max(request.keepBatchDays, request.windowDays);
  const stored = [...inventory.batches.map((batch) => batch.day), ...inventory.remains ?? []];
  const plan = { date, window, days };
  return {
    ...plan,
    expired: expired(stored, date, kept),
    expiredQuarantines: expired(inventory.quarantines ?? [], date, kept),
    expiredHistory: expired(inventory.history ?? [], date, request.keepHistoryDays ?? Infinity),
    expiredResults: expiredResults(inventory.results ?? [], date, request),
    refusals: refusalsOf(plan, request, inventory),
    warnings: warningsOf(plan, request, inventory),
  };
}

/** The last day of the window: as asked for, else the newest day that there is, else yesterday. */
export function dateOf({ date, today }: RunRequest, inventory: Inventory): Day {
  return date ?? newestDay(today, inventory) ?? today - 1;
}

function planDay(day: Day, request: RunRequest, inventory: Inventory): DayPlan {
  const found = inventory.logs.filter((log) => log.day === day);
  if (found.length > 1 && request.hasSeveralLogs !== true) {
    const message = `Cannot choose the log of ${formatDay(day)}: ` +
      `${found.map(({ name }) => name).join(" and ")} are there, expected one ` +
      "(a * in --log-name lets a day have several)";
    return { act: "refuse", day, logs: found, message };
  }
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
    const message = `Cannot use the batch of ${formatDay(day)}: ${problem}; its log is gone, ` +
      "expected the log to build the batch again" +
      (problem === HOLDS_FORGOTTEN ? ", or topstreams forget again" : "");
    return { act: "refuse", day, logs, message };
  }
  if (isThere && !hasSameLogs(manifest.logs, logs)) {
    return { act: "build", day, logs, why: "changed log" };
  }
  return { act: "reuse", day, manifest, logs };
}
