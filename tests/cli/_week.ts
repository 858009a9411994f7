/**
 * Eight days of small logs with corrupt rows, and the charts that the oracle makes of them.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { generateLog, generatorOptions } from "../../bench/generator.ts";
import { compactDay, type Day, daysOf, formatDay, parseDay, windowEnding } from "../../core/day.ts";
import { logName } from "../../core/names.ts";
import type { KeyKind } from "../../core/streams.ts";
import { chartOf } from "../oracle.ts";
import { assertSameText } from "./_compare.ts";
import type { Place } from "./program.ts";

/** The last day that has a log. */
export const LAST: Day = parseDay("2021-12-01")!;

/** The eight days that have logs, ascending. */
export const DAYS: readonly Day[] = daysOf(windowEnding(LAST, 8));

/** Rows that the generator does not make: wide ids, blanks, CR, leading zeros, bad rows. */
const ODD_ROWS =
  "9007199254740991|4294967296|XK\r\n 007 |\t5|NA\n1|2|de\n\n4294967295|5|NA\n1|5|NA";

const GENERATOR = generatorOptions({
  rowCount: 900,
  userCount: 120,
  songCount: 400,
  countryCount: 12,
  corruptShare: 0.004,
  seed: 7,
});

/** The log of a day, one character a byte. */
export function logOf(day: Day): string {
  const known = LOGS.get(day) ?? bytesText(generateLog(day, GENERATOR)) + ODD_ROWS;
  LOGS.set(day, known);
  return known;
}

const LOGS = new Map<Day, string>();

function bytesText(chunks: Iterable<Uint8Array>): string {
  const decoder = new TextDecoder("latin1");
  return Array.from(chunks, (chunk) => decoder.decode(chunk)).join("");
}

/** Turns text of one character a byte into bytes. */
export function bytesOf(text: string): Uint8Array {
  return Buffer.from(text, "latin1");
}

/** When the logs were delivered, if nothing else is said. */
const DELIVERED = new Date("2021-12-02T03:00:00Z");

/** Delivers a log; the text has one character a byte. */
export function deliver(place: Place, day: Day, text = logOf(day), at = DELIVERED): void {
  const name = `logs/${logName(day)}`;
  place.write(name, bytesOf(text));
  Deno.utimeSync(place.path(name), at, at);
}

/** Delivers the logs of some days ending on `date`. */
export function deliverDays(place: Place, date: Day, days: number): void {
  for (const day of daysOf(windowEnding(date, days))) deliver(place, day);
}

/**
 * Puts other rows in the place of a log in such a way that it seems unchanged: charts that have
 * the former rows prove that the log was not opened.
 */
export function replaceUnseen(place: Place, day: Day): void {
  const path = place.path(`logs/${logName(day)}`);
  const { size, mtime, atime } = Deno.statSync(path);
  Deno.writeTextFileSync(path, "1|1|ZZ\n".repeat(size).slice(0, size));
  Deno.utimeSync(path, atime!, mtime!);
}

/** Takes a log away. */
export function takeAway(place: Place, day: Day): void {
  place.remove(`logs/${logName(day)}`);
}

/** The name of a batch's folder, or of a file in it. */
export function batchName(day: Day, file = ""): string {
  return `batch/${compactDay(day)}${file === "" ? "" : `/${file}`}`;
}

/** What a chart is expected to be made of, besides the days. */
export interface ExpectedCharts {
  readonly top?: number;
  readonly kinds?: readonly KeyKind[];
  /** Logs that are not those of {@linkcode logOf}. */
  readonly logs?: Readonly<Record<Day, string>>;
}

/** Asserts that the reports of a date are the oracle's of some days, byte for byte. */
export function assertCharts(
  place: Place,
  date: Day,
  days: readonly Day[] = daysOf(windowEnding(date, 7)),
  { top = 50, kinds = ["country", "user"], logs = {} }: ExpectedCharts = {},
): void {
  const texts = days.map((day) => logs[day] ?? logOf(day));
  for (const kind of kinds) {
    const name = `${kind}_top${top}_${compactDay(date)}.txt`;
    assertSameText(place.read(`results/${name}`), chart(texts, kind, top), name);
  }
}

const CHARTS = new Map<string, string>();

function chart(logs: readonly string[], kind: KeyKind, top: number): string {
  const key = JSON.stringify([logs, kind, top]);
  const made = CHARTS.get(key) ?? chartOf(logs, kind, top);
  CHARTS.set(key, made);
  return made;
}

/** The summary of a run, as it was published. */
export function summaryIn(place: Place, date: Day): Summary {
  return JSON.parse(place.read(`results/run_${compactDay(date)}.json`));
}

/** What tests look at in a summary. */
export interface Summary {
  readonly date: string;
  readonly daysUsed: readonly string[];
  readonly daysMissing: readonly string[];
  readonly peakMemoryBytes: number;
  readonly logs: readonly {
    readonly day: string;
    readonly from: "log" | "batch";
    readonly rows: number;
    readonly streams: number;
    readonly rejected: Readonly<Record<string, number>>;
    readonly crc32: string;
  }[];
  readonly reports: readonly {
    readonly name: string;
    readonly sizeBytes: number;
    readonly crc32: string;
    readonly keys: number;
    readonly streams: number;
  }[];
}

/** The days whose log was read, as text. */
export function daysRead(summary: Summary): string[] {
  return summary.logs.filter((log) => log.from === "log").map((log) => log.day);
}

/** Several days as text. */
export function texts(...days: Day[]): string[] {
  return days.map(formatDay);
}
