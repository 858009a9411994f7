/** Where songs stand, against a full sort: any batches, any song, any number of songs on a chart. */
import fc from "npm:fast-check@4.10.2";
import assert from "node:assert/strict";
import { NUMBERS } from "../../core/engine.ts";
import { type OtherSong, type Standing, standingOf, streamsNeeded } from "../../core/standing.ts";
import {
  encodeBatch,
  type Entry,
  finished,
  mergedNaively,
  openBatch,
} from "../unit/core/_support.ts";

const seed = Number(Math.floor(Math.random() * 2 ** 31));
console.log(`property seed ${seed}`);

const KEY = 7;
type Count = readonly [song: number, count: number];

const inOrder = (a: Count, b: Count): number => b[1] - a[1] || a[0] - b[0];

/** The definition: all songs sorted, this one among them, even where it has no streams. */
function expected(counts: readonly Count[], song: number, top: number): Standing {
  const streams = counts.find(([id]) => id === song)?.[1] ?? 0;
  const sorted = [...counts].sort(inOrder);
  const withSong = streams > 0 ? sorted : [...sorted, [song, 0] as const];
  const at = withSong.findIndex(([id]) => id === song);
  const ties = sorted.filter(([, count]) => count === streams);
  const other = (each: Count | undefined, rank: number): OtherSong | undefined =>
    each && { rank, song: String(each[0]), streams: each[1], isFirstInTie: each[0] < song };
  return {
    streams,
    rank: at + 1,
    streamCount: sorted.reduce((sum, [, count]) => sum + count, 0),
    songCount: sorted.length,
    tied: { songs: ties.length, place: ties.findIndex(([id]) => id === song) + 1 },
    above: other(withSong[at - 1], at),
    below: other(withSong[at + 1], at + 2),
    last: other(sorted[top - 1], top),
  };
}

const batch = fc.uniqueArray(
  fc.tuple(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 1, max: 4 })),
  { selector: ([song]) => song, maxLength: 25 },
).map((counts) => counts.sort(([a], [b]) => a - b));

const counts = fc.array(batch, { minLength: 1, maxLength: 4 });

/** Entries of the key, and of one before and one behind it. */
function entriesOf(songs: readonly Count[]): Entry[] {
  const ours = songs.map(([song, count]): Entry => [KEY, song, count]);
  return [[1, 5, 100], ...ours, [KEY + 1, 5, 100]];
}

Deno.test("standingOf() equals a full sort for any batches, song and chart", () => {
  const song = fc.integer({ min: 0, max: 31 });
  const top = fc.integer({ min: 1, max: 20 });
  fc.assert(
    fc.property(counts, song, top, (counts, song, top) => {
      const inputs = counts.map(entriesOf);
      const merged = mergedNaively(inputs).filter(([key]) => key === KEY)
        .map(([, song, count]): Count => [song, count]);
      const range = NUMBERS.rangeOfKey("user", String(KEY));
      const open = inputs.map((entries) => ({ batch: openBatch(encodeBatch(entries)), range }));
      const streams = merged.find(([id]) => id === song)?.[1] ?? 0;
      const merger = NUMBERS.merger(open, { cursorBytes: 0 });
      const wanted = { song: String(song), streams, top };
      const found = finished(standingOf(merger, wanted, NUMBERS));
      assert.deepEqual(found, expected(merged, song, top));
      // So many more streams, and not one fewer, bring the song to the place of the one above.
      if (found.above === undefined) return;
      const needed = streamsNeeded(streams, found.above);
      const rankWith = (more: number): number =>
        expected([...merged.filter(([id]) => id !== song), [song, streams + more]], song, top).rank;
      assert.ok(rankWith(needed) < found.rank);
      assert.ok(needed === 0 || streams + needed === 1 || rankWith(needed - 1) === found.rank);
    }),
    { seed, numRuns: 2000 },
  );
});

Deno.test("standingOf() counts a key of many blocks once", () => {
  const many = Array.from({ length: 20_000 }, (_, i): Count => [3 * i, 1 + (i * 7919) % 5]);
  const odd = many.filter((_, i) => i % 3 === 0);
  const inputs = [many, odd].map(entriesOf);
  const merged = mergedNaively(inputs).filter(([key]) => key === KEY)
    .map(([, song, count]): Count => [song, count]);
  const range = NUMBERS.rangeOfKey("user", String(KEY));
  for (const song of [0, 3, 29_997, 59_997, 1]) {
    const open = inputs.map((entries) => ({ batch: openBatch(encodeBatch(entries)), range }));
    const streams = merged.find(([id]) => id === song)?.[1] ?? 0;
    const wanted = { song: String(song), streams, top: 50 };
    const merger = NUMBERS.merger(open, { cursorBytes: 0 });
    assert.deepEqual(
      finished(standingOf(merger, wanted, NUMBERS)),
      expected(merged, song, 50),
      `song ${song}`,
    );
  }
});
