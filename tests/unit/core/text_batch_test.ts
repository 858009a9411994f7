/** Batches of texts: blocks, index, cursors, merges and damage, against plain maps and sorting. */
import assert from "node:assert/strict";
import { type BatchEncoder, BatchEncoder as Encoder } from "../../../core/batch_encoder.ts";
import { BatchError, BLOCK_ENTRIES } from "../../../core/batch_format.ts";
import { type KeyRange } from "../../../core/batch_reader.ts";
import { type ByteSource, MemorySink, sourceOf } from "../../../core/bytes.ts";
import { crc32 } from "../../../core/crc32.ts";
import { engineOf, NUMBERS, TEXTS } from "../../../core/engine.ts";
import { EntryList } from "../../../core/entries.ts";
import { compareBytes } from "../../../core/text_compare.ts";
import { BLOCK_TEXT_BYTES } from "../../../core/text_blocks.ts";
import { textRange } from "../../../core/text_key_ranges.ts";
import { TextArena, textBytes } from "../../../core/texts.ts";
import { countingSource, encodeBatch, HEADER, randomOf, test } from "./_support.ts";

type TextEntry = readonly [key: string, song: string, count: number];

const bytesOf = (text: string) => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const byBytes = (a: string, b: string) => compareBytes(bytesOf(a), bytesOf(b));
const byKeyAndSong = (a: TextEntry, b: TextEntry) => byBytes(a[0], b[0]) || byBytes(a[1], b[1]);

function put(arena: TextArena, text: string): number {
  const bytes = bytesOf(text);
  return arena.put(bytes, 0, bytes.length);
}

/** Adds entries, which are sorted. */
function addAll(encoder: BatchEncoder, entries: readonly TextEntry[]): void {
  for (let i = 0; i < entries.length;) {
    const [key] = entries[i];
    const arena = new TextArena();
    const reference = put(arena, key);
    const list = EntryList.withRoom(1000);
    for (; list.to < 1000 && i < entries.length && entries[i][0] === key; i++) {
      list.songs[list.to] = put(arena, entries[i][1]);
      list.counts[list.to++] = entries[i][2];
    }
    encoder.blocks.addEntries(reference, list, arena.bytes);
  }
}

function batchOf(entries: readonly TextEntry[]): Uint8Array {
  const sink = new MemorySink();
  const encoder = new Encoder(HEADER, sink, { checksum: crc32, engine: TEXTS });
  addAll(encoder, entries);
  encoder.finish();
  return sink.toBytes();
}

/** All that a merge of batches gives. */
function merged(
  batches: readonly (Uint8Array | ByteSource)[],
  range?: KeyRange,
  isWorld = false,
): TextEntry[] {
  const inputs = batches.map((batch) => ({
    batch: TEXTS.openBatch(batch instanceof Uint8Array ? sourceOf(batch) : batch, crc32),
    range,
  }));
  const merger = TEXTS.merger(inputs, { cursorBytes: 0, isWorld });
  const entries: TextEntry[] = [];
  while (merger.next()) {
    const { segment: { songs, counts, from, to }, texts } = merger;
    const key = textOf(textBytes(texts, merger.key));
    for (let i = from; i < to; i++) {
      entries.push([key, textOf(textBytes(texts, songs[i])), counts[i]]);
    }
  }
  return entries;
}

/** Sums up entries of several batches the plain way. */
function summed(lists: readonly (readonly TextEntry[])[]): TextEntry[] {
  const counts = new Map<string, TextEntry>();
  for (const [key, song, count] of lists.flat()) {
    const name = `${key}\n${song}`;
    counts.set(name, [key, song, count + (counts.get(name)?.[2] ?? 0)]);
  }
  return [...counts.values()].sort(byKeyAndSong);
}

