/** Several dates in one run: `--from` and `--to`. */
import assert from "node:assert/strict";
import { daysOf, formatDay, windowEnding } from "../../core/day.ts";
import { planMemory } from "../../core/memory.ts";
import { NUMBERS } from "../../core/engine.ts";
import { dailyRuns } from "../../io/daily_run.ts";
import { StoppedError } from "../../io/drive.ts";
import { denoStore } from "../../io/store.ts";
import { watchedStore } from "../unit/io/stores.ts";
import { assertSameFiles } from "./_compare.ts";
import { USUAL } from "./_usual.ts";
import {
  assertCharts,
  batchName,
  DAYS,
  daysRead,
  deliver,
  deliverDays,
  LAST,
  logOf,
  type Summary,
  summaryIn,
  takeAway,
  texts,
} from "./_week.ts";
import { type Place, testProgram } from "./program.ts";

const RANGE = ["--from", "2021-11-28", "--to", "2021-12-01", "--days", "3"];
const DATES = daysOf(windowEnding(LAST, 4));

/** All reports, by their names. */
function reportsIn(place: Place): Record<string, string> {
  return place.contents("results");
}

testProgram("run --from --to gives each date what a run of it gives", async (place) => {
  deliverDays(place, LAST, 8);
  const { stderr } = await place.run(...RANGE);
  for (const date of DATES) assertCharts(place, date, daysOf(windowEnding(date, 3)));
  const titles = stderr.match(/^Charts of .*: 3 of 3 days used$/gm);
  assert.equal(titles?.length, 4, "a summary of each date");
  const [together, batches] = [reportsIn(place), place.contents("batch")];
  for (const folder of ["batch", "results"]) place.remove(folder);
  for (const date of DATES) await place.run("--date", formatDay(date), "--days", "3");
  assertSameFiles(reportsIn(place), together);
  assert.deepEqual(Object.keys(place.contents("batch")), Object.keys(batches));
});

testProgram("run --from --to reads each log for the first date that needs it", async (place) => {
  deliverDays(place, LAST, 8);
  await place.run(...RANGE);
  const read = DATES.map((date) => daysRead(summaryIn(place, date)));
  const [d, e] = [DATES[0], (days: number) => texts(DATES[0] + days)];
  assert.deepEqual(read, [texts(d - 2, d - 1, d), e(1), e(2), e(3)]);
  const days = place.names("batch").filter((name) => /^\d{8}\/$/.test(name));
  assert.deepEqual(days, ["20211129/", "20211130/", "20211201/"]);
});

testProgram("run --from --to opens a log no oftener than one run does", async (place) => {
  deliverDays(place, LAST, 8);
  const opened = async (dates: readonly number[]): Promise<Record<string, number>> => {
    const counts: Record<string, number> = {};
    const store = watchedStore(denoStore, ({ act, path }) => {
      if (act !== "openToRead" || !path.includes("/logs/")) return;
      counts[path] = (counts[path] ?? 0) + 1;
    });
    const memory = planMemory(2 ** 28, { top: 50, jobs: 1, engine: NUMBERS });
    assert.ok(typeof memory !== "number");
    const reporter = { warn: () => {}, note: () => {}, progress: () => {} };
    await dailyRuns(dates, {
      ...USUAL,
      ...{ logs: place.path("logs"), batch: place.path("batch"), results: place.path("results") },
      ...{ today: LAST + 1, windowDays: 3, keepBatchDays: 3, jobs: 1, maxRejected: 0.1, memory },
      ...{ strict: false, replace: false, versions: {} },
    }, { store, reporter });
    for (const folder of ["batch", "results"]) place.remove(folder);
    return counts;
  };
  const oneLog = Math.max(...Object.values(await opened([LAST])));
  const counts = await opened(DATES);
  assert.equal(Object.keys(counts).length, 6);
  for (const [path, count] of Object.entries(counts)) assert.equal(count, oneLog, path);
});

testProgram("run --from --to leaves newer batches, and those that are kept", async (place) => {
  deliverDays(place, LAST, 8);
  await place.run("--days", "2");
  await place.run("--from", "20211127", "--to", "20211128", "--days", "2", "--keep-batches", "3");
  const days = place.names("batch").filter((name) => /^\d{8}\/$/.test(name));
  assert.deepEqual(days, ["20211126/", "20211127/", "20211128/", "20211130/", "20211201/"]);
});

testProgram("run --from --to stops at a date that fails and says what is out", async (place) => {
  deliverDays(place, LAST, 8);
  const bad = place.path("logs/listen-20211130.log");
  Deno.writeTextFileSync(bad, "no stream\n".repeat(99));
  const stderr = await place.runFails(1, ...RANGE, "--quiet");
  assert.match(
    stderr,
    /^Published: 2021-11-28, 2021-11-29; not published: 2021-11-30, 2021-12-01 \(--from 2021-11-30 goes on there\)\nCannot use log .*1130\.log": 99 of 99 rows/,
  );
  assert.deepEqual(
    place.names("results").filter((name) => name.startsWith("run_")),
    ["run_20211128.json", "run_20211129.json"],
  );
  deliverDays(place, LAST, 8);
  await place.run("--from", "2021-11-30", "--to", "2021-12-01", "--days", "3");
  for (const date of DATES) assertCharts(place, date, daysOf(windowEnding(date, 3)));
});

