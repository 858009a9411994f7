/**
 * The daily run on a store that fails: a full disk, too little room, and a failure at every act.
 */
import assert from "node:assert/strict";
import { CASES } from "../../docs/promises.ts";
import { html } from "../../formats/html.ts";
import { dailyRun, type DailyRunOptions } from "../../io/daily_run.ts";
import { recover } from "../../io/publication.ts";
import { denoStore, type Store, StoreError } from "../../io/store.ts";
import { type Act, diskFull, failingStore, type Failure, watchedStore } from "../unit/io/stores.ts";
import { assertSameFiles } from "./_compare.ts";
import { assertCharts, deliver, LAST, logOf } from "./_week.ts";
import { SILENT, smallRun } from "./_usual.ts";
import { IS_COMPILED, Place } from "./program.ts";

/** Defines a test of a part of the program; with the executable there is nothing new to be seen. */
function test(name: string, body: () => Promise<void>): void {
  Deno.test({
    name: IS_COMPILED ? `${name} (no executable)` : name,
    ignore: IS_COMPILED,
    fn: body,
  });
}

const FORMER = logOf(LAST).slice(0, 4000);
const DELIVERED_AGAIN = logOf(LAST - 3).slice(0, 4400);
const OTHER = logOf(LAST - 1).slice(0, 4200);
const LOGS = { [LAST]: DELIVERED_AGAIN, [LAST - 1]: OTHER };

async function runOn(store: Store, place: Place, others?: Partial<DailyRunOptions>) {
  const usual = { pages: [html], quarantine: place.path("quarantine") };
  return await dailyRun(smallRun(place, { ...usual, ...others }), { store, reporter: SILENT });
}

/** The disk, with nothing waiting for it. */
const QUICK = watchedStore(denoStore, () => {});

/**
 * Makes a place where a run has all kinds of things to do: a log was delivered again, a batch is
 * to be reused, one to be deleted, and there are former reports of the same date.
 */
async function withWork(body: (place: Place) => Promise<void>): Promise<void> {
  const place = new Place(Deno.makeTempDirSync({ prefix: "topstreams-store-" }));
  try {
    for (const [day, log] of [[LAST - 2, FORMER], [LAST - 1, OTHER], [LAST, FORMER]] as const) {
      deliver(place, day, log);
    }
    await runOn(QUICK, place, { date: LAST - 1 });
    await runOn(QUICK, place, { keepBatchDays: 3 });
    deliver(place, LAST, DELIVERED_AGAIN);
    await body(place);
  } finally {
    Deno.removeSync(place.folder, { recursive: true });
  }
}

const FOLDERS = ["batch", "results", "quarantine"];

/** All that is in a folder, to be put back. */
class Snapshot {
  readonly #place: Place;
  readonly #files: readonly (readonly [name: string, bytes: Uint8Array])[];

  constructor(place: Place) {
    this.#place = place;
    this.#files = place.names().filter((name) => !/^logs|\/$/.test(name))
      .map((name) => [name, Deno.readFileSync(place.path(name))]);
  }

