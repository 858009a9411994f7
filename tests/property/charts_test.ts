/** Both charts against the oracle: random logs, every chunk cut, tiny memory, narrow merges. */
import fc from "npm:fast-check@4.10.2";
import assert from "node:assert/strict";
import { makeCharts } from "../../core/make_charts.ts";
import { createStreamBlock, rejectedCount } from "../../core/streams.ts";
import { pipe } from "../../formats/pipe.ts";
import { top } from "../../formats/top.ts";
import { chartOf, linesOf, parseRow } from "../oracle.ts";

const seed = Number(Math.floor(Math.random() * 2 ** 31));

/** Writes the seed once, so that a failure can be made again. */
console.log(`property seed ${seed}`);

const bytesOf = (log: string) => Uint8Array.from(log, (c) => c.charCodeAt(0));
const textOf = (bytes: Uint8Array) => new TextDecoder("latin1").decode(bytes);

const smallId = fc.integer({ min: 0, max: 40 }).map(String);
const anyId = fc.oneof(
  { weight: 6, arbitrary: smallId },
  { weight: 3, arbitrary: fc.integer({ min: 0, max: 2 ** 31 }).map(String) },
  { weight: 1, arbitrary: fc.bigInt({ min: 0n, max: 2n ** 53n + 2n }).map(String) },
  { weight: 1, arbitrary: fc.constantFrom("4294967295", "4294967296", "007", "999999999") },
);
const country = fc.constantFrom("FR", "DE", "AA", "ZZ", "NA", "XK");
const strict = fc.tuple(anyId, anyId, country).map((fields) => fields.join("|"));
const blank = fc.constantFrom("", " ", "\t", "  \t");
const odd = fc.oneof(
  fc.tuple(blank, anyId, blank, anyId, blank, country, blank).map(([a, s, b, u, c, k, d]) =>
    `${a}${s}${b}|${c}${u}${b}|${d}${k}${a}`
  ),
  fc.constantFrom("", " ", "|", "||", "|||", "-1|1|DE", "1|null|DE", "1|1|de", "1|1|DEU", "1|1|D"),
  fc.constantFrom("1,2,DE", "1|2", "1|2|DE|", "\xff\xfe|1|DE", "1\0|2|DE", "x".repeat(70), "\r"),
  fc.string({ maxLength: 12 }).map((text) => text.replace(/[^\x20-\x7e]/g, "?")),
);
const line = fc.oneof({ weight: 8, arbitrary: strict }, { weight: 2, arbitrary: odd });
const lineEnd = fc.oneof({ weight: 9, arbitrary: fc.constant("\n") }, {
  weight: 1,
  arbitrary: fc.constant("\r\n"),
});
const log = fc.tuple(
  fc.boolean(),
  fc.array(fc.tuple(line, lineEnd), { maxLength: 120 }),
  fc.oneof(fc.constant(""), line),
).map(([bom, rows, last]) =>
  (bom ? "\xef\xbb\xbf" : "") + rows.map((row) => row.join("")).join("") + last
);

Deno.test("makeCharts() equals the oracle for any logs, memory, fan-in and top", () => {
  const settings = fc.record({
    logs: fc.array(log, { minLength: 1, maxLength: 5 }),
    workBytes: fc.constantFrom(1024, 1100, 2000, 1 << 16),
    fanIn: fc.constantFrom(2, 3, 5, 64),
    top: fc.constantFrom(1, 3, 50),
  });
  fc.assert(
    fc.property(settings, ({ logs, workBytes, fanIn, top: n }) => {
      const days = logs.map((text, day) => ({ day, bytes: bytesOf(text) }));
      const options = { reader: pipe, writer: top, workBytes, fanIn, top: n };
      const made = makeCharts(days, options);
      assert.equal(textOf(made.country), chartOf(logs, "country", n));
      assert.equal(textOf(made.user), chartOf(logs, "user", n));
      assert.equal(textOf(made.world), chartOf(logs, "world", n));
    }),
    { seed, numRuns: 400 },
  );
});

/** Users as they may stand in a log, so that a sample tells much, little, or the wrong thing. */
const usersOf: Readonly<Record<string, (users: readonly number[]) => readonly number[]>> = {
  "sorted ascending": (users) => users.toSorted((a, b) => a - b),
  "sorted descending": (users) => users.toSorted((a, b) => b - a),
  "clustered": (users) => users.map((user) => 5_000_000_000 * (user % 3) + user % 7),
  "all one user": (users) => users.map(() => users[0]),
  "one user but for a few": (users) => users.map((user, i) => i % 97 === 0 ? user : users[0]),
  "any": (users) => users,
};

