/**
 * The readers beside those of others: the same streams in every format, one core, the sums of what
 * was read held together.
 *
 * `deno task bench:readers [ROWS]`
 *
 * @module
 */

import { circumstances, factList, keepResult, measure, median, table } from "./measure.ts";
import type { Timed } from "./readers/sums.ts";

const rows = Number(Deno.args[0] ?? 2_000_000);
/** Readings of a process; the first one warms up and does not count. */
const TIMES = 6;
const FOLDER = `bench/data/readers-${rows}`;

const CSV_PEERS = ["csv-parse", "papaparse", "DuckDB, one thread"];
const PARQUET_PEERS = ["hyparquet", "DuckDB, one thread"];

const CASES: readonly (readonly [file: string, peers: readonly string[]])[] = [
  ["plain.log", ["split per line", "DuckDB, one thread"]],
  ["plain.csv", CSV_PEERS],
  ["quoted.csv", CSV_PEERS],
  ["plain.tsv", CSV_PEERS],
  ["plain.jsonl", ["JSON.parse per line", "DuckDB, one thread"]],
  ["plain.csv.gz", ["decompressing alone", "DuckDB, one thread"]],
  ["plain.csv.zst", ["decompressing alone", "DuckDB, one thread"]],
  ["uncompressed.parquet", PARQUET_PEERS],
  ["snappy.parquet", PARQUET_PEERS],
  ["zstd.parquet", PARQUET_PEERS],
  ["gzip.parquet", PARQUET_PEERS],
];

interface Result {
  readonly file: string;
  readonly who: string;
  /** Megabytes of the log, decompressed where the whole of it is compressed. */
  readonly megabytes: number;
  readonly seconds: number;
  readonly times: number;
}

async function resultOf(file: string, who: string): Promise<Result & Timed> {
  const path = `${FOLDER}/${file}`;
  const slow = who === "csv-parse" || who === "papaparse" || who === "hyparquet";
  const times = slow ? 4 : TIMES;
  const script = who === "topstreams"
    ? ["bench/readers/ours.ts", path, String(times)]
    : who === "decompressing alone"
    ? ["bench/readers/ours.ts", path, String(times), "decompress"]
    : ["bench/readers/peers.ts", who, path, String(times)];
  const { stdout } = await measure(Deno.execPath(), ["run", "-A", "--no-lock", ...script]);
  const { seconds, sums }: Timed = JSON.parse(stdout);
  const plain = Deno.statSync(path.replace(/\.(gz|zst)$/, "")).size;
  const counted = seconds.slice(1);
  return {
    ...{ file, who, sums, megabytes: plain / 1e6, times: counted.length },
    seconds: median(counted),
  } as Result & Timed;
}

function isThere(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

if (!isThere(`${FOLDER}/gzip.parquet`)) {
  await measure(Deno.execPath(), [
    ...["run", "-A", "--no-lock", "bench/readers/files.ts", FOLDER, String(rows)],
  ]);
}

const results: Result[] = [];
let expected: string | undefined;
for (const [file, peers] of CASES) {
  for (const who of ["topstreams", ...peers]) {
    const { sums, ...result } = await resultOf(file, who);
    const found = JSON.stringify(sums);
    expected ??= found;
    if (found !== expected && who !== "decompressing alone") {
      throw new Error(`${who} found ${found} in ${file}, expected ${expected}`);
    }
    results.push(result);
    console.error(`${file} ${who} ${result.seconds.toFixed(2)} s`);
  }
}

function line({ file, who, megabytes, seconds, times }: Result): string[] {
  const ours = results.find((each) => each.file === file && each.who === "topstreams")!;
  return [
    file,
    who,
    `${seconds.toFixed(2)} (${times})`,
    (megabytes / seconds).toFixed(0),
    (rows / seconds / 1e6).toFixed(1),
    `${(seconds / ours.seconds).toFixed(1)}x`,
  ];
}

const HEADS = ["log", "who", "seconds (median of)", "MB/s", "M rows/s", "time to ours"];
const facts = await circumstances(`deno task bench:readers${rows === 2_000_000 ? "" : ` ${rows}`}`);
const text = `# Readers: ${rows} rows in every format, one core\n\n${factList(facts)}
Each way is a process of its own that reads the same streams; the sums of their songs, users and
countries are the same for all. Ours checks every field and computes the CRC-32 of the log. MB/s is
of the log, for \`.gz\` and \`.zst\` of what it is decompressed.\n
${table(HEADS, results.map(line))}`;
keepResult("readers", text, { facts, rows, results });
