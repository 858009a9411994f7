/**
 * How long a run takes to stop: SIGTERM at moments spread over a cold run of two days.
 *
 * `deno task bench:stops [ROWS] [STOPS]`; each stop must end with status 143 and leave no reports.
 *
 * @module
 */

import { circumstances, factList, keepResult, median, PROGRAM, table } from "./measure.ts";
import { ensureLogs } from "./logs.ts";

const ROWS = Number(Deno.args[0] ?? 30_000_000);
const STOPS = Number(Deno.args[1] ?? 20);
const FOLDER = "bench/data/stops";

const logs = await ensureLogs({ profile: "wide", days: 2, rows: ROWS });

/** Makes the folder new and empty. */
function clear(): void {
  Deno.mkdirSync(FOLDER, { recursive: true });
  Deno.removeSync(FOLDER, { recursive: true });
  Deno.mkdirSync(FOLDER);
}

function start(jobs: number): Deno.ChildProcess {
  clear();
  const words = ["run", "--logs", logs, "--batch", `${FOLDER}/batch`, "--results"];
  const args = [...PROGRAM, ...words, `${FOLDER}/results`, "--days", "2", "--jobs", String(jobs)];
  return new Deno.Command(Deno.execPath(), { args, stdout: "null", stderr: "null" }).spawn();
}

/** Seconds of a run that is not stopped. */
async function whole(jobs: number): Promise<number> {
  const began = performance.now();
  const { code } = await start(jobs).status;
  if (code !== 0) throw new Error(`Cannot measure a run with ${jobs} jobs: status ${code}`);
  return (performance.now() - began) / 1000;
}

/** Milliseconds from the signal to the end of the process; nothing where it had ended before. */
async function stopAfter(jobs: number, seconds: number): Promise<number | undefined> {
  const process = start(jobs);
  await new Promise((resolve) => setTimeout(resolve, 1000 * seconds));
  const signalled = performance.now();
  try {
    process.kill("SIGTERM");
  } catch {
    // It was faster this time.
  }
  const { code } = await process.status;
  const took = performance.now() - signalled;
  if (code === 0) return undefined;
  const names = Array.from(Deno.readDirSync(FOLDER), ({ name }) => name);
  if (code === 143 && !names.includes("results")) return took;
  throw new Error(`Cannot stop a run after ${seconds} s: status ${code}, ${names}`);
}

const rows: string[][] = [];
const results = [];
for (const jobs of [1, 2]) {
  const seconds = await whole(jobs);
  const stops: number[] = [];
  for (let stop = 0; stop < STOPS; stop++) {
    const took = await stopAfter(jobs, 0.5 + (seconds * 0.95 - 0.5) * stop / STOPS);
    if (took !== undefined) stops.push(took);
  }
  results.push({ jobs, seconds, stops });
  const figures = [median(stops), Math.max(...stops)].map((value) => value.toFixed(0));
  rows.push([`--jobs ${jobs}`, seconds.toFixed(1), String(stops.length), ...figures]);
}
Deno.removeSync(FOLDER, { recursive: true });
const facts = {
  ...await circumstances(`deno task bench:stops ${Deno.args.join(" ")}`.trim()),
  logs: `two days of ${ROWS} rows, none of them batched`,
};
const heads = ["run", "whole run s", "stops", "median ms", "slowest ms"];
const text = `# Stopping: ${ROWS} rows a day\n\n${factList(facts)}
SIGTERM at moments spread over the run; milliseconds until the process has ended with status 143, no
reports and no folders of the run left.\n\n${table(heads, rows)}`;
keepResult(ROWS === 30_000_000 ? "stops" : `stops-${ROWS}`, text, { facts, results });
