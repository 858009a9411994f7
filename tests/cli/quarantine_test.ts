/** `run --quarantine`: rejected rows are kept with the batch, the same for any jobs and memory. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { compactDay, formatDay } from "../../core/day.ts";
import { decodeManifest } from "../../core/manifest.ts";
import { parquetWriteBuffer } from "npm:hyparquet-writer@0.17.0";
import { assertSameText } from "./_compare.ts";
import { assertSession } from "./_readme.ts";
import {
  assertCharts,
  batchName,
  bytesOf,
  DAYS,
  deliver,
  deliverDays,
  LAST,
  logOf,
} from "./_week.ts";
import { type Place, testProgram } from "./program.ts";

/** A line of a quarantine. */
interface Line {
  readonly log: string;
  readonly line: number;
  readonly reason: string;
  readonly row: string;
  readonly base64?: string;
  readonly cut?: true;
}

interface LastLine {
  readonly day: string;
  readonly rejectedRows: number;
  readonly keptRows: number;
  readonly leftOutRows: number;
}

const name = (day = LAST) => `rejected-${compactDay(day)}.jsonl`;

const quarantine = (place: Place) => ["--quarantine", place.path("quarantine")];

/** The words of a run of one day that keeps rejected rows, however many there are. */
function words(place: Place, ...argv: string[]): string[] {
  return ["--days", "1", "--max-rejected", "100%", ...quarantine(place), ...argv];
}

function linesIn(place: Place, day = LAST): { lines: Line[]; last: LastLine } {
  const all = place.read(`quarantine/${name(day)}`).trimEnd().split("\n").map((line) =>
    JSON.parse(line)
  );
  const last = all.pop();
  assert.equal(last.day, formatDay(day));
  assert.equal(last.keptRows, all.length);
  assert.equal(last.keptRows + last.leftOutRows, last.rejectedRows);
  return { lines: all, last };
}

function told({ lines }: { lines: Line[] }): [number, string, string][] {
  return lines.map(({ line, reason, row }) => [line, reason, row]);
}

testProgram(
  "run --quarantine keeps rejected rows, each with its line and reason",
  async (place) => {
    const log = "1|5|FR\n\n1|5|fr\r\n x |5|FR\n1|\xff\xfe|DE\n1|5\n1|5|FR\n1|5|FR|\0";
    deliver(place, LAST, log);
    const { stderr } = await place.run(...words(place));
    const found = linesIn(place);
    assert.deepEqual(told(found), [
      [2, "empty", ""],
      [3, "country", "1|5|fr"],
      [4, "song", " x |5|FR"],
      [5, "user", "1|\ufffd\ufffd|DE"],
      [6, "fields", "1|5"],
      [8, "fields", "1|5|FR|\0"],
    ]);
    assert.equal(Buffer.from(found.lines[3].base64!, "base64").toString("latin1"), "1|\xff\xfe|DE");
    assert.ok(found.lines.every(({ log }) => log === "listen-20211201.log"));
    assert.deepEqual(found.last, {
      day: "2021-12-01",
      rejectedRows: 6,
      keptRows: 6,
      leftOutRows: 0,
    });
    assert.match(stderr, /\n {2}kept {7}6 rejected rows\n/);
    const { mode, size } = Deno.statSync(place.path(`quarantine/${name()}`));
    assert.equal(mode! & 0o777, 0o640);
    const manifest = decodeManifest(place.read(batchName(LAST, "manifest.json")));
    assert.ok(typeof manifest !== "string");
    assert.deepEqual({ ...manifest.quarantine, crc32: 0 }, {
      name: name(),
      sizeBytes: size,
      crc32: 0,
      keptRows: 6,
      leftOutRows: 0,
    });
    const { quarantines } = JSON.parse(place.read("results/run_20211201.json"));
    assert.deepEqual(quarantines.map(({ day, keptRows }: LastLine) => [day, keptRows]), [
      ["2021-12-01", 6],
    ]);
  },
);

const ROWS = 'song,user,country\n1,5,FR\n1,5,fr\n"a\nb",5,FR\n1,5\n';
const OBJECTS = ['{"song":1,"user":5,"country":"FR"}', '{"song":1,"user":5}', "[", ""].join("\n") +
  "\n";

const READ_LINE = `export const reader = {
  name: "mine", description: "d",
  readLine: (line) => line === "1" ? { song: 1, user: 5, country: "FR" } : undefined,
};\n`;

