/** What a run that was stopped has left: completed or deleted by the next start. */
import assert from "node:assert/strict";
import { compactDay } from "../../core/day.ts";
import { assertSameFiles, type Texts } from "./_compare.ts";
import {
  assertCharts,
  batchName,
  daysRead,
  deliver,
  deliverDays,
  LAST,
  logOf,
  replaceUnseen,
  summaryIn,
} from "./_week.ts";
import { endOf, type Place, testProgram } from "./program.ts";

const RESULTS = [
  "country_top50_20211130.txt",
  "user_top50_20211130.txt",
  "run_20211130.json",
];
const BATCH = ["country.batch", "user.batch", "manifest.json"];

/**
 * Turns a folder, in which files were published, into what a process leaves that is killed in the
 * middle: `renamed` files have their names, the others are aside, and the journal names them all.
 */
function stopBetweenRenames(place: Place, folder: string, names: string[], renamed: number): void {
  for (const name of names.slice(renamed)) {
    Deno.renameSync(place.path(`${folder}/${name}`), place.path(`${folder}/.${name}.aside`));
  }
  const journal = JSON.stringify({ files: names, removals: [] });
  place.write(`${folder}/.publish.json`, journal);
}

function hiddenNames(place: Place): string[] {
  return place.names().filter((name) => /(?:^|\/)\./.test(name));
}

for (let renamed = 0; renamed <= RESULTS.length; renamed++) {
  testProgram(`run completes reports of which ${renamed} of 3 were renamed`, async (place) => {
    deliverDays(place, LAST, 8);
    await place.run("--date", "20211130");
    const published = RESULTS.map((name) => place.read(`results/${name}`));
    stopBetweenRenames(place, "results", RESULTS, renamed);
    for (const name of RESULTS.slice(renamed)) place.write(`results/${name}`, "former");
    // A run of another date, which fails: what it began with is all that it does.
    place.remove(batchName(LAST - 2));
    place.remove("logs/listen-20211129.log");
    const message = await place.runFails(1, "--date", "20211201", "--strict");
    assert.match(message, /^Warning: completed what an earlier run had begun to publish: country/);
    assert.deepEqual(RESULTS.map((name) => place.read(`results/${name}`)), published);
    assert.deepEqual(hiddenNames(place), []);
  });

  testProgram(
    `run completes a batch of which ${renamed} of 3 files were renamed`,
    async (place) => {
      deliverDays(place, LAST, 2);
      await place.run("--days", "2");
      const folder = batchName(LAST);
      const published = place.contents(folder);
      stopBetweenRenames(place, folder, BATCH, renamed);
      for (const name of BATCH.slice(renamed)) place.write(`${folder}/${name}`, "former");
      replaceUnseen(place, LAST);
      await place.run("--days", "2");
      assertCharts(place, LAST, [LAST - 1, LAST]);
      assert.deepEqual(daysRead(summaryIn(place, LAST)), []);
      assertSameFiles(place.contents(folder), published);
      assert.deepEqual(hiddenNames(place), []);
    },
  );
}

testProgram("run completes the removal of a batch file that a journal names", async (place) => {
  deliver(place, LAST);
  await place.run("--days", "1");
  const journal = { files: ["country.batch", "manifest.json"], removals: ["user.batch"] };
  place.write(batchName(LAST, ".publish.json"), JSON.stringify(journal));
  await place.run("--days", "1", "--by", "country");
  assert.deepEqual(place.names(batchName(LAST)), ["country.batch", "manifest.json"]);
});

testProgram(
  "run deletes what a run had aside that was stopped before its journal",
  async (place) => {
    deliverDays(place, LAST, 2);
    await place.run("--days", "2");
    const before = place.contents("results");
    for (const name of ["country_top50_20211201.txt", "run_20211201.json", ".publish.json"]) {
      place.write(`results/.${name}.aside`, "half of it");
    }
    place.write(batchName(LAST, ".user.batch.aside"), "half of it");
    place.write(batchName(LAST - 30, ".country.batch.aside"), "half of it");
    place.write("batch/.runs/run-0", "a run");
    place.write("batch/.runs/run-17", "a run");
    place.write("batch/.lock", '{"pid":1,"since":"2021-12-01T00:00:00.000Z"}');
    const { stderr } = await place.run("--days", "2");
    assert.doesNotMatch(stderr, /Warning/);
    assertSameFiles(place.contents("results"), before);
    assert.deepEqual(hiddenNames(place), []);
  },
);

