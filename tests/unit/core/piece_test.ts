import assert from "node:assert/strict";
import { MemorySink } from "../../../core/bytes.ts";
import { parseCountry } from "../../../core/country.ts";
import { crc32 } from "../../../core/crc32.ts";
import { Piece } from "../../../core/piece.ts";
import { createStreamBlock, type KeyKind, type StreamBlock } from "../../../core/streams.ts";
import type { Entry } from "./_support.ts";
import { mergedNaively, openBatch, randomOf, readBatch, test } from "./_support.ts";

type Stream = readonly [song: number, user: number, country: string];

const TWO_32 = 2 ** 32;

/** Room for 8 streams of ids under 2^32, or for 4 of greater ones. */
const SMALL_BYTES = 8 * 18;

function blockOf(streams: readonly Stream[]): StreamBlock {
  const block = createStreamBlock(Math.max(1, streams.length));
  for (const [song, user, country] of streams) {
    block.songs[block.length] = song;
    block.users[block.length] = user;
    block.countries[block.length++] = parseCountry(country)!;
  }
  return block;
}

function runOf(piece: Piece, kind: KeyKind): Entry[] {
  const sink = new MemorySink();
  const size = piece.encodeRun(kind, 7, sink, crc32);
  const bytes = sink.toBytes();
  assert.equal(size.sizeBytes, bytes.length);
  assert.deepEqual(openBatch(bytes).header, { kind, day: 7 });
  return readBatch(bytes);
}

function entriesNaively(streams: readonly Stream[], kind: KeyKind): Entry[] {
  return mergedNaively([
    streams.map(([song, user, country]): Entry => [
      kind === "user" ? user : parseCountry(country)!,
      song,
      1,
    ]),
  ]);
}

function assertRuns(piece: Piece, streams: readonly Stream[]): void {
  for (const kind of ["country", "user"] as const) {
    assert.deepEqual(runOf(piece, kind), entriesNaively(streams, kind), kind);
  }
}

/** Puts all streams through a piece, and adds up its runs. */
function throughPiece(piece: Piece, streams: readonly Stream[]): Record<KeyKind, Entry[]> {
  const runs: Record<KeyKind, Entry[][]> = { country: [], user: [] };
  const spill = () => {
    runs.country.push(runOf(piece, "country"));
    runs.user.push(runOf(piece, "user"));
    piece.clear();
  };
  const block = blockOf(streams);
  for (let from = 0, spills = 0; from < block.length;) {
    from = piece.append(block, from);
    if (from === block.length) break;
    spill();
    assert.ok(++spills <= streams.length + 1, "the piece goes on");
  }
  spill();
  return { country: mergedNaively(runs.country), user: mergedNaively(runs.user) };
}

test("Piece.encodeRun() sorts by country, then by user", () => {
  const streams: Stream[] = [
    [9, 5, "ZZ"],
    [1, 6, "AA"],
    [9, 5, "ZZ"],
    [0, 5, "FR"],
    [TWO_32 - 1, 0, "AA"],
    [1, TWO_32 - 1, "AA"],
  ];
  const piece = new Piece(1000);
  piece.append(blockOf(streams), 0);
  assertRuns(piece, streams);
});

test("Piece.encodeRun() makes an empty run of an empty piece", () => {
  assertRuns(new Piece(1000), []);
});

test("Piece.append() stops where the piece is full", () => {
  const piece = new Piece(SMALL_BYTES);
  assert.equal(piece.capacity, 8);
  const streams = Array.from({ length: 20 }, (_, i): Stream => [i % 3, i, "FR"]);
  const block = blockOf(streams);
  assert.equal(piece.append(block, 0), 8);
  assert.equal(piece.append(block, 8), 8);
  assertRuns(piece, streams.slice(0, 8));
  piece.clear();
  assert.equal(piece.length, 0);
  assert.equal(piece.append(block, 8), 16);
  assertRuns(piece, streams.slice(8, 16));
});

const WIDE_STREAMS: Readonly<Record<string, Stream>> = {
  "a song of 2^32": [TWO_32, 1, "FR"],
  "a user of 2^32": [1, TWO_32, "FR"],
  "the largest ids": [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, "FR"],
};

for (const [what, wide] of Object.entries(WIDE_STREAMS)) {
  test(`Piece stops before ${what}, and takes wide ids once it is empty`, () => {
    const narrow: Stream[] = [[5, 6, "DE"], [TWO_32 - 1, TWO_32 - 1, "DE"]];
    const block = blockOf([...narrow, wide, ...narrow]);
    const piece = new Piece(SMALL_BYTES);
    assert.equal(piece.append(block, 0), 2);
    assertRuns(piece, narrow);
    piece.clear();
    assert.equal(piece.capacity, 4);
    assert.equal(piece.append(block, 2), 5);
    assertRuns(piece, [wide, ...narrow]);
    piece.clear();
    assert.equal(piece.append(block, 0), 4, "it stays wide");
  });
}

test("Piece loses no stream wherever the first wide id stands", () => {
  for (let place = 0; place < 30; place++) {
    const streams = Array.from(
      { length: 30 },
      (_, i): Stream => [i === place ? TWO_32 + i : i % 5, i % 4, i % 2 ? "FR" : "DE"],
    );
    const made = throughPiece(new Piece(SMALL_BYTES), streams);
    assert.deepEqual(made.country, entriesNaively(streams, "country"), `at ${place}`);
    assert.deepEqual(made.user, entriesNaively(streams, "user"), `at ${place}`);
  }
});

test("Piece holds what was counted of many streams, narrow and wide", () => {
  const next = randomOf(30);
  for (const unit of [1, 2 ** 22]) {
    const streams = Array.from({ length: 9000 }, (): Stream => [
      (next() % 3000) * unit,
      (next() % 700) * unit,
      ["FR", "DE", "AA", "ZZ"][next() % 4],
    ]);
    const made = throughPiece(new Piece(60_000), streams);
    assert.deepEqual(made.country, entriesNaively(streams, "country"));
    assert.deepEqual(made.user, entriesNaively(streams, "user"));
  }
});

test("Piece refuses a size in which no stream of wide ids has room", () => {
  for (const sizeBytes of [0, 8, 35, 40, 67]) {
    assert.throws(() => new Piece(sizeBytes), RangeError, `${sizeBytes} bytes`);
  }
  for (const sizeBytes of [72, 73, 80, 1001]) {
    const streams: Stream[] = [[1, 1, "FR"], [TWO_32, 2, "DE"], [3, 3, "AA"]];
    const made = throughPiece(new Piece(sizeBytes), streams);
    assert.deepEqual(made.user, entriesNaively(streams, "user"), `${sizeBytes} bytes`);
  }
});
