import assert from "node:assert/strict";
import { BLOCK_ENTRIES, PAGE_BLOCKS } from "../../../core/batch_format.ts";
import { BatchReader, MIN_CURSOR_BYTES } from "../../../core/batch_reader.ts";
import { sourceOf } from "../../../core/bytes.ts";
import { crc32 } from "../../../core/crc32.ts";
import type { Entry } from "./_support.ts";
import { countingSource, encodeBatch, entriesOf, openBatch, randomOf, test } from "./_support.ts";

/** Keys of 1 to 12 songs, and two that go over many blocks. */
function manyEntries(): Entry[] {
  const next = randomOf(11);
  const entries: Entry[] = [];
  for (let key = 3; entries.length < 600_000; key += 1 + next() % 30) {
    const isHuge = entries.length > 200_000 && entries.length < 201_000 ||
      entries.length > 420_000 && entries.length < 421_000;
    const songs = isHuge ? 60_000 : 1 + next() % 12;
    for (let i = 0, song = next() % 1000; i < songs; i++, song += 1 + next() % 5000) {
      entries.push([key, song, next() % 50 === 0 ? 2 : 1]);
    }
  }
  return entries;
}

const MANY = manyEntries();
const MANY_BYTES = encodeBatch(MANY);
const LAST_KEY = MANY.at(-1)![0];

/** Compares without printing half a million entries. */
function assertSame(found: readonly Entry[], expected: readonly Entry[], what: string): void {
  assert.equal(found.length, expected.length, `number of entries ${what}`);
  for (let i = 0; i < found.length; i++) {
    const [key, song, count] = found[i];
    const same = key === expected[i][0] && song === expected[i][1] && count === expected[i][2];
    if (!same) assert.deepEqual(found[i], expected[i], `entry ${i} ${what}`);
  }
}

test("BatchCursor reads a batch of several index pages, with any buffer", () => {
  assert.ok(MANY.length / BLOCK_ENTRIES > PAGE_BLOCKS);
  const reader = openBatch(MANY_BYTES);
  assert.equal(reader.root.length, 2);
  for (const bufferBytes of [0, MIN_CURSOR_BYTES + 1, 1 << 19]) {
    assertSame(entriesOf(reader.cursor(undefined, bufferBytes)), MANY, `by ${bufferBytes} bytes`);
  }
});

test("BatchCursor gives exactly the entries of a range of keys", () => {
  const reader = openBatch(MANY_BYTES);
  const huge = MANY[230_000][0];
  const firstOfPage = reader.root[1].key;
  const firstOfBlock = reader.blocksOf(0)[7].key;
  const lastOfBlock = MANY[5 * BLOCK_ENTRIES - 1][0];
  const keys = [0, 3, huge, firstOfPage, firstOfBlock, lastOfBlock, 70_000, LAST_KEY, LAST_KEY + 1];
  for (const key of keys) {
    for (const [from, to] of [[key, key + 1], [key, key + 500], [key - 300, key], [key, key]]) {
      const expected = MANY.filter(([key]) => key >= from && key < to);
      assertSame(entriesOf(reader.cursor({ from, to })), expected, `of keys ${from} to ${to}`);
    }
  }
  const tail = { from: huge, to: Infinity };
  assertSame(entriesOf(reader.cursor(tail)), MANY.filter(([key]) => key >= huge), "of a tail");
});

test("BatchCursor gives every entry once when the keys are cut into ranges", () => {
  const reader = openBatch(MANY_BYTES);
  const found: Entry[] = [];
  for (let from = 0; from <= LAST_KEY; from += 30_011) {
    for (const entry of entriesOf(reader.cursor({ from, to: from + 30_011 }))) found.push(entry);
  }
  assertSame(found, MANY, "in ranges");
});

