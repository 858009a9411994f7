import assert from "node:assert/strict";
import { MemorySink, sourceOf } from "../../../core/bytes.ts";
import {
  choosePartitions,
  MAX_PARTITIONS,
  ONE_PARTITION,
  type Partitions,
  partitionsOf,
  sampleLog,
} from "../../../core/partitions.ts";
import { chunksOf, Scatter } from "../../../core/scatter.ts";
import { NUMBERS } from "../../../core/engine.ts";
import type { KeyKind } from "../../../core/streams.ts";
import { NO_TEXTS } from "../../../core/texts.ts";
import { pipe } from "../../../formats/pipe.ts";
import { blockOf, countingSource, pairsIn, randomOf, test } from "./_support.ts";

const MAX_ID = Number.MAX_SAFE_INTEGER;

/** The partition of each user: a real scatter is asked. */
function placesOf(users: readonly number[], partitions: Partitions): number[] {
  const sink = new MemorySink();
  const scatter = new Scatter({
    partitions: { user: partitions },
    memory: new ArrayBuffer(1 << 20),
    sink,
  });
  scatter.take(blockOf(users.map((user, place) => [place, user, "FR"])));
  const list = scatter.finish().user!;
  const bytes = sink.toBytes();
  const places = users.map(() => -1);
  for (let partition = 0; partition < partitions.count; partition++) {
    for (const [, place] of pairsIn(bytes, chunksOf(list, partition))) places[place] = partition;
  }
  return places;
}

/** Samples by what is odd in them; `unit` makes the widths fractional. */
const next = randomOf(5);
const many = (user: () => number) => Array.from({ length: 5000 }, user);
const SAMPLES: Readonly<Record<string, readonly number[]>> = {
  "evenly spread": many(() => next() % 10_000_000),
  "dense": Array.from({ length: 5000 }, (_, i) => i),
  "of a width that is no whole number": many(() => 7 + next() % 12_289),
  "skewed to small ids": many(() => Math.floor(1e9 ** (next() / 2 ** 32))),
  "with far-out ids": many(() => next() % 100 === 0 ? MAX_ID - next() : 1000 + next() % 5000),
  "up to the greatest id": many(() => next() * 2 ** 21 + next() % 2 ** 21),
  "of the greatest ids": many(() => MAX_ID - next() % 3000),
  "in two clusters": many(() => (next() % 2) * 2 ** 52 + next() % 50),
  "of one user but for a few": many(() => next() % 50 === 0 ? next() : 77),
  "of equal users": many(() => 77),
  "of one user of 2^53 - 1": [MAX_ID],
  "of two users": [5, 2 ** 40],
  "of nothing": [],
};

const KEYS = [
  ...Array.from({ length: 54 }, (_, bits) => 2 ** bits).flatMap((
    id,
  ) => [id - 2, id - 1, id, id + 1]),
  ...Array.from({ length: 2000 }, (_, i) => i * 5_003),
  ...Array.from({ length: 2000 }, (_, i) => i * 3),
].filter((id) => id >= 0 && id <= MAX_ID);

for (const [what, sample] of Object.entries(SAMPLES)) {
  test(`partitionsOf() of a sample ${what} covers all keys and keeps their order`, () => {
    for (const wanted of [1, 2, 7, 100, MAX_PARTITIONS]) {
      const partitions = partitionsOf(Float64Array.from(sample), wanted, "user");
      const users = [...KEYS, ...sample].sort((a, b) => a - b);
      const places = placesOf(users, partitions);
      assert.ok(!places.includes(-1), "every key has a partition");
      assert.deepEqual(places, places.toSorted((a, b) => a - b), `${wanted} wanted`);
      assert.deepEqual(partitions.ofSlot, partitions.ofSlot.toSorted());
    }
  });

  test(`partitionsOf() of a sample ${what} makes no more partitions than are wanted`, () => {
    for (const kind of ["country", "user"] satisfies KeyKind[]) {
      for (const wanted of [1, 2, 7, 100, MAX_PARTITIONS]) {
        const keys = Float64Array.from(sample, (user) => kind === "user" ? user : user % 676);
        const { count, ofSlot } = partitionsOf(keys, wanted, kind);
        assert.ok(count >= 1 && count <= wanted, `${count} ${kind} partitions, ${wanted} wanted`);
        assert.equal(ofSlot.at(-1), count - 1);
      }
    }
  });
}

test("partitionsOf() gives even ids partitions of at most three times the mean", () => {
  for (const [least, step] of [[0, 1], [1_000_000, 3], [2 ** 40, 2 ** 28], [0, 2 ** 38]]) {
    const users = Array.from({ length: 20_000 }, (_, i) => least + i * step);
    const sample = users.filter((_, i) => i % 4 === 0);
    // Beyond 100, what lies outside of the slots, 2 of 100 at each end, is more than the mean.
    for (const [wanted, most] of [[2, 3], [16, 3], [60, 3], [115, 3.5]]) {
      const partitions = partitionsOf(Float64Array.from(sample), wanted, "user");
      assert.ok(partitions.count > wanted * 0.9, `${partitions.count} of ${wanted}`);
      const sizes = new Uint32Array(partitions.count);
      for (const place of placesOf(users, partitions)) sizes[place]++;
      const mean = users.length / wanted;
      assert.ok(Math.max(...sizes) <= most * mean, `${Math.max(...sizes)}, mean ${mean}`);
    }
  }
});

