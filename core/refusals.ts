/**
 * What is refused before the work, and what is warned of.
 *
 * @module
 */

import { formatDay } from "./day.ts";
import { hasTooManyRejected, tooManyRejected } from "./messages.ts";
import { summaryName } from "./names.ts";
import {
  type Inventory,
  logsUsed,
  missingDays,
  newestDay,
  type RunFolders,
  type RunPlan,
  type RunRequest,
  usedDays,
} from "./plan.ts";
import { roomRefusals } from "./room.ts";

/** The part of a plan that is judged. */
type Judged = Pick<RunPlan, "date" | "window" | "days">;

const USUAL_FOLDERS: RunFolders = { logs: "logs", batch: "batch", results: "results" };

/** Lists why a plan cannot or must not be carried out, the first reason first. */
export function refusalsOf(plan: Judged, request: RunRequest, inventory: Inventory): string[] {
  const { folders = USUAL_FOLDERS } = request;
  return [
    ...noLogFolder(folders, inventory),
    ...noDate(request, inventory),
    ...plan.days.flatMap((day) => day.act === "refuse" ? [day.message] : []),
    ...noDays(plan, request, inventory),
    ...noFiles(plan, folders.logs),
    ...request.strict === true ? notStrict(plan) : [],
    ...poorer(plan, request, inventory),
    ...roomRefusals(plan, folders, inventory.freeBytes ?? {}),
    ...tooManyStored(plan, folders.logs, request.maxRejected),
  ];
}

/** Lists what is odd about a plan that is carried out all the same. */
export function warningsOf(plan: Judged, request: RunRequest, inventory: Inventory): string[] {
  const { folders = USUAL_FOLDERS, replace } = request;
  const missing = missingDays(plan).map(formatDay).join(", ");
  const isIgnored = replace !== true && typeof inventory.published === "string";
  const path = `${folders.results}/${summaryName(plan.date)}`;
  return [
    ...isIgnored ? [`ignored "${path}": damaged, expected a run summary`] : [],
    ...missing === "" ? [] : [`neither log nor batch of ${missing}: missing in the charts`],
    ...emptyLogs(plan).map((name) => `log "${name}" has 0 bytes: a day of no streams`),
  ];
}

function noLogFolder({ logs }: RunFolders, { hasNoLogFolder }: Inventory): string[] {
  if (hasNoLogFolder !== true) return [];
  return [`Cannot read folder "${logs}": not found, expected the folder of the logs (--logs DIR)`];
}

function noDate({ date, today }: RunRequest, inventory: Inventory): string[] {
  if (date !== undefined || newestDay(today, inventory) !== undefined) return [];
  const hasToday = [...inventory.logs, ...inventory.batches].some(({ day }) => day === today);
  return [
    "Cannot choose a date: neither log nor batch of a day before today, expected at least one" +
    (hasToday ? ` (--date ${formatDay(today)} uses the log of today)` : ""),
  ];
}

function noDays({ window, days }: Judged, { date }: RunRequest, inventory: Inventory): string[] {
  if (date === undefined || days.some(({ act }) => act !== "miss")) return [];
  const newest = newestDay(Infinity, inventory);
  return [
    `Cannot make charts of ${formatDay(window.from)} to ${formatDay(window.to)}: ` +
    "neither log nor batch on any day, expected at least one" +
    (newest === undefined ? "" : ` (the newest day there is: --date ${formatDay(newest)})`),
  ];
}

function noFiles({ days }: Judged, folder: string): string[] {
  const logs = days.flatMap((day) => day.act === "build" ? day.logs : []);
  return logs.flatMap(({ name, isDangling, notFile }) => {
    const what = isDangling === true ? "a link that leads nowhere" : notFile;
    return what === undefined
      ? []
      : [`Cannot read log "${folder}/${name}": ${what}, expected a file`];
  });
}

function notStrict(plan: Judged): string[] {
  const missing = missingDays(plan).map(formatDay).join(", ");
  const empty = emptyLogs(plan).join(", ");
  const act = "Cannot make charts with --strict";
  return [
    ...missing === ""
      ? []
      : [`${act}: neither log nor batch of ${missing}, expected every day of the window`],
    ...empty === "" ? [] : [`${act}: log of 0 bytes ${empty}, expected logs with rows`],
  ];
}

/** A chart of fewer days never takes the place of one of more by itself. */
function poorer(plan: Judged, { replace }: RunRequest, { published }: Inventory): string[] {
  if (replace === true || published === undefined || typeof published === "string") return [];
  if (plan.days.some(({ act }) => act === "refuse")) return [];
  const now = usedDays(plan);
  if (now.length >= published.length) return [];
  const lost = published.filter((day) => !now.includes(day)).map(formatDay);
  return [
    `Cannot replace the charts of ${formatDay(plan.date)}: ${now.length} days used, expected ` +
    `at least ${published.length} as published (without ${lost.join(", ")}; ` +
    "--replace publishes all the same)",
  ];
}

/** The limit of rejected rows holds for batches that are there, too. */
function tooManyStored({ days }: Judged, folder: string, maxRejected = 1): string[] {
  return days.flatMap((day) => day.act === "reuse" ? day.manifest.logs : []).flatMap((log) =>
    hasTooManyRejected(log.tally, maxRejected)
      ? [tooManyRejected(`${folder}/${log.name}`, log.tally, maxRejected)]
      : []
  );
}

/** The names of the logs of 0 bytes that are used. */
function emptyLogs({ days }: Judged): string[] {
  return days.flatMap(logsUsed).filter(({ sizeBytes }) => sizeBytes === 0).map(({ name }) => name);
}
