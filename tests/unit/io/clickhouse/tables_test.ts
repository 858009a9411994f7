import assert from "node:assert/strict";
import {
  type Column,
  countsTable,
  createTable,
  type FoundColumn,
  type FoundTable,
  statements,
  type Table,
  tableDifference,
  TABLES,
  tablesOf,
} from "../../../../io/clickhouse/tables.ts";

/** A table as a server shows it that was made by the statement; `keys` shows its keys. */
function found(table: Table, keys: (key: string) => string = (key) => key): FoundTable {
  const { engine, parameters = "", partitionBy = "", orderBy = "" } = table;
  const columns = table.columns.map(foundColumn);
  return { engine, parameters, partitionBy: keys(partitionBy), orderBy: keys(orderBy), columns };
}

function foundColumn({ name, type, default: value = "" }: Column): FoundColumn {
  return { name, type, default: value };
}

Deno.test("tableDifference() finds none in what was made, however a version shows keys", () => {
  for (const table of TABLES) {
    assert.equal(tableDifference(found(table), table), undefined);
    const bare = (key: string): string => key.replace(/^\((.*)\)$/, "$1");
    assert.equal(tableDifference(found(table, bare), table), undefined);
  }
});

const USERS = countsTable("user", "number");
const COLUMNS = USERS.columns.map(foundColumn);

const DIFFERENCES: readonly [change: Partial<FoundTable>, difference: string][] = [
  [{ engine: "MergeTree" }, "its engine is MergeTree, expected SummingMergeTree"],
  [{ columns: COLUMNS.slice(1) }, "it has no column day, expected one of type Date"],
  [
    { columns: COLUMNS.map((column) => ({ ...column, type: "String" })) },
    "its column day is String, expected Date",
  ],
  [
    { columns: [...COLUMNS, { name: "more", type: "Date", default: "" }] },
    "it has a column more, expected none of that name",
  ],
  [
    { columns: COLUMNS.map((column) => ({ ...column, default: "" })) },
    "its column streams has nothing by default, expected 1",
  ],
  [{ parameters: "" }, "its engine is for nothing, expected streams"],
  [{ partitionBy: "" }, "it is partitioned by nothing, expected day, load"],
  [{ orderBy: "(song, user)" }, "it is ordered by song, user, expected user, song"],
];

Deno.test("tableDifference() takes a default that is shown with its type", () => {
  for (const shown of ["CAST(1 AS UInt64)", "CAST(1, 'UInt64')"]) {
    const columns = COLUMNS.map((column) => ({ ...column, default: column.default && shown }));
    assert.equal(tableDifference({ ...found(USERS), columns }, USERS), undefined);
  }
});

for (const [change, difference] of DIFFERENCES) {
  Deno.test(`tableDifference() says: ${difference}`, () => {
    assert.equal(tableDifference({ ...found(USERS), ...change }, USERS), difference);
  });
}

Deno.test("createTable() quotes names; statements() has all tables, the database first", () => {
  assert.equal(
    createTable(USERS, "my`base"),
    "CREATE TABLE IF NOT EXISTS `my\\`base`.`user_counts`\n(\n    day Date,\n    load UInt64,\n" +
      "    user UInt64,\n    song UInt64,\n    streams UInt64 DEFAULT 1\n)\n" +
      "ENGINE = SummingMergeTree(streams)\nPARTITION BY (day, load)\nORDER BY (user, song)",
  );
  const all = statements("d").split(";\n").filter((statement) => statement.trim() !== "");
  assert.equal(all.length, 1 + TABLES.length);
  assert.equal(all[0], "CREATE DATABASE IF NOT EXISTS `d`");
});

Deno.test("tablesOf() keeps manifests to the first shard", () => {
  const names = (isFirst: boolean): string[] => tablesOf(isFirst).map(({ name }) => name);
  assert.deepEqual(names(true).filter((name) => !names(false).includes(name)), [
    "manifests",
  ]);
});
