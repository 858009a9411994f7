/** Logs and charts of other kinds: names, several logs a day, sizes, the world, configuration. */
import { COMMANDS } from "../../cli/options.ts";
import assert from "node:assert/strict";
import { chartOf } from "../oracle.ts";
import { assertSameText } from "./_compare.ts";
import { bytesOf, deliver, deliverDays, LAST, logOf } from "./_week.ts";
import { type Place, testProgram } from "./program.ts";

const WORDS = ["--date", "20211201", "--days", "2", "--max-rejected", "5%"];

/** Cuts a log at line ends into parts. */
function partsOf(log: string, count: number): string[] {
  const lines = log.split("\n");
  const size = Math.ceil(lines.length / count);
  const starts = Array.from({ length: count }, (_, i) => i * size);
  return starts.map((start) => lines.slice(start, start + size).join("\n"));
}

function assertChart(place: Place, name: string, expected: string): void {
  assertSameText(place.read(`results/${name}`), expected, name);
}

for (const jobs of ["1", "2"]) {
  testProgram(`run --jobs ${jobs} makes one batch of several logs of a day`, async (place) => {
    const days = [["2021-11-30", logOf(LAST - 1)], ["2021-12-01", logOf(LAST)]] as const;
    for (const [day, log] of days) {
      partsOf(log, 3).forEach((part, i) =>
        place.write(`logs/plays-${day}-${i}.log`, bytesOf(part))
      );
    }
    const words = [...WORDS, "--jobs", jobs, "--log-name", "plays-{YYYY}-{MM}-{DD}-*.log"];
    await place.run(...words);
    const logs = days.map(([, log]) => log);
    assertChart(place, "country_top50_20211201.txt", chartOf(logs, "country", 50));
    assertChart(place, "user_top50_20211201.txt", chartOf(logs, "user", 50));
    const summary = JSON.parse(place.read("results/run_20211201.json"));
    assert.deepEqual(
      summary.logs.map(({ day, name, reader }: Record<string, string>) => (
        `${day} ${name} ${reader}`
      )),
      days.flatMap(([day]) => [0, 1, 2].map((i) => `${day} plays-${day}-${i}.log pipe`)),
    );

    const again = await place.run(...words);
    assert.match(again.stderr, /^ {2}reused +2 +6 +1 812 /m);
    place.write("logs/plays-2021-12-01-3.log", bytesOf("5|5|FR\n"));
    const { stderr } = await place.run(...words, "--verbose");
    assert.match(stderr, /Reading log ".*plays-2021-12-01-3\.log" \(changed log\)/);
    assertChart(place, "user_top50_20211201.txt", chartOf([...logs, "5|5|FR\n"], "user", 50));
  });
}

testProgram("run refuses two logs of one day where one is expected", async (place) => {
  deliver(place, LAST);
  place.write("logs/listen-20211201.log.gz", "");
  const message = await place.runFails(1, ...WORDS);
  assert.equal(
    message,
    "Cannot choose the log of 2021-12-01: listen-20211201.log and listen-20211201.log.gz " +
      "are there, expected one (a * in --log-name lets a day have several)\n",
  );
});

for (const jobs of ["1", "2"]) {
  testProgram(`run --jobs ${jobs} gives every chart its own size`, async (place) => {
    deliverDays(place, LAST, 2);
    await place.run(...WORDS, "--jobs", jobs, "--by", "world:5,country:3,user", "--top", "2");
    const logs = [logOf(LAST - 1), logOf(LAST)];
    assertChart(place, "country_top3_20211201.txt", chartOf(logs, "country", 3));
    assertChart(place, "user_top2_20211201.txt", chartOf(logs, "user", 2));
    assertChart(place, "world_top5_20211201.txt", chartOf(logs, "world", 5));
    assert.equal(place.names("results").length, 4, "three reports and the summary");
  });
}

testProgram("run --by world makes batches by country only", async (place) => {
  deliverDays(place, LAST, 2);
  await place.run(...WORDS, "--by", "world");
  const logs = [logOf(LAST - 1), logOf(LAST)];
  assertChart(place, "world_top50_20211201.txt", chartOf(logs, "world", 50));
  assert.ok(!place.names("batch/20211201").includes("user.batch"));
});

testProgram("run --keep-results deletes charts of the world, too", async (place) => {
  deliver(place, LAST);
  place.write("results/world_top9_20211128.txt", "world|1:1\n");
  place.write("results/world_top9_20211128.txt.gz", "of a former run");
  await place.run(...WORDS, "--keep-results", "2");
  assert.ok(!place.names("results").some((name) => name.includes("20211128")));
});

testProgram("run --config takes options of a file, and the command line wins", async (place) => {
  deliverDays(place, LAST, 3);
  const config = { "date": "2021-12-01", "days": 3, "top": 7, "by": ["user:4", "country"] };
  const more = { "max-rejected": "5%", "strict": true, "rows": "5k" };
  place.write("my.json", JSON.stringify({ ...config, ...more }));
  await place.run("--config", place.path("my.json"), "--days", "2");
  const logs = [logOf(LAST - 1), logOf(LAST)];
  assertChart(place, "country_top7_20211201.txt", chartOf(logs, "country", 7));
  assertChart(place, "user_top4_20211201.txt", chartOf(logs, "user", 4));
});

