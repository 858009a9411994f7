import assert from "node:assert/strict";
import {
  COLUMN_SLACK_BYTES,
  columnBytes,
  decodeColumn,
  encodeColumn,
  isWideColumn,
} from "../../../core/vbyte.ts";
import { randomOf, test } from "./_support.ts";

const TWO_32 = 2 ** 32;
const AT = 5;

/** Encodes into bytes that are not zero, as a reused buffer is, and decodes them. */
function roundTrip(values: number[], isWide: boolean): { sizeBytes: number; decoded: number[] } {
  const { length } = values;
  const bytes = new Uint8Array(AT + columnBytes(length) + COLUMN_SLACK_BYTES).fill(0xaa);
  const view = new DataView(bytes.buffer);
  const end = encodeColumn(Float64Array.from(values), length, isWide, view, AT);
  assert.deepEqual([...bytes.subarray(0, AT)], Array(AT).fill(0xaa), "nothing before the column");
  bytes.fill(0x55, end);
  const decoded = new Float64Array(length + 1).fill(-1);
  assert.equal(decodeColumn(view, AT, length, isWide, decoded), end);
  assert.equal(decoded[length], -1, "nothing is decoded past the count");
  assert.ok(end - AT <= columnBytes(length));
  return { sizeBytes: end - AT, decoded: [...decoded.subarray(0, length)] };
}

/** How many bytes the value of a column of one takes. */
const NARROW_BORDERS: readonly [value: number, sizeBytes: number][] = [
  [0, 1],
  [1, 1],
  [0xff, 1],
  [0x100, 2],
  [0xffff, 2],
  [0x10000, 3],
  [0xffffff, 3],
  [0x1000000, 4],
  [0x7fffffff, 4],
  [0x80000000, 4],
  [TWO_32 - 1, 4],
];
const WIDE_BORDERS: readonly [value: number, sizeBytes: number][] = [
  [0, 2],
  [0xffff, 2],
  [0x10000, 4],
  [0x80000000, 4],
  [TWO_32 - 1, 4],
  [TWO_32, 6],
  [2 ** 48 - 1, 6],
  [2 ** 48, 7],
  [2 ** 52, 7],
  [Number.MAX_SAFE_INTEGER, 7],
];

for (
  const [name, isWide, borders] of [
    ["narrow", false, NARROW_BORDERS],
    ["wide", true, WIDE_BORDERS],
  ] as const
) {
  test(`encodeColumn() takes the promised bytes at every border of ${name} lengths`, () => {
    for (const [value, valueBytes] of borders) {
      const { sizeBytes, decoded } = roundTrip([value], isWide);
      assert.deepEqual(decoded, [value]);
      assert.equal(sizeBytes, 1 + valueBytes, `${value}`);
    }
  });

  test(`decodeColumn() gives back ${name} columns of 0 to 9 values, all borders in all places`, () => {
    const values = borders.map(([value]) => value);
    for (let count = 0; count <= 9; count++) {
      for (let start = 0; start < values.length; start++) {
        const column = Array.from({ length: count }, (_, i) => values[(start + i) % values.length]);
        assert.deepEqual(roundTrip(column, isWide).decoded, column);
        const same = Array(count).fill(values[start]);
        assert.deepEqual(roundTrip(same, isWide).decoded, same);
      }
    }
  });

  test(`decodeColumn() gives back a full block of any ${name} values`, () => {
    const next = randomOf(7);
    const most = isWide ? Number.MAX_SAFE_INTEGER : TWO_32 - 1;
    const values = Array.from({ length: 4096 }, () => Math.floor(most / 2 ** (next() % 54)));
    assert.deepEqual(roundTrip(values, isWide).decoded, values);
  });
}

test("isWideColumn() is true from 2^32 on, within the count", () => {
  assert.equal(isWideColumn(Float64Array.of(0, TWO_32 - 1), 2), false);
  assert.equal(isWideColumn(Float64Array.of(TWO_32, 0), 2), true);
  assert.equal(isWideColumn(Float64Array.of(0, TWO_32), 1), false);
  assert.equal(isWideColumn(Float64Array.of(TWO_32), 0), false);
});
