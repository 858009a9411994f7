/**
 * What the tests of forgetting have in common.
 *
 * @module
 */

import assert from "node:assert/strict";
import { crc32 } from "node:zlib";
import { gunzipSync } from "node:zlib";
import { compactDay } from "../../core/day.ts";
import { chartOf, linesOf, parseRow } from "../oracle.ts";
import { summaryIn } from "./_week.ts";
import type { Ended, Place } from "./program.ts";

/** Forgets in the folders of a place. */
export function forget(place: Place, ...words: string[]): Promise<Ended> {
  const folders = ["logs", "batch", "results"].flatMap((name) => [`--${name}`, place.path(name)]);
  return place.topstreams("forget", ...words, ...folders);
}

/** A log without the streams of a user. */
export function without(log: string, user: string): string {
  return linesOf(log).filter((line) => {
    const row = parseRow(line);
    return typeof row === "string" || String(row[1]) !== user;
  }).join("\n");
}

/** Users of logs, those with most streams first. */
export function usersIn(logs: readonly string[]): string[] {
  const streams = new Map<string, number>();
  for (const line of logs.flatMap(linesOf)) {
    const row = parseRow(line);
    if (typeof row === "string") continue;
    streams.set(String(row[1]), (streams.get(String(row[1])) ?? 0) + 1);
  }
  return [...streams].sort(([, a], [, b]) => b - a).map(([user]) => user);
}

/** How many streams and distinct songs a user has in a log. */
export function playedIn(log: string, user: string): { streams: number; songs: number } {
  const rows = linesOf(log).map((line) => parseRow(line));
  const own = rows.flatMap((row) =>
    typeof row !== "string" && String(row[1]) === user ? [row] : []
  );
  return { streams: own.length, songs: new Set(own.map(([song]) => song)).size };
}

/** The chart of users, as the writer `top` prints it, without one of them. */
export function userChart(logs: readonly string[], user: string, top = 50): string {
  return chartOf(logs.map((log) => without(log, user)), "user", top);
}

/** Asserts that a run summary tells of all its reports as they are, and of how many users there are. */
export function assertSummary(place: Place, date: number, keys: number, streams: number): void {
  for (const report of summaryIn(place, date).reports) {
    const bytes = Deno.readFileSync(place.path(`results/${report.name}`));
    const sum = crc32(bytes).toString(16).padStart(8, "0");
    assert.deepEqual([report.sizeBytes, report.crc32], [bytes.length, sum], report.name);
    if (!report.name.startsWith("user_")) continue;
    assert.deepEqual([report.keys, report.streams], [keys, streams], report.name);
  }
}

/** What is in a report, uncompressed. */
export function plainReport(place: Place, name: string): string {
  const bytes = Deno.readFileSync(place.path(`results/${name}`));
  return new TextDecoder().decode(name.endsWith(".gz") ? gunzipSync(bytes) : bytes);
}

/** The name of the report of users of a date. */
export function userReport(date: number, extension = "txt"): string {
  return `user_top50_${compactDay(date)}.${extension}`;
}