test("BatchCursor says which segments go on in the next block", () => {
  const entries: Entry[] = [
    [1, 0, 1],
    ...Array.from({ length: 2 * BLOCK_ENTRIES }, (_, song): Entry => [2, song, 1]),
    [3, 0, 1],
  ];
  const cursor = openBatch(encodeBatch(entries)).cursor();
  assert.equal(cursor.key, Infinity);
  const segments: unknown[] = [];
  while (cursor.next()) {
    segments.push([cursor.key, cursor.segment.to - cursor.segment.from, cursor.continues]);
  }
  assert.deepEqual(segments, [
    [1, 1, false],
    [2, BLOCK_ENTRIES - 1, true],
    [2, BLOCK_ENTRIES, true],
    [2, 1, false],
    [3, 1, false],
  ]);
});

test("BatchCursor stays at its end", () => {
  for (const range of [undefined, { from: 0, to: 2 }, { from: 9, to: 9 }]) {
    const cursor = openBatch(encodeBatch([[1, 1, 1], [5, 1, 1]])).cursor(range);
    while (cursor.next());
    for (let i = 0; i < 3; i++) {
      assert.equal(cursor.next(), false);
      assert.equal(cursor.key, Infinity);
      assert.equal(cursor.segment.from, cursor.segment.to);
    }
  }
});

test("BatchReader finds one key's songs by reading a small part of the file", () => {
  const source = countingSource(MANY_BYTES);
  const reader = new BatchReader(source, crc32);
  assert.ok(source.bytesRead < 300, `opening read ${source.bytesRead} bytes`);
  const next = randomOf(12);
  const bound = 4096 + 2 * MIN_CURSOR_BYTES;
  assert.ok(bound * 4 < MANY_BYTES.length, "the file is much larger than what may be read");
  for (let i = 0; i < 40; i++) {
    const [key] = MANY[i === 0 ? MANY.length - 1 : next() % 190_000];
    source.bytesRead = 0;
    const found = entriesOf(reader.cursor({ from: key, to: key + 1 }));
    assert.ok(source.bytesRead <= bound, `key ${key} took ${source.bytesRead} bytes`);
    assertSame(found, MANY.filter((entry) => entry[0] === key), `of key ${key}`);
  }
});

test("BatchReader opens an empty batch", () => {
  const reader = openBatch(encodeBatch([]));
  assert.deepEqual(reader.root, []);
  assert.deepEqual(entriesOf(reader.cursor()), []);
  assert.deepEqual(entriesOf(reader.cursor({ from: 5, to: 6 })), []);
});

/** A small batch with narrow and wide columns, exceptions, and groups of several sizes. */
const SMALL: Entry[] = [
  [0, 0, 1],
  [0, 5, 2],
  [0, 70_000, 1],
  [7, 2 ** 33, 300],
  [7, 2 ** 52, 1],
  [2 ** 40, 1, 2 ** 34],
  [2 ** 40 + 1, 1, 1],
];
const SMALL_BYTES = encodeBatch(SMALL);

/** Reads all there is to read; what must be thrown where the batch is damaged. */
function readAll(bytes: Uint8Array): Entry[] {
  const reader = openBatch(bytes);
  for (let page = 0; page < reader.root.length; page++) reader.blocksOf(page);
  return entriesOf(reader.cursor());
}

/** Reads a damaged batch: it is refused by a BatchError, or its entries are the same. */
function assertNoticed(bytes: Uint8Array, expected: readonly Entry[], what: string): boolean {
  let found: Entry[];
  try {
    found = readAll(bytes);
  } catch (error) {
    assert.equal((error as Error).name, "BatchError", `${what}: ${error}`);
    return true;
  }
  assertSame(found, expected, what);
  return false;
}

test("BatchReader notices every flipped bit of a small batch", () => {
  const bytes = SMALL_BYTES.slice();
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    bytes[bit >> 3] ^= 1 << (bit & 7);
    assert.ok(assertNoticed(bytes, SMALL, `bit ${bit}`), `bit ${bit} of byte ${bit >> 3}`);
    bytes[bit >> 3] ^= 1 << (bit & 7);
  }
  assertSame(readAll(bytes), SMALL, "again whole");
});

