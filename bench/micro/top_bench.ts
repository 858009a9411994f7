import assert from "node:assert/strict";
import { EntryList } from "../../core/entries.ts";
import { TopSongs } from "../../core/top_songs.ts";

const TOP = 50;
const ENTRY_COUNT = 100_000;

/** Songs with counts that are as 1 / rank, the ranks in no order. */
function listOf(length: number): EntryList {
  const list = EntryList.withRoom(length);
  for (let i = 0; i < length; i++) {
    list.songs[i] = i * 7;
    list.counts[i] = 1 + Math.floor(length / (1 + Math.imul(i, 48271) % length));
  }
  list.to = length;
  return list;
}

type Pair = [song: number, count: number];

const selection = new TopSongs(TOP);

function choose(list: EntryList): number {
  selection.reset();
  selection.offer(list);
  return selection.finish();
}

function chooseNaively({ songs, counts, from, to }: EntryList): Pair[] {
  const pairs = Array.from(
    { length: to - from },
    (_, i): Pair => [songs[from + i], counts[from + i]],
  );
  return pairs.sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, TOP);
}

/** The same entries as one key, and as keys of 30 songs each, as users have them. */
const CASES = { "top songs of a country": ENTRY_COUNT, "top songs of users": 30 };

for (const [group, keyEntries] of Object.entries(CASES)) {
  const list = listOf(keyEntries);
  const keys = Math.floor(ENTRY_COUNT / keyEntries);
  const size = `${keys} keys, ${keys * keyEntries} entries`;
  const count = choose(list);
  const chosen = Array.from(
    { length: count },
    (_, i): Pair => [selection.songs[i], selection.streams[i]],
  );
  assert.deepEqual(chosen, chooseNaively(list));
  Deno.bench({ name: `TopSongs: ${size}`, group }, () => {
    for (let key = 0; key < keys; key++) choose(list);
  });
  Deno.bench({ name: `Array.sort: ${size}`, group, baseline: true }, () => {
    for (let key = 0; key < keys; key++) chooseNaively(list);
  });
}
