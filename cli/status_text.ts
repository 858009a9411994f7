/**
 * The status for people: lines of at most 80 columns that can be read aloud.
 *
 * @module
 */

import { REJECT_REASONS } from "../core/streams.ts";
import type { BatchStatus, DayStatus, LogStatus, NextRun, Status } from "../io/status.ts";
import { ago, bytes, counted, grouped } from "./figures.ts";
import { filled } from "./lines.ts";

/** Where the texts of a day and of the next run begin. */
const INDENT = 12;

/** Writes a status; each line has its line end. */
export function statusText(status: Status): string {
  const { date, from, days, nextRun, unfinished, newestRun, running } = status;
  const lines = [
    `Charts of ${date}: ${counted(days.length, "day")} from ${from}`,
    "",
    ...days.flatMap(dayLines),
    "",
    ...nextRunLines(nextRun, unfinished),
    "",
    ...newestLines(newestRun),
    ...runningLines(running),
  ];
  return lines.join("\n") + "\n";
}

const ACTS = {
  build: "to be built",
  reuse: "batch is there",
  miss: "missing: neither log nor batch",
  refuse: "refused",
} as const;

function dayLines({ day, act, why, logs, batch }: DayStatus): string[] {
  const title = act === "build" ? `${ACTS.build}: ${why}` : ACTS[act];
  return [
    ...filled(day, title.split(" "), INDENT),
    ...logs.flatMap(logLines),
    ...batch === null ? [] : batchLines(batch),
  ];
}

function logLines({ name, sizeBytes, ageSeconds }: LogStatus): string[] {
  return filled(
    "",
    ["log", `${name},`, `${bytes(sizeBytes)},`, `changed ${ago(ageSeconds)}`],
    INDENT,
  );
}

function batchLines(batch: BatchStatus): string[] {
  if ("damage" in batch) return filled("", [`batch: ${batch.damage}`], INDENT);
  const { sizeBytes, ageSeconds, goneLogs, rows, rejectedRows, rejected, quarantine } = batch;
  const reasons = REJECT_REASONS.filter((reason) => rejected[reason] > 0)
    .map((reason) => `${reason} ${grouped(rejected[reason])}`);
  const listed = reasons.map((text, i) => i < reasons.length - 1 ? `${text},` : text);
  const colon = reasons.length > 0 ? ":" : "";
  return [
    ...filled("", [`batch of ${bytes(sizeBytes)},`, `made ${ago(ageSeconds)}`], INDENT),
    ...filled("", [
      `${counted(rows, "row")},`,
      `${grouped(rejectedRows)} rejected${colon}`,
      ...listed,
    ], INDENT),
    ...quarantine === null ? [] : filled("", quarantineParts(quarantine), INDENT),
    ...goneLogs.flatMap((name) => filled("", ["log gone:", name], INDENT)),
  ];
}

function quarantineParts(
  { name, keptRows, leftOutRows }: { name: string; keptRows: number; leftOutRows: number },
): string[] {
  const leftOut = leftOutRows === 0 ? [] : [`${grouped(leftOutRows)} left out,`];
  return [`${counted(keptRows, "row")} kept,`, ...leftOut, `in ${name}`];
}

/** What a run that is refused would have done is not told: it does nothing. */
function nextRunLines(run: NextRun, unfinished: readonly string[]): string[] {
  const completes = names("completes", unfinished);
  if (run.refusals.length > 0) {
    return ["The next run is refused", ...completes, ...run.refusals.flatMap(refusalLines)];
  }
  const reads = `${counted(run.readLogs.length, "log")}, ${bytes(run.readBytes)}`;
  return [
    "The next run",
    ...completes,
    ...filled("  reads", [reads], INDENT),
    ...names("builds", run.buildBatches, BATCHES),
    ...names("reuses", run.reuseBatches, BATCHES),
    ...names("publishes", run.publish),
    ...names("deletes", run.deleteBatches, BATCHES),
    ...names("deletes", run.deleteQuarantines, ["rejected rows of", "rejected rows of"]),
    ...names("deletes", run.deleteHistory, ["history of", "history of"]),
    ...names("deletes", run.deleteResults),
    ...run.warnings.flatMap((text) => filled("  warns", text.split(" "), INDENT)),
  ];
}

function names(label: string, all: readonly string[], nouns?: Nouns): string[] {
  return all.length === 0 ? [] : filled(`  ${label}`, commas(all, nouns), INDENT);
}

function refusalLines(refusal: string): string[] {
  return refusal.split("\n").flatMap((line, i) =>
    filled(i === 0 ? "  because" : "", line.trim().split(" "), INDENT)
  );
}

/** What names are those of: of one, and of several. */
type Nouns = readonly [one: string, several: string];

const BATCHES: Nouns = ["batch of", "batches of"];

function commas(all: readonly string[], nouns?: Nouns): string[] {
  const listed = all.map((text, i) => i < all.length - 1 ? `${text},` : text);
  return nouns === undefined ? listed : [nouns[all.length > 1 ? 1 : 0], ...listed];
}

function newestLines(run: Status["newestRun"]): string[] {
  if (run === null) return ["No run has published anything yet"];
  const { date, ageSeconds, daysUsed, daysMissing } = run;
  const missing = daysMissing.length === 0
    ? ["none missing"]
    : [`${daysMissing.length} missing:`, ...commas(daysMissing)];
  return filled("", [
    ...`Newest published charts: of ${date}, published ${ago(ageSeconds)};`.split(" "),
    ...`${counted(daysUsed.length, "day")} used,`.split(" "),
    ...missing,
  ], 0);
}

function runningLines(running: Status["running"]): string[] {
  if (running === null) return [];
  const { pid, since } = running;
  const who = pid === undefined ? "" : `: process ${pid}, since ${since}`;
  return [`A run is in progress${who}`];
}
