/**
 * Batching: one day's log becomes the day's batches, one for each kind of key.
 *
 * The log is read in pieces that fit in memory; each piece becomes a run, and the runs are merged
 * into the batch. Nothing here waits or touches files: the functions are generators that yield
 * between steps of some milliseconds, so that the caller can show progress, stop, or let others
 * run, and read and write through what the caller hands them.
 *
 * @module
 */

import { BatchEncoder } from "./batch_encoder.ts";
import { BatchReader, CURSOR_BLOCK_BYTES, MIN_CURSOR_BYTES } from "./batch_reader.ts";
import { type ByteSink, type ByteSource, MemorySink, sourceOf } from "./bytes.ts";
import type { Checksum } from "./crc32.ts";
import type { Day } from "./day.ts";
import { KeyMerger, MAX_FAN_IN, mergerBytes } from "./merge.ts";
import type { Piece, RunSize } from "./piece.ts";
import { createStreamBlock, type KeyKind, type RowParser, type RowTally } from "./streams.ts";

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

/** What steps report: how much of the work is done since the last report. */
export interface Step {
  /** Bytes of logs that were read. */
  readonly logBytes: number;
  /** Entries that were merged. */
  readonly entries: number;
}

/** What batching and charting need from outside. */
export interface Tools {
  readonly scratch: Scratch;
  readonly checksum: Checksum;
  /** The most inputs of one merge, 2 to {@linkcode MAX_FAN_IN}. */
  readonly fanIn: number;
  /** The read buffer of each input of a merge, in bytes. */
  readonly cursorBytes: number;
}

/** Entries that are merged between two steps. */
const STEP_ENTRIES = 1 << 18;

/** The memory that a merge with these tools takes at most, in bytes. */
export function mergeBytes(fanIn: number, cursorBytes: number): number {
  const cursor = Math.max(MIN_CURSOR_BYTES, cursorBytes) + CURSOR_BLOCK_BYTES;
  return fanIn * cursor + mergerBytes(fanIn);
}

/** One day's log, to be made a batch. */
export interface BatchingJob {
  readonly day: Day;
  readonly log: ByteSource;
  readonly parser: RowParser;
  /** An empty piece; it is empty again afterwards. */
  readonly piece: Piece;
  /** Room to read into: at least twice the longest row that the parser leaves to be held. */
  readonly buffer: Uint8Array;
  /** Where the batch of each kind of key goes; kinds that are not there are not made. */
  readonly sinks: Readonly<Partial<Record<KeyKind, ByteSink>>>;
}

/** What is known of a log after it was batched. */
export interface BatchedLog {
  readonly tally: RowTally;
  /** Bytes that were read. */
  readonly sizeBytes: number;
  /** CRC-32 of these bytes. */
  readonly crc32: number;
  readonly sizes: Partial<Record<KeyKind, RunSize>>;
}

/**
 * Turns a log into batches.
 *
 * Cost: O(rows) to read and sort, O(rows log pieces) to merge. Memory: the piece, the buffer, a
 * block of streams and a merge; none of them grows with the log.
 */
export function* batchLog(job: BatchingJob, tools: Tools): Generator<Step, BatchedLog> {
  const runs = new RunCollector(job, tools);
  const read = yield* readLog(job, runs, tools.checksum);
  const sizes = yield* runs.finish();
  return { tally: job.parser.tally, sizes, ...read };
}

/** Feeds the log to the parser, and its streams to the collector. */
function* readLog(
  job: BatchingJob,
  runs: RunCollector,
  checksum: Checksum,
): Generator<Step, { sizeBytes: number; crc32: number }> {
  const { log, parser, buffer } = job;
  const block = createStreamBlock();
  let sizeBytes = 0;
  let crc32 = 0;
  for (let held = 0, isLast = false; !isLast;) {
    const fresh = log.read(buffer.subarray(held), sizeBytes);
    crc32 = checksum(buffer.subarray(held, held + fresh), crc32);
    sizeBytes += fresh;
    isLast = fresh < buffer.length - held;
    const to = held + fresh;
    let at = 0;
    do {
      block.length = 0;
      at = parser.parse(buffer, at, to, isLast, block);
      runs.take(block);
    } while (block.length === block.capacity);
    buffer.copyWithin(0, at, to);
    held = to - at;
    yield { logBytes: fresh, entries: 0 };
  }
  return { sizeBytes, crc32 };
}

