import assert from "node:assert/strict";
import { parse } from "npm:csv-parse@7.0.3/sync";
import { csvWriter } from "../../../formats/csv_writer.ts";
import {
  type Chart,
  CHARTS,
  largeChart,
  MOST,
  printed,
  printedApart,
  rowsOf,
  textOf,
} from "./sample_charts.ts";

const NO_PERMISSIONS = { permissions: "none" } as const;
const HEADER = "key,rank,song,streams\n";

/** The naive way: strings. */
function naive(chart: Chart): string {
  const field = (value: number | string): string => {
    const text = String(value);
    const isPlain = !/[,"\r\n]|^[ \t]|[ \t]$|^[=+@-]/.test(text);
    return isPlain ? text : `"${text.replaceAll('"', '""')}"`;
  };
  return HEADER + rowsOf(chart).map((row) => `${row.map(field).join(",")}\n`).join("");
}

for (const chart of [...CHARTS, largeChart(300, 7), largeChart(300, 7, "text")]) {
  Deno.test(`csvWriter.printer() prints a chart ${chart.what}`, NO_PERMISSIONS, () => {
    const report = textOf(printed(csvWriter, chart));
    assert.equal(report, naive(chart));
    const [header, ...records] = parse(report, { relaxQuotes: false }) as string[][];
    assert.deepEqual(header, ["key", "rank", "song", "streams"]);
    assert.deepEqual(records, rowsOf(chart).map((row) => row.map(String)), "read back");
  });

  Deno.test(`csvWriter.printer() needs no certain buffer, ${chart.what}`, NO_PERMISSIONS, () => {
    const whole = textOf(printed(csvWriter, chart));
    for (const capacity of [1, 7, 16, 63, 1000]) {
      assert.equal(textOf(printed(csvWriter, chart, { capacity })), whole);
      assert.equal(textOf(printed(csvWriter, chart, { capacity, drainBytes: 50 })), whole);
    }
    if (chart.keys.length > 0) assert.equal(textOf(printedApart(csvWriter, chart)), whole);
  });
}

const FIELDS: readonly [text: string, field: string][] = [
  ["plain", "plain"],
  ["a b", "a b"],
  ["a,b", '"a,b"'],
  ['a"b', '"a""b"'],
  [" a", '" a"'],
  ["a ", '"a "'],
  ["=1+1", '"=1+1"'],
  ["+1", '"+1"'],
  ["-1", '"-1"'],
  ["@SUM", '"@SUM"'],
  ["1+1=2", "1+1=2"],
  ["a@b.example", "a@b.example"],
  ["\u00e9", "\u00e9"],
];

Deno.test("csvWriter.printer() quotes a text where that is needed", NO_PERMISSIONS, () => {
  for (const [text, field] of FIELDS) {
    const keys = [{ key: text, songs: [[text, 1]] as const }];
    const report = textOf(printed(csvWriter, { what: "", kind: "user", ids: "text", keys }));
    assert.equal(report, `${HEADER}${field},1,${field},1\n`);
  }
});

Deno.test("csvWriter.printer() prints numbers of all lengths exactly", NO_PERMISSIONS, () => {
  const numbers = Array.from({ length: 16 }, (_, n) => [10 ** n, 10 ** n - 1]).flat().concat(MOST);
  const keys = numbers.map((key) => ({ key, songs: numbers.map((n) => [n, n] as const) }));
  const chart: Chart = { what: "", kind: "user", ids: "number", keys };
  assert.equal(textOf(printed(csvWriter, chart)), naive(chart));
});

Deno.test("csvWriter is a writer of csv files whose parts can be put together", () => {
  const { name, extension, isCutAtKeys } = csvWriter;
  assert.deepEqual([name, extension, isCutAtKeys], ["csv", "csv", true]);
});
