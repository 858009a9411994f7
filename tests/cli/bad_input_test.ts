/** Bad input: one clear message, the right exit status, former results untouched. */
import assert from "node:assert/strict";
import { today } from "../../cli/make_charts.ts";
import { formatDay } from "../../core/day.ts";
import { assertSameFiles } from "./_compare.ts";
import { assertCharts, batchName, deliver, deliverDays, LAST, logOf, takeAway } from "./_week.ts";
import { type Place, testProgram } from "./program.ts";

const TWO_DAYS = ["--date", "20211201", "--days", "2"];

/** A log of which one row in ten is rejected, with an escape sequence among them. */
const BAD_ROWS = ["x|1|DE", "1|1|DEU", "1,1,DE", "", "\x1b[2J|1|DE", "\xff|1|DE", "-1|1|DE"];
const BAD_LOG = Array.from(
  { length: 70 },
  (_, i) => i % 10 === 4 ? BAD_ROWS[Math.floor(i / 10)] : `${i}|${i % 3}|DE`,
).join("\n");

/** Publishes charts, which what comes next must leave as they are. */
async function publishFormer(place: Place): Promise<void> {
  deliverDays(place, LAST, 2);
  await place.run(...TWO_DAYS);
}

/** Asserts that a daily run fails and that nothing at all is different afterwards. */
async function refusesAndKeeps(place: Place, ...argv: string[]): Promise<string> {
  const before = place.contents("");
  const names = place.names();
  const message = await place.runFails(1, ...argv);
  assert.deepEqual(place.names(), names);
  assertSameFiles(place.contents(""), before);
  return message;
}

for (
  const [words, message] of [
    [["--days", "0"], /^Cannot use "--days 0": 0 days, expected a whole number from 1 to 3650\n$/],
    [["--top", "x"], /^Cannot use "--top x": not a whole number, expected .*\n$/],
    [["--bogus"], /^Cannot use "--bogus": unknown option, .*\n$/],
    [["--date", "2021-02-29"], /^Cannot use "--date 2021-02-29": not a day of the calendar, .*\n$/],
    [["--keep-batches", "6"], /^Cannot use "--keep-batches 6": .* 7 days of the window\n$/],
    [["--memory", "1MiB"], /^Cannot use "--memory 1MiB": .*expected at least \d+MiB\n$/],
    [
      ["--by", "song"],
      /^Cannot use "--by song": unknown "song", expected country, user or world.*\n$/,
    ],
  ] as const
) {
  testProgram(`run ${words.join(" ")} ends with status 2 and does nothing`, async (place) => {
    deliver(place, LAST);
    assert.match(await place.runFails(2, ...words), message);
    assert.deepEqual(place.names(), ["logs/", "logs/listen-20211201.log"]);
  });
}

testProgram("run refuses a future date", async (place) => {
  const tomorrow = today() + 1;
  deliver(place, tomorrow, "1|2|DE\n");
  const message = await place.runFails(2, "--date", formatDay(tomorrow));
  assert.match(
    message,
    new RegExp(`^Cannot use "--date ${formatDay(tomorrow)}": a day in the fut`),
  );
  assert.equal(place.names().length, 2);
});

testProgram(
  "run refuses a folder of logs that is not there, and makes no folders",
  async (place) => {
    const message = await place.runFails(1);
    assert.match(
      message,
      /^Cannot read folder ".*\/logs": not found, expected .*\(--logs DIR\)\n$/,
    );
    assert.deepEqual(place.names(), []);
  },
);

testProgram("run refuses a folder of logs that is a file, and makes no folders", async (place) => {
  place.write("logs", "a file");
  const message = await place.runFails(1);
  assert.match(message, /^Cannot read folder ".*\/logs": .*, expected .*folder.*\n$/);
  assert.deepEqual(place.names(), ["logs"]);
});

testProgram("run refuses a folder of batches or results that is a file", async (place) => {
  deliver(place, LAST);
  for (const name of ["batch", "results"]) {
    place.write(name, "a file");
    const message = await place.runFails(1);
    assert.match(message, new RegExp(`^Cannot make folder ".*/${name}": `));
    place.remove(name);
    assert.deepEqual(place.names(), ["logs/", "logs/listen-20211201.log"], "no new empty folder");
  }
});