testProgram("run --from --to fails where a window has nothing", async (place) => {
  deliverDays(place, LAST, 8);
  for (const day of DAYS.slice(3)) takeAway(place, day);
  const range = ["--from", "2021-11-26", "--to", "2021-11-28", "--days", "1"];
  const stderr = await place.runFails(1, ...range, "--json");
  assert.match(stderr, /^Published: 2021-11-26; not published: 2021-11-27, 2021-11-28 /m);
  assert.match(stderr, /^Cannot make charts of 2021-11-27 /m);
});

testProgram("run --from --to stops between two dates", async (place) => {
  deliverDays(place, LAST, 8);
  const stop = new AbortController();
  const memory = planMemory(2 ** 28, { top: 50, jobs: 1, engine: NUMBERS });
  assert.ok(typeof memory !== "number");
  const running = dailyRuns(DATES, {
    ...USUAL,
    ...{ logs: place.path("logs"), batch: place.path("batch"), results: place.path("results") },
    ...{ today: LAST + 1, windowDays: 3, keepBatchDays: 3, jobs: 1, maxRejected: 0.1, memory },
    ...{ strict: false, replace: false, versions: {} },
  }, {
    store: denoStore,
    reporter: { warn: () => {}, note: () => {}, progress: () => {} },
    signal: stop.signal,
    onPublished: ({ date }) => {
      if (date === "2021-11-29") stop.abort();
    },
  });
  await assert.rejects(running, StoppedError);
  const published = place.names("results").filter((name) => name.startsWith("run_"));
  assert.deepEqual(published, ["run_20211128.json", "run_20211129.json"]);
  assert.ok(place.names().includes(batchName(LAST - 2) + "/"), "the batches of what is out stay");
});

testProgram(
  "run --from --to ends with status 143 after SIGTERM, and says what is out",
  async (place) => {
    for (const day of DAYS.slice(2)) deliver(place, day, logOf(day).repeat(1500));
    const process = place.start(...place.runWords(...RANGE));
    let stderr = "";
    for await (const part of process.stderr.pipeThrough(new TextDecoderStream())) {
      if (stderr === "" && part !== "") process.kill("SIGTERM");
      stderr += part;
    }
    await process.stdout.cancel();
    assert.equal((await process.status).code, 143, stderr);
    const [, published, left] = /\nPublished: (.*); not published: (.*) \(--from /.exec(stderr)!;
    assert.deepEqual(`${published}, ${left}`.split(", "), DATES.map(formatDay));
    assert.match(stderr, /\nStopped: former results are untouched\n$/);
    const summaries = place.names("results").filter((name) => name.startsWith("run_"));
    assert.deepEqual(
      summaries,
      published.split(", ").map((date) => `run_${date.replaceAll("-", "")}.json`),
    );
  },
  { needsProcess: true },
);

testProgram("run --json writes the summary to standard output and nothing else", async (place) => {
  deliverDays(place, LAST, 8);
  const one = await place.topstreams(...place.runWords("--days", "2", "--json"));
  assert.deepEqual([one.status, one.stderr], [0, ""]);
  assert.deepEqual(JSON.parse(one.stdout), summaryIn(place, LAST));
  const several = await place.topstreams(...place.runWords(...RANGE, "--json", "--replace"));
  assert.deepEqual([several.status, several.stderr], [0, ""]);
  const summaries = JSON.parse(several.stdout) as Summary[];
  assert.deepEqual(summaries, DATES.map((date) => summaryIn(place, date)));
  const warned = await place.topstreams(...place.runWords("--days", "9", "--json", "--quiet"));
  assert.equal(warned.status, 0);
  assert.match(warned.stderr, /^Warning: neither log nor batch of 2021-11-23: .*\n$/);
  assert.equal(JSON.parse(warned.stdout).date, "2021-12-01");
});

for (
  const [words, message] of [
    [["--from", "2021-12-01"], 'Cannot use "--from": no --to, expected both, or --date DAY'],
    [["--to", "2021-12-01"], 'Cannot use "--to": no --from, expected both, or --date DAY'],
    [
      ["--from", "2021-12-02", "--to", "2021-12-01"],
      'Cannot use "--from 2021-12-02 --to 2021-12-01": the first is after the last, expected',
    ],
    [
      [...RANGE, "--date", "2021-12-01"],
      'Cannot use "--date 2021-12-01 --from 2021-11-28 --to 2021-12-01": they name the dates',
    ],
    [
      ["--from", "2021-12-01", "--to", "9999-12-01"],
      'Cannot use "--to 9999-12-01": a day in the future, expected today',
    ],
  ] as const
) {
  testProgram(`run ${words.join(" ")} is refused`, async (place) => {
    deliverDays(place, LAST, 1);
    const stderr = await place.runFails(2, ...words);
    assert.ok(stderr.startsWith(message), stderr);
    assert.deepEqual(place.names(), ["logs/", "logs/listen-20211201.log"]);
  });
}