/** Collects streams in the piece and makes runs of it whenever it is full. */
class RunCollector {
  readonly #job: BatchingJob;
  readonly #tools: Tools;
  readonly #kinds: KeyKind[];
  readonly #runs: Partial<Record<KeyKind, RunFile[]>> = {};

  constructor(job: BatchingJob, tools: Tools) {
    this.#job = job;
    this.#tools = tools;
    this.#kinds = (["country", "user"] as const).filter((kind) => job.sinks[kind] !== undefined);
    for (const kind of this.#kinds) this.#runs[kind] = [];
  }

  take(block: Parameters<Piece["append"]>[0]): void {
    const { piece } = this.#job;
    for (let from = 0; from < block.length;) {
      from = piece.append(block, from);
      if (from < block.length) this.#spill();
    }
  }

  /** Writes the piece as runs and empties it. */
  #spill(): void {
    const { piece, day } = this.#job;
    for (const kind of this.#kinds) {
      if (piece.length === 0) break;
      const run = this.#tools.scratch.create();
      this.#runs[kind]!.push(run);
      piece.encodeRun(kind, day, run, this.#tools.checksum);
    }
    piece.clear();
  }

  /** Makes the batches: the only run of each kind as it is, several merged. */
  *finish(): Generator<Step, BatchedLog["sizes"]> {
    const { piece, day, sinks } = this.#job;
    const sizes: BatchedLog["sizes"] = {};
    const isOnly = this.#kinds.every((kind) => this.#runs[kind]!.length === 0);
    if (!isOnly) this.#spill();
    for (const kind of this.#kinds) {
      sizes[kind] = isOnly
        ? piece.encodeRun(kind, day, sinks[kind]!, this.#tools.checksum)
        : yield* this.#mergeInto(kind, sinks[kind]!);
    }
    piece.clear();
    return sizes;
  }

  *#mergeInto(kind: KeyKind, sink: ByteSink): Generator<Step, RunSize> {
    const { checksum } = this.#tools;
    const runs = this.#runs[kind]!;
    const readers = runs.map((run) => new BatchReader(run.open(), checksum));
    const header = { kind, day: this.#job.day };
    const narrowed = yield* narrowInputs(readers, this.#tools);
    const encoder = new BatchEncoder(header, sink, checksum);
    yield* mergeInto(narrowed.readers, encoder, this.#tools);
    for (const run of [...runs, ...narrowed.runs]) run.remove();
    return encoder.finish();
  }
}

/** Merges batches into one encoder; at most as many as the fan-in allows. */
function* mergeInto(
  readers: readonly BatchReader[],
  encoder: BatchEncoder,
  tools: Tools,
): Generator<Step> {
  const merger = new KeyMerger(
    readers.map((reader) => reader.cursor(undefined, tools.cursorBytes)),
  );
  let entries = 0;
  while (merger.next()) {
    encoder.addEntries(merger.key, merger.segment);
    entries += merger.segment.to - merger.segment.from;
    if (entries < STEP_ENTRIES) continue;
    yield { logBytes: 0, entries };
    entries = 0;
  }
}

/** Inputs that one merge can take, and the runs that were made for it. */
export interface NarrowedInputs {
  readonly readers: readonly BatchReader[];
  /** To be removed after the merge. */
  readonly runs: readonly RunFile[];
}

/**
 * Merges inputs into runs, round after round, until there are no more than the fan-in allows.
 *
 * Cost: O(entries) for each of log(inputs) / log(fan-in) rounds beyond the first merge.
 */
export function* narrowInputs(
  readers: readonly BatchReader[],
  tools: Tools,
): Generator<Step, NarrowedInputs> {
  const { fanIn, scratch, checksum } = tools;
  if (fanIn < 2 || fanIn > MAX_FAN_IN) {
    throw new RangeError(`Cannot merge ${fanIn} inputs at once: expected 2 to ${MAX_FAN_IN}`);
  }
  let inputs = [...readers];
  const runs: RunFile[] = [];
  while (inputs.length > fanIn) {
    const merged: BatchReader[] = [];
    for (let i = 0; i < inputs.length; i += fanIn) {
      const group = inputs.slice(i, i + fanIn);
      if (group.length === 1) {
        merged.push(group[0]);
        continue;
      }
      const run = scratch.create();
      runs.push(run);
      const encoder = new BatchEncoder(group[0].header, run, checksum);
      yield* mergeInto(group, encoder, tools);
      encoder.finish();
      merged.push(new BatchReader(run.open(), checksum));
    }
    inputs = merged;
  }
  return { readers: inputs, runs };
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
