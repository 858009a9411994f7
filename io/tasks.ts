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
import { encodePartition, mergeToRun, type Step } from "../core/batching.ts";
import { ChartMaker, type ChartSize } from "../core/chart.ts";
import type { Day } from "../core/day.ts";
import { alignedToLines, type ByteRange, type ReadRange, readRange } from "../core/log_ranges.ts";
import type { MemoryPlan } from "../core/memory.ts";
import { KeyMerger } from "../core/merge.ts";
import type { PartitionsByKind } from "../core/partitions.ts";
import { Piece } from "../core/piece.ts";
import { type ChunkList, chunksOf, Scatter } from "../core/scatter.ts";
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

/** Reads ranges of a log and scatters their streams over partitions. */
export interface IngestTask extends Claimed {
  readonly type: "ingest";
  readonly path: string;
  readonly ranges: readonly ByteRange[];
  readonly partitions: PartitionsByKind;
  readonly reader: string;
  readonly runFolder: string;
}

/** What a job read. */
export interface IngestResult {
  readonly ranges: readonly { readonly index: number; readonly read: ReadRange }[];
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
  readonly groups: readonly (readonly string[])[];
  readonly runFolder: string;
}

/** For each group that a job merged, the path of its run. */
export type NarrowResult = readonly { readonly index: number; readonly path: string }[];

/** A file that jobs write together. */
interface SharedOutput extends Claimed {
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
}

/** The batch of one kind of key. */
export interface EncodeOutput extends SharedOutput {
  readonly kind: KeyKind;
  readonly partitionCount: number;
}

/** For each partition that a job encoded, its blocks. */
export type EncodeResult = readonly {
  readonly kind: KeyKind;
  readonly index: number;
  readonly part: BatchPart;
}[];

/** Makes ranges of a chart. */
export interface ChartTask extends SharedOutput {
  readonly type: "chart";
  /** The paths of the inputs, at most as many as the fan-in allows. */
  readonly inputs: readonly string[];
  readonly ranges: readonly KeyRange[];
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

export type Task = IngestTask | EncodeTask | NarrowTask | ChartTask;

/** What a task gives. */
export type ResultOf<T extends Task> = T extends IngestTask ? IngestResult
  : T extends NarrowTask ? NarrowResult
  : T extends EncodeTask ? EncodeResult
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
  #workMemory?: ArrayBuffer;
  #logBuffer?: Uint8Array;
  #outputBuffer?: Uint8Array;
  #scratch?: FolderScratch;

  constructor(store: Store, memory: MemoryPlan, job: number) {
    this.store = store;
    this.memory = memory;
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
  }
}

/** The next of `count` things that no job has claimed, or `undefined` where none is left. */
function claim(claims: SharedArrayBuffer, count: number): number | undefined {
  const index = Atomics.add(new Int32Array(claims), 0, 1);
  return index < count ? index : undefined;
}

function* ingest(task: IngestTask, context: JobContext): Generator<Step, IngestResult> {
  const { logBuffer: buffer, workMemory: memory } = context;
  const file = context.scratch(task.runFolder).create();
  const scatter = new Scatter({ partitions: task.partitions, memory, sink: file });
  const take = scatter.take.bind(scatter);
  const log = new FileSource(context.store.openToRead(task.path));
  const ranges: { index: number; read: ReadRange }[] = [];
  try {
    const reader = readerNamed(task.reader);
    for (let index; (index = claim(task.claims, task.ranges.length)) !== undefined;) {
      const range = task.ranges.length === 1
        ? task.ranges[0]
        : alignedToLines(log, task.ranges[index], buffer);
      const parser = reader.parser({ isStart: index === 0 });
      const job = { log, range, parser, buffer, checksum: crc32, take };
      ranges.push({ index, read: yield* readRange(job) });
    }
    const chunks = scatter.finish();
    return { ranges, scattered: { path: file.path, chunks } };
  } finally {
    log.close();
    file.close();
  }
}

