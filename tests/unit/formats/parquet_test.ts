/** The reader `parquet`: whole files, rejected rows, and files that are damaged or of other types. */
import assert from "node:assert/strict";
import {
  type BasicType,
  ByteWriter,
  parquetWriteBuffer,
  ParquetWriter,
} from "npm:hyparquet-writer@0.17.0";
import { type ByteSource, sourceOf } from "../../../core/bytes.ts";
import { FormatError, REJECT_REASONS } from "../../../core/streams.ts";
import { parquet } from "../../../formats/parquet.ts";
import { loadLibraries } from "../../../formats/parquet_pages.ts";
import { readTable, type Row } from "./tables.ts";

type Column = Parameters<typeof parquetWriteBuffer>[0]["columnData"][number];
type Options = Omit<Parameters<typeof parquetWriteBuffer>[0], "columnData">;

const NO_PERMISSIONS = { permissions: "none" } as const;
await loadLibraries();

function test(name: string, body: () => Promise<void>): void {
  Deno.test(`parquet ${name}`, NO_PERMISSIONS, body);
}

function fileOf(columns: readonly Column[], options: Options = {}): Uint8Array {
  return new Uint8Array(parquetWriteBuffer({ columnData: [...columns], ...options }));
}

const column = (name: string, data: unknown[], type: BasicType, nullable = false): Column => ({
  name,
  data,
  type,
  nullable,
});

const strings = (values: readonly (string | null)[]): (string | null)[] => [...values];

function usual(rows: readonly Row[], options: Options = {}): Uint8Array {
  return fileOf([
    column("song", rows.map(([song]) => BigInt(song)), "INT64"),
    column("user", rows.map(([, user]) => BigInt(user)), "INT64"),
    column("country", rows.map(([, , country]) => country), "STRING"),
  ], options);
}

function someRows(count: number): Row[] {
  return Array.from(
    { length: count },
    (_, i) => [String(i * 7919 % 500), String(i), ["FR", "DE", "NA"][i % 3]],
  );
}

const ROWS: readonly Row[] = [["1", "2", "FR"], ["9007199254740991", "0", "DE"], ["7", "7", "NA"]];

async function refused(bytes: Uint8Array | ByteSource, message: RegExp, options = {}) {
  const source = bytes instanceof Uint8Array ? sourceOf(bytes) : bytes;
  await assert.rejects(readTable(parquet, source, options), (error: Error) => {
    assert.ok(error instanceof FormatError, `${error.name}: ${error.message}`);
    assert.match(error.message, message);
    return true;
  });
}

test("reads rows, and how much of the file is done", async () => {
  const bytes = usual(ROWS);
  const { streams, tally, doneBytes } = await readTable(parquet, sourceOf(bytes));
  assert.deepEqual(streams, ROWS);
  assert.deepEqual([tally.rows, tally.lines], [3, 3]);
  assert.equal(doneBytes, bytes.length);
});

test("reads a file without rows", async () => {
  const { streams, tally } = await readTable(parquet, sourceOf(usual([])));
  assert.deepEqual([streams.length, tally.rows], [0, 0]);
});

test("reads several row groups and pages that end elsewhere in each column", async () => {
  const rows = someRows(40_000);
  for (const rowGroupSize of [999, 100_000]) {
    for (const codec of ["UNCOMPRESSED", "SNAPPY"] as const) {
      const bytes = usual(rows, { rowGroupSize, pageSize: 5000, codec });
      assert.deepEqual((await readTable(parquet, sourceOf(bytes))).streams, rows);
    }
  }
});

test("reads named columns, of other types, in any order", async () => {
  const bytes = fileOf([
    column("cc", strings(["FR", "DE"]), "STRING"),
    column("other", [1.5, 2.5], "DOUBLE"),
    column("listener", [2147483647, 0], "INT32"),
    column("track", strings(["0012", "9007199254740991"]), "STRING"),
  ]);
  const columns = { song: "track", user: "listener", country: "cc" };
  const { streams } = await readTable(parquet, sourceOf(bytes), { columns });
  assert.deepEqual(streams, [["12", "2147483647", "FR"], ["9007199254740991", "0", "DE"]]);
});

