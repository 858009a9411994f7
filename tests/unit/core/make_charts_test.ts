import assert from "node:assert/strict";
import { makeCharts, type MakeChartsOptions } from "../../../core/make_charts.ts";
import { rejectedCount } from "../../../core/streams.ts";
import { pipe } from "../../../formats/pipe.ts";
import { top } from "../../../formats/top.ts";
import { test } from "./_support.ts";

const logOf = (day: number, text: string) => ({ day, bytes: new TextEncoder().encode(text) });

function chartsOf(logs: ReturnType<typeof logOf>[], partial: Partial<MakeChartsOptions> = {}) {
  const made = makeCharts(logs, { reader: pipe, writer: top, ...partial });
  const decoder = new TextDecoder();
  return { ...made, country: decoder.decode(made.country), user: decoder.decode(made.user) };
}

const EIGHT_DAYS = Array.from({ length: 8 }, (_, day) => logOf(100 + day, `${day}|1|FR\n`));

test("makeCharts() ends by default on the newest log and covers seven days", () => {
  const { country, tallies } = chartsOf(EIGHT_DAYS);
  assert.equal(country, "FR|1:1,2:1,3:1,4:1,5:1,6:1,7:1\n");
  assert.deepEqual([...tallies.keys()], [101, 102, 103, 104, 105, 106, 107]);
});

test("makeCharts() does not read logs outside the window", () => {
  const { user, tallies } = chartsOf([...EIGHT_DAYS].reverse(), { date: 103, windowDays: 2 });
  assert.equal(user, "1|2:1,3:1\n");
  assert.deepEqual([...tallies.keys()].sort(), [102, 103]);
});

test("makeCharts() takes a date without a log of its own", () => {
  assert.equal(chartsOf(EIGHT_DAYS, { date: 110, windowDays: 4 }).country, "FR|7:1\n");
});

test("makeCharts() keeps the top songs of a key, 50 by default", () => {
  const log = logOf(1, Array.from({ length: 60 }, (_, song) => `${song}|1|FR\n`).join(""));
  const songs = (count: number) => Array.from({ length: count }, (_, song) => `${song}:1`).join();
  assert.equal(chartsOf([log]).user, `1|${songs(50)}\n`);
  assert.equal(chartsOf([log], { top: 1 }).user, "1|0:1\n");
  assert.equal(chartsOf([log], { top: 99 }).country, `FR|${songs(60)}\n`);
});

test("makeCharts() hands back a tally for every log", () => {
  const { tallies } = chartsOf([logOf(1, "1|1|FR\nx\n\n"), logOf(2, "")]);
  const figures = [...tallies.values()].map((
    { rows, rejected },
  ) => [rows, rejectedCount(rejected)]);
  assert.deepEqual(figures, [[3, 2], [0, 0]]);
});

test("makeCharts() makes empty charts of logs without streams", () => {
  for (const text of ["", "\n", "x\n"]) {
    const { country, user } = chartsOf([logOf(1, text)]);
    assert.deepEqual([country, user], ["", ""]);
  }
});

test("makeCharts() refuses a window with no log, and two logs of one day", () => {
  const name = "RangeError";
  const noLog = "Cannot make charts: no log in the window, expected at least one";
  assert.throws(() => chartsOf([]), { name, message: noLog });
  assert.throws(() => chartsOf(EIGHT_DAYS, { date: 99 }), { name, message: noLog });
  assert.throws(() => chartsOf(EIGHT_DAYS, { date: 114 }), { name, message: noLog });
  assert.throws(() => chartsOf([logOf(1, ""), logOf(1, "")]), {
    name,
    message: "Cannot make charts: two logs of one day, expected one a day",
  });
  assert.throws(() => chartsOf(EIGHT_DAYS, { windowDays: 0 }), { name });
});
