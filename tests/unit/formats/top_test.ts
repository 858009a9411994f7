import assert from "node:assert/strict";
import { ByteBuffer } from "../../../core/bytes.ts";
import type { ChartKind } from "../../../core/chart.ts";
import { parseCountry } from "../../../core/country.ts";
import { NO_TEXTS, TextArena } from "../../../core/texts.ts";
import { top } from "../../../formats/top.ts";

const NO_PERMISSIONS = { permissions: "none" } as const;
const MOST = Number.MAX_SAFE_INTEGER;

type Row = readonly [key: number | string, songs: readonly (readonly [number, number])[]];

function printed(kind: ChartKind, rows: readonly Row[], out = new ByteBuffer()): string {
  const printer = top.printer({ kind, top: 50, ids: "number" });
  for (const [key, songs] of rows) {
    const number = typeof key === "string" ? parseCountry(key)! : key;
    // What stands behind the count is not of this key.
    const column = (i: 0 | 1) => Float64Array.from([...songs.map((song) => song[i]), 999]);
    const columns = { songs: column(0), streams: column(1), count: songs.length };
    printer.print({ key: number, ...columns, texts: NO_TEXTS }, out);
  }
  return new TextDecoder().decode(out.used());
}

const LINES: readonly [what: string, kind: ChartKind, rows: readonly Row[], text: string][] = [
  ["nothing for no keys", "user", [], ""],
  ["the world", "world", [[0, [[7, 1]]]], "world|7:1\n"],
  ["one song", "country", [["FR", [[7, 1]]]], "FR|7:1\n"],
  ["several songs", "country", [["FR", [[9, 2], [7, 1], [8, 1]]]], "FR|9:2,7:1,8:1\n"],
  [
    "the first and the last country",
    "country",
    [["AA", [[0, 1]]], ["ZZ", [[0, 1]]]],
    "AA|0:1\nZZ|0:1\n",
  ],
  [
    "countries by their letters",
    "country",
    [["AZ", [[1, 1]]], ["BA", [[1, 1]]]],
    "AZ|1:1\nBA|1:1\n",
  ],
  ["users by their digits", "user", [[0, [[1, 1]]], [42, [[1, 1]]]], "0|1:1\n42|1:1\n"],
  [
    "users of one and two digits, and a country's key no letters",
    "user",
    [[5, [[1, 1]]]],
    "5|1:1\n",
  ],
  [
    "the largest numbers",
    "user",
    [[MOST, [[MOST, MOST], [MOST - 1, MOST]]]],
    "9007199254740991|9007199254740991:9007199254740991,9007199254740990:9007199254740991\n",
  ],
  [
    "counts of one and more digits",
    "user",
    [[1, [[1, 10], [2, 9], [3, 100], [4, 12345]]]],
    "1|1:10,2:9,3:100,4:12345\n",
  ],
  [
    "numbers around 10^4 and 10^8",
    "user",
    [[10000, [[99999999, 9999], [100000000, 10000]]]],
    "10000|99999999:9999,100000000:10000\n",
  ],
];

for (const [what, kind, rows, text] of LINES) {
  Deno.test(`top.printer() prints ${what}`, NO_PERMISSIONS, () => {
    assert.equal(printed(kind, rows), text);
  });
}

Deno.test("top.printer() prints numbers of every length of digits exactly", NO_PERMISSIONS, () => {
  const numbers = Array.from({ length: 16 }, (_, n) => [10 ** n, 10 ** n - 1 || 1]).flat();
  const songs = numbers.map((number, i) => [number, numbers[numbers.length - 1 - i]] as const);
  const expected = songs.map((song) => song.join(":")).join(",");
  for (const key of numbers) assert.equal(printed("user", [[key, songs]]), `${key}|${expected}\n`);
});

Deno.test("top.printer() makes room where the buffer is small", NO_PERMISSIONS, () => {
  const songs = Array.from({ length: 300 }, (_, i) => [MOST - i, MOST - i] as const);
  const rows: Row[] = [["FR", songs], ["GB", songs.slice(0, 1)], ["US", songs]];
  const whole = printed("country", rows, new ByteBuffer(1 << 20));
  for (const capacity of [1, 7, 33, 34, 68, 1000]) {
    assert.equal(printed("country", rows, new ByteBuffer(capacity)), whole, `${capacity} bytes`);
  }
});

Deno.test("top.printer() appends to what stands in the buffer", NO_PERMISSIONS, () => {
  const out = new ByteBuffer(4);
  out.bytes.set([35, 10]);
  out.length = 2;
  assert.equal(printed("user", [[1, [[2, 3]]]], out), "#\n1|2:3\n");
});

Deno.test("top is a writer of text files", NO_PERMISSIONS, () => {
  assert.deepEqual([top.name, top.extension], ["top", "txt"]);
});

Deno.test("top.printer() prints texts, with % for what parts a line", NO_PERMISSIONS, () => {
  const arena = new TextArena();
  const put = (text: string) => {
    const bytes = new TextEncoder().encode(text);
    return arena.put(bytes, 0, bytes.length);
  };
  const songs = Float64Array.from(["7", "a b", "|:,%", "\u00e9\u{1f3b5}", "=1+1"], put);
  const key = put("user|1:2,3%");
  const out = new ByteBuffer(1);
  const streams = Float64Array.of(1, 10, 2 ** 40, 3, 9);
  const printer = top.printer({ kind: "user", top: 50, ids: "text" });
  printer.print({ key, songs, streams, count: 5, texts: arena.bytes }, out);
  assert.equal(
    new TextDecoder().decode(out.used()),
    "user%7C1%3A2%2C3%25|7:1,a b:10,%7C%3A%2C%25:1099511627776,\u00e9\u{1f3b5}:3,=1+1:9\n",
  );
});
