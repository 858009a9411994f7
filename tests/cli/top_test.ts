/** `topstreams top`: what it shows, held against the naive oracle, and what it refuses. */
import assert from "node:assert/strict";
import { daysOf, formatDay, windowEnding } from "../../core/day.ts";
import { columnsOf } from "../../cli/terminal_text.ts";
import { lockFolder } from "../../io/lock.ts";
import { chartOf, linesOf, parseRow } from "../oracle.ts";
import { batchName, DAYS, deliver, deliverDays, LAST, logOf } from "./_week.ts";
import { chartLines, countsIn, rowsOf, show, songsIn } from "./_top.ts";
import { type Place, testProgram } from "./program.ts";

/** Eight days of batches. */
async function withBatches(place: Place, ...options: string[]): Promise<void> {
  deliverDays(place, LAST, 8);
  await place.run("--date", "2021-12-01", "--days", "8", ...options);
}

const logsOf = (date: number, days: number): string[] =>
  daysOf(windowEnding(date, days)).filter((day) => DAYS.includes(day)).map((day) => logOf(day));

testProgram("top shows the oracle's charts for any date, days and top", async (place) => {
  await withBatches(place);
  place.remove("logs");
  const cases = [["2021-12-01", 7, 50], ["2021-11-30", 2, 3], ["2021-11-24", 1, 500]] as const;
  for (const [date, days, top] of cases) {
    const words = ["--date", date, "--days", String(days), "--top", String(top), "--csv"];
    const last = DAYS.find((day) => formatDay(day) === date)!;
    for (const kind of ["country", "user", "world"] as const) {
      const expected = chartOf(logsOf(last, days), kind, top);
      const keys = kind === "world" ? [] : [...songsIn(expected).keys()];
      const { status, stdout, stderr } = await show(place, kind, ...keys, ...words);
      assert.deepEqual([status, stderr], [0, ""]);
      assert.equal(chartLines(rowsOf(stdout)), expected, `${kind} of ${date}`);
      const ranks = rowsOf(stdout).filter(({ key }) => key === (keys[0] ?? "world"));
      assert.deepEqual(ranks.map(({ rank }) => rank), ranks.map((_, i) => String(i + 1)));
    }
  }
});

testProgram("top song shows where and when a song is played", async (place) => {
  await withBatches(place);
  const songs = [...songsIn(chartOf(logsOf(LAST, 7), "world", 400)).get("world")!];
  const asked = [songs[0], songs[5], songs[songs.length - 1], "9007199254740991"];
  const { status, stdout } = await show(place, "song", ...asked, "--csv");
  assert.equal(status, 0);
  const rows = rowsOf(stdout);
  for (const song of asked) {
    for (const day of daysOf(windowEnding(LAST, 7))) {
      const found = rows.filter((row) => row.song === song && row.date === formatDay(day));
      const counts = found.map(({ country, streams }) => [country, Number(streams)] as const);
      const played = Object.fromEntries(counts.filter(([, streams]) => streams > 0));
      assert.deepEqual(played, countsIn(logOf(day), song), `song ${song} on ${formatDay(day)}`);
    }
  }
  const countries = rows.filter(({ song }) => song === asked[0]).map(({ country }) => country);
  assert.deepEqual(new Set(countries).size * 7, countries.length, "each country has each day");
});

testProgram("top takes ids that are text from batches of texts", async (place) => {
  place.write("logs/listen-20211201.log", "a:1|Zoë|FR\na:1|Zoë|FR\nb|Zoë|FR\na:1|x|DE\n");
  await place.run("--date", "20211201", "--days", "1", "--ids", "text");
  const words = ["--days", "1", "--csv"];
  const user = await show(place, "user", "Zoë", ...words);
  assert.match(user.stdout, /\nZoë,1,a:1,,,2,unknown,,,\nZoë,2,b,,,1,unknown,,,\n$/);
  const song = await show(place, "song", "a:1", ...words);
  assert.match(song.stdout, /\na:1,,,FR,2021-12-01,2\na:1,,,DE,2021-12-01,1\n$/);
  const country = await show(place, "country", "FR", "--days", "1", "--json");
  assert.deepEqual(JSON.parse(country.stdout).songs[0].song, "a:1");
});

