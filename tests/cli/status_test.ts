/** `status` and `run --dry-run`: the same plan that the run follows, and nothing is touched. */
import assert from "node:assert/strict";
import { formatDay } from "../../core/day.ts";
import { lockFolder } from "../../io/lock.ts";
import type { Status } from "../../io/status.ts";
import { assertSession } from "./_readme.ts";
import {
  batchName,
  DAYS,
  daysRead,
  deliver,
  deliverDays,
  LAST,
  logOf,
  summaryIn,
  takeAway,
} from "./_week.ts";
import { type Ended, Place, testProgram } from "./program.ts";

const FOLDERS = ["logs", "batch", "results"];

async function status(place: Place, ...argv: string[]): Promise<Ended> {
  const folders = FOLDERS.flatMap((name) => [`--${name}`, place.path(name)]);
  return await place.topstreams("status", ...folders, ...argv);
}

/** The status as a document; asserts that the exit status says whether the run is refused. */
async function statusIn(place: Place, ...argv: string[]): Promise<Status> {
  const ended = await status(place, "--json", ...argv);
  const document: Status = JSON.parse(ended.stdout);
  const [refusal] = document.nextRun.refusals;
  assert.equal(ended.status, refusal === undefined ? 0 : 1);
  assert.equal(ended.stderr, refusal === undefined ? "" : `${refusal}\n`);
  return document;
}

/** Everything that is there, with times: what looks only leaves it so. */
function traces(place: Place): string[] {
  return place.names().map((name) => {
    const { size, mtime, mode } = Deno.lstatSync(place.path(name));
    return `${name} ${size} ${mtime?.getTime()} ${mode}`;
  });
}

testProgram("status tells what the next run does, and the run does that", async (place) => {
  deliverDays(place, LAST, 8);
  await place.run("--date", formatDay(LAST - 1), "--max-rejected", "5%");
  const argv = ["--date", formatDay(LAST), "--max-rejected", "5%"];
  const before = traces(place);
  const { days, nextRun, newestRun, running, unfinished } = await statusIn(place, ...argv);
  assert.deepEqual(traces(place), before);
  assert.deepEqual(days.map(({ act }) => act), [...Array(6).fill("reuse"), "build"]);
  assert.deepEqual(nextRun.readLogs, ["listen-20211201.log"]);
  assert.equal(nextRun.readBytes, logOf(LAST).length);
  assert.deepEqual(nextRun.deleteBatches, [formatDay(DAYS[0])]);
  assert.deepEqual([running, unfinished, nextRun.warnings], [null, [], []]);
  assert.equal(newestRun?.date, formatDay(LAST - 1));
  assert.deepEqual(newestRun?.daysUsed, DAYS.slice(0, 7).map(formatDay));
  const folders = place.names("batch").filter((name) => /^\d{8}\/$/.test(name));

  await place.run(...argv);
  const summary = summaryIn(place, LAST);
  assert.deepEqual(daysRead(summary), nextRun.buildBatches);
  assert.deepEqual(summary.reports.map(({ name }) => name), nextRun.publish);
  for (const name of nextRun.publish) assert.ok(place.names("results").includes(name));
  const left = place.names("batch").filter((name) => /^\d{8}\/$/.test(name));
  assert.deepEqual(
    folders.filter((name) => !left.includes(name)),
    nextRun.deleteBatches.map((day) => `${day.replaceAll("-", "")}/`),
  );
  const after = await statusIn(place, ...argv);
  assert.deepEqual(after.nextRun.reuseBatches, days.map(({ day }) => day));
  assert.equal(after.newestRun?.date, formatDay(LAST));
});

testProgram("run --dry-run shows what status shows, and touches nothing", async (place) => {
  deliverDays(place, LAST, 2);
  const before = traces(place);
  const argv = ["--date", formatDay(LAST), "--days", "2"];
  const dry = await place.topstreams(...place.runWords(...argv, "--dry-run"));
  assert.equal(dry.status, 0);
  assert.equal(dry.stderr, "");
  assert.equal((await status(place, ...argv)).stdout, dry.stdout);
  assert.deepEqual(traces(place), before);
});