const anyUser = fc.oneof(
  fc.nat(300),
  fc.nat(),
  fc.maxSafeNat(),
  fc.integer({ min: 2 ** 32 - 2, max: 2 ** 32 + 2 }),
);

for (const [what, order] of Object.entries(usersOf)) {
  Deno.test(`makeCharts() equals the oracle in any memory, users ${what}`, () => {
    const settings = fc.record({
      users: fc.array(anyUser, { minLength: 1, maxLength: 40, size: "max" }),
      rows: fc.integer({ min: 1, max: 2000 }),
      workBytes: fc.oneof(
        fc.integer({ min: 1024, max: 4096 }),
        fc.integer({ min: 1024, max: 1e6 }),
      ),
      fanIn: fc.integer({ min: 2, max: 64 }),
      isCutAtLines: fc.boolean(),
    });
    fc.assert(
      fc.property(settings, ({ users, rows, workBytes, fanIn, isCutAtLines }) => {
        const ordered = order(
          Array.from({ length: rows }, (_, i) => users[i % users.length] + i % 5),
        )
          .map((user) => Math.min(user, Number.MAX_SAFE_INTEGER));
        const text = ordered.map((user, i) => `${i * i % 31}|${user}|${i % 4 ? "FR" : "DE"}\n`)
          .join("");
        const reader = { ...pipe, isCutAtLines };
        const days = [{ day: 1, bytes: bytesOf(text) }];
        const made = makeCharts(days, { reader, writer: top, workBytes, fanIn });
        assert.equal(textOf(made.country), chartOf([text], "country", 50));
        assert.equal(textOf(made.user), chartOf([text], "user", 50));
      }),
      { seed, numRuns: 60 },
    );
  });
}

Deno.test("PipeParser.parse() gives the same rows wherever the log is cut in two", () => {
  fc.assert(
    fc.property(log, (text) => {
      const bytes = bytesOf(text);
      const whole = parseInParts(bytes, [bytes.length]);
      for (let cut = 0; cut <= bytes.length; cut++) {
        assert.deepEqual(parseInParts(bytes, [cut, bytes.length]), whole, `cut at ${cut}`);
      }
    }),
    { seed, numRuns: 60 },
  );
});

Deno.test("PipeParser.parse() judges every row as the oracle does", () => {
  fc.assert(
    fc.property(log, fc.integer({ min: 1, max: 7 }), (text, capacity) => {
      const bytes = bytesOf(text);
      const { streams, tally } = parseInParts(bytes, [bytes.length], capacity);
      const expected = linesOf(text).map((line) => parseRow(line));
      const rows = expected.filter((row) => typeof row !== "string");
      assert.deepEqual(streams, rows.map((row) => (row as unknown[]).map(String)));
      assert.equal(tally.rows, expected.length);
      assert.equal(rejectedCount(tally.rejected), expected.length - rows.length);
      for (const [reason, count] of Object.entries(tally.rejected)) {
        assert.equal(count, expected.filter((row) => row === reason).length, reason);
      }
      const firstLines = expected.flatMap((row, i) => typeof row === "string" ? [i + 1] : []);
      assert.deepEqual(tally.firstRejected.map((row) => row.line), firstLines.slice(0, 5));
    }),
    { seed, numRuns: 600 },
  );
});

/** Feeds a parser with parts that end at the given positions, as a caller with a buffer does. */
function parseInParts(bytes: Uint8Array, ends: number[], capacity = 1000) {
  const parser = pipe.parser();
  const block = createStreamBlock(capacity);
  const streams: string[][] = [];
  let at = 0;
  for (const end of ends) {
    do {
      block.length = 0;
      at = parser.parse(bytes, at, end, end === bytes.length, block);
      for (let i = 0; i < block.length; i++) {
        const country = String.fromCharCode(
          65 + Math.floor(block.countries[i] / 26),
          65 + block.countries[i] % 26,
        );
        streams.push([String(block.songs[i]), String(block.users[i]), country]);
      }
    } while (block.length === capacity);
  }
  assert.equal(at, bytes.length);
  return { streams, tally: parser.tally };
}
