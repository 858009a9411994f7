/**
 * Makes the same streams as logs of every format: `deno run -A bench/readers/files.ts FOLDER ROWS`.
 *
 * @module
 */

import { gzipSync, zstdCompressSync } from "node:zlib";
import { dayOf } from "../../core/day.ts";
import { generateLog, generatorOptions } from "../generator.ts";

const [folder, rows] = Deno.args;
Deno.mkdirSync(folder, { recursive: true });

/** What stands before the rows, and how a row is written. */
const FORMS: Readonly<Record<string, readonly [head: string, row: (fields: string[]) => string]>> =
  {
    "plain.log": ["", (fields) => fields.join("|")],
    "plain.csv": ["song,user,country\n", (fields) => fields.join(",")],
    "quoted.csv": ['"song","user","country"\n', (fields) => `"${fields.join('","')}"`],
    "plain.tsv": ["song\tuser\tcountry\n", (fields) => fields.join("\t")],
    "plain.jsonl": ["", ([a, b, c]) => `{"song":${a},"user":${b},"country":"${c}"}`],
  };

const options = generatorOptions({ rowCount: Number(rows), corruptShare: 0 });
const decoder = new TextDecoder();
for (const [name, [head, row]] of Object.entries(FORMS)) {
  const file = Deno.openSync(`${folder}/${name}`, { write: true, create: true, truncate: true });
  const write = (text: string): void => {
    const bytes = new TextEncoder().encode(text);
    for (let at = 0; at < bytes.length;) at += file.writeSync(bytes.subarray(at));
  };
  write(head);
  for (const chunk of generateLog(dayOf(2021, 12, 1)!, options)) {
    const lines = decoder.decode(chunk).trimEnd().split("\n");
    write(lines.map((line) => `${row(line.split("|"))}\n`).join(""));
  }
  file.close();
}

const csv = Deno.readFileSync(`${folder}/plain.csv`);
Deno.writeFileSync(`${folder}/plain.csv.gz`, gzipSync(csv));
Deno.writeFileSync(`${folder}/plain.csv.zst`, zstdCompressSync(csv));

const { DuckDBInstance } = await import("npm:@duckdb/node-api@1.5.5-r.5");
const database = await DuckDBInstance.create(":memory:", { threads: "1" });
const connection = await database.connect();
const types = `columns = {'song': 'BIGINT', 'user': 'BIGINT', 'country': 'VARCHAR'}`;
for (const codec of ["uncompressed", "snappy", "zstd", "gzip"]) {
  await connection.run(
    `COPY (SELECT * FROM read_csv('${folder}/plain.csv', auto_detect = false, header = true, ` +
      `delim = ',', ${types})) TO '${folder}/${codec}.parquet' ` +
      `(FORMAT parquet, COMPRESSION ${codec})`,
  );
}
connection.closeSync();
database.closeSync();
