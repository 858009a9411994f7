/**
 * The tasks that sort, merge, choose and print.
 *
 * @module
 */

import { crc32 } from "node:zlib";
import { encodePartition, mergeToRun } from "../core/batching.ts";
import { ChartMaker, type ChartOutput, type ChartPrinter } from "../core/chart.ts";
import { CountryCounter, readTotals } from "../core/country_totals.ts";
import type { MergeInput, SortedPiece } from "../core/engine.ts";
import { LeavingOut } from "../core/forgotten.ts";
import { type KeptRow, rowKeeper } from "../core/kept_rows.ts";
import { chunksOf } from "../core/scatter.ts";
import { awaited, type Step } from "../core/steps.ts";
import type { IdKind } from "../core/streams.ts";
import { named } from "../formats/built_in.ts";
import { FileSource } from "./byte_files.ts";
import { claim } from "./claims.ts";
import { sieveOf } from "./forgotten_files.ts";
import { OrderedOutput } from "./ordered_output.ts";
import type { OpenFile, Store } from "./store.ts";
import type {
  ChartResult,
  ChartTask,
  EncodeOutput,
  EncodeResult,
  EncodeTask,
  JobContext,
  NarrowResult,
  NarrowTask,
  PrintingTask,
  RunInput,
  TotalsResult,
  TotalsTask,
} from "./tasks.ts";

/** Sorts and encodes all partitions that this job can claim. */
export function* encode(task: EncodeTask, context: JobContext): Generator<Step, EncodeResult> {
  const inputs = openAll(task.scattered.map(({ path }) => path), context.store);
  const piece = context.engine.piece(context.workMemory);
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
  { day, scattered, runFolder, forgotten }: EncodeTask,
  { kind, claims, partitionCount, output: path, turns }: EncodeOutput,
  sources: readonly FileSource[],
  piece: SortedPiece,
  context: JobContext,
): Generator<Step, EncodeResult> {
  const { engine, memory: { fanIn, cursorBytes } } = context;
  const scratch = context.scratch(runFolder);
  const tools = { scratch, checksum: crc32, fanIn, cursorBytes, engine };
  const results: EncodeResult[number][] = [];
  const sieve = kind === "user" && forgotten ? sieveOf(forgotten, engine.ids) : undefined;
  const file = context.store.openToWrite(path);
  try {
    const output = new OrderedOutput(file, turns, context.outputBuffer);
    for (let index; (index = claim(claims, partitionCount)) !== undefined;) {
      output.begin(index);
      const encoder = engine.blocks(output, crc32);
      const counter = kind === "country" ? new CountryCounter(encoder, engine.ids) : undefined;
      const leaving = sieve && new LeavingOut(encoder, sieve);
      const blocks = counter ?? leaving ?? encoder;
      const parts = scattered.map(({ chunks }, i) => (
        { source: sources[i], chunks: chunksOf(chunks[kind]!, index) }
      ));
      yield* encodePartition(parts, { kind, day }, { piece, blocks }, tools);
      const part = blocks.finish();
      output.finish();
      results.push({
        kind,
        index,
        part,
        countries: counter?.totals(),
        leftOut: leaving?.streams ?? 0,
      });
    }
    output.flush();
  } finally {
    file.close();
  }
  return results;
}

/** Merges all groups that this job can claim. */
export function* narrow(task: NarrowTask, context: JobContext): Generator<Step, NarrowResult> {
  const { engine, memory: { cursorBytes } } = context;
  const options = { checksum: crc32, engine, cursorBytes, isWorld: task.isWorld };
  const result: { index: number; path: string }[] = [];
  for (let index; (index = claim(task.claims, task.groups.length)) !== undefined;) {
    const run = context.scratch(task.runFolder).create();
    const group = openInputs(task.groups[index], context);
    try {
      yield* mergeToRun(group.inputs, run, options);
    } finally {
      group.close();
    }
    run.close();
    result.push({ index, path: run.path });
  }
  return result;
}

/** Inputs of a merge that are open together. */
interface OpenInputs {
  readonly inputs: readonly MergeInput[];
  close(): void;
}

