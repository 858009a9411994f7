/**
 * The tables: what they are called, what they hold, and the statements that make them.
 *
 * The statements use only what ClickHouse 18.16 and later versions have in common.
 *
 * @module
 */

import type { IdKind, KeyKind } from "../../core/streams.ts";
import { ID_KINDS, KEY_KINDS } from "../../core/streams.ts";
import { quotedName } from "./server.ts";

/** The oldest version that is used. */
export const LEAST_VERSION = "18.16";

/** A column. */
export interface Column {
  readonly name: string;
  readonly type: string;
  /** The value where none is given. */
  readonly default?: string;
}

/** A table. */
export interface Table {
  readonly name: string;
  readonly columns: readonly Column[];
  readonly engine: string;
  /** What the engine is told in parentheses. */
  readonly parameters?: string;
  readonly partitionBy?: string;
  readonly orderBy?: string;
  /** Whether every shard has it; the first one only by default. */
  readonly isOnEveryShard: boolean;
}

/** The types of ids. */
const ID_TYPES: Readonly<Record<IdKind, string>> = { number: "UInt64", text: "String" };

/** The name of the table of counts by a kind of key. */
export function countsName(kind: KeyKind, ids: IdKind): string {
  return `${kind}_counts${ids === "text" ? "_of_texts" : ""}`;
}

/**
 * The counts by a kind of key: a row is a song of a key with its streams, or a part of them, which
 * the engine adds up when it merges. A day's load is a partition: it is dropped as a whole.
 */
export function countsTable(kind: KeyKind, ids: IdKind): Table {
  const keyType = kind === "country" ? "FixedString(2)" : ID_TYPES[ids];
  return {
    name: countsName(kind, ids),
    columns: [
      { name: "day", type: "Date" },
      { name: "load", type: "UInt64" },
      { name: kind, type: keyType },
      { name: "song", type: ID_TYPES[ids] },
      { name: "streams", type: "UInt64", default: "1" },
    ],
    engine: "SummingMergeTree",
    parameters: "streams",
    partitionBy: "(day, load)",
    orderBy: `(${kind}, song)`,
    isOnEveryShard: true,
  };
}

/** What makes a day visible: the newest row of the day names its load. */
export const MANIFESTS = {
  name: "manifests",
  columns: [
    { name: "day", type: "Date" },
    { name: "load", type: "UInt64" },
    { name: "shards", type: "UInt16" },
    { name: "manifest", type: "String" },
  ],
  engine: "ReplacingMergeTree",
  parameters: "load",
  partitionBy: "day",
  orderBy: "day",
  isOnEveryShard: false,
} as const satisfies Table;

/** Which shard of which cluster a server is: one row. */
export const SHARDS = {
  name: "shards",
  columns: [
    { name: "cluster", type: "String" },
    { name: "shard", type: "UInt16" },
    { name: "shards", type: "UInt16" },
  ],
  engine: "MergeTree",
  orderBy: "shard",
  isOnEveryShard: true,
} as const satisfies Table;

/** Where the insert goes that is the lock of a run (see lock.ts): it keeps nothing. */
export const RUN_LOCK = {
  name: "run_lock",
  columns: [{ name: "nothing", type: "UInt64" }],
  engine: "Null",
  isOnEveryShard: true,
} as const satisfies Table;

/** All tables. */
export const TABLES: readonly Table[] = [
  SHARDS,
  MANIFESTS,
  RUN_LOCK,
  ...ID_KINDS.flatMap((ids) => KEY_KINDS.map((kind) => countsTable(kind, ids))),
];

/** The tables that a shard has. */
export function tablesOf(isFirst: boolean): readonly Table[] {
  return TABLES.filter(({ isOnEveryShard }) => isFirst || isOnEveryShard);
}

/** The statement that makes the database where it is missing. */
export function createDatabase(database: string): string {
  return `CREATE DATABASE IF NOT EXISTS ${quotedName(database)}`;
}

/** The statement that makes a table where it is missing. */
export function createTable(table: Table, database: string): string {
  const columns = table.columns.map(({ name, type, default: value }) =>
    `    ${name} ${type}${value === undefined ? "" : ` DEFAULT ${value}`}`
  );
  const { engine, parameters, partitionBy, orderBy } = table;
  const lines = [
    `CREATE TABLE IF NOT EXISTS ${tableName(table.name, database)}`,
    "(",
    columns.join(",\n"),
    ")",
    `ENGINE = ${engine}${parameters === undefined ? "" : `(${parameters})`}`,
    ...partitionBy === undefined ? [] : [`PARTITION BY ${partitionBy}`],
    ...orderBy === undefined ? [] : [`ORDER BY ${orderBy}`],
  ];
  return lines.join("\n");
}

/** The name of a table with that of its database. */
export function tableName(name: string, database: string): string {
  return `${quotedName(database)}.${quotedName(name)}`;
}

/** A column as a server describes it; without a default that is empty. */
export type FoundColumn = Readonly<Record<"name" | "type" | "default", string>>;

/** A table as a server describes it. */
export interface FoundTable {
  readonly engine: string;
  /** What the engine was told in parentheses. */
  readonly parameters: string;
  readonly partitionBy: string;
  readonly orderBy: string;
  readonly columns: readonly FoundColumn[];
}

/** Says how a table differs from what it should be, or `undefined` where it does not. */
export function tableDifference(found: FoundTable, wanted: Table): string | undefined {
  if (found.engine !== wanted.engine) {
    return `its engine is ${found.engine}, expected ${wanted.engine}`;
  }
  for (const { name, type, default: value = "" } of wanted.columns) {
    const column = found.columns.find((each) => each.name === name);
    if (column === undefined) return `it has no column ${name}, expected one of type ${type}`;
    if (column.type !== type) return `its column ${name} is ${column.type}, expected ${type}`;
    const given = plainDefault(column.default);
    if (given !== value) {
      return `its column ${name} has ${given || "nothing"} by default, expected ${
        value || "nothing"
      }`;
    }
  }
  const other = found.columns.find(({ name }) =>
    wanted.columns.every((column) => column.name !== name)
  );
  if (other !== undefined) return `it has a column ${other.name}, expected none of that name`;
  const [parameters, wantedParameters] = [plain(found.parameters), plain(wanted.parameters ?? "")];
  if (parameters !== wantedParameters) {
    return `its engine is for ${parameters || "nothing"}, expected ${
      wantedParameters || "nothing"
    }`;
  }
  const partition = keyDifference("partitioned", found.partitionBy, wanted.partitionBy);
  return partition ?? keyDifference("ordered", found.orderBy, wanted.orderBy);
}

function keyDifference(how: string, found: string, wanted = ""): string | undefined {
  if (plain(found) === plain(wanted)) return undefined;
  return `it is ${how} by ${plain(found) || "nothing"}, expected ${plain(wanted) || "nothing"}`;
}

/** Versions differ in whether they show parentheses. */
function plain(key: string): string {
  return key.replace(/[()`\s]/g, "").replaceAll(",", ", ");
}

/** Versions differ in whether they show the type of a default. */
function plainDefault(expression: string): string {
  return /^CAST\((.*?)(?: AS .*|, '.*')\)$/.exec(expression)?.[1] ?? expression;
}

/** What `clickhouse init` makes, as statements. */
export function statements(database: string): string {
  return [createDatabase(database), ...tablesOf(true).map((table) => createTable(table, database))]
    .map((sql) => `${sql};\n`).join("\n");
}
