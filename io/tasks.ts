/**
 * The tasks of a run as the jobs do them: in the main thread, or in workers.
 *
 * A task is plain data that every job is given. What there is to do is a list of ranges; a job
 * claims the next one that no other has, until none is left.
 *
 * @module
 */

import { crc32 } from "node:zlib";
import { type BatchPart, BlockEncoder } from "../core/batch_encoder.ts";
import { BatchReader, type KeyRange } from "../core/batch_reader.ts";
import { mergeInto, mergeToRun, RunCollector, type Step } from "../core/batching.ts";
import { ChartMaker, type ChartSize } from "../core/chart.ts";
import type { Day } from "../core/day.ts";
import { alignedToLines, type ByteRange, type ReadRange, readRange } from "../core/log_ranges.ts";
import type { MemoryPlan } from "../core/memory.ts";
import { KeyMerger } from "../core/merge.ts";
import { Piece } from "../core/piece.ts";
import type { KeyKind } from "../core/streams.ts";
import { readerNamed, writerNamed } from "../formats/built_in.ts";
import { FileSource } from "./byte_files.ts";
import { OrderedOutput, type TurnState, type WrittenRange } from "./ordered_output.ts";
import { FolderScratch } from "./scratch.ts";
import type { Store } from "./store.ts";

/** What all tasks have. */
interface Claimed {
  /** How many ranges were claimed; one 32-bit integer. */
  readonly claims: SharedArrayBuffer;
}

/** Reads ranges of a log and makes runs of them. */
export interface IngestTask extends Claimed {
  readonly type: "ingest";
  readonly path: string;
  readonly ranges: readonly ByteRange[];
  readonly day: Day;
  readonly kinds: readonly KeyKind[];
  readonly reader: string;
  readonly runFolder: string;
}

/** What a job read. */
export interface IngestResult {
  readonly ranges: readonly { readonly index: number; readonly read: ReadRange }[];
  /** The paths of the runs. */
  readonly runs: Readonly<Record<KeyKind, readonly string[]>>;
}

/** Merges groups of runs into one run each. */
export interface NarrowTask extends Claimed {
  readonly type: "narrow";
  readonly groups: readonly (readonly string[])[];
  readonly runFolder: string;
}

/** For each group that a job merged, the path of its run. */
export type NarrowResult = readonly { readonly index: number; readonly path: string }[];

/** Where the ranges of a merge go. */
interface MergeOutput extends Claimed {
  /** The paths of the inputs, at most as many as the fan-in allows. */
  readonly inputs: readonly string[];
  readonly ranges: readonly KeyRange[];
  /** A file that is there. */
  readonly output: string;
  readonly turns: TurnState;
}

/** Merges ranges of runs into blocks of a batch. */
export interface MergeTask extends MergeOutput {
  readonly type: "merge";
}

/** For each range that a job merged, its blocks. */
export type MergeResult = readonly { readonly index: number; readonly part: BatchPart }[];

/** Makes ranges of a chart. */
export interface ChartTask extends MergeOutput {
  readonly type: "chart";
  readonly kind: KeyKind;
  readonly top: number;
  readonly writer: string;
}

/** For each range that a job printed, what it holds. */
export type ChartResult = readonly {
  readonly index: number;
  readonly size: ChartSize;
  readonly written: WrittenRange;
}[];

export type Task = IngestTask | NarrowTask | MergeTask | ChartTask;

/** What a task gives. */
export type ResultOf<T extends Task> = T extends IngestTask ? IngestResult
  : T extends NarrowTask ? NarrowResult
  : T extends MergeTask ? MergeResult
  : ChartResult;

/** Makes the claims of a task. */
export function createClaims(): SharedArrayBuffer {
  return new SharedArrayBuffer(4);
}

/** What a job keeps from task to task: its memory. */
export class JobContext {
  readonly store: Store;
  readonly memory: MemoryPlan;
  /** The number of the job, from 0. */
  readonly job: number;
  #piece?: Piece;
  #logBuffer?: Uint8Array;
  #outputBuffer?: Uint8Array;
  #scratch?: FolderScratch;

  constructor(store: Store, memory: MemoryPlan, job: number) {
    this.store = store;
    this.memory = memory;
    this.job = job;
  }

  get piece(): Piece {
    return this.#piece ??= new Piece(this.memory.pieceBytes);
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
    case "merge":
      return merge(task, context);
    case "chart":
      return chart(task, context);
  }
}