/** Opens inputs; a file that has several of them is opened once. */
function openInputs(inputs: readonly RunInput[], { store, engine }: JobContext): OpenInputs {
  const paths = [...new Set(inputs.map(({ path }) => path))];
  const { sources, close } = openAll(paths, store);
  try {
    const batches = new Map(paths.map((path, i) => [path, engine.openBatch(sources[i], crc32)]));
    return {
      inputs: inputs.map(({ path, range }) => ({ batch: batches.get(path)!, range })),
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
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

/** Makes all ranges of a chart that this job can claim. */
export function* chart(task: ChartTask, context: JobContext): Generator<Step, ChartResult> {
  const { engine, memory: { cursorBytes } } = context;
  const isWorld = task.kind === "world";
  yield* loadWriters(task, context);
  const open = openInputs(task.inputs, context);
  const reports = openReports(task, context);
  const results: ChartResult[number][] = [];
  try {
    const merger = engine.merger(open.inputs, { cursorBytes, isWorld });
    const kept: KeptRow[] = [];
    const keeping = keepingOutput(task, kept, engine.ids);
    const maker = new ChartMaker(task.top, [...reports.outputs, ...keeping], engine);
    const { length } = task.ranges;
    for (let index; (index = claim(task.claims, length)) !== undefined;) {
      if (!isWorld) merger.restart(task.ranges[index]);
      for (const { sink } of reports.outputs) sink.begin(index);
      const part = { isFirst: index === 0, isLast: index === length - 1 };
      const size = yield* maker.make(merger, part);
      const written = reports.outputs.map(({ sink }) => sink.finish());
      results.push({ index, size, written, rows: kept.splice(0) });
    }
    for (const { sink } of reports.outputs) sink.flush();
  } finally {
    reports.close();
    open.close();
  }
  return results;
}

/** Loads what the writers of a chart need. */
export function* loadWriters(task: PrintingTask, { formats }: JobContext): Generator<Step> {
  for (const { writer } of task.outputs) {
    const { load } = named(formats.writers, writer, "writer");
    if (load !== undefined) yield* awaited(load());
  }
}

/** Where rows are kept, if any are to be. */
export function keepingOutput(
  { kind, top, keptSongs = 0 }: PrintingTask,
  rows: KeptRow[],
  ids: IdKind,
): ChartOutput[] {
  if (keptSongs === 0) return [];
  return [{ printer: rowKeeper({ kind, top, ids }, keptSongs, rows), sink: { write() {} } }];
}

/** Counts the streams of all batches that this job can claim. */
export function* totals(task: TotalsTask, context: JobContext): Generator<Step, TotalsResult> {
  const { engine, memory: { cursorBytes } } = context;
  const results: TotalsResult[number][] = [];
  for (let index; (index = claim(task.claims, task.paths.length)) !== undefined;) {
    const open = openInputs([{ path: task.paths[index] }], context);
    try {
      const merger = engine.merger(open.inputs, { cursorBytes });
      results.push({ index, countries: yield* readTotals(merger, engine) });
    } finally {
      open.close();
    }
  }
  return results;
}

/** Reports that are open together. */
export interface OpenReports {
  readonly outputs: readonly { readonly printer: ChartPrinter; readonly sink: OrderedOutput }[];
  close(): void;
}

/** Opens the reports of a chart, with their shares of the output buffer. */
export function openReports(
  task: PrintingTask,
  { store, engine, formats, outputBuffer }: JobContext,
): OpenReports {
  const files: OpenFile[] = [];
  const share = Math.floor(outputBuffer.length / task.outputs.length);
  const close = (): void => files.forEach((file) => file.close());
  try {
    const outputs = task.outputs.map(({ writer, output, turns, top }, i) => {
      files.push(store.openToWrite(output));
      const buffer = outputBuffer.subarray(i * share, (i + 1) * share);
      const shape = { kind: task.kind, top, ids: engine.ids };
      const full = named(formats.writers, writer, "writer").printer(shape);
      const printer = top < task.top ? shortened(full, top) : full;
      return { printer, sink: new OrderedOutput(files[i], turns, buffer) };
    });
    return { outputs, close };
  } catch (error) {
    close();
    throw error;
  }
}

/** Prints only the first songs of each key. */
function shortened(printer: ChartPrinter, top: number): ChartPrinter {
  return {
    begin: (out) => printer.begin?.(out),
    print: (row, out) => {
      const { count } = row;
      row.count = Math.min(count, top);
      printer.print(row, out);
      row.count = count;
    },
    end: (out) => printer.end?.(out),
  };
}
