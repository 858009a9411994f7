import assert from "node:assert/strict";
import { type ByteSource, sourceOf } from "../../../core/bytes.ts";
import { Piece, type SongsTaker } from "../../../core/piece.ts";
import type { Chunk } from "../../../core/scatter.ts";
import { type Entry, mergedNaively, randomOf, test } from "./_support.ts";

type Pair = readonly [key: number, song: number];

const TWO_32 = 2 ** 32;
const MAX_ID = Number.MAX_SAFE_INTEGER;

/** Room for 8 streams of ids under 2^32, or for 4 of greater ones. */
const SMALL_BYTES = 8 * 16;

interface Laid {
  readonly source: ByteSource;
  readonly chunks: readonly Chunk[];
}

/** Lays out chunks as they stand in a file, one behind the other. */
function laidOut(groups: readonly (readonly Pair[])[]): Laid {
  const chunks: Chunk[] = [];
  const bytes: number[] = [];
  for (const pairs of groups) {
    const isWide = pairs.flat().some((id) => id >= TWO_32);
    const ids = [...pairs.map(([key]) => key), ...pairs.map(([, song]) => song)];
    const column = isWide ? Float64Array.from(ids) : Uint32Array.from(ids);
    const sizeBytes = column.byteLength;
    chunks.push({ offset: bytes.length, count: pairs.length, sizeBytes });
    bytes.push(...new Uint8Array(column.buffer));
  }
  return { source: sourceOf(Uint8Array.from(bytes), "scattered"), chunks };
}

/** What a piece encodes: a line for each call, so that it is seen that a key comes once. */
function encoded(piece: Piece): [key: number, songs: number[]][] {
  const calls: [number, number[]][] = [];
  const taker: SongsTaker = {
    addSongs: (key, songs, from, to) => void calls.push([key, Array.from(songs.slice(from, to))]),
  };
  piece.encode(taker);
  return calls;
}

const compare = (a: number, b: number) => a - b;

/** Keys ascending, each with its songs ascending, as often as they were played. */
function sortedNaively(pairs: readonly Pair[]): [key: number, songs: number[]][] {
  const keys = [...new Set(pairs.map(([key]) => key))].sort(compare);
  return keys.map((key) => [
    key,
    pairs.filter((pair) => pair[0] === key).map(([, song]) => song).sort(compare),
  ]);
}

/** Puts chunks through a piece, which is encoded whenever it is full, and adds up. */
function throughPiece(piece: Piece, { source, chunks }: Laid): Entry[] {
  const runs: Entry[][] = [];
  const spill = () => {
    const calls = encoded(piece);
    runs.push(calls.flatMap(([key, songs]) => songs.map((song): Entry => [key, song, 1])));
    assert.equal(runs.at(-1)!.length, piece.length);
    piece.clear();
  };
  piece.reset(chunks);
  for (const chunk of chunks) {
    for (let from = 0; from < chunk.count;) {
      if (piece.length === piece.capacity) spill();
      const taken = piece.readChunk(source, chunk, from);
      assert.ok(taken > 0, "the piece goes on");
      from += taken;
    }
  }
  spill();
  return mergedNaively(runs);
}

const counted = (pairs: readonly Pair[]) =>
  mergedNaively([pairs.map(([k, s]): Entry => [k, s, 1])]);

const next = randomOf(30);
const pairsOf = (count: number, keys: number, unit = 1, least = 0) =>
  Array.from({ length: count }, (): Pair => [least + next() % keys * unit, next() % 300 * unit]);

const PAIRS: Readonly<Record<string, readonly Pair[]>> = {
  "one stream": [[5, 9]],
  "few keys": pairsOf(900, 7),
  "as many keys as streams": Array.from({ length: 900 }, (_, i) => [i * 7 % 900, i]),
  "as many keys as streams, and one": Array.from(
    { length: 900 },
    (_, i) => [i * 7 % 900 + (i ? 1 : 0), i],
  ),
  "few keys above others": pairsOf(900, 50, 1, TWO_32 - 51),
  "keys far from each other": pairsOf(900, 2 ** 31),
  "few keys of 53 bits": pairsOf(900, 50, 1, MAX_ID - 50),
  "ids of 53 bits": pairsOf(900, 2 ** 22, 2 ** 31),
  "the least and the greatest ids": [[MAX_ID, 0], [0, MAX_ID], [MAX_ID, MAX_ID], [0, 0], [0, 0]],
  "the border of 32 bits": [[TWO_32 - 1, TWO_32 - 1], [TWO_32, 1], [1, TWO_32], [TWO_32 - 1, 0]],
};

