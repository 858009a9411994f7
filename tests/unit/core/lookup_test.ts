/** Finding one key, or one song in every country, by the index: the same as reading all of it. */
import assert from "node:assert/strict";
import { BatchEncoder } from "../../../core/batch_encoder.ts";
import type { BatchHeader } from "../../../core/batch_format.ts";
import { MemorySink } from "../../../core/bytes.ts";
import { chartSteps } from "../../../core/chart.ts";
import { countryCode, parseCountry } from "../../../core/country.ts";
import { crc32 } from "../../../core/crc32.ts";
import { type Engine, NUMBERS, TEXTS } from "../../../core/engine.ts";
import { EntryList } from "../../../core/entries.ts";
import { type KeptRow, rowKeeper } from "../../../core/kept_rows.ts";
import { memoryScratch } from "../../../core/batching.ts";
import { finished } from "../../../core/steps.ts";
import { TextArena } from "../../../core/texts.ts";
import { countingSource, encodeBatch, type Entry, randomOf, test } from "./_support.ts";

/** Entries by key: `[key, song, count]`, both as the engine has them typed. */
type Named = readonly (readonly [key: string, song: string, count: number])[];

/** Encodes entries that are sorted, of numbers or of texts. */
function encoded(entries: Named, engine: Engine, header: BatchHeader): Uint8Array {
  const isText = engine.ids === "text";
  if (!isText) {
    const number = (text: string, kind: string): number =>
      kind === "country" ? parseCountry(text)! : Number(text);
    const plain = entries.map(([key, song, n]): Entry => [
      number(key, header.kind),
      Number(song),
      n,
    ]);
    return encodeBatch(plain, header);
  }
  const sink = new MemorySink();
  const encoder = new BatchEncoder(header, sink, { checksum: crc32, engine });
  const arena = new TextArena(1 << 16);
  const put = (text: string): number => {
    const bytes = new TextEncoder().encode(text);
    return arena.put(bytes, 0, bytes.length);
  };
  const list = EntryList.withRoom(64);
  for (let i = 0; i < entries.length;) {
    arena.clear();
    const [key] = entries[i];
    const place = put(key);
    for (list.to = 0; list.to < 64 && entries[i]?.[0] === key; list.to++, i++) {
      list.songs[list.to] = put(entries[i][1]);
      list.counts[list.to] = entries[i][2];
    }
    encoder.blocks.addEntries(place, list, arena.bytes);
  }
  encoder.finish();
  return sink.toBytes();
}

/** Finds the chart of one user by the index, and says how many bytes were read for it. */
function chartOf(files: readonly Uint8Array[], user: string, engine: Engine): [KeptRow[], number] {
  const sources = files.map((bytes) => countingSource(bytes));
  const rows: KeptRow[] = [];
  const job = {
    batches: sources.map((source) => engine.openBatch(source, crc32)),
    top: 50,
    printer: rowKeeper({ kind: "user", top: 50, ids: engine.ids }, 50, rows),
    sink: new MemorySink(),
    range: engine.rangeOfKey("user", user),
    isExact: true,
  };
  const tools = { scratch: memoryScratch(), checksum: crc32, fanIn: 64, cursorBytes: 0, engine };
  finished(chartSteps(job, tools));
  return [rows, sources.reduce((sum, { bytesRead }) => sum + bytesRead, 0)];
}

const DAY = 18962;
const padded = (value: number): string => String(value).padStart(9, "0");

/** Batches of seven days: 60 000 users with ten songs each, more than 128 blocks a day. */
function week(engine: Engine): Uint8Array[] {
  return Array.from({ length: 7 }, (_, day) => {
    const name = (value: number): string => engine.ids === "text" ? padded(value) : String(value);
    const entries: [string, string, number][] = [];
    for (let user = 1; user <= USERS; user++) {
      for (let i = 0; i < 10; i++) {
        entries.push([name(user * 3), name(1000 + user + i * 7), i === day ? 2 : 1]);
      }
    }
    return encoded(entries, engine, { kind: "user", day: DAY + day });
  });
}

const USERS = 60_000;

