import assert from "node:assert/strict";
import { crc32 as nativeCrc32 } from "node:zlib";
import { combinedCrc32, crc32 } from "../../../core/crc32.ts";
import { randomOf, test } from "./_support.ts";

const next = randomOf(1);
const BYTES = Uint8Array.from({ length: 4000 }, () => next());

test("crc32() gives the check value of the catalogue", () => {
  assert.equal(crc32(new TextEncoder().encode("123456789")), 0xcbf43926);
  assert.equal(crc32(new Uint8Array(0)), 0);
});

test("crc32() equals the platform's at every length and alignment", () => {
  for (let length = 0; length <= 70; length++) {
    for (let start = 0; start < 9; start++) {
      const part = BYTES.subarray(start, start + length);
      assert.equal(crc32(part), nativeCrc32(part), `${length} bytes from ${start}`);
    }
  }
  assert.equal(crc32(BYTES), nativeCrc32(BYTES));
  const same = new Uint8Array(999).fill(255);
  assert.equal(crc32(same), nativeCrc32(same));
});

test("crc32() goes on from any cut", () => {
  const whole = crc32(BYTES);
  for (let cut = 0; cut <= BYTES.length; cut += 37) {
    const before = crc32(BYTES.subarray(0, cut));
    assert.equal(before, nativeCrc32(BYTES.subarray(0, cut)));
    assert.equal(crc32(BYTES.subarray(cut), before), whole, `cut at ${cut}`);
  }
});

test("crc32() notices every flipped bit", () => {
  const bytes = BYTES.slice(0, 40);
  const whole = crc32(bytes);
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    bytes[bit >> 3] ^= 1 << (bit & 7);
    assert.notEqual(crc32(bytes), whole, `bit ${bit}`);
    bytes[bit >> 3] ^= 1 << (bit & 7);
  }
});

test("combinedCrc32() puts together the checksums of two pieces, cut anywhere", () => {
  const whole = crc32(BYTES);
  for (const cut of [0, 1, 2, 3, 7, 1000, 3999, 4000]) {
    const [first, second] = [BYTES.subarray(0, cut), BYTES.subarray(cut)];
    assert.equal(combinedCrc32(crc32(first), crc32(second), second.length), whole, `cut at ${cut}`);
  }
});