testProgram("run deletes the empty folder of a batch that was only begun", async (place) => {
  deliver(place, LAST);
  place.write(batchName(LAST - 30, ".country.batch.aside"), "half of it");
  await place.run("--days", "1");
  assert.equal(place.names("batch").includes(`${compactDay(LAST - 30)}/`), false);
});

testProgram("run deletes the rest of an expired batch that was being deleted", async (place) => {
  deliverDays(place, LAST, 2);
  await place.run("--days", "2");
  place.remove(batchName(LAST - 1, "manifest.json"));
  await place.run("--days", "1", "--replace");
  assert.equal(place.names("batch").includes(`${compactDay(LAST - 1)}/`), false);
});

testProgram("run takes a journal that is no journal for none", async (place) => {
  deliverDays(place, LAST, 2);
  await place.run("--days", "2");
  const before = place.contents("results");
  for (const journal of ["", "{", "null", '{"files":["../../logs"],"removals":[]}', "[1]"]) {
    place.write("results/.publish.json", journal);
    place.write("results/.country_top50_20211201.txt.aside", "not to be published");
    await place.run("--days", "2");
    assertSameFiles(place.contents("results"), before, journal);
    assert.deepEqual(hiddenNames(place), [], journal);
  }
});

/** Delivers two logs that are big enough for a run to take a while. */
function deliverLarge(place: Place): void {
  for (const day of [LAST - 1, LAST]) deliver(place, day, logOf(day).repeat(700));
}

/** What a run must leave as it was, and what it must not leave. */
function outputsIn(place: Place): Texts {
  return { ...place.contents("batch"), ...place.contents("results") };
}

/** Waits until a process has written something that matches to standard error, and hears no more. */
async function untilSaid(process: Deno.ChildProcess, what: RegExp): Promise<void> {
  let text = "";
  for await (const part of process.stderr.pipeThrough(new TextDecoderStream())) {
    text += part;
    if (what.test(text)) return;
  }
  assert.fail(`ended without ${what}: ${text}`);
}

for (
  const [signal, status, jobs] of [["SIGINT", 130, "1"], ["SIGTERM", 143, "2"]] as const
) {
  testProgram(
    `run --jobs ${jobs} ends with status ${status} after ${signal}, former results stay`,
    async (place) => {
      deliverDays(place, LAST, 2);
      await place.run("--days", "2");
      const before = outputsIn(place);
      deliverLarge(place);
      const process = place.start(...place.runWords("--days", "2", "--verbose", "--jobs", jobs));
      await untilSaid(process, /Reading log/);
      process.kill(signal);
      await process.stdout.cancel();
      assert.equal((await process.status).code, status);
      assertSameFiles(outputsIn(place), before);
      assert.deepEqual(hiddenNames(place), []);
    },
    { needsProcess: true },
  );
}

testProgram("run gives the same reports after it was killed at any time", async (place) => {
  const words = ["--days", "2", "--max-rejected", "2%", "--jobs", "2"];
  deliverLarge(place);
  const start = performance.now();
  await place.run(...words);
  const took = performance.now() - start;
  const expected = reportsIn(place);
  for (const part of [0.3, 0.6, 0.8, 0.95]) {
    place.remove("batch");
    place.remove("results");
    const process = place.start(...place.runWords(...words));
    await new Promise((resolve) => setTimeout(resolve, part * took));
    try {
      process.kill("SIGKILL");
    } catch {
      // It was faster this time.
    }
    await endOf(process);
    await place.run(...words);
    assertSameFiles(reportsIn(place), expected, `killed after ${part} of the time`);
    assert.deepEqual(hiddenNames(place), [], `killed after ${part} of the time`);
  }
}, { needsProcess: true });

/** The reports; where a batch's blocks begin may differ from run to run with several jobs. */
function reportsIn(place: Place): Texts {
  const files = Object.entries(outputsIn(place));
  return Object.fromEntries(files.filter(([name]) => name.endsWith(".txt")));
}
