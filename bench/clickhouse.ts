/**
 * The same day in batches on disk, and in ClickHouse with one and with two shards: how fast it is
 * loaded, how long the charts take, what memory and disk both need.
 *
 * `deno task bench:clickhouse [ROWS]`; the logs are kept in bench/data/. The servers are real
 * processes on this machine: shards share its cores, so figures of two are not those of two machines.
 *
 * @module
 */

import type { RunSummary } from "../core/summary.ts";
import type { RowCosts } from "./clickhouse/scale.ts";
import { Servers, WHY_NOT } from "./clickhouse/servers.ts";
import { logName } from "../core/names.ts";
import { ensureLogs, LAST_DATE, LAST_DAY } from "./logs.ts";
import {
  circumstances,
  factList,
  keepResult,
  measure,
  type Measured,
  median,
  PROGRAM,
  readSummary,
  table,
} from "./measure.ts";
import { bytesBelow, checkedReports, removeFolder, warmPageCache } from "./reports.ts";

const ROWS = 30_000_000;
const rows = Number(Deno.args[0] ?? ROWS);
const REPEATS = 3;
const WORK = "bench/data/clickhouse-work";
const DATABASE = "bench";

/** One day, loaded and charted by an engine. */
interface EngineRun {
  readonly engine: string;
  readonly rows: number;
  readonly logBytes: number;
  readonly loadSeconds: number;
  readonly chartSeconds: number;
  /** The run that finds the day there, as a whole process. */
  readonly againSeconds: number;
  readonly programPeakBytes: number;
  /** Seconds of all cores of the program: for the load, and for the charts alone. */
  readonly programLoadSeconds: number;
  readonly programChartSeconds: number;
  /** Seconds of all cores of the servers: for the load, and for the charts alone. */
  readonly serverLoadSeconds: number;
  readonly serverChartSeconds: number;
  readonly serverPeakBytes: number;
  readonly diskBytes: number;
  readonly reportBytes: number;
  readonly checksums: readonly string[];
}

/** How many times the rows one more load has, to see how its costs grow. */
const GROWTH = 4;

const logs = await ensureLogs({ profile: "wide", days: 1, rows });
const largeLogs = await ensureLogs({ profile: "wide", days: 1, rows: GROWTH * rows });

/** Bytes of the log of the day that is loaded; the folder may hold others. */
function logBytesOf(folder: string): number {
  return Deno.statSync(`${folder}/${logName(LAST_DAY)}`).size;
}
const logBytes = logBytesOf(logs);

async function run(logs: string, words: readonly string[]): Promise<Measured> {
  removeFolder(`${WORK}/results`);
  const [command, ...rest] = PROGRAM;
  const folders = ["--logs", logs, "--batch", `${WORK}/batch`, "--results", `${WORK}/results`];
  const date = ["--date", LAST_DATE, "--days", "1", "--jobs", "2", "--quiet"];
  const args = [command, "--allow-net=127.0.0.1", ...rest, "run", ...folders, ...date, ...words];
  return await measure(Deno.execPath(), args);
}

/** Loads a day and makes its charts, then makes the charts once more of what is there. */
async function measureEngine(
  engine: string,
  servers: Servers | undefined,
  from: string,
): Promise<EngineRun> {
  warmPageCache(from);
  removeFolder(WORK);
  const words = servers?.words(DATABASE) ?? [];
  await servers?.askAll(`DROP DATABASE IF EXISTS ${DATABASE}`);
  const start = serverSeconds(servers);
  const first = await run(from, words);
  // Merges that the load began are its own.
  await servers?.merged();
  const middle = serverSeconds(servers);
  const summary = readSummary(`${WORK}/results`, LAST_DATE);
  const again = await run(from, words);
  const chartCpu = serverSeconds(servers) - middle;
  const checksums = checkedReports(`${WORK}/results`, readSummary(`${WORK}/results`, LAST_DATE));
  return {
    engine,
    rows: from === logs ? rows : GROWTH * rows,
    logBytes: logBytesOf(from),
    loadSeconds: summary.seconds.batching,
    chartSeconds: summary.seconds.charting + summary.seconds.publishing,
    againSeconds: again.seconds,
    programPeakBytes: Math.max(first.peakBytes, again.peakBytes),
    programLoadSeconds: Math.max(0, first.cpuSeconds - again.cpuSeconds),
    programChartSeconds: again.cpuSeconds,
    serverLoadSeconds: middle - start - chartCpu,
    serverChartSeconds: chartCpu,
    serverPeakBytes: Math.max(0, ...servers?.urls.map((_, i) => servers.peakBytes(i)) ?? []),
    diskBytes: servers === undefined ? bytesBelow(`${WORK}/batch`) : await tableBytes(servers),
    reportBytes: sizeOf(summary),
    checksums,
  };
}

function serverSeconds(servers: Servers | undefined): number {
  return servers?.urls.reduce((sum, _, i) => sum + servers.cpuSeconds(i), 0) ?? 0;
}

async function tableBytes(servers: Servers): Promise<number> {
  const sql = `SELECT sum(bytes) FROM system.parts WHERE active AND database = '${DATABASE}'`;
  return (await servers.askAll(sql)).reduce((sum, bytes) => sum + Number(bytes), 0);
}

