import assert from "node:assert/strict";
import { checkBatch, firstDifference } from "../../../core/batch_check.ts";
import { BatchError, encodeHeader } from "../../../core/batch_format.ts";
import { BatchReader } from "../../../core/batch_reader.ts";
import { MemorySink, sourceOf } from "../../../core/bytes.ts";
import { crc32 } from "../../../core/crc32.ts";
import { BatchEncoder } from "../../../core/batch_encoder.ts";
import { type Engine, NUMBERS, TEXTS } from "../../../core/engine.ts";
import { EntryList } from "../../../core/entries.ts";
import { TextArena } from "../../../core/texts.ts";
import {
  encodeBatch,
  type Entry,
  finished,
  HEADER,
  openBatch,
  randomOf,
  test,
} from "./_support.ts";

const NAME = "user.batch";

function checked(bytes: Uint8Array) {
  return finished(checkBatch(openBatch(bytes), NUMBERS, NAME));
}

function entriesOf(count: number, keys: number): Entry[] {
  const random = randomOf(count);
  return Array.from({ length: count }, (_, i) => {
    const key = Math.floor((i * keys) / count);
    return [key, i * 3, 1 + (random() % 3)] as const;
  });
}

/** Encodes texts, each entry as it stands, in whatever order they are. */
function encodeTexts(entries: readonly (readonly [key: string, song: string, count: number])[]) {
  const sink = new MemorySink();
  const encoder = new BatchEncoder(HEADER, sink, { checksum: crc32, engine: TEXTS });
  const arena = new TextArena();
  const utf8 = new TextEncoder();
  for (const [key, song, count] of entries) {
    arena.clear();
    const put = (text: string) => arena.put(utf8.encode(text), 0, utf8.encode(text).length);
    const list = EntryList.withRoom(1);
    list.songs[0] = put(song);
    list.counts[0] = count;
    list.to = 1;
    encoder.blocks.addEntries(put(key), list, arena.bytes);
  }
  encoder.finish();
  return sink.toBytes();
}

for (const [count, keys] of [[0, 1], [1, 1], [20_000, 3], [20_000, 9000]] as const) {
  test(`checkBatch() counts ${count} entries of ${keys} keys`, () => {
    const entries = entriesOf(count, keys);
    assert.deepEqual(checked(encodeBatch(entries)), {
      keyCount: new Set(entries.map(([key]) => key)).size,
      entryCount: count,
      streamCount: entries.reduce((sum, [, , each]) => sum + each, 0),
    });
  });
}

/** Puts bytes in a record and the checksum of it right: what is wrong is in what it says. */
function rewritten(
  bytes: Uint8Array,
  record: number,
  change: (view: DataView) => void,
): Uint8Array {
  const copy = bytes.slice();
  const view = new DataView(copy.buffer, record);
  change(view);
  const length = view.getUint32(4, true);
  view.setUint32(0, crc32(copy.subarray(record + 4, record + 8 + length)), true);
  return copy;
}

function trailerWith(bytes: Uint8Array, at: number): Uint8Array {
  const copy = bytes.slice();
  const view = new DataView(copy.buffer, copy.length - 48);
  view.setUint32(at, view.getUint32(at, true) + 1, true);
  view.setUint32(44, crc32(copy.subarray(copy.length - 48, copy.length - 4)), true);
  return copy;
}

const BYTES = encodeBatch(entriesOf(9000, 2));
const FIRST_BLOCK = 24;
const secondBlock = (): number => {
  const reader = new BatchReader(sourceOf(BYTES), crc32);
  return reader.blocksOf(0)[1].offset;
};
const page = (): number => new BatchReader(sourceOf(BYTES), crc32).root[0].offset;

const WRONG: readonly [what: string, bytes: () => Uint8Array, offset: number, reason: RegExp][] = [
  [
    "a key that does not go on",
    () => rewritten(BYTES, FIRST_BLOCK, (view) => view.setUint8(9, view.getUint8(9) & ~1)),
    secondBlock(),
    /^a key in two parts that are not one, expected each key once$/,
  ],
  [
    "keys that do not ascend",
    () => rewritten(BYTES, FIRST_BLOCK, (view) => view.setUint32(16, 7, true)),
    FIRST_BLOCK,
    /^an index that has the block at byte 24, expected it as it is$/,
  ],
  [
    "an index of another place",
    () => rewritten(BYTES, page(), (view) => view.setUint32(8 + 8 + 24 + 16, 99, true)),
    secondBlock(),
    /^an index that has the block at byte 99, expected it as it is$/,
  ],
  ["another number of keys", () => trailerWith(BYTES, 8), -1, /^2 keys, expected 3 as the trailer/],
  ["another number of entries", () => trailerWith(BYTES, 16), -1, /^9000 entries, expected 9001/],
  ["another number of streams", () => trailerWith(BYTES, 24), -1, /^\d+ streams, expected \d+ as/],
];

