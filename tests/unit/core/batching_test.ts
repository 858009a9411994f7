import assert from "node:assert/strict";
import { crc32 as nativeCrc32 } from "node:zlib";
import { BatchReader, CURSOR_BLOCK_BYTES, MIN_CURSOR_BYTES } from "../../../core/batch_reader.ts";
import {
  type BatchedLog,
  batchLog,
  encodePartition,
  narrowInputs,
  type Tools,
} from "../../../core/batching.ts";
import { type MergeInput, NUMBERS } from "../../../core/engine.ts";
import { mergeBytes } from "../../../core/merge.ts";
import type { Step } from "../../../core/steps.ts";
import { BatchEncoder } from "../../../core/batch_encoder.ts";
import { MemorySink, sourceOf } from "../../../core/bytes.ts";
import { parseCountry } from "../../../core/country.ts";
import { ONE_PARTITION } from "../../../core/partitions.ts";
import { Piece } from "../../../core/piece.ts";
import { chunksOf, Scatter } from "../../../core/scatter.ts";
import { type KeyKind, rejectedCount } from "../../../core/streams.ts";
import { pipe } from "../../../formats/pipe.ts";
import { linesOf, parseRow } from "../../oracle.ts";
import type { Entry, Stream } from "./_support.ts";
import {
  blockOf,
  countingScratch,
  encodeBatch,
  entriesOf,
  finished,
  HEADER,
  mergedNaively,
  openBatch,
  randomOf,
  readBatch,
  test,
  toolsWith,
} from "./_support.ts";

const bytesOf = (log: string) => Uint8Array.from(log, (c) => c.charCodeAt(0));

interface Batched extends BatchedLog {
  readonly country: Uint8Array;
  readonly user: Uint8Array;
}

interface Setting extends Partial<Tools> {
  readonly workBytes?: number;
  readonly bufferBytes?: number;
  readonly isCutAtLines?: boolean;
  readonly kinds?: readonly KeyKind[];
}

function batched(log: Uint8Array, setting: Setting = {}): Batched {
  const { workBytes = 1 << 20, bufferBytes = 1 << 18, kinds = ["country", "user"] } = setting;
  const sinks = { country: new MemorySink(), user: new MemorySink() };
  const job = {
    day: 18962,
    log: sourceOf(log),
    parser: pipe.parser,
    isCutAtLines: setting.isCutAtLines ?? true,
    memory: new ArrayBuffer(workBytes),
    buffer: new Uint8Array(bufferBytes),
    sinks: Object.fromEntries(kinds.map((kind) => [kind, sinks[kind]])),
  };
  const made = finished(batchLog(job, toolsWith(setting)));
  return { ...made, country: sinks.country.toBytes(), user: sinks.user.toBytes() };
}

function entriesNaively(log: string, kind: KeyKind): Entry[] {
  const streams = linesOf(log).map((line) => parseRow(line)).filter((row) =>
    typeof row !== "string"
  );
  return mergedNaively([
    streams.map(([song, user, country]): Entry => [
      kind === "user" ? Number(user) : parseCountry(String(country))!,
      Number(song),
      1,
    ]),
  ]);
}

/** Rows of which about one in nine is none, some with ids above 2^32. */
function logOf(rowCount: number, seed = 1): string {
  const next = randomOf(seed);
  const rows = Array.from({ length: rowCount }, (_, i) => {
    const song = next() % 500 + (i > rowCount / 2 && i % 20 === 0 ? 2 ** 40 : 0);
    const row = `${song}|${next() % 200}|${["FR", "DE", "NA"][next() % 3]}`;
    return next() % 9 === 0 ? row.replace("|", ["", ",", "|x"][next() % 3]) : row;
  });
  return rows.join("\n");
}

const LOG = logOf(6000);

