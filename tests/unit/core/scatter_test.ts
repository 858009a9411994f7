import assert from "node:assert/strict";
import { MemorySink } from "../../../core/bytes.ts";
import { parseCountry } from "../../../core/country.ts";
import { ONE_PARTITION, type PartitionsByKind, partitionsOf } from "../../../core/partitions.ts";
import { type ChunkList, chunksOf, mostPartitions, Scatter } from "../../../core/scatter.ts";
import type { KeyKind } from "../../../core/streams.ts";
import { blockOf, isWide, pairsIn, randomOf, type Stream, test } from "./_support.ts";

const TWO_32 = 2 ** 32;
const BOTH: readonly KeyKind[] = ["country", "user"];

interface Scattered {
  readonly bytes: Uint8Array;
  readonly lists: Partial<Record<KeyKind, ChunkList>>;
}

/** Scatters streams that come in blocks of so many. */
function scattered(
  streams: readonly Stream[],
  partitions: PartitionsByKind,
  memoryBytes: number,
  blockSize = 100,
): Scattered {
  const sink = new MemorySink();
  const scatter = new Scatter({ partitions, memory: new ArrayBuffer(memoryBytes), sink });
  for (let i = 0; i < streams.length; i += blockSize) {
    scatter.take(blockOf(streams.slice(i, i + blockSize)));
  }
  const lists = scatter.finish();
  return { bytes: sink.toBytes(), lists };
}

function pairOf([song, user, country]: Stream, kind: KeyKind): [key: number, song: number] {
  return [kind === "user" ? user : parseCountry(country)!, song];
}

function partitionsFor(streams: readonly Stream[], wanted: number, kinds = BOTH): PartitionsByKind {
  const keys = (kind: KeyKind) => Float64Array.from(streams, (stream) => pairOf(stream, kind)[0]);
  return Object.fromEntries(kinds.map((kind) => [kind, partitionsOf(keys(kind), wanted, kind)]));
}

/** Every stream is in one partition of each kind, in the order in which it came; keys ascend. */
function assertScattered(
  { bytes, lists }: Scattered,
  streams: readonly Stream[],
  partitions: PartitionsByKind,
  what: string,
): void {
  assert.deepEqual(Object.keys(lists), BOTH.filter((kind) => kind in partitions), what);
  for (const [kind, { count }] of Object.entries(partitions) as [KeyKind, { count: number }][]) {
    const pairs = streams.map((stream) => pairOf(stream, kind));
    let greatest = -1;
    let total = 0;
    for (let partition = 0; partition < count; partition++) {
      const found = pairsIn(bytes, chunksOf(lists[kind]!, partition));
      const keys = new Set(found.map(([key]) => key));
      assert.deepEqual(found, pairs.filter(([key]) => keys.has(key)), `${what}, ${kind}`);
      for (const key of keys) {
        assert.ok(key > greatest, `${what}, ${kind}: ${key} after ${greatest}`);
      }
      greatest = Math.max(greatest, ...keys);
      total += found.length;
    }
    assert.equal(total, streams.length, `${what}, ${kind}`);
  }
}

function streamsOf(count: number, unit = 1): Stream[] {
  const next = randomOf(count);
  const countries = ["AA", "FR", "DE", "ZZ", "NA"];
  return Array.from(
    { length: count },
    (): Stream => [next() % 3000 * unit, next() % 700 * unit, countries[next() % 5]],
  );
}

const SETTINGS: readonly [partitions: number, memoryBytes: number, unit: number, block: number][] =
  [
    [1, 1024, 1, 100],
    [2, 1024, 1, 1],
    [2, 1024, 2 ** 40, 7],
    [40, 40 * 16 * 2, 2 ** 40, 100],
    [40, 40_003, 1, 16_384],
    [300, 1 << 20, 1, 100],
    [300, 1 << 16, 2 ** 40, 1000],
  ];

