/**
 * The run summary for people.
 *
 * @module
 */

import type { LogSummary, RunSummary } from "../core/summary.ts";
import { bytes, counted, grouped } from "./figures.ts";

/** Writes a summary as a few lines, at most 80 columns wide for names of usual length. */
export function summaryText(summary: RunSummary, resultFolder: string): string {
  const { daysUsed, daysMissing, logs, reports, seconds, peakMemoryBytes } = summary;
  const read = logs.filter((log) => log.from === "log");
  const reused = logs.filter((log) => log.from === "batch");
  const missing = daysMissing.length > 0 ? `, ${daysMissing.length} missing` : "";
  const total = seconds.batching + seconds.charting + seconds.publishing;
  return [
    `Charts of ${summary.date}: ${counted(daysUsed.length, "day")} used${missing}`,
    ...logLines("read", "log", read),
    ...logLines("reused", "batch", reused),
    ...reports.map((report) =>
      line(
        "written",
        `${resultFolder}/${report.name} (${counted(report.keys, "key")}, ${
          bytes(report.sizeBytes)
        })`,
      )
    ),
    line(
      "took",
      `${total.toFixed(1)} s: batching ${seconds.batching.toFixed(1)}, ` +
        `charting ${seconds.charting.toFixed(1)}, publishing ${seconds.publishing.toFixed(1)}; ` +
        `peak ${Math.ceil(peakMemoryBytes / 2 ** 20)} MiB`,
    ),
  ].join("\n");
}

function line(label: string, text: string): string {
  return `  ${label.padEnd(9)}${text}`;
}

function logLines(label: string, noun: string, logs: readonly LogSummary[]): string[] {
  if (logs.length === 0) return [];
  const sum = (value: (log: LogSummary) => number): number =>
    logs.reduce((total, log) => total + value(log), 0);
  const rejected = sum((log) => log.rejectedRows);
  const isBatch = noun === "batch";
  const count = isBatch ? new Set(logs.map((log) => log.day)).size : logs.length;
  const what = counted(count, noun, isBatch ? "batches" : undefined);
  const rows = counted(sum((log) => log.rows), "row");
  const first = line(
    label,
    `${what}, ${rows}, ${grouped(rejected)} rejected${isBatch ? "" : formatsOf(logs)}`,
  );
  return rejected === 0 ? [first] : [first, line("", `rejected: ${reasons(logs)}`)];
}

/** Says by which readers logs were read, and how they were compressed. */
function formatsOf(logs: readonly LogSummary[]): string {
  const names = logs.map(({ reader, compression }) => (
    compression === undefined ? reader : `${reader} in ${compression}`
  ));
  return ` (${[...new Set(names)].sort().join(", ")})`;
}

/** The rejected rows of all logs by reason. */
function reasons(logs: readonly LogSummary[]): string {
  const names = Object.keys(logs[0].rejected) as (keyof LogSummary["rejected"])[];
  return names.map((name) => [name, logs.reduce((sum, log) => sum + log.rejected[name], 0)])
    .filter(([, count]) => count !== 0)
    .map(([name, count]) => `${name} ${grouped(count as number)}`).join(", ");
}