test("partitionsOf() gives a country of its own share a partition of its own", () => {
  const keys = Float64Array.from({ length: 1000 }, (_, i) => [82, 147, 600, 675][i % 4]);
  const { count, least, width, ofSlot } = partitionsOf(keys, 4, "country");
  assert.deepEqual([count, least, width, ofSlot.length], [4, 0, 1, 676]);
  assert.deepEqual([82, 147, 600, 675].map((key) => ofSlot[key]), [0, 1, 2, 3]);
});

test("partitionsOf() makes one partition of an empty sample, or where one is wanted", () => {
  for (const kind of ["country", "user"] satisfies KeyKind[]) {
    assert.equal(partitionsOf(new Float64Array(0), 9, kind), ONE_PARTITION);
    assert.equal(partitionsOf(Float64Array.of(1, 2, 3), 1, kind), ONE_PARTITION);
    assert.equal(partitionsOf(Float64Array.of(1, 2, 3), 0, kind), ONE_PARTITION);
  }
});

function logOf(rowCount: number): Uint8Array {
  const rows = Array.from({ length: rowCount }, (_, i) => `1|${1_000_000 + i}|FR\n`);
  return new TextEncoder().encode(rows.join(""));
}

function sampled(log: Uint8Array, isCutAtLines = true) {
  const buffer = new Uint8Array(1 << 18);
  return sampleLog({ log: sourceOf(log), parser: pipe.parser, isCutAtLines, buffer });
}

test("sampleLog() looks all over a log and tells how many streams it has", () => {
  const { users, countries, expectedStreams } = sampled(logOf(200_000));
  assert.ok(Math.abs(expectedStreams / 200_000 - 1) < 0.01, `${expectedStreams} streams`);
  assert.equal(users.length, countries.length);
  assert.equal(new Set(users).size, users.length, "no row twice");
  for (let tenth = 0; tenth < 10; tenth++) {
    const [from, to] = [tenth, tenth + 1].map((i) => 1_000_000 + i * 20_000);
    assert.ok(users.some((user) => user >= from && user < to), `between ${from} and ${to}`);
  }
});

test("sampleLog() looks only at the start of a log that may not be cut", () => {
  const { users, expectedStreams } = sampled(logOf(200_000), false);
  assert.ok(Math.max(...users) < 1_005_000);
  assert.ok(Math.abs(expectedStreams / 200_000 - 1) < 0.01, `${expectedStreams} streams`);
});

test("sampleLog() reads about half a megabyte, however large the log", () => {
  const log = countingSource(logOf(200_000));
  sampleLog({ log, ...pipe, buffer: new Uint8Array(1 << 18) });
  assert.ok(log.bytesRead < 700_000, `${log.bytesRead} bytes`);
});

const SMALL_LOGS: readonly [what: string, log: string, users: readonly number[]][] = [
  ["of 0 bytes", "", []],
  ["of rejected rows", "x\n\n".repeat(40), []],
  ["of one row with no line end", "1|2|FR", [2]],
  ["of three rows", "1|2|FR\n1|3|FR\nx\n1|4|FR\n", [2, 3, 4]],
];

for (const [what, text, users] of SMALL_LOGS) {
  test(`sampleLog() takes all of a log ${what}`, () => {
    for (const isCut of [true, false]) {
      const sample = sampled(new TextEncoder().encode(text), isCut);
      assert.deepEqual([...new Set(sample.users)].sort(), users);
      assert.ok(sample.expectedStreams >= users.length);
    }
  });
}

test("choosePartitions() wants as many as the streams need and the memory allows", () => {
  const users = Float64Array.from({ length: 100_000 }, (_, i) => i * 1000);
  const countries = Float64Array.from({ length: 100_000 }, (_, i) => i % 676);
  const cases: readonly [streams: number, mostStreams: number, most: number, wanted: number][] = [
    [0, 1000, 9, 1],
    [1000, 1000, 9, 1],
    [1001, 1000, 9, 2],
    [5000, 1000, 9, 5],
    [50_000, 1000, 9, 9],
    [50_000, 0, 40, 40],
    [NUMBERS.partitionStreams * 8, Infinity, 99, 8],
    [1e12, 1e6, 1e6, MAX_PARTITIONS],
  ];
  for (const [expectedStreams, mostStreams, most, wanted] of cases) {
    const columns = { users: users.slice(), countries: countries.slice(), texts: NO_TEXTS };
    const limits = { mostStreams, mostPartitions: most };
    const chosen = choosePartitions({ ...columns, expectedStreams }, ["user"], limits, NUMBERS);
    assert.deepEqual(Object.keys(chosen), ["user"]);
    const { count } = chosen.user!;
    assert.ok(count > wanted * 0.9 && count <= wanted, `${count} partitions, expected ${wanted}`);
  }
  const sample = { users, countries, texts: NO_TEXTS, expectedStreams: 5000 };
  const limits = { mostStreams: 1000, mostPartitions: 9 };
  const both = choosePartitions(sample, ["user", "country"], limits, NUMBERS);
  assert.deepEqual(Object.keys(both), ["country", "user"]);
});
