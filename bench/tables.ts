/**
 * How streams get into the tables of ClickHouse: the way that the program goes, beside others.
 *
 * `deno task bench:tables [ROWS]`; one server, both profiles of logs. What is sent is encoded before
 * the clock starts, so that the server is measured; encoding has a figure of its own.
 *
 * @module
 */

import { crc32 } from "../core/crc32.ts";
import { createStreamBlock, KEY_KINDS, type KeyKind, type StreamBlock } from "../core/streams.ts";
import { chartQuery } from "../io/clickhouse/charting.ts";
import { type LoadOfDay, RowBlock } from "../io/clickhouse/native_block.ts";
import { type Connection, Server } from "../io/clickhouse/server.ts";
import { countsTable, createTable, tableName } from "../io/clickhouse/tables.ts";
import { rowBinaryOf } from "./clickhouse/row_binary.ts";
import { connectionTo, Servers, WHY_NOT } from "./clickhouse/servers.ts";
import { generateLog, generatorOptions } from "./generator.ts";
import { circumstances, factList, keepResult, median, table } from "./measure.ts";
import { pipe } from "../formats/pipe.ts";

const ROWS = 6_000_000;
const rows = Number(Deno.args[0] ?? ROWS);
const REPEATS = 3;
const DATABASE = "bench_tables";
const LOAD: LoadOfDay = { day: 18962, load: 1 };
/** As many rows make an insert, as in a run. */
const BLOCKS_OF_INSERT = 128;

/** A body of an insert, in blocks. */
type Body = readonly Uint8Array[];

/** An insert: where to, and what. */
interface Sending {
  readonly sql: string;
  readonly body: Body;
}

/** A way of streams into both tables of counts. */
interface Way {
  readonly name: string;
  /** Statements before the clock starts, besides those that make the tables of counts. */
  readonly before: readonly string[];
  /** What is sent: one list an insert at a time, all lists at once. */
  encode(streams: StreamBlock): readonly (readonly Sending[])[];
  /** Statements after all inserts, which the load waits for. */
  readonly after: readonly string[];
}

const ROWS_TABLE = tableName("rows_of_load", DATABASE);
const ROW_COLUMNS = "day Date, load UInt64, user UInt64, song UInt64, country FixedString(2)";

function counts(kind: KeyKind): string {
  return tableName(countsTable(kind, "number").name, DATABASE);
}

/** The songs that were played, added up. */
function added(kind: KeyKind): string {
  return `SELECT day, load, ${kind}, song, count() AS streams FROM ${ROWS_TABLE} ` +
    `GROUP BY day, load, ${kind}, song`;
}

const WAYS: readonly Way[] = [
  {
    name: "summing tables fed row by row, Native (what the program does)",
    before: [],
    encode: (streams) =>
      KEY_KINDS.map((kind) => insertsOf(kind, "Native", nativeOf(streams, kind))),
    after: [],
  },
  {
    name: "the same, RowBinary",
    before: [],
    encode: (streams) =>
      KEY_KINDS.map((kind) =>
        insertsOf(kind, "RowBinary", rowBinaryOf(streams, LOAD, [kind, "song"]))
      ),
    after: [],
  },
  {
    name: "added up insert by insert (materialized views), RowBinary",
    before: [
      `CREATE TABLE ${ROWS_TABLE} (${ROW_COLUMNS}) ENGINE = Null`,
      ...KEY_KINDS.map((kind) =>
        `CREATE MATERIALIZED VIEW ${tableName(`${kind}_view`, DATABASE)} TO ${counts(kind)} AS ` +
        added(kind)
      ),
    ],
    encode: (streams) => [rowInserts(streams)],
    after: [],
  },
  {
    name: "added up at the end of a load (INSERT SELECT), RowBinary",
    before: [
      `CREATE TABLE ${ROWS_TABLE} (${ROW_COLUMNS}) ENGINE = MergeTree ` +
      "PARTITION BY (day, load) ORDER BY tuple()",
    ],
    encode: (streams) => [rowInserts(streams)],
    after: [
      ...KEY_KINDS.map((kind) => `INSERT INTO ${counts(kind)} ${added(kind)}`),
      `DROP TABLE ${ROWS_TABLE}`,
    ],
  },
];

function insertsOf(kind: KeyKind, format: string, blocks: Body): Sending[] {
  return inserts(`INSERT INTO ${counts(kind)} (day, load, ${kind}, song) FORMAT ${format}`, blocks);
}

