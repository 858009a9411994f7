import assert from "node:assert/strict";
import { crc32 } from "node:zlib";
import { BatchEncoder } from "../../../core/batch_encoder.ts";
import { BLOCK_ENTRIES } from "../../../core/batch_format.ts";
import { BatchReader, type KeyRange } from "../../../core/batch_reader.ts";
import { MemorySink, sourceOf } from "../../../core/bytes.ts";
import { NUMBERS } from "../../../core/engine.ts";
import { NO_TEXTS } from "../../../core/texts.ts";
import { EntryList } from "../../../core/entries.ts";
import { keyRanges } from "../../../core/key_ranges.ts";
import { HEADER, test } from "./_support.ts";

/** Of each batch one block in 16 is looked at, so a range is exact to so many entries a batch. */
const SAMPLED_ENTRIES = 16 * BLOCK_ENTRIES;

/** How many songs each key has, keys ascending. */
type KeySizes = readonly (readonly [key: number, songs: number])[];

function batchOf(sizes: KeySizes): BatchReader {
  const sink = new MemorySink();
  const encoder = new BatchEncoder(HEADER, sink, { checksum: crc32, engine: NUMBERS });
  const list = EntryList.withRoom(BLOCK_ENTRIES);
  list.counts.fill(1);
  for (const [key, songs] of sizes) {
    for (let from = 0; from < songs; from += BLOCK_ENTRIES) {
      list.to = Math.min(BLOCK_ENTRIES, songs - from);
      for (let i = 0; i < list.to; i++) list.songs[i] = from + i;
      encoder.blocks.addEntries(key, list, NO_TEXTS);
    }
  }
  encoder.finish();
  return new BatchReader(sourceOf(sink.toBytes()), crc32);
}

const keysOf = (count: number, step: number, songs: number, least = 0): KeySizes =>
  Array.from({ length: count }, (_, i) => [least + i * step, songs]);

/** Asserts that ranges ascend and hold all keys once. */
function assertCovering(ranges: readonly KeyRange[]): void {
  assert.equal(ranges[0].from, 0);
  assert.equal(ranges.at(-1)!.to, Infinity);
  for (const [i, { from, to }] of ranges.entries()) {
    assert.ok(from < to);
    if (i > 0) assert.equal(from, ranges[i - 1].to);
  }
}

/** How many entries each range holds, and how many of them its largest key has. */
function entriesIn(ranges: readonly KeyRange[], batches: readonly KeySizes[]) {
  return ranges.map(({ from, to }) => {
    const byKey = new Map<number, number>();
    for (const [key, songs] of batches.flat()) {
      if (key >= from && key < to) byKey.set(key, (byKey.get(key) ?? 0) + songs);
    }
    const sizes = [...byKey.values()];
    const largest = sizes.reduce((most, size) => Math.max(most, size), 0);
    return { entries: sizes.reduce((sum, size) => sum + size, 0), largest };
  });
}

const HUGE: KeySizes = [
  ...keysOf(40_000, 1, 10),
  [50_000, 900_000],
  ...keysOf(40_000, 1, 10, 60_000),
];

const BATCHES: Readonly<Record<string, readonly KeySizes[]>> = {
  "one batch of many keys": [keysOf(400_000, 3, 3)],
  "one batch of a few large keys": [keysOf(300, 1, 5000)],
  "keys up to 2^53 - 1": [keysOf(200_000, 2 ** 34, 5, Number.MAX_SAFE_INTEGER - 2e5 * 2 ** 34)],
  "three batches of the same keys": Array(3).fill(keysOf(100_000, 7, 5)),
  "three batches of other keys": [0, 1, 2].map((i) => keysOf(100_000, 1, 5, i * 100_000)),
  "a large batch among small ones": [
    keysOf(300_000, 2, 4),
    keysOf(100, 9, 9),
    keysOf(1, 1, 1, 500),
  ],
  "one huge key": [HUGE],
  "the same huge key twice": [HUGE, HUGE],
};

for (const [what, batches] of Object.entries(BATCHES)) {
  test(`keyRanges() cuts ${what} into ranges of about as many entries`, () => {
    const readers = batches.map(batchOf);
    for (const wanted of [SAMPLED_ENTRIES * 5, 500_000]) {
      const ranges = keyRanges(readers, wanted);
      assertCovering(ranges);
      assert.ok(ranges.length > 1, "more than one range");
      const slack = SAMPLED_ENTRIES * (batches.length + 1);
      const held = entriesIn(ranges, batches);
      for (const [i, { entries, largest }] of held.entries()) {
        const which = `range ${i} of ${ranges.length}: ${entries} entries, ${wanted} wanted`;
        assert.ok(entries <= wanted + largest + slack, which);
        if (i === ranges.length - 1) continue;
        // A range may end early in front of a key that alone would fill the rest of it.
        assert.ok(entries + held[i + 1].largest >= wanted - slack, which);
      }
    }
  });
}

const FEW: Readonly<Record<string, readonly KeySizes[]>> = {
  "no batch": [],
  "a batch of nothing": [[]],
  "a batch of one entry": [[[5, 1]]],
  "seven small batches": Array(7).fill(keysOf(500, 3, 2)),
  "one key of a million songs": [[[77, 1_000_000]]],
  "the key 0 of a million songs": [[[0, 1_000_000]]],
};

for (const [what, batches] of Object.entries(FEW)) {
  test(`keyRanges() leaves ${what} in one range`, () => {
    const ranges = keyRanges(batches.map(batchOf), 500_000);
    assertCovering(ranges);
    const held = entriesIn(ranges, batches).filter(({ entries }) => entries > 0);
    assert.ok(held.length <= 1, `${held.length} ranges hold entries`);
    if (batches.flat().length !== 1) assert.equal(ranges.length, 1);
  });
}

test("keyRanges() cuts more ranges where fewer entries are wanted", () => {
  const readers = [batchOf(keysOf(250_000, 1, 4))];
  const counts = [Infinity, 1_000_000, 500_000, 250_000, 1].map((n) =>
    keyRanges(readers, n).length
  );
  assert.deepEqual(counts, counts.toSorted((a, b) => a - b));
  assert.equal(counts[0], 1);
  assert.equal(counts.at(-1), Math.ceil(1_000_000 / SAMPLED_ENTRIES), "as fine as the sample");
});
