import assert from "node:assert/strict";
import { TopSongs, topSongsBytes } from "../../../core/top_songs.ts";
import { listOf, randomOf, test } from "./_support.ts";

type Pairs = [song: number, count: number][];

function bestNaively(pairs: Pairs, top: number): Pairs {
  return [...pairs].sort(([a, n], [b, m]) => m - n || a - b).slice(0, top);
}

/** Offers the pairs in lists of `size` and reads the result. */
function bestOf(selection: TopSongs, pairs: Pairs, size = pairs.length || 1): Pairs {
  for (let i = 0; i < pairs.length; i += size) selection.offer(listOf(pairs.slice(i, i + size)));
  const count = selection.finish();
  const best = Array.from({ length: count }, (_, i): [number, number] => [
    selection.songs[i],
    selection.streams[i],
  ]);
  selection.reset();
  return best;
}

/** How the counts of songs that come ascending are spread. */
const COUNTS: Readonly<Record<string, (i: number, next: () => number) => number>> = {
  "all equal": () => 1,
  "ascending, so that each one passes": (i) => i + 1,
  "descending, so that none passes": (i) => 30_000 - i,
  "ascending in steps of many ties": (i) => 1 + (i >> 10),
  "few different ones": (_, next) => 1 + next() % 3,
  "small, up to 255": (_, next) => 1 + next() % 255,
  "256 once, at the end": (i) => i === 4999 ? 256 : 1 + i % 200,
  "257 at the start": (i) => i === 0 ? 257 : 1 + i % 256,
  "of all sizes": (_, next) => 1 + Math.floor(2 ** 50 / 2 ** (next() % 51)),
  "above 2^32, one apart": (i) => 2 ** 40 + i % 7,
  "mostly 1, some 2": (_, next) => next() % 40 === 0 ? 2 : 1,
  "a tie at the place of the last": (i) => i % 100 === 0 ? 9 : 5,
};

for (const [what, countOf] of Object.entries(COUNTS)) {
  test(`TopSongs chooses what a full sort does, counts ${what}`, () => {
    const next = randomOf(9);
    for (const top of [1, 2, 50, 511, 512, 513, 3000]) {
      const selection = new TopSongs(top);
      for (const length of [0, 1, 49, 50, 51, 1023, 1024, 1025, 2048, 5000, 9000]) {
        const pairs = Array.from(
          { length },
          (_, i): [number, number] => [3 * i, countOf(i, next)],
        );
        const expected = bestNaively(pairs, top);
        assert.deepEqual(bestOf(selection, pairs), expected, `top ${top} of ${length}`);
        assert.deepEqual(bestOf(selection, pairs, 700), expected, `top ${top} of ${length}, parts`);
      }
    }
  });
}

test("TopSongs gives ties to the smaller song, however many come", () => {
  const pairs = Array.from({ length: 10_000 }, (_, i): [number, number] => [i, 4]);
  assert.deepEqual(bestOf(new TopSongs(3), pairs), [[0, 4], [1, 4], [2, 4]]);
});

test("TopSongs keeps songs of 53 bits and large counts exact", () => {
  const most = Number.MAX_SAFE_INTEGER;
  const pairs: Pairs = [[most - 2, 1], [most - 1, most], [most, most - 1]];
  assert.deepEqual(bestOf(new TopSongs(2), pairs), [[most - 1, most], [most, most - 1]]);
});

test("TopSongs.reset() forgets the key before, its threshold too", () => {
  const selection = new TopSongs(1);
  const many = Array.from({ length: 5000 }, (_, i): [number, number] => [i, 1000 + i]);
  assert.deepEqual(bestOf(selection, many), [[4999, 5999]]);
  assert.deepEqual(bestOf(selection, [[7, 1], [8, 1]]), [[7, 1]]);
  assert.deepEqual(bestOf(selection, []), []);
});

test("TopSongs.offer() minds the ends of a list", () => {
  const list = listOf([[1, 9], [2, 5], [3, 6], [4, 9]]);
  [list.from, list.to] = [1, 3];
  const selection = new TopSongs(5);
  selection.offer(list);
  assert.equal(selection.finish(), 2);
  assert.deepEqual([...selection.songs.subarray(0, 2)], [3, 2]);
});

test("topSongsBytes() is at least what the selection's columns take", () => {
  for (const top of [1, 50, 512, 513, 100_000]) {
    const { songs, streams } = new TopSongs(top);
    assert.ok(topSongsBytes(top) >= 2 * (songs.byteLength + streams.byteLength), `top ${top}`);
  }
});