function rowInserts(streams: StreamBlock): Sending[] {
  const blocks = rowBinaryOf(streams, LOAD, ["user", "song", "country"]);
  return inserts(`INSERT INTO ${ROWS_TABLE} FORMAT RowBinary`, blocks);
}

function inserts(sql: string, blocks: Body): Sending[] {
  const count = Math.ceil(blocks.length / BLOCKS_OF_INSERT);
  return Array.from({ length: count }, (_, i) => ({
    sql,
    body: blocks.slice(i * BLOCKS_OF_INSERT, (i + 1) * BLOCKS_OF_INSERT),
  }));
}

function nativeOf({ length, users, countries, songs, texts }: StreamBlock, kind: KeyKind): Body {
  const block = new RowBlock(kind, "number", LOAD);
  const keys = kind === "user" ? users : countries;
  const bodies: Uint8Array[] = [];
  for (let i = 0; i < length; i++) {
    if (block.put(keys[i], songs[i], texts.bytes)) bodies.push(block.encode());
  }
  return [...bodies, block.encode()];
}

/** One load, and a chart of each kind. */
interface Loaded {
  readonly encodeSeconds: number;
  readonly sentBytes: number;
  readonly loadSeconds: number;
  /** Of the server, until the load has ended. */
  readonly loadCoreSeconds: number;
  /** Of the server, until all merges have ended that the load began. */
  readonly allCoreSeconds: number;
  /** Directly after the load, before merges end. */
  readonly userChartSeconds: number;
  readonly countryChartSeconds: number;
  /** Once all merges have ended. */
  readonly diskBytes: number;
  readonly checksum: string;
}

class Trial {
  readonly #servers: Servers;
  readonly #connection: Connection;
  readonly #server: Server;

  constructor(servers: Servers) {
    this.#servers = servers;
    this.#connection = connectionTo(servers.urls, DATABASE);
    this.#server = new Server(servers.urls[0], this.#connection);
  }

  close(): void {
    this.#server.close();
  }

  async load(way: Way, streams: StreamBlock): Promise<Loaded> {
    await this.#tell(`DROP DATABASE IF EXISTS ${DATABASE}`);
    await this.#tell(`CREATE DATABASE ${DATABASE}`);
    for (const kind of KEY_KINDS) {
      await this.#tell(createTable(countsTable(kind, "number"), DATABASE));
    }
    for (const sql of way.before) await this.#tell(sql);
    const begin = performance.now();
    const lists = way.encode(streams);
    const encodeSeconds = secondsSince(begin);
    const core = this.#servers.cpuSeconds(0);
    const start = performance.now();
    await Promise.all(lists.map(async (list) => {
      for (const { sql, body } of list) await this.#send(sql, body);
    }));
    for (const sql of way.after) await this.#tell(sql);
    const loadSeconds = secondsSince(start);
    const loadCoreSeconds = this.#servers.cpuSeconds(0) - core;
    const user = await this.#chart("user");
    const country = await this.#chart("country");
    const charts = user.coreSeconds + country.coreSeconds;
    await this.#servers.merged();
    const sum = await this.#ask(
      `SELECT sum(cityHash64(user, song) % 1000003 * streams) FROM ${counts("user")}`,
    );
    return {
      encodeSeconds,
      sentBytes: lists.flat().flatMap(({ body }) => body).reduce(
        (all, { length }) => all + length,
        0,
      ),
      loadSeconds,
      loadCoreSeconds,
      allCoreSeconds: this.#servers.cpuSeconds(0) - core - charts,
      userChartSeconds: user.seconds,
      countryChartSeconds: country.seconds,
      diskBytes: Number(
        await this.#ask(
          `SELECT sum(bytes) FROM system.parts WHERE active AND database = '${DATABASE}'`,
        ),
      ),
      checksum: `${sum} ${country.checksum}`,
    };
  }

  async #send(sql: string, body: Body): Promise<void> {
    const insert = this.#server.insert("load into", sql);
    for (const bytes of body) {
      await insert.room();
      insert.write(bytes);
    }
    await insert.finish();
  }

  /** Asks for all rows of a chart by one query, and reads them to the end. */
  async #chart(kind: KeyKind) {
    const query = {
      kind,
      top: 50,
      ids: "number",
      connection: this.#connection,
      loads: [LOAD],
    } as const;
    const core = this.#servers.cpuSeconds(0);
    const start = performance.now();
    const settings = { max_bytes_before_external_sort: 2 ** 29 };
    const { signal } = new AbortController();
    const result = await this.#server.open("read", chartQuery(query, {}), settings, signal);
    let checksum = 0;
    for (let part; (part = await result.read()) !== undefined;) checksum = crc32(part, checksum);
    return {
      seconds: secondsSince(start),
      coreSeconds: this.#servers.cpuSeconds(0) - core,
      checksum: checksum.toString(16),
    };
  }

  async #tell(sql: string): Promise<void> {
    await this.#server.text("prepare", sql);
  }

  async #ask(sql: string): Promise<string> {
    return (await this.#server.text("ask", sql)).trim();
  }
}

