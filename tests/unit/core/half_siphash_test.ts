import assert from "node:assert/strict";
import { HalfSipHash } from "../../../core/half_siphash.ts";
import { test } from "./_support.ts";

/** Of inputs of 0, 1, 2... bytes that count up, key 00 to 07: the first of the reference's own. */
const VECTORS = [
  ..."a9359f5b 27475ab8 fa62a603 8afee704 2a6e4689 c5fab669 5863fc23 8bcf63c5".split(" "),
  ..."d0b8848f f806e779 94b07934 08083050 57f0872f 77e663ff d6fff87c 74fe2b97".split(" "),
  ..."d9b5ac84 c474645b 465b8d9b 7befe387 e34d1045 613f62b3".split(" "),
];

const countingUp = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => i);

test("HalfSipHash gives the values of the reference implementation", () => {
  const hash = new HalfSipHash(countingUp(8));
  for (const [length, expected] of VECTORS.entries()) {
    const bytes = Uint8Array.from(expected.match(/../g)!, (byte) => parseInt(byte, 16));
    const value = new DataView(bytes.buffer).getUint32(0, true);
    assert.equal(hash.ofBytes(countingUp(length)), value, `${length} bytes`);
  }
});

test("HalfSipHash hashes a number as its eight bytes, little-endian", () => {
  const hash = new HalfSipHash(countingUp(8).map((byte) => 255 - 7 * byte));
  for (const value of [0, 1, 255, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1, 646132068]) {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(value), true);
    assert.equal(hash.ofWhole(value), hash.ofBytes(bytes), String(value));
  }
  assert.notEqual(hash.ofWhole(5), new HalfSipHash(countingUp(8)).ofWhole(5), "by its key");
});