  putBack(): void {
    for (const name of FOLDERS) this.#place.remove(name);
    for (const [name, bytes] of this.#files) this.#place.write(name, bytes);
  }
}

/** The published reports of the date, and whether they are the former ones, the new ones or mixed. */
function reportsIn(place: Place): Record<string, string> {
  const { daysUsed: _, logs } = JSON.parse(place.read("results/run_20211201.json"));
  const checksums = logs.map((log: { crc32: string }) => log.crc32).join();
  return { ...place.contents("results"), checksums };
}

/** Acts that change what is in the folders; a process that is killed before another is no news. */
const CHANGES: readonly Act["act"][] = ["makeFolder", "create", "writeAt", "rename", "remove"];

/** The acts that are worth to fail: all of them, or those that change something. */
function actsToFail(acts: readonly Act[], failure: Failure): readonly Act[] {
  return failure === "once" ? acts : acts.filter(({ act }) => CHANGES.includes(act));
}

for (const failure of ["once", "for good"] satisfies Failure[]) {
  test(`dailyRun() gives the same bytes after any act failed ${failure}`, async () => {
    await withWork(async (place) => {
      const start = new Snapshot(place);
      const former = reportsIn(place);
      const acts: Act[] = [];
      await runOn(watchedStore(denoStore, (act) => void acts.push(act)), place);
      const [fresh, batches, names] = [reportsIn(place), place.contents("batch"), place.names()];
      const quarantines = place.contents("quarantine");
      assert.equal(Object.keys(quarantines).length, 2);
      assert.notDeepEqual(fresh, former);
      assert.ok(acts.length >= CASES.leastFailedActs, `${acts.length} acts`);
      for (const { number, act, path } of actsToFail(acts, failure)) {
        start.putBack();
        const what = `act ${number}, ${act} "${path}", failed ${failure}`;
        await runOn(failingStore(denoStore, number, failure), place).catch((error) => {
          assert.match(error.message, /^Cannot /, what);
        });
        recover(QUICK, place.path("results"));
        const left = reportsIn(place);
        assertSameFiles(left, left.checksums === former.checksums ? former : fresh, what);
        await runOn(QUICK, place);
        assertSameFiles(reportsIn(place), fresh, what);
        assertSameFiles(place.contents("batch"), batches, what);
        assertSameFiles(place.contents("quarantine"), quarantines, what);
        assert.deepEqual(place.names(), names, `${what}: something is left`);
      }
    });
  });
}

test("dailyRun() of a first day leaves nothing after an act failed once", async () => {
  const place = new Place(Deno.makeTempDirSync({ prefix: "topstreams-store-" }));
  deliver(place, LAST, FORMER);
  try {
    const before = place.names();
    for (let number = 1, hasFailed = true; hasFailed; number++) {
      hasFailed = await runOn(failingStore(QUICK, number, "once"), place).then(
        () => false,
        () => true,
      );
      const hidden = place.names().filter((name) => /(?:^|\/)\.(?!publish\.json)/.test(name));
      const isBegun = place.names().some((name) => name.endsWith("/.publish.json"));
      if (!isBegun) assert.deepEqual(hidden, [], `act ${number}`);
      const published = place.names().filter((name) => name.endsWith("manifest.json"));
      if (hasFailed && !isBegun && published.length === 0) {
        assert.deepEqual(place.names(), before, `act ${number}`);
      }
      for (const name of FOLDERS.filter((each) => place.names().includes(`${each}/`))) {
        place.remove(name);
      }
    }
  } finally {
    Deno.removeSync(place.folder, { recursive: true });
  }
});

for (
  const [what, path] of [
    ["a run", /\/batch\/\.runs\/run-0-0$/],
    ["the country batch", /\/20211201\/\.country\.batch\.aside$/],
    ["the user batch", /\/20211201\/\.user\.batch\.aside$/],
    ["the manifest", /\/20211201\/\.manifest\.json\.aside$/],
    ["the country report", /\/results\/\.country_top50_20211201\.txt\.aside$/],
    ["the history", /\/batch\/history\/20211201\/\.country\.txt\.aside$/],
    ["the user report", /\/results\/\.user_top50_20211201\.txt\.aside$/],
    ["the summary", /\/results\/\.run_20211201\.json\.aside$/],
    ["the journal", /\/results\/\.\.publish\.json\.aside$/],
  ] as const
) {
  test(`dailyRun() tells that the disk is full while ${what} is written`, async () => {
    await withWork(async (place) => {
      const former = reportsIn(place);
      const full = watchedStore(QUICK, (act) => {
        if (act.act === "writeAt" && path.test(act.path)) {
          throw new StoreError("write", act.path, diskFull());
        }
      });
      await assert.rejects(runOn(full, place), (error) => {
        assert.ok(error instanceof StoreError && error.isFull && path.test(error.path));
        const reason = "no space left on the device, expected room to write";
        assert.equal(error.message, `Cannot write "${error.path}": ${reason}`);
        return true;
      });
      assertSameFiles(reportsIn(place), former);
      const hidden = place.names().filter((name) => /(?:^|\/)\./.test(name));
      assert.deepEqual(hidden, [], "the room is given back");
      await runOn(QUICK, place);
      assertCharts(place, LAST, [LAST - 1, LAST], { logs: LOGS });
    });
  });
}

for (const [folder, needed] of [["batch", 4840], ["results", 5160]] as const) {
  test(`dailyRun() sees before the work that there is no room in ${folder}`, async () => {
    await withWork(async (place) => {
      const before = place.contents("");
      const storeWith = (freeBytes: number): Store => ({
        ...QUICK,
        freeBytes: (path) => path === place.path(folder) ? freeBytes : 2 ** 40,
        create: () => assert.fail("the work has begun"),
      });
      const message = `Cannot write to "${place.path(folder)}": 1 MiB free, expected about 1 MiB`;
      await assert.rejects(runOn(storeWith(needed - 1), place), { message });
      assertSameFiles(place.contents(""), before);
      await assert.rejects(runOn(storeWith(needed), place), { message: "the work has begun" });
    });
  });
}

test("dailyRun() publishes although a batch cannot be deleted, and warns", async () => {
  await withWork(async (place) => {
    const stuck = watchedStore(QUICK, ({ act, path }) => {
      if (act === "remove" && path.includes("/batch/20211129/")) {
        throw new StoreError("delete", path, new Deno.errors.PermissionDenied("not yours"));
      }
    });
    const warnings: string[] = [];
    const reporter = { ...SILENT, warn: (text: string) => void warnings.push(text) };
    await dailyRun(smallRun(place), { store: stuck, reporter });
    assertCharts(place, LAST, [LAST - 1, LAST], { logs: LOGS });
    const about = warnings.filter((text) => text.includes("20211129"));
    assert.equal(about.length, 1);
    assert.match(about[0], /^cannot delete ".*\/batch\/20211129\/.*; the charts are published$/);
    await runOn(QUICK, place);
    assert.deepEqual(place.names().filter((name) => name.includes("20211129")), [
      "logs/listen-20211129.log",
    ]);
  });
});

test("dailyRun() refuses a log that is still being written", async () => {
  await withWork(async (place) => {
    const former = reportsIn(place);
    const log = place.path("logs/listen-20211201.log");
    let hasGrown = false;
    const growing = watchedStore(QUICK, ({ act, path }) => {
      if (hasGrown || act !== "readAt" || path !== log) return;
      Deno.writeTextFileSync(log, "1|2|DE\n", { append: true });
      hasGrown = true;
    });
    await assert.rejects(runOn(growing, place), {
      message:
        /^Cannot use log ".*1201\.log": still being written \(4400 bytes at the start, 4407 at/,
    });
    assertSameFiles(reportsIn(place), former);
    assert.deepEqual(place.names().filter((name) => /(?:^|\/)\./.test(name)), []);
  });
});

/** A store that does something at the first reads of a log. */
function disturbed(log: string, acts: (() => void)[]): Store {
  let isSeen = false;
  return watchedStore(QUICK, ({ act, path }) => {
    if (act === "openToRead" && path === log) isSeen = false;
    if (act !== "readAt" || path !== log || isSeen) return;
    isSeen = true;
    acts.shift()?.();
  });
}

test("dailyRun() with --settle reads a log again that no longer grows", async () => {
  await withWork(async (place) => {
    const log = place.path("logs/listen-20211201.log");
    const grow = (): void => Deno.writeTextFileSync(log, "1|2|DE\n", { append: true });
    const warnings: string[] = [];
    const reporter = { ...SILENT, warn: (text: string) => void warnings.push(text) };
    const options = { ...smallRun(place), settleSeconds: 0.05 };
    await dailyRun(options, { store: disturbed(log, [grow]), reporter });
    const logs = { ...LOGS, [LAST]: Deno.readTextFileSync(log) };
    assertCharts(place, LAST, [LAST - 1, LAST], { logs });
    assert.equal(warnings.length, 1);
    assert.match(warnings[0], /^cannot use log .*: still being written .*; waiting for 0\.05 s$/);
  });
});

test("dailyRun() with --settle refuses a log that goes on growing", async () => {
  await withWork(async (place) => {
    const former = reportsIn(place);
    const log = place.path("logs/listen-20211201.log");
    const grow = (): void => Deno.writeTextFileSync(log, "1|2|DE\n", { append: true });
    const growing = setInterval(grow, 20);
    try {
      const options = { ...smallRun(place), settleSeconds: 0.2 };
      const store = disturbed(log, [grow, grow, grow, grow]);
      await assert.rejects(dailyRun(options, { store, reporter: SILENT }), {
        message: /^Cannot use log ".*1201\.log": still being written /,
      });
    } finally {
      clearInterval(growing);
    }
    assertSameFiles(reportsIn(place), former);
  });
});
