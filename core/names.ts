/**
 * The names of files and folders, and the days they stand for.
 *
 * @module
 */

import { compactDay, type Day, parseDay } from "./day.ts";
import { CHART_KINDS, type ChartKind } from "./chart.ts";
import type { KeyKind } from "./streams.ts";

/** The name of the manifest in a batch's folder. */
export const MANIFEST_NAME = "manifest.json";

/** How logs are called where nothing else is said. */
export const DEFAULT_LOG_NAME = "listen-{YYYYMMDD}.log";

/** The name of a day's log by the default pattern. */
export function logName(day: Day): string {
  return `listen-${compactDay(day)}.log`;
}

/** How days are found in the names of logs. */
export interface LogPattern {
  /** The pattern as it was given. */
  readonly text: string;
  /** Whether a day may have several logs: the pattern has a `*`. */
  readonly hasSeveral: boolean;
  /** What names are held against. */
  readonly expression: RegExp;
}

/** What stands for a part of a day, and what it is in a name. */
const DAY_PARTS = {
  "{YYYYMMDD}": "(?<day>\\d{8})",
  "{YYYY}": "(?<year>\\d{4})",
  "{MM}": "(?<month>\\d{2})",
  "{DD}": "(?<date>\\d{2})",
} as const;

/**
 * Reads a pattern of file names such as `listen-{YYYYMMDD}.log` or
 * `plays-{YYYY}-{MM}-{DD}-*.csv.gz`.
 *
 * It holds `{YYYYMMDD}`, or `{YYYY}`, `{MM}` and `{DD}`, each once; `*` stands for any characters.
 * Names may end in `.gz` or `.zst` besides, unless the pattern does. Names that begin with a dot
 * are no logs.
 *
 * @returns the pattern, or what is wrong with it
 */
export function parseLogPattern(text: string): LogPattern | string {
  if (/[/\\\0]/.test(text)) return "a path";
  const parts = text.split(/(\{\w+\}|\*)/);
  const found = parts.filter((part) => part in DAY_PARTS).sort().join("");
  const unknown = parts.find((part) => /^\{\w+\}$/.test(part) && !(part in DAY_PARTS));
  if (unknown !== undefined) return `unknown "${unknown}"`;
  if (found !== "{YYYYMMDD}" && found !== "{DD}{MM}{YYYY}") return "no whole day in it, once";
  const body = parts.map((part) =>
    part === "*"
      ? ".*"
      : part in DAY_PARTS
      ? DAY_PARTS[part as keyof typeof DAY_PARTS]
      : part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")
  ).join("");
  const ending = /\.(?:gz|zst)$/.test(text) ? "" : "(?:\\.(?:gz|zst))?";
  const expression = new RegExp(`^(?!\\.)${body}${ending}$`);
  return { text, hasSeveral: text.includes("*"), expression };
}

/** The day of a log by its file name, or `undefined` where it is no log's name. */
export function dayOfLog(name: string, { expression }: LogPattern): Day | undefined {
  const groups = expression.exec(name)?.groups;
  if (groups === undefined) return undefined;
  return parseDay(groups.day ?? `${groups.year}${groups.month}${groups.date}`);
}

/** The name of the folder of a day's batch. */
export function batchFolderName(day: Day): string {
  return compactDay(day);
}

/** The day of a batch by the name of its folder. */
export function dayOfBatchFolder(name: string): Day | undefined {
  return dayIn(/^(\d{8})$/, name);
}

/** The name of a batch file in its folder. */
export function batchFileName(kind: KeyKind): string {
  return `${kind}.batch`;
}

/** The name of a report. */
export function reportName(kind: ChartKind, top: number, date: Day, extension: string): string {
  return `${kind}_top${top}_${compactDay(date)}.${extension}`;
}

/** A report of users, by its file name. */
export interface UserReport {
  readonly name: string;
  readonly top: number;
  readonly date: Day;
  /** The ending of its writer. */
  readonly extension: string;
  readonly isCompressed: boolean;
}

/** Reads the name of a report of users; `undefined` of another file. */
export function userReportOf(name: string): UserReport | undefined {
  const parts = /^user_top([1-9]\d*)_(\d{8})\.(.+?)(\.gz)?$/.exec(name);
  const date = parts === null ? undefined : parseDay(parts[2]);
  if (parts === null || date === undefined) return undefined;
  const [, top, , extension, compression] = parts;
  return { name, top: Number(top), date, extension, isCompressed: compression !== undefined };
}

/** The name of a page: all charts of a date for people. */
export function pageName(date: Day, extension: string): string {
  return `charts_${compactDay(date)}.${extension}`;
}

/** The name of the file with the rejected rows of a day. */
export function quarantineName(day: Day): string {
  return `rejected-${compactDay(day)}.jsonl`;
}

/** The day of a quarantine by its file name. */
export function dayOfQuarantine(name: string): Day | undefined {
  return dayIn(/^rejected-(\d{8})\.jsonl$/, name);
}

/** The name of the run summary of a date. */
export function summaryName(date: Day): string {
  return `run_${compactDay(date)}.json`;
}

/**
 * The date of a report, a page or a run summary by its file name.
 *
 * A file of another ending is not ours.
 *
 * @param extensions the endings of reports, to which `.gz` may be added
 * @param pageExtensions those of pages
 */
export function dateOfResult(
  name: string,
  extensions: readonly string[],
  pageExtensions: readonly string[] = [],
): Day | undefined {
  const kinds = CHART_KINDS.join("|");
  const parts = new RegExp(`^(charts|(?:${kinds})_top[1-9]\\d*)_(\\d{8})\\.(.+?)(?:\\.gz)?$`).exec(
    name,
  );
  const known = parts?.[1] === "charts" ? pageExtensions : extensions;
  if (parts !== null && known.includes(parts[3])) return parseDay(parts[2]);
  return dayIn(/^run_(\d{8})\.json$/, name);
}

function dayIn(pattern: RegExp, name: string): Day | undefined {
  const parts = pattern.exec(name);
  return parts === null ? undefined : parseDay(parts[1]);
}
