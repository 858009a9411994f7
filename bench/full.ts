/**
 * The full size: days and weeks of 30 M rows with two jobs, held against what must be reached.
 *
 * `deno task bench:full [ROWS] [CASE,CASE]`, cases day, daily, cold, large, window; the logs are
 * kept in bench/data/.
 *
 * @module
 */

import { CASE_NAMES, type CaseName, type CaseResult, Cases } from "./full_cases.ts";
import { type Goal, GOALS_ROWS, goalsOf } from "./full_goals.ts";
import { circumstances, factList, keepResult, median, table } from "./measure.ts";

const ROWS = Number(Deno.args[0] ?? GOALS_ROWS);

/** The cases that are asked for, and those that they are compared with. */
function chosenCases(list = CASE_NAMES.join(",")): Set<CaseName> {
  const chosen = new Set(list.split(",") as CaseName[]);
  for (const name of chosen) {
    if (!CASE_NAMES.includes(name)) throw new Error(`Unknown case "${name}": ${CASE_NAMES}`);
  }
  if (chosen.has("large")) chosen.add("day");
  if (chosen.has("window")) chosen.add("daily");
  return chosen;
}

function goalLine({ what, measured, bound, aim, format }: Goal): string[] {
  const verdict = (limit: number): string =>
    ROWS !== GOALS_ROWS ? "-" : measured <= limit ? "met" : "not met";
  return [what, format(measured), format(bound), verdict(bound), format(aim), verdict(aim)];
}

const GOAL_HEADS = ["case", "measured", "bound", "bound is", "aim", "aim is"];

function caseLine(result: CaseResult): string[] {
  const seconds = median(result.runs.map((run) => run.seconds));
  const stage = (name: "batching" | "charting" | "publishing"): string =>
    median(result.runs.map((run) => run.stages[name])).toFixed(1);
  return [
    `${result.what}, ${result.profile}`,
    `${seconds.toFixed(1)} (${result.runs.length})`,
    (result.rows / seconds / 1e6).toFixed(1),
    (result.logBytes / seconds / 1e6).toFixed(0),
    `${stage("batching")} / ${stage("charting")}`,
    stage("publishing"),
    (Math.max(...result.runs.map((run) => run.peakBytes)) / 2 ** 20).toFixed(0),
    result.checksums.join(" "),
  ];
}

const CASE_HEADS = [
  "case",
  "seconds (median of)",
  "M rows/s",
  "MB/s of log",
  "batching / charting s",
  "publishing (sync) s",
  "peak MiB",
  "CRC-32 of the reports",
];

const NOTES = `
- Seconds are those of the whole process, the sync of the reports included.
- Peak memory is the kernel's high-water mark of the process with its workers.
- Before each case one run is not timed; it also builds the batches that are to be there.
- Reports were read back and their CRC-32 computed; in each case they are the same in every run.
- The reports of one day are the same with one job and with 256 MiB.
- Rows and bytes are those of the whole window, whether from logs or from batches.
- The 28 days are seven logs under four names each (hard links).
`;

const names = chosenCases(Deno.args[1]);
const cases = new Cases(ROWS);
const results: CaseResult[] = [];
for (const profile of ["wide", "sample"] as const) {
  for (const name of CASE_NAMES.filter((each) => names.has(each))) {
    for (const result of await cases.measure(name, profile)) {
      results.push(result);
      console.log(caseLine(result).join("  "));
    }
  }
}
const facts = {
  ...await circumstances(`deno task bench:full ${Deno.args.join(" ")}`.trim()),
  logs: `${ROWS} rows a day, page cache warm`,
};
const goals = goalsOf(results);
const text = `# Full size: ${ROWS} rows a day, two jobs\n\n${factList(facts)}
${table(GOAL_HEADS, goals.map(goalLine))}${NOTES}
${table(CASE_HEADS, results.map(caseLine))}`;
// What is not the whole bench does not take the place of its result.
const part = [ROWS === GOALS_ROWS ? [] : ROWS, Deno.args[1]?.replaceAll(",", "-") ?? []].flat();
keepResult(["full", ...part].join("-"), text, { facts, goals, results });
