/**
 * What a run keeps counts in and makes charts of: an engine.
 *
 * The stages of a run (run_stages.ts) look at logs, plan, publish and keep the history; what becomes
 * of the streams of a day, and how a chart comes of it, is the engine's. There are two: batches in a
 * folder (embedded_engine.ts), and a cluster of ClickHouse (clickhouse/engine.ts).
 *
 * @module
 */

import type { ChartKind } from "../core/chart.ts";
import type { CountryTotals } from "../core/country_totals.ts";
import type { Day } from "../core/day.ts";
import type { Manifest } from "../core/manifest.ts";
import type { FoundLog, Inventory } from "../core/plan.ts";
import type { Work } from "./meter.ts";
import type { ChartResult, ReportOutput } from "./tasks.ts";

/** The days that an engine has, and what a plan needs to know besides. */
export type StoredDays = Pick<Inventory, "batches" | "remains" | "freeBytes">;

/** A chart that is to be printed. */
export interface ChartToPrint {
  readonly kind: ChartKind;
  /** The most songs of a key. */
  readonly top: number;
  /** The days of the window that are used, ascending, by their manifests. */
  readonly manifests: readonly Manifest[];
  readonly outputs: readonly ReportOutput[];
  /** Whether parts of it may be printed apart, each by its own printers. */
  readonly isCut: boolean;
  /** How many songs of each key are kept and given back. */
  readonly keptSongs: number;
}

/** What went wrong in an engine, in words for people. */
export class EngineError extends Error {
  override readonly name: string = "EngineError";
}

/** Keeps counts by day, and makes charts of them. */
export interface RunEngine {
  /** Versions of what it works with, for the run summary. */
  readonly versions: Readonly<Record<string, string>>;
  /** Completes or clears what an earlier process left; before anything else. */
  recover(): Promise<void>;
  /** Looks which days are there. */
  stored(): Promise<StoredDays>;
  /**
   * Reads the logs of a day and keeps their counts, in the place of those that are there.
   *
   * @throws {UnsettledLogError} where a log changes while it is read
   * @throws {Error} where a log cannot be read, has too many rejected rows, or the counts cannot be
   *   kept; the former ones stay
   */
  build(logs: readonly FoundLog[], work: Work): Promise<Manifest>;
  /**
   * Prints a chart.
   *
   * @returns what was printed, range by range in the order of the keys
   * @throws {Error} where a day is damaged: {@linkcode damagedDay} tells which
   */
  printChart(chart: ChartToPrint, work: Work): Promise<ChartResult>;
  /** The streams of days by country, each day apart; days may be damaged as above. */
  countriesOf(manifests: readonly Manifest[], work: Work): Promise<readonly CountryTotals[]>;
  /** The day whose counts are damaged, where an error says so. */
  damagedDay(error: unknown): Day | undefined;
  /** Deletes a day. */
  remove(day: Day): Promise<void>;
  /** Deletes what charts needed besides; also after a failure. */
  clear(): void;
  /** Lets go of what is held while the engine is in use. */
  close(): Promise<void>;
}
