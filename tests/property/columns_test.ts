/** Sorting, columns and batches against plain arrays and Maps, over ids of any size. */
import fc from "npm:fast-check@4.10.2";
import assert from "node:assert/strict";
import { BatchEncoder } from "../../core/batch_encoder.ts";
import { NUMBERS } from "../../core/engine.ts";
import { NO_TEXTS } from "../../core/texts.ts";
import { BatchReader } from "../../core/batch_reader.ts";
import { MemorySink, sourceOf } from "../../core/bytes.ts";
import { crc32 } from "../../core/crc32.ts";
import { sortPairs } from "../../core/sort.ts";
import { COLUMN_SLACK_BYTES, columnBytes, decodeColumn, encodeColumn } from "../../core/vbyte.ts";

const seed = Math.floor(Math.random() * 2 ** 31);

/** Writes the seed once, so that a failure can be made again. */
console.log(`columns seed ${seed}`);

/** Ids of any number of bits, borders often. */
const id = fc.oneof(
  fc.maxSafeNat(),
  fc.integer({ min: 0, max: 30 }),
  fc.integer({ min: 0, max: 53 }).map((bits) => 2 ** bits - 1),
  fc.integer({ min: 0, max: 52 }).map((bits) => 2 ** bits),
);
const pairs = fc.array(fc.tuple(id, id), { minLength: 0, maxLength: 150, size: "max" });

const comparePairs = ([a, s]: [number, number], [b, t]: [number, number]) => a - b || s - t;

Deno.test("sortPairs() equals a full sort for any ids", { permissions: "none" }, () => {
  fc.assert(
    fc.property(pairs, (rows) => {
      const keys = Float64Array.from(rows, ([key]) => key);
      const songs = Float64Array.from(rows, ([, song]) => song);
      const scratch = { scratchKeys: keys.slice(), scratchSongs: songs.slice() };
      sortPairs({ keys, songs, ...scratch }, rows.length);
      const sorted = Array.from(keys, (key, i): [number, number] => [key, songs[i]]);
      assert.deepEqual(sorted, rows.sort(comparePairs));
    }),
    { seed, numRuns: 300 },
  );
});

Deno.test("decodeColumn() gives back any column", { permissions: "none" }, () => {
  fc.assert(
    fc.property(fc.array(id, { maxLength: 40 }), fc.nat(9), (ids, at) => {
      for (const isWide of [false, true]) {
        const values = isWide ? ids : ids.map((value) => value % 2 ** 32);
        const room = at + columnBytes(values.length) + COLUMN_SLACK_BYTES;
        const view = new DataView(new ArrayBuffer(room));
        const end = encodeColumn(Float64Array.from(values), values.length, isWide, view, at);
        const decoded = new Float64Array(values.length);
        assert.equal(decodeColumn(view, at, values.length, isWide, decoded), end);
        assert.deepEqual([...decoded], values);
      }
    }),
    { seed, numRuns: 500 },
  );
});

Deno.test(
  "BatchCursor gives back any batch, and any range of its keys",
  { permissions: "none" },
  () => {
    fc.assert(
      fc.property(pairs, id, id, (rows, a, b) => {
        rows.sort(comparePairs);
        const sink = new MemorySink();
        const tools = { checksum: crc32, engine: NUMBERS };
        const encoder = new BatchEncoder({ kind: "user", day: 1 }, sink, tools);
        const counts = new Map<number, Map<number, number>>();
        for (let i = 0; i < rows.length;) {
          const key = rows[i][0];
          const start = i;
          while (i < rows.length && rows[i][0] === key) i++;
          const songs = rows.slice(start, i).map(([, song]) => song);
          encoder.blocks.addSongs(key, Float64Array.from(songs), 0, songs.length, NO_TEXTS);
          const times = new Map<number, number>();
          for (const song of songs) times.set(song, (times.get(song) ?? 0) + 1);
          counts.set(key, times);
        }
        encoder.finish();
        const range = { from: Math.min(a, b), to: Math.max(a, b) };
        const reader = new BatchReader(sourceOf(sink.toBytes()), crc32);
        const cursor = reader.cursor(range);
        const expected = [...counts].filter(([key]) => key >= range.from && key < range.to);
        for (const [key, times] of expected) {
          assert.ok(cursor.next());
          const { songs, counts, from, to } = cursor.segment;
          assert.equal(cursor.key, key);
          assert.deepEqual([...songs.subarray(from, to)], [...times.keys()]);
          assert.deepEqual([...counts.subarray(from, to)], [...times.values()]);
        }
        assert.equal(cursor.next(), false);
      }),
      { seed, numRuns: 200 },
    );
  },
);