test("BatchReader notices every inverted, cleared and filled byte of a small batch", () => {
  for (let at = 0; at < SMALL_BYTES.length; at++) {
    for (const value of [~SMALL_BYTES[at] & 255, 0, 255]) {
      const bytes = SMALL_BYTES.slice();
      bytes[at] = value;
      assertNoticed(bytes, SMALL, `byte ${at} set to ${value}`);
    }
  }
});

test("BatchReader notices every cut of a small batch", () => {
  for (const entries of [SMALL, []]) {
    const whole = encodeBatch(entries);
    for (let length = 0; length < whole.length; length++) {
      const cut = whole.slice(0, length);
      assert.ok(assertNoticed(cut, entries, `cut to ${length} bytes`), `cut to ${length} bytes`);
    }
  }
});

test("BatchReader notices bytes that are too many, missing inside, or exchanged", () => {
  const { length } = SMALL_BYTES;
  const longer = new Uint8Array(length + 1);
  longer.set(SMALL_BYTES);
  assert.ok(assertNoticed(longer, SMALL, "one byte more"));
  assert.ok(assertNoticed(new Uint8Array(0), SMALL, "no bytes"));
  assert.ok(assertNoticed(new Uint8Array(length), SMALL, "only zeros"));
  for (let at = 0; at < length - 1; at++) {
    const shorter = new Uint8Array(length - 1);
    shorter.set(SMALL_BYTES.subarray(0, at));
    shorter.set(SMALL_BYTES.subarray(at + 1), at);
    assert.ok(assertNoticed(shorter, SMALL, `byte ${at} missing`), `byte ${at} missing`);
  }
});

test("BatchReader notices a damaged byte in any part of a batch of several index pages", () => {
  const reader = openBatch(MANY_BYTES);
  const places = [
    ...reader.root.map((page) => page.offset),
    ...reader.blocksOf(0).filter((_, i) => i % 40 === 0).map((block) => block.offset),
    reader.trailer.rootOffset,
    MANY_BYTES.length - 48,
  ];
  for (const place of places) {
    for (const at of [place, place + 5, place + 8, place + 9, place + 40]) {
      const bytes = MANY_BYTES.slice();
      bytes[at] ^= 16;
      assert.throws(
        () => {
          const damaged = openBatch(bytes);
          for (let page = 0; page < damaged.root.length; page++) damaged.blocksOf(page);
          for (const cursor = damaged.cursor(); cursor.next(););
        },
        { name: "BatchError" },
        `byte ${at}`,
      );
    }
  }
});

test("BatchCursor names the file, the place and what is wrong", () => {
  const bytes = SMALL_BYTES.slice();
  const [{ offset }] = openBatch(bytes).blocksOf(0);
  bytes[offset + 20] ^= 1;
  const cursor = new BatchReader(sourceOf(bytes, "batch/20211201/user.batch"), crc32).cursor();
  assert.throws(() => cursor.next(), {
    name: "BatchError",
    source: "batch/20211201/user.batch",
    byteOffset: offset,
    reason: "damaged block, expected its checksum",
    message: 'Cannot read batch "batch/20211201/user.batch" at byte 24: ' +
      "damaged block, expected its checksum",
  });
});

test("BatchReader refuses a batch of another version by its number", () => {
  const bytes = SMALL_BYTES.slice();
  bytes[8] = 2;
  assert.throws(() => openBatch(bytes), { reason: "batch version 2, expected version 1" });
});

test("BatchReader refuses a file that is no batch", () => {
  const bytes = new TextEncoder().encode("7|1|FR\n".repeat(50));
  assert.throws(() => openBatch(bytes), { reason: "no batch, expected its magic bytes" });
  assert.throws(() => openBatch(bytes.subarray(0, 3)), { reason: "3 bytes, expected a batch" });
});
