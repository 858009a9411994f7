/** The page of a run: what is in it, when there is one, and that it goes with its date. */
import assert from "node:assert/strict";
import { gunzipSync } from "node:zlib";
import { compactDay, daysOf, windowEnding } from "../../core/day.ts";
import { crc32 } from "../../core/crc32.ts";
import {
  attributeOf,
  countriesOf,
  type PageDom,
  parsed,
  songsOf,
  tagged,
  textOf,
  topLine,
} from "../unit/formats/page_dom.ts";
import { chartOf, linesOf, parseRow } from "../oracle.ts";
import { batchName, DAYS, deliver, deliverDays, LAST, logOf, summaryIn } from "./_week.ts";
import { type Place, testProgram } from "./program.ts";

const PAGE = "charts_20211201.html";
const WORDS = ["--date", "20211201", "--days", "7"];
const WINDOW = daysOf(windowEnding(LAST, 7));

function pageIn(place: Place, name = PAGE): PageDom {
  return parsed(place.read(`results/${name}`));
}

/** The charts of the oracle, by key. */
function chartsOf(kind: "country" | "world", days = WINDOW): Map<string, string> {
  const lines = chartOf(days.map(logOf), kind, 50).trimEnd().split("\n");
  return new Map(lines.map((line) => line.split("|") as [string, string]));
}

function assertCountries(page: PageDom, expected = chartsOf("country")): void {
  assert.deepEqual(countriesOf(page).sort(), [...expected.keys()]);
  for (const [key, songs] of expected) assert.equal(topLine(page, key), songs, key);
}

/** The streams of a country by day, counted naively. */
function dailyOf(country: string): number[] {
  return WINDOW.map((day) =>
    linesOf(logOf(day)).filter((line) => parseRow(line)[2] === country).length
  );
}

for (const jobs of ["1", "2"]) {
  testProgram(`run --jobs ${jobs} --writer top,html makes a page of its charts`, async (place) => {
    deliverDays(place, LAST, 8);
    const words = [...WORDS, "--by", "country,world,user", "--jobs", jobs];
    await place.run(...words, "--writer", "top,html");
    assert.deepEqual(place.names("results"), [
      PAGE,
      "country_top50_20211201.txt",
      "run_20211201.json",
      "user_top50_20211201.txt",
      "world_top50_20211201.txt",
    ]);
    const page = pageIn(place);
    assert.deepEqual(page.parseErrors, []);
    assertCountries(page);
    assert.equal(topLine(page, "world-songs"), chartsOf("world").get("world"));
    const report = summaryIn(place, LAST).reports.find(({ name }) => name === PAGE)!;
    const bytes = Deno.readFileSync(place.path(`results/${PAGE}`));
    assert.equal(report.sizeBytes, bytes.length);
    assert.equal(parseInt(report.crc32, 16), crc32(bytes));
    assert.equal(report.keys, countriesOf(page).length + 1);
  });
}

testProgram("the page is the same bytes with any number of jobs", async (place) => {
  deliverDays(place, LAST, 8);
  const pages: string[] = [];
  for (const jobs of ["1", "2", "1"]) {
    await place.run(...WORDS, "--by", "country,world", "--writer", "html", "--jobs", jobs);
    pages.push(place.read(`results/${PAGE}`));
    if (pages.length === 2) place.remove("batch");
    if (pages.length === 1) place.remove("batch");
  }
  assert.equal(pages[1], pages[0]);
  assert.equal(pages[2], pages[0]);
});

testProgram("the page draws the streams of every country by day", async (place) => {
  deliverDays(place, LAST, 7);
  await place.run(...WORDS, "--by", "country", "--writer", "html");
  const page = pageIn(place);
  const paths = tagged(page, "path").slice(1).map((path) => attributeOf(path, "d"));
  const expected = countriesOf(page).map((country) => {
    const daily = dailyOf(country);
    const most = Math.max(...daily);
    return daily.map((streams, i) =>
      `M${7 * i + 2.5} 22v-${Math.max(1, Math.round(22 * streams / most))}`
    ).join("");
  });
  assert.deepEqual(paths, expected);
  const [first] = tagged(page, "summary").map(textOf);
  const total = dailyOf(countriesOf(page)[0]).reduce((sum, each) => sum + each, 0);
  assert.ok(first.includes(`\n${total.toLocaleString("en-US")} streams`), first);
});

