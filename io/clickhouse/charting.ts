/**
 * The task of making a chart: ranges of keys are asked of the servers, and printed as they come.
 *
 * Each user is on one shard, so every shard sorts what its own users played, and the rows of all
 * shards are put in order of the keys. Countries and the world are on all shards: the first one asks
 * them all, adds up and chooses.
 *
 * @module
 */

import { type ChartKind, ChartOutputs, type ChartSize } from "../../core/chart.ts";
import { awaited, type Step } from "../../core/steps.ts";
import type { IdKind } from "../../core/streams.ts";
import { claim } from "../claims.ts";
import { keepingOutput, loadWriters, openReports } from "../merging.ts";
import type { ChartResult, JobContext, PrintingTask } from "../tasks.ts";
import { fromCluster } from "./cluster.ts";
import { conditionOfRange, type SqlRange } from "./key_ranges.ts";
import { conditionOf } from "./loads.ts";
import type { LoadOfDay } from "./native_block.ts";
import { ResultRows } from "./result_rows.ts";
import {
  ClickHouseError,
  type Connection,
  partOf,
  type ResultParts,
  Server,
  type Settings,
} from "./server.ts";
import { createRowRoom, type RowRoom, SortedRows } from "./sorted_rows.ts";
import { countsName, tableName } from "./tables.ts";
import type { KeptRow } from "../../core/kept_rows.ts";

/** Makes ranges of a chart of what is in a cluster. */
export interface ClusterChartTask extends PrintingTask {
  readonly type: "cluster-chart";
  readonly connection: Connection;
  readonly loads: readonly LoadOfDay[];
  /** Ranges that are printed one behind the other by one job, each a query. */
  readonly ranges: readonly (readonly SqlRange[])[];
  /** Rows that a range is about, for the progress. */
  readonly entriesOfRange: number;
}

/** What is more than this while sums are made or sorted is kept on the server's disk. */
const MOST_BYTES_IN_MEMORY = 512 * 2 ** 20;

const SETTINGS: Settings = {
  max_bytes_before_external_group_by: MOST_BYTES_IN_MEMORY,
  max_bytes_before_external_sort: MOST_BYTES_IN_MEMORY,
  distributed_aggregation_memory_efficient: 1,
};

/** Makes all ranges of a chart that this job can claim. */
export function* clusterChart(
  task: ClusterChartTask,
  context: JobContext,
): Generator<Step, ChartResult> {
  yield* loadWriters(task, context);
  const asking = new Asking(task, context);
  const reports = openReports(task, context);
  const kept: KeptRow[] = [];
  const results: ChartResult[number][] = [];
  try {
    const keeping = keepingOutput(task, kept, context.engine.ids);
    const outputs = new ChartOutputs([...reports.outputs, ...keeping]);
    const { length } = task.ranges;
    for (let index; (index = claim(task.claims, length)) !== undefined;) {
      for (const { sink } of reports.outputs) sink.begin(index);
      if (index === 0) outputs.begin();
      let keyCount = 0;
      for (const range of task.ranges[index]) {
        keyCount += yield* printRange(asking, range, outputs);
        yield { logBytes: 0, entries: task.entriesOfRange };
      }
      outputs.finish(index === length - 1);
      const written = reports.outputs.map(({ sink }) => sink.finish());
      // How many streams were counted is known before a chart is made.
      const size: ChartSize = { keyCount, streamCount: 0 };
      results.push({ index, size, written, rows: kept.splice(0) });
    }
    for (const { sink } of reports.outputs) sink.flush();
  } finally {
    reports.close();
    asking.close();
  }
  return results;
}

/**
 * Prints the rows of a range, keys ascending; returns how many there are. Results share the room that
 * a row is put together in: of all others no more is looked at than the key that comes next.
 */
function* printRange(
  asking: Asking,
  range: SqlRange,
  outputs: ChartOutputs,
): Generator<Step, number> {
  const open: Result[] = [];
  for (const result of yield* awaited(asking.begin(range))) {
    if (yield* waitFor(result, "key")) open.push(result);
  }
  let keys = 0;
  while (open.length > 0) {
    let least = 0;
    for (let i = 1; i < open.length; i++) {
      if (compareKeys(open[i], open[least]) < 0) least = i;
    }
    const result = open[least];
    if (result.has("row") || (yield* waitFor(result, "row"))) {
      outputs.print(result.rows.row);
      keys++;
    }
    if (result.has("key") || (yield* waitFor(result, "key"))) continue;
    open.splice(least, 1);
  }
  return keys;
}

/** Reads more of a result until it has something; returns whether it has. */
function* waitFor(result: Result, what: "key" | "row"): Generator<Step, boolean> {
  while (!result.has(what)) {
    if (result.rows.isEnded) return false;
    yield* awaited(result.read());
  }
  return true;
}

/** Compares the next keys of results; there are several of users only. */
function compareKeys({ rows: a }: Result, { rows: b }: Result): number {
  return a instanceof SortedRows && b instanceof SortedRows ? a.compareKeys(b) : 0;
}

