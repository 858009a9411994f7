/**
 * The history of charts: for each date the ranks of countries and of the world, in small files
 * that outlast the batches.
 *
 * The files are in the form of the writer `top`; a manifest says what they hold, with checksums.
 * What is not sound is no history.
 *
 * @module
 */

import type { ChartKind } from "./chart.ts";
import { crc32 } from "./crc32.ts";
import { type Day, formatDay, parseDay } from "./day.ts";
import type { KeptRow } from "./kept_rows.ts";
import { ID_KINDS, type IdKind } from "./streams.ts";

/** The version of the form. A history of another version is not read. */
export const HISTORY_VERSION = 1;

/** The folder of the history, inside the folder of the batches. */
export const HISTORY_FOLDER = "history";

/** The most songs of a key that are kept, whatever the size of the chart. */
export const MAX_HISTORY_TOP = 1000;

/** The charts that have a history. */
export const HISTORY_KINDS = ["country", "world"] as const satisfies readonly ChartKind[];

/** A chart that has a history. */
export type HistoryKind = (typeof HISTORY_KINDS)[number];

/** Whether charts of a kind have a history. */
export function hasHistory(kind: ChartKind): kind is HistoryKind {
  return kind !== "user";
}

/** The name of the file with a chart's ranks. */
export function historyFileName(kind: HistoryKind): string {
  return `${kind}.txt`;
}

/** What is known of a chart in the history. */
export interface HistoryChart {
  /** The days of its window. */
  readonly windowDays: number;
  /** The most songs of a key that are kept. */
  readonly top: number;
  readonly ids: IdKind;
  readonly sizeBytes: number;
  /** CRC-32 of the file. */
  readonly crc32: number;
}

/** What the history holds of a date. */
export interface HistoryManifest {
  readonly date: Day;
  readonly charts: Readonly<Partial<Record<HistoryKind, HistoryChart>>>;
}

/** Writes a manifest as JSON, with a checksum of itself. */
export function encodeHistory({ date, charts }: HistoryManifest): string {
  const plain = { version: HISTORY_VERSION, date: formatDay(date), charts };
  return JSON.stringify({ checksum: checksumOf(plain), ...plain }, null, 1) + "\n";
}

/**
 * Reads a manifest.
 *
 * @returns the manifest, or what is wrong with it
 */
export function decodeHistory(text: string): HistoryManifest | string {
  let stored: unknown;
  try {
    stored = JSON.parse(text);
  } catch {
    return "damaged manifest, expected JSON";
  }
  if (typeof stored !== "object" || stored === null) return "damaged manifest, expected an object";
  const { checksum, ...plain } = stored as Record<string, unknown>;
  if (plain.version !== HISTORY_VERSION) {
    return `history version ${plain.version}, expected version ${HISTORY_VERSION}`;
  }
  if (checksum !== checksumOf(plain)) return "damaged manifest, expected its checksum";
  const date = parseDay(String(plain.date));
  const charts = chartsIn(plain.charts);
  if (date === undefined || charts === undefined) return "damaged manifest, expected its figures";
  return { date, charts };
}

function checksumOf(plain: unknown): number {
  return crc32(new TextEncoder().encode(JSON.stringify(plain)));
}

function chartsIn(stored: unknown): HistoryManifest["charts"] | undefined {
  if (typeof stored !== "object" || stored === null) return undefined;
  const charts = stored as Readonly<Record<string, Readonly<Record<string, unknown>> | undefined>>;
  const isSound = HISTORY_KINDS.every((kind) => {
    const chart = charts[kind];
    if (chart === undefined) return true;
    const figures = [chart?.windowDays, chart?.top, chart?.sizeBytes, chart?.crc32];
    return figures.every(Number.isSafeInteger) && ID_KINDS.some((ids) => ids === chart.ids);
  });
  return isSound ? charts as HistoryManifest["charts"] : undefined;
}

/**
 * Reads a chart in the form of the writer `top`: `KEY|SONG:N,SONG:N,...` and LF, a line a key.
 *
 * @param isWanted which keys are read; all by default
 * @throws {SyntaxError} where the text is no such chart
 */
export function parseTop(
  text: string,
  isWanted: (key: string) => boolean = () => true,
): KeptRow[] {
  const charts: KeptRow[] = [];
  for (let from = 0; from < text.length;) {
    const end = text.indexOf("\n", from);
    const bar = text.indexOf("|", from);
    if (end < 0 || bar < 0 || bar > end) throw noChart();
    const key = unescaped(text.slice(from, bar));
    if (isWanted(key)) charts.push(keyChart(key, text.slice(bar + 1, end)));
    from = end + 1;
  }
  return charts;
}

function keyChart(key: string, list: string): KeptRow {
  const songs: string[] = [];
  const streams: number[] = [];
  for (const entry of list.split(",")) {
    const colon = entry.indexOf(":");
    const count = Number(entry.slice(colon + 1));
    if (colon < 1 || !Number.isSafeInteger(count) || count < 1) throw noChart();
    songs.push(unescaped(entry.slice(0, colon)));
    streams.push(count);
  }
  return { key, songs, streams };
}

function noChart(): SyntaxError {
  return new SyntaxError("damaged chart, expected KEY|SONG:N,SONG:N,... a line");
}

/** Undoes what the writer `top` does to the signs that its form uses. */
function unescaped(text: string): string {
  return text.includes("%")
    ? text.replace(/%(25|7C|3A|2C)/g, (_, code) => String.fromCharCode(parseInt(code, 16)))
    : text;
}
