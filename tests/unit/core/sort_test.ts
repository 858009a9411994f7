import assert from "node:assert/strict";
import { type IdColumn, sortIds, sortPairs } from "../../../core/sort.ts";
import { randomOf, test } from "./_support.ts";

const TWO_32 = 2 ** 32;

/** Awkward ways in which ids are spread; `most` is the greatest id that the column can hold. */
const SPREADS: Readonly<
  Record<string, (count: number, most: number, next: () => number) => number[]>
> = {
  "all equal": (count) => Array(count).fill(7),
  "all the greatest": (count, most) => Array(count).fill(most),
  "two values": (count, most, next) => filled(count, () => next() & 1 ? 0 : most),
  "dense, each once": (count, _, next) => shuffled(count, next),
  "dense, repeated": (count, _, next) => filled(count, () => next() % Math.max(1, count >> 3)),
  sorted: (count) => Array.from({ length: count }, (_, i) => i * 3),
  reversed: (count) => Array.from({ length: count }, (_, i) => (count - i) * 5),
  "dense with a few far outliers": (count, most, next) =>
    filled(count, (i) => i % 97 === 5 ? most - next() % 9 : next() % 1000),
  "one outlier": (count, most, next) => filled(count, (i) => i === 0 ? most : next() % 64),
  "dense at the upper end": (count, most, next) => filled(count, () => most - next() % 5000),
  "spread evenly": (count, most, next) =>
    filled(count, () => Math.floor((next() / TWO_32 + next()) / TWO_32 * most)),
  "exponentially spread": (count, most, next) =>
    filled(count, () => Math.floor(most / 2 ** (next() % 54))),
  "each power of two once, the rest 0": (count, most) =>
    filled(count, (i) => 2 ** i <= most ? 2 ** i : 0),
  "around the borders of buckets": (count, most, next) =>
    filled(count, () => {
      const border = 2 ** (next() % (Math.log2(most) | 0));
      return Math.max(0, border * (next() % 2 + 1) + next() % 3 - 1) % (most + 1);
    }),
};

const COUNTS = [0, 1, 2, 23, 24, 25, 26, 41, 300, 4095, 4096, 4097, 20_000];

const COLUMNS: readonly [name: string, make: (ids: number[]) => IdColumn, most: number][] = [
  ["Uint32Array", (ids) => Uint32Array.from(ids), TWO_32 - 1],
  ["Float64Array", (ids) => Float64Array.from(ids), Number.MAX_SAFE_INTEGER],
];

function filled(count: number, valueOf: (i: number) => number): number[] {
  return Array.from({ length: count }, (_, i) => valueOf(i));
}

function shuffled(count: number, next: () => number): number[] {
  const values = filled(count, (i) => i);
  for (let i = count - 1; i > 0; i--) {
    const other = next() % (i + 1);
    [values[i], values[other]] = [values[other], values[i]];
  }
  return values;
}

type Pair = readonly [key: number, song: number];

function assertPairsSorted(pairs: readonly Pair[], make: (ids: number[]) => IdColumn, what = "") {
  const keys = make(pairs.map(([key]) => key));
  const songs = make(pairs.map(([, song]) => song));
  const scratch = { scratchKeys: make([...keys]), scratchSongs: make([...songs]) };
  sortPairs({ keys, songs, ...scratch }, pairs.length);
  const expected = [...pairs].sort(([a, s], [b, t]) => a - b || s - t);
  assert.deepEqual([...keys], expected.map(([key]) => key), `keys ${what}`);
  assert.deepEqual([...songs], expected.map(([, song]) => song), `songs ${what}`);
}

for (const [column, make, most] of COLUMNS) {
  for (const [spread, spreadIds] of Object.entries(SPREADS)) {
    test(`sortIds() sorts a ${column} of ids: ${spread}`, () => {
      const next = randomOf(3);
      for (const count of COUNTS) {
        const ids = spreadIds(count, most, next);
        const sorted = make(ids);
        sortIds(sorted, 0, count, make(ids));
        assert.deepEqual([...sorted], ids.sort((a, b) => a - b), `${count} ids`);
      }
    });

    test(`sortPairs() sorts ${column}s of pairs, keys: ${spread}`, () => {
      const next = randomOf(4);
      for (const songsOf of Object.values(SPREADS)) {
        for (const count of [25, 41, 400]) {
          const songs = songsOf(count, most, next);
          const order = shuffled(count, next);
          const pairs = spreadIds(count, most, next).map((key, i): Pair => [key, songs[order[i]]]);
          assertPairsSorted(pairs, make, `of ${count} pairs`);
        }
      }
    });
  }

  test(`sortPairs() sorts ${column}s of many pairs`, () => {
    const next = randomOf(5);
    for (const keys of [3, 700, 50_000]) {
      const pairs = filled(30_000, () => next() % keys).map((key): Pair => [key, next() % 9999]);
      assertPairsSorted(pairs, make, `by ${keys} keys`);
    }
  });

  test(`sortIds() leaves ids outside its range of a ${column} alone`, () => {
    const next = randomOf(6);
    const ids = filled(5000, () => next() % 100_000);
    for (const [from, to] of [[0, 0], [10, 30], [100, 4700], [4999, 5000], [700, 5000]]) {
      const sorted = make(ids);
      sortIds(sorted, from, to, make(ids));
      const middle = ids.slice(from, to).sort((a, b) => a - b);
      assert.deepEqual([...sorted], [...ids.slice(0, from), ...middle, ...ids.slice(to)]);
    }
  });

  test(`sortPairs() leaves pairs past its count of a ${column} alone`, () => {
    const ids = filled(100, (i) => 100 - i);
    const [keys, songs] = [make(ids), make(ids)];
    sortPairs({ keys, songs, scratchKeys: make(ids), scratchSongs: make(ids) }, 60);
    assert.deepEqual([...keys.subarray(60)], ids.slice(60));
    assert.deepEqual([...songs.subarray(60)], ids.slice(60));
    assert.deepEqual([...keys.subarray(0, 60)], ids.slice(0, 60).reverse());
  });
}

test("sortPairs() has levels enough where every level of keys and songs sheds one row", () => {
  for (const most of [31, 52]) {
    const farKeys = filled(11, (i) => 2 ** (most - 5 * i)).filter((key) => key >= 1);
    const farSongs = filled(14, (i) => 2 ** (most - 4 * i)).filter((song) => song >= 1);
    const pairs = [
      ...farKeys.map((key): Pair => [key, 1]),
      ...farSongs.map((song): Pair => [0, song]),
      ...filled(24, () => 0).map((key): Pair => [key, 0]),
    ];
    assertPairsSorted(pairs, (ids) => Float64Array.from(ids), `up to 2^${most}`);
  }
});

test("sortIds() has levels enough where every level sheds one id", () => {
  for (const bits of [3, 4, 5, 6]) {
    const ids = [...filled(24, () => 0), ...filled(14, (i) => Math.floor(2 ** (52 - bits * i)))];
    const sorted = Float64Array.from(ids);
    sortIds(sorted, 0, ids.length, Float64Array.from(ids));
    assert.deepEqual([...sorted], ids.sort((a, b) => a - b), `${bits} bits a level`);
  }
});