/** The next of `count` things that no job has claimed, or `undefined` where none is left. */
function claim(claims: SharedArrayBuffer, count: number): number | undefined {
  const index = Atomics.add(new Int32Array(claims), 0, 1);
  return index < count ? index : undefined;
}

function* ingest(task: IngestTask, context: JobContext): Generator<Step, IngestResult> {
  const { piece, logBuffer: buffer } = context;
  piece.clear();
  const scratch = context.scratch(task.runFolder);
  const collector = new RunCollector({ ...task, piece, checksum: crc32, scratch });
  const log = new FileSource(context.store.openToRead(task.path));
  const ranges: { index: number; read: ReadRange }[] = [];
  try {
    const reader = readerNamed(task.reader);
    for (let index; (index = claim(task.claims, task.ranges.length)) !== undefined;) {
      const range = task.ranges.length === 1
        ? task.ranges[0]
        : alignedToLines(log, task.ranges[index], buffer);
      const parser = reader.parser({ isStart: index === 0 });
      const take = collector.take.bind(collector);
      const job = { log, range, parser, buffer, checksum: crc32, take };
      ranges.push({ index, read: yield* readRange(job) });
    }
    collector.spill();
  } finally {
    log.close();
  }
  const paths = (kind: KeyKind): string[] =>
    (collector.runs[kind] as ReturnType<FolderScratch["create"]>[]).map((run) => {
      run.close();
      return run.path;
    });
  return { ranges, runs: { country: paths("country"), user: paths("user") } };
}

function* narrow(task: NarrowTask, context: JobContext): Generator<Step, NarrowResult> {
  const result: { index: number; path: string }[] = [];
  for (let index; (index = claim(task.claims, task.groups.length)) !== undefined;) {
    const run = context.scratch(task.runFolder).create();
    const inputs = openInputs(task.groups[index], context);
    try {
      const { cursorBytes } = context.memory;
      yield* mergeToRun(inputs.readers, run, { checksum: crc32, cursorBytes });
    } finally {
      inputs.close();
    }
    run.close();
    result.push({ index, path: run.path });
  }
  return result;
}

/** Opens the inputs of a merge. */
function openInputs(
  paths: readonly string[],
  { store }: JobContext,
): { readers: BatchReader[]; close(): void } {
  const sources: FileSource[] = [];
  const close = (): void => sources.forEach((source) => source.close());
  try {
    for (const path of paths) sources.push(new FileSource(store.openToRead(path)));
    return { readers: sources.map((source) => new BatchReader(source, crc32)), close };
  } catch (error) {
    close();
    throw error;
  }
}

/** Calls `make` for every range that this job can claim, with its merger and its place to write. */
function* mergeRanges<R>(
  task: MergeOutput,
  context: JobContext,
  make: (merger: KeyMerger, output: OrderedOutput, index: number) => Generator<Step, R>,
): Generator<Step, R[]> {
  const inputs = openInputs(task.inputs, context);
  const file = context.store.openToWrite(task.output);
  const results: R[] = [];
  try {
    const { cursorBytes } = context.memory;
    const nothing = { from: Infinity, to: Infinity };
    const merger = new KeyMerger(
      inputs.readers.map((reader) => reader.cursor(nothing, cursorBytes)),
    );
    const output = new OrderedOutput(file, task.turns, context.outputBuffer);
    for (let index; (index = claim(task.claims, task.ranges.length)) !== undefined;) {
      merger.restart(task.ranges[index]);
      output.begin(index);
      results.push(yield* make(merger, output, index));
    }
  } finally {
    file.close();
    inputs.close();
  }
  return results;
}

function merge(task: MergeTask, context: JobContext): Generator<Step, MergeResult> {
  return mergeRanges(task, context, function* (merger, output, index) {
    const encoder = new BlockEncoder(output, crc32);
    yield* mergeInto(merger, encoder);
    const part = encoder.finish();
    output.finish();
    return { index, part };
  });
}

function chart(task: ChartTask, context: JobContext): Generator<Step, ChartResult> {
  const printer = writerNamed(task.writer).printer(task);
  const maker = new ChartMaker(task.top, printer);
  return mergeRanges(task, context, function* (merger, output, index) {
    const size = yield* maker.make(merger, output);
    return { index, size, written: output.finish() };
  });
}
