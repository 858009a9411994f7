/**
 * The run summary for people.
 *
 * @module
 */

import type { LogSummary, QuarantineSummary, RunSummary } from "../core/summary.ts";
import { bytes, counted, grouped } from "./figures.ts";

/** Lines are at most so wide, but for names of files that are longer. */
const COLUMNS = 80;

/** Where texts behind a label begin. */
const INDENT = 13;

/**
 * Writes a summary as a table.
 *
 * @param resultFolder where the reports are
 * @param color whether its title may stand out
 */
export function summaryText(summary: RunSummary, resultFolder: string, color = false): string {
  const title = titleOf(summary);
  return [
    color ? `\x1b[1m${title}\x1b[22m` : title,
    "",
    ...rowsTable(summary.logs),
    ...rejectedLines(summary.logs),
    ...keptLines(summary),
    "",
    ...reportsTable(summary, resultFolder),
    "",
    labelled("seconds", secondsOf(summary)),
    labelled("memory", `${grouped(Math.ceil(summary.peakMemoryBytes / 2 ** 20))} MiB at its peak`),
  ].join("\n");
}

function titleOf({ date, days, daysUsed, daysMissing }: RunSummary): string {
  const used = `${daysUsed.length} of ${counted(days, "day")} used`;
  const missing = daysMissing.length === 0 ? "" : `, ${grouped(daysMissing.length)} missing`;
  return `Charts of ${date}: ${used}${missing}`;
}

/** What was read and what was there already. */
function rowsTable(logs: readonly LogSummary[]): string[] {
  const read = logs.filter((log) => log.from === "log");
  const reused = logs.filter((log) => log.from === "batch");
  const parts = [["read", read, formatsOf(read)], ["reused", reused, ""]] as const;
  const used = parts.filter(([, part]) => part.length > 0);
  const lines = used.map(([label, part, note]) => [label, ...figuresOf(part), note]);
  if (used.length > 1) lines.push(["in all", ...figuresOf(logs), ""]);
  return table([["", "days", "logs", "rows", "rejected", ""], ...lines]);
}

function figuresOf(logs: readonly LogSummary[]): string[] {
  const sum = (value: (log: LogSummary) => number): number =>
    logs.reduce((total, log) => total + value(log), 0);
  const days = new Set(logs.map((log) => log.day)).size;
  return [days, logs.length, sum((log) => log.rows), sum((log) => log.rejectedRows)].map(grouped);
}

/** Says by which readers logs were read, and how they were compressed. */
function formatsOf(logs: readonly LogSummary[]): string {
  const names = logs.map(({ reader, compression }) => (
    compression === undefined ? reader : `${reader} in ${compression}`
  ));
  return [...new Set(names)].sort().join(", ");
}

/** The rejected rows of all logs by reason. */
function rejectedLines(logs: readonly LogSummary[]): string[] {
  const names = Object.keys(logs[0]?.rejected ?? {}) as (keyof LogSummary["rejected"])[];
  const reasons = names
    .map((name) => [name, logs.reduce((sum, log) => sum + log.rejected[name], 0)] as const)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${name} ${grouped(count)}`);
  return reasons.length === 0 ? [] : ["", ...wrapped("rejected", reasons)];
}

/** How many of the rejected rows are in the quarantine. */
function keptLines({ quarantines = [] }: RunSummary): string[] {
  if (quarantines.length === 0) return [];
  const sum = (value: (day: QuarantineSummary) => number): number =>
    quarantines.reduce((total, day) => total + value(day), 0);
  const [kept, leftOut] = [sum((day) => day.keptRows), sum((day) => day.leftOutRows)];
  const rest = leftOut === 0 ? "" : `, ${grouped(leftOut)} left out (--quarantine-limit)`;
  return [labelled("kept", `${counted(kept, "rejected row")}${rest}`)];
}

function reportsTable({ reports }: RunSummary, folder: string): string[] {
  const lines = reports.map(({ name, keys, sizeBytes }) => [name, grouped(keys), bytes(sizeBytes)]);
  return [...table([["report", "keys", "size"], ...lines]), `  in ${folder}`];
}

function secondsOf({ seconds }: RunSummary): string {
  const { batching, charting, publishing } = seconds;
  const total = batching + charting + publishing;
  const parts = Object.entries({ batching, charting, publishing })
    .map(([stage, value]) => `${stage} ${value.toFixed(1)}`);
  return `${parts.join(", ")}; ${total.toFixed(1)} in all`;
}

function labelled(label: string, text: string): string {
  return `  ${label}`.padEnd(INDENT) + text;
}

/** Writes parts with commas between them, on as many lines as they need. */
function wrapped(label: string, parts: readonly string[]): string[] {
  const lines = [""];
  for (const [i, part] of parts.entries()) {
    const text = i < parts.length - 1 ? `${part},` : part;
    const last = lines[lines.length - 1];
    if (last !== "" && INDENT + last.length + 1 + text.length > COLUMNS) lines.push(text);
    else lines[lines.length - 1] = last === "" ? text : `${last} ${text}`;
  }
  return lines.map((line, i) => labelled(i === 0 ? label : "", line));
}

/** Lays out cells: names to the left, figures to the right. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0].map((_, i) => Math.max(...rows.map((row) => row[i].length)));
  widths[0] = Math.max(widths[0], INDENT - 4);
  return rows.map((row) => {
    const cells = row.map((cell, i) => {
      const isText = i === 0 || (i === row.length - 1 && rows[0][i] === "");
      return isText ? cell.padEnd(widths[i]) : cell.padStart(widths[i]);
    });
    return `  ${cells.join("  ")}`.trimEnd();
  });
}