/** Entries of many keys, one of them with very many songs. */
function manyEntries(seed: number, length: number, count = 20_000): TextEntry[] {
  const random = randomOf(seed);
  const entries = Array.from({ length: count }, (): TextEntry => {
    const key = random() % 3 === 0 ? "heavy" : `key ${random() % 2000} é`;
    const song = `${random() % 100_000}`.padStart(length, "s");
    return [key, song, random() % 5 === 0 ? 1 + random() % 1000 : 1];
  });
  return summed([entries]);
}

const SHAPES: readonly [what: string, length: number][] = [
  ["short texts: blocks end at so many entries", 6],
  ["long texts: blocks end at so many bytes", 250],
];

for (const [what, length] of SHAPES) {
  test(`a batch of ${what}, read back`, () => {
    const entries = manyEntries(length, length);
    const batch = batchOf(entries);
    const { trailer } = TEXTS.openBatch(sourceOf(batch), crc32);
    assert.deepEqual(merged([batch]), entries);
    assert.equal(trailer.entryCount, entries.length);
    assert.equal(trailer.keyCount, new Set(entries.map(([key]) => key)).size);
    assert.equal(trailer.streamCount, entries.reduce((sum, [, , count]) => sum + count, 0));
    const heavy = entries.filter(([key]) => key === "heavy");
    const isOfManyBlocks = heavy.length > BLOCK_ENTRIES || heavy.length * length > BLOCK_TEXT_BYTES;
    assert.ok(isOfManyBlocks, `${heavy.length} entries of one key`);
  });

  test(`a merge of batches of ${what} sums up`, () => {
    const lists = [1, 2, 3, 4, 5].map((seed) => manyEntries(seed, length, 9000));
    assert.deepEqual(merged(lists.map(batchOf)), summed(lists));
    const all = summed([lists.flat().map(([, song, count]): TextEntry => ["world", song, count])]);
    const perKey = ["heavy", "key 7 é"].map((key) => lists[0].filter((entry) => entry[0] === key));
    const batches = perKey.map(batchOf);
    const world = summed([perKey.flat().map(([, song, n]): TextEntry => ["world", song, n])]);
    assert.deepEqual(merged(batches, undefined, true), world);
    assert.ok(all.length > world.length);
  });
}

test("addSongs() counts songs that repeat", () => {
  const arena = new TextArena();
  const key = put(arena, "key");
  const songs = ["a", "a", "b", "bb", "bb", "bb"].map((song) => put(arena, song));
  const sink = new MemorySink();
  const encoder = new Encoder(HEADER, sink, { checksum: crc32, engine: TEXTS });
  encoder.blocks.addSongs(key, Float64Array.from(songs), 0, songs.length, arena.bytes);
  encoder.finish();
  assert.deepEqual(merged([sink.toBytes()]), [["key", "a", 2], ["key", "b", 1], ["key", "bb", 3]]);
});

test("a range of keys is found by the index, and little is read for it", () => {
  const entries = manyEntries(3, 200);
  const batch = batchOf(entries);
  for (const wanted of ["heavy", "key 7 é", "key 1999 é", "", "nobody", "zzz"]) {
    const source = countingSource(batch);
    const after = wanted + " ";
    const range = textRange(bytesOf(wanted || " "), bytesOf(after));
    const expected = entries.filter(([key]) => key === wanted);
    assert.deepEqual(merged([source], range), expected, wanted);
    const bound = 2 * 400_000 + expected.length * 210;
    assert.ok(source.bytesRead < bound, `${wanted}: ${source.bytesRead} bytes, bound ${bound}`);
  }
  assert.ok(batch.length > 3_000_000, `${batch.length} bytes`);
});

