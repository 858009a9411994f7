/**
 * The naive way to all charts: text, a Map and a full sort. All results are held against it.
 *
 * @module
 */

import type { ChartKind } from "../core/chart.ts";

const ID = /^[0-9]{1,16}$/;

/** Reads a row by the grammar of DESIGN; the reason where it is no stream. */
export function parseRow(line: string): [bigint, bigint, string] | string {
  if (line.length > 65536) return "too-long";
  const fields = line.split("|").map((field) => field.replace(/^[ \t]+|[ \t]+$/g, ""));
  if (fields.join("") === "" && fields.length === 1) return "empty";
  if (fields.length !== 3) return "fields";
  const [song, user, country] = fields;
  const isId = (text: string) => ID.test(text) && BigInt(text) <= 2n ** 53n - 1n;
  if (!isId(song)) return "song";
  if (!isId(user)) return "user";
  return /^[A-Z]{2}$/.test(country) ? [BigInt(song), BigInt(user), country] : "country";
}

/** Splits a log, one character a byte, into its lines. */
export function linesOf(log: string): string[] {
  const lines = log.replace(/^\xef\xbb\xbf/, "").split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines.map((line) => line.endsWith("\r") ? line.slice(0, -1) : line);
}

/** Counts by key, then song. */
function countsBy(logs: readonly string[], kind: ChartKind): Map<string, Map<bigint, number>> {
  const counts = new Map<string, Map<bigint, number>>();
  for (const row of logs.flatMap(linesOf).map(parseRow)) {
    if (typeof row === "string") continue;
    const key = kind === "world" ? kind : String(row[kind === "user" ? 1 : 2]);
    const songs = counts.get(key) ?? new Map<bigint, number>();
    counts.set(key, songs.set(row[0], (songs.get(row[0]) ?? 0) + 1));
  }
  return counts;
}

/** The chart as the writer `top` prints it. */
export function chartOf(logs: readonly string[], kind: ChartKind, top: number): string {
  const counts = countsBy(logs, kind);
  const isLess = (a: string, b: string) => kind === "user" ? BigInt(a) < BigInt(b) : a < b;
  const lines = [...counts].sort(([a], [b]) => isLess(a, b) ? -1 : 1).map(([key, songs]) => {
    const best = [...songs].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)).slice(0, top);
    return `${key}|${best.map(([song, n]) => `${song}:${n}`).join(",")}\n`;
  });
  return lines.join("");
}