/** Memory from all that is needed to the least there may be, fan-ins from the least to the most. */
const SETTINGS: readonly Setting[] = [
  { workBytes: 1 << 20 },
  { workBytes: 20_000 },
  { workBytes: 20_000, fanIn: 2, isCutAtLines: false },
  { workBytes: 5003, fanIn: 2 },
  { workBytes: NUMBERS.leastWorkBytes, fanIn: 2 },
  { workBytes: NUMBERS.leastWorkBytes, fanIn: 3, isCutAtLines: false },
  { workBytes: NUMBERS.leastWorkBytes, fanIn: 64 },
  { workBytes: NUMBERS.leastWorkBytes, fanIn: 7, cursorBytes: 1 << 18 },
  { workBytes: 40_000, bufferBytes: 2 * 65_540 },
];

for (const setting of SETTINGS) {
  test(`batchLog() gives the counts of the log with ${JSON.stringify(setting)}`, () => {
    const scratch = countingScratch();
    const made = batched(bytesOf(LOG), { ...setting, scratch });
    for (const kind of ["country", "user"] as const) {
      const expected = entriesNaively(LOG, kind);
      assert.deepEqual(readBatch(made[kind]), expected, kind);
      const { header, trailer } = openBatch(made[kind]);
      assert.deepEqual(header, { kind, day: 18962 });
      assert.deepEqual(made.sizes[kind], { ...trailer, sizeBytes: made[kind].length });
      assert.equal(trailer.streamCount, made.tally.rows - rejectedCount(made.tally.rejected));
      assert.equal(trailer.entryCount, expected.length);
    }
    assert.equal(scratch.open.size, 0, "all that was made is removed");
  });
}

test("batchLog() writes the same bytes whatever the memory and the fan-in", () => {
  const [first, ...others] = SETTINGS.map((setting) => batched(bytesOf(LOG), setting));
  for (const [i, other] of others.entries()) {
    for (const kind of ["country", "user"] as const) {
      assert.ok(Buffer.from(other[kind]).equals(first[kind]), `${kind}, setting ${i + 1}`);
    }
  }
});

test("batchLog() makes hundreds of runs in little memory, and none where the partitions fit", () => {
  const scratch = countingScratch();
  batched(bytesOf(logOf(12_000)), { workBytes: NUMBERS.leastWorkBytes, scratch });
  assert.ok(scratch.made > 600, `${scratch.made} runs`);
  for (const log of [LOG, "1|2|FR\n", ""]) {
    const unused = countingScratch();
    batched(bytesOf(log), { scratch: unused });
    assert.equal(unused.made, 1, "the scattered streams");
  }
});

/** Users of logs that a sample tells nothing of, or nothing true. */
const UNEVEN: Readonly<Record<string, (row: number) => number>> = {
  "one user": () => 7,
  "one user of 53 bits": () => Number.MAX_SAFE_INTEGER,
  "users that ascend": (row) => row * 3,
  "users that descend": (row) => 1e6 - row,
  "users that were not in the sample": (row) => row % 1000 < 500 ? row % 10 : 2 ** 33 + row,
  "two users at the ends": (row) => row % 2 * Number.MAX_SAFE_INTEGER,
};

for (const [what, userOf] of Object.entries(UNEVEN)) {
  test(`batchLog() merges hundreds of runs of a log of ${what}`, () => {
    const rows = Array.from({ length: 14_000 }, (_, i) => `${i * 7 % 5003}|${userOf(i)}|FR\n`);
    const log = rows.join("");
    const expected = entriesNaively(log, "user");
    for (const [fanIn, isCutAtLines] of [[64, true], [2, true], [5, false]] as const) {
      const scratch = countingScratch();
      const setting = { workBytes: NUMBERS.leastWorkBytes, fanIn, isCutAtLines, scratch };
      const made = batched(bytesOf(log), setting);
      assert.ok(scratch.made > 400, `${scratch.made} runs`);
      assert.deepEqual(readBatch(made.user), expected);
      assert.equal(made.sizes.country?.streamCount, 14_000);
      assert.equal(scratch.open.size, 0);
    }
  });
}

test("batchLog() counts every row as a stream or as rejected, and sums up the bytes", () => {
  const bytes = bytesOf(LOG);
  const { tally, sizeBytes, crc32 } = batched(bytes, { bufferBytes: 2 * 65_540 });
  const rows = linesOf(LOG).map((line) => parseRow(line));
  assert.equal(tally.rows, 6000);
  assert.equal(rejectedCount(tally.rejected), rows.filter((row) => typeof row === "string").length);
  assert.equal(sizeBytes, bytes.length);
  assert.equal(crc32, nativeCrc32(bytes));
});

