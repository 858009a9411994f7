/**
 * The same work in the same run: this program, DuckDB, and counters in Python.
 *
 * `deno task bench:peers [ROWS] [--week|--no-week]`; the week, of one chart at a time, is measured at
 * full size unless one says otherwise. The logs have no rejected rows, so that all read the
 * same rows whatever they take for one. Every report is held against ours by its bytes.
 *
 * @module
 */

import type { KeyKind } from "../core/streams.ts";
import { ensureLogs, LAST_DATE } from "./logs.ts";
import {
  circumstances,
  factList,
  keepResult,
  median,
  type Outcome,
  outcomeOf,
  PROGRAM,
  table,
} from "./measure.ts";
import { DUCKDB, type DuckDbJob, type DuckDbQuery } from "./peers/duckdb.ts";
import { fileCrc32, removeFolder, warmPageCache } from "./reports.ts";

const FULL_ROWS = 30_000_000;
const ROWS = Number(Deno.args.find((arg) => !arg.startsWith("--")) ?? FULL_ROWS);
const HAS_WEEK = Deno.args.includes("--week") ||
  ROWS >= FULL_ROWS && !Deno.args.includes("--no-week");
const WORK = "bench/data/peers-work";
const REPEATS = 3;
const LIMIT_SECONDS = 600;
const MEMORY = "16GB";
const MOST_TEMP = "30GB";
const BOTH: readonly KeyKind[] = ["country", "user"];

interface Task {
  readonly days: 1 | 7;
  readonly kinds: readonly KeyKind[];
  readonly logs: readonly string[];
  readonly folder: string;
}

interface Peer {
  readonly name: string;
  readonly command: string;
  readonly args: (task: Task) => readonly string[];
  /** Where the report of a kind is afterwards. */
  readonly report: (kind: KeyKind) => string;
  readonly limits: string;
}

const topstreams: Peer = {
  name: "topstreams --jobs 2",
  command: Deno.execPath(),
  args: ({ days, kinds, folder }) => [
    ...PROGRAM,
    ...["run", "--jobs", "2", "--date", LAST_DATE, "--days", String(days)],
    ...["--by", kinds.join(","), "--logs", folder],
    ...["--batch", `${WORK}/batch`, "--results", `${WORK}/results`],
  ],
  report: (kind) => `${WORK}/results/${kind}_top50_${LAST_DATE}.txt`,
  limits: "512 MiB",
};

const duckDb = (query: DuckDbQuery): Peer => ({
  name: `DuckDB, ${query}`,
  command: Deno.execPath(),
  args: ({ kinds, logs }) => {
    const places = { out: WORK, temp: `${WORK}/temp` };
    const job: DuckDbJob = { logs, kinds, query, ...places, memory: MEMORY, mostTemp: MOST_TEMP };
    return ["run", "-A", "--no-lock", "bench/peers/duckdb.ts", JSON.stringify(job)];
  },
  report: (kind) => `${WORK}/${kind}.txt`,
  limits: `${MEMORY} of memory, ${MOST_TEMP} of disk`,
});

const counters: Peer = {
  name: "Python counters",
  command: "python3",
  args: ({ logs }) => ["bench/peers/counters.py", logs[0], WORK],
  report: (kind) => `${WORK}/${kind}.txt`,
  limits: "no limit of memory",
};

interface Result {
  readonly peer: string;
  readonly days: number;
  readonly kinds: string;
  readonly limits: string;
  readonly runs: readonly Pick<Outcome, "seconds" | "peakBytes">[];
  /** The CRC-32 of every report; nothing where it failed. */
  readonly checksums: readonly string[];
  readonly failure: string;
}

async function measurePeer(peer: Peer, task: Task, repeats: number): Promise<Result> {
  const runs: Outcome[] = [];
  let checksums: string[] = [];
  let failure = "";
  while (runs.length < repeats && failure === "") {
    removeFolder(WORK);
    Deno.mkdirSync(WORK, { recursive: true });
    const run = await outcomeOf(peer.command, peer.args(task), LIMIT_SECONDS);
    runs.push(run);
    failure = failureOf(run);
    if (failure === "") checksums = task.kinds.map((kind) => fileCrc32(peer.report(kind)));
  }
  removeFolder(WORK);
  if (failure !== "" && peer === topstreams) throw new Error(failure);
  const { name, limits } = peer;
  const kinds = task.kinds.join(" + ");
  console.log(name, task.days, kinds, ...runs.map((run) => run.seconds.toFixed(1)), failure);
  const measured = runs.map(({ seconds, peakBytes }) => ({ seconds, peakBytes }));
  return { peer: name, days: task.days, kinds, limits, runs: measured, checksums, failure };
}

