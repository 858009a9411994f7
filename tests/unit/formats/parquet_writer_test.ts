import assert from "node:assert/strict";
import { parquetMetadata, parquetReadObjects } from "npm:hyparquet@1.31.5";
import { ByteBuffer } from "../../../core/bytes.ts";
import { parquetWriter } from "../../../formats/parquet_writer.ts";
import {
  type Chart,
  chartRows,
  CHARTS,
  largeChart,
  printed,
  type ReportRow,
  rowsOf,
  textOf,
} from "./sample_charts.ts";

const NO_PERMISSIONS = { permissions: "none" } as const;

interface FileRow {
  readonly key: bigint | string;
  readonly rank: number;
  readonly song: bigint | string;
  readonly streams: bigint;
}

/** As the library's own parser, which drops U+FEFF at the start of a text. */
const parsers = { stringFromBytes: (bytes: Uint8Array): string => textOf(bytes) };

async function readBack(report: Uint8Array): Promise<ReportRow[]> {
  const file = report.slice().buffer;
  const rows = await parquetReadObjects({ file, parsers }) as unknown as FileRow[];
  const value = (cell: bigint | string): number | string =>
    typeof cell === "bigint" ? Number(cell) : cell;
  return rows.map(({ key, rank, song, streams }) => {
    assert.equal(typeof streams, "bigint");
    return [value(key), rank, value(song), Number(streams)];
  });
}

Deno.test("parquetWriter.printer() needs load() to have ended", NO_PERMISSIONS, () => {
  // The first test of this file: nothing has loaded the library yet.
  assert.throws(
    () => parquetWriter.printer({ kind: "user", top: 50, ids: "number" }),
    /^Error: Cannot print Parquet: load\(\) has not ended, expected it to be awaited$/,
  );
});

const LARGE: readonly Chart[] = [
  largeChart(400, 50),
  { ...largeChart(400, 50), what: "of one row group" },
  { ...largeChart(20_001, 1), what: "of one row more than a row group" },
  largeChart(1203, 50),
  largeChart(403, 50, "text"),
];

for (const [i, chart] of [...CHARTS, ...LARGE].entries()) {
  Deno.test(
    `parquetWriter.printer() prints a chart ${chart.what} (${i})`,
    NO_PERMISSIONS,
    async () => {
      await parquetWriter.load();
      const report = printed(parquetWriter, chart);
      assert.deepEqual(await readBack(report), rowsOf(chart));
      assert.deepEqual(printed(parquetWriter, chart), report, "the same bytes again");
      const small = printed(parquetWriter, chart, { capacity: 1, drainBytes: 1 });
      assert.deepEqual(small, report, "the same bytes from another buffer");
    },
  );
}

/** The type of each column by the chart's kind and ids. */
const TYPES: readonly [kind: Chart["kind"], ids: Chart["ids"], key: string, song: string][] = [
  ["country", "number", "BYTE_ARRAY UTF8", "INT64"],
  ["world", "number", "BYTE_ARRAY UTF8", "INT64"],
  ["user", "number", "INT64", "INT64"],
  ["country", "text", "BYTE_ARRAY UTF8", "BYTE_ARRAY UTF8"],
  ["world", "text", "BYTE_ARRAY UTF8", "BYTE_ARRAY UTF8"],
  ["user", "text", "BYTE_ARRAY UTF8", "BYTE_ARRAY UTF8"],
];

Deno.test("parquetWriter.printer() types its columns by the chart", NO_PERMISSIONS, async () => {
  await parquetWriter.load();
  for (const [kind, ids, key, song] of TYPES) {
    const { schema } = parquetMetadata(
      printed(parquetWriter, { what: "", kind, ids, keys: [] }).slice().buffer,
    );
    const columns = schema.slice(1).map(({ name, type, converted_type, repetition_type }) => {
      assert.equal(repetition_type, "REQUIRED");
      return [name, [type, converted_type].filter((part) => part !== undefined).join(" ")];
    });
    const expected = [["key", key], ["rank", "INT32"], ["song", song], ["streams", "INT64"]];
    assert.deepEqual(columns, expected, `${kind} ${ids}`);
  }
});

Deno.test("parquetWriter.printer() ends row groups by rows and bytes", NO_PERMISSIONS, async () => {
  await parquetWriter.load();
  const groups = (chart: Chart): number[] =>
    parquetMetadata(printed(parquetWriter, chart).slice().buffer).row_groups
      .map((group) => Number(group.num_rows));
  assert.deepEqual(groups(largeChart(1000, 50)), [20_000, 20_000, 10_000]);
  assert.deepEqual(groups(largeChart(450, 50, "text")), [10_000, 10_000, 2500]);
  const id = (at: number): string => String(at).padStart(256, "x");
  const keys = Array.from(
    { length: 5000 },
    (_, i) => ({ key: id(i), songs: [[id(i), 1]] as const }),
  );
  const long = groups({ what: "", kind: "user", ids: "text", keys });
  assert.ok(long.length > 3 && long.every((rows) => rows <= 1024), `${long}`);
});

Deno.test("parquetWriter.printer() hands out each row group when it is full", async () => {
  await parquetWriter.load();
  const chart = largeChart(2000, 50);
  const drained: number[] = [];
  const printer = parquetWriter.printer({ kind: "user", top: 50, ids: "number" });
  const out = new ByteBuffer();
  for (const row of chartRows(chart)) {
    printer.print(row, out);
    if (out.length > 0) drained.push(out.length);
    out.length = 0;
  }
  assert.equal(drained.length, 5, "one row group after another");
});

Deno.test("parquetWriter is a writer of parquet files that one printer prints", () => {
  const { name, extension, isCutAtKeys } = parquetWriter;
  assert.deepEqual([name, extension, isCutAtKeys], ["parquet", "parquet", false]);
});