const PARSER = `export const reader = {
  name: "mine", description: "d", isCutAtLines: false,
  parser({ onRejected }) {
    const rejected = { empty: 0, syntax: 0, fields: 0, song: 0, user: 0, country: 0, "too-long": 0 };
    const tally = { rows: 0, lines: 0, rejected, firstRejected: [] };
    return { tally, parse(bytes, from, to, isLast) {
      if (!isLast) return from;
      tally.rows = tally.lines = rejected.syntax = 2;
      TELL;
      return to;
    } };
  },
};\n`;

/** Logs of other formats: what is told of their rejected rows, and how many are left out. */
const FORMATS: readonly [
  file: string,
  log: Uint8Array,
  told: readonly (readonly [line: number, reason: string, row: string])[],
  module?: string,
  leftOut?: number,
][] = [
  [
    "20211201.csv",
    bytesOf(ROWS),
    [[3, "country", "1,5,fr"], [4, "song", '"a\nb",5,FR'], [6, "fields", "1,5"]],
  ],
  [
    "20211201.csv.gz",
    gzipSync(ROWS),
    [[3, "country", "1,5,fr"], [4, "song", '"a\nb",5,FR'], [6, "fields", "1,5"]],
  ],
  ["20211201.tsv", bytesOf("song\tuser\tcountry\n1\t5\tF\n"), [[2, "country", "1\t5\tF"]]],
  [
    "20211201.jsonl",
    bytesOf(OBJECTS),
    [[2, "fields", '{"song":1,"user":5}'], [3, "syntax", "["], [4, "empty", ""]],
  ],
  ["20211201.log.zst", zstdCompressSync(bytesOf("1|5|FR\n1|5\n")), [[2, "fields", "1|5"]]],
  [
    "20211201.parquet",
    new Uint8Array(parquetWriteBuffer({
      columnData: [
        { name: "song", data: ["1", "1", "x"], type: "STRING" },
        { name: "user", data: ["5", "5", "5"], type: "STRING" },
        { name: "country", data: ["FR", "fr", "DE"], type: "STRING" },
      ],
    })),
    [[2, "country", "song=1,user=5,country=fr"], [3, "song", "song=x,user=5,country=DE"]],
  ],
  ["20211201.log", bytesOf("1\n2\n"), [[2, "syntax", "2"]], READ_LINE],
  [
    "20211201.log",
    bytesOf("ab"),
    [[1, "syntax", "a"], [2, "syntax", "b"]],
    PARSER.replace(
      "TELL",
      'onRejected?.(1, "syntax", bytes, 0, 1); onRejected?.(2, "syntax", bytes, 1, 2)',
    ),
  ],
  ["20211201.log", bytesOf("ab"), [], PARSER.replace("TELL", ""), 2],
];

for (const [file, log, expected, module, leftOut = 0] of FORMATS) {
  const what = module === undefined ? file : leftOut > 0 ? "a silent parser" : "a module";
  testProgram(`run --quarantine keeps rejected rows of ${what}`, async (place) => {
    place.write(`logs/${file}`, log);
    const reader = module === undefined ? [] : ["--reader", place.path("mine.js")];
    if (module !== undefined) place.write("mine.js", module);
    await place.run(...words(place, "--log-name", "{YYYYMMDD}.*", ...reader));
    const found = linesIn(place);
    assert.deepEqual(told(found), expected);
    assert.equal(found.last.leftOutRows, leftOut);
  });
}

testProgram("run refuses a reader that tells of what is no row", async (place) => {
  place.write("logs/20211201.log", "ab");
  place.write("mine.js", PARSER.replace("TELL", 'onRejected?.(1, "bad", bytes, 0, 9)'));
  const argv = ["--log-name", "{YYYYMMDD}.log", "--reader", place.path("mine.js")];
  assert.match(
    await place.runFails(1, ...words(place, ...argv)),
    /^Cannot go on with reader "mine" \(.*mine\.js\): onRejected\(\) was told of no row, expected/,
  );
  assert.deepEqual(place.names().filter((each) => /^(?:batch|quarantine)/.test(each)), []);
});

testProgram(
  "run --quarantine keeps rows of several logs of a day in their order",
  async (place) => {
    place.write("logs/20211201-b.log", "1|5\n1|5|FR\n");
    place.write("logs/20211201-a.csv.gz", gzipSync("song,user,country\n1,5,FR\n1,5,F\n"));
    await place.run(...words(place, "--log-name", "{YYYYMMDD}-*"));
    const { lines } = linesIn(place);
    assert.deepEqual(lines.map(({ log, line, row }) => [log, line, row]), [
      ["20211201-a.csv.gz", 3, "1,5,F"],
      ["20211201-b.log", 1, "1|5"],
    ]);
  },
);