function secondsSince(start: number): number {
  return (performance.now() - start) / 1000;
}

function streamsOf(profile: "wide" | "sample"): StreamBlock {
  const parser = pipe.parser();
  const streams = createStreamBlock(rows);
  let rest = new Uint8Array(0);
  const options = generatorOptions({ rowCount: rows, corruptShare: 0, profile });
  for (const chunk of generateLog(LOAD.day, options)) {
    const bytes = new Uint8Array(rest.length + chunk.length);
    bytes.set(rest);
    bytes.set(chunk, rest.length);
    rest = bytes.slice(parser.parse(bytes, 0, bytes.length, false, streams));
  }
  parser.parse(rest, 0, rest.length, true, streams);
  if (streams.length !== rows) throw new Error(`Read ${streams.length} of ${rows} rows`);
  return streams;
}

if (WHY_NOT !== undefined) throw new Error(`Cannot measure: ${WHY_NOT}`);
const results: { profile: string; way: string; runs: Loaded[] }[] = [];
for (const profile of ["wide", "sample"] as const) {
  const streams = streamsOf(profile);
  const servers = await Servers.start(1);
  const trial = new Trial(servers);
  try {
    const ofProfile = WAYS.map(({ name }) => ({ profile, way: name, runs: [] as Loaded[] }));
    // In turns, so that what else the machine does meets all of them.
    for (let i = 0; i < REPEATS; i++) {
      for (const [at, way] of WAYS.entries()) {
        ofProfile[at].runs.push(await trial.load(way, streams));
        console.log(profile, way.name, ofProfile[at].runs[i]);
      }
    }
    const checksums = new Set(ofProfile.flatMap(({ runs }) => runs.map((run) => run.checksum)));
    if (checksums.size !== 1) throw new Error(`The charts differ: ${[...checksums].join("; ")}`);
    results.push(...ofProfile);
  } finally {
    trial.close();
    await servers.end();
  }
}

const FIGURES: readonly (readonly [string, keyof Loaded, number, number])[] = [
  ["load, s", "loadSeconds", 1, 2],
  ["core seconds of the server, load", "loadCoreSeconds", 1, 2],
  ["the same, with the merges after it", "allCoreSeconds", 1, 2],
  ["all users read by one query, s", "userChartSeconds", 1, 2],
  ["chart by country by one query, s", "countryChartSeconds", 1, 2],
  ["sent, bytes a row", "sentBytes", rows, 0],
  ["disk, bytes a row", "diskBytes", rows, 1],
  ["encoding before that, s", "encodeSeconds", 1, 2],
];

function letterOf(way: number): string {
  return String.fromCharCode(65 + way);
}

function tableFor(profile: string): string {
  const ways = results.filter((result) => result.profile === profile);
  const lines = FIGURES.map(([name, field, unit, digits]) => [
    name,
    ...ways.map(({ runs }) =>
      (median(runs.map((run) => Number(run[field]))) / unit).toFixed(digits)
    ),
  ]);
  return table([`profile ${profile}`, ...ways.map((_, i) => letterOf(i))], lines);
}

const facts = {
  ...await circumstances(`deno task bench:tables${rows === ROWS ? "" : ` ${rows}`}`),
  server: "one, 18.16.1 of Debian, on the same cores as what sends",
};
const text = `# Ways into the tables of ClickHouse: ${rows} rows\n\n${factList(facts)}
${WAYS.map(({ name }, i) => `- **${letterOf(i)}**: ${name}\n`).join("")}
Medians of ${REPEATS} loads, in turns. All led to the same counts.\n
${tableFor("wide")}\n${tableFor("sample")}`;
keepResult(rows === ROWS ? "tables" : `tables-${rows}`, text, { facts, rows, results });