testProgram("status and run --dry-run read the options of a configuration", async (place) => {
  deliverDays(place, LAST, 3);
  place.write(
    "c.json",
    '{"days": 2, "by": "world:9", "writer": "top,html", "compress": "gz", "metrics": "m.prom"}',
  );
  const { days, nextRun } = await statusIn(place, "--config", place.path("c.json"));
  assert.equal(days.length, 2);
  assert.deepEqual(nextRun.publish, ["world_top9_20211201.txt.gz", "charts_20211201.html.gz"]);
});

testProgram("status tells figures of a batch whose log is gone", async (place) => {
  deliver(place, LAST, "5|2|FR\n\nbad\n5|2|\n");
  await place.run("--days", "1", "--max-rejected", "90%");
  takeAway(place, LAST);
  const [day] = (await statusIn(place, "--days", "1", "--max-rejected", "90%")).days;
  assert.ok(day.batch !== null && !("damage" in day.batch));
  assert.deepEqual(day.logs, []);
  const { rows, streams, rejectedRows, rejected, goneLogs, sizeBytes } = day.batch;
  assert.deepEqual([rows, streams, rejectedRows], [4, 1, 3]);
  assert.deepEqual([rejected.empty, rejected.fields, rejected.country], [1, 1, 1]);
  assert.deepEqual(goneLogs, ["listen-20211201.log"]);
  const files = ["country.batch", "user.batch"].map((file) =>
    Deno.statSync(place.path(batchName(LAST, file))).size
  );
  assert.equal(sizeBytes, files[0] + files[1]);
  const { stdout } = await status(place, "--days", "1", "--max-rejected", "90%");
  assert.match(stdout, / {12}4 rows, 3 rejected: empty 1, fields 1, country 1\n/);
  assert.match(stdout, / {12}log gone: listen-20211201\.log\n/);
});

const REFUSED: readonly [
  what: string,
  prepare: (place: Place) => void | Promise<void>,
  argv: readonly string[],
  message: RegExp,
][] = [
  ["empty folders", () => {}, [], /^Cannot read folder ".*logs": not found/],
  [
    "a folder without logs",
    (place) => place.write("logs/notes.txt", ""),
    [],
    /^Cannot choose a date: neither log nor batch of a day before today/,
  ],
  [
    "a missing day with --strict",
    (place) => deliver(place, LAST),
    ["--strict", "--days", "2"],
    /^Cannot make charts with --strict: neither log nor batch of 2021-11-30/,
  ],
  [
    "a damaged batch whose log is gone",
    async (place) => {
      deliver(place, LAST);
      await place.run("--days", "1");
      takeAway(place, LAST);
      place.write(batchName(LAST, "manifest.json"), "{");
    },
    ["--days", "1"],
    /^Cannot use the batch of 2021-12-01: damaged manifest, expected JSON; its log is gone/,
  ],
  [
    "too many rejected rows in a batch that is there",
    async (place) => {
      deliver(place, LAST, "5|2|FR\nbad\n");
      await place.run("--days", "1", "--max-rejected", "50%");
    },
    ["--days", "1"],
    /^Cannot use log ".*listen-20211201\.log": 1 of 2 rows rejected, 50 %/,
  ],
  [
    "a poorer chart than the published one",
    async (place) => {
      deliverDays(place, LAST, 2);
      await place.run("--days", "2");
      takeAway(place, LAST - 1);
      place.remove(batchName(LAST - 1));
    },
    ["--days", "2"],
    /^Cannot replace the charts of 2021-12-01: 1 days used, expected at least 2/,
  ],
];

for (const [what, prepare, argv, message] of REFUSED) {
  testProgram(`status says by what the next run is refused: ${what}`, async (place) => {
    await prepare(place);
    const before = traces(place);
    const { status: ended, stdout, stderr } = await status(place, ...argv);
    assert.equal(ended, 1);
    assert.match(stderr, message);
    assert.match(stdout, /\nThe next run is refused\n {2}because {3}Cannot /);
    assert.equal((await statusIn(place, ...argv)).nextRun.refusals[0], stderr.trimEnd());
    const dry = await place.topstreams(...place.runWords(...argv, "--dry-run"));
    assert.deepEqual([dry.status, dry.stdout, dry.stderr], [1, stdout, stderr]);
    assert.deepEqual(traces(place), before);
    assert.equal(await place.runFails(1, ...argv), stderr);
  });
}

