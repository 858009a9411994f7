/**
 * The plan of a run, made of what is asked and what is in the folders; nothing is changed for it.
 *
 * @module
 */

import { batchKindOf } from "../core/chart.ts";
import type { Day } from "../core/day.ts";
import { AUTO_READER, type BatchShape, shapeOf } from "../core/manifest.ts";
import { pageName, reportName } from "../core/names.ts";
import type { Inventory, RunPlan, RunRequest } from "../core/plan.ts";
import { planRun } from "../core/planning.ts";
import { KEY_KINDS } from "../core/streams.ts";
import { columnsText } from "../formats/interface.ts";
import { whatIsThere } from "./advice.ts";
import { takeInventory } from "./inventory.ts";
import type { PlanOptions } from "./run_options.ts";
import type { StoredDays } from "./run_engine.ts";
import type { Store } from "./store.ts";

/** What batches have to be for what is asked. */
export function shapeAsked(
  { reader = AUTO_READER, ids, columns, charts }: PlanOptions,
): BatchShape {
  const kinds = KEY_KINDS.filter((kind) =>
    charts.some((chart) => batchKindOf(chart.kind) === kind)
  );
  return shapeOf(reader, kinds, { ids, columns: columnsText(columns) });
}

/** A plan, and what it was made of. */
export interface PlanWithInventory {
  readonly plan: RunPlan;
  readonly request: RunRequest;
  readonly inventory: Inventory;
}

/**
 * Looks into the folders and plans a run.
 *
 * @param stored the days that the engine has; those of the folder of batches by default
 */
export function planWithInventory(
  options: PlanOptions,
  store: Store,
  stored?: StoredDays,
): PlanWithInventory {
  const { logs, batch, results, quarantine, logPattern, formats } = options;
  const request: RunRequest = {
    ...options,
    folders: { logs, batch, results },
    shape: shapeAsked(options),
    hasSeveralLogs: logPattern.hasSeveral,
    reportExtensions: formats.writers.map((writer) => writer.extension),
    pageExtensions: formats.pages.map((page) => page.extension),
  };
  const folders = { logs, batch, results, quarantine, logPattern };
  const inventory = takeInventory(store, folders, request, stored);
  const plan = advised(planRun(request, inventory), options, { store, inventory });
  return { plan, request, inventory };
}

/** Where no file is called as logs are, what is refused for it says what is there instead. */
function advised(
  plan: RunPlan,
  { logs, logPattern }: PlanOptions,
  { store, inventory }: { readonly store: Store; readonly inventory: Inventory },
): RunPlan {
  const [first, ...others] = plan.refusals;
  if (first === undefined || inventory.logs.length > 0) return plan;
  return { ...plan, refusals: [`${first}${whatIsThere(store, logs, logPattern)}`, ...others] };
}

/** The plans of later dates, as far as can be told before the first one is carried out. */
export function plansOf(
  dates: readonly Day[],
  { request, inventory }: Omit<PlanWithInventory, "plan">,
): RunPlan[] {
  const later = { ...inventory, published: undefined };
  return dates.map((date) => planRun({ ...request, date }, later))
    .filter(({ refusals }) => refusals.length === 0);
}

/** The names of the reports and pages that a run of the plan publishes, in their order. */
export function reportNames(
  { date }: RunPlan,
  { charts, writers, pages, isCompressed }: PlanOptions,
): string[] {
  const reports = charts.flatMap(({ kind, top }) =>
    writers.map(({ extension }) => reportName(kind, top, date, extension))
  );
  const names = [...reports, ...pages.map(({ extension }) => pageName(date, extension))];
  return names.map((name) => isCompressed ? `${name}.gz` : name);
}
