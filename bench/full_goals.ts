/**
 * What must be reached at full size, and how far measured cases are from it.
 *
 * @module
 */

import type { CaseName, CaseResult, Profile } from "./full_cases.ts";
import { median } from "./measure.ts";

/** The rows of a day for which the bounds hold. */
export const GOALS_ROWS = 30_000_000;

/** One measured figure with its bound and its aim; less is better. */
export interface Goal {
  readonly what: string;
  readonly measured: number;
  readonly bound: number;
  readonly aim: number;
  readonly format: (value: number) => string;
}

type Limits = Pick<Goal, "bound" | "aim" | "format">;

const seconds = (value: number): string => `${value.toFixed(1)} s`;
const times = (value: number): string => `${value.toFixed(2)}x`;
const mebibytes = (value: number): string => `${value.toFixed(0)} MiB`;

const SECONDS: Readonly<Partial<Record<CaseName, Limits>>> = {
  day: { bound: 6, aim: 4, format: seconds },
  daily: { bound: 20, aim: 12, format: seconds },
  cold: { bound: 60, aim: 40, format: seconds },
};
const PEAK: Limits = { bound: 512, aim: 384, format: mebibytes };
const DISK: Limits = { bound: 0.35, aim: 0.25, format: times };
const LARGE_TIME: Limits = { bound: 4.4, aim: 4, format: times };
const LARGE_MEMORY: Limits = { bound: 1.1, aim: 1, format: times };
const WINDOW_TIME: Limits = { bound: 4.4, aim: 4.4, format: times };

const timeOf = ({ runs }: CaseResult): number => median(runs.map((run) => run.seconds));
const peakOf = ({ runs }: CaseResult): number => Math.max(...runs.map((run) => run.peakBytes));

/** Holds the cases that were measured against their goals. */
export function goalsOf(results: readonly CaseResult[]): Goal[] {
  return [
    ...(["wide", "sample"] as const).flatMap((profile) => profileGoals(results, profile)),
    ...ratioGoals(results),
  ];
}

function profileGoals(results: readonly CaseResult[], profile: Profile): Goal[] {
  const ours = results.filter((result) => result.profile === profile);
  const goals: Goal[] = [];
  for (const result of ours.filter(({ isVariant }) => !isVariant)) {
    const limits = SECONDS[result.name];
    const what = `${result.what}, ${profile}`;
    if (limits) goals.push({ what, measured: timeOf(result), ...limits });
  }
  if (ours.length === 0) return goals;
  const highest = Math.max(...ours.map(peakOf)) / 2 ** 20;
  const disk = ours.map(({ batchBytes, logBytes }) => batchBytes / logBytes);
  return [
    ...goals,
    { what: `peak memory, highest of all cases, ${profile}`, measured: highest, ...PEAK },
    { what: `batches on disk against logs, ${profile}`, measured: Math.max(...disk), ...DISK },
  ];
}

function ratioGoals(results: readonly CaseResult[]): Goal[] {
  const find = (name: CaseName): CaseResult | undefined =>
    results.find((result) => result.name === name && result.profile === "wide");
  const [day, daily, large, window] = (["day", "daily", "large", "window"] as const).map(find);
  const goals: Goal[] = [];
  if (day && large) {
    const time = timeOf(large) / timeOf(day);
    const memory = peakOf(large) / peakOf(day);
    goals.push({ what: "a day of four times the rows: time", measured: time, ...LARGE_TIME });
    goals.push({ what: "a day of four times the rows: memory", measured: memory, ...LARGE_MEMORY });
  }
  if (daily && window) {
    const time = timeOf(window) / timeOf(daily);
    goals.push({ what: "28 days against 7, daily run: time", measured: time, ...WINDOW_TIME });
  }
  return goals;
}
