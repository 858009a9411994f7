/**
 * The run summary: what a run used, made and took, as the JSON of `run_YYYYMMDD.json`.
 *
 * @module
 */

import type { ChartKind } from "./chart.ts";
import { type Day, formatDay, parseDay } from "./day.ts";
import type { LogRecord, Manifest } from "./manifest.ts";
import { missingDays, type RunPlan, usedDays } from "./plan.ts";
import { rejectedCount, type RowTally } from "./streams.ts";

/** A report as it was published. */
export interface ReportSummary {
  readonly name: string;
  /** What it is a chart of; `page` where it shows all charts of countries and of the world. */
  readonly kind: ChartKind | "page";
  /** The most songs of a key. */
  readonly top: number;
  /** The name of the writer. */
  readonly writer: string;
  readonly sizeBytes: number;
  /** CRC-32 of the file, eight hexadecimal digits. */
  readonly crc32: string;
  /** Keys that are in it. */
  readonly keys: number;
  /** Streams of the window that were counted. */
  readonly streams: number;
}

/** The rejected rows of a day that were kept. */
export interface QuarantineSummary {
  readonly day: string;
  /** The name of the file. */
  readonly name: string;
  readonly sizeBytes: number;
  /** CRC-32 of the file, eight hexadecimal digits. */
  readonly crc32: string;
  readonly keptRows: number;
  /** Rejected rows that did not fit. */
  readonly leftOutRows: number;
  /** Rows that may name users who are forgotten; not there where there are none. */
  readonly forgottenRows?: number;
}

/** How long the stages took, in seconds. */
export interface StageSeconds {
  /** Reading logs and making batches. */
  batching: number;
  /** Merging batches and printing reports. */
  charting: number;
  /** Making reports safe on disk and renaming them. */
  publishing: number;
}

/** What a run used, made and took. */
export interface RunSummary {
  readonly summaryVersion: 1;
  readonly date: string;
  readonly from: string;
  readonly days: number;
  readonly daysUsed: readonly string[];
  readonly daysMissing: readonly string[];
  readonly logs: readonly LogSummary[];
  readonly reports: readonly ReportSummary[];
  /** Not there in former summaries. */
  readonly asked?: AskedSummary;
  /** The rejected rows of the days used, where they are kept. */
  readonly quarantines?: readonly QuarantineSummary[];
  readonly seconds: StageSeconds;
  /** The highest resident memory that was seen, sampled between steps. */
  readonly peakMemoryBytes: number;
  /** Versions of the program, the runtime and the batch format. */
  readonly versions: Readonly<Record<string, string>>;
}

/** What a run was asked, as far as its reports depend on it and do not say it themselves. */
export interface AskedSummary {
  /** The charts, in the order in which they are made. */
  readonly charts: readonly { readonly kind: ChartKind; readonly top: number }[];
  /** Whether reports are compressed. */
  readonly compress: "gz" | "none";
  /** Whether reports have movement, where their writer takes it. */
  readonly movement: boolean;
  /** Whether pages have titles. */
  readonly titles: boolean;
}

/** A log of the window. */
export interface LogSummary {
  readonly day: string;
  readonly name: string;
  /** The name of the reader. */
  readonly reader: string;
  /** How it is compressed, where it is. */
  readonly compression?: string;
  /** Whether the log was read, or its batch was there. */
  readonly from: "log" | "batch";
  readonly sizeBytes: number;
  /** CRC-32 of the log, eight hexadecimal digits. */
  readonly crc32: string;
  readonly rows: number;
  readonly streams: number;
  readonly rejectedRows: number;
  /** Rejected rows by reason. */
  readonly rejected: RowTally["rejected"];
}

/** What a summary is made of. */
export interface SummaryParts extends Pick<RunSummary, "reports" | "seconds" | "asked"> {
  readonly plan: RunPlan;
  /** The manifests of the days that were used. */
  readonly manifests: ReadonlyMap<Day, Manifest>;
  /** The days whose log was read. */
  readonly builtDays: ReadonlySet<Day>;
  readonly peakMemoryBytes: number;
  readonly versions: Readonly<Record<string, string>>;
  /** Whether rejected rows are kept. */
  readonly hasQuarantine?: boolean;
}

/** Makes the summary of a run. */
export function summaryOf(parts: SummaryParts): RunSummary {
  const { plan, manifests, builtDays } = parts;
  return {
    summaryVersion: 1,
    date: formatDay(plan.date),
    from: formatDay(plan.window.from),
    days: plan.days.length,
    daysUsed: usedDays(plan).map(formatDay),
    daysMissing: missingDays(plan).map(formatDay),
    logs: [...manifests.values()].sort((a, b) => a.day - b.day).flatMap((manifest) =>
      manifest.logs.map((log) => logSummary(manifest.day, log, builtDays.has(manifest.day)))
    ),
    reports: parts.reports,
    asked: parts.asked,
    ...parts.hasQuarantine === true ? { quarantines: quarantinesOf(manifests) } : {},
    seconds: parts.seconds,
    peakMemoryBytes: parts.peakMemoryBytes,
    versions: parts.versions,
  };
}

function quarantinesOf(manifests: SummaryParts["manifests"]): QuarantineSummary[] {
  return [...manifests.values()].sort((a, b) => a.day - b.day).flatMap(({ day, quarantine }) =>
    quarantine === undefined
      ? []
      : [{ day: formatDay(day), ...quarantine, crc32: hexadecimal(quarantine.crc32) }]
  );
}

function logSummary(day: Day, log: LogRecord, isBuilt: boolean): LogSummary {
  const { name, reader, compression, sizeBytes, tally } = log;
  const rejectedRows = rejectedCount(tally.rejected);
  return {
    day: formatDay(day),
    name,
    reader,
    compression,
    from: isBuilt ? "log" : "batch",
    sizeBytes,
    crc32: hexadecimal(log.crc32),
    rows: tally.rows,
    streams: tally.rows - rejectedRows,
    rejectedRows,
    rejected: tally.rejected,
  };
}

/** Writes a CRC-32 as eight hexadecimal digits. */
export function hexadecimal(crc: number): string {
  return crc.toString(16).padStart(8, "0");
}

/**
 * Reads a published summary, of this version or a former one.
 *
 * @returns the summary, or `undefined` where the text is none
 */
export function runIn(text: string): RunSummary | undefined {
  try {
    const run = JSON.parse(text);
    const isSound = parseDay(String(run.date)) !== undefined &&
      [run.daysUsed, run.daysMissing, run.logs, run.reports].every(Array.isArray) &&
      run.daysUsed.length > 0 &&
      [...run.daysUsed, ...run.daysMissing].every((day) => parseDay(String(day)) !== undefined);
    return isSound ? run : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Reads which days a published summary used.
 *
 * @returns the days, or `undefined` where the text is no summary
 */
export function daysUsedIn(text: string): Day[] | undefined {
  try {
    const { daysUsed } = JSON.parse(text);
    const days = Array.isArray(daysUsed) ? daysUsed.map((day) => parseDay(String(day))) : [];
    return days.length > 0 && !days.includes(undefined) ? days as Day[] : undefined;
  } catch {
    return undefined;
  }
}
