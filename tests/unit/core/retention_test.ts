import assert from "node:assert/strict";
import { dayOf } from "../../../core/day.ts";
import { expired, expiredResults } from "../../../core/retention.ts";
import { test } from "./_support.ts";

const CASES: readonly [
  what: string,
  days: number[],
  date: number,
  keptDays: number,
  left: number[],
][] = [
  ["keeps the first day of the window", [4, 5, 10], 10, 7, []],
  ["lets the day before the window go", [3, 4], 10, 7, [3]],
  ["keeps days after the date", [1, 10, 11, 99], 10, 7, [1]],
  ["keeps only the date with a window of one day", [8, 9, 10], 10, 1, [8, 9]],
  ["gives the days ascending", [2, 9, 1, 3], 20, 2, [1, 2, 3, 9]],
  ["has nothing to do with no days", [], 10, 7, []],
  ["knows days before 1970", [-8, -7, -1], 0, 8, [-8]],
];

for (const [what, days, date, keptDays, left] of CASES) {
  test(`expired() ${what}`, () => {
    const given = Object.freeze([...days]);
    assert.deepEqual(expired(given, date, keptDays), left);
  });
}

test("expiredResults() lists pages, and no other file that is called so", () => {
  const names = ["charts_20211129.html", "charts_20211129.txt", "user_top50_20211129.html"];
  const extensions = { reportExtensions: ["txt"], pageExtensions: ["html"] };
  const left = expiredResults(names, dayOf(2021, 12, 1)!, { keepResultDays: 1, ...extensions });
  assert.deepEqual(left, names.slice(0, 1));
});

test("expiredResults() lists reports of our endings and summaries before the days kept", () => {
  const names = ["run_20211130.json", "user_top50_20211129.txt.gz", "user_top50_20211129.csv"];
  const date = dayOf(2021, 12, 1)!;
  const kept = (keepResultDays?: number) =>
    expiredResults(names, date, { keepResultDays, reportExtensions: ["txt"] });
  assert.deepEqual(kept(1), names.slice(0, 2));
  assert.deepEqual(kept(2), names.slice(1, 2));
  assert.deepEqual(kept(3), []);
  assert.deepEqual(kept(), []);
});
