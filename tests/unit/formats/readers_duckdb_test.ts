/** The reader `parquet` reads what DuckDB wrote, however it is compressed and encoded. */
import assert from "node:assert/strict";
import { sourceOf } from "../../../core/bytes.ts";
import { parquet } from "../../../formats/parquet.ts";
import { denied, needs, withDuckDb } from "./duckdb.ts";
import { readTable, type TableRead } from "./tables.ts";

const ROWS = 300_000;

/** Rows as numbers: dictionaries that fit, and ones that do not; a column of a few values. */
const NUMBERS = `SELECT (i * 7919 % 50000)::BIGINT AS song, i::UINTEGER + 2147480000 AS "user",
  CASE i % 3 WHEN 0 THEN 'FR' WHEN 1 THEN 'DE' ELSE 'NA' END AS country FROM range(${ROWS}) t(i)`;

const numberRow = (i: number): string[] => [
  String(i * 7919 % 50000),
  String(i + 2147480000),
  ["FR", "DE", "NA"][i % 3],
];

for (const codec of ["uncompressed", "snappy", "zstd", "gzip", "brotli"]) {
  for (const version of ["V1", "V2"]) {
    Deno.test({
      name: `parquet reads DuckDB's ${codec} ${version}${needs}`,
      ignore: denied.length > 0,
      fn: () =>
        withDuckDb(async (run, folder) => {
          const path = `${folder}/log.parquet`;
          const options = `FORMAT parquet, COMPRESSION ${codec}, PARQUET_VERSION ${version}`;
          await run(`COPY (${NUMBERS}) TO '${path}' (${options}, ROW_GROUP_SIZE 122880)`);
          const { streams, tally } = await readFile(path);
          assert.deepEqual([tally.rows, streams.length], [ROWS, ROWS]);
          for (let i = 0; i < ROWS; i++) {
            const [song, user, country] = numberRow(i);
            const [a, b, c] = streams[i];
            if (a !== song || b !== user || c !== country) assert.fail(`row ${i + 1}`);
          }
        }),
    });
  }
}

Deno.test({
  name: `parquet reads DuckDB's nulls, texts and UUIDs${needs}`,
  ignore: denied.length > 0,
  fn: () =>
    withDuckDb(async (run, folder) => {
      const path = `${folder}/log.parquet`;
      const query = `SELECT CASE WHEN i % 5 = 0 THEN NULL ELSE md5(i::VARCHAR) END AS song,
        ('00000000-0000-4000-8000-' || lpad(i::VARCHAR, 12, '0'))::UUID AS "user",
        'FR' AS country FROM range(20000) t(i)`;
      await run(`COPY (${query}) TO '${path}' (FORMAT parquet, ROW_GROUP_SIZE 4096)`);
      const { streams, tally } = await readFile(path, "text");
      assert.deepEqual([tally.rows, tally.rejected.fields, streams.length], [20000, 4000, 16000]);
      assert.deepEqual(tally.firstRejected.map(({ line }) => line), [1, 6, 11, 16, 21]);
      assert.equal(streams[0][0], "c4ca4238a0b923820dcc509a6f75849b");
      assert.equal(streams[15999][1], "00000000-0000-4000-8000-000000019999");
    }),
});

async function readFile(path: string, ids: "number" | "text" = "number"): Promise<TableRead> {
  return await readTable(parquet, sourceOf(await Deno.readFile(path)), { ids });
}
