/**
 * The metrics of a run, as text for a monitor.
 *
 * The text is valid both as OpenMetrics 1.0 and in the text format of Prometheus, version 0.0.4,
 * which node_exporter's textfile collector reads: every family is a gauge, for the type `info` is
 * unknown to the one and counters are named differently in both; there are no timestamps; `# UNIT`
 * and `# EOF` are comments to the one and asked for by the other.
 *
 * Source: https://prometheus.io/docs/specs/om/open_metrics_spec/ and
 * https://prometheus.io/docs/instrumenting/exposition_formats/.
 *
 * @module
 */

import { parseDay } from "./day.ts";
import type { LogSummary, RunSummary } from "./summary.ts";

/** A family of metrics. */
interface Family {
  readonly name: string;
  /** What is measured in; the name ends with it. */
  readonly unit?: "seconds" | "bytes";
  readonly help: string;
  readonly samples: readonly Sample[];
}

type Sample = readonly [labels: Readonly<Record<string, string>>, value: number];

const SECONDS_A_DAY = 86_400;

/** The families that tell of the last run, whether it failed or not. */
const LAST_RUN = ["topstreams_last_run_success", "topstreams_last_run_timestamp_seconds"] as const;

const END = "# EOF\n";

/**
 * Writes the metrics of a run that published.
 *
 * @param summary its summary
 * @param endSeconds when it ended, in seconds since 1970
 *
 * @returns lines, the last one `# EOF`
 */
export function metricsText(summary: RunSummary, endSeconds: number): string {
  const families = [
    ...lastRun(true, endSeconds),
    gauge("topstreams_last_success_timestamp_seconds", "When a run last published", endSeconds),
    ...familiesOf(summary),
  ];
  return families.map(familyText).join("") + END;
}

/**
 * Writes the metrics of a run that failed: those of the last success stay, that time among them.
 *
 * @param former the text that was there, or `undefined`; one that this function and
 *   {@linkcode metricsText} did not write is dropped
 * @param endSeconds when the run failed, in seconds since 1970
 *
 * @example
 * ```ts
 * import { failedMetricsText } from "./metrics.ts";
 * const text = failedMetricsText(undefined, 60);
 * if (!text.includes("\ntopstreams_last_run_success 0\n")) throw new Error(text);
 * ```
 */
export function failedMetricsText(former: string | undefined, endSeconds: number): string {
  const kept = former?.endsWith(END) ? former.slice(0, -END.length).split("\n") : [];
  const names: readonly string[] = LAST_RUN;
  const others = kept.filter((line) => {
    const name = /^(?:# (?:HELP|TYPE|UNIT) )?(topstreams_\w+)/.exec(line)?.[1];
    return name !== undefined && !names.includes(name);
  });
  return lastRun(false, endSeconds).map(familyText).join("") +
    others.map((line) => `${line}\n`).join("") + END;
}

function lastRun(isSuccess: boolean, endSeconds: number): Family[] {
  const [success, time] = LAST_RUN;
  return [
    gauge(success, "Whether the last run published (1) or failed (0)", Number(isSuccess)),
    gauge(time, "When the last run ended", endSeconds),
  ];
}

/** Makes a family of one value; its unit is the end of its name, where that is one. */
function gauge(name: string, help: string, value: number | readonly Sample[]): Family {
  const unit = /_(seconds|bytes)$/.exec(name)?.[1] as Family["unit"];
  return { name, unit, help, samples: typeof value === "number" ? [[{}, value]] : value };
}

function familiesOf(summary: RunSummary): Family[] {
  const { logs, reports, seconds, versions, daysUsed, daysMissing, peakMemoryBytes } = summary;
  const sources = ["log", "batch"] as const;
  const bySource = (value: (log: LogSummary) => number): Sample[] =>
    sources.map((from) => [{ from }, sumOf(logs.filter((log) => log.from === from), value)]);
  return [
    gauge(
      "topstreams_chart_date_timestamp_seconds",
      "Start of the last day of the charts, in UTC",
      parseDay(summary.date)! * SECONDS_A_DAY,
    ),
    gauge("topstreams_days_used", "Days of the window that have streams", daysUsed.length),
    gauge(
      "topstreams_days_missing",
      "Days of the window with neither log nor batch",
      daysMissing
        .length,
    ),
    gauge(
      "topstreams_rows",
      "Rows of the logs, by where they came from",
      bySource((log) => log.rows),
    ),
    gauge("topstreams_rejected_rows", "Rows that are no streams, by reason", rejectedOf(logs)),
    gauge(
      "topstreams_log_bytes",
      "Size of the logs, by where their rows came from",
      bySource((
        log,
      ) => log.sizeBytes),
    ),
    gauge(
      "topstreams_report_bytes",
      "Size of the reports",
      reports.map(({ name: _, kind, writer, sizeBytes }) => [{ kind, writer }, sizeBytes]),
    ),
    gauge(
      "topstreams_report_keys",
      "Countries or users in the reports",
      reports.map(({ kind, writer, keys }) => [{ kind, writer }, keys]),
    ),
    gauge(
      "topstreams_stage_seconds",
      "How long the stages of the run took",
      Object.entries(seconds).map(([stage, value]) => [{ stage }, value]),
    ),
    gauge("topstreams_peak_memory_bytes", "Highest resident memory of the run", peakMemoryBytes),
    gauge("topstreams_build_info", "Versions of the program and its parts", [[versions, 1]]),
  ];
}

function sumOf(logs: readonly LogSummary[], value: (log: LogSummary) => number): number {
  return logs.reduce((sum, log) => sum + value(log), 0);
}

function rejectedOf(logs: readonly LogSummary[]): Sample[] {
  const reasons = Object.keys(logs[0]?.rejected ?? {}) as (keyof LogSummary["rejected"])[];
  return reasons.map((reason) => [{ reason }, sumOf(logs, (log) => log.rejected[reason])]);
}

function familyText({ name, unit, help, samples }: Family): string {
  return [
    `# TYPE ${name} gauge`,
    ...unit === undefined ? [] : [`# UNIT ${name} ${unit}`],
    `# HELP ${name} ${help}`,
    ...samples.map(([labels, value]) => `${name}${labelsText(labels)} ${value}`),
  ].map((line) => `${line}\n`).join("");
}

function labelsText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

/** Escapes a label's value as both formats ask. */
function escaped(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
