/** DuckDB reads what the writers wrote, and finds the same rows. */
import assert from "node:assert/strict";
import { csvWriter } from "../../../formats/csv_writer.ts";
import type { Writer } from "../../../formats/interface.ts";
import { jsonlWriter } from "../../../formats/jsonl_writer.ts";
import { parquetWriter } from "../../../formats/parquet_writer.ts";
import { denied, needs, withDuckDb } from "./duckdb.ts";
import { type Chart, CHARTS, largeChart, printed, rowsOf, textOf } from "./sample_charts.ts";

const typeOf = (isText: boolean): string => isText ? "VARCHAR" : "BIGINT";

/** How DuckDB is asked for the rows of a report. */
const QUERIES: readonly [Writer, query: (chart: Chart, path: string) => string][] = [
  [csvWriter, (chart, path) => {
    const [key, song] = [typeOf(hasTextKeys(chart)), typeOf(chart.ids === "text")];
    const columns = `{'key': '${key}', 'rank': 'INTEGER', 'song': '${song}', 'streams': 'BIGINT'}`;
    // All is said, as a sniffer takes columns of ids for dates or numbers, and # for a comment.
    const dialect = `auto_detect = false, header = true, delim = ',', quote = '"', escape = '"'`;
    return `SELECT * FROM read_csv('${path}', columns = ${columns}, ${dialect}, nullstr = '')`;
  }],
  [jsonlWriter, (chart, path) => {
    const [key, song] = [typeOf(hasTextKeys(chart)), typeOf(chart.ids === "text")];
    const songs = `STRUCT(rank INTEGER, song ${song}, streams BIGINT)[]`;
    const columns = `{'key': '${key}', 'songs': '${songs}'}`;
    const from = `read_json('${path}', format = 'newline_delimited', columns = ${columns})`;
    return `SELECT key, s.rank, s.song, s.streams FROM (SELECT key, unnest(songs) AS s FROM ${from})`;
  }],
  [parquetWriter, (_chart, path) => `SELECT * FROM read_parquet('${path}')`],
];

function hasTextKeys({ kind, ids }: Chart): boolean {
  return kind !== "user" || ids === "text";
}

/** Texts come as the digits of their bytes: on its way here a text loses U+FEFF at its start. */
function asHex(chart: Chart, query: string): string {
  const key = hasTextKeys(chart) ? "'x' || hex(key)" : "key";
  const song = chart.ids === "text" ? "'x' || hex(song)" : "song";
  return `SELECT ${key}, rank, ${song}, streams FROM (${query})`;
}

function valueOf(cell: unknown): unknown {
  if (typeof cell === "bigint") return Number(cell);
  if (typeof cell !== "string") return cell;
  const pairs = cell.slice(1).match(/../g) ?? [];
  return textOf(Uint8Array.from(pairs, (pair) => parseInt(pair, 16)));
}

for (const [writer, query] of QUERIES) {
  Deno.test({
    name: `DuckDB reads what the writer ${writer.name} wrote${needs}`,
    ignore: denied.length > 0,
    async fn() {
      await writer.load?.();
      await withDuckDb(async (run, folder) => {
        for (const chart of [...CHARTS, largeChart(900, 50), largeChart(500, 50, "text")]) {
          const path = `${folder}/report.${writer.extension}`;
          Deno.writeFileSync(path, printed(writer, chart));
          const rows = (await run(asHex(chart, query(chart, path)))).map((row) => row.map(valueOf));
          assert.deepEqual(rows, rowsOf(chart), chart.what);
        }
      });
    },
  });
}
