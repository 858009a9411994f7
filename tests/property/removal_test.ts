/** Batches without some users, against batches that never had them; numbers and texts. */
import fc from "npm:fast-check@4.10.2";
import assert from "node:assert/strict";
import { BatchEncoder } from "../../core/batch_encoder.ts";
import { MemorySink, sourceOf } from "../../core/bytes.ts";
import { crc32 } from "../../core/crc32.ts";
import { type Engine, engineOf } from "../../core/engine.ts";
import { EntryList } from "../../core/entries.ts";
import { countKeys, writeWithout } from "../../core/removal.ts";
import type { IdKind } from "../../core/streams.ts";
import { TextArena, textBytes } from "../../core/texts.ts";
import { finished, HEADER } from "../unit/core/_support.ts";

const seed = Number(Math.floor(Math.random() * 2 ** 31));
console.log(`property seed ${seed}`);

/** A user, and how often each song was played, songs ascending. */
type User = readonly [key: number, songs: readonly (readonly [song: number, count: number])[]];

/** An id as it is in a batch of this kind: texts have the order of the numbers. */
const nameOf = (id: number, ids: IdKind): string =>
  ids === "number" ? String(id) : `u${String(id).padStart(12, "0")}`;

function encode(users: readonly User[], engine: Engine): Uint8Array {
  const sink = new MemorySink();
  const encoder = new BatchEncoder(HEADER, sink, { checksum: crc32, engine });
  for (const [key, songs] of users) {
    const arena = new TextArena();
    const valueOf = (id: number): number => {
      if (engine.ids === "number") return id;
      const bytes = new TextEncoder().encode(nameOf(id, "text"));
      return arena.put(bytes, 0, bytes.length);
    };
    const list = EntryList.withRoom(songs.length);
    const value = valueOf(key);
    for (const [song, count] of songs) {
      list.songs[list.to] = valueOf(song);
      list.counts[list.to++] = count;
    }
    encoder.blocks.addEntries(value, list, arena.bytes);
  }
  encoder.finish();
  return sink.toBytes();
}

/** All entries, as text; every block, its checksum and the index are read for it. */
function entriesOf(bytes: Uint8Array, engine: Engine): string[] {
  const batch = engine.openBatch(sourceOf(bytes), crc32);
  const merger = engine.merger([{ batch }], { cursorBytes: 0 });
  const lines: string[] = [];
  while (merger.next()) {
    const { key, segment: { songs, counts, from, to }, texts } = merger;
    const named = (value: number): string =>
      engine.ids === "number" ? String(value) : new TextDecoder().decode(textBytes(texts, value));
    for (let i = from; i < to; i++) lines.push(`${named(key)}|${named(songs[i])}:${counts[i]}`);
  }
  return lines;
}

function without(bytes: Uint8Array, keys: readonly string[], engine: Engine) {
  const sink = new MemorySink();
  const source = sourceOf(bytes);
  const batch = engine.openBatch(source, crc32);
  const found = countKeys(batch, keys, engine);
  const made = finished(
    writeWithout({ batch, source }, keys, sink, { engine, checksum: crc32 }),
  );
  assert.deepEqual(found, made.removed);
  return { ...made, bytes: sink.toBytes() };
}

function check(users: readonly User[], gone: readonly number[], ids: IdKind): void {
  const engine = engineOf(ids);
  const bytes = encode(users, engine);
  const left = users.filter(([key]) => !gone.includes(key));
  const made = without(bytes, gone.map((key) => nameOf(key, ids)), engine);
  assert.deepEqual(entriesOf(made.bytes, engine), entriesOf(encode(left, engine), engine));
  const { header, trailer } = engine.openBatch(sourceOf(made.bytes), crc32);
  const removed = users.filter(([key]) => gone.includes(key));
  const streams = (of: readonly User[]): number =>
    of.flatMap(([, songs]) => songs).reduce((sum, [, count]) => sum + count, 0);
  const entries = (of: readonly User[]): number => of.flatMap(([, songs]) => songs).length;
  assert.deepEqual(made.removed, {
    keys: removed.length,
    entries: entries(removed),
    streams: streams(removed),
  });
  assert.deepEqual(header, HEADER);
  assert.deepEqual([trailer.keyCount, trailer.entryCount, trailer.streamCount], [
    ...[left.length, entries(left), streams(left)],
  ]);
  assert.equal(made.size.sizeBytes, made.bytes.length);
  // Each user that is left is found by the index.
  for (const [key, songs] of left.slice(0, 40)) {
    const range = engine.rangeOfKey("user", nameOf(key, ids));
    const batch = engine.openBatch(sourceOf(made.bytes), crc32);
    const merger = engine.merger([{ batch, range }], { cursorBytes: 0, isExact: true });
    let found = 0;
    while (merger.next()) found += merger.segment.to - merger.segment.from;
    assert.equal(found, songs.length, `user ${key}`);
  }
}

/** A user with so many songs. */
const userOf = (key: number, songs: number): User => [
  key,
  Array.from({ length: songs }, (_, i) => [3 * i + key % 3, 1 + (i * 31 + key) % 3] as const),
];

for (const ids of ["number", "text"] as const) {
  Deno.test(`writeWithout() equals a batch that never had the users, any users, ${ids}`, () => {
    // Sizes around a block of 4096 entries make users end with blocks, begin with them and span them.
    const size = fc.oneof(
      { weight: 4, arbitrary: fc.integer({ min: 1, max: 9 }) },
      fc.constantFrom(4095, 4096, 4097, 8192, 9000),
    );
    const sizes = fc.array(size, { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(sizes, fc.array(fc.nat({ max: 13 }), { maxLength: 3 }), (sizes, gone) => {
        const users = sizes.map((songs, i) => userOf(5 + 2 * i, songs));
        check(users, [...new Set(gone.map((i) => 4 + 2 * i + 1)), 6], ids);
      }),
      { seed, numRuns: 60 },
    );
  });

  Deno.test(`writeWithout() leaves out one user of many blocks, wherever it is, ${ids}`, () => {
    const users = Array.from({ length: 9000 }, (_, i) => userOf(10 + 7 * i, 1 + i % 4));
    for (const i of [0, 1, 1500, 4444, 8998, 8999]) check(users, [users[i][0]], ids);
    check(users, [11], ids);
    check(users, [0, 10 ** 9], ids);
    check(users.slice(0, 1), [10], ids);
  });
}
