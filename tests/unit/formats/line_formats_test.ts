import assert from "node:assert/strict";
import { parseCountry } from "../../../core/country.ts";
import { ByteBuffer } from "../../../core/bytes.ts";
import type { ChartRow } from "../../../core/chart.ts";
import { createStreamBlock, type IdKind } from "../../../core/streams.ts";
import type { ChartShape } from "../../../formats/interface.ts";
import {
  type Fail,
  type KeyWriter,
  LineParser,
  type LineStream,
  type ReadLine,
  textPrinter,
} from "../../../formats/line_formats.ts";

const fail: Fail = (what) => {
  throw new TypeError(what);
};

/** `song;user;country`, a line of `#` that is no row, and `?` for a row that is none. */
const readLine: ReadLine = (line) => {
  if (line.startsWith("#")) return null;
  const [song, user, country] = line.split(";");
  return country === undefined ? undefined : { song, user, country };
};

/** The tally of a log read by a reader of lines, and the streams as text. */
function read(log: string | Uint8Array, by: ReadLine = readLine, ids: IdKind = "number") {
  const bytes = typeof log === "string" ? new TextEncoder().encode(log) : log;
  const parser = new LineParser(by, fail, { ids });
  const block = createStreamBlock(100);
  assert.equal(parser.parse(bytes, 0, bytes.length, true, block), bytes.length);
  const { lines, rows, rejected } = parser.tally;
  const reasons = Object.entries(rejected).filter(([, count]) => count > 0);
  const streams = Array.from(
    { length: block.length },
    (_, i) => `${block.songs[i]};${block.users[i]}`,
  );
  return { lines, rows, rejected: Object.fromEntries(reasons), streams };
}

Deno.test("LineParser counts rows and rejected rows, and passes over what is no row", () => {
  assert.deepEqual(
    read("\ufeff# song;user;country\r\n7;5;FR\r\n\n?\nx;5;FR\n7;x;FR\n7;5;fr\n8;6;DE"),
    {
      lines: 8,
      rows: 7,
      rejected: { empty: 1, syntax: 1, song: 1, user: 1, country: 1 },
      streams: ["7;5", "8;6"],
    },
  );
});

Deno.test("LineParser rejects bytes that are no text, and lines that are too long", () => {
  const bytes = Uint8Array.from([0xff, 0x3b, 0x35, 0x3b, 0x46, 0x52, 0x0a]);
  assert.deepEqual(read(bytes).rejected, { syntax: 1 });
  assert.deepEqual(read(`${"7".repeat(65_537)}\n7;5;FR\n`), {
    lines: 2,
    rows: 2,
    rejected: { "too-long": 1 },
    streams: ["7;5"],
  });
});

Deno.test("LineParser takes numbers and bigints for ids, and fields longer than usual", () => {
  const given: LineStream[] = [
    { song: 7, user: 5n, country: "FR" },
    { song: "7".repeat(3000), user: 5, country: "FR" },
    { song: 9007199254740991n, user: "00", country: "FR" },
  ];
  const { streams, rejected } = read("a\nb\nc\n", () => given.shift());
  assert.deepEqual(streams, ["7;5", "9007199254740991;0"]);
  assert.deepEqual(rejected, { song: 1 });
});

Deno.test("LineParser says what a reader returned that is no stream", () => {
  const expected = "expected { song, user, country } of strings or numbers, null for a line that " +
    "is no row, or undefined for a wrong one";
  const circle: Record<string, unknown> = {};
  circle.self = circle;
  for (
    const [given, shown] of [
      [7, "7"],
      [{ song: 7n, user: null, country: "FR" }, '{"song":"7","user":null,"country":"FR"}'],
      [circle, "[object Object]"],
    ]
  ) {
    assert.throws(() => read("a\n", () => given as unknown as LineStream), {
      message: `readLine() returned ${shown}, ${expected}`,
    });
  }
});

const WRITER: KeyWriter = {
  name: "plain",
  description: "a line for each song",
  extension: "txt",
  begin: ({ kind }) => `by ${kind}\n`,
  writeKey: ({ key, songs }) =>
    songs.map(({ rank, song, streams }) => `${key} ${rank} ${song} ${streams}\n`).join(""),
  end: () => "end\n",
};

function rowOf(key: number, texts: Uint8Array, songs: number[]): ChartRow {
  return {
    key,
    songs: Float64Array.from(songs),
    streams: Float64Array.from(songs, (_, i) => 9 - i),
    count: songs.length,
    texts,
  };
}

function printed(shape: ChartShape, row: ChartRow, writer = WRITER): string {
  const out = new ByteBuffer(16);
  const printer = textPrinter(writer, shape, fail);
  printer.begin?.(out);
  printer.print(row, out);
  printer.end?.(out);
  return new TextDecoder().decode(out.bytes.subarray(0, out.length));
}

const SHAPE: ChartShape = { kind: "country", top: 3, ids: "number" };

Deno.test("textPrinter() hands over keys and songs as text, whatever they are", () => {
  const none = new Uint8Array(0);
  const country = rowOf(parseCountry("FR")!, none, [71, 9007199254740991]);
  assert.equal(printed(SHAPE, country), "by country\nFR 1 71 9\nFR 2 9007199254740991 8\nend\n");
  const user = rowOf(5, none, [71]);
  assert.equal(printed({ ...SHAPE, kind: "user" }, user), "by user\n5 1 71 9\nend\n");
  const world = rowOf(0, none, [71]);
  assert.equal(printed({ ...SHAPE, kind: "world" }, world), "by world\nworld 1 71 9\nend\n");
  // Texts: each behind its length less one.
  const texts = new TextEncoder().encode("\x02eva\x01\u00e9\0\0\0\0");
  const text = rowOf(0, texts, [4]);
  assert.equal(
    printed({ ...SHAPE, kind: "user", ids: "text" }, text),
    "by user\neva 1 \u00e9 9\nend\n",
  );
});

Deno.test("textPrinter() needs no begin and end, and says what was returned that is no text", () => {
  const row = rowOf(parseCountry("FR")!, new Uint8Array(0), [71]);
  const { begin: _, end: __, ...short } = WRITER;
  assert.equal(printed(SHAPE, row, short), "FR 1 71 9\n");
  const wrong = { ...short, writeKey: () => 7 as unknown as string };
  assert.throws(() => printed(SHAPE, row, wrong), {
    message: "writeKey() returned 7, expected a string",
  });
  const early = { ...short, begin: () => ({}) as string };
  assert.throws(() => printed(SHAPE, row, early), {
    message: "begin() returned {}, expected a string",
  });
});
