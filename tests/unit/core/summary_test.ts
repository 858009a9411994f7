import assert from "node:assert/strict";
import { dayOf } from "../../../core/day.ts";
import { planRun } from "../../../core/planning.ts";
import { daysUsedIn, hexadecimal, summaryOf } from "../../../core/summary.ts";
import { logOfDay, logRecordOf, manifestOf, SHAPE, test } from "./_support.ts";

const D = dayOf(2021, 12, 1)!;

function summaryOfTwoDays() {
  const manifest = manifestOf(D - 2);
  const plan = planRun(
    { today: D + 1, windowDays: 3, keepBatchDays: 0, shape: SHAPE },
    { logs: [logOfDay(D)], batches: [{ day: D - 2, manifest }] },
  );
  return summaryOf({
    plan,
    manifests: new Map([[D, manifestOf(D, { logs: [logRecordOf(D, { crc32: 0xabc })] })], [
      D - 2,
      manifest,
    ]]),
    builtDays: new Set([D]),
    reports: [],
    seconds: { batching: 1, charting: 2, publishing: 3 },
    peakMemoryBytes: 9,
    versions: { topstreams: "0.1.0" },
  });
}

test("summaryOf() names the window, the days used and the days missing", () => {
  const { date, from, days, daysUsed, daysMissing } = summaryOfTwoDays();
  assert.deepEqual({ date, from, days, daysUsed, daysMissing }, {
    date: "2021-12-01",
    from: "2021-11-29",
    days: 3,
    daysUsed: ["2021-11-29", "2021-12-01"],
    daysMissing: ["2021-11-30"],
  });
});

test("summaryOf() gives every log's rows, streams and rejected rows, days ascending", () => {
  const { logs } = summaryOfTwoDays();
  assert.deepEqual(logs.map(({ day, from, crc32 }) => [day, from, crc32]), [
    ["2021-11-29", "batch", "00000007"],
    ["2021-12-01", "log", "00000abc"],
  ]);
  const { name, sizeBytes, rows, streams, rejectedRows, rejected } = logs[0];
  assert.deepEqual({ name, sizeBytes, rows, streams, rejectedRows, rejected }, {
    name: "listen-20211129.log",
    sizeBytes: 1000,
    rows: 100,
    streams: 90,
    rejectedRows: 10,
    rejected: { empty: 0, syntax: 0, fields: 0, song: 7, user: 0, country: 0, "too-long": 3 },
  });
});

test("daysUsedIn() reads back the days of a summary", () => {
  assert.deepEqual(daysUsedIn(JSON.stringify(summaryOfTwoDays())), [D - 2, D]);
});

test("daysUsedIn() gives nothing for what is no summary", () => {
  const texts = [
    "",
    "{",
    "null",
    "7",
    "[]",
    "{}",
    '{"daysUsed": []}',
    '{"daysUsed": "2021-12-01"}',
  ];
  for (const text of [...texts, '{"daysUsed": ["2021-12-01", "2021-13-01"]}']) {
    assert.equal(daysUsedIn(text), undefined, text);
  }
});

test("hexadecimal() writes eight digits", () => {
  const written = [0, 255, 0x12345678, 2 ** 32 - 1].map(hexadecimal);
  assert.deepEqual(written, ["00000000", "000000ff", "12345678", "ffffffff"]);
});