test("reads ids that are text: strings as they are, whole numbers as digits", async () => {
  const bytes = fileOf([
    column("song", strings(["4uLU6hMCjMI75M1A2tKUQC", "\u00e9t\u00e9", ""]), "STRING"),
    column("user", [-5n, 2n ** 62n, 1n], "INT64"),
    column("country", strings(["FR", "DE", "FR"]), "STRING"),
  ]);
  const { streams, tally } = await readTable(parquet, sourceOf(bytes), { ids: "text" });
  assert.deepEqual(streams, [
    ["4uLU6hMCjMI75M1A2tKUQC", "-5", "FR"],
    ["\u00e9t\u00e9", String(2n ** 62n), "DE"],
  ]);
  assert.equal(tally.rejected.song, 1);
});

test("reads UUIDs as their text", async () => {
  const uuid = "f4b5a3c8-1d2e-4f60-8a9b-0c1d2e3f4a5b";
  const bytes = fileOf([
    column("song", [uuid], "UUID"),
    column("user", strings(["u"]), "STRING"),
    column("country", strings(["FR"]), "STRING"),
  ]);
  const { streams } = await readTable(parquet, sourceOf(bytes), { ids: "text" });
  assert.deepEqual(streams, [[uuid, "u", "FR"]]);
  await refused(bytes, /column "song" holds FIXED_LEN_BYTE_ARRAY \(UUID\), expected whole numbers/);
});

test("rejects rows by the first reason, with their numbers", async () => {
  const rows: [song: string | null, user: bigint | null, country: string | null, string?][] = [
    ["1", 2n, "FR"],
    [null, null, null, "empty"],
    ["1", null, "FR", "fields"],
    [null, 1n, "FR", "fields"],
    ["1", 1n, null, "fields"],
    ["x", -1n, "fr", "song"],
    [" 1", 1n, "FR", "song"],
    ["1.0", 1n, "FR", "song"],
    ["", 1n, "FR", "song"],
    ["9007199254740992", 1n, "FR", "song"],
    ["12345678901234567", 1n, "FR", "song"],
    ["1", -1n, "fr", "user"],
    ["1", 2n ** 53n, "FR", "user"],
    ["1", -(2n ** 63n), "FR", "user"],
    ["1", 1n, "fr", "country"],
    ["1", 1n, "FRA", "country"],
    ["1", 1n, "", "country"],
    ["1".repeat(65_537), 1n, "FR", "too-long"],
    ["1", 2n, "FR"],
  ];
  const nullable = true;
  const bytes = fileOf([
    column("song", rows.map(([song]) => song), "STRING", nullable),
    column("user", rows.map(([, user]) => user), "INT64", nullable),
    column("country", rows.map(([, , country]) => country), "STRING", nullable),
  ]);
  const { streams, tally } = await readTable(parquet, sourceOf(bytes));
  assert.deepEqual(streams, [["1", "2", "FR"], ["1", "2", "FR"]]);
  assert.deepEqual(tally.rows, rows.length);
  for (const reason of REJECT_REASONS) {
    const count = rows.filter((row) => row[3] === reason).length;
    assert.equal(tally.rejected[reason], count, reason);
  }
  assert.deepEqual(tally.firstRejected.slice(0, 2), [
    { line: 2, reason: "empty", text: "song=,user=,country=" },
    { line: 3, reason: "fields", text: "song=1,user=,country=FR" },
  ]);
});

