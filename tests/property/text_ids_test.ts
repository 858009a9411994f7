/** Charts of ids that are text against the oracle: any texts, tiny memory, narrow merges. */
import { Buffer } from "node:buffer";
import fc from "npm:fast-check@4.10.2";
import assert from "node:assert/strict";
import { makeCharts } from "../../core/make_charts.ts";
import { TEXTS } from "../../core/engine.ts";
import { rejectedCount } from "../../core/streams.ts";
import { pipe } from "../../formats/pipe.ts";
import { top } from "../../formats/top.ts";
import { chartOf, linesOf, parseRow } from "../oracle.ts";

const seed = Number(Math.floor(Math.random() * 2 ** 31));
console.log(`property seed ${seed}`);

const bytesOf = (log: string) => Uint8Array.from(log, (c) => c.charCodeAt(0));
/** One character a byte; what is called latin1 in browsers is another alphabet from 80 to 9f. */
const textOf = (bytes: Uint8Array) => Buffer.from(bytes).toString("latin1");
/** Text as its bytes in UTF-8, one character each. */
const utf8 = (text: string) => textOf(new TextEncoder().encode(text));

const BASE_62 = [..."0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"];
const base62 = fc.array(fc.constantFrom(...BASE_62), { minLength: 22, maxLength: 22 });

/** Kinds of ids that crowd in their own ways. */
const idsOf: Readonly<Record<string, fc.Arbitrary<string>>> = {
  "of 22 characters": base62.map((letters) => letters.join("")),
  "of few letters": fc.array(fc.constantFrom("a", "b"), { minLength: 1, maxLength: 9 })
    .map((letters) => letters.join("")),
  "with a long prefix": fc.nat(300).map((n) => `https://music.example/listener/${n}`),
  "that begin each other": fc.integer({ min: 1, max: 256 }).map((n) => "x".repeat(n)),
  "that are UUIDs": fc.uuid(),
  "of many scripts": fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 }).map(utf8)
    .map((text) => text.replace(/[|\r\n]/g, "!")),
  "of one or two bytes": fc.constantFrom("a", "b", "aa", "ab", "ba", "~", "!", "0", "00", "é")
    .map(utf8),
  "that need quoting": fc.constantFrom("a,b", "a:b", "100%", "%7C", '"q"', "=1+1", "../x", "<b>"),
  "of any length": fc.tuple(fc.constantFrom("k", "zz"), fc.integer({ min: 1, max: 128 }))
    .map(([text, count]) => text.repeat(count)),
};

const country = fc.constantFrom("FR", "DE", "AA", "ZZ");
const odd = fc.constantFrom(
  "",
  "a|b",
  "a|b|fr",
  "|u|FR",
  "s||FR",
  "s\x01|u|FR",
  "s|\xff|FR",
  "a|b|c|d",
);

for (const [what, id] of Object.entries(idsOf)) {
  Deno.test(`makeCharts() of ids ${what} equals the oracle in any memory`, () => {
    const settings = fc.record({
      pool: fc.array(id, { minLength: 1, maxLength: 60, size: "max" }),
      rows: fc.array(fc.tuple(fc.nat(), fc.nat(), country, fc.option(odd, { freq: 20 })), {
        maxLength: 900,
        size: "max",
      }),
      days: fc.integer({ min: 1, max: 4 }),
      workBytes: fc.oneof(
        fc.constant(TEXTS.leastWorkBytes),
        fc.integer({ min: TEXTS.leastWorkBytes, max: 1 << 17 }),
      ),
      fanIn: fc.constantFrom(2, 3, 64),
      n: fc.constantFrom(1, 4, 50),
    });
    fc.assert(
      fc.property(settings, ({ pool, rows, days, workBytes, fanIn, n }) => {
        const logs = Array.from({ length: days }, () => "");
        for (const [i, [song, user, code, other]] of rows.entries()) {
          const row = `${pool[song % pool.length]}|${pool[user % pool.length]}|${code}`;
          logs[i % days] += `${other ?? row}\n`;
        }
        const made = makeCharts(
          logs.map((text, day) => ({ day, bytes: bytesOf(text) })),
          { reader: pipe, writer: top, ids: "text", workBytes, fanIn, top: n },
        );
        for (const kind of ["country", "user", "world"] as const) {
          assert.equal(textOf(made[kind]), chartOf(logs, kind, n, "text"), kind);
        }
        for (const [day, { rows, rejected }] of made.tallies) {
          const parsed = linesOf(logs[day]).map((line) => parseRow(line, "text"));
          assert.equal(rows, parsed.length);
          const bad = parsed.filter((row) => typeof row === "string").length;
          assert.equal(rejectedCount(rejected), bad);
        }
      }),
      { seed, numRuns: 60 },
    );
  });
}
