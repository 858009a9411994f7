/**
 * What is said where an act on a file fails, word by word: the calls of Deno fail one after
 * another in the middle of a run, and a log changes while it is read.
 */
import assert from "node:assert/strict";
import { CASES } from "../../docs/promises.ts";
import { dailyRun, type DailyRunOptions } from "../../io/daily_run.ts";
import { denoStore, type Store } from "../../io/store.ts";
import { watchedStore } from "../unit/io/stores.ts";
import { assertSameFiles } from "./_compare.ts";
import { SILENT, smallRun } from "./_usual.ts";
import { assertCharts, deliver, LAST, logOf } from "./_week.ts";
import { inPlace, IS_COMPILED, type Place } from "./program.ts";

/** Defines a test of a part of the program; with the executable there is nothing new to be seen. */
function test(name: string, body: (place: Place) => Promise<void>): void {
  const all = IS_COMPILED ? `${name} (no executable)` : name;
  Deno.test({ name: all, ignore: IS_COMPILED, fn: () => inPlace(body) });
}

const LOG = logOf(LAST).slice(0, 4000);
const FORMER = logOf(LAST - 2).slice(0, 3900);

/** Delivers two logs, of which one is new since there were reports. */
async function withFormer(place: Place): Promise<void> {
  deliver(place, LAST - 2, LOG);
  deliver(place, LAST - 1, LOG);
  deliver(place, LAST, FORMER);
  await run(place, { windowDays: 3, keepBatchDays: 3 });
  deliver(place, LAST, LOG);
}

async function run(place: Place, options: Partial<DailyRunOptions> = {}, store = denoStore) {
  const all = smallRun(place, { replace: true, ...options });
  return await dailyRun(all, { store, reporter: SILENT });
}

/** The calls of Deno that are made to fail; those of open files are on their prototype. */
type Call =
  | ["statSync" | "lstatSync" | "readDirSync" | "mkdirSync" | "renameSync" | "removeSync"]
  | ["openSync", "read" | "write"]
  | ["FsFile", "readSync" | "writeSync" | "statSync" | "syncDataSync" | "syncSync"];

/** Runs `body` while a call fails on paths that match; calls of open files fail on any. */
async function whileFailing(
  [name, how]: Call,
  path: RegExp,
  error: Error,
  body: () => Promise<void>,
): Promise<void> {
  const opened = new WeakMap<Deno.FsFile, string>();
  // deno-lint-ignore no-explicit-any -- functions of Deno are put back as they were
  const [owner, key]: [any, string] = name === "FsFile"
    ? [Deno.FsFile.prototype, how as string]
    : [Deno, name];
  const [openSync, original] = [Deno.openSync, owner[key]];
  const isMeant = (at: string, options?: Deno.OpenOptions): boolean =>
    path.test(at) && (name !== "openSync" || (how === "write") === (options?.write === true));
  Deno.openSync = (at, options) => {
    if (name === "openSync" && isMeant(String(at), options)) throw error;
    const file = openSync(at, options);
    opened.set(file, String(at));
    return file;
  };
  if (name !== "openSync") {
    // deno-lint-ignore no-explicit-any
    owner[key] = function (this: any, ...words: any[]) {
      const at = name === "FsFile" ? opened.get(this) : String(words[0]);
      if (at !== undefined && isMeant(at)) throw error;
      return original.apply(this, words);
    };
  }
  try {
    await body();
  } finally {
    Deno.openSync = openSync;
    if (name !== "openSync") owner[key] = original;
  }
}

const DENIED = new Deno.errors.PermissionDenied("Permission denied (os error 13)");
const FULL = Object.assign(new Error("No space left on device (os error 28)"), { code: "ENOSPC" });
const BROKEN = new Error("Input/output error (os error 5)");
const NO_ROOM = "no space left on the device, expected room to write";
const NOT_YOURS = "permission denied, expected a file that this user may use";
const NO_FOLDER = "permission denied, expected a folder that this user may use";

