import assert from "node:assert/strict";
import { dayOf } from "../../../core/day.ts";
import {
  batchFileName,
  batchFolderName,
  dateOfResult,
  dayOfBatchFolder,
  dayOfLog,
  DEFAULT_LOG_NAME,
  logName,
  type LogPattern,
  MANIFEST_NAME,
  pageName,
  parseLogPattern,
  reportName,
  summaryName,
} from "../../../core/names.ts";
import { test } from "./_support.ts";

const DAY = dayOf(2021, 12, 1)!;

function patternOf(text: string): LogPattern {
  const pattern = parseLogPattern(text);
  assert.ok(typeof pattern !== "string", `"${text}": ${pattern}`);
  return pattern;
}

test("logName() and its kin give the names of the specification", () => {
  assert.equal(logName(DAY), "listen-20211201.log");
  assert.equal(batchFolderName(DAY), "20211201");
  assert.equal(batchFileName("country"), "country.batch");
  assert.equal(batchFileName("user"), "user.batch");
  assert.equal(pageName(DAY, "html"), "charts_20211201.html");
  assert.equal(MANIFEST_NAME, "manifest.json");
  assert.equal(reportName("country", 50, DAY, "txt"), "country_top50_20211201.txt");
  assert.equal(reportName("user", 3, DAY, "jsonl.gz"), "user_top3_20211201.jsonl.gz");
  assert.equal(summaryName(DAY), "run_20211201.json");
});

const DAY_OF: readonly [string, (name: string) => number | undefined, string[], string[]][] = [
  ["dayOfLog", (name) => dayOfLog(name, patternOf(DEFAULT_LOG_NAME)), [
    "listen-20211201.log",
    "listen-20211201.log.gz",
    "listen-20211201.log.zst",
  ], [
    "listen-20210229.log",
    "listen-2021-12-01.log",
    "listen-20211201.gz",
    "listen-20211201.log.gz.gz",
    "listen-20211201.log.bz2",
    "listen-20211301.log.gz",
    "listen-20211201.log~",
    ".listen-20211201.log",
    "listen-20211201.txt",
    "listen-20211201xlog",
    "Listen-20211201.log",
    "listen-20211201.log\n",
    "listen-120211201.log",
    "listen-.log",
    "",
  ]],
  [
    "dayOfLog of a pattern with parts",
    (name) => dayOfLog(name, patternOf("p-{DD}.{MM}.{YYYY}+.csv")),
    [
      "p-01.12.2021+.csv",
      "p-01.12.2021+.csv.gz",
    ],
    ["p-01.12.2021.csv", "p-01x12.2021+.csv", "p-31.11.2021+.csv", "p-01.12.2021++.csv"],
  ],
  [
    "dayOfLog of a pattern with any characters",
    (name) => dayOfLog(name, patternOf("plays-{YYYY}-{MM}-{DD}-*.csv.gz")),
    ["plays-2021-12-01-1.csv.gz", "plays-2021-12-01-.csv.gz", "plays-2021-12-01-a-b.csv.gz"],
    ["plays-2021-12-01.csv.gz", "plays-2021-12-01-1.csv", "plays-2021-12-01-1.csv.gz.gz"],
  ],
  [
    "dayOfLog of a pattern that begins with any",
    (name) => dayOfLog(name, patternOf("*{YYYYMMDD}")),
    [
      "20211201",
      "a 20211201",
      "a 20211201.zst",
    ],
    [".20211201", ".listen-20211201"],
  ],
  ["dayOfBatchFolder", dayOfBatchFolder, ["20211201"], [
    "2021-12-01",
    "20211232",
    "020211201",
    "20211201.tmp",
    ".20211201",
    "lock",
    "",
  ]],
  ["dateOfResult", (name: string) => dateOfResult(name, ["txt", "jsonl"], ["html"]), [
    "charts_20211201.html",
    "charts_20211201.html.gz",
    "country_top50_20211201.txt",
    "user_top1_20211201.txt",
    "world_top200_20211201.txt.gz",
    "user_top50_20211201.jsonl.gz",
    "run_20211201.json",
  ], [
    "charts_20211201.txt",
    "charts_20211201.html.bak",
    "charts_top50_20211201.html",
    "country_top50_20211201.html",
    "country_top50_20211201.txt.bak",
    "country_top50_20211201.csv",
    "user_top50_20211201.gz",
    "run_20211201.json.old",
    "artist_top50_20211201.txt",
    "country_top0_20211201.txt",
    "country_top050_20211201.txt",
    "country_top_20211201.txt",
    "country_top50_20211301.txt",
    "country_top50_20211201.",
    "country_top50_20211201",
    "my country_top50_20211201.txt",
    "xuser_top50_20211201.txt",
    "run_20211201.json.tmp",
    "run_20211201.txt",
    "readme.txt",
    "",
  ]],
];

for (const [name, read, ofTheDay, others] of DAY_OF) {
  test(`${name}() knows its names and leaves all others alone`, () => {
    for (const text of ofTheDay) assert.equal(read(text), DAY, `"${text}"`);
    for (const text of others) assert.equal(read(text), undefined, `"${text}"`);
  });
}

test("parseLogPattern() tells whether a day may have several logs", () => {
  assert.equal(patternOf("plays-{YYYYMMDD}-*.log").hasSeveral, true);
  assert.equal(patternOf(DEFAULT_LOG_NAME).hasSeveral, false);
});

const WRONG_PATTERNS: readonly [text: string, problem: string][] = [
  ["", "no whole day in it, once"],
  ["listen.log", "no whole day in it, once"],
  ["listen-{YYYY}{MM}.log", "no whole day in it, once"],
  ["{YYYYMMDD}-{YYYYMMDD}.log", "no whole day in it, once"],
  ["{YYYYMMDD}-{DD}.log", "no whole day in it, once"],
  ["{YYYY}-{MM}-{DD}-{DD}.log", "no whole day in it, once"],
  ["listen-{HH}-{YYYYMMDD}.log", 'unknown "{HH}"'],
  ["logs/listen-{YYYYMMDD}.log", "a path"],
  ["..\\\\{YYYYMMDD}", "a path"],
];

test("parseLogPattern() says what is wrong with a pattern", () => {
  for (const [text, problem] of WRONG_PATTERNS) assert.equal(parseLogPattern(text), problem, text);
});
