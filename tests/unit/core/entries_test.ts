import assert from "node:assert/strict";
import { endOfSongs, EntryList, mergeTwo, NO_ENTRIES } from "../../../core/entries.ts";
import { listOf, pairsOf, randomOf, test } from "./_support.ts";

type Pairs = [song: number, count: number][];

const CASES: readonly [what: string, a: Pairs, b: Pairs, merged: Pairs][] = [
  ["nothing and nothing", [], [], []],
  ["nothing and something", [], [[1, 2]], [[1, 2]]],
  ["something and nothing", [[1, 2]], [], [[1, 2]]],
  ["one song twice", [[5, 1]], [[5, 2]], [[5, 3]]],
  ["all of one before the other", [[1, 1], [2, 1]], [[3, 1], [4, 9]], [
    [1, 1],
    [2, 1],
    [3, 1],
    [4, 9],
  ]],
  ["all of one behind the other", [[8, 1]], [[0, 1], [7, 1]], [[0, 1], [7, 1], [8, 1]]],
  ["songs in turn", [[1, 1], [3, 1]], [[2, 1], [4, 1]], [[1, 1], [2, 1], [3, 1], [4, 1]]],
  ["the same last song", [[1, 1], [9, 1]], [[2, 1], [9, 1]], [[1, 1], [2, 1], [9, 2]]],
  ["the same first song", [[0, 1], [1, 1]], [[0, 4], [5, 1]], [[0, 5], [1, 1], [5, 1]]],
  ["counts above 2^32", [[1, 2 ** 40]], [[1, 2 ** 33]], [[1, 2 ** 40 + 2 ** 33]]],
  ["songs of 53 bits", [[Number.MAX_SAFE_INTEGER, 1]], [[Number.MAX_SAFE_INTEGER - 1, 1]], [
    [Number.MAX_SAFE_INTEGER - 1, 1],
    [Number.MAX_SAFE_INTEGER, 1],
  ]],
];

for (const [what, a, b, merged] of CASES) {
  test(`mergeTwo() merges ${what}`, () => {
    const into = EntryList.withRoom(a.length + b.length);
    mergeTwo(listOf(a), listOf(b), into);
    assert.deepEqual(pairsOf(into), merged);
  });
}

test("mergeTwo() appends, and changes neither of the two", () => {
  const a = listOf([[0, 1], [4, 1], [9, 9]]);
  const b = listOf([[1, 7], [4, 2], [5, 3]]);
  [a.from, a.to, b.from] = [1, 2, 1];
  const into = EntryList.withRoom(8);
  into.songs.fill(-1);
  into.from = into.to = 3;
  mergeTwo(a, b, into);
  assert.deepEqual(pairsOf(into), [[4, 3], [5, 3]]);
  assert.deepEqual([...into.songs.subarray(0, 3)], [-1, -1, -1]);
  assert.deepEqual([a.from, a.to, b.from, b.to], [1, 2, 1, 3]);
  mergeTwo(NO_ENTRIES, listOf([[6, 1]]), into);
  assert.deepEqual(pairsOf(into), [[4, 3], [5, 3], [6, 1]]);
});

test("mergeTwo() equals adding up in a Map", () => {
  const next = randomOf(8);
  for (let round = 0; round < 200; round++) {
    const some = (): Pairs => {
      const songs = new Set(Array.from({ length: next() % 30 }, () => next() % 50));
      return [...songs].sort((x, y) => x - y).map((song) => [song, 1 + next() % 5]);
    };
    const [a, b] = [some(), some()];
    const counts = new Map(a);
    for (const [song, count] of b) counts.set(song, (counts.get(song) ?? 0) + count);
    const into = EntryList.withRoom(a.length + b.length);
    mergeTwo(listOf(a), listOf(b), into);
    assert.deepEqual(pairsOf(into), [...counts].sort(([x], [y]) => x - y));
  }
});

test("endOfSongs() is behind the last song that is at most the given one", () => {
  const list = listOf([[1, 1], [3, 1], [5, 1], [7, 1]]);
  for (const [song, end] of [[0, 0], [1, 1], [2, 1], [5, 3], [7, 4], [Infinity, 4]]) {
    assert.equal(endOfSongs(list, song), end, `song ${song}`);
  }
  [list.from, list.to] = [1, 3];
  for (const [song, end] of [[0, 1], [3, 2], [6, 3], [99, 3]]) {
    assert.equal(endOfSongs(list, song), end, `song ${song} within 1 to 3`);
  }
});

test("EntryList.alias() is an empty list over the same arrays", () => {
  const list = listOf([[1, 1]]);
  const alias = list.alias();
  assert.equal(alias.songs, list.songs);
  assert.equal(alias.counts, list.counts);
  assert.deepEqual([alias.from, alias.to], [0, 0]);
});