test("batchLog() makes only the kinds of key that are asked for", () => {
  const whole = batched(bytesOf(LOG));
  for (const kind of ["country", "user"] as const) {
    for (const workBytes of [1 << 20, 2000]) {
      const scratch = countingScratch();
      const made = batched(bytesOf(LOG), { kinds: [kind], workBytes, scratch });
      assert.deepEqual(Object.keys(made.sizes), [kind]);
      assert.ok(Buffer.from(made[kind]).equals(whole[kind]));
      assert.equal(scratch.open.size, 0);
    }
  }
});

const ODD_LOGS: readonly [what: string, log: string, rows: number, streams: number][] = [
  ["of 0 bytes", "", 0, 0],
  ["of a byte order mark", "\xef\xbb\xbf", 0, 0],
  ["of one row with no line end", "1|2|FR", 1, 1],
  ["of rejected rows only", "x\n".repeat(20_000), 20_000, 0],
  ["of one line of 3 MB", "1".repeat(3_000_000), 1, 0],
  ["with a line of 3 MB inside", `1|2|FR\n${"|".repeat(3_000_000)}\n1|2|FR\n`, 3, 2],
  ["of exactly a block of streams", "1|2|FR\n".repeat(16_384), 16_384, 16_384],
  ["of a block of streams and one", "1|2|FR\n".repeat(16_385), 16_385, 16_385],
  ["of exactly a buffer", "1|2|FR\n".repeat(18_725) + "\n".repeat(5), 18_730, 18_725],
  ["of exactly two buffers", "1|2|FR\n".repeat(37_451) + "\n".repeat(3), 37_454, 37_451],
];

for (const [what, log, rows, streams] of ODD_LOGS) {
  test(`batchLog() reads a log ${what}`, () => {
    const bytes = bytesOf(log);
    const made = batched(bytes, { bufferBytes: 2 * 65_540, workBytes: 1 << 20 });
    assert.equal(made.tally.rows, rows);
    assert.equal(made.sizes.user?.streamCount, streams);
    assert.equal(made.sizes.country?.streamCount, streams);
    assert.equal(made.sizeBytes, bytes.length);
    assert.equal(made.crc32, nativeCrc32(bytes));
  });
}

test("batchLog() reports every byte that it reads", () => {
  const bytes = bytesOf(LOG);
  const sinks = { user: new MemorySink() };
  const room = { memory: new ArrayBuffer(1 << 16), buffer: new Uint8Array(2 * 65_540) };
  const job = { day: 1, log: sourceOf(bytes), ...pipe, ...room, sinks };
  const steps: Step[] = [...batchLog(job, toolsWith())];
  assert.equal(steps.reduce((sum, step) => sum + step.logBytes, 0), bytes.length);
});

/** Scatters streams over one partition, in chunks of at most `chunkStreams`. */
function partOf(streams: readonly Stream[], chunkStreams: number) {
  const sink = new MemorySink();
  const memory = new ArrayBuffer(chunkStreams * 16);
  const scatter = new Scatter({ partitions: { user: ONE_PARTITION }, memory, sink });
  for (const stream of streams) scatter.take(blockOf([stream]));
  const { user } = scatter.finish();
  return { source: sourceOf(sink.toBytes()), chunks: chunksOf(user!, 0) };
}

/** What each of some jobs scattered. */
const PARTS: Readonly<Record<string, readonly (readonly Stream[])[]>> = {
  "no job": [],
  "one job that has nothing": [[]],
  "two jobs": [streamsOf(300, 1), streamsOf(200, 1)],
  "a narrow, an empty and a wide job": [streamsOf(300, 1), [], streamsOf(170, 2 ** 40)],
  "a wide and a narrow job": [streamsOf(40, 2 ** 44), streamsOf(500, 1)],
  "a job whose ids become wide": [[...streamsOf(150, 1), ...streamsOf(150, 2 ** 33)]],
};

