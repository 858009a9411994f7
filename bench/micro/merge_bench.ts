import assert from "node:assert/strict";
import { EntryList, mergeTwo } from "../../core/entries.ts";
import { KeyMerger } from "../../core/merge.ts";
import {
  batchOf,
  blockOf,
  collect,
  countNaively,
  DAY,
  entriesOf,
  type Entry,
  logOf,
} from "./_data.ts";

const DAYS = 7;
const DAY_ROWS = 20_000;

const inputs = Array.from(
  { length: DAYS },
  (_, i) => countNaively(blockOf(logOf(DAY - i, DAY_ROWS), DAY_ROWS)),
);
const readers = inputs.map(batchOf);
const entryCount = inputs.reduce((sum, entries) => sum + entries.length, 0);

function merge(take: (key: number, list: EntryList) => void): void {
  const merger = new KeyMerger(readers.map((reader) => reader.cursor()));
  while (merger.next()) take(merger.key, merger.segment);
}

function mergeNaively(): Entry[] {
  const counts = new Map<number, Map<number, number>>();
  for (const [key, song, count] of inputs.flat()) {
    const songs = counts.get(key) ?? new Map<number, number>();
    counts.set(key, songs.set(song, (songs.get(song) ?? 0) + count));
  }
  return entriesOf(counts);
}

const merged: Entry[] = [];
merge((key, list) => collect(key, list, merged));
assert.deepEqual(merged, mergeNaively());

const size = `${DAYS} inputs, ${entryCount} entries`;
let seen = 0;
Deno.bench({ name: `KeyMerger with decoding: ${size}`, group: "merge of a week" }, () => {
  merge((_key, list) => void (seen += list.to - list.from));
});
Deno.bench(
  { name: `Map of Maps: ${size}`, group: "merge of a week", baseline: true },
  () => void mergeNaively(),
);

const LIST_ENTRIES = 50_000;

/** Songs of one key: about every third of all. */
function listOf(seed: number): EntryList {
  const list = EntryList.withRoom(LIST_ENTRIES);
  let song = 0;
  for (let i = 0, state = seed; i < LIST_ENTRIES; i++) {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    song += 1 + (state >>> 16) % 5;
    list.songs[i] = song;
    list.counts[i] = 1 + (state >>> 20) % 3;
  }
  list.to = LIST_ENTRIES;
  return list;
}

const a = listOf(1);
const b = listOf(2);
const into = EntryList.withRoom(2 * LIST_ENTRIES);

function mergeLists(): void {
  into.from = into.to = 0;
  mergeTwo(a, b, into);
}

function mergeListsNaively(): [song: number, count: number][] {
  const counts = new Map<number, number>();
  for (const { songs, counts: played, to } of [a, b]) {
    for (let i = 0; i < to; i++) counts.set(songs[i], (counts.get(songs[i]) ?? 0) + played[i]);
  }
  return [...counts].sort(([one], [other]) => one - other);
}

mergeLists();
const naive = mergeListsNaively();
assert.deepEqual(into.songs.slice(0, into.to), Float64Array.from(naive, ([song]) => song));
assert.deepEqual(into.counts.slice(0, into.to), Float64Array.from(naive, ([, count]) => count));

const listSize = `${2 * LIST_ENTRIES} entries`;
Deno.bench({ name: `mergeTwo: ${listSize}`, group: "merge of two lists" }, mergeLists);
Deno.bench(
  { name: `Map: ${listSize}`, group: "merge of two lists", baseline: true },
  () => void mergeListsNaively(),
);
