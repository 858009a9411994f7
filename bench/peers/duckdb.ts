/**
 * The charts with DuckDB: `deno run -A --no-lock bench/peers/duckdb.ts '{"logs":[...],...}'`.
 *
 * The package is named in a variable so that neither the type check nor the lock file of the
 * project knows of it: nothing of the program can reach it.
 *
 * @module
 */

import type { KeyKind } from "../../core/streams.ts";

/** What is asked, as JSON on the command line. */
export interface DuckDbJob {
  readonly logs: readonly string[];
  readonly kinds: readonly KeyKind[];
  readonly query: DuckDbQuery;
  /** Where `country.txt` and `user.txt` go. */
  readonly out: string;
  readonly temp: string;
  readonly memory: string;
  readonly mostTemp: string;
}

/** The package and its version. */
export const DUCKDB = "npm:@duckdb/node-api@1.5.5-r.5";

interface Connection {
  run(sql: string): Promise<unknown>;
}

/** Rows as they are in the logs: no quotes, no escapes; rows of another form are left out. */
function readCsv(logs: readonly string[]): string {
  const files = logs.map((log) => `'${log}'`).join(", ");
  return `read_csv([${files}], delim='|', quote='', escape='', header=false, ignore_errors=true,
    columns={'song': 'BIGINT', 'user': 'BIGINT', 'country': 'VARCHAR'})`;
}

/** How the first 50 songs are chosen: as most would write it, or the fastest way that was found. */
export type DuckDbQuery = "window" | "lists";

/** Few keys with many songs by a bounded heap each, many keys with few songs by sorting each list. */
const FIRST_SONGS: Readonly<Record<KeyKind, string>> = {
  country: "min({'minus': -n, 'song': song}, 50)",
  user: "list_sort(list({'minus': -n, 'song': song}))[1:50]",
};

function chosenSongs(kind: KeyKind, query: DuckDbQuery): string {
  if (query === "lists") {
    return `SELECT key, ${FIRST_SONGS[kind]} AS songs FROM counted GROUP BY key`;
  }
  return `SELECT key, list({'minus': -n, 'song': song} ORDER BY place) AS songs
    FROM (SELECT *, row_number() OVER (PARTITION BY key ORDER BY n DESC, song) AS place FROM counted)
    WHERE place <= 50 GROUP BY key`;
}

function chartQuery(kind: KeyKind, from: string, query: DuckDbQuery): string {
  return `WITH counted AS (SELECT "${kind}" AS key, song, count(*) AS n FROM ${from} GROUP BY ALL),
    chosen AS (${chosenSongs(kind, query)})
    SELECT key || '|' ||
      array_to_string(list_transform(songs, lambda s: s.song || ':' || -s.minus), ',')
    FROM chosen ORDER BY key`;
}

async function makeCharts(connection: Connection, job: DuckDbJob): Promise<void> {
  const isOne = job.kinds.length === 1;
  const from = isOne ? readCsv(job.logs) : "streams";
  if (!isOne) await connection.run(`CREATE TABLE streams AS SELECT * FROM ${readCsv(job.logs)}`);
  for (const kind of job.kinds) {
    await connection.run(
      `COPY (${chartQuery(kind, from, job.query)}) TO '${job.out}/${kind}.txt'
        (FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER '\t')`,
    );
  }
}

if (import.meta.main) {
  const job: DuckDbJob = JSON.parse(Deno.args[0]);
  const name = DUCKDB;
  const { DuckDBInstance } = await import(name);
  const database = await DuckDBInstance.create(":memory:", {
    memory_limit: job.memory,
    temp_directory: job.temp,
    max_temp_directory_size: job.mostTemp,
    // Takes less memory; what has an ORDER BY stays in order.
    preserve_insertion_order: "false",
  });
  try {
    await makeCharts(await database.connect(), job);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exit(1);
  }
}
