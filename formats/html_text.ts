/**
 * Text, figures, days and sparklines of a page.
 *
 * @module
 */

import type { ByteSink } from "../core/bytes.ts";
import { type Day, formatDay } from "../core/day.ts";
import type { DailyStreams } from "./page.ts";

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/**
 * Writes text so that it is nothing but text, in an element or between the quotes of an attribute.
 * Control characters (C0, DEL, C1) stand as U+FFFD.
 */
export function escaped(text: string): string {
  // deno-lint-ignore no-control-regex -- control characters are what it is about
  return text.replace(/[\x00-\x1f\x7f-\x9f]/g, "\ufffd").replace(/[&<>"']/g, (c) => ESCAPES[c]);
}

/** Writes a whole number with commas: `30,000,000`. */
export function figure(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** Writes a count with its noun: `1 day`, `7 days`; a plural that is not the noun and `s` is given. */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${figure(count)} ${count === 1 ? noun : plural}`;
}

/** Writes a share of a whole in percent as markup, so that a small one is not nothing: `0.03%`. */
export function percent(part: number, whole: number): string {
  if (part === 0 || whole === 0) return "0%";
  const value = 100 * part / whole;
  if (value < 0.01) return "&lt;0.01%";
  return `${value.toFixed(value < 1 ? 2 : value < 10 ? 1 : 0)}%`;
}

const MONTHS = [
  ...["January", "February", "March", "April", "May", "June", "July"],
  ...["August", "September", "October", "November", "December"],
];
const WEEKDAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

function partsOf(day: Day): { year: string; month: string; date: string } {
  const [year, month, date] = formatDay(day).split("-");
  return { year, month: MONTHS[Number(month) - 1], date: String(Number(date)) };
}

/** Writes a day in words: `1 December 2021`. */
export function longDay(day: Day): string {
  const { year, month, date } = partsOf(day);
  return `${date} ${month} ${year}`;
}

/** Writes a day in few letters: `1 Dec`. */
export function shortDay(day: Day): string {
  const { month, date } = partsOf(day);
  return `${date} ${month.slice(0, 3)}`;
}

/** Writes the day of the week in three letters. */
export function weekday(day: Day): string {
  return WEEKDAYS[((day + 4) % 7 + 7) % 7];
}

/** Writes a window in words: `25 November to 1 December 2021`, as short as it goes. */
export function longWindow(days: readonly Day[]): string {
  const [from, to] = [partsOf(days[0]), partsOf(days[days.length - 1])];
  const end = `${to.date} ${to.month} ${to.year}`;
  if (days.length === 1) return end;
  const month = from.month === to.month && from.year === to.year ? "" : ` ${from.month}`;
  return `${from.date}${month}${from.year === to.year ? "" : ` ${from.year}`} to ${end}`;
}

/** The most columns of a sparkline; longer windows show means of several days. */
const MOST_COLUMNS = 60;

/** How a sparkline is drawn, in its own units. */
export interface SparkSize {
  readonly columnWidth: number;
  readonly gap: number;
  readonly height: number;
}

/** A sparkline that was laid out. */
export interface Spark {
  readonly width: number;
  /** The columns of days with streams, as the data of an SVG path of strokes. */
  readonly path: string;
}

/** Lays out a sparkline: a column a day from the ground up, and a gap for a day that is missing. */
export function sparkOf(daily: DailyStreams, { columnWidth, gap, height }: SparkSize): Spark {
  const columns = columnsOf(daily);
  const greatest = Math.max(1, ...columns.map((value) => value ?? 0));
  const step = columnWidth + gap;
  const strokes = columns.map((value, i) => {
    if (value === undefined) return "";
    const tall = Math.max(1, Math.round(height * value / greatest));
    return `M${i * step + columnWidth / 2} ${height}v-${tall}`;
  });
  return { width: columns.length * step - gap, path: strokes.join("") };
}

function columnsOf(daily: DailyStreams): DailyStreams {
  const size = Math.ceil(daily.length / MOST_COLUMNS);
  return Array.from({ length: Math.ceil(daily.length / size) }, (_, i) => {
    const known = daily.slice(i * size, (i + 1) * size).filter((value) => value !== undefined);
    if (known.length === 0) return undefined;
    return known.reduce((sum, value) => sum + value, 0) / known.length;
  });
}

/** Says in words what a sparkline shows. */
export function sparkText(daily: DailyStreams, days: readonly Day[]): string {
  const known = days.flatMap((day, i) => {
    const streams = daily[i];
    return streams === undefined ? [] : [{ day, streams }];
  });
  const missing = daily.length - known.length;
  const ending = missing === 0 ? "" : `; ${counted(missing, "day")} missing`;
  if (known.length === 0) return `Streams by day: none${ending}`;
  const least = known.reduce((a, b) => b.streams < a.streams ? b : a);
  const most = known.reduce((a, b) => b.streams > a.streams ? b : a);
  const said = ({ day, streams }: typeof least): string => `${figure(streams)} on ${shortDay(day)}`;
  if (known.length === 1) return `Streams by day: ${said(least)}${ending}`;
  return `Streams by day: least ${said(least)}, most ${said(most)}${ending}`;
}

/** Hands text on to a sink in pieces of some size. */
export class TextSink {
  readonly #sink: ByteSink;
  readonly #encoder = new TextEncoder();
  #parts: string[] = [];
  #length = 0;

  constructor(sink: ByteSink) {
    this.#sink = sink;
  }

  write(text: string): void {
    this.#parts.push(text);
    this.#length += text.length;
    if (this.#length >= 1 << 16) this.flush();
  }

  /** Hands on what is left. */
  flush(): void {
    if (this.#length > 0) this.#sink.write(this.#encoder.encode(this.#parts.join("")));
    this.#parts = [];
    this.#length = 0;
  }
}