/** A result on its way, row by row. */
class Result {
  readonly rows: ResultRows | SortedRows;
  readonly #bytes: ResultParts;
  readonly #damaged: (reason: string) => Error;

  constructor(
    bytes: ResultParts,
    rows: ResultRows | SortedRows,
    damaged: (reason: string) => Error,
  ) {
    this.#bytes = bytes;
    this.rows = rows;
    this.#damaged = damaged;
  }

  /** Whether the key of the next row is there; or the row, which it moves to. */
  has(what: "key" | "row"): boolean {
    try {
      return what === "key" ? this.rows.hasKey() : this.rows.next();
    } catch (error) {
      if (error instanceof RangeError) throw this.#damaged(error.message);
      throw error;
    }
  }

  async read(): Promise<void> {
    this.rows.feed(await this.#bytes.read());
  }
}

/** Asks the servers for ranges of a chart. */
class Asking {
  readonly #task: ClusterChartTask;
  readonly #ids: IdKind;
  /** For users: one for all results, which is in the plan of the memory. */
  readonly #room?: RowRoom;
  readonly #servers: readonly Server[];
  readonly #stop = new AbortController();
  readonly #results: Results;

  constructor(task: ClusterChartTask, { engine, memory }: JobContext) {
    const { connection, kind, top } = task;
    this.#task = task;
    this.#ids = engine.ids;
    if (kind === "user") this.#room = createRowRoom(engine.selection(top), engine.ids);
    const asked = kind === "user" ? connection.urls : connection.urls.slice(0, 1);
    this.#servers = asked.map((url) => new Server(url, connection));
    const mostBytes = Math.floor(memory.workBytes / asked.length);
    this.#results = new Results(mostBytes, this.#stop.signal);
  }

  /** Asks all servers that are to be asked for a range. */
  async begin(range: SqlRange): Promise<Result[]> {
    const { kind, top } = this.#task;
    const ids = this.#ids;
    const sql = chartQuery({ ...this.#task, ids }, range);
    const act = `make the chart by ${kind} with`;
    return await Promise.all(this.#servers.map(async (server) => {
      const bytes = await this.#results.ask(server, act, sql);
      const rows = kind === "user"
        ? new SortedRows(this.#room!)
        : new ResultRows({ kind, top, ids });
      return new Result(bytes, rows, (reason) =>
        new ClickHouseError(
          `Cannot ${act} ClickHouse "${server.url}": ${reason}, expected whole rows`,
        ));
    }));
  }

  close(): void {
    this.#stop.abort();
    for (const server of this.#servers) server.close();
  }
}

/** Asks for results, each as a whole where that is not too large for the memory. */
export class Results {
  readonly #mostBytes: number;
  readonly #signal: AbortSignal;
  /** How many came as a whole, and how many were too large to. */
  #whole = 0;
  #tooLarge = 0;

  constructor(mostBytes: number, signal: AbortSignal) {
    this.#mostBytes = mostBytes;
    this.#signal = signal;
  }

  /**
   * Asks for the whole result, and part by part where that is too large: the server has then done
   * the work twice. So it is not tried any more once that was so more often than not.
   */
  async ask(
    server: Pick<Server, "whole" | "open">,
    act: string,
    sql: string,
  ): Promise<ResultParts> {
    if (this.#tooLarge <= this.#whole) {
      const options = { settings: SETTINGS, mostBytes: this.#mostBytes, signal: this.#signal };
      const whole = await server.whole(act, sql, options);
      if (whole !== undefined) {
        this.#whole++;
        return partOf(whole);
      }
      this.#tooLarge++;
    }
    return await server.open(act, sql, SETTINGS, this.#signal);
  }
}

/** What a query for a chart depends on besides the range. */
export interface ChartQuery {
  readonly kind: ChartKind;
  readonly top: number;
  readonly ids: IdKind;
  readonly connection: Connection;
  readonly loads: readonly LoadOfDay[];
}

/**
 * The query for a range of a chart. Of users it gives all songs, in the order of users and songs; of
 * countries and the world the top songs, best first.
 */
export function chartQuery(
  { kind, top, ids, connection, loads }: ChartQuery,
  range: SqlRange,
): string {
  const { urls, cluster, database } = connection;
  const name = countsName(kind === "user" ? "user" : "country", ids);
  const where = `WHERE ${conditionOf(loads)}${conditionOfRange(kind, range)}`;
  if (kind === "user") {
    return `SELECT user, song, streams FROM ${tableName(name, database)} ${where} ` +
      "ORDER BY user, song FORMAT RowBinary";
  }
  const from = urls.length > 1 ? fromCluster(cluster, database, name) : tableName(name, database);
  const keys = kind === "world" ? "" : `${kind}, `;
  return `SELECT ${keys}song, sum(streams) AS total FROM ${from} ${where} ` +
    `GROUP BY ${keys}song ORDER BY ${keys}total DESC, song ` +
    `LIMIT ${top}${kind === "world" ? "" : ` BY ${kind}`} FORMAT RowBinary`;
}
