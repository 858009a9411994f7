import assert from "node:assert/strict";
import { countryCode } from "../../../../core/country.ts";
import type { IdKind } from "../../../../core/streams.ts";
import { textBytes } from "../../../../core/texts.ts";
import { type ChosenKind, ResultRows } from "../../../../io/clickhouse/result_rows.ts";

type Id = number | string;
/** A key with its songs and their streams. */
type Row = readonly [key: Id, songs: readonly (readonly [song: Id, streams: number])[]];

/** Encodes rows as ClickHouse does, by the plainest means. */
function encoded(rows: readonly Row[], kind: ChosenKind, ids: IdKind): Uint8Array {
  const bytes: number[] = [];
  const number = (value: number): void => {
    for (let i = 0n; i < 8n; i++) bytes.push(Number(BigInt(value) >> (8n * i) & 255n));
  };
  const id = (value: Id): void => {
    if (ids === "number") return number(Number(value));
    const utf8 = new TextEncoder().encode(String(value));
    if (utf8.length < 128) bytes.push(utf8.length);
    else bytes.push(utf8.length & 127 | 128, utf8.length >> 7);
    bytes.push(...utf8);
  };
  for (const [key, songs] of rows) {
    for (const [song, streams] of songs) {
      if (kind === "country") bytes.push(...new TextEncoder().encode(String(key)));
      id(song);
      number(streams);
    }
  }
  return Uint8Array.from(bytes);
}

/** Reads the parts, each by itself. */
function read(parts: readonly Uint8Array[], kind: ChosenKind, ids: IdKind, top: number): Row[] {
  const reader = new ResultRows({ kind, top, ids });
  const decoder = new TextDecoder();
  const waiting = [...parts];
  const found: Row[] = [];
  for (;;) {
    if (!reader.next()) {
      if (reader.isEnded) return found;
      reader.feed(waiting.shift());
      continue;
    }
    const { key, songs, streams, count, texts } = reader.row;
    const id = (value: number): Id =>
      ids === "text" ? decoder.decode(textBytes(texts, value)) : value;
    const name = kind === "country" && ids === "number" ? countryCode(key) : id(key);
    const list = Array.from({ length: count }, (_, i) => [id(songs[i]), streams[i]] as const);
    found.push([kind === "world" && ids === "number" ? "world" : name, list]);
  }
}

const LONG = "\u97f3".repeat(85) + "x";

const CASES: readonly [kind: ChosenKind, ids: IdKind, rows: readonly Row[]][] = [
  ["country", "number", [["AA", [[1, 2], [3, 1]]], ["AB", [[2 ** 53 - 1, 2 ** 40]]], ["ZZ", [
    [5, 5],
    [6, 5],
  ]]]],
  ["world", "number", [["world", [[1, 9], [2, 8], [3, 7]]]]],
  ["country", "text", [["FR", [["x", 2], [LONG, 1]]], ["NL", [["x", 1]]]]],
  ["world", "text", [["world", [["\u{1f3b5}", 9], ["b", 8]]]]],
];

for (const [kind, ids, rows] of CASES) {
  Deno.test(`ResultRows reads rows by ${kind} with ids of kind ${ids}, cut anywhere`, () => {
    const bytes = encoded(rows, kind, ids);
    assert.deepEqual(read([bytes], kind, ids, 5), rows);
    for (let cut = 0; cut <= bytes.length; cut++) {
      assert.deepEqual(read([bytes.slice(0, cut), bytes.slice(cut)], kind, ids, 3), rows, `${cut}`);
    }
    const single = Array.from(bytes, (byte) => Uint8Array.of(byte));
    assert.deepEqual(read(single, kind, ids, 3), rows);
  });

  Deno.test(`ResultRows notices a result by ${kind} (${ids}) that ends within a song`, () => {
    const bytes = encoded(rows, kind, ids);
    const ends = new Set(
      rows.flatMap(([key, songs], i) =>
        songs.map((_, j) =>
          encoded([...rows.slice(0, i), [key, songs.slice(0, j + 1)]], kind, ids).length
        )
      ),
    );
    for (let size = 1; size < bytes.length; size++) {
      if (ends.has(size)) continue;
      assert.throws(() => read([bytes.slice(0, size)], kind, ids, 5), {
        name: "RangeError",
        message: "the result ends within a row",
      }, String(size));
    }
  });
}

Deno.test("ResultRows of nothing are none", () => {
  assert.deepEqual(read([], "world", "number", 5), []);
  assert.deepEqual(read([new Uint8Array(0)], "country", "text", 5), []);
});

Deno.test("ResultRows refuse more songs of a key than were asked for, and texts that are no ids", () => {
  const rows = encoded([["FR", [[1, 3], [2, 2], [3, 1]]]], "country", "number");
  assert.throws(() => read([rows], "country", "number", 2), /more songs than were asked for/);
  assert.throws(() => read([Uint8Array.of(0, 1, 0, 0)], "world", "text", 2), /a text is no id/);
  assert.throws(() => read([Uint8Array.of(0x81, 0x02, 0)], "world", "text", 2), /a text is no id/);
});
