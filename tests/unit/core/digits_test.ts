import assert from "node:assert/strict";
import { MAX_DIGITS, writeDigits } from "../../../core/digits.ts";
import { randomOf, test } from "./_support.ts";

/** Writes behind three bytes, into just the room that is promised to be enough. */
function written(value: number): string {
  const bytes = new Uint8Array(3 + MAX_DIGITS).fill(120);
  const end = writeDigits(value, new DataView(bytes.buffer), 3);
  const text = new TextDecoder().decode(bytes.subarray(0, end));
  assert.ok(text.startsWith("xxx"), `${value} is written behind what stands there`);
  return text.slice(3);
}

function assertWritten(value: number): void {
  if (written(value) !== String(value)) assert.equal(written(value), String(value));
}

test("writeDigits() writes every number of one to five digits", () => {
  for (let value = 0; value <= 100_001; value++) assertWritten(value);
});

test("writeDigits() is exact around every power of ten and of two", () => {
  const borders = [
    ...Array.from({ length: 16 }, (_, n) => 10 ** n),
    ...Array.from({ length: 53 }, (_, n) => 2 ** n),
    Number.MAX_SAFE_INTEGER,
  ];
  for (const border of borders) {
    for (let offset = -12; offset <= 12; offset++) {
      const value = border + offset;
      if (value >= 0 && Number.isSafeInteger(value)) assertWritten(value);
    }
  }
});

test("writeDigits() is exact around multiples of 10^4 and 10^8, where it cuts", () => {
  const next = randomOf(2);
  for (let i = 0; i < 4000; i++) {
    const high = next() % 90_071_992;
    for (const value of [high * 10_000, high * 100_000_000]) {
      for (const near of [value - 1, value, value + 1]) if (near >= 0) assertWritten(near);
    }
  }
  for (let high = 90_071_000; high <= 90_071_992; high++) assertWritten(high * 100_000_000 - 1);
});