/** Whether this user may read what is closed to all, as root may. */
function readsEverything(): boolean {
  const folder = Deno.makeTempDirSync({ prefix: "topstreams-closed-" });
  try {
    Deno.chmodSync(folder, 0o000);
    return Array.from(Deno.readDirSync(folder)).length === 0;
  } catch {
    return false;
  } finally {
    Deno.removeSync(folder);
  }
}

if (readsEverything()) {
  Deno.test.ignore(
    "run refuses what it may not read (not run: this user reads everything)",
    () => {},
  );
} else {
  testProgram("run refuses what it may not read", async (place) => {
    await publishFormer(place);
    Deno.chmodSync(place.path("logs"), 0o000);
    assert.match(
      await place.runFails(1, ...TWO_DAYS),
      /^Cannot read folder ".*": permission denied/,
    );
    Deno.chmodSync(place.path("logs"), 0o700);
    deliver(place, LAST, "1|2|DE\n");
    Deno.chmodSync(place.path("logs/listen-20211201.log"), 0o000);
    const before = place.contents("results");
    assert.match(
      await place.runFails(1, ...TWO_DAYS),
      /^Cannot read ".*1201\.log": permission denied/,
    );
    assertSameFiles(place.contents("results"), before);
  });
}

testProgram("run refuses a log that is a folder", async (place) => {
  deliver(place, LAST - 1);
  place.write("logs/listen-20211201.log/inside", "");
  const before = place.names();
  const message = await place.runFails(1, ...TWO_DAYS);
  assert.match(message, /^Cannot read log ".*1201\.log": it is a folder, expected a file\n$/);
  assert.deepEqual(place.names(), before, "nothing was built, no new empty folder");
});

testProgram("run refuses a folder in the place of a log that has a batch", async (place) => {
  await publishFormer(place);
  takeAway(place, LAST);
  place.write("logs/listen-20211201.log/inside", "");
  assert.match(await refusesAndKeeps(place, ...TWO_DAYS), /it is a folder, expected a file/);
});

testProgram("run refuses a log that is called compressed and is not", async (place) => {
  deliver(place, LAST - 1);
  for (const bytes of ["", "compressed"]) {
    for (const [ending, what] of [["gz", "gzip"], ["zst", "zstd"]]) {
      const name = `logs/listen-20211201.log.${ending}`;
      place.write(name, bytes);
      const message = await place.runFails(1, ...TWO_DAYS);
      const reason = `no ${what}, expected what its name says (.${ending})`;
      const warning = bytes === "" ? /^Warning: .* 0 bytes: a day of no streams\n/ : "";
      const error = message.replace(warning, "");
      assert.equal(error, `Cannot read log "${place.path(name)}": ${reason}\n`);
      place.remove(name);
    }
  }
});

testProgram("run warns of a log of 0 bytes by name, and uses it", async (place) => {
  deliver(place, LAST - 1);
  deliver(place, LAST, "");
  for (const from of ["log", "batch"]) {
    const { stderr } = await place.run(...TWO_DAYS);
    assert.match(stderr, /^Warning: .*"listen-20211201\.log" has 0 bytes/, from);
    assert.match(stderr, /2 of 2 days used/, from);
    assertCharts(place, LAST, [LAST - 1, LAST], { logs: { [LAST]: "" } });
  }
});

testProgram("run --strict refuses a log of 0 bytes", async (place) => {
  deliver(place, LAST - 1);
  deliver(place, LAST, "");
  const message = await place.runFails(1, ...TWO_DAYS, "--strict");
  assert.match(message, /--strict: log of 0 bytes listen-20211201\.log, expected/);
  assert.deepEqual(place.names().filter((name) => !name.startsWith("logs/")), []);
  await place.run(...TWO_DAYS);
  const before = place.contents("");
  await place.runFails(1, ...TWO_DAYS, "--strict");
  assertSameFiles(place.contents(""), before);
});

testProgram("run makes empty charts of a day of 0 rows", async (place) => {
  deliver(place, LAST, "");
  await place.run("--days", "1");
  assertCharts(place, LAST, [LAST], { logs: { [LAST]: "" } });
});

testProgram("run refuses a window with neither log nor batch", async (place) => {
  deliver(place, LAST - 5);
  const message = await place.runFails(1, ...TWO_DAYS);
  assert.match(
    message,
    /^Cannot make charts of 2021-11-30 to 2021-12-01: neither log nor batch .*2021-11-26/,
  );
  assert.deepEqual(place.names(), ["logs/", "logs/listen-20211126.log"]);
});

