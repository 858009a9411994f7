/** Forgetting on a store that fails, at every act; days of the call; folders that are not named. */
import assert from "node:assert/strict";
import { formatDay } from "../../core/day.ts";
import { csvWriter } from "../../formats/csv_writer.ts";
import { top } from "../../formats/top.ts";
import { dailyRun, type DailyRunOptions } from "../../io/daily_run.ts";
import { forget, type ForgetOptions, type ForgetSummary } from "../../io/forgetting.ts";
import { denoStore, type Store, StoreError } from "../../io/store.ts";
import { CASES } from "../../docs/promises.ts";
import { type Act, diskFull, failingStore, type Failure, watchedStore } from "../unit/io/stores.ts";
import { chartOf } from "../oracle.ts";
import { assertSameFiles, assertSameText } from "./_compare.ts";
import { plainReport, userChart, userReport, usersIn, without } from "./_forget.ts";
import { batchName, deliver, LAST, logOf } from "./_week.ts";
import { SILENT, smallRun } from "./_usual.ts";
import { IS_COMPILED, Place } from "./program.ts";

/** Defines a test of a part of the program; with the executable there is nothing new to be seen. */
function test(name: string, body: (place: Place) => Promise<void>): void {
  Deno.test({
    name: IS_COMPILED ? `${name} (no executable)` : name,
    ignore: IS_COMPILED,
    fn: async () => {
      const place = new Place(Deno.makeTempDirSync({ prefix: "topstreams-forget-" }));
      try {
        await body(place);
      } finally {
        Deno.removeSync(place.folder, { recursive: true });
      }
    },
  });
}

const DAYS = [LAST - 1, LAST];
const LOGS = DAYS.map((day) => logOf(day).slice(0, 4000));
const [FIRST, USER, OTHER] = usersIn(LOGS);
const ROWS = `\nx|${USER}|FR\n`;

/** The disk, with nothing waiting for it. */
const QUICK = watchedStore(denoStore, () => {});

async function runOn(store: Store, place: Place, others?: Partial<DailyRunOptions>) {
  const quarantine = place.path("rejected");
  const options = { writers: [top, csvWriter], quarantine, ...others };
  return await dailyRun(smallRun(place, options), { store, reporter: SILENT });
}

async function forgetOn(
  store: Store,
  place: Place,
  user: string | undefined,
  others: Partial<ForgetOptions> = {},
): Promise<ForgetSummary> {
  const [logs, batch, results, quarantine] = ["logs", "batch", "results", "rejected"]
    .map((name) => place.path(name));
  const asked = user === undefined
    ? undefined
    : () => ({ ids: { number: user, text: user }, name: user });
  const options = { logs, batch, results, quarantine, today: LAST + 1, user: asked, ...others };
  return await forget(options, { store, warn: (text) => void warnings.push(text) });
}

const warnings: string[] = [];

/** Two days of batches and rejected rows, a report of each, and one user who was forgotten. */
async function withReports(place: Place): Promise<void> {
  DAYS.forEach((day, i) => deliver(place, day, LOGS[i] + ROWS));
  await runOn(QUICK, place, { date: LAST - 1 });
  await runOn(QUICK, place);
  await forgetOn(QUICK, place, FIRST);
}

const FOLDERS = ["batch", "results", "rejected"];

function filesIn(place: Place): Record<string, string> {
  return Object.assign(
    {},
    ...FOLDERS.map((folder) => {
      const files = Object.entries(place.contents(folder)).filter(([name]) => !name.endsWith("/"));
      return Object.fromEntries(files.map(([name, text]) => [`${folder}/${name}`, text]));
    }),
  );
}

/** All that is in the folders, to be put back. */
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

const CHANGES: readonly Act["act"][] = ["create", "writeAt", "rename", "remove", "syncFolder"];

for (const failure of ["once", "for good"] satisfies Failure[]) {
  test(`forget() is all or nothing after any act failed ${failure}`, async (place) => {
    await withReports(place);
    const start = new Snapshot(place);
    const former = filesIn(place);
    const acts: Act[] = [];
    await forgetOn(watchedStore(denoStore, (act) => void acts.push(act)), place, USER);
    const fresh = filesIn(place);
    assert.notDeepEqual(fresh, former);
    // Of looks and reads, which change nothing, every fifth one.
    const isTried = ({ act, number }: Act): boolean =>
      CHANGES.includes(act) || failure === "once" && number % 5 === 0;
    const tried = acts.filter(isTried);
    if (failure === "once") assert.ok(tried.length >= CASES.leastFailedForgets, `${tried.length}`);
    const outcomes = new Set<string>();
    for (const { number, act, path } of tried) {
      start.putBack();
      const what = `act ${number}, ${act} "${path}", failed ${failure}`;
      await forgetOn(failingStore(denoStore, number, failure), place, USER).catch((error) => {
        assert.match(error.message, /^Cannot /, what);
      });
      // What a start does before anything else; now and then it is that of a run.
      if (number % 8 > 0) await forgetOn(QUICK, place, undefined);
      else {await runOn(QUICK, place, { replace: true }).then(() =>
          forgetOn(QUICK, place, undefined)
        );}
      const left = filesIn(place);
      const isFresh = left["batch/forgotten.json"] === fresh["batch/forgotten.json"];
      const expected = isFresh ? fresh : former;
      outcomes.add(isFresh ? "forgotten" : "as before");
      // A run tells when it was made.
      const timed = /run_.*json$/;
      for (const name of Object.keys(expected).filter((name) => !timed.test(name))) {
        assertSameText(left[name], expected[name], `${name}: ${what}`);
      }
      assert.deepEqual(Object.keys(left), Object.keys(expected), `${what}: something is left`);
    }
    assert.deepEqual([...outcomes].sort(), ["as before", "forgotten"]);
  });
}

