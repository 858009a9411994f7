/**
 * The naive way to all charts: text, a Map and a full sort. All results are held against it.
 *
 * @module
 */

import type { ChartKind } from "../core/chart.ts";
import type { IdKind } from "../core/streams.ts";

const ID = /^[0-9]{1,16}$/;

/** An id: a number, or text with one character a byte. */
type Id = bigint | string;

/** Reads a row by the grammar of DESIGN; the reason where it is no stream. */
export function parseRow(line: string, ids: IdKind = "number"): [Id, Id, string] | string {
  if (line.length > 65536) return "too-long";
  const fields = line.split("|").map((field) => field.replace(/^[ \t]+|[ \t]+$/g, ""));
  if (fields.join("") === "" && fields.length === 1) return "empty";
  if (fields.length !== 3) return "fields";
  const [song, user, country] = fields;
  const isId = ids === "text" ? isText : isNumber;
  if (!isId(song)) return "song";
  if (!isId(user)) return "user";
  if (!/^[A-Z]{2}$/.test(country)) return "country";
  return ids === "text" ? [song, user, country] : [BigInt(song), BigInt(user), country];
}

function isNumber(text: string): boolean {
  return ID.test(text) && BigInt(text) <= 2n ** 53n - 1n;
}

/** 1 to 256 bytes of UTF-8 without control characters. */
function isText(text: string): boolean {
  if (text.length < 1 || text.length > 256) return false;
  try {
    const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
    const decoded = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    // deno-lint-ignore no-control-regex -- control characters are what it is about
    return !/[\x00-\x1f\x7f-\x9f]/.test(decoded);
  } catch {
    return false;
  }
}

/** Splits a log, one character a byte, into its lines. */
export function linesOf(log: string): string[] {
  const lines = log.replace(/^\xef\xbb\xbf/, "").split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines.map((line) => line.endsWith("\r") ? line.slice(0, -1) : line);
}

/** Counts by key, then song. */
function countsBy(logs: readonly string[], kind: ChartKind, ids: IdKind) {
  const counts = new Map<Id, Map<Id, number>>();
  for (const line of logs.flatMap(linesOf)) {
    const row = parseRow(line, ids);
    if (typeof row === "string") continue;
    const key = kind === "world" ? kind : row[kind === "user" ? 1 : 2];
    const songs = counts.get(key) ?? new Map<Id, number>();
    counts.set(key, songs.set(row[0], (songs.get(row[0]) ?? 0) + 1));
  }
  return counts;
}

/** The chart as the writer `top` prints it. */
export function chartOf(
  logs: readonly string[],
  kind: ChartKind,
  top: number,
  ids: IdKind = "number",
): string {
  const counts = countsBy(logs, kind, ids);
  const lines = [...counts].sort(([a], [b]) => a < b ? -1 : 1).map(([key, songs]) => {
    const best = [...songs].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)).slice(0, top);
    return `${printed(key)}|${best.map(([song, n]) => `${printed(song)}:${n}`).join(",")}\n`;
  });
  return lines.join("");
}

/** Texts hold no sign that the format itself uses. */
function printed(id: Id): string {
  const hexadecimal = (sign: string) =>
    `%${sign.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`;
  return String(id).replace(/[%|:,]/g, hexadecimal);
}
