/**
 * Looking up charts: seconds of whole processes, and bytes that are read for them.
 *
 * `deno task bench:top [ROWS]`; logs and batches are kept in bench/data/.
 *
 * @module
 */

import { formatDay } from "../core/day.ts";
import { ChartLookup } from "../io/chart_lookup.ts";
import { denoStore, type Store } from "../io/store.ts";
import { ensureLogs, LAST_DATE, LAST_DAY } from "./logs.ts";
import {
  circumstances,
  factList,
  keepResult,
  measure,
  measureProgram,
  median,
  PROGRAM,
  table,
} from "./measure.ts";
import { bytesBelow } from "./reports.ts";

const ROWS = 30_000_000;
const rows = Number(Deno.args[0] ?? ROWS);
/** Runs of each case; the first one warms up and does not count. */
const TIMES = 11;
const SLOW_TIMES = 3;
/** What a user may take beyond the start of the runtime. */
const BOUND_SECONDS = 0.1;
const FOLDER = `bench/data/top-${rows}`;
const BATCH = `${FOLDER}/batch`;

type Kind = "user" | "country" | "song" | "world";

/** Makes a week of batches, where it is not there yet. */
async function ensureBatches(): Promise<void> {
  const logs = await ensureLogs({ profile: "wide", days: 7, rows });
  if (denoStore.info(`${FOLDER}/results/run_${LAST_DATE}.json`) !== undefined) return;
  const folders = ["--logs", logs, "--batch", BATCH, "--results", `${FOLDER}/results`];
  await measureProgram("run", ...folders, "--date", LAST_DATE, "--quiet", "--writer", "csv");
}

/** The first lines of a report: keys with their songs. */
function firstRows(kind: "country" | "user", count: number): string[][] {
  const file = Deno.openSync(`${FOLDER}/results/${kind}_top50_${LAST_DATE}.csv`);
  try {
    const bytes = new Uint8Array(1 << 22);
    const text = new TextDecoder().decode(bytes.subarray(0, file.readSync(bytes) ?? 0));
    const lines = text.split("\n").slice(1, -1).map((line) => line.split(","));
    return lines.slice(0, count);
  } finally {
    file.close();
  }
}

/** A store that counts what is read. */
function countingStore(): { readonly store: Store; readonly counted: { bytes: number } } {
  const counted = { bytes: 0 };
  const openToRead: Store["openToRead"] = (path) => {
    const file = denoStore.openToRead(path);
    return {
      path,
      sizeBytes: () => file.sizeBytes(),
      readAt(into, offset) {
        const count = file.readAt(into, offset);
        counted.bytes += count;
        return count;
      },
      writeAt: (bytes, offset) => file.writeAt(bytes, offset),
      sync: () => file.sync(),
      syncSoFar: () => file.syncSoFar(),
      close: () => file.close(),
    };
  };
  return { store: { ...denoStore, openToRead }, counted };
}

/** Looks up in this process: how many bytes are read, and what is found. */
async function bytesFor(kind: Kind, key: string): Promise<{ bytes: number; found: unknown }> {
  const { store, counted } = countingStore();
  const lookup = new ChartLookup({ batch: BATCH, windowDays: 7, top: 50 }, {
    store,
    warn: (text) => console.error(text),
  });
  const found = kind === "song" ? await lookup.song(key) : await lookup.chart(kind, key);
  return { bytes: counted.bytes, found };
}

async function secondsOf(args: readonly string[], times: number): Promise<number[]> {
  const seconds: number[] = [];
  for (let i = 0; i < times; i++) seconds.push((await measure(Deno.execPath(), args)).seconds);
  return seconds.slice(1);
}

/** The start of the runtime: a program that does nothing. */
async function startSeconds(): Promise<number> {
  const path = `${FOLDER}/nothing.ts`;
  Deno.writeTextFileSync(path, "export {};\n");
  return median(await secondsOf(["run", "--no-prompt", path], TIMES));
}

interface Result {
  readonly what: string;
  readonly kind: Kind;
  readonly key: string;
  readonly seconds: readonly number[];
  readonly bytes: number;
}

await ensureBatches();
const users = firstRows("user", 20_000);
const mostOf = (lines: readonly string[][]): string[] =>
  lines.reduce((most, line) => Number(line[3]) > Number(most[3]) ? line : most);
const hit = mostOf(firstRows("country", 100_000));
const CASES: readonly [what: string, kind: Kind, key: string][] = [
  ["a user", "user", users[Math.floor(users.length / 2)][0]],
  ["the first user", "user", users[0][0]],
  ["a user who is not there", "user", "9007199254740991"],
  ["the most played song", "song", hit[2]],
  ["its country", "country", hit[0]],
  ["the world", "world", "world"],
];
const start = await startSeconds();
const results: Result[] = [];
for (const [what, kind, key] of CASES) {
  const { bytes, found } = await bytesFor(kind, key);
  checkFound(kind, key, found);
  const words = kind === "world" ? [kind] : [kind, key];
  const args = [...PROGRAM, "top", ...words, "--batch", BATCH];
  const times = kind === "world" || kind === "country" ? SLOW_TIMES : TIMES;
  const isThere = what !== "a user who is not there";
  const seconds = isThere ? await secondsOf(args, times) : [];
  results.push({ what, kind, key, seconds, bytes });
  console.error(what, key, seconds.length > 0 ? median(seconds).toFixed(3) : "-", bytes);
}

/** Holds what was found against the report of the same date. */
function checkFound(kind: Kind, key: string, found: unknown): void {
  if (kind !== "user" && kind !== "country") return;
  const { songs } = found as { readonly songs: readonly string[] };
  const lines = kind === "user" ? users : firstRows("country", 100_000);
  const expected = lines.filter(([each]) => each === key).map(([, , song]) => song);
  if (songs.join() === expected.join()) return;
  throw new Error(`top ${kind} ${key} found ${songs}, expected ${expected}`);
}

const batchBytes = bytesBelow(BATCH);
const line = ({ what, kind, seconds, bytes }: Result): string[] => {
  const beyond = seconds.length > 0 ? median(seconds) - start : undefined;
  const isBound = kind === "user" && beyond !== undefined;
  return [
    what,
    beyond === undefined ? "-" : `${(median(seconds) * 1000).toFixed(0)} (${seconds.length})`,
    beyond === undefined ? "-" : (beyond * 1000).toFixed(0),
    isBound ? `${BOUND_SECONDS * 1000} ${beyond <= BOUND_SECONDS ? "met" : "not met"}` : "-",
    (bytes / 1000).toFixed(0),
    `${(100 * bytes / batchBytes).toFixed(3)} %`,
  ];
};

const HEADS = ["top", "ms (median of)", "beyond the runtime", "bound", "kB read", "of the batches"];
const facts = await circumstances(`deno task bench:top${rows === ROWS ? "" : ` ${rows}`}`);
const text = `# Looking up charts: seven batches of ${rows} rows\n\n${factList(facts)}
Of the week to ${formatDay(LAST_DAY)}, ${
  (batchBytes / 1e6).toFixed(0)
} MB of batches. A program that does nothing takes ${(start * 1000).toFixed(0)} ms. What is
found is held against the reports.\n
${table(HEADS, results.map(line))}`;
keepResult(rows === ROWS ? "top" : `top-${rows}`, text, {
  facts,
  rows,
  start,
  batchBytes,
  results,
});