/** A call that fails on a file of the place, why, and what is said. */
const FAILURES: readonly [call: Call, name: string, error: Error, act: string, reason: string][] = [
  [["statSync"], "logs/listen-20211201.log", DENIED, "look at", NOT_YOURS],
  [["readDirSync"], "logs", DENIED, "read folder", NO_FOLDER],
  [["readDirSync"], "batch", BROKEN, "read folder", BROKEN.message],
  [["mkdirSync"], "batch/.runs", FULL, "make folder", NO_ROOM],
  [["openSync", "read"], "logs/listen-20211201.log", DENIED, "read", NOT_YOURS],
  [["openSync", "read"], "batch/20211130/manifest.json", BROKEN, "read", BROKEN.message],
  [["openSync", "write"], "results/.run_20211201.json.aside", FULL, "write", NO_ROOM],
  [["openSync", "write"], "batch/20211201/.user.batch.aside", DENIED, "write", NOT_YOURS],
  [["FsFile", "statSync"], "logs/listen-20211201.log", BROKEN, "read", BROKEN.message],
  [["FsFile", "readSync"], "logs/listen-20211201.log", BROKEN, "read", BROKEN.message],
  [["FsFile", "readSync"], "batch/20211130/user.batch", BROKEN, "read", BROKEN.message],
  [["FsFile", "writeSync"], "results/.lock", FULL, "write", NO_ROOM],
  [["FsFile", "writeSync"], "batch/.runs/run-0-0", FULL, "write", NO_ROOM],
  [["FsFile", "writeSync"], "batch/20211201/.country.batch.aside", FULL, "write", NO_ROOM],
  [["FsFile", "writeSync"], "batch/20211201/.manifest.json.aside", FULL, "write", NO_ROOM],
  [["FsFile", "writeSync"], "results/.user_top50_20211201.txt.aside", FULL, "write", NO_ROOM],
  [["FsFile", "writeSync"], "results/.run_20211201.json.aside", FULL, "write", NO_ROOM],
  [["FsFile", "writeSync"], "results/..publish.json.aside", FULL, "write", NO_ROOM],
  [["FsFile", "syncDataSync"], "batch/20211201/.user.batch.aside", FULL, "sync", NO_ROOM],
  [["FsFile", "syncDataSync"], "results/.run_20211201.json.aside", BROKEN, "sync", BROKEN.message],
  [["FsFile", "syncSync"], "results", BROKEN, "sync folder", BROKEN.message],
  [["renameSync"], "results/.country_top50_20211201.txt.aside", DENIED, "rename", NOT_YOURS],
  [["renameSync"], "batch/20211201/.manifest.json.aside", BROKEN, "rename", BROKEN.message],
  [["removeSync"], "results/.publish.json", DENIED, "delete", NOT_YOURS],
  [["removeSync"], "batch/.runs/run-0-0", BROKEN, "delete", BROKEN.message],
];

for (const [call, name, error, act, reason] of FAILURES) {
  test(`dailyRun() says "Cannot ${act}" of ${name} where ${call.join(".")} fails: ${reason}`, async (place) => {
    await withFormer(place);
    const exactly = new RegExp(`/${name.replaceAll(".", "\\.")}$`);
    await whileFailing(call, exactly, error, async () => {
      await assert.rejects(run(place), {
        name: "StoreError",
        message: `Cannot ${act} "${place.path(name)}": ${reason}`,
      });
    });
    await run(place);
    assertCharts(place, LAST, [LAST - 1, LAST], { logs: { [LAST]: LOG, [LAST - 1]: LOG } });
    assert.deepEqual(place.names().filter((each) => /(?:^|\/)\./.test(each)), []);
  });
}

/** Writes so many bytes at most, whatever there is to write. */
async function whileWriting(mostBytes: number, body: () => Promise<void>): Promise<void> {
  const { writeSync } = Deno.FsFile.prototype;
  Deno.FsFile.prototype.writeSync = function (bytes) {
    return mostBytes === 0 ? 0 : writeSync.call(this, bytes.subarray(0, mostBytes));
  };
  try {
    await body();
  } finally {
    Deno.FsFile.prototype.writeSync = writeSync;
  }
}

test("dailyRun() makes the same reports where writes are short", async (place) => {
  await withFormer(place);
  await whileWriting(7, async () => void await run(place));
  assertCharts(place, LAST, [LAST - 1, LAST], { logs: { [LAST]: LOG, [LAST - 1]: LOG } });
});

