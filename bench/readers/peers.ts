/**
 * Reads a log as others do, on one core.
 *
 * `deno run -A bench/readers/peers.ts WHO PATH TIMES`
 *
 * @module
 */

import { createReadStream, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { addRow, noSums, type Sums, timed } from "./sums.ts";

const [who, path, times] = Deno.args;
const delimiter = path.includes(".tsv") ? "\t" : path.includes(".log") ? "|" : ",";

/** The lines of a file, read in parts. */
async function* linesOf(): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const part of createReadStream(path, { highWaterMark: 1 << 20 })) {
    const lines = (rest + decoder.decode(part as Uint8Array, { stream: true })).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
  if (rest !== "") yield rest;
}

const WAYS: Readonly<Record<string, () => Promise<Sums>>> = {
  "split per line": async () => {
    const sums = noSums();
    for await (const line of linesOf()) {
      const [song, user, country] = line.split(delimiter);
      addRow(sums, Number(song), Number(user), country);
    }
    return sums;
  },

  "JSON.parse per line": async () => {
    const sums = noSums();
    for await (const line of linesOf()) {
      const { song, user, country } = JSON.parse(line);
      addRow(sums, song, user, country);
    }
    return sums;
  },

  "csv-parse": async () => {
    const { parse } = await import("npm:csv-parse@7.0.3");
    const sums = noSums();
    const rows = createReadStream(path).pipe(parse({ delimiter, from_line: 2 }));
    for await (const [song, user, country] of rows) {
      addRow(sums, Number(song), Number(user), country);
    }
    return sums;
  },

  papaparse: async () => {
    const { default: Papa } = await import("npm:papaparse@5.7.1");
    const sums = noSums();
    const text = readFileSync(path, "utf8");
    let isHeader = true;
    // deno-lint-ignore no-explicit-any -- the package comes without types
    (Papa as any).parse(text, {
      delimiter,
      skipEmptyLines: true,
      step: ({ data: [song, user, country] }: { data: string[] }) => {
        if (!isHeader) addRow(sums, Number(song), Number(user), country);
        isHeader = false;
      },
    });
    return sums;
  },

  hyparquet: async () => {
    const { parquetRead } = await import("npm:hyparquet@1.31.5");
    const { compressors: theirs } = await import("npm:hyparquet-compressors@1.1.1");
    const compressors = {
      ZSTD: theirs.ZSTD,
      GZIP: (input: Uint8Array) => new Uint8Array(gunzipSync(input)),
    };
    const bytes = readFileSync(path);
    const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
    const sums = noSums();
    const columns = ["song", "user", "country"];
    await parquetRead({
      file: file as ArrayBuffer,
      columns,
      compressors,
      onComplete: (rows: unknown[][]) => {
        for (const [song, user, country] of rows) {
          addRow(sums, Number(song), Number(user), String(country));
        }
      },
    });
    return sums;
  },

  "DuckDB, one thread": async () => {
    const { DuckDBInstance } = await import("npm:@duckdb/node-api@1.5.5-r.5");
    const database = await DuckDBInstance.create(":memory:", { threads: "1" });
    const connection = await database.connect();
    const types = `columns = {'song': 'BIGINT', 'user': 'BIGINT', 'country': 'VARCHAR'}`;
    const dialect = `auto_detect = false, delim = '${delimiter}', header = ${delimiter !== "|"}`;
    const source = /\.parquet/.test(path)
      ? `read_parquet('${path}')`
      : /\.jsonl/.test(path)
      ? `read_json('${path}', format = 'newline_delimited', ${types})`
      : `read_csv('${path}', ${types}, ${dialect}, quote = '"', escape = '"')`;
    const query = `SELECT count(*), sum(song), sum("user"),
      sum(ascii(country) * 26 + ascii(country[2])) FROM ${source}`;
    const [row] = (await connection.runAndReadAll(query)).getRows();
    connection.closeSync();
    database.closeSync();
    const [rows, songs, users, countries] = row.map(Number);
    return { rows, songs, users, countries };
  },
};

await timed(Number(times), WAYS[who]);
