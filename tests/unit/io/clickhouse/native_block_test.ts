import assert from "node:assert/strict";
import { countryKey } from "../../../../core/country.ts";
import { TextArena } from "../../../../core/texts.ts";
import { BLOCK_ROWS, blockRows, RowBlock } from "../../../../io/clickhouse/native_block.ts";

const NONE = new Uint8Array(0);
const LOAD = { day: 18962, load: 0x0102030405 };

/** Bytes as one character each; a column's head is its name and type with their lengths. */
function head(name: string, type: string): string {
  return String.fromCharCode(name.length) + name + String.fromCharCode(type.length) + type;
}

function repeated(text: string, count: number): string {
  return text.repeat(count);
}

/** Whole numbers, lowest byte first. */
function bytes(value: bigint, size: number): string {
  return Array.from(
    { length: size },
    (_, i) => String.fromCharCode(Number(value >> BigInt(8 * i) & 255n)),
  ).join("");
}

const DAY_AND_LOAD = (rows: number): string =>
  head("day", "Date") + repeated(bytes(18962n, 2), rows) +
  head("load", "UInt64") + repeated(bytes(0x0102030405n, 8), rows);

Deno.test("RowBlock encodes users and songs as columns of whole numbers", () => {
  const block = new RowBlock("user", "number", LOAD);
  const ids = [[7, 2 ** 53 - 1], [2 ** 32, 0], [4294967295, 8589934593]];
  for (const [user, song] of ids) assert.equal(block.put(user, song, NONE), false);
  const expected = "\x04\x03" + DAY_AND_LOAD(3) +
    head("user", "UInt64") + ids.map(([user]) => bytes(BigInt(user), 8)).join("") +
    head("song", "UInt64") + ids.map(([, song]) => bytes(BigInt(song), 8)).join("");
  assert.equal(binary(block.encode()), expected);
  assert.equal(block.length, 0, "the rows are forgotten");
  block.put(1, 2, NONE);
  const one = "\x04\x01" + DAY_AND_LOAD(1) + head("user", "UInt64") + bytes(1n, 8) +
    head("song", "UInt64") + bytes(2n, 8);
  assert.equal(binary(block.encode()), one);
});

Deno.test("RowBlock encodes countries as two letters, and texts with their lengths", () => {
  const arena = new TextArena();
  const put = (text: string): number => {
    const utf8 = new TextEncoder().encode(text);
    return arena.put(utf8, 0, utf8.length);
  };
  const songs = ["a", "\u00e9\u00df", "x".repeat(127), "y".repeat(128), "z".repeat(256)];
  const block = new RowBlock("country", "text", LOAD);
  const keys = [countryKey(65, 65), countryKey(90, 90), countryKey(70, 82), 0, 1];
  const references = songs.map(put);
  references.forEach((reference, i) => block.put(keys[i], reference, arena.bytes));
  const lengths = ["\x01", "\x04", "\x7f", "\x80\x01", "\x80\x02"];
  const expected = "\x04\x05" + DAY_AND_LOAD(5) + head("country", "FixedString(2)") + "AAZZFRAAAB" +
    head("song", "String") +
    songs.map((song, i) => lengths[i] + binary(new TextEncoder().encode(song))).join("");
  assert.equal(binary(block.encode()), expected);
});

Deno.test("RowBlock is full with its rows, or with a megabyte of texts", () => {
  const few = new RowBlock("user", "number", LOAD, 3);
  assert.deepEqual([1, 2, 3].map((id) => few.put(id, id, NONE)), [false, false, true]);
  const arena = new TextArena();
  const utf8 = new TextEncoder().encode("w".repeat(256));
  const reference = arena.put(utf8, 0, utf8.length);
  const block = new RowBlock("user", "text", LOAD);
  let rows = 1;
  while (!block.put(reference, reference, arena.bytes)) rows++;
  assert.equal(rows, Math.floor(2 ** 20 / (2 * 258)) + 1);
});

Deno.test("blockRows() shares memory out, within bounds", () => {
  assert.deepEqual([1, 26 * 5000, 2 ** 40].map(blockRows), [1024, 5000, BLOCK_ROWS]);
});

function binary(array: Uint8Array): string {
  return Array.from(array, (byte) => String.fromCharCode(byte)).join("");
}
