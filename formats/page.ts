/**
 * What a page is made of: all charts of a date that are not of users, and where they came from.
 *
 * @module
 */

import type { ByteSink } from "../core/bytes.ts";
import type { Day } from "../core/day.ts";
import type { Movement } from "../core/movement.ts";
import type { RejectReason } from "../core/streams.ts";
import type { Title } from "./titles.ts";

/** A format of pages: one file a date, with all charts of countries and of the world. */
export interface PageWriter {
  /** What `--writer` calls it: lower-case letters, digits and `-`. */
  readonly name: string;
  /** One sentence for people. */
  readonly description: string;
  /** The ending of a page's file name, without the dot. */
  readonly extension: string;
  /** Writes a page. The same data give the same bytes, on any machine and at any time. */
  page(data: PageData, sink: ByteSink): void;
}

/** The most songs of a key that a page shows. */
export const PAGE_TOP = 50;

/** What a page shows. */
export interface PageData {
  /** The date of the charts. */
  readonly date: Day;
  /** The days of the window, ascending; the last one is the date. */
  readonly days: readonly Day[];
  /** Those of them that have neither log nor batch. */
  readonly missing: readonly Day[];
  /** The chart of the world, where there is one. */
  readonly world?: PageChart;
  /** The charts of countries, codes ascending; `undefined` where none were made. */
  readonly countries?: readonly PageChart[];
  /** All streams of the window, those of songs below the top too. */
  readonly streams: number;
  /** The same by day: one for each of the days, `undefined` where it is missing. */
  readonly daily: DailyStreams;
  /** The date whose charts movement compares with; `undefined` where there is no such chart. */
  readonly compared?: Day;
  /** The logs of the window, by day, then name. */
  readonly logs: readonly PageLog[];
  /** The titles of songs, as far as they are known, by the song's id. */
  readonly titles?: ReadonlyMap<string, Title>;
}

/** Streams by day of the window; `undefined` for a day that is missing. */
export type DailyStreams = readonly (number | undefined)[];

/** The chart of a country or of the world. */
export interface PageChart {
  /** A country code, or `world`. */
  readonly key: string;
  /** All its streams of the window. */
  readonly streams: number;
  readonly daily: DailyStreams;
  /** Best first, at most {@linkcode PAGE_TOP}. */
  readonly songs: readonly PageSong[];
}

/** A song of a chart. */
export interface PageSong {
  /** The id: digits, or text. */
  readonly song: string;
  readonly streams: number;
  readonly movement: Movement;
}

/** A log, and what was seen in it. */
export interface PageLog {
  readonly day: Day;
  readonly name: string;
  readonly rows: number;
  readonly rejected: Readonly<Record<RejectReason, number>>;
}
