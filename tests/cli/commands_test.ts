/** What the program says, the commands besides `run`, and one run at a time. */
import assert from "node:assert/strict";
import { generateLog, generatorOptions } from "../../bench/generator.ts";
import { VERSION } from "../../cli/version.ts";
import { daysOf, parseDay, windowEnding } from "../../core/day.ts";
import { logName } from "../../core/names.ts";
import { lockFolder } from "../../io/lock.ts";
import { chartOf } from "../oracle.ts";
import { assertSameFiles, assertSameText } from "./_compare.ts";
import { assertCharts, deliver, deliverDays, LAST } from "./_week.ts";
import { endOf, testProgram } from "./program.ts";

const TWO_DAYS = ["--date", "20211201", "--days", "2"];

for (const command of [[], ["run"], ["demo"], ["generate"]]) {
  const words = [...command, "--help"].join(" ");
  testProgram(`topstreams ${words} shows the help and does nothing`, async (place) => {
    const { status, stdout, stderr } = await place.topstreams(...command, "--help");
    assert.deepEqual([status, stderr], [0, ""]);
    assert.match(
      stdout,
      new RegExp(`^Usage: topstreams ${command[0] ?? "COMMAND"} \\[options\\]\n`),
    );
    assert.match(stdout, /\nExit status:\n( {2}\d.*\n){5}$/);
    assert.equal(stdout.includes("\x1b"), false, "no colours in a pipe");
    assert.deepEqual(place.names(), []);
  });
}

testProgram("topstreams --version shows the version everywhere", async (place) => {
  for (const command of [[], ["run"], ["demo"], ["generate"]]) {
    const ended = await place.topstreams(...command, "--version");
    assert.deepEqual(ended, { status: 0, stdout: `${VERSION}\n`, stderr: "" });
  }
});

testProgram("topstreams with no command shows the help and ends with status 2", async (place) => {
  const { status, stdout, stderr } = await place.topstreams();
  assert.deepEqual([status, stdout], [2, ""]);
  assert.match(stderr, /^Usage: topstreams COMMAND/);
});

testProgram("topstreams refuses an unknown command with status 2", async (place) => {
  const ended = await place.topstreams("runn");
  assert.deepEqual([ended.status, ended.stdout], [2, ""]);
  assert.match(ended.stderr, /^Cannot use "runn": unknown command, .*did you mean "run"\?\)\n$/);
});

testProgram("run --quiet says nothing, warnings aside", async (place) => {
  deliverDays(place, LAST, 2);
  assert.equal((await place.run(...TWO_DAYS, "--quiet")).stderr, "");
  const { stderr } = await place.run("--date", "20211201", "--days", "3", "--quiet");
  assert.match(stderr, /^Warning: .*2021-11-29.*\n$/);
  const message = await place.runFails(1, "--date", "20211101", "--quiet");
  assert.match(message, /^Cannot make charts .*\n$/);
});

testProgram("run --verbose says every step", async (place) => {
  deliverDays(place, LAST, 3);
  await place.run("--date", "20211130", "--days", "2");
  const { stderr } = await place.run(...TWO_DAYS, "--verbose", "--keep-results", "1");
  assert.match(stderr, /^Batch of 2021-11-30 is there: 906 rows\n/);
  assert.match(stderr, /^Reading log ".*listen-20211201\.log" \(new log\)$/m);
  assert.match(stderr, /^Deleting the batch of 2021-11-29$/m);
  assert.match(stderr, /^Deleting result "user_top50_20211130\.txt"$/m);
  assertCharts(place, LAST, [LAST - 1, LAST]);
});

testProgram("run --verbose shows where an error arose", async (place) => {
  const { status, stderr } = await place.topstreams(...place.runWords("--verbose"));
  assert.equal(status, 1);
  assert.match(stderr, /^Cannot read folder ".*": not found, .*\n\w*Error: .*\n {4}at /);
});

testProgram("run takes its folders in the current folder by default", async (place) => {
  deliverDays(place, LAST, 2);
  const ended = await endOf(place.start("run", ...TWO_DAYS));
  assert.deepEqual([ended.status, ended.stdout], [0, ""]);
  assertCharts(place, LAST, [LAST - 1, LAST]);
  assert.match(ended.stderr, /^ {2}user_top50_20211201\.txt +\d.*\n {2}in results$/m);
}, { needsProcess: true });

for (const folder of ["batch", "results"]) {
  testProgram(`run is refused while another run holds the lock of ${folder}`, async (place) => {
    deliverDays(place, LAST, 2);
    await place.run(...TWO_DAYS);
    const before = place.contents("results");
    const lock = await lockFolder(place.path(folder));
    try {
      const message = await place.runFails(1, ...TWO_DAYS);
      const holder =
        `Cannot lock ".*/${folder}": another run holds the lock \\(process ${Deno.pid}, `;
      assert.match(
        message,
        new RegExp(
          `^${holder}since .*\\), expected one run at a time \\(--wait SECONDS waits for its end\\)\n$`,
        ),
      );
    } finally {
      lock.release();
    }
    assertSameFiles(place.contents("results"), before);
    await place.run(...TWO_DAYS);
  });
}