test("keyRanges() of texts cover every key once, and a merger can be restarted", () => {
  const lists = [1, 2].map((seed) => manyEntries(seed, 40, 200_000));
  const batches = lists.map((list) => TEXTS.openBatch(sourceOf(batchOf(list)), crc32));
  const ranges = TEXTS.keyRanges(batches, 1 << 16);
  assert.ok(ranges.length > 2, `${ranges.length} ranges`);
  const merger = TEXTS.merger(batches.map((batch) => ({ batch })), { cursorBytes: 0 });
  const entries: TextEntry[] = [];
  for (const range of ranges) {
    merger.restart(structuredClone(range));
    while (merger.next()) {
      const { segment: { songs, counts, from, to }, texts } = merger;
      const key = textOf(textBytes(texts, merger.key));
      for (let i = from; i < to; i++) {
        entries.push([key, textOf(textBytes(texts, songs[i])), counts[i]]);
      }
    }
  }
  assert.ok(entries.join("\n") === summed(lists).join("\n"), "the entries are others");
});

test("rangesOfKeys() gives each key of a batch by country its own range", () => {
  const entries: TextEntry[] = [["DE", "a", 1], ["FR", "a", 2], ["FR", "b", 1], ["US", "c", 9]];
  const batch = batchOf(entries);
  const ranges = TEXTS.rangesOfKeys(TEXTS.openBatch(sourceOf(batch), crc32));
  const parts = ranges.map((range) => merged([batch], range));
  assert.deepEqual(parts, ["DE", "FR", "US"].map((key) => entries.filter((one) => one[0] === key)));
});

test("an empty batch of texts holds nothing", () => {
  const batch = batchOf([]);
  assert.deepEqual(merged([batch, batch]), []);
  assert.deepEqual(TEXTS.rangesOfKeys(TEXTS.openBatch(sourceOf(batch), crc32)), []);
});

test("a batch of one kind of ids is refused where the other is expected", () => {
  const refusal = (found: string, expected: string) => ({
    name: "BatchError",
    message: `Cannot read batch "memory" at byte 0: ids of kind ${found}, expected ${expected}`,
  });
  const texts = sourceOf(batchOf([["a", "b", 1]]));
  const numbers = sourceOf(encodeBatch([[1, 2, 3]]));
  assert.throws(() => engineOf("number").openBatch(texts, crc32), refusal("text", "number"));
  assert.throws(() => engineOf("text").openBatch(numbers, crc32), refusal("number", "text"));
  assert.equal(NUMBERS.openBatch(numbers, crc32).trailer.streamCount, 3);
});

test("every flipped bit and every truncation of a small batch of texts is noticed or harmless", () => {
  const entries: TextEntry[] = [["a", "x", 1], ["a", "y", 300], ["bé", "x", 1], ["c", "zz", 2]];
  const batch = batchOf(entries);
  let noticed = 0;
  const check = (damaged: Uint8Array, what: string): void => {
    try {
      assert.deepEqual(merged([damaged]), entries, what);
    } catch (error) {
      assert.ok(error instanceof BatchError, `${what}: ${error}`);
      noticed++;
    }
  };
  for (let at = 0; at < batch.length; at++) {
    for (let bit = 0; bit < 8; bit++) {
      const damaged = batch.slice();
      damaged[at] ^= 1 << bit;
      check(damaged, `byte ${at}, bit ${bit}`);
    }
    check(batch.slice(0, at), `cut at byte ${at}`);
  }
  assert.ok(noticed > 8 * batch.length * 0.9, `${noticed} noticed of ${9 * batch.length}`);
});

/** Payloads that are whole by their checksum, but no block. */
test("a block whose texts do not add up is refused", () => {
  const batch = batchOf([["a", "x", 1], ["a", "y", 1]]);
  const view = new DataView(batch.buffer);
  const blockAt = 24;
  const length = view.getUint32(blockAt + 4, true);
  const song = blockAt + 8 + length - 2;
  for (const lengthByte of [1, 2, 200, 255]) {
    batch[song] = lengthByte;
    view.setUint32(blockAt, crc32(batch.subarray(blockAt + 4, blockAt + 8 + length)), true);
    assert.throws(() => merged([batch]), /damaged block, expected its texts/);
  }
});