function failureOf({ code, isTimedOut, stderr, seconds }: Outcome): string {
  if (code === 0) return "";
  if (isTimedOut) return `over ${LIMIT_SECONDS} s`;
  const reason = stderr.trim().split("\n").find((line) => /error|cannot|memory/i.test(line));
  return `status ${code} after ${seconds.toFixed(0)} s: ${(reason ?? "killed").slice(0, 120)}`;
}

/** Measures ours, then the peers, and holds their reports against ours. */
async function compare(task: Task, peers: readonly [Peer, repeats: number][]): Promise<Result[]> {
  const results = [await measurePeer(topstreams, task, task.days === 1 ? REPEATS : 1)];
  for (const [peer, repeats] of peers) results.push(await measurePeer(peer, task, repeats));
  const ours = results[0].checksums.join(" ");
  for (const { peer, kinds, checksums, failure } of results) {
    if (failure !== "" || checksums.join(" ") === ours) continue;
    throw new Error(`Charts differ: ${kinds} by ${peer} are ${checksums.join(" ")}, ours ${ours}`);
  }
  return results;
}

async function compareDays(days: 1 | 7): Promise<Result[]> {
  const folder = await ensureLogs({ profile: "wide", days, rows: ROWS, isClean: true });
  warmPageCache(folder);
  const names = Array.from(Deno.readDirSync(folder), ({ name }) => `${folder}/${name}`).sort();
  const task = { days, folder, logs: names.slice(-days) };
  const repeats = days === 1 ? REPEATS : 1;
  const kinds: KeyKind[][] = [["country"], ["user"]];
  const results: Result[] = [];
  if (days === 1) {
    const peers: [Peer, number][] = [
      [duckDb("lists"), repeats],
      [duckDb("window"), repeats],
      [counters, ROWS < FULL_ROWS ? repeats : 1],
    ];
    results.push(...await compare({ ...task, kinds: BOTH }, peers));
  }
  for (const one of kinds) {
    results.push(...await compare({ ...task, kinds: one }, [[duckDb("lists"), repeats]]));
  }
  return results;
}

const secondsOf = ({ runs }: Result): number => median(runs.map((run) => run.seconds));
const peakOf = ({ runs }: Result): number => Math.max(...runs.map((run) => run.peakBytes));

function line(result: Result, all: readonly Result[]): string[] {
  const { peer, days, kinds, runs, failure, limits, checksums } = result;
  const ours = all.find((each) => each.days === days && each.kinds === kinds)!;
  const hasFailed = failure !== "";
  return [
    `${days === 1 ? "a day" : `${days} days`}, ${kinds}`,
    peer,
    hasFailed ? "failed" : `${secondsOf(result).toFixed(1)} (${runs.length})`,
    hasFailed ? "-" : `${(secondsOf(result) / secondsOf(ours)).toFixed(1)}x`,
    (peakOf(result) / 2 ** 20).toFixed(0),
    `${(peakOf(result) / peakOf(ours)).toFixed(1)}x`,
    limits,
    hasFailed ? failure.replaceAll("|", " ") : checksums.join(" "),
  ];
}

const HEADS = [
  "work",
  "program",
  "seconds (median of)",
  "time to ours",
  "peak MiB",
  "memory to ours",
  "limit",
  "CRC-32 of the reports, or failure",
];

const results = [...await compareDays(1), ...(HAS_WEEK ? await compareDays(7) : [])];
const facts = {
  ...await circumstances(`deno task bench:peers ${Deno.args.join(" ")}`.trim()),
  duckdb: `${DUCKDB}, all cores`,
  python: (await outcomeOf("python3", ["--version"])).stdout.trim(),
  logs: `profile wide, ${ROWS} rows a day, no rejected rows, page cache warm`,
  "time limit": `${LIMIT_SECONDS} s`,
};
const text = `# Peers: ${ROWS} rows a day\n\n${factList(facts)}
Equal checksums are equal charts; ours includes making the batches, and the sync of the reports.\n
${table(HEADS, results.map((result) => line(result, results)))}`;
keepResult(ROWS === FULL_ROWS ? "peers" : `peers-${ROWS}`, text, { facts, results });
