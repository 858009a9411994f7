/**
 * The tasks of a run as the jobs do them: in the main thread, or in workers.
 *
 * A task is plain data that every job is given. What there is to do is a list of ranges; a job
 * claims the next one that no other has, until none is left.
 *
 * @module
 */

import type { BatchPart } from "../core/batch_encoder.ts";
import type { KeyRange } from "../core/batch_reader.ts";
import type { ChartKind, ChartSize } from "../core/chart.ts";
import type { CountryTotals } from "../core/country_totals.ts";
import type { Day } from "../core/day.ts";
import type { Engine } from "../core/engine.ts";
import type { UsersToLeaveOut } from "../core/forgotten.ts";
import type { KeptRow } from "../core/kept_rows.ts";
import type { ByteRange, ReadRange } from "../core/log_ranges.ts";
import type { MemoryPlan } from "../core/memory.ts";
import type { PartitionsByKind } from "../core/partitions.ts";
import type { ChunkList } from "../core/scatter.ts";
import type { QuarantineRecord } from "../core/manifest.ts";
import type { KeptPart } from "../core/rejected_rows.ts";
import { awaited, type Step } from "../core/steps.ts";
import type { KeyKind } from "../core/streams.ts";
import type { FormatList } from "../formats/built_in.ts";
import type { Columns } from "../formats/interface.ts";
import type { ClusterChartTask } from "./clickhouse/charting.ts";
import type { LoadResult, LoadTask } from "./clickhouse/loading.ts";
import { ingest } from "./ingest.ts";
import { chart, encode, narrow, totals } from "./merging.ts";
import type { TurnState, WrittenRange } from "./ordered_output.ts";
import { quarantine, type RejectedRange } from "./quarantine.ts";
import { FolderScratch } from "./scratch.ts";
import type { Store } from "./store.ts";

/** What all tasks have. */
interface Claimed {
  /** How many ranges were claimed; one 32-bit integer. */
  readonly claims: SharedArrayBuffer;
}

/** Reads ranges of logs. */
export interface ReadingTask extends Claimed {
  readonly logs: readonly LogToRead[];
  readonly ranges: readonly LogRange[];
  readonly columns?: Columns;
  readonly runFolder: string;
  /** The most bytes of the quarantine of the day, where rejected rows are kept. */
  readonly quarantineBytes?: number;
}

/** Reads ranges of logs and scatters their streams over partitions. */
export interface IngestTask extends ReadingTask {
  readonly type: "ingest";
  readonly partitions: PartitionsByKind;
}

/** A log, and how it is read. */
export interface LogToRead {
  readonly path: string;
  /** The name of the reader. */
  readonly reader: string;
  /** The name of the compression, where there is one. */
  readonly compression?: string;
}

/** A range of one of several logs. */
export interface LogRange extends ByteRange {
  /** Its place in the list of logs. */
  readonly log: number;
}

/** What a job read of a range. */
export interface IngestedRange {
  readonly index: number;
  readonly read: ReadRange;
  /** Its rejected rows, where they are kept. */
  readonly rejected?: KeptPart & { readonly path: string };
}

/** What a job read. */
export interface ReadingResult {
  readonly ranges: readonly IngestedRange[];
  readonly warnings: readonly string[];
}

/** What a job read and scattered. */
export interface IngestResult extends ReadingResult {
  readonly scattered: Scattered;
}

/** The streams that a job scattered: in this file, as these chunks. */
export interface Scattered {
  readonly path: string;
  readonly chunks: Readonly<Partial<Record<KeyKind, ChunkList>>>;
}

/** Merges groups of runs into one run each. */
export interface NarrowTask extends Claimed {
  readonly type: "narrow";
  readonly groups: readonly (readonly RunInput[])[];
  /** All keys count as one, the world. */
  readonly isWorld: boolean;
  readonly runFolder: string;
}

/** A batch or a run to be merged. */
export interface RunInput {
  readonly path: string;
  /** Only these keys; all by default. */
  readonly range?: KeyRange;
}

/** For each group that a job merged, the path of its run. */
export type NarrowResult = readonly { readonly index: number; readonly path: string }[];

/** A file that jobs write together. */
interface SharedOutput {
  /** A file that is there. */
  readonly output: string;
  readonly turns: TurnState;
}

/** Sorts partitions and encodes them as blocks of batches. */
export interface EncodeTask {
  readonly type: "encode";
  readonly day: Day;
  readonly scattered: readonly Scattered[];
  /** What is to be encoded, one after another. */
  readonly outputs: readonly EncodeOutput[];
  readonly runFolder: string;
  /** Who is left out of the batch by user. */
  readonly forgotten?: UsersToLeaveOut;
}

/** The batch of one kind of key. */
export interface EncodeOutput extends SharedOutput, Claimed {
  readonly kind: KeyKind;
  readonly partitionCount: number;
}

/** For each partition that a job encoded, its blocks. */
export type EncodeResult = readonly {
  readonly kind: KeyKind;
  readonly index: number;
  readonly part: BatchPart;
  /** Its streams by country, where keys are countries. */
  readonly countries?: CountryTotals;
  /** Streams of users that were left out. */
  readonly leftOut: number;
}[];

