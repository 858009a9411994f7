/** One suite over every reader of rows: the same streams, however they are written and cut. */
import fc from "npm:fast-check@4.10.2";
import assert from "node:assert/strict";
import {
  clearBlock,
  createStreamBlock,
  type IdKind,
  rejectedCount,
  type RowTally,
} from "../../../core/streams.ts";
import { textBytes } from "../../../core/texts.ts";
import { countryCode } from "../../../core/country.ts";
import { READERS } from "../../../formats/built_in.ts";
import { MAX_ROW_BYTES } from "../../../formats/fields.ts";
import type { Columns, Reader } from "../../../formats/interface.ts";
import { pipe } from "../../../formats/pipe.ts";
import { checkedReader } from "../../../formats/plugin.ts";

const NO_PERMISSIONS = { permissions: "none" } as const;
const seed = Math.floor(Math.random() * 2 ** 31);
console.log(`property seed ${seed}`);

type Row = readonly [song: string, user: string, country: string];

/** How a row is written in each format, and what stands before the rows. */
const FORMS: Readonly<Record<string, { head: string; row: (row: Row) => string }>> = {
  pipe: { head: "", row: (row) => row.join("|") },
  csv: {
    head: "song,user,country",
    row: (row) => row.map((field) => quoted(field, ",")).join(","),
  },
  tsv: { head: "song\tuser\tcountry", row: (row) => row.map((f) => quoted(f, "\t")).join("\t") },
  jsonl: {
    head: "",
    row: ([song, user, country]) => JSON.stringify({ song, user, country }),
  },
  "by-line": { head: "", row: (row) => row.join(";") },
  "by-bytes": { head: "", row: (row) => row.join("|") },
};

/** Formats from outside, in both forms. */
const OUTSIDE = [
  {
    name: "by-line",
    description: "song;user;country",
    readLine(line: string) {
      const [song, user, country, ...more] = line.split(";");
      const isRow = country !== undefined && more.length === 0;
      return isRow ? { song, user, country } : undefined;
    },
  },
  { ...pipe, name: "by-bytes" },
].map((reader) => checkedReader({ reader }, "./mine.js"));

/** Readers to which a row that is no UTF-8 is none at all. */
const READ_AS_TEXT = ["jsonl", "by-line"];

function quoted(field: string, delimiter: string): string {
  const isPlain = ![delimiter, '"', "\n", "\r"].some((sign) => field.includes(sign));
  return isPlain ? field : `"${field.replaceAll('"', '""')}"`;
}

function textOf(name: string, rows: readonly Row[], lineEnd = "\n"): string {
  const { head, row } = FORMS[name];
  return [head === "" ? [] : head, rows.map(row)].flat(2).map((line) => line + lineEnd).join("");
}

interface Read {
  readonly streams: readonly Row[];
  readonly tally: RowTally;
}