testProgram(
  "run --quarantine holds the first rows that fit, and counts the rest",
  async (place) => {
    const rows = Array.from({ length: 400 }, (_, i) => `bad ${i}`);
    deliver(place, LAST, rows.join("\n"));
    await place.run(...words(place));
    const whole = place.read(`quarantine/${name()}`);
    place.remove("batch");
    const { stderr } = await place.run(...words(place, "--quarantine-limit", "4KiB"));
    const { lines, last } = linesIn(place);
    assert.equal(last.rejectedRows, 400);
    assert.ok(last.keptRows > 30 && last.leftOutRows > 300);
    const cut = place.read(`quarantine/${name()}`);
    assert.ok(cut.length <= 4096);
    assert.ok(whole.startsWith(cut.slice(0, cut.lastIndexOf('{"day"'))));
    assert.deepEqual(lines.map(({ row }) => row), rows.slice(0, lines.length));
    assert.match(stderr, /\n {2}kept {7}\d+ rejected rows, \d+ left out \(--quarantine-limit\)\n/);
  },
);

testProgram("run --quarantine writes the same bytes with any jobs and memory", async (place) => {
  // Long enough for ranges of 16 MiB, of which lines are longer than 64 KiB, and some have no text.
  const long = "x".repeat(70_000);
  const part = `${long}\n5|2|FR\n1|2\n\n${long.slice(0, 65_536)}\n${long.slice(0, 65_537)}\xff\n`;
  deliver(place, LAST, part.repeat(190));
  const made: string[] = [];
  for (const argv of [["--jobs", "1"], ["--jobs", "2"], ["--memory", "256MiB", "--jobs", "2"]]) {
    for (const limit of ["1GiB", "10MB", "64KiB"]) {
      await place.run(...words(place, ...argv, "--quarantine-limit", limit));
      made.push(place.read(`quarantine/${name()}`));
      place.remove("batch");
      place.remove("quarantine");
    }
  }
  for (const [i, text] of made.entries()) assertSameText(text, made[i % 3], `the ${i}th`);
  const last = made.slice(0, 3).map((text) => JSON.parse(text.trimEnd().split("\n").pop()!));
  assert.deepEqual(last.map(({ rejectedRows }) => rejectedRows), [950, 950, 950]);
  assert.equal(last[0].keptRows, 950);
  assert.ok(last[1].keptRows < 950 && last[2].keptRows < last[1].keptRows);
  const first = made[0].split("\n").slice(0, 5).map((line) => JSON.parse(line));
  assert.deepEqual(first.map(({ line, row, cut }) => [line, row.length, cut]), [
    [1, 65_536, true],
    [3, 3, undefined],
    [4, 0, undefined],
    [5, 65_536, undefined],
    [6, 65_536, true],
  ]);
}, { needsProcess: true });

testProgram("the quarantine expires with its batch", async (place) => {
  deliverDays(place, LAST, 8);
  const argv = ["--max-rejected", "5%", ...quarantine(place)];
  await place.run("--date", formatDay(LAST - 1), ...argv);
  assert.deepEqual(place.names("quarantine"), DAYS.slice(0, 7).map(name));
  await place.run("--keep-batches", "8", ...argv);
  assert.deepEqual(place.names("quarantine"), DAYS.map(name));
  const folders = ["logs", "batch", "results"].flatMap((each) => [`--${each}`, place.path(each)]);
  const { stdout } = await place.topstreams("status", ...folders, ...argv);
  assert.match(
    stdout,
    /\n {2}deletes {3}batch of 2021-11-24\n {2}deletes {3}rejected rows of 2021-11-24\n/,
  );
  await place.run(...argv);
  assert.deepEqual(place.names("quarantine"), DAYS.slice(1).map(name));
  assertCharts(place, LAST);
});

