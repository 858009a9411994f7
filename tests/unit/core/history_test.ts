import assert from "node:assert/strict";
import { parseDay } from "../../../core/day.ts";
import {
  decodeHistory,
  encodeHistory,
  hasHistory,
  type HistoryManifest,
  parseTop,
} from "../../../core/history.ts";
import { test } from "./_support.ts";

const MANIFEST: HistoryManifest = {
  date: parseDay("2021-12-01")!,
  charts: { country: { windowDays: 7, top: 50, ids: "number", sizeBytes: 9, crc32: 123 } },
};

test("decodeHistory() reads what encodeHistory() wrote", () => {
  assert.deepEqual(decodeHistory(encodeHistory(MANIFEST)), MANIFEST);
});

test("decodeHistory() notices every flipped bit", () => {
  const text = encodeHistory(MANIFEST);
  for (let at = 0; at < text.length; at++) {
    for (let bit = 0; bit < 7; bit++) {
      const other = String.fromCharCode(text.charCodeAt(at) ^ 1 << bit);
      const flipped = text.slice(0, at) + other + text.slice(at + 1);
      const decoded = decodeHistory(flipped);
      const isBlank = /\s/.test(text[at]) && /\s/.test(other);
      if (!isBlank) assert.equal(typeof decoded, "string", `byte ${at}, bit ${bit}: ${flipped}`);
    }
  }
});

test("decodeHistory() says what is wrong", () => {
  const text = encodeHistory(MANIFEST);
  const cases: readonly [string, RegExp][] = [
    ["", /^damaged manifest, expected JSON$/],
    ["[]", /^history version undefined, expected version 1$/],
    ["7", /^damaged manifest, expected an object$/],
    [text.replace('"version": 1', '"version": 2'), /^history version 2, expected version 1$/],
    [text.replace('"top": 50', '"top": 51'), /^damaged manifest, expected its checksum$/],
    [encodeHistory({ ...MANIFEST, date: NaN }), /^damaged manifest, expected its figures$/],
    [
      encodeHistory({ ...MANIFEST, charts: { world: {} } } as unknown as HistoryManifest),
      /^damaged manifest, expected its figures$/,
    ],
    [
      encodeHistory({ ...MANIFEST, charts: { world: null } } as unknown as HistoryManifest),
      /^damaged manifest, expected its figures$/,
    ],
  ];
  for (const [damaged, expected] of cases) assert.match(String(decodeHistory(damaged)), expected);
});

test("parseTop() reads lines of the writer top with their escapes", () => {
  assert.deepEqual(parseTop("DE|71:1\nFR|71:2,88:1\n"), [
    { key: "DE", songs: ["71"], streams: [1] },
    { key: "FR", songs: ["71", "88"], streams: [2, 1] },
  ]);
  assert.deepEqual(parseTop("world|a%3Ab%7C%2C%25:12,%41:1\n"), [
    { key: "world", songs: ["a:b|,%", "%41"], streams: [12, 1] },
  ]);
  assert.deepEqual(parseTop("DE|71:1\nFR|88:1\n", (key) => key === "FR").length, 1);
  assert.deepEqual(parseTop(""), []);
});

test("parseTop() refuses what is no such chart", () => {
  for (const text of ["x", "FR|1:2", "FR\n|1:2\n", "FR|\n", "FR|1\n", "FR|1:0\n", "FR|1:x\n"]) {
    assert.throws(() => parseTop(text), { name: "SyntaxError", message: /^damaged chart, / }, text);
  }
});

test("hasHistory() is true of countries and the world only", () => {
  assert.deepEqual((["country", "user", "world"] as const).map(hasHistory), [true, false, true]);
});
