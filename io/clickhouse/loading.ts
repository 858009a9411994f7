/**
 * The task of loading a day: logs are read as they are for batches, and streams go to the shards.
 *
 * @module
 */

import { COUNTRY_KEYS, countryCode } from "../../core/country.ts";
import type { CountryTotals } from "../../core/country_totals.ts";
import { formatDay } from "../../core/day.ts";
import { awaited, type Step } from "../../core/steps.ts";
import type { IdKind, KeyKind, StreamBlock } from "../../core/streams.ts";
import { readLogs } from "../ingest.ts";
import type { JobContext, ReadingResult, ReadingTask } from "../tasks.ts";
import { type Insert, WAITING_BYTES } from "./insert.ts";
import { blockRows, bytesOfRows, type LoadOfDay, RowBlock } from "./native_block.ts";
import { type Connection, Server } from "./server.ts";
import { shardsOf } from "./shard_of.ts";
import { countsTable, tableName } from "./tables.ts";

/** Reads ranges of logs and sends their streams to the shards. */
export interface LoadTask extends ReadingTask {
  readonly type: "load";
  readonly connection: Connection;
  readonly load: LoadOfDay;
  readonly kinds: readonly KeyKind[];
}

/** What a job read and sent. */
export interface LoadResult extends ReadingResult {
  /** How many streams went to each shard. */
  readonly sent: readonly number[];
  /** Streams by country. */
  readonly countries: CountryTotals;
}

/** An insert is ended after so many rows, and another begun: what fails is not known before. */
const INSERT_ROWS = 1 << 22;

/** Of a table there are so many blocks in memory: one is filled, others are on their way. */
const BLOCKS_OF_TABLE = 4;

/** So many of them may wait to be sent; the others are filled, and encoded or sent. */
const WAITING_BLOCKS = 2;

/** What the inserts of a job have of its memory. */
export interface LoadingOptions {
  readonly ids: IdKind;
  readonly workBytes: number;
  /** An insert is ended after so many rows. */
  readonly insertRows?: number;
}

/** What of a job's memory may wait to be sent to one of its tables: 1 MiB at most, a block at least. */
export function waitingBytes(workBytes: number, tables: number): number {
  const blockBytes = workBytes / (tables * BLOCKS_OF_TABLE);
  const least = bytesOfRows(blockRows(blockBytes));
  return Math.max(least, Math.min(WAITING_BYTES, Math.floor(WAITING_BLOCKS * blockBytes)));
}

/** Reads all ranges of logs that this job can claim, and sends their streams. */
export function* load(task: LoadTask, context: JobContext): Generator<Step, LoadResult> {
  const servers = task.connection.urls.map((url) => new Server(url, task.connection));
  const loading = new Loading(servers, task, {
    ids: context.engine.ids,
    workBytes: context.memory.workBytes,
  });
  let isDone = false;
  try {
    const take = (block: StreamBlock): void => loading.take(block);
    const taker = {
      take,
      afterStep: () => loading.room(),
      takenEntries: () => loading.takenEntries(),
    };
    const read = yield* readLogs(task, context, taker);
    yield* awaited(loading.finish());
    isDone = true;
    return { ...read, sent: loading.sent, countries: loading.countries() };
  } finally {
    if (!isDone) loading.abandon();
    for (const server of servers) server.close();
  }
}

/** The inserts of one job into all tables of all shards. */
export class Loading {
  /** How many streams went to each shard. */
  readonly sent: number[];
  readonly #ids: IdKind;
  readonly #kinds: readonly KeyKind[];
  /** By kind, then shard. */
  readonly #tables: readonly (readonly TableLoad[])[];
  readonly #countries = new Float64Array(COUNTRY_KEYS);
  #shards = new Uint16Array(0);
  #toldRows = 0;

