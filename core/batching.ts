/**
 * Batching: one day's log becomes the day's batches, one for each kind of key.
 *
 * The log's streams are scattered over partitions, ranges of keys that fit in memory; then each
 * partition is sorted and encoded, one behind the other. One that does not fit after all becomes
 * several runs, which are merged. Nothing here waits or touches files: the functions are generators that yield
 * between steps of some milliseconds, so that the caller can show progress, stop, or let others
 * run, and read and write through what the caller hands them.
 *
 * @module
 */

import { BatchEncoder, type BatchFileSize } from "./batch_encoder.ts";
import type { BatchHeader } from "./batch_format.ts";
import { type ByteSink, type ByteSource, MemorySink, sourceOf } from "./bytes.ts";
import type { Checksum } from "./crc32.ts";
import type { Day } from "./day.ts";
import type { Blocks, Engine, MergeInput, MergeOptions, Merger, SortedPiece } from "./engine.ts";
import { type ReadRange, readRange } from "./log_ranges.ts";
import { MAX_FAN_IN } from "./merge.ts";
import { partitionSample, sampleLog } from "./partitions.ts";
import { type Chunk, chunksOf } from "./scatter.ts";
import type { Step } from "./steps.ts";
import {
  KEY_KINDS,
  type KeyKind,
  type LogPart,
  type RowParser,
  type StreamBlock,
} from "./streams.ts";

/** A run while it is needed: written once, then read, then removed. */
export interface RunFile extends ByteSink {
  /** Ends the writing and opens what was written. */
  open(): ByteSource;
  /** Gives its room back. */
  remove(): void;
}

/** Makes room for runs: files in a folder, or memory. */
export interface Scratch {
  create(): RunFile;
}

/** What batching and charting need from outside. */
export interface Tools {
  readonly scratch: Scratch;
  readonly checksum: Checksum;
  /** The most inputs of one merge, 2 to {@linkcode MAX_FAN_IN}. */
  readonly fanIn: number;
  /** The read buffer of each input of a merge, in bytes. */
  readonly cursorBytes: number;
  /** What depends on the kind of ids. */
  readonly engine: Engine;
}

/** Entries that are merged between two steps. */
const STEP_ENTRIES = 1 << 18;

/** One day's log, to be made a batch. */
export interface BatchingJob {
  readonly day: Day;
  readonly log: ByteSource;
  /** Makes a parser for the log, or for a part of it. */
  readonly parser: (part: LogPart) => RowParser;
  /** Whether the log may be cut between any two lines. */
  readonly isCutAtLines: boolean;
  /** What streams are collected and sorted in: at least the engine's `leastWorkBytes`. */
  readonly memory: ArrayBuffer;
  /** Room to read into: at least twice the longest row that the parser leaves to be held. */
  readonly buffer: Uint8Array;
  /** Where the batch of each kind of key goes; kinds that are not there are not made. */
  readonly sinks: Readonly<Partial<Record<KeyKind, ByteSink>>>;
}

/** What is known of a log after it was batched. */
export interface BatchedLog extends ReadRange {
  readonly sizes: Partial<Record<KeyKind, BatchFileSize>>;
}

/**
 * Turns a log into batches.
 *
 * Cost: O(rows) to read, scatter and sort. Memory: the memory and the buffer given, a block of
 * streams and a merge; none of them grows with the log.
 */
export function* batchLog(job: BatchingJob, tools: Tools): Generator<Step, BatchedLog> {
  const kinds = KEY_KINDS.filter((kind) => job.sinks[kind] !== undefined);
  const { day, log, parser, buffer, memory } = job;
  const { checksum, scratch, engine } = tools;
  const partitions = partitionSample(sampleLog(job), kinds, memory.byteLength, engine);
  const file = scratch.create();
  const scatter = engine.scatter({ partitions, memory, sink: file });
  const range = { from: 0, to: log.sizeBytes };
  const take = (block: StreamBlock): void => scatter.take(block);
  const whole = parser({ isStart: true });
  const read = yield* readRange({ log, range, parser: whole, buffer, checksum, take });
  const lists = scatter.finish();
  const source = file.open();
  const piece = engine.piece(memory);
  const sizes: Partial<Record<KeyKind, BatchFileSize>> = {};
  for (const kind of kinds) {
    const header = { kind, day };
    const encoder = new BatchEncoder(header, job.sinks[kind]!, { checksum, engine });
    for (let partition = 0; partition < partitions[kind]!.count; partition++) {
      const chunks = chunksOf(lists[kind]!, partition);
      yield* encodePartition(
        [{ source, chunks }],
        header,
        { piece, blocks: encoder.blocks },
        tools,
      );
    }
    sizes[kind] = encoder.finish();
  }
  file.remove();
  return { ...read, sizes };
}

