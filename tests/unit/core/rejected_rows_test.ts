import assert from "node:assert/strict";
import { MemorySink, sourceOf } from "../../../core/bytes.ts";
import {
  keptRows,
  LEAST_LINE_BYTES,
  MAX_KEPT_ROW_BYTES,
  RejectedRowKeeper,
} from "../../../core/rejected_rows.ts";
import { REJECT_REASONS } from "../../../core/streams.ts";
import { randomOf, test } from "./_support.ts";

interface Row {
  readonly line: number;
  readonly reason: (typeof REJECT_REASONS)[number];
  readonly bytes: Uint8Array;
}

function rowsOf(sizes: readonly number[]): Row[] {
  return sizes.map((size, i) => ({
    line: i * 2 ** 33 + 1,
    reason: REJECT_REASONS[i % REJECT_REASONS.length],
    bytes: Uint8Array.from({ length: size }, (_, at) => (at * 7 + i) & 255),
  }));
}

/** Keeps ranges of rows and reads them back. */
function kept(ranges: readonly (readonly Row[])[], limitBytes = Infinity): Row[][] {
  const sink = new MemorySink();
  const keeper = new RejectedRowKeeper(sink, limitBytes);
  const parts = ranges.map((rows) => {
    const range = keeper.begin();
    for (const { line, reason, bytes } of rows) {
      const around = new Uint8Array(bytes.length + 9);
      around.set(bytes, 4);
      range.take(line, reason, around, 4, 4 + bytes.length);
      around.fill(0);
    }
    return range.finish();
  });
  const source = sourceOf(sink.toBytes());
  return parts.map((part) =>
    Array.from(keptRows(source, part), ({ line, reason, bytes, isCut }) => {
      assert.equal(isCut, false);
      return { line, reason, bytes: bytes.slice() };
    })
  );
}

test("keptRows() gives back the rows of each range, whatever their sizes", () => {
  const random = randomOf(3);
  const sizes = (count: number) =>
    Array.from({ length: count }, () => random() % 3 === 0 ? random() % 65536 : random() % 50);
  const ranges = [rowsOf([]), rowsOf([0]), rowsOf(sizes(300)), rowsOf([]), rowsOf(sizes(20))];
  assert.deepEqual(kept(ranges), ranges);
});

test("RejectedRowKeeper keeps the first 64 KiB of a row, and says that it goes on", () => {
  const rows = rowsOf([MAX_KEPT_ROW_BYTES, MAX_KEPT_ROW_BYTES + 1, 200_000]);
  const sink = new MemorySink();
  const range = new RejectedRowKeeper(sink, Infinity).begin();
  for (const { bytes } of rows) range.take(1, "too-long", bytes, 0, bytes.length);
  const part = range.finish();
  const found = Array.from(
    keptRows(sourceOf(sink.toBytes()), part),
    ({ bytes, isCut }) => [bytes.length, isCut],
  );
  assert.deepEqual(found, [[65536, false], [65536, true], [65536, true]]);
});

test("RejectedRowKeeper keeps no row behind one that cannot fit", () => {
  const rows = rowsOf([100, 100, 1000, 1]);
  const limit = 2 * (100 + LEAST_LINE_BYTES) + 500;
  assert.deepEqual(kept([rows, rows], limit), [rows.slice(0, 2), rows.slice(0, 2)]);
});

test("keptRows() throws where the file is cut short", () => {
  const sink = new MemorySink();
  const range = new RejectedRowKeeper(sink, Infinity).begin();
  range.take(1, "empty", new Uint8Array(9), 0, 9);
  const part = range.finish();
  const source = sourceOf(sink.toBytes().subarray(0, part.sizeBytes - 1), "run-0-1");
  assert.throws(() => [...keptRows(source, part)], {
    message: 'Cannot read "run-0-1": cut short, expected rows',
  });
});
