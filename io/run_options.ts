/**
 * What a daily run is asked to do, and what it works with.
 *
 * @module
 */

import type { MemoryPlan } from "../core/memory.ts";
import type { LogPattern } from "../core/names.ts";
import type { RunFolders, RunRequest } from "../core/plan.ts";
import type { IdKind } from "../core/streams.ts";
import type { FormatList } from "../formats/built_in.ts";
import type { Columns, Writer } from "../formats/interface.ts";
import type { PageWriter } from "../formats/page.ts";
import type { Connection } from "./clickhouse/server.ts";
import type { PluginModules } from "./formats.ts";
import type { Reporter } from "./meter.ts";
import type { ChartRequest } from "./report_stage.ts";
import type { Store } from "./store.ts";

/** What the plan of a run depends on. */
export interface PlanOptions extends
  Omit<
    RunRequest,
    "shape" | "folders" | "hasSeveralLogs" | "reportExtensions" | "pageExtensions"
  >,
  RunFolders {
  /** How logs are called. */
  readonly logPattern: LogPattern;
  readonly strict: boolean;
  readonly replace: boolean;
  /** The share of a log's rows that may be rejected. */
  readonly maxRejected: number;
  /** The history of charts is kept for this many days. */
  readonly keepHistoryDays: number;
  /** The folder where rejected rows are kept, where they are. */
  readonly quarantine?: string;
  /** The charts to make, in the order in which they are made; each kind once. */
  readonly charts: readonly ChartRequest[];
  /** The name of the reader; where there is none each log's is found by its name or first bytes. */
  readonly reader?: string;
  /** The columns of the fields, where they are not the usual ones. */
  readonly columns?: Columns;
  readonly ids: IdKind;
  /** The formats to choose from. */
  readonly formats: FormatList;
  /** Each chart is written by all of these. */
  readonly writers: readonly Writer[];
  /** Each of these writes a page; there is a chart of countries or of the world then. */
  readonly pages: readonly PageWriter[];
  /** Whether reports are compressed (gzip). */
  readonly isCompressed: boolean;
}

/** What a daily run is asked to do. */
export interface DailyRunOptions extends PlanOptions {
  /** The cluster that keeps the counts; without one they are batches in a folder. */
  readonly cluster?: Connection;
  /** The memory of each job. */
  readonly memory: MemoryPlan;
  /** How many jobs work at once. */
  readonly jobs: number;
  /** Where formats are that come from outside. */
  readonly plugins: PluginModules;
  /** Whether writers that have movement print it in charts of countries and of the world. */
  readonly hasMovement?: boolean;
  /** The file with the titles of songs that pages show; ids alone where there is none. */
  readonly titles?: string;
  /** A log that changed while it was read is read again when it has not changed for so long. */
  readonly settleSeconds?: number;
  /** How long a lock that another run holds is waited for. */
  readonly waitSeconds?: number;
  /** The most bytes of rejected rows that are kept of a day; 16 MiB by default. */
  readonly quarantineBytes?: number;
  /** For the run summary. */
  readonly versions: Readonly<Record<string, string>>;
}

/** What a daily run works with. */
export interface DailyRunContext {
  readonly store: Store;
  readonly reporter: Reporter;
  /** Stops the run between two steps. */
  readonly signal?: AbortSignal;
}
