/**
 * One day of 30 M rows with both charts, and a window of seven such days from batches, with one job.
 *
 * `deno task bench:day [ROWS]`; the logs are kept in bench/data/.
 *
 * @module
 */

import { ensureLogs, LAST_DATE } from "./logs.ts";
import {
  circumstances,
  keepResult,
  type Measured,
  measureProgram,
  median,
  readSummary,
  table,
} from "./measure.ts";

const ROWS = Number(Deno.args[0] ?? 30_000_000);
const REPEATS = 3;

interface Row {
  readonly name: string;
  readonly rows: number;
  readonly logBytes: number;
  readonly runs: readonly Measured[];
  readonly stages: string;
  readonly checksums: string;
}

async function measureCase(name: string, profile: "wide" | "sample", days: 1 | 7): Promise<Row> {
  const logs = await ensureLogs({ profile, days, rows: ROWS });
  const work = "bench/data/work";
  const folders = ["--logs", logs, "--batch", `${work}/batch`, "--results", `${work}/results`];
  const args = [
    "run",
    "--jobs",
    "1",
    "--date",
    LAST_DATE,
    "--days",
    String(days),
    "--replace",
    ...folders,
  ];
  const clean = () => Deno.removeSync(work, { recursive: true });
  const runs: Measured[] = [];
  Deno.mkdirSync(work, { recursive: true });
  if (days === 7) await measureProgram(...args);
  for (let i = 0; i < REPEATS; i++) {
    if (days === 1) clean();
    runs.push(await measureProgram(...args));
  }
  const summary = readSummary(`${work}/results`, LAST_DATE);
  clean();
  const { batching, charting, publishing } = summary.seconds;
  return {
    name: `${name}, ${profile}`,
    rows: summary.logs.reduce((sum, log) => sum + log.rows, 0),
    logBytes: summary.logs.reduce((sum, log) => sum + log.sizeBytes, 0),
    runs,
    stages: `${batching.toFixed(1)} / ${charting.toFixed(1)} / ${publishing.toFixed(1)}`,
    checksums: summary.reports.map((report) => report.crc32).join(" "),
  };
}

function line(row: Row): string[] {
  const seconds = median(row.runs.map((run) => run.seconds));
  return [
    row.name,
    seconds.toFixed(1),
    (row.rows / seconds / 1e6).toFixed(1),
    (row.logBytes / seconds / 1e6).toFixed(0),
    row.stages,
    (Math.max(...row.runs.map((run) => run.peakBytes)) / 2 ** 20).toFixed(0),
    row.checksums,
  ];
}

const rows: Row[] = [];
for (const profile of ["wide", "sample"] as const) {
  rows.push(await measureCase("one new day, window of 1", profile, 1));
  rows.push(await measureCase("window of 7, all from batches", profile, 7));
}
const facts = await circumstances("deno task bench:day");
const heads = [
  "case",
  "seconds (median of 3)",
  "M rows/s",
  "MB/s of log",
  "batching / charting / publishing s",
  "peak MiB",
  "CRC-32 of the reports",
];
const markdown = `# One day and a week of ${ROWS} rows a day, one job\n\n` +
  Object.entries(facts).map(([name, fact]) => `- ${name}: ${fact}\n`).join("") +
  `\n${table(heads, rows.map(line))}`;
keepResult("day", markdown, { facts, rows });
