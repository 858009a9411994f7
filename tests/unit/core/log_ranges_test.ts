import assert from "node:assert/strict";
import { sourceOf } from "../../../core/bytes.ts";
import { crc32 } from "../../../core/crc32.ts";
import {
  alignedToLines,
  cutIntoRanges,
  joinedRanges,
  type RangeJob,
  readParts,
  readRange,
} from "../../../core/log_ranges.ts";
import type { Step } from "../../../core/steps.ts";
import { rejectedCount, type StreamBlock } from "../../../core/streams.ts";
import { pipe } from "../../../formats/pipe.ts";
import { test } from "./_support.ts";

/** Room to read into: twice the longest row that is held. */
const ROOM = 2 * 65536 + 4096;

/** Rows of many lengths, rejected ones and an empty one among them, no last line end. */
const TEXT =
  Array.from({ length: 300 }, (_, i) => i % 50 === 7 ? "x".repeat(i) : `${i}|${i % 9}|FR`)
    .join("\n") + "\n\n5|6|DE";
const LOG = new TextEncoder().encode(TEXT);

test("cutIntoRanges() covers every byte once, in ranges of the size that is wanted", () => {
  const cases: readonly [sizeBytes: number, rangeBytes: number, starts: number[]][] = [
    [0, 10, [0]],
    [9, 10, [0]],
    [19, 10, [0]],
    [20, 10, [0, 10]],
    [35, 10, [0, 10, 20]],
    [35, Infinity, [0]],
  ];
  for (const [sizeBytes, rangeBytes, starts] of cases) {
    const ranges = cutIntoRanges(sizeBytes, rangeBytes);
    assert.deepEqual(ranges.map(({ from }) => from), starts);
    assert.deepEqual(ranges.map(({ to }) => to), [...starts.slice(1), sizeBytes]);
  }
});

test("alignedToLines() moves ends to where lines start, and leaves none out", () => {
  const source = sourceOf(LOG);
  const starts = new Set([0, LOG.length]);
  for (let at = 0; at < LOG.length; at++) if (LOG[at] === 10) starts.add(at + 1);
  for (const rangeBytes of [1, 2, 7, 64, 1000, LOG.length]) {
    let end = 0;
    for (const range of cutIntoRanges(LOG.length, rangeBytes)) {
      const { from, to } = alignedToLines(source, range, new Uint8Array(16));
      if (from === to) continue;
      assert.equal(from, end, `ranges of ${rangeBytes} bytes`);
      assert.ok(starts.has(to), `${to} is the start of a line`);
      end = to;
    }
    assert.equal(end, LOG.length);
  }
});

test("alignedToLines() leaves a line that is longer than ranges to one of them", () => {
  const source = sourceOf(new Uint8Array(100).fill(0x37));
  const ranges = cutIntoRanges(100, 10).map((range) =>
    alignedToLines(source, range, new Uint8Array(8))
  );
  assert.deepEqual(ranges.filter(({ from, to }) => from < to), [{ from: 0, to: 100 }]);
});

/** What was taken: song, user, and the number of the country. */
function collector(): { readonly rows: string[]; readonly take: (block: StreamBlock) => void } {
  const rows: string[] = [];
  const take = ({ length, songs, users, countries }: StreamBlock): void => {
    for (let i = 0; i < length; i++) rows.push(`${songs[i]}|${users[i]}|${countries[i]}`);
  };
  return { rows, take };
}

function jobOf(range: { from: number; to: number }, take: RangeJob["take"]): RangeJob {
  const parser = pipe.parser({});
  return { log: sourceOf(LOG), range, parser, buffer: new Uint8Array(ROOM), checksum: crc32, take };
}

/** Does the steps; returns what they return, and the rows that they told of. */
function done<R>(steps: Generator<Step, R>): { readonly result: R; readonly told: number } {
  for (let told = 0;;) {
    const { done, value } = steps.next();
    if (done) return { result: value, told };
    told += value.rows ?? 0;
  }
}

test("readRange() of ranges, joined, is readRange() of the whole log", () => {
  const whole = collector();
  const { result: expected, told } = done(
    readRange(jobOf({ from: 0, to: LOG.length }, whole.take)),
  );
  assert.equal(told, expected.tally.rows);
  assert.equal(expected.sizeBytes, LOG.length);
  assert.equal(expected.crc32, crc32(LOG));
  assert.equal(whole.rows.length + rejectedCount(expected.tally.rejected), expected.tally.rows);
  for (const rangeBytes of [3, 100, 1000]) {
    const parts = collector();
    const read = cutIntoRanges(LOG.length, rangeBytes)
      .map((range) => alignedToLines(sourceOf(LOG), range, new Uint8Array(64)))
      .filter(({ from, to }) => from < to)
      .map((range) => done(readRange(jobOf(range, parts.take))).result);
    assert.deepEqual(joinedRanges(read), expected, `ranges of ${rangeBytes} bytes`);
    assert.deepEqual(parts.rows, whole.rows);
  }
});

test("readRange() ends where the log ends before the range does", () => {
  const { result } = done(readRange(jobOf({ from: 0, to: LOG.length + 100 }, () => {})));
  assert.equal(result.sizeBytes, LOG.length);
});

test("readParts() gives the same rows however the parts are cut", async () => {
  const whole = collector();
  const { result: expected } = done(readRange(jobOf({ from: 0, to: LOG.length }, whole.take)));
  for (const partBytes of [1, 13, 500, LOG.length]) {
    const found = collector();
    const parts = async function* () {
      for (let at = 0; at < LOG.length; at += partBytes) yield LOG.slice(at, at + partBytes);
    };
    const steps = readParts({
      parser: pipe.parser({}),
      buffer: new Uint8Array(ROOM),
      take: found.take,
      parts: parts(),
      doneBytes: () => partBytes,
    });
    let step = steps.next();
    for (let told = 0; !step.done; step = steps.next()) {
      await step.value.wait;
      told += step.value.rows ?? 0;
      assert.ok(told <= expected.tally.rows);
    }
    assert.deepEqual(step.value, expected.tally, `parts of ${partBytes} bytes`);
    assert.deepEqual(found.rows, whole.rows);
  }
});
