/** The daily run: what is read, reused, published and deleted. */
import assert from "node:assert/strict";
import { crc32 } from "node:zlib";
import { today } from "../../cli/make_charts.ts";
import { compactDay, daysOf, formatDay, windowEnding } from "../../core/day.ts";
import { NUMBERS } from "../../core/engine.ts";
import { planMemory } from "../../core/memory.ts";
import { assertSameFiles } from "./_compare.ts";
import {
  assertCharts,
  batchName,
  bytesOf,
  DAYS,
  daysRead,
  deliver,
  deliverDays,
  LAST,
  logOf,
  replaceUnseen,
  summaryIn,
  takeAway,
  texts,
} from "./_week.ts";
import { type Place, testProgram } from "./program.ts";

const WEEK = DAYS.slice(0, 7);

/** The folders of the batches that are there. */
function batchFolders(place: Place): string[] {
  return place.names("batch").filter((name) => /^\d{8}\/$/.test(name));
}

function foldersOf(...days: number[]): string[] {
  return days.map((day) => `${compactDay(day)}/`);
}

for (const jobs of ["1", "2"]) {
  testProgram(`run --jobs ${jobs} makes both charts of seven days of logs`, async (place) => {
    deliverDays(place, LAST - 1, 7);
    const { stderr } = await place.run("--date", "2021-11-30", "--jobs", jobs);
    assertCharts(place, LAST - 1, WEEK);
    assert.match(stderr, /^Charts of 2021-11-30: 7 of 7 days used\n/);
    assert.match(stderr, /^ {2}read +7 +7 +6 342 +36 +pipe\n/m);
    assert.deepEqual(place.names("results"), [
      "country_top50_20211130.txt",
      "run_20211130.json",
      "user_top50_20211130.txt",
    ]);
    const files = ["country.batch", "manifest.json", "user.batch"];
    const expected = WEEK.flatMap((day) => {
      const folder = `${compactDay(day)}/`;
      return [folder, ...files.map((file) => folder + file)];
    });
    const history = ["history/", "history/20211130/"].concat(
      ["country.txt", "manifest.json"].map((file) => `history/20211130/${file}`),
    );
    assert.deepEqual(
      place.names("batch"),
      [...expected, ...history],
      "no lock and no temporary file stays",
    );
  });

  testProgram(
    `run --jobs ${jobs} on the second day reuses six batches and deletes the expired one`,
    async (place) => {
      deliverDays(place, LAST - 1, 7);
      await place.run("--date", "20211130", "--jobs", jobs);
      for (const day of WEEK.slice(1)) replaceUnseen(place, day);
      deliver(place, LAST);
      const { stderr } = await place.run("--date", "20211201", "--jobs", jobs);
      assertCharts(place, LAST);
      assert.match(stderr, /^ {2}read +1 +1 .*\n {2}reused +6 +6 /m);
      assert.deepEqual(batchFolders(place), foldersOf(...DAYS.slice(1)));
      assert.deepEqual(daysRead(summaryIn(place, LAST)), ["2021-12-01"]);
      assertCharts(place, LAST - 1, WEEK);
    },
  );
}

testProgram("run once more gives the same bytes and reads no log", async (place) => {
  deliverDays(place, LAST, 7);
  await place.run("--date", "20211201");
  const before = place.contents("results");
  for (const day of DAYS.slice(1)) replaceUnseen(place, day);
  await place.run("--date", "20211201");
  assertSameFiles(place.contents("results"), before);
  assert.deepEqual(daysRead(summaryIn(place, LAST)), []);
});

testProgram("run reads a log again that was delivered again", async (place) => {
  deliverDays(place, LAST, 3);
  await place.run("--date", "20211201", "--days", "3");
  const other = logOf(LAST - 1).replaceAll("|US", "|SU");
  deliver(place, LAST - 1, other, new Date("2021-12-03T04:00:00Z"));
  await place.run("--date", "20211201", "--days", "3");
  const days = [LAST - 2, LAST - 1, LAST];
  assertCharts(place, LAST, days, { logs: { [LAST - 1]: other } });
  assert.deepEqual(daysRead(summaryIn(place, LAST)), texts(LAST - 1));
});

