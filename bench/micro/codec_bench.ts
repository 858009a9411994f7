import assert from "node:assert/strict";
import { BatchReader } from "../../core/batch_reader.ts";
import { MemorySink, sourceOf } from "../../core/bytes.ts";
import { crc32 } from "../../core/crc32.ts";
import {
  blockOf,
  collect,
  countNaively,
  encodeStreams,
  type Entry,
  logOf,
  sortedStreams,
  sumOf,
} from "./_data.ts";

const entries = countNaively(blockOf(logOf()));
const streams = sortedStreams(entries);

function encode(): Uint8Array {
  const sink = new MemorySink();
  encodeStreams(streams, sink);
  return sink.toBytes();
}

function encodeNaively(): Uint8Array {
  return new TextEncoder().encode(entries.map((entry) => JSON.stringify(entry)).join("\n"));
}

const batch = encode();
const lines = encodeNaively();

function decode(take: (key: number, song: number, count: number) => void): void {
  const cursor = new BatchReader(sourceOf(batch), crc32).cursor();
  while (cursor.next()) {
    const { songs, counts, from, to } = cursor.segment;
    for (let i = from; i < to; i++) take(cursor.key, songs[i], counts[i]);
  }
}

function decodeNaively(): Entry[] {
  return new TextDecoder().decode(lines).split("\n").map((line) => JSON.parse(line));
}

const decoded: Entry[] = [];
const cursor = new BatchReader(sourceOf(batch), crc32).cursor();
while (cursor.next()) collect(cursor.key, cursor.segment, decoded);
assert.deepEqual(decoded, entries);
assert.deepEqual(decodeNaively(), entries);

const own = `${entries.length} entries, ${batch.length} bytes`;
const naive = `${entries.length} entries, ${lines.length} bytes`;
const expected = sumOf(entries);

Deno.bench({ name: `BatchEncoder: ${own}`, group: "encode" }, () => void encode());
Deno.bench(
  { name: `JSON lines: ${naive}`, group: "encode", baseline: true },
  () => void encodeNaively(),
);
Deno.bench({ name: `BatchCursor: ${own}`, group: "decode" }, () => {
  let sum = 0;
  decode((key, song, count) => void (sum += (key + song) * count));
  if (sum !== expected) throw new Error(`The sum is ${sum}, expected ${expected}`);
});
Deno.bench({ name: `JSON lines: ${naive}`, group: "decode", baseline: true }, () => {
  const sum = sumOf(decodeNaively());
  if (sum !== expected) throw new Error(`The sum is ${sum}, expected ${expected}`);
});
