import assert from "node:assert/strict";
import { engineOf } from "../../../../core/engine.ts";
import type { IdKind } from "../../../../core/streams.ts";
import { textBytes } from "../../../../core/texts.ts";
import { createRowRoom, SortedRows } from "../../../../io/clickhouse/sorted_rows.ts";

type Id = number | string;
type Entry = readonly [user: Id, song: Id, streams: number];
type Row = readonly [user: Id, songs: readonly (readonly [song: Id, streams: number])[]];

/** Encodes entries as ClickHouse does, by the plainest means. */
function encoded(entries: readonly Entry[], ids: IdKind): Uint8Array {
  const bytes: number[] = [];
  const number = (value: number): void => {
    for (let i = 0n; i < 8n; i++) bytes.push(Number(BigInt(value) >> (8n * i) & 255n));
  };
  const id = (value: Id): void => {
    if (ids === "number") return number(Number(value));
    const utf8 = new TextEncoder().encode(String(value));
    if (utf8.length < 128) bytes.push(utf8.length);
    else bytes.push(utf8.length & 127 | 128, utf8.length >> 7);
    for (const byte of utf8) bytes.push(byte);
  };
  for (const [user, song, streams] of entries) {
    id(user);
    id(song);
    number(streams);
  }
  return Uint8Array.from(bytes);
}

function read(parts: readonly Uint8Array[], ids: IdKind, top: number): Row[] {
  const reader = new SortedRows(createRowRoom(engineOf(ids).selection(top), ids));
  const decoder = new TextDecoder();
  const waiting = [...parts];
  const found: Row[] = [];
  for (;;) {
    if (!reader.next()) {
      if (reader.isEnded) return found;
      reader.feed(waiting.shift());
      continue;
    }
    const { key, songs, streams, count, texts } = reader.row;
    const id = (value: number): Id =>
      ids === "text" ? decoder.decode(textBytes(texts, value)) : value;
    found.push([id(key), Array.from({ length: count }, (_, i) => [id(songs[i]), streams[i]])]);
  }
}

/** Adds up, sorts and cuts, by the plainest means. */
function expected(entries: readonly Entry[], top: number): Row[] {
  const users = new Map<Id, Map<Id, number>>();
  for (const [user, song, streams] of entries) {
    const songs = users.get(user) ?? new Map<Id, number>();
    users.set(user, songs.set(song, (songs.get(song) ?? 0) + streams));
  }
  return [...users].map(([user, songs]) => [
    user,
    [...songs].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)).slice(0, top),
  ]);
}

const NUMBERS: readonly Entry[] = [
  [0, 1, 1],
  [0, 1, 2],
  [0, 2, 3],
  [0, 3, 4],
  [7, 0, 1],
  [2 ** 32, 2 ** 53 - 1, 2 ** 40],
  [2 ** 32 + 1, 5, 1],
  [2 ** 32 + 1, 6, 1],
];

const LONG = "z".repeat(256);

const TEXTS: readonly Entry[] = [
  ["a", "x", 1],
  ["a", "x", 1],
  ["a", "xy", 1],
  ["ab", "x", 5],
  ["b", LONG, 1],
  ["b", "\u00e9", 1],
  [LONG, LONG, 1],
  [LONG, LONG, 1],
];

for (const [ids, entries] of [["number", NUMBERS], ["text", TEXTS]] as const) {
  Deno.test(`SortedRows adds up and chooses (${ids}), cut anywhere`, () => {
    const bytes = encoded(entries, ids);
    for (const top of [1, 2, 50]) {
      assert.deepEqual(read([bytes], ids, top), expected(entries, top));
    }
    for (let cut = 0; cut <= bytes.length; cut++) {
      const parts = [bytes.slice(0, cut), bytes.slice(cut)];
      assert.deepEqual(read(parts, ids, 2), expected(entries, 2), `cut at ${cut}`);
    }
  });

  Deno.test(`SortedRows (${ids}) notices a result that ends within a song`, () => {
    const bytes = encoded(entries, ids);
    assert.throws(() => read([bytes.slice(0, -1)], ids, 2), /the result ends within a row/);
    assert.deepEqual(read([], ids, 2), []);
  });
}

for (const [ids, entries] of [["number", NUMBERS], ["text", TEXTS]] as const) {
  Deno.test(`SortedRows (${ids}) of several results share a room, read in the order of keys`, () => {
    const room = createRowRoom(engineOf(ids).selection(2), ids);
    const users = [...new Set(entries.map(([user]) => user))];
    const results = [0, 1].map((shard) => {
      const own = entries.filter(([user]) => users.indexOf(user) % 2 === shard);
      const rows = new SortedRows(room);
      const bytes = Array.from(encoded(own, ids), (byte) => Uint8Array.of(byte));
      return { rows, waitFor };
      function waitFor(has: () => boolean): boolean {
        while (!has()) {
          if (rows.isEnded) return false;
          rows.feed(bytes.shift());
        }
        return true;
      }
    });
    const found: (readonly [name: Id, streams: number])[] = [];
    const decoder = new TextDecoder();
    for (;;) {
      const open = results.filter(({ rows, waitFor }) => waitFor(() => rows.hasKey()));
      if (open.length === 0) break;
      const [{ rows, waitFor }] = open.sort((a, b) => a.rows.compareKeys(b.rows));
      assert.ok(waitFor(() => rows.next()));
      const { key, streams, texts } = rows.row;
      found.push([ids === "text" ? decoder.decode(textBytes(texts, key)) : key, streams[0]]);
    }
    assert.deepEqual(found, expected(entries, 2).map(([user, songs]) => [user, songs[0][1]]));
  });
}

for (const ids of ["number", "text"] as const) {
  Deno.test(`SortedRows (${ids}) chooses from many more songs than it holds at once`, () => {
    const width = 6;
    const idOf = (value: number): Id =>
      ids === "number" ? value : String(value).padStart(width, "0");
    const entries: Entry[] = [[idOf(1), idOf(3), 9]];
    for (let song = 0; song < 20_000; song++) {
      // Parts of a song lie on both sides of the places where what is held is offered.
      const parts = song % 4096 >= 4093 ? 3 : 1;
      for (let part = 0; part < parts; part++) {
        entries.push([idOf(2), idOf(song), 1 + (song * 7919) % 1000]);
      }
    }
    entries.push([idOf(3), idOf(1), 1]);
    const bytes = encoded(entries, ids);
    const parts = [bytes.slice(0, 100_001), bytes.slice(100_001)];
    assert.deepEqual(read(parts, ids, 50), expected(entries, 50));
  });
}
