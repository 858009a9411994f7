import assert from "node:assert/strict";
import { NUMBERS } from "../../../core/engine.ts";
import { NO_TEXTS } from "../../../core/texts.ts";
import { BatchEncoder } from "../../../core/batch_encoder.ts";
import { BLOCK_ENTRIES, PAGE_BLOCKS } from "../../../core/batch_format.ts";
import { MemorySink } from "../../../core/bytes.ts";
import { crc32 } from "../../../core/crc32.ts";
import type { Entry } from "./_support.ts";
import { encodeBatch, HEADER, listOf, openBatch, randomOf, readBatch, test } from "./_support.ts";

const MOST = Number.MAX_SAFE_INTEGER;
const TWO_32 = 2 ** 32;

/** `count` entries of one key, each song with its own count. */
function group(key: number, count: number, firstSong = 0, step = 3): Entry[] {
  return Array.from({ length: count }, (_, i): Entry => [key, firstSong + i * step, 1 + i % 3]);
}

function singles(count: number): Entry[] {
  return Array.from({ length: count }, (_, key): Entry => [key * 2, key % 7, 1]);
}

const BATCHES: Readonly<Record<string, Entry[]>> = {
  "nothing": [],
  "one entry": [[0, 0, 1]],
  "the largest ids and count": [[MOST, MOST, MOST]],
  "the smallest and the largest of everything": [[0, 0, 1], [0, MOST, 2], [MOST, 0, 1]],
  "keys, songs and counts around 2^32": [
    [TWO_32 - 1, TWO_32 - 1, TWO_32 - 1],
    [TWO_32 - 1, TWO_32, TWO_32],
    [TWO_32, 0, TWO_32 + 1],
    [TWO_32 + 1, TWO_32 + 1, TWO_32 + 2],
    [2 * TWO_32 + 2, 5, 1],
    [MOST, MOST - 1, 2 ** 45],
  ],
  "counts only above one": [[1, 1, 2], [1, 2, 3], [2, 1, 256], [3, 1, 65_537], [4, 1, 2]],
  "one key of exactly a block": group(5, BLOCK_ENTRIES),
  "one key of a block and one more": group(5, BLOCK_ENTRIES + 1),
  "one key of exactly three blocks": group(5, 3 * BLOCK_ENTRIES),
  "two keys that meet at the end of a block": [...group(1, BLOCK_ENTRIES), ...group(2, 9)],
  "a key that begins with the last entry of a block": [
    ...group(1, BLOCK_ENTRIES - 1),
    ...group(2, 2 * BLOCK_ENTRIES),
    ...group(9, 1),
  ],
  "as many keys as entries, over blocks": singles(2 * BLOCK_ENTRIES + 5),
  "a wide block between narrow ones": [
    ...group(1, BLOCK_ENTRIES),
    ...group(2, BLOCK_ENTRIES, 2 ** 40, 2 ** 34),
    ...group(3, BLOCK_ENTRIES),
  ],
  "every count an exception, wide": Array.from(
    { length: BLOCK_ENTRIES + 9 },
    (_, i): Entry => [i * 2 ** 39, i * 2 ** 40, 2 ** 50 + i],
  ),
};

for (const [what, entries] of Object.entries(BATCHES)) {
  test(`BatchEncoder writes what a cursor reads: ${what}`, () => {
    const bytes = encodeBatch(entries);
    assert.deepEqual(readBatch(bytes), entries);
    const { header, trailer } = openBatch(bytes);
    assert.deepEqual(header, HEADER);
    assert.equal(trailer.keyCount, new Set(entries.map(([key]) => key)).size);
    assert.equal(trailer.entryCount, entries.length);
    assert.equal(trailer.streamCount, entries.reduce((sum, [, , count]) => sum + count, 0));
  });
}

test("BatchEncoder writes what a cursor reads: any entries of any sizes", () => {
  const next = randomOf(10);
  for (let round = 0; round < 30; round++) {
    const shift = 2 ** (next() % 30);
    const entries: Entry[] = [];
    for (let key = next() % 5, count = 0; entries.length < 9000 && count < 4000; count++) {
      const songs = next() % 9 === 0 ? next() % 3000 : 1 + next() % 4;
      for (let i = 0, song = next() % 100; i < songs; i++, song += 1 + next() % 50) {
        entries.push([key, song * shift, next() % 5 === 0 ? 1 + next() % 300 : 1]);
      }
      key += (1 + next() % 6) * shift;
    }
    assert.deepEqual(readBatch(encodeBatch(entries)), entries, `round ${round}`);
  }
});

test("BatchEncoder keeps the kind of key and the day", () => {
  for (const kind of ["country", "user"] as const) {
    for (const day of [18962, 0, -719162, 2932896]) {
      assert.deepEqual(openBatch(encodeBatch([], { kind, day })).header, { kind, day });
    }
  }
});

test("BatchEncoder.addSongs() counts a song as often as it stands there", () => {
  const sink = new MemorySink();
  const encoder = new BatchEncoder(HEADER, sink, { checksum: crc32, engine: NUMBERS });
  encoder.blocks.addSongs(4, Uint32Array.of(99, 1, 1, 1, 2, 7, 7, 0), 1, 7, NO_TEXTS);
  encoder.blocks.addSongs(4, Float64Array.of(8, 2 ** 50, 2 ** 50), 0, 3, NO_TEXTS);
  encoder.blocks.addSongs(6, Uint32Array.of(0), 0, 1, NO_TEXTS);
  const { keyCount, streamCount, entryCount, sizeBytes } = encoder.finish();
  assert.deepEqual([keyCount, streamCount, entryCount], [2, 10, 6]);
  assert.equal(sizeBytes, sink.toBytes().length);
  const expected = [[4, 1, 3], [4, 2, 1], [4, 7, 2], [4, 8, 1], [4, 2 ** 50, 2], [6, 0, 1]];
  assert.deepEqual(readBatch(sink.toBytes()), expected);
});

test("BatchEncoder writes the same bytes however a key's entries are handed over", () => {
  const entries = [...group(1, 5000), ...group(8, 20), ...group(9, 9000)];
  const sink = new MemorySink();
  const encoder = new BatchEncoder(HEADER, sink, { checksum: crc32, engine: NUMBERS });
  for (let i = 0; i < entries.length;) {
    const key = entries[i][0];
    const part = entries.slice(i, i + 77).filter((entry) => entry[0] === key);
    encoder.blocks.addEntries(key, listOf(part.map(([, song, count]) => [song, count])), NO_TEXTS);
    i += part.length;
  }
  encoder.finish();
  assert.deepEqual(sink.toBytes(), encodeBatch(entries));
});

test("BatchEncoder takes hardly more than a byte a song of a dense key", () => {
  const bytes = encodeBatch(
    Array.from({ length: 20_000 }, (_, song): Entry => [3, song * 200, 1]),
  );
  assert.ok(bytes.length < 20_000 * 1.3, `${bytes.length} bytes for 20000 entries`);
});

test("BatchEncoder writes an index page for every full page of blocks and for the rest", () => {
  for (const [blocks, pages] of [[1, 1], [PAGE_BLOCKS, 1], [PAGE_BLOCKS + 1, 2]]) {
    const entries = group(1, blocks * BLOCK_ENTRIES);
    assert.equal(openBatch(encodeBatch(entries)).root.length, pages, `${blocks} blocks`);
  }
  assert.equal(openBatch(encodeBatch([])).root.length, 0);
});