testProgram(
  "top --json writes one document: an array where several are asked for",
  async (place) => {
    await withBatches(place);
    const one = JSON.parse((await show(place, "country", "US", "--json")).stdout);
    assert.equal(one.key, "US");
    assert.deepEqual([one.from, one.date, one.compared], [
      "2021-11-25",
      "2021-12-01",
      "2021-11-30",
    ]);
    assert.deepEqual([one.daysUsed.length, one.daysMissing], [7, []]);
    const expected = songsIn(chartOf(logsOf(LAST, 7), "country", 50)).get("US");
    assert.deepEqual(one.songs.map((each: { song: number }) => String(each.song)), expected);
    const rows = logsOf(LAST, 7).flatMap(linesOf).map((line) => parseRow(line));
    const streams = rows.filter((row) => typeof row !== "string" && row[2] === "US").length;
    assert.equal(one.streams, streams);
    const two = JSON.parse((await show(place, "country", "US", "DE", "--json")).stdout);
    assert.deepEqual(two[0], one);
    assert.equal(two[1].key, "DE");
    const song = JSON.parse((await show(place, "song", expected![0], "--json")).stdout);
    const byDay: number[] = song.countries.flatMap((each: { byDay: object }) =>
      Object.values(each.byDay)
    );
    assert.equal(byDay.reduce((a, b) => a + b), song.streams);
  },
);

testProgram("top shows a table that fits 80 columns, whatever titles hold", async (place) => {
  deliver(place, LAST, "1|5|FR\n1|6|FR\n1|7|FR\n2|5|FR\n2|6|FR\n3|5|FR\n4|5|FR\n");
  await place.run("--days", "1");
  const titles = "song,title,artist\n" +
    '1,"Say \x1b[31m\x1b]0;owned\x07 it, ""now""",A\u202eB\n' +
    "2,東京の夜はいつまでも続くそしてまた朝が来る,歌手の名前\n" +
    `3,Z${"\u0301".repeat(200)}algo,\n`;
  place.write("titles.csv", titles);
  const words = ["--days", "1", "--titles", place.path("titles.csv")];
  const { status, stdout, stderr } = await show(place, "country", "FR", ...words);
  assert.deepEqual([status, stderr], [0, ""]);
  const marks = "\u0301".repeat(3);
  assert.equal(
    stdout,
    "Country FR, 2021-12-01: 7 streams\n" +
      "rank  song                               streams            movement  days  peak\n" +
      '   1  Say \ufffd[31m\ufffd]0;owned\ufffd it, "now" – …        3  ████████  –            1     1\n' +
      "   2  東京の夜はいつまでも続くそしてま…        2  █████▍    –            1     2\n" +
      `   3  Z${marks}algo                                    1  ██▋       –            1     3\n` +
      "   4  4                                        1  ██▋       –            1     4\n",
  );
  for (const line of stdout.trimEnd().split("\n").slice(1)) assert.equal(columnsOf(line), 80);
  const user = (await show(place, "user", "5", "6", ...words)).stdout;
  assert.match(user, /^User 5, 2021-12-01: 4 streams\n.* movement\n(?:.* –\n){4}\nUser 6, /);
  const song = (await show(place, "song", "2", ...words)).stdout;
  assert.match(song, /^Song 東京.* – 歌手の名前, 2021-12-01: 2 streams in 1 country\ncountry /);
  assert.match(song, /\nFR +2 +█{30} +█\n2021-12-01 2\n$/);
  for (const text of [stdout, user, song]) {
    assert.doesNotMatch(text.replaceAll("\n", ""), /\p{Cc}/u);
  }
});

testProgram("top names days without a batch, and shows the others", async (place) => {
  deliver(place, LAST);
  deliver(place, LAST - 2);
  await place.run("--date", "20211201");
  const { status, stdout, stderr } = await show(place, "world", "--days", "4", "--csv");
  assert.equal(status, 0);
  assert.equal(
    stderr,
    "Warning: no batch of 2021-11-28, 2021-11-30: missing in what is shown\n",
  );
  const expected = chartOf([logOf(LAST - 2), logOf(LAST)], "world", 50);
  assert.equal(chartLines(rowsOf(stdout)), expected);
});