testProgram("run reads a log again whose size alone or time alone has changed", async (place) => {
  const words = ["--date", "20211201", "--days", "2"];
  deliverDays(place, LAST, 2);
  await place.run(...words);
  const longer = logOf(LAST) + "\n77|5|NA\n";
  deliver(place, LAST, longer);
  await place.run(...words);
  assertCharts(place, LAST, [LAST - 1, LAST], { logs: { [LAST]: longer } });
  const sameSize = longer.replace("77|5|NA", "78|5|NA");
  deliver(place, LAST, sameSize, new Date("2021-12-02T03:00:00.001Z"));
  await place.run(...words);
  assertCharts(place, LAST, [LAST - 1, LAST], { logs: { [LAST]: sameSize } });
});

testProgram("run uses a batch whose log is gone", async (place) => {
  deliverDays(place, LAST, 7);
  await place.run("--date", "20211201");
  for (const day of DAYS.slice(1)) takeAway(place, day);
  place.remove("results");
  await place.run("--date", "20211201", "--strict");
  assertCharts(place, LAST);
  assert.deepEqual(daysRead(summaryIn(place, LAST)), []);
});

testProgram("run --by country makes one report and one batch a day", async (place) => {
  deliverDays(place, LAST, 2);
  await place.run("--date", "20211201", "--days", "2", "--by", "country");
  assertCharts(place, LAST, [LAST - 1, LAST], { kinds: ["country"] });
  assert.deepEqual(place.names("results"), ["country_top50_20211201.txt", "run_20211201.json"]);
  assert.equal(place.names("batch").some((name) => name.includes("user")), false);
});

testProgram("run --by country uses batches by country and user", async (place) => {
  const words = ["--date", "20211201", "--days", "2"];
  deliverDays(place, LAST, 2);
  await place.run(...words);
  replaceUnseen(place, LAST);
  takeAway(place, LAST - 1);
  place.remove("results");
  await place.run(...words, "--by", "country");
  assertCharts(place, LAST, [LAST - 1, LAST], { kinds: ["country"] });
  assert.deepEqual(place.names("results"), ["country_top50_20211201.txt", "run_20211201.json"]);
  await place.run(...words);
  assertCharts(place, LAST, [LAST - 1, LAST]);
});

testProgram("run by another key reads logs again whose batches lack it", async (place) => {
  const words = ["--date", "20211201", "--days", "2"];
  deliverDays(place, LAST, 2);
  await place.run(...words, "--by", "country");
  await place.run(...words);
  assertCharts(place, LAST, [LAST - 1, LAST]);
  assert.deepEqual(daysRead(summaryIn(place, LAST)), texts(LAST - 1, LAST));
});

testProgram("run refuses a batch that lacks a key when its log is gone", async (place) => {
  const words = ["--date", "20211201", "--days", "2"];
  deliverDays(place, LAST, 2);
  await place.run(...words, "--by", "country");
  takeAway(place, LAST - 1);
  const before = place.contents("");
  const message = await place.runFails(1, ...words, "--by", "country,user");
  assert.match(message, /^Cannot use the batch of 2021-11-30: no batch by user, .*log is gone/);
  assertSameFiles(place.contents(""), before);
});

testProgram("run by fewer keys drops the other batch when the log has changed", async (place) => {
  const words = ["--date", "20211201", "--days", "1"];
  deliver(place, LAST);
  await place.run(...words);
  deliver(place, LAST, "1|2|DE\n");
  await place.run(...words, "--by", "country");
  assert.deepEqual(place.names(batchName(LAST)), ["country.batch", "manifest.json"]);
  await place.run(...words);
  assertCharts(place, LAST, [LAST], { logs: { [LAST]: "1|2|DE\n" } });
});

testProgram("run --top 10 makes reports with that number in their names", async (place) => {
  deliverDays(place, LAST, 2);
  await place.run("--date", "20211201", "--days", "2", "--top", "10");
  assertCharts(place, LAST, [LAST - 1, LAST], { top: 10 });
  await place.run("--date", "20211201", "--days", "2", "--top", "3");
  assertCharts(place, LAST, [LAST - 1, LAST], { top: 3 });
  assert.deepEqual(place.names("results"), [
    "country_top10_20211201.txt",
    "country_top3_20211201.txt",
    "run_20211201.json",
    "user_top10_20211201.txt",
    "user_top3_20211201.txt",
  ]);
});