testProgram(
  "generate makes the same bytes for the same seed, others for another",
  async (place) => {
    const words = ["--date", "20211201", "--days", "2", "--rows", "1k", "--users", "90"];
    for (const [out, seed] of [["a", "3"], ["b", "3"], ["c", "4"]]) {
      const out1 = ["--out", place.path(out), "--seed", seed];
      const { status, stdout, stderr } = await place.topstreams("generate", ...words, ...out1);
      assert.deepEqual([status, stdout], [0, ""]);
      assert.match(
        stderr,
        /^Made ".*listen-20211130\.log": 1 000 rows, .*\nMade ".*1201\.log".*\n$/,
      );
    }
    const made = place.contents("a");
    assert.deepEqual(Object.keys(made), ["listen-20211130.log", "listen-20211201.log"]);
    assertSameFiles(place.contents("b"), made);
    assert.notDeepEqual(place.contents("c"), made);
    const options = generatorOptions({ rowCount: 1000, userCount: 90, seed: 3 });
    const chunks = Array.from(
      generateLog(LAST, options),
      (chunk) => new TextDecoder().decode(chunk),
    );
    assertSameText(made["listen-20211201.log"], chunks.join(""), "log");
    assert.equal(made["listen-20211201.log"].split("\n").length, 1001);
  },
);

testProgram("generate makes a log of no rows", async (place) => {
  const words = ["--rows", "0", "--date", "2021-12-01", "--out", place.path("logs")];
  assert.equal((await place.topstreams("generate", ...words)).status, 0);
  assert.equal(place.read("logs/listen-20211201.log"), "");
});

testProgram("generate refuses a folder that is a file", async (place) => {
  place.write("logs", "a file");
  const words = ["--rows", "10", "--out", place.path("logs")];
  const { status, stderr } = await place.topstreams("generate", ...words);
  assert.equal(status, 1);
  assert.match(stderr, /^Cannot make folder ".*\/logs": .*, expected a folder\n$/);
});

testProgram("demo makes logs, does two daily runs and shows what came out", async (place) => {
  const { status, stdout, stderr } = await place.topstreams("demo", "--out", place.path("demo"));
  assert.deepEqual([status, stderr], [0, ""]);
  assert.match(stdout, /^ +read +7 +7 +140 000 +\d+ +pipe\n\n +rejected +empty \d+,/m);
  assert.match(stdout, /^ +read +1 +1 +20 000 .*\n.*reused +6 +6 /m);
  assert.match(stdout, /Deleting the batch of 2021-11-24\n/);
  assert.match(stdout, / country US \(50 songs in its chart\)\n +1\. song \d+ +\d+ streams\n/);
  assert.match(stdout, / user \d+ \(\d+ songs? in its chart\)\n +1\. song/);
  assert.ok(stdout.includes(`Look at them: ${place.path("demo")}/results\n`));
  const logs = place.contents("demo/logs");
  assert.equal(Object.keys(logs).length, 8);
  const days = daysOf(windowEnding(parseDay("2021-12-01")!, 7));
  const results = place.contents("demo/results");
  assert.equal(Object.keys(results).length, 4);
  const expected = chartOf(days.map((day) => logs[logName(day)]), "country", 50);
  assertSameText(results["country_top50_20211201.txt"], expected, "country_top50_20211201.txt");
});

testProgram("demo can be done again in the same folder", async (place) => {
  await place.topstreams("demo", "--out", place.path("demo"));
  const before = place.contents("demo/results");
  const again = await place.topstreams("demo", "--out", place.path("demo"));
  assert.deepEqual([again.status, again.stderr], [0, ""]);
  assertSameFiles(place.contents("demo/results"), before);
  const other = await place.topstreams("demo", "--out", place.path("demo"), "--seed", "2");
  assert.equal(other.status, 0);
  assert.notDeepEqual(place.contents("demo/results"), before);
});

for (const command of ["demo", "--help"]) {
  testProgram(
    `topstreams ${command} does not fail where standard output is closed`,
    async (place) => {
      const process = place.start(command);
      await process.stdout.cancel();
      const [{ code }, stderr] = await Promise.all([
        process.status,
        new Response(process.stderr).text(),
      ]);
      assert.deepEqual([code, stderr], [0, ""]);
      if (command === "demo") {
        assert.ok(place.names("topstreams-demo/results").includes("run_20211201.json"));
      }
    },
    { needsProcess: true },
  );
}

testProgram("run does not fail where standard error is closed", async (place) => {
  deliver(place, LAST);
  const process = place.start(...place.runWords("--days", "2"));
  await Promise.all([process.stderr.cancel(), process.stdout.cancel()]);
  assert.equal((await process.status).code, 0);
  assertCharts(place, LAST, [LAST]);
}, { needsProcess: true });