test("rejects strings that are no UTF-8 as syntax", async () => {
  const bytes = fileOf([
    column("song", [new Uint8Array([0x31, 0xff]), new Uint8Array([0x31])], "BYTE_ARRAY"),
    column("user", [1n, 1n], "INT64"),
    column("country", strings(["FR", "FR"]), "STRING"),
  ]);
  for (const ids of ["number", "text"] as const) {
    const { streams, tally } = await readTable(parquet, sourceOf(bytes), { ids });
    assert.deepEqual(streams, [["1", "1", "FR"]]);
    assert.equal(tally.rejected.syntax, 1);
    assert.equal(tally.firstRejected[0].text, "song=1\\xff,user=1,country=FR");
  }
});

test("refuses columns that are not there or of no use, by name and type", async () => {
  const bytes = fileOf([
    column("song", [1.5], "DOUBLE"),
    column("user", [true], "BOOLEAN"),
    column("day", [new Date(0)], "TIMESTAMP"),
    column("country", [33], "INT32"),
    column("id", [1], "INT32"),
  ]);
  const columns = { song: "id", user: "id", country: "country" };
  await refused(bytes, /^column "song" holds DOUBLE, expected whole numbers of 32 or 64 bits, or/);
  const using = (change: object) => ({ columns: { ...columns, ...change } });
  await refused(bytes, /^column "country" holds INT32, expected strings for a country$/, using({}));
  await refused(bytes, /^column "user" holds BOOLEAN/, using({ user: "user" }));
  await refused(bytes, /^column "day" holds INT64 \(TIMESTAMP/, using({ song: "day" }));
  await refused(
    bytes,
    /^no column "track" in it \(song,user,day,country,id\), expected it to be there \(--columns/,
    using({ song: "track" }),
  );
  await refused(bytes, /^columns by number, expected the names/, {
    columns: { song: 1, user: 2, country: 3 },
  });
});

test("refuses lists and nested columns", async () => {
  const writer = new ByteWriter();
  const schema = [
    { name: "root", num_children: 2 },
    { name: "song", num_children: 1, repetition_type: "REQUIRED" as const },
    { name: "user", type: "INT64" as const, repetition_type: "REQUIRED" as const },
    { name: "user", type: "INT64" as const, repetition_type: "REPEATED" as const },
  ];
  const file = new ParquetWriter({ writer, schema });
  file.finish();
  const bytes = new Uint8Array(writer.getBuffer());
  await refused(bytes, /^column "song" holds nested columns, expected whole numbers/);
  const columns = { song: "user", user: "user", country: "user" };
  await refused(bytes, /^column "user" holds lists of INT64, expected/, { columns });
});

test("refuses a file that is cut off anywhere", async () => {
  const bytes = usual(someRows(300), { rowGroupSize: 100 });
  for (let length = 0; length < bytes.length; length += 7) {
    await refused(bytes.subarray(0, length), /damaged Parquet|no Parquet/);
  }
});

test("with a flipped byte is refused or gives other values, and never fails otherwise", async () => {
  const rows = someRows(200);
  const bytes = usual(rows, { rowGroupSize: 64 });
  let refusals = 0;
  for (let at = 0; at < bytes.length; at++) {
    const copy = bytes.slice();
    copy[at] ^= 1 << at % 8;
    try {
      const { tally } = await readTable(parquet, sourceOf(copy));
      assert.ok(tally.rows <= rows.length + 64);
    } catch (error) {
      assert.ok(error instanceof FormatError, `byte ${at}: ${error}`);
      refusals++;
    }
  }
  assert.ok(refusals > bytes.length / 4, `${refusals} of ${bytes.length} refused`);
});

test("passes on what taking streams throws", async () => {
  const failing = parquet.read(sourceOf(usual(ROWS)), {}, () => {
    throw new TypeError("full");
  });
  await assert.rejects(async () => {
    for await (const _ of failing);
  }, /^TypeError: full$/);
});

Deno.test("parquet is known by its name and its first bytes", () => {
  assert.deepEqual(parquet.endings, ["parquet"]);
  assert.ok(parquet.looksLike(usual(ROWS)));
  assert.ok(!parquet.looksLike(new TextEncoder().encode("PAR|2|FR")));
});
