import assert from "node:assert/strict";
import { summaryText } from "../../../cli/summary_text.ts";
import type { LogSummary, RunSummary } from "../../../core/summary.ts";
import { createRowTally } from "../../../core/streams.ts";

const LOG: LogSummary = {
  day: "2021-12-01",
  name: "listen-20211201.log",
  reader: "pipe",
  from: "log",
  sizeBytes: 720_000_000,
  crc32: "00000000",
  rows: 30_000_000,
  streams: 29_940_000,
  rejectedRows: 60_000,
  rejected: { ...createRowTally().rejected, song: 50_000, country: 10_000 },
};

const REPORT = { kind: "country", top: 50, writer: "top", crc32: "00000000", streams: 1 } as const;

const SUMMARY: RunSummary = {
  summaryVersion: 1,
  date: "2021-12-01",
  from: "2021-11-29",
  days: 3,
  daysUsed: ["2021-11-30", "2021-12-01"],
  daysMissing: ["2021-11-29"],
  logs: [
    { ...LOG, day: "2021-11-30", from: "batch" },
    { ...LOG, compression: "gzip", rejected: { ...LOG.rejected, user: 7 }, rejectedRows: 60_007 },
  ],
  reports: [
    { ...REPORT, name: "country_top50_20211201.txt", keys: 160, sizeBytes: 123_456 },
    { ...REPORT, name: "user_top50_20211201.txt", keys: 6_000_000, sizeBytes: 2_700_000_000 },
  ],
  seconds: { batching: 3.46, charting: 11.9, publishing: 0.04 },
  peakMemoryBytes: 273 * 2 ** 20,
  versions: {},
};

const TEXT = `Charts of 2021-12-01: 2 of 3 days used, 1 missing

             days  logs        rows  rejected
  read          1     1  30 000 000    60 007  pipe in gzip
  reused        1     1  30 000 000    60 000
  in all        2     2  60 000 000   120 007

  rejected   song 100 000, user 7, country 20 000

  report                           keys      size
  country_top50_20211201.txt        160  123.5 kB
  user_top50_20211201.txt     6 000 000    2.7 GB
  in results

  seconds    batching 3.5, charting 11.9, publishing 0.0; 15.4 in all
  memory     273 MiB at its peak`;

Deno.test("summaryText() is a table", () => {
  assert.equal(summaryText(SUMMARY, "results"), TEXT);
  assert.equal(
    summaryText(SUMMARY, "results", true),
    TEXT.replace(/^.*/, "\x1b[1m$&\x1b[22m"),
  );
});

Deno.test("summaryText() is at most 80 columns wide", () => {
  const many = Object.fromEntries(
    Object.keys(LOG.rejected).map((reason) => [reason, 1_234_567_890]),
  ) as LogSummary["rejected"];
  const log = { ...LOG, rows: 123_456_789_012, rejectedRows: 12_345_678_901, rejected: many };
  const text = summaryText({ ...SUMMARY, logs: [log, { ...log, from: "batch" }] }, "results");
  for (const line of text.split("\n")) assert.ok(line.length <= 80, line);
  assert.ok(text.includes("\n             "), "the reasons take more than one line");
});

Deno.test("summaryText() of nothing rejected says nothing of reasons", () => {
  const log = { ...LOG, rejectedRows: 0, rejected: createRowTally().rejected };
  const text = summaryText({ ...SUMMARY, logs: [log], reports: [] }, "results");
  assert.doesNotMatch(text, /^ {2}rejected /m);
  assert.doesNotMatch(text, /in all {2}|reused/);
});