interface Setting {
  readonly ids?: IdKind;
  readonly columns?: Columns;
  /** The log comes in parts of so many bytes. */
  readonly partBytes?: number;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Reads a log as the program does: what is left goes to the front, more is read behind it. */
function read(reader: Reader, log: string | Uint8Array, setting: Setting = {}): Read {
  const { ids = "number", columns, partBytes = Infinity } = setting;
  const all = typeof log === "string" ? encoder.encode(log) : log;
  const parser = reader.parser({ ids, columns });
  const block = createStreamBlock(5);
  const streams: Row[] = [];
  const buffer = new Uint8Array(2 * MAX_ROW_BYTES + Math.min(partBytes, all.length) + 9);
  for (let held = 0, used = 0, isLast = false; !isLast;) {
    const part = all.subarray(used, used + partBytes);
    buffer.set(part, held);
    used += part.length;
    isLast = used === all.length;
    const to = held + part.length;
    let at = 0;
    do {
      clearBlock(block);
      at = parser.parse(buffer, at, to, isLast, block);
      const id = (value: number) =>
        ids === "number" ? String(value) : decoder.decode(textBytes(block.texts.bytes, value));
      for (let i = 0; i < block.length; i++) {
        const country = countryCode(block.countries[i]);
        streams.push([id(block.songs[i]), id(block.users[i]), country]);
      }
    } while (block.length === block.capacity);
    buffer.copyWithin(0, at, to);
    held = to - at;
    assert.ok(held <= MAX_ROW_BYTES + 2, `${held} bytes are left to be held`);
    if (isLast) assert.equal(held, 0, "all is consumed");
  }
  const { tally } = parser;
  assert.equal(tally.rows, streams.length + rejectedCount(tally.rejected), "rows add up");
  return { streams, tally };
}

const readers = [...READERS, ...OUTSIDE].filter((reader): reader is Reader => "parser" in reader);
const ROWS: readonly Row[] = [["1", "2", "FR"], ["9007199254740991", "0", "DE"], ["7", "7", "NA"]];

function test(name: string, body: () => void): void {
  Deno.test(name, NO_PERMISSIONS, body);
}

for (const reader of readers) {
  const { name } = reader;
  const rowsOf = (streams: readonly Row[]) => textOf(name, streams);

  test(`${name} reads its rows`, () => {
    const { streams, tally } = read(reader, rowsOf(ROWS));
    assert.deepEqual(streams, ROWS);
    const header = FORMS[name].head === "" ? 0 : 1;
    assert.deepEqual([tally.rows, tally.lines], [3, 3 + header]);
  });

  test(`${name} reads nothing of an empty log`, () => {
    assert.deepEqual(read(reader, "").streams, []);
    assert.deepEqual(read(reader, "").tally.rows, 0);
  });

  test(`${name} reads a last row without a line end, CRLF, and a BOM`, () => {
    const text = rowsOf(ROWS);
    assert.deepEqual(read(reader, text.slice(0, -1)).streams, ROWS);
    assert.deepEqual(read(reader, textOf(name, ROWS, "\r\n")).streams, ROWS);
    assert.deepEqual(read(reader, textOf(name, ROWS, "\r\n").slice(0, -1)).streams, ROWS);
    assert.deepEqual(read(reader, `\ufeff${text}`).streams, ROWS);
  });

  test(`${name} reads the same in parts of any size`, () => {
    const bad = `${textOf(name, ROWS)}\n"x\n{"a\n${FORMS[name].row(ROWS[0])}\r\n,,\n||\n{}\n`;
    const log = encoder.encode(`\ufeff${bad}${FORMS[name].row(["5", "\u00e9\u{1f3b5}", "FR"])}`);
    for (const ids of ["number", "text"] satisfies IdKind[]) {
      const whole = read(reader, log, { ids });
      assert.ok(whole.tally.rows > 8, "there are rows of all kinds");
      for (let partBytes = 1; partBytes < log.length; partBytes++) {
        assert.deepEqual(read(reader, log, { ids, partBytes }), whole, `${partBytes} bytes`);
      }
    }
  });

  test(`${name} tells the lines of rejected rows`, () => {
    const header = FORMS[name].head === "" ? 0 : 1;
    const row = FORMS[name].row(ROWS[0]);
    const log = `${textOf(name, ROWS)}\n${row}\nwrong\n${row}\n`;
    const { tally } = read(reader, log);
    assert.deepEqual(tally.firstRejected.map(({ line }) => line - header), [4, 6]);
    assert.equal(tally.firstRejected[0].reason, "empty");
    assert.deepEqual([tally.rows, tally.lines - header], [7, 7]);
  });

  test(`${name} rejects bad fields by the first reason`, () => {
    const bad: [Row, string][] = [
      [["x", "y", "z"], "song"],
      [["", "1", "FR"], "song"],
      [["9007199254740992", "1", "FR"], "song"],
      [["12345678901234567", "1", "FR"], "song"],
      [["-1", "1", "FR"], "song"],
      [["1.0", "1", "FR"], "song"],
      [["1", "1e3", "z"], "user"],
      [["1", "2", "fr"], "country"],
      [["1", "2", "FRA"], "country"],
      [["1", "2", ""], "country"],
    ];
    for (const [row, reason] of bad) {
      const { streams, tally } = read(reader, rowsOf([row]));
      assert.deepEqual([streams.length, tally.firstRejected[0].reason], [0, reason], row.join());
    }
  });

  test(`${name} rejects a row of more than 64 KiB, and goes on`, () => {
    const long = FORMS[name].row(["1".repeat(MAX_ROW_BYTES), "2", "FR"]);
    const log = encoder.encode(`${textOf(name, ROWS)}${long}\n${FORMS[name].row(ROWS[2])}\n`);
    for (const partBytes of [1 << 10, 65_537, Infinity]) {
      const { streams, tally } = read(reader, log, { partBytes });
      assert.deepEqual(streams, [...ROWS, ROWS[2]]);
      assert.deepEqual([tally.rows, tally.rejected["too-long"]], [5, 1], `${partBytes} bytes`);
    }
  });

  test(`${name} reads ids that are text`, () => {
    const streams: Row[] = [
      ["4uLU6hMCjMI75M1A2tKUQC", "jane.doe+x@example.org", "FR"],
      ["f4b5a3c8-1d2e", "\u00e9t\u00e9 \u{1f3b5}", "DE"],
      ["=1+1", "../../etc/passwd", "NA"],
      ["x".repeat(256), "1", "XK"],
    ];
    assert.deepEqual(read(reader, rowsOf(streams), { ids: "text" }).streams, streams);
    for (const wrong of ["", "x".repeat(257), "a\u0007b", "a\u007fb", "a\u0085b"]) {
      const { tally } = read(reader, rowsOf([[wrong, "1", "FR"]]), { ids: "text" });
      assert.equal(tally.rejected.song, 1, JSON.stringify(wrong));
    }
  });

  test(`${name} takes bytes that are no UTF-8 for no id`, () => {
    const log = encoder.encode(rowsOf([["a\u00e9b", "u", "FR"]]));
    const bytes = log.map((byte) => byte === 0xa9 ? 0x28 : byte);
    const { tally } = read(reader, bytes, { ids: "text" });
    assert.equal(tally.rejected[READ_AS_TEXT.includes(name) ? "syntax" : "song"], 1);
  });
}

test("the same streams in every format give the same streams", () => {
  const id = fc.oneof(fc.nat().map(String), fc.bigInt({ min: 0n, max: 2n ** 53n }).map(String));
  const country = fc.constantFrom("FR", "DE", "XK", "fr", "");
  fc.assert(
    fc.property(fc.array(fc.tuple(id, id, country), { maxLength: 30 }), (rows) => {
      const [first, ...others] = readers.map((reader) => read(reader, textOf(reader.name, rows)));
      for (const other of others) {
        assert.deepEqual(other.streams, first.streams);
        assert.deepEqual(other.tally.rejected, first.tally.rejected);
      }
    }),
    { seed, numRuns: 200 },
  );
});
