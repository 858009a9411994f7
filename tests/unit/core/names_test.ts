import assert from "node:assert/strict";
import { dayOf } from "../../../core/day.ts";
import {
  batchFileName,
  batchFolderName,
  dateOfResult,
  dayOfBatchFolder,
  dayOfCompressedLog,
  dayOfLog,
  logName,
  MANIFEST_NAME,
  reportName,
  summaryName,
} from "../../../core/names.ts";
import { test } from "./_support.ts";

const DAY = dayOf(2021, 12, 1)!;

test("logName() and its kin give the names of the specification", () => {
  assert.equal(logName(DAY), "listen-20211201.log");
  assert.equal(batchFolderName(DAY), "20211201");
  assert.equal(batchFileName("country"), "country.batch");
  assert.equal(batchFileName("user"), "user.batch");
  assert.equal(MANIFEST_NAME, "manifest.json");
  assert.equal(reportName("country", 50, DAY, "txt"), "country_top50_20211201.txt");
  assert.equal(reportName("user", 3, DAY, "jsonl.gz"), "user_top3_20211201.jsonl.gz");
  assert.equal(summaryName(DAY), "run_20211201.json");
});

const DAY_OF: readonly [string, (name: string) => number | undefined, string[], string[]][] = [
  ["dayOfLog", dayOfLog, ["listen-20211201.log"], [
    "listen-20210229.log",
    "listen-2021-12-01.log",
    "listen-20211201.log.gz",
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
  ["dayOfCompressedLog", dayOfCompressedLog, [
    "listen-20211201.log.gz",
    "listen-20211201.log.zst",
  ], [
    "listen-20211201.log",
    "listen-20211201.gz",
    "listen-20211201.log.gz.gz",
    "listen-20211201.log.bz2",
    "listen-20211301.log.gz",
  ]],
  ["dayOfBatchFolder", dayOfBatchFolder, ["20211201"], [
    "2021-12-01",
    "20211232",
    "020211201",
    "20211201.tmp",
    ".20211201",
    "lock",
    "",
  ]],
  ["dateOfResult", (name: string) => dateOfResult(name, ["txt", "jsonl.gz"]), [
    "country_top50_20211201.txt",
    "user_top1_20211201.txt",
    "user_top50_20211201.jsonl.gz",
    "run_20211201.json",
  ], [
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