testProgram("top fails with a message where there is nothing to show", async (place) => {
  await withBatches(place, "--by", "country");
  const fails = async (words: string[], status: number, message: RegExp): Promise<void> => {
    const ended = await show(place, ...words);
    assert.equal(ended.status, status, words.join(" "));
    assert.match(ended.stderr, message);
    assert.doesNotMatch(ended.stderr, /\bat .*\.ts:\d/, "no stack trace");
  };
  await fails(
    ["country", "ZZ"],
    1,
    /^Cannot find country "ZZ": no streams in the batches of 2021-11-25 to 2021-12-01, expected some \(--date and --days choose other days\)\n$/,
  );
  await fails(["song", "77777777"], 1, /^Cannot find song "77777777": no streams /);
  await fails(
    ["user", "5"],
    1,
    /^Cannot find charts by user of 2021-11-25: batches by country alone, expected one by user \(topstreams run --by country,user\)\n$/,
  );
  await fails(
    ["world", "--date", "20210101"],
    1,
    /^Cannot find charts of 2020-12-26 to 2021-01-01: no batch of any day, expected at least one \(the newest day there is: --date 2021-12-01\)\n$/,
  );
  await fails(
    ["world", "--ids", "text"],
    1,
    /^Cannot use the batch of 2021-12-01: ids of kind number, expected text \(--ids\)\n$/,
  );
  await fails(["song", "x"], 2, /^Cannot use "top song x": no number, expected 1 to 16 digits/);
  await fails(["country"], 2, /^Cannot use "top country": no country given, /);
  await fails(["world", "--csv", "--json"], 2, /^Cannot use "--csv --json": /);
  await fails(
    ["world", "--compare", "20211201"],
    2,
    /^Cannot use "--compare 2021-12-01": not before the date of the chart, expected a day before 2021-12-01\n$/,
  );
  await fails(
    ["world", "--titles", place.path("absent.csv")],
    1,
    /^Cannot read ".*absent\.csv": not found, expected a file\n$/,
  );
  place.write("bad.csv", '1,"x\n');
  await fails(
    ["world", "--titles", place.path("bad.csv")],
    1,
    /^Cannot read titles ".*bad\.csv": line 1: a quote/,
  );
  const some = await show(place, "country", "US", "ZZ", "--json");
  assert.equal(some.status, 1, "one of two is not there");
  assert.deepEqual(JSON.parse(some.stdout).map(({ key }: { key: string }) => key), ["US"]);
});

testProgram("top tells of folders without batches", async (place) => {
  const absent = await show(place, "world");
  assert.equal(absent.status, 1);
  assert.match(
    absent.stderr,
    /^Cannot read folder ".*batch": not found, expected the folder of the batches \(--batch DIR\)\n$/,
  );
  place.write("batch/notes.txt", "mine");
  const empty = await show(place, "world");
  assert.equal(empty.status, 1);
  assert.match(
    empty.stderr,
    /^Cannot find charts in ".*batch": no batch in it, expected those of topstreams run\n$/,
  );
});

for (
  const [what, name, flip, expected] of [
    ["a block", "country.batch", 40, /country\.batch" at byte \d+: damaged block/],
    ["the header", "country.batch", 3, /country\.batch" at byte 0: no batch, expected its magic/],
    ["the trailer", "country.batch", -3, /country\.batch" at byte \d+: damaged or cut short/],
    ["the manifest", "manifest.json", 30, /manifest\.json": damaged manifest/],
  ] as const
) {
  testProgram(`top names a batch with ${what} damaged, and what helps`, async (place) => {
    await withBatches(place);
    const path = batchName(LAST - 1, name);
    const bytes = Deno.readFileSync(place.path(path));
    bytes[(flip + bytes.length) % bytes.length] ^= 4;
    place.write(path, bytes);
    const { status, stdout, stderr } = await show(place, "country", "AE", "US", "DE", "BR", "FR");
    assert.deepEqual([status, stdout], [1, ""]);
    assert.match(stderr, /^Cannot read batch ".*20211130\//);
    assert.match(stderr, expected);
    assert.match(stderr, /; topstreams run builds the batch again from its log\n$/);
    await place.run("--date", "20211201", "--days", "8");
    assert.equal((await show(place, "world")).status, 0, "so it is");
  });
}

testProgram("top shows charts while a run holds the lock", async (place) => {
  await withBatches(place);
  place.write(batchName(LAST + 1, ".country.batch.aside"), "a batch on its way");
  place.write("batch/.runs/run-0-0", "a run on its way");
  const lock = await lockFolder(place.path("batch"));
  try {
    const { status, stderr, stdout } = await show(place, "country", "US", "--csv");
    assert.deepEqual([status, stderr], [0, ""]);
    assert.match(stdout, /^key,rank,.*\nUS,1,/);
  } finally {
    lock.release();
  }
});
