import assert from "node:assert/strict";
import { Piece, type SongsTaker } from "../../core/piece.ts";
import { sortPairs } from "../../core/sort.ts";
import { blockOf, chunkOf, countNaively, type Entry, logOf, ROW_COUNT } from "./_data.ts";

const block = blockOf(logOf());
const users = Uint32Array.from(block.users);
const songs = Uint32Array.from(block.songs);
const source = chunkOf(users, songs);
const piece = new Piece(new ArrayBuffer(ROW_COUNT * 16));
const size = `${ROW_COUNT} streams`;

/** Sorts a piece, and counts where `takes` says what to do with a song of a key. */
function sortAndCount(takes: (key: number, song: number, count: number) => void): void {
  const taker: SongsTaker = {
    addSongs(key, songs, from, to) {
      for (let i = from; i < to;) {
        const start = i++;
        while (i < to && songs[i] === songs[start]) i++;
        takes(key, songs[start], i - start);
      }
    },
  };
  piece.clear();
  piece.readChunk(source, { offset: 0, count: ROW_COUNT, sizeBytes: 8 * ROW_COUNT }, 0);
  piece.encode(taker);
}

const counted: Entry[] = [];
sortAndCount((key, song, count) => counted.push([key, song, count]));
assert.deepEqual(counted, countNaively(block));

let entries = 0;
Deno.bench({ name: `Piece: ${size}`, group: "sort and count" }, () => {
  sortAndCount((_key, _song, count) => void (entries += count));
});
Deno.bench(
  { name: `Map of Maps: ${size}`, group: "sort and count", baseline: true },
  () => void countNaively(block),
);

const keysIn = new Uint32Array(ROW_COUNT);
const songsIn = new Uint32Array(ROW_COUNT);
const pairs = {
  keys: keysIn,
  songs: songsIn,
  scratchKeys: new Uint32Array(ROW_COUNT),
  scratchSongs: new Uint32Array(ROW_COUNT),
};

function sortColumns(): void {
  keysIn.set(users);
  songsIn.set(songs);
  sortPairs(pairs, ROW_COUNT);
}

function sortObjects(): { key: number; song: number }[] {
  const objects = Array.from(users, (key, i) => ({ key, song: songs[i] }));
  return objects.sort((a, b) => a.key - b.key || a.song - b.song);
}

sortColumns();
const sorted = sortObjects();
assert.deepEqual(keysIn, Uint32Array.from(sorted, ({ key }) => key));
assert.deepEqual(songsIn, Uint32Array.from(sorted, ({ song }) => song));

Deno.bench({ name: `sortPairs: ${size}`, group: "sort" }, sortColumns);
Deno.bench(
  { name: `Array.sort: ${size}`, group: "sort", baseline: true },
  () => void sortObjects(),
);