for (const [engine, most] of [[NUMBERS, 30_000], [TEXTS, 300_000]] as const) {
  test(`a user of ${engine.ids} is found in seven batches by reading kilobytes`, () => {
    const files = week(engine);
    const name = (value: number): string => engine.ids === "text" ? padded(value) : String(value);
    const blocks = (USERS * 10) / 4096;
    assert.ok(blocks > 128, "more blocks than one index page has");
    const size = files.reduce((sum, { length }) => sum + length, 0);
    for (const user of [1, 2, 777, 30_000, USERS - 1, USERS]) {
      const [rows, bytesRead] = chartOf(files, name(user * 3), engine);
      const songs = Array.from({ length: 10 }, (_, i) => name(1000 + user + i * 7));
      const streams = songs.map((_, i) => i < 7 ? 8 : 7);
      assert.deepEqual(rows, [{ key: name(user * 3), songs, streams }]);
      assert.ok(bytesRead < 7 * most, `${bytesRead} bytes read of ${size}`);
      assert.ok(bytesRead > 7 * 1000, "it was read, and counted");
    }
    for (const absent of [0, 4, USERS * 3 + 1]) {
      const [rows, bytesRead] = chartOf(files, name(absent), engine);
      assert.deepEqual(rows, []);
      assert.ok(bytesRead < 7 * most, `${bytesRead} bytes read of ${size}`);
    }
  });
}

test("a user whose id has 256 bytes is found, and no other", () => {
  const long = "x".repeat(256);
  const entries: Named = [["x".repeat(255), "a", 1], [long, "b", 2], ["y", "c", 3]];
  const file = encoded(entries, TEXTS, { kind: "user", day: DAY });
  assert.deepEqual(chartOf([file], long, TEXTS)[0], [{ key: long, songs: ["b"], streams: [2] }]);
  const [row] = chartOf([file], "x".repeat(255), TEXTS)[0];
  assert.deepEqual(row.songs, ["a"]);
});

/** Countries of many sizes: none of some, a song, some of a block, several blocks of others. */
function countries(seed: number, songCount: number): [string, string, number][] {
  const random = randomOf(seed);
  const sizes = [0, 0, 1, 2, 30, 700, 4096, 9000, 20_000];
  return Array.from({ length: 676 }, (_, key) => {
    const size = key % 9 === 0 || key > 640 ? sizes[random() % sizes.length] : random() % 3;
    const songs = new Set<number>();
    while (songs.size < Math.min(size, songCount)) songs.add(random() % songCount);
    return [...songs].sort((a, b) => a - b).map((song): [string, string, number] => [
      countryCode(key),
      padded(song),
      1 + random() % 3,
    ]);
  }).flat();
}

for (const engine of [NUMBERS, TEXTS]) {
  test(`songCounts() of ${engine.ids} finds what reading all finds`, () => {
    for (const [seed, songCount] of [[1, 30_000], [2, 500], [3, 25_000]]) {
      const named = countries(seed, songCount);
      const file = encoded(named, engine, { kind: "country", day: DAY });
      const batch = engine.openBatch(countingSource(file), crc32);
      for (const song of [0, 1, 17, 250, 499, 12_345, songCount - 1, songCount + 5]) {
        const expected = named.filter(([, name]) => name === padded(song))
          .map(([key, , count]) => ({ key, count }));
        const typed = engine.ids === "text" ? padded(song) : String(song);
        assert.deepEqual(engine.songCounts(batch, typed), expected, `song ${song}, seed ${seed}`);
      }
    }
  });

  test(`songCounts() of ${engine.ids} finds nothing in a batch of nothing`, () => {
    const file = encoded([], engine, { kind: "country", day: DAY });
    const batch = engine.openBatch(countingSource(file), crc32);
    assert.deepEqual(engine.songCounts(batch, "5"), []);
  });
}

test("songCounts() reads a few blocks of a batch", () => {
  const entries = Array.from(
    { length: 20 },
    (_, key) =>
      Array.from({ length: 40_000 }, (_, song): [string, string, number] => [
        countryCode(key * 30),
        padded(song),
        1,
      ]),
  ).flat();
  for (const engine of [NUMBERS, TEXTS]) {
    const file = encoded(entries, engine, { kind: "country", day: DAY });
    const source = countingSource(file);
    const found = engine.songCounts(engine.openBatch(source, crc32), "000020000");
    assert.equal(found.length, 20);
    const blocks = engine.ids === "text" ? 20 * 7 : 20 * 2 + 1;
    const blockBytes = file.length / (20 * 40_000 / 4096);
    assert.ok(source.bytesRead < blocks * blockBytes, `${source.bytesRead} of ${file.length}`);
  }
});