testProgram(
  "batches of a former version, whose manifests tell no countries, are read",
  async (place) => {
    const golden = new URL("../golden_batches/1-several-logs/batch/", import.meta.url);
    for (const day of ["20211130", "20211201"]) {
      for (const name of ["country.batch", "user.batch", "manifest.json"]) {
        place.write(`batch/${day}/${name}`, Deno.readFileSync(new URL(`${day}/${name}`, golden)));
      }
    }
    Deno.mkdirSync(place.path("logs"));
    const words = ["--date", "20211201", "--days", "2", "--max-rejected", "30%", "--by", "country"];
    await place.run(...words, "--writer", "top,html");
    const page = pageIn(place);
    const lines = place.read("results/country_top50_20211201.txt").trimEnd().split("\n");
    const expected = new Map(lines.map((line) => line.split("|") as [string, string]));
    assertCountries(page, expected);
    for (const [i, country] of countriesOf(page).entries()) {
      const sum = expected.get(country)!.split(",").reduce(
        (n, each) => n + Number(each.split(":")[1]),
        0,
      );
      assert.match(textOf(tagged(page, "summary")[i]), new RegExp(`\n${sum} streams`), country);
    }
  },
);

testProgram(
  "the page tells missing days, rejected rows, and movement by the history",
  async (place) => {
    for (const day of DAYS) if (day !== LAST - 3) deliver(place, day);
    const words = ["--days", "5", "--by", "country,world", "--writer", "html"];
    await place.run("--date", "20211130", ...words);
    const before = pageIn(place, "charts_20211130.html");
    const kinds = (page: PageDom) =>
      new Set(songsOf(page, "world-songs").map(({ movement }) => movement.replace(/\d+/, "N")));
    assert.deepEqual(kinds(before), new Set(["unknown"]));
    assert.match(
      textOf(tagged(before, "footer")[0]),
      /no chart of 29 November 2021 to compare with/,
    );
    await place.run("--date", "20211201", ...words);
    const page = pageIn(place);
    assert.match(textOf(tagged(page, "footer")[0]), /compares with the chart of 30 November 2021/);
    const ranks = new Map(
      songsOf(before, "world-songs").map(({ song, rank }) => [song, Number(rank)]),
    );
    for (const { song, rank, movement, daysOnChart } of songsOf(page, "world-songs")) {
      const previous = ranks.get(song);
      const by = (previous ?? 0) - Number(rank);
      const expected = by > 0 ? `up ${by}` : by < 0 ? `down ${-by}` : "same rank";
      assert.equal(movement, previous === undefined ? "new" : expected, song);
      assert.equal(daysOnChart, previous === undefined ? "1" : "2", song);
    }
    assert.ok(kinds(page).size >= 3, `${[...kinds(page)]}`);
    const quality = textOf(tagged(page, "section").at(-1)!);
    assert.match(quality, /1 day of the window is missing: 28 Nov\./);
    const { logs } = summaryIn(place, LAST);
    const rejected = logs.reduce((sum, log) => sum + log.rows - log.streams, 0);
    assert.ok(rejected > 0);
    const rows = logs.reduce((sum, log) => sum + log.rows, 0).toLocaleString("en-US");
    assert.ok(quality.includes(`${rejected} of ${rows} rows were rejected`), quality);
  },
);

testProgram("the page of text ids keeps every id as it is", async (place) => {
  const ids = ["</script>", "<b>x</b>", 'a"b', "é à", "%7C", "1e3", "\u202eabc", "x".repeat(256)];
  const lines = ids.flatMap((id, i) => Array(ids.length - i).fill(`${id}|user|FR`));
  place.write("logs/listen-20211201.log", lines.join("\n"));
  await place.run(
    "--date",
    "20211201",
    "--days",
    "1",
    "--ids",
    "text",
    "--by",
    "country",
    "--writer",
    "html",
  );
  assert.deepEqual(songsOf(pageIn(place), "FR").map(({ song }) => song), ids);
});

testProgram("the page has at most 50 songs of a key, and no users", async (place) => {
  const songs = Array.from({ length: 80 }, (_, i) => `${i + 1}|777001|FR`);
  place.write("logs/listen-20211201.log", songs.join("\n"));
  const words = ["--date", "20211201", "--days", "1", "--by", "country:70,user"];
  await place.run(...words, "--writer", "html");
  assert.deepEqual(place.names("results"), [PAGE, "run_20211201.json"]);
  assert.equal(songsOf(pageIn(place), "FR").length, 50);
  assert.ok(!place.read(`results/${PAGE}`).includes("777001"));
});