function* encode(task: EncodeTask, context: JobContext): Generator<Step, EncodeResult> {
  const inputs = openAll(task.scattered.map(({ path }) => path), context.store);
  const piece = new Piece(context.workMemory);
  try {
    const results: EncodeResult[number][] = [];
    for (const output of task.outputs) {
      results.push(...yield* encodeOutput(task, output, inputs.sources, piece, context));
    }
    return results;
  } finally {
    inputs.close();
  }
}

function* encodeOutput(
  { day, scattered, runFolder }: EncodeTask,
  { kind, claims, partitionCount, output: path, turns }: EncodeOutput,
  sources: readonly FileSource[],
  piece: Piece,
  context: JobContext,
): Generator<Step, EncodeResult> {
  const { fanIn, cursorBytes } = context.memory;
  const tools = { scratch: context.scratch(runFolder), checksum: crc32, fanIn, cursorBytes };
  const results: EncodeResult[number][] = [];
  const file = context.store.openToWrite(path);
  try {
    const output = new OrderedOutput(file, turns, context.outputBuffer);
    for (let index; (index = claim(claims, partitionCount)) !== undefined;) {
      output.begin(index);
      const encoder = new BlockEncoder(output, crc32);
      const parts = scattered.map(({ chunks }, i) => (
        { source: sources[i], chunks: chunksOf(chunks[kind]!, index) }
      ));
      yield* encodePartition(parts, { kind, day }, { piece, encoder }, tools);
      const part = encoder.finish();
      output.finish();
      results.push({ kind, index, part });
    }
    output.flush();
  } finally {
    file.close();
  }
  return results;
}

function* narrow(task: NarrowTask, context: JobContext): Generator<Step, NarrowResult> {
  const result: { index: number; path: string }[] = [];
  for (let index; (index = claim(task.claims, task.groups.length)) !== undefined;) {
    const run = context.scratch(task.runFolder).create();
    const inputs = openAll(task.groups[index], context.store);
    try {
      const { cursorBytes } = context.memory;
      const readers = inputs.sources.map((source) => new BatchReader(source, crc32));
      yield* mergeToRun(readers, run, { checksum: crc32, cursorBytes });
    } finally {
      inputs.close();
    }
    run.close();
    result.push({ index, path: run.path });
  }
  return result;
}

/** Files that are open together. */
interface OpenSources {
  readonly sources: readonly FileSource[];
  close(): void;
}

/** Opens all the files, or none. */
function openAll(paths: readonly string[], store: Store): OpenSources {
  const sources: FileSource[] = [];
  const close = (): void => sources.forEach((source) => source.close());
  try {
    for (const path of paths) sources.push(new FileSource(store.openToRead(path)));
    return { sources, close };
  } catch (error) {
    close();
    throw error;
  }
}

function* chart(task: ChartTask, context: JobContext): Generator<Step, ChartResult> {
  const printer = writerNamed(task.writer).printer(task);
  const maker = new ChartMaker(task.top, printer);
  const inputs = openAll(task.inputs, context.store);
  const results: { index: number; size: ChartSize; written: WrittenRange }[] = [];
  const file = context.store.openToWrite(task.output);
  try {
    const { cursorBytes } = context.memory;
    const nothing = { from: Infinity, to: Infinity };
    const readers = inputs.sources.map((source) => new BatchReader(source, crc32));
    const merger = new KeyMerger(readers.map((reader) => reader.cursor(nothing, cursorBytes)));
    const output = new OrderedOutput(file, task.turns, context.outputBuffer);
    for (let index; (index = claim(task.claims, task.ranges.length)) !== undefined;) {
      merger.restart(task.ranges[index]);
      output.begin(index);
      const size = yield* maker.make(merger, output);
      results.push({ index, size, written: output.finish() });
    }
    output.flush();
  } finally {
    file.close();
    inputs.close();
  }
  return results;
}
