import assert from "node:assert/strict";
import { parseDay } from "../../../core/day.ts";
import { encodeManifest, type Manifest, shapeOf } from "../../../core/manifest.ts";
import { createRowTally } from "../../../core/streams.ts";
import {
  listBatches,
  listLogs,
  listRemains,
  readManifest,
  takeInventory,
} from "../../../io/inventory.ts";
import { StoreError } from "../../../io/store.ts";
import { USUAL } from "../../cli/_usual.ts";
import { MemoryStore } from "./stores.ts";

const NO_PERMISSIONS = { permissions: "none" } as const;
const DAY = parseDay("2021-12-01")!;
const PATTERN = USUAL.logPattern;

const SIZE = { keyCount: 0, entryCount: 0, streamCount: 0, sizeBytes: 99 };

const MANIFEST: Manifest = {
  day: DAY,
  logs: [{
    name: "listen-20211201.log",
    sizeBytes: 12,
    modifiedMs: 5,
    crc32: 7,
    reader: "pipe",
    tally: createRowTally(),
  }],
  shape: shapeOf("pipe", ["country", "user"]),
  batches: { country: SIZE, user: SIZE },
};

Deno.test("listLogs() lists what has the name of a log, by day", NO_PERMISSIONS, () => {
  const store = new MemoryStore({
    "/logs/listen-20211201.log": "1|2|DE\n",
    "/logs/listen-20211130.log": "",
    "/logs/listen-20211131.log": "no day of the calendar",
    "/logs/listen-20211129.log.gz": "compressed",
    "/logs/listen-2021-11-28.log": "another form",
    "/logs/Listen-20211127.log": "another name",
    "/logs/listen-20211126.log.part": "not complete",
    "/logs/notes.txt": "no log",
    "/logs/listen-20211125.log/inside": "a folder that has the name of a log",
  });
  const found = listLogs(store, "/logs", PATTERN).map((
    { day, name, sizeBytes },
  ) => [day, name, sizeBytes]);
  assert.deepEqual(found, [
    [DAY - 6, "listen-20211125.log", 4096],
    [DAY - 2, "listen-20211129.log.gz", 10],
    [DAY - 1, "listen-20211130.log", 0],
    [DAY, "listen-20211201.log", 7],
  ]);
});

Deno.test("listLogs() leaves out a log that went away while it was listed", NO_PERMISSIONS, () => {
  const store = new MemoryStore({ "/logs/listen-20211201.log": "" });
  store.info = () => undefined;
  assert.deepEqual(listLogs(store, "/logs", PATTERN), []);
});

Deno.test("listLogs() says what is no file", NO_PERMISSIONS, () => {
  const store = new MemoryStore({ "/logs/listen-20211125.log/inside": "" });
  assert.deepEqual(listLogs(store, "/logs", PATTERN).map(({ notFile }) => notFile), [
    "it is a folder",
  ]);
});

Deno.test("takeInventory() sees folders that are not there", NO_PERMISSIONS, () => {
  const options = { logs: "/logs", batch: "/batch", results: "/results", logPattern: PATTERN };
  const request = { today: DAY, windowDays: 7, keepBatchDays: 7, shape: MANIFEST.shape };
  assert.deepEqual(takeInventory(new MemoryStore(), options, request), {
    logs: [],
    batches: [],
    remains: [],
    quarantines: [],
    history: [],
    hasNoLogFolder: true,
    results: [],
    freeBytes: { batch: undefined, results: undefined },
  });
});

Deno.test(
  "listBatches() lists days that have a manifest, also a damaged one",
  NO_PERMISSIONS,
  () => {
    const store = new MemoryStore({
      "/batch/20211201/manifest.json": encodeManifest(MANIFEST),
      "/batch/20211130/manifest.json": encodeManifest(MANIFEST),
      "/batch/20211129/manifest.json": "{",
      "/batch/20211128/user.batch": "a batch without a manifest is none",
      "/batch/notes/manifest.json": "no day",
      "/batch/20211127": "a file",
      "/batch/.lock": "",
    });
    assert.deepEqual(listBatches(store, "/batch"), [
      { day: DAY - 2, manifest: "damaged manifest, expected JSON" },
      { day: DAY - 1, manifest: "manifest of another day, expected this folder's" },
      { day: DAY, manifest: MANIFEST },
    ]);
    assert.equal(store.openFiles, 0);
  },
);

Deno.test("listBatches() finds nothing where there is no folder", NO_PERMISSIONS, () => {
  assert.deepEqual(listBatches(new MemoryStore(), "/batch"), []);
});

Deno.test("listRemains() lists the days of folders without a manifest", NO_PERMISSIONS, () => {
  const store = new MemoryStore({
    "/batch/20211201/manifest.json": encodeManifest(MANIFEST),
    "/batch/20211130/user.batch": "the manifest was deleted",
    "/batch/20211129/manifest.json": "{",
    "/batch/notes/user.batch": "no day",
    "/batch/20211127": "a file",
  });
  store.makeFolder("/batch/20211128");
  assert.deepEqual(listRemains(store, "/batch"), [DAY - 3, DAY - 1]);
});

Deno.test("readManifest() notices any byte that is changed", NO_PERMISSIONS, () => {
  const text = encodeManifest(MANIFEST);
  const path = "/batch/20211201/manifest.json";
  for (let at = 0; at < text.length; at++) {
    const changed = String.fromCharCode(text.charCodeAt(at) ^ 1);
    const store = new MemoryStore({ [path]: text.slice(0, at) + changed + text.slice(at + 1) });
    const read = readManifest(store, "/batch", DAY);
    // Blanks between the values are of no meaning; all else is.
    if (typeof read !== "string") assert.deepEqual(read, MANIFEST, `byte ${at}`);
  }
});

Deno.test("readManifest() lets a failure of the disk through", NO_PERMISSIONS, () => {
  const store = new MemoryStore({ "/batch/20211201/manifest.json": encodeManifest(MANIFEST) });
  store.openToRead = (path) => {
    throw new StoreError("read", path, new Error("Input/output error (os error 5)"));
  };
  assert.throws(() => readManifest(store, "/batch", DAY), StoreError);
});