testProgram("run refuses to choose a date where there is nothing", async (place) => {
  Deno.mkdirSync(place.path("logs"));
  assert.match(await place.runFails(1), /^Cannot choose a date: neither log nor batch/);
  assert.deepEqual(place.names(), ["logs/"]);
});

for (const jobs of ["1", "2"]) {
  testProgram(
    `run --jobs ${jobs} refuses a log with too many rejected rows and shows the first`,
    async (place) => {
      await publishFormer(place);
      deliver(place, LAST, BAD_LOG);
      const message = await refusesAndKeeps(place, ...TWO_DAYS, "--jobs", jobs);
      const [first, ...rows] = message.trimEnd().split("\n");
      assert.match(
        first,
        /^Cannot use log ".*\/logs\/listen-20211201\.log": 7 of 70 rows rejected, 10 %/,
      );
      assert.match(
        first,
        /\(empty 1, fields 1, song 4, country 1\), expected at most 1 % \(--max-rej/,
      );
      assert.deepEqual(rows, [
        "  line 5 (song): x|1|DE",
        "  line 15 (country): 1|1|DEU",
        "  line 25 (fields): 1,1,DE",
        "  line 35 (empty): ",
        "  line 45 (song): \\x1b[2J|1|DE",
      ]);
    },
  );
}

testProgram("run makes no folder for a refused first log", async (place) => {
  deliver(place, LAST, BAD_LOG);
  await place.runFails(1, "--days", "1");
  assert.deepEqual(place.names(), ["logs/", "logs/listen-20211201.log"]);
});

testProgram("run takes a log with as many rejected rows as --max-rejected says", async (place) => {
  deliver(place, LAST, BAD_LOG);
  await place.runFails(1, "--days", "1", "--max-rejected", "9.99%");
  await place.run("--days", "1", "--max-rejected", "10%");
  assertCharts(place, LAST, [LAST], { logs: { [LAST]: BAD_LOG } });
});

testProgram("run judges stored figures by a stricter --max-rejected", async (place) => {
  deliver(place, LAST - 1);
  deliver(place, LAST, BAD_LOG);
  await place.run(...TWO_DAYS, "--max-rejected", "50%");
  takeAway(place, LAST);
  const message = await refusesAndKeeps(place, ...TWO_DAYS);
  assert.match(message, /listen-20211201\.log": 7 of 70 rows rejected, .*\n {2}line 5 \(song\)/);
});

testProgram("run keeps the batch of a log whose next delivery is refused", async (place) => {
  await publishFormer(place);
  deliver(place, LAST, BAD_LOG);
  await refusesAndKeeps(place, ...TWO_DAYS);
  takeAway(place, LAST);
  await place.run(...TWO_DAYS);
  assertCharts(place, LAST, [LAST - 1, LAST]);
});

testProgram("run keeps the batches it made before a refused log", async (place) => {
  deliver(place, LAST - 1);
  deliver(place, LAST, BAD_LOG);
  await place.runFails(1, ...TWO_DAYS);
  assert.ok(place.names().includes(batchName(LAST - 1, "manifest.json")));
  assert.equal(place.names().some((name) => name.startsWith("results")), false);
  deliver(place, LAST, logOf(LAST), new Date("2021-12-03T00:00:00Z"));
  await place.run(...TWO_DAYS);
  assertCharts(place, LAST, [LAST - 1, LAST]);
});

testProgram("run warns of a damaged summary of former charts and publishes", async (place) => {
  await publishFormer(place);
  place.write("results/run_20211201.json", '{"daysUsed":');
  const { stderr } = await place.run(...TWO_DAYS);
  assert.match(stderr, /^Warning: ignored ".*run_20211201\.json": damaged/);
  assert.match(place.read("results/run_20211201.json"), /"daysUsed": \[\n/);
});

testProgram("run fails in one line where a report cannot be renamed into place", async (place) => {
  deliverDays(place, LAST, 1);
  place.write("results/user_top50_20211201.txt/inside", "a folder in the way");
  const message = await place.runFails(1, "--days", "1");
  assert.match(message, /^Cannot rename ".*user_top50_20211201\.txt.*": .*\n$/);
  place.remove("results/user_top50_20211201.txt");
  await place.run("--days", "1");
  assertCharts(place, LAST, [LAST]);
  assert.equal(place.names("results").some((name) => name.startsWith(".")), false);
});
