/** The first minutes: what is said of folders and logs that are not as expected helps. */
import assert from "node:assert/strict";
import { type Place, testProgram } from "./program.ts";
import { logAs, type Row } from "./_logs.ts";

const ROWS: readonly Row[] = [["71", "5", "FR"], ["88", "6", "DE"], ["71", "6", "FR"]];
const CHART = "DE|88:1\nFR|71:2\n";

/** The options that a message says would fit. */
function optionsIn(message: string): string[] {
  const [, options] = /^ {2}what fits it: ([^(\n]*)/m.exec(message) ?? [];
  assert.ok(options !== undefined, message);
  return options.trim().split(" ").map((word) => word.replace(/^'(.*)'$/, "$1"));
}

const text = (rows: readonly (readonly string[])[], mark: string): string =>
  rows.map((row) => `${row.join(mark)}\n`).join("");

/** Logs that cannot be read as they are tried, and what the message says of them. */
const FORMATS: readonly [what: string, name: string, log: string | Uint8Array, fits: string][] = [
  [
    "commas and no header",
    "20211201.log",
    text(ROWS, ","),
    "--reader csv --columns song=1,user=2,country=3 (or with song and user the other way round)",
  ],
  [
    "tabs and no header, the country first",
    "20211201.log",
    text(ROWS.map(([song, user, country]) => [country, song, user]), "\t"),
    "--reader tsv --columns song=2,user=3,country=1 (or with song and user the other way round)",
  ],
  [
    "a header of other names",
    "20211201.csv",
    text([["when", "track_title", "cc", "track_id", "listener"]], ",") +
    text(ROWS.map(([song, user, country]) => ["2021-12-01", "la", country, song, user]), ","),
    "--reader csv --columns song=track_id,user=listener,country=cc",
  ],
  [
    "a header of other names, compressed",
    "20211201.csv.gz",
    logAs("20211201.csv.gz", ROWS, { names: ["title id", "member", "market"] }),
    "--reader csv --columns 'song=title id,user=member,country=market'",
  ],
  [
    "an ending that says otherwise",
    "20211201.csv",
    text(ROWS, "|"),
    "--reader pipe",
  ],
  [
    "objects with other keys",
    "20211201.log",
    logAs("x.jsonl", ROWS, { names: ["track.id", "account", "geo"] }),
    "--reader jsonl --columns song=track.id,user=account,country=geo",
  ],
  [
    "ids that are text",
    "20211201.log",
    text(ROWS.map(([song, user, country]) => [`s${song}`, `u${user}`, country]), "|"),
    "--reader pipe --ids text",
  ],
  [
    "text ids in columns",
    "20211201.csv",
    text([["uri", "user_name", "country"]], ",") +
    text(ROWS.map(([song, user, country]) => [`s${song}`, `u${user}`, country]), ","),
    "--reader csv --columns song=uri,user=user_name,country=country --ids text",
  ],
];

for (const [what, name, log, fits] of FORMATS) {
  testProgram(`run says how a log of ${what} is read, and so it is`, async (place) => {
    place.write(`logs/${name}`, log);
    const words = ["--days", "1", "--log-name", name.replace("20211201", "{YYYYMMDD}")];
    const message = await place.runFails(1, ...words);
    assert.ok(message.endsWith(`\n  what fits it: ${fits}\n`), message);
    const isShown = /^ {2}(?:line 1 \(\w+\)|its first line): \S/m.test(message);
    assert.ok(isShown, "the first line");
    const options = fits.includes("'")
      ? ["--reader", "csv", "--columns", "song=title id,user=member,country=market"]
      : optionsIn(message);
    await place.run(...words, ...options);
    const chart = place.read("results/country_top50_20211201.txt");
    assert.equal(chart.replaceAll(/[su]?(\d+):/g, "$1:").replaceAll("la:", ""), CHART);
  });
}

for (
  const [what, log] of [
    ["semicolons", text(ROWS, ";")],
    ["prose", "hello world\nand so on\n"],
  ] as const
) {
  testProgram(`run says that no reader fits a log of ${what}`, async (place) => {
    place.write("logs/listen-20211201.log", log);
    const message = await place.runFails(1, "--days", "1");
    assert.match(message, /\n {2}no reader fits it: topstreams formats lists them, .*\n$/);
    assert.equal(message.split(log.split("\n")[0]).length, 2, "the first line stands there once");
  });
}

testProgram("run gives no advice where the way is right and the rows are bad", async (place) => {
  place.write("logs/listen-20211201.log", text(ROWS, "|").repeat(20) + "bad\nbad\n");
  const message = await place.runFails(1, "--days", "1");
  assert.match(message, /^Cannot use log .*: 2 of 62 rows rejected/);
  assert.doesNotMatch(message, /fits it|first line/);
});

testProgram("run says what is in a folder that holds no logs", async (place) => {
  Deno.mkdirSync(place.path("logs"));
  const says = async (...argv: string[]): Promise<string> => {
    const message = await place.runFails(1, ...argv);
    return message.replaceAll(place.path(""), "").trimEnd().split("; ")[1];
  };
  assert.equal(await says(), 'folder "logs" is empty, expected logs (--logs DIR)');
  place.write("logs/notes.txt", "");
  const none = "none called listen-{YYYYMMDD}.log";
  assert.equal(
    await says("--date", "2021-12-01"),
    `folder "logs" holds "notes.txt", ${none} ` +
      "(--logs DIR names another folder, --log-name PATTERN other names)",
  );
  for (const day of ["01", "02", "03"]) {
    place.write(`logs/plays-2021-12-${day}.log`, text(ROWS, "|"));
  }
  const pattern = "plays-{YYYY}-{MM}-{DD}.log";
  assert.equal(
    await says(),
    `folder "logs" holds "notes.txt", "plays-2021-12-01.log", "plays-2021-12-02.log" and 1 more, ` +
      `${none} (--log-name '${pattern}' fits 3 of them)`,
  );
  await place.run("--log-name", pattern, "--days", "3");
});

async function refused(place: Place, logs: string): Promise<string> {
  const words = ["run", "--logs", place.path(logs), "--batch", place.path("batch")];
  const ended = await place.topstreams(...words, "--results", place.path("results"));
  assert.equal(ended.status, 1);
  return ended.stderr;
}

testProgram("run names a folder that is not there, or is a file", async (place) => {
  place.write("a-file", "");
  assert.match(
    await refused(place, "nowhere"),
    /^Cannot read folder ".*\/nowhere": not found, expected the folder of the logs \(--logs DIR\)\n$/,
  );
  assert.match(await refused(place, "a-file"), /^Cannot read folder ".*\/a-file": /);
  assert.deepEqual(place.names(), ["a-file"]);
});
