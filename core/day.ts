/**
 * Days of the calendar as whole numbers, so that a window is arithmetic.
 *
 * A {@linkcode Day} counts days since 1970-01-01 in the proleptic Gregorian calendar; it has no
 * time and no time zone. The conversions are those of Howard Hinnant, "chrono-Compatible
 * Low-Level Date Algorithms" (https://howardhinnant.github.io/date_algorithms.html).
 *
 * @module
 */

/** A day of the calendar: days since 1970-01-01, a whole number. */
export type Day = number;

/**
 * Makes a day of a year, a month and a day of the month.
 *
 * @param year 1 to 9999
 * @param month 1 to 12
 * @param date 1 to 31
 * @returns the day, or `undefined` where the calendar has no such day
 *
 * @example
 * ```ts
 * import { dayOf } from "./day.ts";
 * if (dayOf(1970, 1, 2) !== 1) throw new Error();
 * if (dayOf(2021, 2, 29) !== undefined) throw new Error();
 * ```
 */
export function dayOf(year: number, month: number, date: number): Day | undefined {
  if (year < 1 || year > 9999 || month < 1 || month > 12 || date < 1) return undefined;
  if (date > lastDateOf(year, month)) return undefined;
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + date - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) +
    dayOfYear;
  return era * 146097 + dayOfEra - 719468;
}

function lastDateOf(year: number, month: number): number {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  if (month === 2) return isLeap ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/**
 * Reads a day written as `YYYY-MM-DD` or `YYYYMMDD`.
 *
 * @returns the day, or `undefined` where the text is neither, or no day of the calendar
 *
 * @example
 * ```ts
 * import { formatDay, parseDay } from "./day.ts";
 * if (formatDay(parseDay("20211201")!) !== "2021-12-01") throw new Error();
 * if (parseDay("2021-13-01") !== undefined) throw new Error();
 * ```
 */
export function parseDay(text: string): Day | undefined {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text) ?? /^(\d{4})(\d{2})(\d{2})$/.exec(text);
  return parts === null ? undefined : dayOf(Number(parts[1]), Number(parts[2]), Number(parts[3]));
}

/**
 * Writes a day as `YYYY-MM-DD`.
 *
 * @example
 * ```ts
 * import { formatDay } from "./day.ts";
 * if (formatDay(0) !== "1970-01-01") throw new Error();
 * ```
 */
export function formatDay(day: Day): string {
  const z = day + 719468;
  const era = Math.floor(z / 146097);
  const dayOfEra = z - era * 146097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36524) -
      Math.floor(dayOfEra / 146096)) / 365,
  );
  const dayOfYear = dayOfEra -
    (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shifted = Math.floor((5 * dayOfYear + 2) / 153);
  const date = dayOfYear - Math.floor((153 * shifted + 2) / 5) + 1;
  const month = shifted < 10 ? shifted + 3 : shifted - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return `${padded(year, 4)}-${padded(month, 2)}-${padded(date, 2)}`;
}

/** Writes a day as `YYYYMMDD`, the form in the names of files and folders. */
export function compactDay(day: Day): string {
  return formatDay(day).replaceAll("-", "");
}

function padded(value: number, width: number): string {
  return String(value).padStart(width, "0");
}

/** The days that a chart covers: both ends included. */
export interface Window {
  /** The first day. */
  readonly from: Day;
  /** The last day: the date of the chart. */
  readonly to: Day;
}

/**
 * Makes the window of `windowDays` days that ends on `date`, both ends included.
 *
 * @throws {RangeError} where `windowDays` is not a whole number of at least 1
 *
 * @example
 * ```ts
 * import { windowEnding } from "./day.ts";
 * const { from, to } = windowEnding(10, 7);
 * if (from !== 4 || to !== 10) throw new Error();
 * ```
 */
export function windowEnding(date: Day, windowDays: number): Window {
  if (!Number.isInteger(windowDays) || windowDays < 1) {
    throw new RangeError(
      `Cannot make a window of "${windowDays}" days: expected a whole number of at least 1`,
    );
  }
  return { from: date - windowDays + 1, to: date };
}

/** Lists the days of a window, ascending. */
export function daysOf(window: Window): Day[] {
  return Array.from({ length: window.to - window.from + 1 }, (_, i) => window.from + i);
}