test("forget() gives its room back where the disk is full", async (place) => {
  await withReports(place);
  const before = filesIn(place);
  for (
    const path of [
      /user\.batch\.aside$/,
      /\.csv\.aside$/,
      /rejected-.*aside$/,
      /\.forgotten\.json\.aside$/,
    ]
  ) {
    const full = watchedStore(QUICK, (act) => {
      if (act.act === "writeAt" && path.test(act.path)) {
        throw new StoreError("write", act.path, diskFull());
      }
    });
    await assert.rejects(
      forgetOn(full, place, USER),
      (error) => error instanceof StoreError && error.isFull && path.test(error.path),
    );
    assertSameFiles(filesIn(place), before, String(path));
  }
});

test("forget() leaves users out of logs of its day and before, not of later ones", async (place) => {
  DAYS.forEach((day, i) => deliver(place, day, LOGS[i]));
  await runOn(QUICK, place, { windowDays: 1, date: LAST - 1 });
  const { days } = await forgetOn(QUICK, place, USER, { today: LAST - 1 });
  assert.deepEqual(days.map(({ day }) => day), [formatDay(LAST - 1)]);
  await runOn(QUICK, place);
  const expected = chartOf([without(LOGS[0], USER), LOGS[1]], "user", 50);
  assertSameText(plainReport(place, userReport(LAST)), expected, "who comes back is counted");
  for (const jobs of [1, 2]) {
    place.remove("batch/20211130");
    place.remove("batch/20211201");
    await runOn(QUICK, place, { jobs, replace: true });
    assertSameText(plainReport(place, userReport(LAST)), expected, `${jobs} jobs`);
  }
  // Later the same user asks again.
  const later = await forgetOn(QUICK, place, USER, { today: LAST });
  assert.deepEqual(later.days.map(({ day }) => day), [formatDay(LAST)]);
  assert.equal(JSON.parse(place.read("batch/forgotten.json")).users.length, 1);
  assertSameText(plainReport(place, userReport(LAST)), userChart(LOGS, USER), "gone");
  const manifest = place.read(batchName(LAST, "manifest.json"));
  await runOn(QUICK, place);
  assert.equal(place.read(batchName(LAST, "manifest.json")), manifest, "the batch serves as it is");
});

/** Kills forgetting when all is decided and nothing is renamed. */
async function cutShort(place: Place): Promise<void> {
  let isDecided = false;
  const store = watchedStore(denoStore, ({ act, path }) => {
    if (isDecided) throw new StoreError(act, path, new Error("killed"));
    isDecided = act === "rename" && path.endsWith(".forget.json.aside");
  });
  await assert.rejects(forgetOn(store, place, USER), { name: "StoreError" });
  assert.equal(place.names("batch").includes(".forget.json"), true);
}

test("forget() that was cut short waits for a folder that is not named", async (place) => {
  await withReports(place);
  await cutShort(place);
  await runOn(QUICK, place, { quarantine: undefined });
  assertSameText(
    plainReport(place, userReport(LAST)),
    userChart(LOGS.map((log) => without(log, FIRST)), USER),
    "named folders are done",
  );
  assert.match(place.read("rejected/rejected-20211201.jsonl"), new RegExp(`\\b${USER}\\b`));
  await assert.rejects(forgetOn(QUICK, place, OTHER, { quarantine: undefined }), {
    message: "Cannot forget now: an earlier forgetting was cut short and is to be ended first, " +
      "expected its folders as they were then (--quarantine DIR)",
  });
  await runOn(QUICK, place);
  assert.doesNotMatch(place.read("rejected/rejected-20211201.jsonl"), new RegExp(`\\b${USER}\\b`));
  assert.equal(place.names("batch").includes(".forget.json"), false);
});

test("forget() that was cut short tells of folders that are others than then", async (place) => {
  await withReports(place);
  await cutShort(place);
  place.write("elsewhere/notes.txt", "mine");
  warnings.length = 0;
  await forgetOn(QUICK, place, OTHER, { results: place.path("elsewhere") });
  assert.match(
    warnings[1] ?? "",
    /its folders of results are not these: .*forget the user once more/,
  );
  assert.equal(place.names("batch").includes(".forget.json"), false);
  await forgetOn(QUICK, place, USER);
  await forgetOn(QUICK, place, OTHER);
  const logs = LOGS.map((log) => without(without(log, FIRST), OTHER));
  assertSameText(plainReport(place, userReport(LAST)), userChart(logs, USER), "all three");
});
