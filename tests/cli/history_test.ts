/** The history of charts, and movement derived from it: in reports and in `top`. */
import assert from "node:assert/strict";
import { type Day, formatDay } from "../../core/day.ts";
import { chartOf } from "../oracle.ts";
import { DAYS, deliverDays, LAST, logOf } from "./_week.ts";
import { type CsvRow, rowsOf, show, songsIn } from "./_top.ts";
import { type Place, testProgram } from "./program.ts";

const GOLDEN = new URL("../golden_movement/", import.meta.url);

/** Golden cases are found by listing: logs, the options of each run, the expected reports. */
for (const { name } of [...Deno.readDirSync(GOLDEN)].sort((a, b) => a.name < b.name ? -1 : 1)) {
  const folder = new URL(`${name}/`, GOLDEN);
  const read = (file: string): string => Deno.readTextFileSync(new URL(file, folder));
  testProgram(`run --movement gives what golden_movement/${name} expects`, async (place) => {
    for (const log of Deno.readDirSync(new URL("logs/", folder))) {
      place.write(`logs/${log.name}`, read(`logs/${log.name}`));
    }
    for (const run of JSON.parse(read("args.json")).runs) {
      await place.run(...run, "--movement", "--writer", "csv", "--quiet");
    }
    const expected = [...Deno.readDirSync(new URL("expected/", folder))].map((file) => file.name);
    assert.ok(expected.length > 1);
    const made = place.names("results").filter((file) => file.endsWith(".csv"));
    assert.deepEqual(made, expected.sort());
    for (const file of expected) {
      assert.equal(place.read(`results/${file}`), read(`expected/${file}`), file);
    }
  });
}

const daysOf7 = (date: Day): readonly Day[] => DAYS.filter((day) => day <= date && day > date - 7);

/** The songs of each key on a date, by the oracle. */
function songsOf(date: Day, kind: "country" | "user" | "world", top = 50): Map<string, string[]> {
  return songsIn(chartOf(daysOf7(date).map((day) => logOf(day)), kind, top));
}

/** What is expected of a song that is compared with the day before. */
function expectedMove(row: CsvRow, before: readonly string[], top: number): [string, string] {
  const previous = before.indexOf(row.song) + 1;
  const rank = Number(row.rank);
  if (previous > 0) {
    return [previous > rank ? "up" : previous < rank ? "down" : "same", String(previous)];
  }
  return [before.length === top && rank > top ? "unknown" : "new", ""];
}

/** The charts of two dates, the batches of both windows kept. */
async function twoDates(place: Place, ...options: string[]): Promise<void> {
  deliverDays(place, LAST, 8);
  for (const date of [LAST - 1, LAST]) {
    await place.run("--date", formatDay(date), "--by", "country,world,user", ...options);
  }
}

testProgram(
  "top and run --movement tell the same, the one that the oracle tells",
  async (place) => {
    await twoDates(place, "--writer", "csv", "--movement");
    const before = songsOf(LAST - 1, "country");
    const report = rowsOf(place.read("results/country_top50_20211201.csv"));
    assert.ok(new Set(report.map(({ movement }) => movement)).size > 3, "all kinds of movement");
    for (const row of report) {
      const moved = [row.movement, row.previous_rank];
      assert.deepEqual(
        moved,
        expectedMove(row, before.get(row.key) ?? [], 50),
        JSON.stringify(row),
      );
      assert.equal(row.days_on_chart, row.previous_rank === "" ? "1" : "2");
      const ranks = [Number(row.rank), Number(row.previous_rank || row.rank)];
      assert.equal(Number(row.peak_rank), Math.min(...ranks));
    }
    const keys = [...songsOf(LAST, "country").keys()];
    const shown = rowsOf((await show(place, "country", ...keys, "--csv")).stdout);
    assert.deepEqual(shown.map(({ title: _, artist: __, ...row }) => row), report);
    const short = rowsOf((await show(place, "country", ...keys, "--csv", "--top", "3")).stdout);
    assert.deepEqual(short, shown.filter(({ rank }) => Number(rank) <= 3), "a shorter table");
  },
);

testProgram("top knows nothing of movement where nothing was published before", async (place) => {
  deliverDays(place, LAST, 8);
  await place.run("--date", "2021-12-01");
  for (const words of [["country", "US"], ["world"], ["user", "4294967296"]]) {
    const rows = rowsOf((await show(place, ...words, "--csv")).stdout);
    assert.ok(rows.every(({ movement }) => movement === "unknown"), words.join(" "));
  }
  const { stdout } = await show(place, "country", "US", "--top", "1");
  assert.match(stdout, / – {12}1 {5}1\n$/);
});

