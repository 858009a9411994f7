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
  {
    name: "explain country",
    words: ({ batch }) => ["explain", "country", "US", SONG, "--batch", batch],
    times: 4,
    isRight: ({ stdout }) => /^Song \d+, country US, .*\nRank \d/.test(stdout),
  },
  {
    name: "explain user",
    words: (folders) => ["explain", "user", ...playOf(folders), "--batch", folders.batch],
    times: 6,
    isRight: ({ stdout }) => /^Song \d+, user \d+, .*\nRank 1 of /.test(stdout),
  },
  {
    name: "explain world",
    words: ({ batch }) => ["explain", "world", SONG, "--batch", batch],
    times: 2,
    isRight: ({ stdout }) => /^Song \d+, the world, .*\nRank \d/.test(stdout),
  },
  {
    name: "forget a user in seven batches",
    words: (folders) => forgetIn({ ...linked(folders), results: `${FOLDER}/none` }, folders),
    times: 4,
    isRight: ({ stdout }) => /^Forgot user \d+\n(?: {2}batch of .*\n)+/.test(stdout),
  },
  {
    name: "forget a user in seven batches and the report of users",
    words: (folders) => forgetIn(linked(folders), folders),
    times: 3,
    isRight: ({ stdout }) => / {2}user_top50_\d+\.txt: \d+ streams?\n/.test(stdout),
  },
  {
    name: "forget a user who is not there",
    words: (folders) => forgetIn(linked(folders), folders, "9007199254740991"),
    times: 4,
    isRight: ({ stdout }) => stdout.startsWith("Found nothing of user 9007199254740991\n"),
  },
];

/** Links batches and results to a folder of their own: what is forgotten there stays here. */
function linked({ logs, batch, results }: Folders): Folders {
  const copy = `${FOLDER}/forget`;
  if (denoStore.info(copy) !== undefined) Deno.removeSync(copy, { recursive: true });
  linkAll(batch, `${copy}/batch`);
  linkAll(results, `${copy}/results`);
  return { logs, batch: `${copy}/batch`, results: `${copy}/results` };
}

function linkAll(from: string, to: string): void {
  Deno.mkdirSync(to, { recursive: true });
  for (const { name, isDirectory } of Deno.readDirSync(from)) {
    if (isDirectory) linkAll(`${from}/${name}`, `${to}/${name}`);
    else Deno.linkSync(`${from}/${name}`, `${to}/${name}`);
  }
}

function forgetIn(copy: Folders, original: Folders, user = playOf(original)[0]): string[] {
  return ["forget", "user", user, ...read(copy), "--results", copy.results];
}

/** A user in the middle of the report of users, and the song that the user played most. */
function playOf({ results }: Folders): [user: string, song: string] {
  const file = Deno.openSync(`${results}/user_top50_${LAST_DATE}.txt`);
  try {
    const bytes = new Uint8Array(1 << 16);
    file.seekSync(Math.floor(file.statSync().size / 2), Deno.SeekMode.Start);
    const text = new TextDecoder().decode(bytes.subarray(0, file.readSync(bytes) ?? 0));
    const [, user, song] = /\n(\d+)\|(\d+):/.exec(text)!;
    return [user, song];
  } finally {
    file.close();
  }
}

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
/** A song of the chart of the US, in the middle of it. */
const SONG = new RegExp("^US\\|(?:\\d+:\\d+,){20}(\\d+):", "m").exec(
  Deno.readTextFileSync(`${folders.results}/country_top50_${LAST_DATE}.txt`),
)![1];
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