testProgram(
  "a batch that is reused leaves its quarantine as it is, and none is made for one without",
  async (place) => {
    deliverDays(place, LAST, 2);
    const argv = ["--max-rejected", "5%"];
    await place.run("--date", formatDay(LAST - 1), "--days", "1", ...argv);
    const both = ["--days", "2", ...argv, ...quarantine(place)];
    const { stderr } = await place.run("--verbose", ...both);
    const note = (day: string) =>
      new RegExp(`Rejected rows of ${day} are not in ".*quarantine": its batch was made without`);
    assert.match(stderr, note("2021-11-30"));
    assert.doesNotMatch(stderr, note("2021-12-01"));
    assert.deepEqual(place.names("quarantine"), [name()]);
    const before = Deno.statSync(place.path(`quarantine/${name()}`)).mtime;
    await place.run(...both);
    assert.deepEqual(Deno.statSync(place.path(`quarantine/${name()}`)).mtime, before);
    const charts = place.contents("results");
    place.write(`quarantine/${name()}`, "damaged");
    await place.run(...both);
    place.remove("quarantine");
    const again = await place.run("--verbose", ...both);
    assert.match(again.stderr, note("2021-12-01"));
    assert.deepEqual(place.contents("results"), charts);
  },
);

testProgram("run completes a quarantine that was on its way with its batch", async (place) => {
  deliver(place, LAST);
  await place.run(...words(place));
  const whole = place.names().filter((each) => !each.startsWith("logs"));
  const text = place.read(`quarantine/${name()}`);
  const hide = (folder: string, file: string) =>
    Deno.renameSync(place.path(`${folder}/${file}`), place.path(`${folder}/.${file}.aside`));
  hide("quarantine", name());
  hide(batchName(LAST), "manifest.json");
  const beside = [{ folder: place.path("quarantine"), name: name() }];
  const journal = { files: ["manifest.json"], removals: [], beside };
  place.write(batchName(LAST, ".publish.json"), JSON.stringify(journal));
  place.write("quarantine/.rejected-20211130.jsonl.aside", "given up");
  await place.run(...words(place));
  assert.deepEqual(place.names().filter((each) => !each.startsWith("logs")), whole);
  assertSameText(place.read(`quarantine/${name()}`), text, name());
});

testProgram(
  "run without --quarantine completes a batch whose quarantine it must not touch",
  async (place) => {
    deliver(place, LAST);
    await place.run(...words(place));
    const file = place.path(`quarantine/${name()}`);
    Deno.renameSync(file, place.path(`quarantine/.${name()}.aside`));
    const beside = [{ folder: place.path("quarantine"), name: name() }];
    const journal = { files: ["manifest.json"], removals: [], beside };
    place.write(batchName(LAST, ".publish.json"), JSON.stringify(journal));
    await place.run("--days", "1", "--max-rejected", "100%");
    assert.deepEqual(place.names("quarantine"), [`.${name()}.aside`]);
    await place.run(...words(place));
    assert.deepEqual(place.names("quarantine"), []);
  },
  { needsProcess: true },
);

testProgram("run that refuses a log for its rejected rows keeps none of them", async (place) => {
  deliver(place, LAST, "1|5|FR\nbad\n");
  await place.runFails(1, "--days", "1", ...quarantine(place));
  assert.deepEqual(place.names().filter((each) => /^(?:batch|quarantine)/.test(each)), []);
});

testProgram("run --quarantine may have the folder of the results", async (place) => {
  deliver(place, LAST);
  const argv = ["--days", "1", "--max-rejected", "5%", "--quarantine", place.path("results")];
  await place.run(...argv);
  assert.ok(place.names("results").includes(name()));
});

const WRONG: readonly [argv: readonly string[], message: RegExp][] = [
  [["--quarantine", ""], /^Cannot use "--quarantine=": /],
  [["--quarantine-limit", "0"], /^Cannot use "--quarantine-limit 0": no unit, expected a size/],
  [
    ["--quarantine-limit", "1KB"],
    /^Cannot use "--quarantine-limit 1KB": 1000 bytes, expected a size .*, of at least 1024 bytes$/m,
  ],
];

for (const [argv, message] of WRONG) {
  testProgram(`run ${argv.join(" ")} is refused`, async (place) => {
    deliver(place, LAST);
    assert.match(await place.runFails(2, ...argv), message);
  });
}

testProgram("run --quarantine says where it cannot write", async (place) => {
  deliver(place, LAST);
  place.write("quarantine", "a file");
  assert.match(
    await place.runFails(1, ...words(place)),
    /^Cannot make folder ".*quarantine": a file of that name is there, expected a folder$/m,
  );
  assert.equal(logOf(LAST).length > 0, true);
});

testProgram("README shows what is in a quarantine", async (place) => {
  place.write("logs/listen-20211201.log", "71|5|FR\n71|6|fr\nno stream\n");
  await assertSession(
    place,
    "topstreams run --days 1 --max-rejected 90% --quarantine quarantine --quiet",
  );
});
