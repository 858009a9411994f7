/**
 * What an operator asks: seconds and peak memory of whole processes, on a week of batches.
 *
 * `deno task bench:operator [--rows N]`; logs and batches are kept in bench/data/. Another command
 * is another line of {@linkcode CASES}.
 *
 * @module
 */

import { denoStore } from "../io/store.ts";
import { ensureLogs, LAST_DATE } from "./logs.ts";
import {
  circumstances,
  factList,
  keepResult,
  type Measured,
  measureProgram,
  median,
  table,
} from "./measure.ts";

const FULL_ROWS = 30_000_000;
const at = Deno.args.indexOf("--rows");
const rows = at < 0 ? FULL_ROWS : Number(Deno.args[at + 1]);
if (!Number.isInteger(rows) || rows < 1) {
  throw new Error(`Cannot measure with --rows ${Deno.args[at + 1]}: expected a whole number`);
}
const FOLDER = `bench/data/operator-${rows}`;

/** A question, and whether an answer is the right one. */
interface Case {
  readonly name: string;
  /** What is typed behind the options of the folders. */
  readonly words: (folders: Folders) => readonly string[];
  /** The first run warms up and does not count. */
  readonly times: number;
  readonly isRight: (answer: Measured) => boolean;
}

interface Folders {
  readonly logs: string;
  readonly batch: string;
  readonly results: string;
}

const read = ({ logs, batch }: Folders): string[] => ["--logs", logs, "--batch", batch];

const CASES: readonly Case[] = [
  {
    name: "status",
    words: (folders) => ["status", ...read(folders), "--results", folders.results, "--json"],
    times: 6,
    isRight: ({ stdout }) => JSON.parse(stdout).nextRun.reuseBatches.length === 7,
  },
  {
    name: "run --dry-run",
    words: (folders) => ["run", ...read(folders), "--results", folders.results, "--dry-run"],
    times: 6,
    isRight: ({ stdout }) => /^ {2}reuses {4}batches of 2021-11-25, /m.test(stdout),
  },
  {
    name: "verify",
    words: (folders) => ["verify", ...read(folders)],
    times: 4,
    isRight: ({ stdout }) => stdout === "7 batches, 0 reports: nothing wrong\n",
  },
  {
    name: "verify --deep",
    words: (folders) => ["verify", ...read(folders), "--deep"],
    times: 2,
    isRight: ({ stdout }) => stdout === "7 batches, 7 logs read again, 0 reports: nothing wrong\n",
  },
  {
    name: "verify --results",
    words: (folders) => ["verify", ...read(folders), "--results", folders.results],
    times: 2,
    isRight: ({ stdout }) => stdout === "7 batches, 2 reports: nothing wrong\n",
  },
];

/** Makes a week of batches with their reports, where they are not there yet. */
async function ensureWeek(): Promise<Folders> {
  const logs = await ensureLogs({ profile: "wide", days: 7, rows });
  const folders = { logs, batch: `${FOLDER}/batch`, results: `${FOLDER}/results` };
  if (denoStore.info(`${folders.results}/run_${LAST_DATE}.json`) === undefined) {
    const words = ["run", ...read(folders), "--results", folders.results, "--quiet"];
    await measureProgram(...words, "--date", LAST_DATE);
  }
  return folders;
}

interface Result {
  readonly name: string;
  readonly seconds: number;
  readonly peakBytes: number;
  readonly times: number;
}

async function resultOf({ name, words, times, isRight }: Case, folders: Folders): Promise<Result> {
  const answers: Measured[] = [];
  for (let i = 0; i < times; i++) {
    const answer = await measureProgram(...words(folders));
    if (!isRight(answer)) throw new Error(`Cannot measure ${name}: it wrote\n${answer.stdout}`);
    answers.push(answer);
  }
  const counted = answers.slice(1);
  return {
    name,
    seconds: median(counted.map(({ seconds }) => seconds)),
    peakBytes: Math.max(...counted.map(({ peakBytes }) => peakBytes)),
    times: counted.length,
  };
}

const folders = await ensureWeek();
const results: Result[] = [];
for (const each of CASES) results.push(await resultOf(each, folders));
const facts = {
  ...await circumstances(`deno task bench:operator${at < 0 ? "" : ` --rows ${rows}`}`),
  logs: `${rows} rows a day, seven days, page cache warm`,
};
const lines = results.map(({ name, seconds, peakBytes, times }) => [
  name,
  `${seconds.toFixed(2)} (${times})`,
  String(Math.ceil(peakBytes / 2 ** 20)),
]);
const title = `# What an operator asks: ${rows} rows a day, seven days`;
const notes =
  "Seconds are those of the whole process, its start included; each answer is the right one.";
const page = `${title}\n\n${factList(facts)}\n${notes}\n\n${
  table(["command", "seconds (median of)", "peak MiB"], lines)
}`;
if (rows === FULL_ROWS) keepResult("operator", page, { facts, results });
else console.log(page);
