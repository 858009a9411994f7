import assert from "node:assert/strict";
import { type Day, parseDay } from "../../../core/day.ts";
import type { HistoryKind } from "../../../core/history.ts";
import { History } from "../../../io/history.ts";
import { crc32 } from "node:zlib";
import { denoStore, type Store } from "../../../io/store.ts";
import { MemoryStore } from "./stores.ts";

const DAY = parseDay("2021-12-01")!;

interface Made {
  readonly windowDays?: number;
  readonly top?: number;
  readonly kind?: HistoryKind;
}

function makeHistory(
  store: Store,
  date: Day,
  text: string,
  { windowDays = 7, top = 50, kind = "country" }: Made = {},
): void {
  const bytes = new TextEncoder().encode(text);
  const made = new History(store, "batch", () => {}).begin(date);
  const sink = made.create(kind);
  sink.write(bytes);
  const about = { windowDays, top, ids: "number", sizeBytes: bytes.length, crc32: crc32(bytes) };
  made.finish(kind, sink, about as Parameters<typeof made.finish>[2]);
  made.commit();
}

/** A history with one country on three dates, the newest at `DAY`. */
function threeDates(): MemoryStore {
  const store = new MemoryStore();
  store.makeFolder("batch");
  makeHistory(store, DAY - 2, "FR|3:9,2:5\n");
  makeHistory(store, DAY - 1, "FR|1:9,2:5\n");
  makeHistory(store, DAY, "DE|1:1\nFR|2:9,3:5,4:1\n");
  return store;
}

/** How the songs of France moved, and what was warned of. */
function movesIn(store: Store, compare?: Day): { kinds: string[]; warnings: string[] } {
  const warnings: string[] = [];
  const history = new History(store, "batch", (text) => void warnings.push(text));
  const charts = history.chart(DAY, "country", compare) ?? [];
  const moved = charts.find(({ key }) => key === "FR");
  return { kinds: moved?.movements.map(({ kind }) => kind) ?? [], warnings };
}

Deno.test("History.chart() derives movement from the charts of earlier dates", () => {
  const history = new History(threeDates(), "batch", assert.fail);
  const [de, fr] = history.chart(DAY, "country")!;
  assert.deepEqual(de.movements, [{ kind: "new", daysOnChart: 1, peak: 1 }]);
  assert.deepEqual([fr.songs, fr.streams], [["2", "3", "4"], [9, 5, 1]]);
  assert.deepEqual(fr.movements, [
    { kind: "up", previous: 2, daysOnChart: 3, peak: 1 },
    { kind: "re-entry", daysOnChart: 2, peak: 1 },
    { kind: "new", daysOnChart: 1, peak: 3 },
  ]);
});

Deno.test("History.chart() compares with another date where that is asked for", () => {
  assert.deepEqual(movesIn(threeDates(), DAY - 2).kinds, ["up", "down", "new"]);
  assert.deepEqual(movesIn(threeDates(), DAY - 9).kinds, ["unknown", "unknown", "unknown"]);
});

Deno.test("History.chart() compares only charts of the same days and ids", () => {
  const store = threeDates();
  makeHistory(store, DAY - 1, "FR|1:9,2:5\n", { windowDays: 3 });
  assert.deepEqual(movesIn(store), { kinds: ["unknown", "unknown", "unknown"], warnings: [] });
});

Deno.test("History.begin() keeps what other runs made of the same date", () => {
  const store = threeDates();
  makeHistory(store, DAY, "world|5:1\n", { kind: "world", top: 9 });
  const history = new History(store, "batch", assert.fail);
  assert.equal(history.chart(DAY, "country")!.length, 2);
  assert.deepEqual(history.chart(DAY, "world")![0].songs, ["5"]);
  assert.equal(history.about(DAY, "world")!.top, 9);
});

Deno.test("History passes over what is no history, and names it", () => {
  const path = "batch/history/20211130";
  const cases: readonly [string, (store: MemoryStore) => void, RegExp][] = [
    [
      "a damaged manifest",
      (s) => s.files.set(`${path}/manifest.json`, "{"),
      /manifest\.json": dam/,
    ],
    [
      "a manifest of another date",
      (s) =>
        s.files.set(`${path}/manifest.json`, s.files.get("batch/history/20211129/manifest.json")!),
      /manifest\.json": of another date, expected this folder's$/,
    ],
    [
      "damaged ranks",
      (s) => s.files.set(`${path}/country.txt`, "FR|1:9,2:6\n"),
      /country\.txt": not wh/,
    ],
    [
      "ranks that are gone",
      (s) => s.files.delete(`${path}/country.txt`),
      /country\.txt": not found/,
    ],
  ];
  for (const [name, damage, expected] of cases) {
    const store = threeDates();
    damage(store);
    const { kinds, warnings } = movesIn(store);
    assert.deepEqual(kinds, ["unknown", "unknown", "unknown"], name);
    assert.equal(warnings.length, 1, name);
    assert.match(warnings[0], /^passing over history "batch\/history\/20211130\//, name);
    assert.match(warnings[0], expected, name);
  }
});

Deno.test("History does not mind other files and a date on its way", () => {
  const store = threeDates();
  store.files.set("batch/history/20211125", "a file");
  store.files.set("batch/history/notes.txt", "mine");
  store.makeFolder("batch/history/20211126");
  store.files.set("batch/history/20211126/.country.txt.aside", "FR|");
  assert.deepEqual(movesIn(store), { kinds: ["up", "re-entry", "new"], warnings: [] });
  const history = new History(store, "batch", assert.fail);
  history.recover();
  assert.equal(store.info("batch/history/20211126"), undefined, "what was cut short is cleared");
  assert.equal(store.files.get("batch/history/notes.txt"), "mine");
});

Deno.test("History.expire() keeps the first day of the days that are kept", () => {
  const store = threeDates();
  const notes: string[] = [];
  const history = new History(store, "batch", assert.fail);
  history.expire(DAY, 2, (text) => void notes.push(text));
  assert.deepEqual(history.dates(), [DAY - 1, DAY]);
  assert.deepEqual(notes, ["Deleting the history of 2021-11-29"]);
  history.expire(DAY - 3, 1, assert.fail);
  assert.deepEqual(history.dates(), [DAY - 1, DAY], "a run of an old date deletes no newer ones");
});

Deno.test("NewHistory.abandon() leaves no folder behind", () => {
  const folder = Deno.makeTempDirSync({ prefix: "topstreams-history-" });
  try {
    const made = new History(denoStore, folder, assert.fail).begin(DAY);
    made.create("world").write(new Uint8Array(3));
    made.abandon();
    assert.deepEqual([...Deno.readDirSync(folder)], []);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});