test("dailyRun() does not hang where nothing is written", async (place) => {
  await withFormer(place);
  await whileWriting(0, async () => {
    const message = /^Cannot write ".*": 0 bytes written, expected some$/;
    await assert.rejects(run(place), { message });
  });
});

test("dailyRun() says which batch it could not delete after publishing", async (place) => {
  await withFormer(place);
  const warnings: string[] = [];
  const reporter = { ...SILENT, warn: (text: string) => void warnings.push(text) };
  await whileFailing(["removeSync"], /\/20211129\/manifest\.json$/, DENIED, async () => {
    await dailyRun(smallRun(place, { replace: true }), { store: denoStore, reporter });
  });
  const path = place.path("batch/20211129/manifest.json");
  assert.deepEqual(warnings, [`cannot delete "${path}": ${NOT_YOURS}; the charts are published`]);
});

test("lockFolder() says which file it cannot open", async (place) => {
  await withFormer(place);
  await whileFailing(["openSync", "write"], /\/batch\/\.lock$/, DENIED, async () => {
    const message = `Cannot lock "${place.path("batch/.lock")}": ${NOT_YOURS}`;
    await assert.rejects(run(place), { message });
  });
});

const NEW_LOG = "logs/listen-20211201.log";

/** What happens to a log while it is read, and what is said of it. */
const CHANGES: readonly [what: string, change: (path: string) => void, text: string][] = [
  [
    "grows",
    (path) => Deno.writeTextFileSync(path, "1|2|DE\n", { append: true }),
    "4000 bytes at the start, 4007 at the end",
  ],
  [
    "becomes shorter",
    (path) => Deno.truncateSync(path, 1000),
    "4000 bytes at the start, 1000 at the end",
  ],
  ["is deleted", (path) => Deno.removeSync(path), "4000 bytes at the start, gone at the end"],
  [
    "is written again",
    (path) => Deno.utimeSync(path, new Date(), new Date()),
    "its modification time changed",
  ],
  [
    "is replaced",
    (path) => {
      Deno.writeTextFileSync(`${path}.new`, "garbage\n".repeat(500));
      Deno.renameSync(`${path}.new`, path);
    },
    "its modification time changed",
  ],
];

/** A store that changes the log whenever it was opened and is read. */
function changing(path: string, change: (path: string) => void, times: number): Store {
  let isOpen = false;
  return watchedStore(denoStore, (act) => {
    if (act.path !== path) return;
    if (act.act === "openToRead") isOpen = true;
    if (act.act !== "readAt" || !isOpen || times-- <= 0) return;
    isOpen = false;
    change(path);
  });
}

for (const [what, change, text] of CHANGES) {
  const stillWritten = (path: string): string =>
    `annot use log "${path}": still being written (${text}), expected a log that does not ` +
    "change while it is read (--settle SECONDS waits until it does not)";

  test(`dailyRun() says "still being written" of a log that ${what}`, async (place) => {
    await withFormer(place);
    const before = place.contents("results");
    const path = place.path(NEW_LOG);
    await assert.rejects(run(place, {}, changing(path, change, 1)), {
      name: "UnsettledLogError",
      message: `C${stillWritten(path)}`,
    });
    assertSameFiles(place.contents("results"), before);
  });

  test(`dailyRun() with --settle says that it waits for a log that ${what}`, async (place) => {
    await withFormer(place);
    const path = place.path(NEW_LOG);
    const warnings: string[] = [];
    const reporter = { ...SILENT, warn: (warning: string) => void warnings.push(warning) };
    const options = smallRun(place, { replace: true, settleSeconds: 0.05, maxRejected: 1 });
    const done = dailyRun(options, { store: changing(path, change, 1), reporter });
    if (what === "is deleted") {
      await assert.rejects(done, { message: `C${stillWritten(path)}` });
    } else await done;
    assert.deepEqual(warnings, [`c${stillWritten(path)}; waiting for 0.05 s`]);
  });
}

Deno.test("store_messages_test.ts has as many cases as docs/promises.ts says", () => {
  assert.equal(FAILURES.length, CASES.failedCalls);
  assert.equal(CHANGES.length, CASES.changes);
});
