/**
 * The cases of the full size: which logs, what lies there before each run, how often.
 *
 * @module
 */

import { logName } from "../core/names.ts";
import type { IdKind } from "../core/streams.ts";
import type { RunSummary, StageSeconds } from "../core/summary.ts";
import { ensureLogs, LAST_DATE, LAST_DAY } from "./logs.ts";
import { measureProgram, readSummary } from "./measure.ts";
import { bytesBelow, checkedReports, removeFolder, warmPageCache } from "./reports.ts";

const WORK = "bench/data/full-work";
const BATCH = `${WORK}/batch`;
const RESULTS = `${WORK}/results`;
const LINKS = `${WORK}/logs`;

/** The cases in the order in which they are measured. */
export const CASE_NAMES = ["day", "daily", "cold", "large", "window"] as const;
export type CaseName = typeof CASE_NAMES[number];
export type Profile = "wide" | "sample";

/** One timed run. */
export interface TimedRun {
  readonly seconds: number;
  readonly peakBytes: number;
  readonly stages: StageSeconds;
}

/** A case as it was measured. */
export interface CaseResult {
  readonly name: CaseName;
  readonly what: string;
  readonly profile: Profile;
  /** Not the case itself but one run of it with other options. */
  readonly isVariant: boolean;
  readonly rows: number;
  readonly logBytes: number;
  readonly batchBytes: number;
  readonly runs: readonly TimedRun[];
  /** The CRC-32 of every report. */
  readonly checksums: readonly string[];
}

interface Plan {
  readonly what: string;
  readonly days: number;
  /** Its logs: so many days of so many times the rows. */
  readonly logDays: 1 | 7;
  readonly rowsFactor: 1 | 4;
  /** What a run finds: nothing, or the batches of all days but the last. */
  readonly before: "nothing" | "batches";
  readonly repeats: number;
  readonly profiles: readonly Profile[];
}

const PROFILES: readonly Profile[] = ["wide", "sample"];
const DAY = { days: 1, logDays: 1, rowsFactor: 1, before: "nothing", repeats: 5 } as const;
const WEEK = { days: 7, logDays: 7, rowsFactor: 1, repeats: 3 } as const;

const PLANS: Readonly<Record<CaseName, Plan>> = {
  day: { what: "one new day, window of 1", ...DAY, profiles: PROFILES },
  daily: { what: "daily run, six batches there", ...WEEK, before: "batches", profiles: PROFILES },
  cold: { what: "cold, seven days of logs", ...WEEK, before: "nothing", profiles: PROFILES },
  large: {
    ...DAY,
    what: "one new day of four times the rows",
    rowsFactor: 4,
    repeats: 3,
    profiles: ["wide"],
  },
  window: {
    ...WEEK,
    what: "daily run, window of 28",
    days: 28,
    before: "batches",
    profiles: ["wide"],
  },
};

const TWO_JOBS = ["--jobs", "2"];
/** Options that must not change a byte of the reports. */
const VARIANTS = [["--jobs", "1"], ["--memory", "256MiB", ...TWO_JOBS]];

/** Measures cases on logs of so many rows a day. */
export class Cases {
  readonly #rows: number;
  readonly #ids: IdKind;

  constructor(rows: number, ids: IdKind = "number") {
    this.#rows = rows;
    this.#ids = ids;
  }

  /** Measures a case, and its variants; nothing where the profile has no such case. */
  async measure(name: CaseName, profile: Profile): Promise<CaseResult[]> {
    const plan = PLANS[name];
    if (!plan.profiles.includes(profile)) return [];
    const rows = this.#rows * plan.rowsFactor;
    const folder = await ensureLogs({ profile, days: plan.logDays, rows, ids: this.#ids });
    warmPageCache(folder);
    removeFolder(WORK);
    Deno.mkdirSync(WORK, { recursive: true });
    const logs = plan.days > plan.logDays ? linkLogs(folder, plan.days, plan.logDays) : folder;
    try {
      return await measureCase({ name, profile, plan, logs, ids: this.#ids });
    } finally {
      removeFolder(WORK);
    }
  }
}

/** Puts the logs of a week under as many names as there are days, the newest as itself. */
function linkLogs(folder: string, days: number, logDays: number): string {
  Deno.mkdirSync(LINKS);
  for (let i = 0; i < days; i++) {
    const from = `${folder}/${logName(LAST_DAY - i % logDays)}`;
    Deno.linkSync(from, `${LINKS}/${logName(LAST_DAY - i)}`);
  }
  return LINKS;
}

interface CaseParts {
  readonly name: CaseName;
  readonly profile: Profile;
  readonly plan: Plan;
  readonly logs: string;
  readonly ids: IdKind;
}

async function measureCase(parts: CaseParts): Promise<CaseResult[]> {
  await runOnce(parts, TWO_JOBS);
  const results = [await measureRuns(parts, TWO_JOBS, parts.plan.repeats)];
  if (parts.name !== "day") return results;
  for (const options of VARIANTS) {
    const result = await measureRuns(parts, options, 1);
    const what = `${result.what}, ${options.join(" ")}`;
    results.push({ ...result, what, isVariant: true });
  }
  return results;
}

/**
 * Measures runs that all must make the reports that are there.
 *
 * @throws {Error} where one makes others
 */
async function measureRuns(
  parts: CaseParts,
  options: readonly string[],
  repeats: number,
): Promise<CaseResult> {
  const runs: TimedRun[] = [];
  let summary = readSummary(RESULTS, LAST_DATE);
  const expected = checksumsOf(summary);
  for (let i = 0; i < repeats; i++) {
    prepare(parts.plan);
    const { seconds, peakBytes } = await runOnce(parts, options);
    summary = readSummary(RESULTS, LAST_DATE);
    runs.push({ seconds, peakBytes, stages: summary.seconds });
    checkSame(expected, checksumsOf(summary), options.join(" "));
  }
  const sum = (values: number[]): number => values.reduce((a, b) => a + b, 0);
  return {
    name: parts.name,
    what: parts.plan.what,
    profile: parts.profile,
    isVariant: false,
    rows: sum(summary.logs.map((log) => log.rows)),
    logBytes: sum(summary.logs.map((log) => log.sizeBytes)),
    batchBytes: bytesBelow(BATCH),
    runs,
    checksums: checkedReports(RESULTS, summary),
  };
}

function prepare({ before }: Plan): void {
  removeFolder(RESULTS);
  removeFolder(before === "nothing" ? BATCH : `${BATCH}/${LAST_DATE}`);
}

function runOnce({ plan, logs, ids }: CaseParts, options: readonly string[]) {
  const window = ["--date", LAST_DATE, "--days", String(plan.days), "--ids", ids];
  const folders = ["--logs", logs, "--batch", BATCH, "--results", RESULTS];
  return measureProgram("run", "--strict", ...window, ...folders, ...options);
}

function checksumsOf({ reports }: RunSummary): string {
  return reports.map((report) => report.crc32).join(" ");
}

function checkSame(expected: string, found: string, options: string): void {
  if (found === expected) return;
  throw new Error(`Reports differ with ${options}: CRC-32 ${found}, expected ${expected}`);
}