  constructor(
    servers: readonly Pick<Server, "insert">[],
    task: Pick<LoadTask, "connection" | "load" | "kinds">,
    { ids, workBytes, insertRows = INSERT_ROWS }: LoadingOptions,
  ) {
    this.#ids = ids;
    const tables = servers.length * task.kinds.length;
    const rows = blockRows(workBytes / (tables * BLOCKS_OF_TABLE));
    const waiting = waitingBytes(workBytes, tables);
    this.#kinds = task.kinds;
    this.sent = servers.map(() => 0);
    this.#tables = task.kinds.map((kind) => {
      const table = tableName(countsTable(kind, ids).name, task.connection.database);
      const act = `load streams of ${formatDay(task.load.day)} into`;
      const sql = `INSERT INTO ${table} (day, load, ${kind}, song) FORMAT Native`;
      return servers.map((server) =>
        new TableLoad(
          new RowBlock(kind, ids, task.load, rows),
          () => server.insert(act, sql, {}, waiting),
          insertRows,
        )
      );
    });
  }

  /** Takes streams; the block is the caller's again. Wait for {@linkcode room} now and then. */
  take(block: StreamBlock): void {
    const { length, songs, users, countries, texts: { bytes } } = block;
    if (this.#shards.length < length) this.#shards = new Uint16Array(block.capacity);
    const shards = this.#shards;
    shardsOf(block, this.#ids, this.sent.length, shards);
    for (let i = 0; i < length; i++) this.sent[shards[i]]++;
    for (let i = 0; i < length; i++) this.#countries[countries[i]]++;
    for (const [at, kind] of this.#kinds.entries()) {
      const tables = this.#tables[at];
      const keys = kind === "user" ? users : countries;
      for (let i = 0; i < length; i++) tables[shards[i]].put(keys[i], songs[i], bytes);
    }
  }

  /** Rows that were put into tables since it was asked last: the shards sort them meanwhile. */
  takenEntries(): number {
    const rows = this.#kinds.length * this.sent.reduce((sum, streams) => sum + streams, 0);
    const taken = rows - this.#toldRows;
    this.#toldRows = rows;
    return taken;
  }

  /**
   * Lets the inserts have their turn, and waits until all of them have room.
   *
   * @throws {Error} where a server has refused an insert, or is gone
   */
  async room(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 0));
    const full = this.#tables.flat().filter((table) => table.isFull);
    await Promise.all(full.map((table) => table.room()));
  }

  /**
   * Sends what is left and waits until the servers have it all.
   *
   * @throws {Error} where one of them has not
   */
  async finish(): Promise<void> {
    await Promise.all(this.#tables.flat().map((table) => table.finish()));
  }

  /** Gives all inserts up. */
  abandon(): void {
    for (const table of this.#tables.flat()) table.abandon();
  }

  /** Streams by country. */
  countries(): CountryTotals {
    const found = Array.from(
      this.#countries,
      (streams, key) => [countryCode(key), streams] as const,
    );
    return Object.fromEntries(found.filter(([, streams]) => streams > 0));
  }
}

/** The inserts of one job into one table of one shard, one after another. */
class TableLoad {
  readonly #rows: RowBlock;
  readonly #begin: () => Insert;
  readonly #insertRows: number;
  #insert?: Insert;
  #sentRows = 0;
  /** An insert that has all its rows and was not answered yet. */
  #ending?: { readonly insert: Insert; readonly answer: Promise<void> };

  constructor(rows: RowBlock, begin: () => Insert, insertRows: number) {
    this.#rows = rows;
    this.#begin = begin;
    this.#insertRows = insertRows;
  }

  put(key: number, song: number, texts: Uint8Array): void {
    if (this.#rows.put(key, song, texts)) this.#send();
  }

  #send(): void {
    if (this.#rows.length === 0) return;
    this.#insert ??= this.#begin();
    this.#sentRows += this.#rows.length;
    this.#insert.write(this.#rows.encode());
  }

  get isFull(): boolean {
    return this.#insert !== undefined &&
      (this.#insert.isFull || this.#sentRows >= this.#insertRows);
  }

  /** Waits for room; an insert that is long enough is ended, while the next one begins. */
  async room(): Promise<void> {
    if (this.#sentRows < this.#insertRows) return await this.#insert?.room();
    await this.#ending?.answer;
    const insert = this.#insert!;
    const answer = insert.finish();
    answer.catch(() => {});
    this.#ending = { insert, answer };
    this.#insert = undefined;
    this.#sentRows = 0;
  }

  async finish(): Promise<void> {
    this.#send();
    await this.#ending?.answer;
    await this.#insert?.finish();
  }

  abandon(): void {
    this.#ending?.insert.abandon();
    this.#insert?.abandon();
  }
}