for (const [what, pairs] of Object.entries(PAIRS)) {
  test(`Piece.encode() sorts ${what} by key, then song, a key once`, () => {
    const { source, chunks: [chunk] } = laidOut([pairs]);
    const piece = new Piece(new ArrayBuffer(1 << 16));
    piece.reset([chunk]);
    assert.equal(piece.readChunk(source, chunk, 0), pairs.length);
    assert.deepEqual(encoded(piece), sortedNaively(pairs));
  });

  test(`Piece loses no stream of ${what} in chunks and memory of any size`, () => {
    for (const memoryBytes of [32, 33, SMALL_BYTES, 1000, 1 << 14]) {
      const piece = new Piece(new ArrayBuffer(memoryBytes));
      for (const size of [1, 3, 64, 1000]) {
        const groups = Array.from(
          { length: Math.ceil(pairs.length / size) },
          (_, i) => pairs.slice(i * size, i * size + size),
        );
        const made = throughPiece(piece, laidOut(groups));
        assert.deepEqual(made, counted(pairs), `${memoryBytes} bytes, chunks of ${size}`);
      }
    }
  });
}

test("Piece.encode() gives nothing of an empty piece", () => {
  assert.deepEqual(encoded(new Piece(new ArrayBuffer(1000))), []);
});

test("Piece.readChunk() stops where the piece is full, and goes on in the chunk", () => {
  const piece = new Piece(new ArrayBuffer(SMALL_BYTES));
  assert.equal(piece.capacity, 8);
  const pairs = Array.from({ length: 20 }, (_, i): Pair => [i, i % 3]);
  const { source, chunks } = laidOut([pairs.slice(0, 3), pairs.slice(3)]);
  assert.equal(piece.readChunk(source, chunks[0], 0), 3);
  assert.equal(piece.readChunk(source, chunks[1], 0), 5);
  assert.equal(piece.readChunk(source, chunks[1], 5), 0, "it is full");
  assert.deepEqual(encoded(piece), sortedNaively(pairs.slice(0, 8)));
  piece.clear();
  assert.equal(piece.length, 0);
  assert.equal(piece.readChunk(source, chunks[1], 5), 8);
  assert.deepEqual(encoded(piece), sortedNaively(pairs.slice(8, 16)));
});

test("Piece.reset() empties it, and makes it wide or narrow", () => {
  const piece = new Piece(new ArrayBuffer(SMALL_BYTES));
  const narrow: Pair[] = [[5, 6], [TWO_32 - 1, TWO_32 - 1]];
  const wide: Pair[] = [[TWO_32, 1], [MAX_ID, MAX_ID]];
  const { source, chunks } = laidOut([narrow, wide]);
  for (const isWide of [false, true, true, false]) {
    piece.reset(isWide ? chunks : [chunks[0]]);
    assert.deepEqual([piece.length, piece.capacity], [0, isWide ? 4 : 8]);
    assert.equal(piece.readChunk(source, chunks[0], 0), 2);
    if (isWide) assert.equal(piece.readChunk(source, chunks[1], 0), 2);
    assert.deepEqual(encoded(piece), sortedNaively(isWide ? [...narrow, ...wide] : narrow));
  }
});

test("Piece loses no stream wherever the first wide chunk stands", () => {
  for (let place = 0; place < 30; place++) {
    const groups = Array.from(
      { length: 30 },
      (_, i): Pair[] => [[i % 4, i === place ? TWO_32 + i : i % 5], [i % 3, 1]],
    );
    const piece = new Piece(new ArrayBuffer(SMALL_BYTES));
    assert.deepEqual(throughPiece(piece, laidOut(groups)), counted(groups.flat()), `at ${place}`);
  }
});

test("Piece.readChunk() tells of a file that ends too early", () => {
  const { source, chunks: [chunk] } = laidOut([[[1, 2], [3, 4], [5, 6]]]);
  const piece = new Piece(new ArrayBuffer(SMALL_BYTES));
  assert.throws(() => piece.readChunk(source, { ...chunk, count: 4 }, 0), {
    message: 'Cannot read "scattered": it ends at byte 24, expected 8 more',
  });
});

test("Piece refuses memory in which no stream of wide ids has room", () => {
  for (const sizeBytes of [0, 8, 16, 31]) {
    assert.throws(() => new Piece(new ArrayBuffer(sizeBytes)), {
      name: "RangeError",
      message: `Cannot make a piece of ${sizeBytes} bytes: expected at least 32`,
    });
  }
});