testProgram("top tells a user's movement only where the batches cover it", async (place) => {
  await twoDates(place, "--keep-batches", "8");
  const before = songsOf(LAST - 1, "user", 1000);
  const users = [...songsOf(LAST, "user").keys()];
  const rows = rowsOf((await show(place, "user", ...users, "--csv")).stdout);
  assert.ok(new Set(rows.map(({ movement }) => movement)).size > 3, "all kinds of movement");
  for (const row of rows) {
    const moved = [row.movement, row.previous_rank];
    assert.deepEqual(moved, expectedMove(row, before.get(row.key) ?? [], 1000));
    assert.deepEqual([row.days_on_chart, row.peak_rank], ["", ""]);
  }
  const days = ["--compare", "2021-11-29"];
  const uncovered = rowsOf((await show(place, "user", ...users, "--csv", ...days)).stdout);
  assert.ok(uncovered.every(({ movement }) => movement === "unknown"), "a day of it has no batch");
  place.remove("batch/20211124");
  const left = rowsOf((await show(place, "user", ...users, "--csv")).stdout);
  assert.ok(left.every(({ movement }) => movement === "unknown"), "its first day has left");
});

testProgram("top --compare compares with the chart of that date", async (place) => {
  await twoDates(place);
  deliverDays(place, LAST, 8);
  const rows = rowsOf((await show(place, "world", "--csv", "--compare", "20211129")).stdout);
  assert.ok(rows.every(({ movement }) => movement === "unknown"));
  assert.ok(rows.some(({ days_on_chart }) => days_on_chart === "2"), "other dates still count");
});

testProgram("run keeps the history for --keep-history days, and of dates after", async (place) => {
  deliverDays(place, LAST, 8);
  const dates = (): string[] =>
    place.names("batch/history").filter((name) => /^\d+\/$/.test(name)).map((name) =>
      name.slice(0, -1)
    );
  for (const date of ["20211128", "20211129", "20211130"]) {
    await place.run("--date", date, "--days", "2", "--by", "country");
  }
  assert.deepEqual(dates(), ["20211128", "20211129", "20211130"]);
  await place.run("--date", "20211201", "--days", "2", "--by", "country", "--keep-history", "3");
  assert.deepEqual(dates(), ["20211129", "20211130", "20211201"]);
  await place.run("--date", "20211129", "--days", "2", "--by", "country", "--keep-history", "1");
  assert.deepEqual(dates(), ["20211129", "20211130", "20211201"]);
  await place.run("--date", "20211201", "--days", "2", "--by", "user");
  assert.deepEqual(dates(), ["20211129", "20211130", "20211201"], "users have none");
});

testProgram("run gives the same bytes with --movement, whatever jobs and memory", async (place) => {
  const writers = ["--writer", "top,csv,jsonl,parquet"];
  await twoDates(place, ...writers, "--movement");
  const alone = place.contents("results");
  const history = place.contents("batch/history");
  for (const options of [["--jobs", "2"], ["--memory", "256MiB"]]) {
    await place.run(
      "--date",
      "2021-12-01",
      "--by",
      "country,world,user",
      ...writers,
      "--movement",
      ...options,
    );
    assert.deepEqual(place.contents("results"), alone, options.join(" "));
    assert.deepEqual(place.contents("batch/history"), history, options.join(" "));
  }
  await place.run("--date", "2021-12-01", "--by", "country,world,user", ...writers);
  const plain = place.contents("results");
  for (const name of Object.keys(plain)) {
    const isSame = plain[name] === alone[name];
    const isPlain = name.startsWith("user_") || name.endsWith(".txt") || !name.includes("20211201");
    assert.equal(isSame, isPlain, name);
  }
  assert.match(plain["country_top50_20211201.csv"], /^key,rank,song,streams\n/);
});

testProgram("run and top pass over a damaged history and name it", async (place) => {
  await twoDates(place);
  const ranks = "batch/history/20211130/country.txt";
  place.write(ranks, place.read(ranks).replace(":", ";"));
  const shown = await show(place, "country", "US", "--csv");
  assert.equal(shown.status, 0);
  assert.match(
    shown.stderr,
    /^Warning: passing over history ".*20211130\/country\.txt": not what its manifest says, expected its size and checksum\n$/,
  );
  assert.ok(rowsOf(shown.stdout).every(({ movement }) => movement === "unknown"));
  const moving = ["--movement", "--writer", "csv", "--by", "country"];
  const { stderr } = await place.run("--date", "20211201", ...moving);
  assert.match(stderr, /Warning: passing over history /);
  await place.run("--date", "20211130", "--by", "country");
  const healed = await show(place, "country", "US", "--csv");
  assert.equal(healed.stderr, "");
  assert.ok(rowsOf(healed.stdout).some(({ movement }) => movement === "same"));
});

testProgram("run refuses --movement where no report would have it", async (place) => {
  deliverDays(place, LAST, 1);
  const cases = [
    [
      [],
      /^Cannot use "--movement": writer top has no columns for it, expected csv, jsonl or parquet among --writer\n$/,
    ],
    [
      ["--writer", "csv", "--by", "user"],
      /^Cannot use "--movement": charts of users alone, expected country or world among --by\n$/,
    ],
    [
      ["--writer", "csv", "--by", "world:1001"],
      /^Cannot use "--movement --by world:1001": 1001 songs, expected at most 1000, /,
    ],
  ] as const;
  for (const [words, message] of cases) {
    assert.match(await place.runFails(2, "--movement", ...words), message);
  }
});
