/**
 * The names of files and folders, and the days they stand for.
 *
 * @module
 */

import { compactDay, type Day, parseDay } from "./day.ts";
import { KEY_KINDS, type KeyKind } from "./streams.ts";

/** The name of the manifest in a batch's folder. */
export const MANIFEST_NAME = "manifest.json";

/** The name of a day's log. */
export function logName(day: Day): string {
  return `listen-${compactDay(day)}.log`;
}

/** The day of a log by its file name, or `undefined` where it is no log's name. */
export function dayOfLog(name: string): Day | undefined {
  return dayIn(/^listen-(\d{8})\.log$/, name);
}

/** The day of a compressed log by its file name; this version reads plain ones only. */
export function dayOfCompressedLog(name: string): Day | undefined {
  return dayIn(/^listen-(\d{8})\.log\.(?:gz|zst)$/, name);
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
export function reportName(kind: KeyKind, top: number, date: Day, extension: string): string {
  return `${kind}_top${top}_${compactDay(date)}.${extension}`;
}

/** The name of the run summary of a date. */
export function summaryName(date: Day): string {
  return `run_${compactDay(date)}.json`;
}

/**
 * The date of a report or a run summary by its file name.
 *
 * @param extensions the endings of reports; a file of another ending is not ours
 */
export function dateOfResult(name: string, extensions: readonly string[]): Day | undefined {
  const kinds = KEY_KINDS.join("|");
  const report = new RegExp(`^(?:${kinds})_top[1-9]\\d*_(\\d{8})\\.(.+)$`).exec(name);
  if (report !== null && extensions.includes(report[2])) return parseDay(report[1]);
  return dayIn(/^run_(\d{8})\.json$/, name);
}

function dayIn(pattern: RegExp, name: string): Day | undefined {
  const parts = pattern.exec(name);
  return parts === null ? undefined : parseDay(parts[1]);
}