for (const [wanted, memoryBytes, unit, blockSize] of SETTINGS) {
  const how = `${wanted} partitions, ${memoryBytes} bytes, blocks of ${blockSize}, unit ${unit}`;
  test(`Scatter loses no stream and keeps their order (${how})`, () => {
    for (const count of [0, 1, 17, 5000]) {
      const streams = streamsOf(count, unit);
      const partitions = partitionsFor(streams, wanted);
      const made = scattered(streams, partitions, memoryBytes, blockSize);
      assertScattered(made, streams, partitions, `${count} streams`);
    }
  });
}

test("Scatter scatters one kind of key alone, with all of the memory", () => {
  const streams = streamsOf(3000);
  for (const kind of BOTH) {
    const partitions = partitionsFor(streams, 8, [kind]);
    const made = scattered(streams, partitions, 1 << 12);
    assertScattered(made, streams, partitions, kind);
    const counts = chunksOf(made.lists[kind]!, 0).map(({ count }) => count);
    assert.equal(Math.max(...counts), Math.floor((1 << 12) / 8 / partitions[kind]!.count));
  }
});

test("Scatter writes narrow ids up to the block of the first wide one, wherever it stands", () => {
  for (const wide of [[TWO_32, 1, "FR"], [1, TWO_32, "FR"]] satisfies Stream[]) {
    for (let place = 0; place < 40; place++) {
      const narrow = streamsOf(40);
      narrow[39] = [TWO_32 - 1, TWO_32 - 1, "FR"];
      const streams = narrow.map((stream, i) => i === place ? wide : stream);
      const partitions = partitionsFor(streams, 3);
      const made = scattered(streams, partitions, 512, 6);
      assertScattered(made, streams, partitions, `wide at ${place}`);
      for (const kind of BOTH) {
        const chunks = Array.from({ length: partitions[kind]!.count }, (_, partition) => (
          chunksOf(made.lists[kind]!, partition)
        ));
        const narrows = chunks.flat().filter((chunk) => !isWide(chunk));
        const before = narrows.reduce((sum, { count }) => sum + count, 0);
        assert.equal(before, place - place % 6, `${kind}, wide at ${place}`);
        for (const each of chunks) {
          const widths = each.map((chunk) => Number(isWide(chunk)));
          assert.deepEqual(widths, widths.toSorted(), "none is narrow again");
        }
      }
    }
  }
});

test("Scatter writes full chunks, and partial ones at the end, with no gap between them", () => {
  const partitions = { user: ONE_PARTITION };
  for (
    const [count, counts] of [[0, []], [3, [3]], [8, [8]], [9, [8, 1]], [23, [8, 8, 7]]] as const
  ) {
    const { bytes, lists } = scattered(streamsOf(count), partitions, 8 * 8);
    const chunks = chunksOf(lists.user!, 0);
    assert.deepEqual(chunks.map((chunk) => chunk.count), counts);
    assert.deepEqual(chunks.map(({ offset }) => offset), counts.map((_, i) => i * 8 * 8));
    assert.equal(bytes.length, count * 8);
  }
});

test("Scatter refuses memory in which not every partition has room for a stream", () => {
  const streams = streamsOf(2000);
  const partitions = partitionsFor(streams, 20, ["user"]);
  const { count } = partitions.user!;
  const refusal = (sizeBytes: number, streamBytes: number) => ({
    name: "RangeError",
    message: `Cannot scatter over ${count} partitions: ${sizeBytes} bytes of memory, ` +
      `expected at least ${count * streamBytes}`,
  });
  assert.throws(() => scattered([], partitions, count * 8 - 8), refusal(count * 8 - 8, 8));
  const least = count * 8;
  assertScattered(scattered(streams, partitions, least), streams, partitions, "the least");
  const wide: Stream = [TWO_32, 1, "FR"];
  assert.throws(() => scattered([...streams, wide], partitions, least), refusal(least, 16));
  assert.throws(() => scattered([], { user: ONE_PARTITION }, 0), RangeError);
});

test("mostPartitions() leaves room for chunks of 16 wide streams of each kind", () => {
  for (
    const [memoryBytes, kinds, most] of [[0, 1, 1], [1024, 1, 4], [1024, 2, 2], [1 << 24, 2, 32768]]
  ) {
    assert.equal(mostPartitions(memoryBytes, kinds), most);
    assert.ok(most === 1 || memoryBytes / kinds / most >= 16 * 16);
  }
});
