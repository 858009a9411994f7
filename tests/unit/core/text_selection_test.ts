import assert from "node:assert/strict";
import { EntryList } from "../../../core/entries.ts";
import { TEXT_SLACK_BYTES } from "../../../core/text_compare.ts";
import { TextSelection } from "../../../core/text_selection.ts";
import { randomOf, test } from "./_support.ts";

/** Texts in one array, each behind its length less one, and where they are. */
function textsOf(texts: readonly string[]): { bytes: Uint8Array; references: number[] } {
  const references: number[] = [];
  const bytes: number[] = [];
  for (const text of texts) {
    references.push(bytes.length);
    bytes.push(text.length - 1, ...new TextEncoder().encode(text));
  }
  return { bytes: Uint8Array.from([...bytes, ...Array(TEXT_SLACK_BYTES).fill(0)]), references };
}

function textAt(bytes: Uint8Array, reference: number): string {
  const length = bytes[reference] + 1;
  return new TextDecoder().decode(bytes.subarray(reference + 1, reference + 1 + length));
}

interface Entry {
  readonly song: string;
  readonly count: number;
}

/** The best entries by a full sort. */
function best(entries: readonly Entry[], top: number): string[] {
  return entries.toSorted((a, b) => b.count - a.count || (a.song < b.song ? -1 : 1))
    .slice(0, top).map(({ song, count }) => `${song}:${count}`);
}

/** Offers the entries in segments of some length, whose texts are overwritten behind each. */
function chosen(selection: TextSelection, entries: readonly Entry[], segment: number): string[] {
  let sum = 0;
  const memory = new Uint8Array(1 << 20);
  for (let i = 0; i < entries.length; i += segment) {
    const part = entries.slice(i, i + segment);
    const { bytes, references } = textsOf(part.map(({ song }) => song));
    memory.fill(0x21);
    memory.set(bytes);
    const list = EntryList.withRoom(part.length);
    list.songs.set(references);
    list.counts.set(part.map(({ count }) => count));
    list.to = part.length;
    sum += selection.offer(list, memory, i + segment >= entries.length);
  }
  assert.equal(sum, entries.reduce((total, { count }) => total + count, 0), "the sum of counts");
  const key = textsOf(["the key"]);
  const isOne = segment >= entries.length;
  const row = selection.rowOf(isOne ? 0 : key.references[0], isOne ? memory : key.bytes);
  if (!isOne) assert.equal(textAt(row.texts, row.key), "the key");
  return Array.from(
    { length: row.count },
    (_, i) => `${textAt(row.texts, row.songs[i])}:${row.streams[i]}`,
  );
}

test("TextSelection keeps the best songs, however many segments a key has", () => {
  const next = randomOf(3);
  for (const [count, top] of [[1, 3], [10, 3], [300, 1], [3000, 5], [3000, 50]]) {
    const selection = new TextSelection(top);
    const entries = Array.from({ length: count }, (_, i) => ({
      song: `song ${String(i).padStart(5, "0")} ${"x".repeat(next() % 200)}`,
      count: 1 + next() % 20,
    }));
    for (const segment of [count, 1000, 37, 1]) {
      selection.reset();
      assert.deepEqual(
        chosen(selection, entries, segment),
        best(entries, top),
        `${top} of ${count} in segments of ${segment}`,
      );
    }
  }
});