testProgram("run names missing days in a warning and in the summary", async (place) => {
  deliver(place, LAST - 3);
  deliver(place, LAST);
  const { stderr } = await place.run("--date", "20211201", "--days", "4");
  const missing = texts(LAST - 2, LAST - 1);
  assert.match(stderr, new RegExp(`^Warning: .* ${missing.join(", ")}`));
  assert.match(stderr, /2 of 4 days used, 2 missing/);
  assertCharts(place, LAST, [LAST - 3, LAST]);
  const summary = summaryIn(place, LAST);
  assert.deepEqual(summary.daysMissing, missing);
  assert.deepEqual(summary.daysUsed, texts(LAST - 3, LAST));
});

testProgram("run --strict fails on a missing day before anything is published", async (place) => {
  deliver(place, LAST - 2);
  deliver(place, LAST);
  const message = await place.runFails(1, "--date", "20211201", "--days", "3", "--strict");
  assert.match(message, /--strict: neither log nor batch of 2021-11-30, /);
  assert.deepEqual(place.names(), [
    "logs/",
    "logs/listen-20211129.log",
    "logs/listen-20211201.log",
  ]);
});

testProgram("run --strict succeeds where every day is there", async (place) => {
  deliverDays(place, LAST, 2);
  await place.run("--date", "20211201", "--days", "2", "--strict");
  assertCharts(place, LAST, [LAST - 1, LAST]);
});

testProgram("run refuses a poorer window, and publishes it with --replace", async (place) => {
  deliverDays(place, LAST, 3);
  await place.run("--date", "20211201", "--days", "3");
  takeAway(place, LAST - 1);
  place.remove(batchName(LAST - 1));
  const before = place.contents("");
  const message = await place.runFails(1, "--date", "20211201", "--days", "3");
  assert.match(message, /2 days used, expected at least 3 .*2021-11-30.*--replace/);
  assertSameFiles(place.contents(""), before);
  await place.run("--date", "20211201", "--days", "3", "--replace");
  assertCharts(place, LAST, [LAST - 2, LAST]);
});

testProgram("run takes the newest day before today by default", async (place) => {
  const now = today();
  for (const [i, day] of [now - 2, now - 1, now].entries()) deliver(place, day, logOf(DAYS[i]));
  const logs = { [now - 2]: logOf(DAYS[0]), [now - 1]: logOf(DAYS[1]), [now]: logOf(DAYS[2]) };
  await place.run("--days", "2");
  assertCharts(place, now - 1, [now - 2, now - 1], { logs });
  assert.deepEqual(place.names("results").filter((name) => name.includes(compactDay(now))), []);
  await place.run("--days", "2", "--date", formatDay(now));
  assertCharts(place, now, [now - 1, now], { logs });
});

testProgram("run takes the newest batch by default where its log is gone", async (place) => {
  deliverDays(place, LAST, 2);
  await place.run("--days", "2");
  assertCharts(place, LAST, [LAST - 1, LAST]);
  takeAway(place, LAST);
  place.remove("results");
  await place.run("--days", "2");
  assertCharts(place, LAST, [LAST - 1, LAST]);
});

testProgram("run refuses to choose today by itself", async (place) => {
  const now = today();
  deliver(place, now, "1|2|DE\n");
  const message = await place.runFails(1);
  assert.match(message, new RegExp(`^Cannot choose a date: .*--date ${formatDay(now)}`));
  assert.deepEqual(place.names().length, 2);
});

testProgram("run does not touch a log that is dated after --date", async (place) => {
  deliverDays(place, LAST - 1, 2);
  place.write("logs/listen-20211201.log/inside", "a folder, on which a reader would fail");
  await place.run("--date", "20211130", "--days", "2");
  assertCharts(place, LAST - 1, [LAST - 2, LAST - 1]);
  assert.deepEqual(batchFolders(place), foldersOf(LAST - 2, LAST - 1));
});

testProgram("run of an old date keeps the newer batches", async (place) => {
  deliverDays(place, LAST, 8);
  await place.run("--date", "20211201", "--days", "2");
  await place.run("--date", "20211126", "--days", "2");
  assertCharts(place, LAST - 5, [LAST - 6, LAST - 5]);
  assert.deepEqual(batchFolders(place), foldersOf(LAST - 6, LAST - 5, LAST - 1, LAST));
});

testProgram("run --keep-batches keeps batches of more days than the window has", async (place) => {
  deliverDays(place, LAST, 8);
  await place.run("--date", "20211201", "--days", "8");
  await place.run("--date", "20211201", "--days", "2", "--keep-batches", "4", "--replace");
  assert.deepEqual(batchFolders(place), foldersOf(LAST - 3, LAST - 2, LAST - 1, LAST));
  await place.run("--date", "20211201", "--days", "2");
  assert.deepEqual(batchFolders(place), foldersOf(LAST - 1, LAST));
});

