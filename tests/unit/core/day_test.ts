import assert from "node:assert/strict";
import { compactDay, dayOf, daysOf, formatDay, parseDay, windowEnding } from "../../../core/day.ts";
import { test } from "./_support.ts";

/** A day of the calendar as year, month and date; where there is one, with its number. */
const DAYS: readonly [year: number, month: number, date: number, day: number | undefined][] = [
  [1970, 1, 1, 0],
  [1969, 12, 31, -1],
  [2000, 2, 29, 11016],
  [2000, 3, 1, 11017],
  [2021, 12, 1, 18962],
  [1, 1, 1, -719162],
  [9999, 12, 31, 2932896],
  [1900, 2, 29, undefined],
  [2100, 2, 29, undefined],
  [2021, 2, 29, undefined],
  [2020, 2, 30, undefined],
  [2021, 4, 31, undefined],
  [2021, 6, 31, undefined],
  [2021, 9, 31, undefined],
  [2021, 11, 31, undefined],
  [2021, 1, 32, undefined],
  [2021, 1, 0, undefined],
  [2021, 0, 1, undefined],
  [2021, 13, 1, undefined],
  [0, 1, 1, undefined],
  [10000, 1, 1, undefined],
];

test("dayOf() knows the days of the calendar and no others", () => {
  for (const [year, month, date, day] of DAYS) {
    assert.equal(dayOf(year, month, date), day, `${year}-${month}-${date}`);
  }
});

test("dayOf() counts as the platform's calendar does over two cycles of 400 years", () => {
  for (let day = -292194; day <= 292194; day += 1) {
    const date = new Date(day * 86_400_000);
    const found = dayOf(date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate());
    if (found !== day) assert.equal(found, day, date.toISOString());
  }
});

test("formatDay() undoes parseDay() in every month of the calendar", () => {
  for (let year = 1; year <= 9999; year += 7) {
    for (let month = 1; month <= 12; month++) {
      const day = dayOf(year, month, 28)! + (month % 4);
      const text = formatDay(day);
      assert.equal(parseDay(text), day, text);
      assert.equal(parseDay(compactDay(day)), day, text);
    }
  }
});

const TEXTS: readonly [text: string, written: string | undefined][] = [
  ["2021-12-01", "2021-12-01"],
  ["20211201", "2021-12-01"],
  ["0001-01-01", "0001-01-01"],
  ["99991231", "9999-12-31"],
  ["2020-02-29", "2020-02-29"],
  ["2021-02-29", undefined],
  ["2021-13-01", undefined],
  ["0000-01-01", undefined],
  ["2021-1201", undefined],
  ["202112-01", undefined],
  ["2021-12-1", undefined],
  ["2021/12/01", undefined],
  [" 2021-12-01", undefined],
  ["2021-12-01\n", undefined],
  ["2021-12-01T00:00:00Z", undefined],
  ["12021-12-01", undefined],
  ["٢٠٢١١٢٠١", undefined],
  ["today", undefined],
  ["", undefined],
];

test("parseDay() takes both ways of writing a day and nothing else", () => {
  for (const [text, written] of TEXTS) {
    const day = parseDay(text);
    assert.equal(day === undefined ? undefined : formatDay(day), written, `"${text}"`);
  }
});

test("compactDay() writes eight digits", () => {
  assert.equal(compactDay(18962), "20211201");
  assert.equal(compactDay(-719162), "00010101");
});

test("windowEnding() holds both its ends", () => {
  assert.deepEqual(windowEnding(18962, 7), { from: 18956, to: 18962 });
  assert.deepEqual(windowEnding(18962, 1), { from: 18962, to: 18962 });
  assert.deepEqual(daysOf(windowEnding(3, 5)), [-1, 0, 1, 2, 3]);
});

test("windowEnding() refuses a window of no days", () => {
  for (const days of [0, -1, 1.5, NaN, Infinity]) {
    assert.throws(() => windowEnding(0, days), {
      name: "RangeError",
      message: `Cannot make a window of "${days}" days: expected a whole number of at least 1`,
    });
  }
});