function sizeOf({ reports }: RunSummary): number {
  return reports.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}

async function repeat(engine: string, servers?: Servers): Promise<EngineRun[]> {
  const runs: EngineRun[] = [];
  for (let i = 0; i < REPEATS; i++) {
    runs.push(await measureEngine(engine, servers, logs));
    console.log(engine, runs[i].loadSeconds, runs[i].chartSeconds);
  }
  return runs;
}

if (WHY_NOT !== undefined) throw new Error(`Cannot measure: ${WHY_NOT}`);
async function withServers<T>(shards: number, work: (servers: Servers) => Promise<T>): Promise<T> {
  const servers = await Servers.start(shards);
  try {
    return await work(servers);
  } finally {
    await servers.end();
  }
}

const results = [
  await repeat("embedded"),
  await withServers(1, (servers) => repeat("clickhouse, 1 shard", servers)),
  await withServers(2, (servers) => repeat("clickhouse, 2 shards", servers)),
];
const large = await withServers(
  1,
  (servers) => measureEngine(`1 shard, ${GROWTH} times the rows`, servers, largeLogs),
);
removeFolder(WORK);

const checksums = new Set(results.flat().map((run) => run.checksums.join()));
if (checksums.size !== 1) throw new Error(`The reports differ: ${[...checksums].join("; ")}`);

function middle(runs: readonly EngineRun[], field: keyof EngineRun): number {
  return median(runs.map((run) => Number(run[field])));
}

/** What is told of each engine, one below the other: its name and its value. */
const FIGURES: readonly (readonly [string, (runs: readonly EngineRun[]) => string])[] = [
  ["load, s", (runs) => middle(runs, "loadSeconds").toFixed(1)],
  ["load, M rows/s", (runs) => (runs[0].rows / middle(runs, "loadSeconds") / 1e6).toFixed(2)],
  [
    "load, MB/s of log",
    (runs) => (runs[0].logBytes / middle(runs, "loadSeconds") / 1e6).toFixed(0),
  ],
  ["charts, s", (runs) => middle(runs, "chartSeconds").toFixed(1)],
  ["run that finds the day there, s", (runs) => middle(runs, "againSeconds").toFixed(1)],
  ["core seconds of the program, load", (runs) => middle(runs, "programLoadSeconds").toFixed(1)],
  ["core seconds of the program, charts", (runs) => middle(runs, "programChartSeconds").toFixed(1)],
  ["core seconds of the servers, load", (runs) => ofServers(runs, "serverLoadSeconds", 1, 1)],
  ["core seconds of the servers, charts", (runs) => ofServers(runs, "serverChartSeconds", 1, 1)],
  ["peak of the program, MiB", (runs) => (middle(runs, "programPeakBytes") / 2 ** 20).toFixed(0)],
  ["peak of a server, MiB", (runs) => ofServers(runs, "serverPeakBytes", 2 ** 20, 0)],
  ["disk, bytes a row", (runs) => (middle(runs, "diskBytes") / runs[0].rows).toFixed(1)],
];

function ofServers(
  runs: readonly EngineRun[],
  field: keyof EngineRun,
  unit: number,
  digits: number,
): string {
  return runs[0].engine === "embedded" ? "-" : (middle(runs, field) / unit).toFixed(digits);
}

/** What a row takes, by the runs with one shard. */
function costsOf(runs: readonly EngineRun[]): RowCosts {
  const a = (field: keyof EngineRun): number => middle(runs, field) / rows;
  return {
    loadServerSeconds: a("serverLoadSeconds"),
    loadServerGrowth: Math.max(
      0,
      (large.serverLoadSeconds / large.rows - a("serverLoadSeconds")) / Math.log2(GROWTH),
    ),
    measuredRows: rows,
    loadProgramSeconds: a("programLoadSeconds"),
    chartServerSeconds: a("serverChartSeconds"),
    chartProgramSeconds: a("programChartSeconds"),
    diskBytes: a("diskBytes"),
    reportBytes: a("reportBytes"),
    serverPeakBytes: Math.max(...runs.map(({ serverPeakBytes }) => serverPeakBytes)),
  };
}

const columns = [...results, [large]];
const facts = {
  ...await circumstances(`deno task bench:clickhouse${rows === ROWS ? "" : ` ${rows}`}`),
  log: `${rows} rows, ${(logBytes / 1e6).toFixed(0)} MB, profile wide, page cache warm`,
  servers: "18.16.1 of Debian, on the same two cores as the program",
};
const text = `# ClickHouse beside batches on disk: ${rows} rows\n\n${factList(facts)}
Medians of ${REPEATS} runs with two jobs; of ${GROWTH} times the rows a single run. All of the same rows
made the same reports (CRC-32 ${results[0][0].checksums.join(" ")}).\n
${
  table(
    ["", ...columns.map(([{ engine }]) => engine)],
    FIGURES.map(([name, value]) => [name, ...columns.map(value)]),
  )
}`;
keepResult(rows === ROWS ? "clickhouse" : `clickhouse-${rows}`, text, {
  facts,
  rows,
  logBytes,
  costs: costsOf(results[1]),
  results: columns,
});