testProgram("run --keep-results deletes older results of ours and nothing else", async (place) => {
  deliverDays(place, LAST, 4);
  for (const date of ["20211128", "20211129"]) await place.run("--date", date, "--days", "1");
  await place.run("--date", "20211129", "--days", "1", "--top", "9");
  const foreign = [
    "country_top50_20210101.txt~",
    "country_top50_20210101.txt.bak",
    "notes_20210101.txt",
    "run_2021.json",
  ];
  for (const name of foreign) place.write(`results/${name}`, "not ours");
  await place.run("--date", "20211201", "--days", "1");
  assert.equal(place.names("results").length, foreign.length + 11, "all are kept by default");
  await place.run("--date", "20211201", "--days", "1", "--keep-results", "3");
  const kept = place.names("results").filter((name) => !foreign.includes(name));
  assert.deepEqual(kept.filter((name) => name.includes("20211128")), []);
  assert.equal(kept.length, 8);
  assert.equal(place.names("results").length, foreign.length + 8);
});

testProgram("run never deletes a log", async (place) => {
  deliverDays(place, LAST, 8);
  const before = place.contents("logs");
  await place.run("--date", "20211201", "--days", "1", "--keep-results", "1");
  assertSameFiles(place.contents("logs"), before);
});

testProgram("the run summary tells rows, reasons and checksums", async (place) => {
  deliver(place, LAST, "1|5|DE\nx|5|DE\n1|5\n\n1|5|de\n1|y|DE\n2|6|FR");
  await place.run("--date", "20211201", "--days", "1", "--max-rejected", "80%");
  const { logs: [log], reports } = summaryIn(place, LAST);
  assert.deepEqual([log.rows, log.streams], [7, 2]);
  const one = { empty: 1, syntax: 0, fields: 1, song: 1, user: 1, country: 1, "too-long": 0 };
  assert.deepEqual(log.rejected, one);
  const checksumOf = (bytes: Uint8Array) => crc32(bytes).toString(16).padStart(8, "0");
  assert.equal(log.crc32, checksumOf(bytesOf(place.contents("logs")["listen-20211201.log"])));
  for (const { name, crc32: checksum, sizeBytes, keys, streams } of reports) {
    const bytes = Deno.readFileSync(place.path(`results/${name}`));
    const expected = [checksumOf(bytes), bytes.length, 2, 2];
    assert.deepEqual([checksum, sizeBytes, keys, streams], expected, name);
  }
});

testProgram("run works where batches, results and logs share one folder", async (place) => {
  deliverDays(place, LAST, 2);
  const folder = place.path("logs");
  const words = ["--logs", folder, "--batch", folder, "--results", folder, "--quiet"];
  const { status, stderr } = await place.topstreams("run", ...words, "--days", "2");
  assert.deepEqual([status, stderr], [0, ""]);
  assert.ok(place.names("logs").includes("user_top50_20211201.txt"));
  assert.equal(place.names("logs").some((name) => name.startsWith(".")), false);
});

testProgram("run makes the same reports of a window that crosses a year", async (place) => {
  const date = LAST + 32;
  const days = daysOf(windowEnding(date, 4));
  const logs = Object.fromEntries(days.map((day, i) => [day, logOf(DAYS[i])]));
  for (const day of days) deliver(place, day, logs[day]);
  await place.run("--days", "4");
  assert.equal(formatDay(date), "2022-01-02");
  assertCharts(place, date, days, { logs });
});

testProgram("run makes charts of more days than one merge takes", async (place) => {
  const needs = { top: 50, jobs: 1, engine: NUMBERS };
  const mebibytes = Math.ceil(Number(planMemory(1, needs)) / 2 ** 20);
  const plan = planMemory(mebibytes * 2 ** 20, needs);
  assert.ok(typeof plan !== "number" && plan.fanIn < 20, "the merge takes more than one round");
  const days = daysOf(windowEnding(LAST, 20));
  const logs = Object.fromEntries(days.map((day, i) => [day, logOf(DAYS[i % 8]).slice(-600 - i)]));
  for (const day of days) deliver(place, day, logs[day]);
  const words = ["--days", "20", "--memory", `${mebibytes}MiB`, "--max-rejected", "100%"];
  await place.run(...words);
  assertCharts(place, LAST, days, { logs });
  assert.deepEqual(place.names("batch").filter((name) => name.startsWith(".")), []);
});