testProgram(
  "status says who holds the lock, and takes no offence at one that is free",
  async (place) => {
    deliver(place, LAST);
    await place.run("--days", "1");
    place.write("batch/.lock", '{"pid":1,"since":"2021-12-01T06:00:00.000Z"}');
    assert.equal((await statusIn(place, "--days", "1")).running, null);
    place.remove("batch/.lock");
    const lock = await lockFolder(place.path("batch"));
    try {
      const { running } = await statusIn(place, "--days", "1");
      assert.equal(running?.pid, Deno.pid);
      const { stdout } = await status(place, "--days", "1");
      assert.match(stdout, new RegExp(`A run is in progress: process ${Deno.pid}, since .*Z\n$`));
    } finally {
      lock.release();
    }
  },
);

testProgram("status sees through a publication that was cut short", async (place) => {
  deliver(place, LAST);
  await place.run("--days", "1");
  const name = "run_20211201.json";
  Deno.renameSync(place.path(`results/${name}`), place.path(`results/.${name}.aside`));
  place.write("results/.publish.json", JSON.stringify({ files: [name], removals: [] }));
  const manifest = batchName(LAST, "manifest.json");
  Deno.renameSync(place.path(manifest), place.path(batchName(LAST, ".manifest.json.aside")));
  place.write(batchName(LAST, ".publish.json"), '{"files":["manifest.json"],"removals":[]}');
  const before = traces(place);
  const { nextRun, newestRun, unfinished } = await statusIn(place, "--days", "1");
  assert.deepEqual(nextRun.reuseBatches, ["2021-12-01"]);
  assert.equal(newestRun?.date, "2021-12-01");
  assert.deepEqual(unfinished, [manifest, `results/${name}`].map((each) => place.path(each)));
  assert.deepEqual(traces(place), before);
  await place.run("--days", "1");
  assert.deepEqual(daysRead(summaryIn(place, LAST)), []);
});

testProgram("status counts what retention deletes of results and history", async (place) => {
  deliverDays(place, LAST, 2);
  for (const date of [LAST - 1, LAST]) await place.run("--date", formatDay(date), "--days", "1");
  const argv = ["--days", "1", "--keep-results", "1", "--keep-history", "1"];
  const { nextRun } = await statusIn(place, ...argv);
  assert.deepEqual(nextRun.deleteHistory, [formatDay(LAST - 1)]);
  const former = place.names("results").filter((name) => name.includes("20211130"));
  assert.deepEqual(nextRun.deleteResults, former);
  const before = place.names("results");
  await place.run(...argv);
  const left = place.names("results");
  assert.deepEqual(before.filter((name) => !left.includes(name)), former);
});

const WRONG: readonly [argv: readonly string[], message: RegExp][] = [
  [["status", "--memory", "1GiB"], /^Cannot use "--memory": unknown option, expected one of/],
  [["status", "--days", "0"], /^Cannot use "--days 0": /],
  [["status", "--date", "9999-01-01"], /^Cannot use "--date 9999-01-01": a day in the future/],
  [["status", "--keep-batches", "2"], /^Cannot use "--keep-batches 2": 2 days, expected at least/],
  [["status", "--reader", "nothing"], /^Cannot use "--reader nothing": unknown "nothing"/],
  [
    ["run", "--dry-run", "--from", "20211201", "--to", "20211202"],
    /^Cannot use "--dry-run --from 2021-12-01 --to 2021-12-02": several dates, expected one/,
  ],
];

for (const [argv, message] of WRONG) {
  testProgram(`${argv.join(" ")} is refused`, async (place) => {
    const ended = await place.topstreams(...argv);
    assert.equal(ended.status, 2);
    assert.match(ended.stderr, message);
    assert.equal(ended.stdout, "");
  });
}

testProgram("status writes lines of at most 80 columns", async (place) => {
  deliverDays(place, LAST, 8);
  await place.run("--date", formatDay(LAST - 1));
  for (const argv of [[], ["--days", "30"], ["--strict", "--days", "30"]]) {
    const { stdout } = await status(place, ...argv);
    assert.deepEqual(stdout.split("\n").filter((line) => line.length > 80), []);
  }
});

testProgram("README shows what status writes", async (place) => {
  await assertSession(place, "topstreams generate --rows 5k --days 4 --date 2021-12-01", (line) => {
    if (!line.startsWith("topstreams run")) return;
    for (const name of place.names("logs")) {
      const delivered = new Date(Date.now() - 3_600_000);
      Deno.utimeSync(place.path(`logs/${name}`), delivered, delivered);
    }
  });
});