/** Prints a chart. */
export interface PrintingTask extends Claimed {
  readonly kind: ChartKind;
  readonly top: number;
  readonly outputs: readonly ReportOutput[];
  /** How many songs of each key are kept and given back; none by default. */
  readonly keptSongs?: number;
}

/** Makes ranges of a chart of what is in batches. */
export interface ChartTask extends PrintingTask {
  readonly type: "chart";
  /** The inputs, at most as many as the fan-in allows. */
  readonly inputs: readonly RunInput[];
  /** Ascending, and together all keys. */
  readonly ranges: readonly KeyRange[];
}

/** A report that is printed by ranges of keys. */
export interface ReportOutput extends SharedOutput {
  /** The name of the writer. */
  readonly writer: string;
  /** The most songs of a key, at most those of the chart. */
  readonly top: number;
}

/** For each range that a job printed, what it holds. */
export type ChartResult = readonly {
  readonly index: number;
  readonly size: ChartSize;
  /** One for each output. */
  readonly written: readonly WrittenRange[];
  /** The first songs of each key, as many as were to be kept. */
  readonly rows: readonly KeptRow[];
}[];

/** Counts the streams of batches by country. */
export interface TotalsTask extends Claimed {
  readonly type: "totals";
  /** The batches, all by country. */
  readonly paths: readonly string[];
}

/** For each batch that a job read, its streams by country. */
export type TotalsResult = readonly {
  readonly index: number;
  readonly countries: CountryTotals;
}[];

/** Writes the quarantine of a day. */
export interface QuarantineTask extends Claimed {
  readonly type: "quarantine";
  readonly day: Day;
  /** The rejected rows, in the order of the logs. */
  readonly ranges: readonly RejectedRange[];
  readonly rejectedRows: number;
  readonly limitBytes: number;
  /** A file that is there. */
  readonly output: string;
  /** Rows that may name one of them are left out. */
  readonly forgotten?: UsersToLeaveOut;
}

/** What the job that wrote the quarantine wrote. */
export type QuarantineResult = Omit<QuarantineRecord, "name"> | undefined;

export type Task =
  | QuarantineTask
  | IngestTask
  | EncodeTask
  | NarrowTask
  | ChartTask
  | TotalsTask
  | LoadTask
  | ClusterChartTask;

/** What a task gives. */
export type ResultOf<T extends Task> = T extends IngestTask ? IngestResult
  : T extends NarrowTask ? NarrowResult
  : T extends EncodeTask ? EncodeResult
  : T extends TotalsTask ? TotalsResult
  : T extends LoadTask ? LoadResult
  : T extends QuarantineTask ? QuarantineResult
  : ChartResult;

/** What a job works with. */
export interface JobParts {
  readonly memory: MemoryPlan;
  readonly engine: Engine;
  readonly formats: FormatList;
}

/** What a job keeps from task to task: its memory. */
export class JobContext {
  readonly store: Store;
  readonly memory: MemoryPlan;
  readonly engine: Engine;
  readonly formats: FormatList;
  /** The number of the job, from 0. */
  readonly job: number;
  #workMemory?: ArrayBuffer;
  #logBuffer?: Uint8Array;
  #outputBuffer?: Uint8Array;
  #scratch?: FolderScratch;

  constructor(store: Store, parts: JobParts, job: number) {
    this.store = store;
    this.memory = parts.memory;
    this.engine = parts.engine;
    this.formats = parts.formats;
    this.job = job;
  }

  get workMemory(): ArrayBuffer {
    return this.#workMemory ??= new ArrayBuffer(this.memory.workBytes);
  }

  get logBuffer(): Uint8Array {
    return this.#logBuffer ??= new Uint8Array(this.memory.logBufferBytes);
  }

  get outputBuffer(): Uint8Array {
    return this.#outputBuffer ??= new Uint8Array(this.memory.outputBufferBytes);
  }

  scratch(folder: string): FolderScratch {
    return this.#scratch ??= new FolderScratch(this.store, folder, this.job);
  }
}

/** Does a task: all ranges that this job can claim. */
export function runTask<T extends Task>(
  task: T,
  context: JobContext,
): Generator<Step, ResultOf<T>>;
export function runTask(task: Task, context: JobContext): Generator<Step, unknown> {
  switch (task.type) {
    case "ingest":
      return ingest(task, context);
    case "narrow":
      return narrow(task, context);
    case "encode":
      return encode(task, context);
    case "chart":
      return chart(task, context);
    case "totals":
      return totals(task, context);
    case "quarantine":
      return quarantine(task, context);
    case "load":
    case "cluster-chart":
      return runClusterTask(task, context);
  }
}

/** Tasks of the other engine: their code is loaded where they are to be done. */
function* runClusterTask(
  task: LoadTask | ClusterChartTask,
  context: JobContext,
): Generator<Step, unknown> {
  if (task.type === "load") {
    const { load } = yield* awaited(import("./clickhouse/loading.ts"));
    return yield* load(task, context);
  }
  const { clusterChart } = yield* awaited(import("./clickhouse/charting.ts"));
  return yield* clusterChart(task, context);
}
