/** Comparing, copying, sorting and partitioning texts against plain code. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { type LogSample } from "../../../core/partitions.ts";
import {
  compareBytes,
  compareTexts,
  copyText,
  sameTexts,
  textsOver,
  wordOf,
} from "../../../core/text_compare.ts";
import { slotNumber, textPartitionsOf } from "../../../core/text_partitions.ts";
import { sortTexts } from "../../../core/text_sort.ts";
import { TextArena, textBytes } from "../../../core/texts.ts";
import { randomOf, test } from "./_support.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** Texts that are alike in many ways. */
function someTexts(seed: number, count: number): string[] {
  const random = randomOf(seed);
  const kinds: readonly (() => string)[] = [
    () => "x".repeat(1 + random() % 256),
    () => "ab".repeat(random() % 6) + "abc"[random() % 3],
    () => `user:${random() % 40}`,
    () => `é${"日本"[random() % 2]}${random() % 9}`,
    () => String(random()),
    () => "same",
    () => "long common prefix of more than one word " + random() % 7,
  ];
  return Array.from({ length: count }, () => kinds[random() % kinds.length]());
}

function arenaOf(texts: readonly string[]): { arena: TextArena; references: number[] } {
  const arena = new TextArena();
  const references = texts.map((text) => {
    const bytes = bytesOf(text);
    return arena.put(bytes, 0, bytes.length);
  });
  return { arena, references };
}

test("compareTexts() and sameTexts() are those of bytes", () => {
  const texts = someTexts(1, 300);
  const { arena, references } = arenaOf(texts);
  const over = textsOver(arena.bytes);
  for (const [i, a] of texts.entries()) {
    for (const [j, b] of texts.entries()) {
      const expected = Math.sign(Buffer.compare(bytesOf(a), bytesOf(b)));
      assert.equal(
        Math.sign(compareTexts(over, references[i], references[j])),
        expected,
        `${a} ${b}`,
      );
      assert.equal(Math.sign(compareBytes(bytesOf(a), bytesOf(b))), expected);
      assert.equal(sameTexts(over, references[i], references[j]), a === b);
    }
  }
});

test("wordOf() gives four bytes, zeros behind the end", () => {
  const { arena, references } = arenaOf(["abcdef"]);
  const over = textsOver(arena.bytes);
  const words = [0, 1, 3, 4, 5, 6, 9].map((depth) =>
    wordOf(over, references[0], depth).toString(16)
  );
  assert.deepEqual(words, ["61626364", "62636465", "64656600", "65660000", "66000000", "0", "0"]);
});

test("copyText() copies texts of every length", () => {
  for (let length = 1; length <= 256; length++) {
    const { arena } = arenaOf(["z".repeat(length)]);
    const to = new Uint8Array(300);
    const end = copyText(textsOver(arena.bytes), 0, textsOver(to).view, 3);
    assert.equal(end, 3 + length + 1);
    assert.equal(textOf(textBytes(to, 3)), "z".repeat(length));
  }
});

test("sortTexts() sorts and marks what is another text than the one before", () => {
  for (const count of [1, 2, 3, 24, 25, 100, 3000]) {
    const texts = someTexts(count, count);
    const { arena, references } = arenaOf(texts);
    const columns = {
      references: Uint32Array.from(references),
      words: new Uint32Array(count),
      scratchReferences: new Uint32Array(count),
      scratchWords: new Uint32Array(count),
    };
    sortTexts(textsOver(arena.bytes), columns, 0, count);
    const expected = texts.toSorted((a, b) => Buffer.compare(bytesOf(a), bytesOf(b)));
    const sorted = Array.from(columns.references, (one) => textOf(textBytes(arena.bytes, one)));
    assert.deepEqual(sorted, expected);
    const marks = expected.map((text, i) => Number(i === 0 || text !== expected[i - 1]));
    assert.deepEqual([...columns.scratchWords], marks);
  }
});

test("partitions of texts keep their order, whatever the sample was", () => {
  for (const prefix of ["", "user:", "https://music.example/listener/of/many/"]) {
    const sampled = someTexts(5, 4000).map((text) => prefix + text.slice(0, 200));
    const { arena, references } = arenaOf(sampled);
    const sample: LogSample = {
      users: Float64Array.from(references),
      texts: arena.bytes.slice(0, arena.length),
      countries: new Float64Array(references.length),
      expectedStreams: references.length,
    };
    const partitions = textPartitionsOf(sample, 40, "user");
    assert.ok(partitions.count > 5, `${partitions.count} partitions`);
    assert.equal(textOf(partitions.prefix), prefix);
    const others = [...sampled, "!", "~", "u", "user", "usez", "https://music", "httpt", "é"];
    const keys = arenaOf(others.toSorted((a, b) => Buffer.compare(bytesOf(a), bytesOf(b))));
    const over = textsOver(keys.arena.bytes);
    const numbers = keys.references.map((key) => slotNumber(over, key, partitions.prefix));
    for (let i = 1; i < numbers.length; i++) assert.ok(numbers[i - 1] <= numbers[i], others[i]);
  }
});