/** Chunks of one partition, in one file. */
export interface PartitionPart {
  readonly source: ByteSource;
  readonly chunks: readonly Chunk[];
}

/**
 * Sorts the streams of a partition and encodes them.
 *
 * A partition that is larger than the piece becomes several runs, which are merged.
 *
 * Cost: O(streams), and O(entries log runs) where there are several runs.
 */
export function* encodePartition(
  parts: readonly PartitionPart[],
  header: BatchHeader,
  { piece, blocks }: { readonly piece: SortedPiece; readonly blocks: Blocks },
  tools: Tools,
): Generator<Step> {
  const runs: RunFile[] = [];
  const spill = (): void => {
    const run = tools.scratch.create();
    runs.push(run);
    const runEncoder = new BatchEncoder(header, run, tools);
    piece.encode(runEncoder.blocks);
    runEncoder.finish();
    piece.clear();
  };
  piece.reset(parts.flatMap(({ chunks }) => chunks));
  for (const { source, chunks } of parts) {
    for (const chunk of chunks) {
      for (let taken = 0; taken < chunk.count;) {
        const count = piece.readChunk(source, chunk, taken);
        taken += count;
        if (count > 0) continue;
        spill();
        yield { logBytes: 0, entries: 0 };
      }
    }
  }
  if (runs.length === 0) {
    piece.encode(blocks);
    yield { logBytes: 0, entries: piece.length };
    return;
  }
  spill();
  yield* mergeRuns(runs, blocks, tools);
}

/** Merges runs and removes them. */
function* mergeRuns(runs: readonly RunFile[], blocks: Blocks, tools: Tools): Generator<Step> {
  const { engine, checksum } = tools;
  const batches = runs.map((run) => engine.openBatch(run.open(), checksum));
  const narrowed = yield* narrowInputs(batches.map((batch) => ({ batch })), tools);
  yield* mergeInto(engine.merger(narrowed.inputs, tools), blocks);
  for (const run of [...runs, ...narrowed.runs]) run.remove();
}

/** Hands all that a merger gives to an encoder. */
export function* mergeInto(merger: Merger, blocks: Blocks): Generator<Step> {
  let entries = 0;
  while (merger.next()) {
    blocks.addEntries(merger.key, merger.segment, merger.texts);
    entries += merger.segment.to - merger.segment.from;
    if (entries < STEP_ENTRIES) continue;
    yield { logBytes: 0, entries };
    entries = 0;
  }
  yield { logBytes: 0, entries };
}

/** Inputs that one merge can take, and the runs that were made for it. */
export interface NarrowedInputs {
  readonly inputs: readonly MergeInput[];
  /** To be removed after the merge. */
  readonly runs: readonly RunFile[];
}

/**
 * Merges inputs into runs, round after round, until there are no more than the fan-in allows.
 *
 * Cost: O(entries) for each of log(inputs) / log(fan-in) rounds beyond the first merge.
 */
export function* narrowInputs(
  given: readonly MergeInput[],
  tools: Tools & Pick<MergeOptions, "isWorld" | "isExact">,
): Generator<Step, NarrowedInputs> {
  const { fanIn, scratch, checksum, engine } = tools;
  if (fanIn < 2 || fanIn > MAX_FAN_IN) {
    throw new RangeError(`Cannot merge ${fanIn} inputs at once: expected 2 to ${MAX_FAN_IN}`);
  }
  let inputs = [...given];
  const runs: RunFile[] = [];
  while (inputs.length > fanIn) {
    const merged: MergeInput[] = [];
    for (let i = 0; i < inputs.length; i += fanIn) {
      const group = inputs.slice(i, i + fanIn);
      if (group.length === 1) {
        merged.push(group[0]);
        continue;
      }
      const run = scratch.create();
      runs.push(run);
      yield* mergeToRun(group, run, tools);
      merged.push({ batch: engine.openBatch(run.open(), checksum) });
    }
    inputs = merged;
  }
  return { inputs, runs };
}

/** Merges inputs, at most as many as one merge takes, into a run. */
export function* mergeToRun(
  inputs: readonly MergeInput[],
  run: ByteSink,
  options: Pick<Tools, "checksum" | "engine"> & MergeOptions,
): Generator<Step> {
  const encoder = new BatchEncoder(inputs[0].batch.header, run, options);
  yield* mergeInto(options.engine.merger(inputs, options), encoder.blocks);
  encoder.finish();
}

/** Keeps runs in memory: for small logs, tests, and where there are no files. */
export function memoryScratch(): Scratch {
  return {
    create(): RunFile {
      let sink = new MemorySink();
      return {
        write: (bytes) => sink.write(bytes),
        open: () => sourceOf(sink.toBytes(), "run in memory"),
        remove: () => void (sink = new MemorySink()),
      };
    },
  };
}