function streamsOf(count: number, unit: number): Stream[] {
  const next = randomOf(count);
  return Array.from({ length: count }, () => [next() % 40 * unit, next() % 9 * unit, "FR"]);
}

for (const [what, parts] of Object.entries(PARTS)) {
  test(`encodePartition() puts together the chunks of ${what}`, () => {
    const expected = mergedNaively([
      parts.flat().map(([song, user]): Entry => [user, song, 1]),
    ]);
    for (const [pieceBytes, chunkStreams] of [[1 << 16, 8], [320, 7], [32, 1], [100, 64]]) {
      const sink = new MemorySink();
      const encoder = new BatchEncoder(HEADER, sink, {
        checksum: nativeCrc32,
        engine: NUMBERS,
      });
      const piece = new Piece(new ArrayBuffer(pieceBytes));
      const scratch = countingScratch();
      const inputs = parts.map((streams) => partOf(streams, chunkStreams));
      const tools = toolsWith({ scratch, fanIn: 3 });
      finished(encodePartition(inputs, HEADER, { piece, blocks: encoder.blocks }, tools));
      encoder.finish();
      assert.deepEqual(readBatch(sink.toBytes()), expected, `${pieceBytes} bytes`);
      assert.equal(scratch.open.size, 0);
      if (pieceBytes > 1 << 15) assert.equal(scratch.made, 0);
      if (pieceBytes === 32) assert.ok(scratch.made >= parts.flat().length / 2);
    }
  });
}

/** Batches of three songs each, whose keys meet in twos and threes. */
function manyInputs(count: number): Entry[][] {
  return Array.from({ length: count }, (_, i): Entry[] => [
    [0, i % 5, 1],
    [1 + (i >> 1), i, 1 + i % 4],
    [900 + i % 3, 2 ** 40 + i, 1],
  ]);
}

const NARROWED: readonly [inputs: number, fanIn: number][] = [
  [0, 2],
  [1, 2],
  [2, 2],
  [3, 2],
  [300, 2],
  [257, 2],
  [300, 3],
  [65, 64],
  [64, 64],
  [129, 64],
];

for (const [inputCount, fanIn] of NARROWED) {
  test(`narrowInputs() leaves at most ${fanIn} of ${inputCount} inputs`, () => {
    const inputs = manyInputs(inputCount);
    const given: readonly MergeInput[] = Object.freeze(
      inputs.map((entries) => ({ batch: openBatch(encodeBatch(entries)) })),
    );
    const scratch = countingScratch();
    const narrowed = finished(narrowInputs(given, toolsWith({ fanIn, scratch })));
    assert.ok(narrowed.inputs.length <= fanIn);
    for (const { batch } of narrowed.inputs) assert.deepEqual(batch.header, HEADER);
    const found = narrowed.inputs.map(({ batch }) => entriesOf((batch as BatchReader).cursor()));
    assert.deepEqual(mergedNaively(found), mergedNaively(inputs));
    assert.equal(narrowed.runs.length, scratch.made, "all runs made are handed back");
    for (const run of narrowed.runs) run.remove();
    assert.equal(scratch.open.size, 0);
    assert.ok(scratch.made <= inputCount, `${scratch.made} runs`);
    if (inputCount <= fanIn) assert.deepEqual(narrowed.inputs, given);
  });
}

test("narrowInputs() refuses a fan-in that cannot narrow or cannot be merged", () => {
  for (const fanIn of [0, 1, 65]) {
    assert.throws(() => finished(narrowInputs([], toolsWith({ fanIn }))), {
      name: "RangeError",
      message: `Cannot merge ${fanIn} inputs at once: expected 2 to 64`,
    });
  }
});

test("mergeBytes() is at least the read buffers and blocks of its cursors", () => {
  for (const [fanIn, cursorBytes] of [[2, 0], [16, 1 << 18], [64, 0], [64, 1 << 20]]) {
    const cursor = Math.max(cursorBytes, MIN_CURSOR_BYTES) + CURSOR_BLOCK_BYTES;
    assert.ok(mergeBytes(fanIn, cursorBytes) > fanIn * cursor);
  }
});
