/**
 * Generated logs to measure with: made once, then reused.
 *
 * @module
 */

import { type Day, daysOf, parseDay, windowEnding } from "../core/day.ts";
import type { IdKind } from "../core/streams.ts";
import { logName } from "../core/names.ts";
import { measureProgram } from "./measure.ts";

/** The last day of all generated logs. */
export const LAST_DAY = parseDay("2021-12-01")!;
/** The same as in file names. */
export const LAST_DATE = "20211201";

/** Which logs. */
export interface WantedLogs {
  readonly profile: "wide" | "sample";
  readonly days: number;
  readonly rows: number;
  /** Without rejected rows. */
  readonly isClean?: boolean;
  /** Numbers by default. */
  readonly ids?: IdKind;
}

/** Makes the logs that are not there yet; returns their folder. */
export async function ensureLogs(wanted: WantedLogs): Promise<string> {
  const { profile, days, rows, isClean = false, ids = "number" } = wanted;
  const folder = `bench/data/${profile}-${rows}${ids === "text" ? "-text" : ""}${
    isClean ? "-clean" : ""
  }`;
  const absent = daysOf(windowEnding(LAST_DAY, days)).filter((day) => !isThere(folder, day));
  for (const day of absent) {
    console.log(`Making ${folder}/${logName(day)}`);
    const date = logName(day).slice(7, 15);
    const size = ["--rows", String(rows), "--profile", profile, "--date", date, "--ids", ids];
    if (isClean) size.push("--corrupt", "0%");
    await measureProgram("generate", "--out", folder, ...size);
  }
  return folder;
}

function isThere(folder: string, day: Day): boolean {
  try {
    return Deno.statSync(`${folder}/${logName(day)}`).isFile;
  } catch {
    return false;
  }
}