const TITLED = ["--date", "20211201", "--days", "1", "--by", "country,world", "--writer", "html"];

testProgram("run --titles shows what songs are called, where it is known", async (place) => {
  place.write("logs/listen-20211201.log", "71|1|FR\n71|2|FR\n88|1|FR\n99|1|DE\n");
  place.write(
    "titles.csv",
    'song,title,artist\n0071,"A, ""b"" <i>",Someone\n88,Only,\n5,Other,X\n',
  );
  await place.run(...TITLED, "--titles", place.path("titles.csv"));
  const songs = (id: string) => songsOf(pageIn(place), id).map(({ song }) => song);
  assert.deepEqual(songs("FR"), ['A, "b" <i> Someone 71', "Only 88"]);
  assert.deepEqual(songs("DE"), ["99"]);
  assert.deepEqual(songs("world-songs"), ['A, "b" <i> Someone 71', "Only 88", "99"]);
});

testProgram("run --titles FILE that is not there is refused before the work", async (place) => {
  place.write("logs/listen-20211201.log", "71|1|FR\n");
  const message = await place.runFails(1, ...TITLED, "--titles", place.path("absent.csv"));
  assert.match(message, /^Cannot read titles ".*absent\.csv": not found, expected a CSV file\n$/);
  assert.ok(!place.names().some((name) => /\.batch$|html$/.test(name)));
});

testProgram("run --titles FILE that is no CSV does not hold up the charts", async (place) => {
  place.write("logs/listen-20211201.log", "71|1|FR\n");
  place.write("titles.csv", "song,name\n71,A\n");
  const { stderr } = await place.run(...TITLED, "--titles", place.path("titles.csv"));
  assert.match(
    stderr,
    /^Warning: cannot read titles ".*": line 1: a header without "title".*; the page shows ids alone$/m,
  );
  assert.deepEqual(songsOf(pageIn(place), "FR").map(({ song }) => song), ["71"]);
});

testProgram("run --compress gz compresses the page too", async (place) => {
  deliverDays(place, LAST, 1);
  const words = ["--date", "20211201", "--days", "1", "--by", "country", "--writer", "html"];
  await place.run(...words);
  const plain = place.read(`results/${PAGE}`);
  await place.run(...words, "--compress", "gz");
  const packed = Deno.readFileSync(place.path(`results/${PAGE}.gz`));
  assert.equal(gunzipSync(packed).toString(), plain);
});

testProgram("--keep-results deletes pages with their dates", async (place) => {
  deliverDays(place, LAST, 8);
  place.write("results/charts_20211101.txt", "not ours");
  const words = ["--days", "1", "--by", "country", "--writer", "html", "--keep-results", "2"];
  for (const day of WINDOW.slice(-3)) await place.run("--date", compactDay(day), ...words);
  const names = place.names("results").filter((name) => name.startsWith("charts_"));
  assert.deepEqual(names, ["charts_20211101.txt", "charts_20211130.html", PAGE]);
});

testProgram("run --writer html needs a chart that is not of users", async (place) => {
  deliverDays(place, LAST, 1);
  const message = await place.runFails(2, ...WORDS, "--by", "user", "--writer", "top,html");
  assert.equal(
    message,
    'Cannot use "--writer html": a page shows no users, and --by user asks for no other chart, ' +
      "expected one of countries or of the world (--by country,world,user)\n",
  );
  assert.deepEqual(place.names(), ["logs/", "logs/listen-20211201.log"]);
});

testProgram("a batch that is damaged while the page needs it is built again", async (place) => {
  deliverDays(place, LAST, 2);
  const words = ["--date", "20211201", "--days", "2", "--by", "country", "--writer", "html"];
  await place.run(...words);
  const page = place.read(`results/${PAGE}`);
  const path = batchName(LAST, "country.batch");
  const bytes = Deno.readFileSync(place.path(path));
  bytes[100] ^= 1;
  place.write(path, bytes);
  const { stderr } = await place.run(...words);
  assert.match(stderr, /building it again from its log/);
  assert.equal(place.read(`results/${PAGE}`), page);
});
