import assert from "node:assert/strict";
import { BLOCK_ENTRIES } from "../../../core/batch_format.ts";
import { KeyMerger, MAX_FAN_IN } from "../../../core/merge.ts";
import type { Entry } from "./_support.ts";
import { encodeBatch, mergedNaively, openBatch, pairsOf, randomOf, test } from "./_support.ts";

/** Merges the inputs, and checks what is promised of the segments. */
function mergedBy(inputs: readonly (readonly Entry[])[]): Entry[] {
  const merger = new KeyMerger(inputs.map((entries) => openBatch(encodeBatch(entries)).cursor()));
  const merged: Entry[] = [];
  let wasLast = true;
  while (merger.next()) {
    const { key, segment, isLast } = merger;
    assert.ok(segment.to > segment.from, "no segment is empty");
    const before = merged.at(-1);
    if (before !== undefined) {
      assert.equal(before[0] === key, !wasLast, `key ${key} after a last segment: ${wasLast}`);
      assert.ok(key > before[0] || segment.songs[segment.from] > before[1], "songs ascend");
    }
    for (const [song, count] of pairsOf(segment)) merged.push([key, song, count]);
    wasLast = isLast;
  }
  assert.ok(wasLast, "the last segment of all is a last one");
  assert.equal(merger.next(), false);
  return merged;
}

function assertMerged(inputs: readonly (readonly Entry[])[]): void {
  const merged = mergedBy(inputs);
  const expected = mergedNaively(inputs);
  assert.equal(merged.length, expected.length);
  for (const [i, entry] of merged.entries()) {
    const [key, song, count] = expected[i];
    const same = entry[0] === key && entry[1] === song && entry[2] === count;
    if (!same) assert.deepEqual(entry, expected[i], `entry ${i}`);
  }
}

/** Every `step`-th song of a key from `first` on. */
function songs(key: number, first: number, step: number, count: number): Entry[] {
  return Array.from({ length: count }, (_, i): Entry => [key, first + i * step, 1 + i % 2]);
}

const B = BLOCK_ENTRIES;

const CASES: Readonly<Record<string, Entry[][]>> = {
  "no inputs": [],
  "one empty input": [[]],
  "only empty inputs": [[], [], []],
  "one input": [[[1, 1, 1], [1, 2, 5], [4, 0, 1]]],
  "an empty input among others": [[], [[1, 1, 1]], []],
  "keys in turn": [[[1, 1, 1], [3, 1, 1]], [[2, 1, 1], [4, 1, 1]]],
  "the same entry in every input": Array.from({ length: 9 }, () => [[5, 5, 2]] as Entry[]),
  "key 0 and the largest key": [[[0, 0, 1]], [[Number.MAX_SAFE_INTEGER, 1, 1]], [[0, 1, 1]]],
  "the largest songs": [
    [[1, Number.MAX_SAFE_INTEGER, 1]],
    [[1, Number.MAX_SAFE_INTEGER - 1, 2 ** 40], [1, Number.MAX_SAFE_INTEGER, 2 ** 35]],
  ],
  "a key over many blocks in one input, few songs in others": [
    songs(7, 0, 2, 5 * B),
    [[7, 1, 1], [7, 4 * B + 1, 1], [7, 99 * B, 3]],
    [[6, 1, 1], [8, 1, 1]],
  ],
  "a key over many blocks in all inputs, the same songs": [
    songs(7, 0, 1, 3 * B + 5),
    songs(7, 0, 1, 3 * B + 5),
    songs(7, 0, 1, 3 * B + 5),
  ],
  "a key over many blocks in all inputs, songs in turn": [
    songs(7, 0, 3, 2 * B),
    songs(7, 1, 3, 2 * B),
    songs(7, 2, 3, 2 * B),
  ],
  "a key over many blocks, one input's songs all behind the other's": [
    songs(7, 0, 1, 2 * B + 1),
    songs(7, 10 * B, 1, 2 * B + 1),
    songs(7, 3 * B, 1, 5),
  ],
  "a key over many blocks, the inputs of very different density": [
    songs(7, 0, 1, 4 * B),
    songs(7, 0, 1000, 3 * B),
    songs(7, 17, 50, B + 1),
    songs(7, 2 ** 40, 2 ** 20, B + 1),
  ],
  "a key that ends exactly with a block": [
    [...songs(7, 0, 1, 2 * B), [8, 1, 1]],
    [...songs(7, 0, 2, B), [8, 1, 1]],
  ],
  "long keys one after another, at other places of their blocks": [
    [...songs(1, 0, 1, 100), ...songs(2, 0, 2, 9000), ...songs(3, 0, 1, 9000)],
    [...songs(2, 1, 2, 5000), ...songs(3, 4000, 3, 9000), ...songs(4, 0, 1, 1)],
    [...songs(1, 50, 1, 5000), ...songs(3, 0, 7, 4097)],
  ],
};

for (const [what, inputs] of Object.entries(CASES)) {
  test(`KeyMerger merges ${what}`, () => assertMerged(inputs));
}

for (const inputCount of [1, 2, 3, 5, 8, 31, 63, 64]) {
  test(`KeyMerger equals adding up in a Map with ${inputCount} inputs`, () => {
    const next = randomOf(20 + inputCount);
    const inputs = Array.from({ length: inputCount }, () => {
      const keys = new Map<number, Set<number>>();
      for (let i = 0; i < 1500; i++) {
        const key = next() % 4 === 0 ? 50 : next() % 300;
        keys.set(key, (keys.get(key) ?? new Set<number>()).add(next() % 20_000));
      }
      return mergedNaively([
        [...keys].flatMap(([key, songs]) =>
          [...songs].map((song): Entry => [key, song, 1 + next() % 3])
        ),
      ]);
    });
    assertMerged(inputs);
  });
}

test("KeyMerger merges ranges of keys", () => {
  const inputs = [songs(1, 0, 1, 5000), songs(2, 0, 1, 5000), songs(2, 5, 3, 5000)];
  const range = { from: 2, to: 3 };
  const merger = new KeyMerger(
    inputs.map((entries) => openBatch(encodeBatch(entries)).cursor(range)),
  );
  let entryCount = 0;
  while (merger.next()) {
    assert.equal(merger.key, 2);
    entryCount += merger.segment.to - merger.segment.from;
  }
  assert.equal(entryCount, mergedNaively(inputs.slice(1)).length);
});

test("KeyMerger refuses more inputs than it can take", () => {
  const cursor = openBatch(encodeBatch([])).cursor();
  assert.throws(() => new KeyMerger(Array(MAX_FAN_IN + 1).fill(cursor)), {
    name: "RangeError",
    message: "Cannot merge 65 inputs at once: expected at most 64",
  });
});