const OPTIONS_OF_RUN =
  `unknown option, expected an option of ${Object.keys(COMMANDS).join(", ")} without ` +
  'its dashes, such as "logs", "batch", "results"';

/** Configuration files that are refused, and what is said of them. */
const REFUSED: readonly [what: string, text: string, message: RegExp | string][] = [
  [
    "an unknown name",
    '{"day": 3}',
    `Cannot use "day" in FILE: ${OPTIONS_OF_RUN} (did you mean "days"?)`,
  ],
  [
    "the name of a file inside",
    '{"config": "a"}',
    `Cannot use "config" in FILE: ${OPTIONS_OF_RUN}`,
  ],
  [
    "a value out of range",
    '{"days": 0}',
    'Cannot use "days" in FILE: 0 days, expected a whole number from 1 to 3650',
  ],
  [
    "a switch as text",
    '{"strict": "yes"}',
    'Cannot use "strict" in FILE: string "yes", expected true or false',
  ],
  [
    "a number as a switch",
    '{"top": true}',
    'Cannot use "top" in FILE: boolean true, expected text, a number or a list of texts',
  ],
  [
    "null",
    '{"top": null}',
    'Cannot use "top" in FILE: null, expected text, a number or a list of texts',
  ],
  ["a list", "[1]", "Cannot use config FILE: a list, expected an object"],
  ["text", '"days"', 'Cannot use config FILE: string "days", expected an object'],
  [
    "no JSON",
    '{"days": 3,}',
    /^Cannot use config FILE: no JSON \(.*line 1 column 12.*\), expected an object$/,
  ],
  [
    "nothing",
    "",
    /^Cannot use config FILE: no JSON \(Unexpected end of JSON input\), expected an object$/,
  ],
];

for (const [what, text, expected] of REFUSED) {
  testProgram(`run --config refuses ${what} and names the place`, async (place) => {
    place.write("my.json", text);
    const path = place.path("my.json");
    const stderr = await place.runFails(2, "--config", path);
    const message = stderr.trimEnd().replace(`"${path}"`, "FILE");
    if (typeof expected === "string") assert.equal(message, expected);
    else assert.match(message, expected);
    assert.deepEqual(place.names(), ["my.json"]);
  });
}

testProgram("run --config refuses a file that is not there", async (place) => {
  const path = place.path("my.json");
  const message = await place.runFails(2, "--config", path);
  assert.equal(message, `Cannot use "--config ${path}": not found, expected a file with JSON\n`);
});

const MISTAKES: readonly [words: readonly string[], message: RegExp][] = [
  [["--reader", "xml"], /^Cannot use "--reader xml": unknown "xml", expected .*pipe/],
  [["--writer", "top,xml"], /^Cannot use "--writer xml": unknown "xml", expected .*top/],
  [["--writer", "top,top"], /^Cannot use "--writer top,top": "top" given twice/],
  [
    ["--reader", "pipe", "--columns", "song=1,user=2,country=3"],
    /^Cannot use "--columns song=1,user=2,country=3": reader pipe has no columns, expected another/,
  ],
  [["--columns", "song=1,user=b,country=3"], /some columns by name and some by number/],
  [["--columns", "song=a,user=b"], /no column for country, expected a column for song/],
  [["--columns", "song=a,user=a,country=c"], /one column for two fields/],
  [["--columns", "song=a,song=b"], /"song" given twice/],
  [["--columns", "artist=a"], /unknown "artist"/],
  [["--by", "country:0"], /"country:0" with a size that is no whole number from 1 to 1000000/],
  [["--by", "world:"], /"world:" with a size/],
  [["--by", "user,user:3"], /"user" given twice/],
  [["--log-name", "listen.log"], /^Cannot use "--log-name listen\.log": no whole day in it, once/],
  [["--log-name", "../{YYYYMMDD}"], /a path, expected a file name with \{YYYYMMDD\}/],
  [["--ids", "auto"], /^Cannot use "--ids auto": unknown "auto", expected number or text/],
];

for (const [words, message] of MISTAKES) {
  testProgram(`run ${words.join(" ")} ends with status 2 and does nothing`, async (place) => {
    deliver(place, LAST);
    const before = place.names();
    assert.match(await place.runFails(2, ...WORDS, ...words), message);
    assert.deepEqual(place.names(), before);
  });
}

testProgram("run refuses --columns where the log turns out to have none", async (place) => {
  deliver(place, LAST);
  const message = await place.runFails(1, ...WORDS, "--columns", "song=a,user=b,country=c");
  assert.match(
    message,
    /^Warning: .*\nCannot use --columns with log ".*1201\.log": reader pipe has no columns, /,
  );
});

testProgram("topstreams formats lists all formats in 80 columns", async (place) => {
  const { status, stdout, stderr } = await place.topstreams("formats");
  assert.deepEqual([status, stderr], [0, ""]);
  for (const line of stdout.split("\n")) assert.ok(line.length <= 80, line);
  for (const name of ["pipe", "top"]) assert.match(stdout, new RegExp(`^ {2}${name} `, "m"));
  assert.deepEqual(place.names(), []);
});