for (const [what, bytes, offset, reason] of WRONG) {
  test(`checkBatch() finds ${what}`, () => {
    assert.throws(() => checked(bytes()), (error) => {
      assert.ok(error instanceof BatchError);
      assert.match(error.reason, reason);
      assert.equal(error.source, NAME);
      if (offset >= 0) assert.equal(error.byteOffset, offset);
      return true;
    });
  });
}

const TEXT_CASES: readonly [
  what: string,
  entries: readonly (readonly [key: string, song: string, count: number])[],
  reason?: RegExp,
][] = [
  ["nothing", []],
  ["ascending texts", [["a", "x", 1], ["a", "xx", 2], ["aa", "a", 1], ["b", "\u00e9", 9]]],
  ["keys that do not ascend", [["b", "x", 1], ["a", "x", 1]], /^keys out of order/],
  ["songs that do not ascend", [["a", "x", 1], ["a", "w", 1]], /^songs out of order/],
  ["a song twice", [["a", "x", 1], ["a", "x", 1]], /^songs out of order/],
];

for (const [what, entries, reason] of TEXT_CASES) {
  test(`checkBatch() of texts: ${what}`, () => {
    const batch = TEXTS.openBatch(sourceOf(encodeTexts(entries)), crc32);
    const check = () => finished(checkBatch(batch, TEXTS, NAME));
    if (reason === undefined) assert.equal(check().entryCount, entries.length);
    else assert.throws(check, (error) => reason.test((error as BatchError).reason));
  });
}

function difference(a: Uint8Array, b: Uint8Array, engine: Engine = NUMBERS): number {
  const open = (bytes: Uint8Array) => engine.openBatch(sourceOf(bytes), crc32);
  return finished(firstDifference(open(a), open(b), engine));
}

/** Encodes entries as several jobs do: each part of some keys ends its last block. */
function inParts(entries: readonly Entry[], partKeys: number): Uint8Array {
  const sink = new MemorySink();
  sink.write(encodeHeader(HEADER, crc32, "number"));
  const partOf = ([key]: Entry): number => Math.floor(key / partKeys);
  const parts = [...new Set(entries.map(partOf))].map((part) => {
    const blocks = NUMBERS.blocks(sink, crc32);
    for (const [key, song, count] of entries.filter((each) => partOf(each) === part)) {
      const list = EntryList.withRoom(1);
      list.songs[0] = song;
      list.counts[0] = count;
      list.to = 1;
      blocks.addEntries(key, list);
    }
    return blocks.finish();
  });
  NUMBERS.writeBatchEnd(parts, sink, crc32);
  return sink.toBytes();
}

test("firstDifference() finds any entry that is another, is missing, or is one too many", () => {
  const entries = entriesOf(9000, 700);
  const bytes = encodeBatch(entries);
  const parts = inParts(entries, 100);
  assert.notDeepEqual(parts, bytes);
  assert.equal(checked(parts).entryCount, entries.length);
  assert.equal(difference(bytes, parts), -1);
  assert.equal(difference(encodeBatch([]), encodeBatch([])), -1);
  for (const at of [0, 1, 4500, 8999]) {
    const [key, song, count] = entries[at];
    const others: readonly Entry[][] = [
      entries.with(at, [key, song, count + 1]),
      entries.with(at, [key, song + 1, count]),
      entries.toSpliced(at, 1),
      entries.toSpliced(at + 1, 0, [key, song + 1, 1]),
    ];
    for (const other of others) {
      assert.ok(difference(bytes, encodeBatch(other)) >= 0, `entry ${at}`);
      assert.ok(difference(encodeBatch(other), bytes) >= 0, `entry ${at}`);
    }
  }
});

test("firstDifference() of texts", () => {
  const entries = [["a", "x", 1], ["a", "xx", 2], ["b", "\u00e9", 9]] as const;
  const bytes = encodeTexts(entries);
  assert.equal(difference(bytes, encodeTexts(entries), TEXTS), -1);
  for (const other of [["b", "\u00e8", 9], ["c", "\u00e9", 9], ["b", "\u00e9", 8]] as const) {
    assert.ok(difference(bytes, encodeTexts([...entries.slice(0, 2), other]), TEXTS) >= 0);
  }
  assert.ok(difference(bytes, encodeTexts(entries.slice(0, 2)), TEXTS) >= 0);
});
