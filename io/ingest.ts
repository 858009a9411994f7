/**
 * The task of reading logs: their streams are scattered over partitions.
 *
 * @module
 */

import { crc32 } from "node:zlib";
import { alignedToLines, readParts, type ReadRange, readRange } from "../core/log_ranges.ts";
import { RejectedRowKeeper } from "../core/rejected_rows.ts";
import { awaited, type Step } from "../core/steps.ts";
import { FormatError, type OnRejected, type RowTally, type StreamBlock } from "../core/streams.ts";
import { named } from "../formats/built_in.ts";
import { compressionNamed } from "../formats/compression.ts";
import type { AnyReader, ParserOptions, Reader, TableReader } from "../formats/interface.ts";
import { FileSource } from "./byte_files.ts";
import { claim } from "./claims.ts";
import { LogParts } from "./log_parts.ts";
import type { RunOnDisk } from "./scratch.ts";
import type {
  IngestedRange,
  IngestResult,
  IngestTask,
  JobContext,
  LogRange,
  LogToRead,
  ReadingResult,
  ReadingTask,
} from "./tasks.ts";

/** Reads all ranges of logs that this job can claim. */
export function* ingest(task: IngestTask, context: JobContext): Generator<Step, IngestResult> {
  const { workMemory: memory, engine } = context;
  const file = context.scratch(task.runFolder).create();
  const scatter = engine.scatter({ partitions: task.partitions, memory, sink: file });
  try {
    const read = yield* readLogs(task, context, { take: (block) => scatter.take(block) });
    return { ...read, scattered: { path: file.path, chunks: scatter.finish() } };
  } finally {
    file.close();
  }
}

/** What becomes of the streams that are read. */
export interface StreamTaker {
  /** Takes streams; the block is reused after the call. */
  take(block: StreamBlock): void;
  /** What has to be waited for before more is read; asked after every step. */
  readonly afterStep?: () => Promise<void>;
  /** Entries that were put where they belong since it was asked last, where that is done meanwhile. */
  readonly takenEntries?: () => number;
}

/** Reads all ranges of logs that this job can claim, and hands over their streams. */
export function* readLogs(
  task: ReadingTask,
  context: JobContext,
  { take, afterStep, takenEntries = () => 0 }: StreamTaker,
): Generator<Step, ReadingResult> {
  const ranges: IngestedRange[] = [];
  const warnings: string[] = [];
  const { columns, runFolder } = task;
  const kept = rowsToKeep(task, context);
  try {
    for (let index; (index = claim(task.claims, task.ranges.length)) !== undefined;) {
      const range = task.ranges[index];
      const log = task.logs[range.log];
      const keptRange = kept?.keeper.begin();
      const onRejected = keptRange?.take;
      const job = { log, range, columns, runFolder, take, warnings, onRejected };
      const steps = readLogRange(job, context);
      const read = yield* afterStep === undefined
        ? steps
        : waitingAfter(steps, afterStep, takenEntries);
      const rejected = kept && { path: kept.file.path, ...keptRange!.finish() };
      ranges.push({ index, read, rejected });
    }
    return { ranges, warnings };
  } finally {
    kept?.file.close();
  }
}

/** Makes room for rejected rows, where they are to be kept. */
function rowsToKeep(
  { quarantineBytes, runFolder }: ReadingTask,
  context: JobContext,
): { readonly file: RunOnDisk; readonly keeper: RejectedRowKeeper } | undefined {
  if (quarantineBytes === undefined) return undefined;
  const file = context.scratch(runFolder).create();
  return { file, keeper: new RejectedRowKeeper(file, quarantineBytes) };
}

/** The same steps; after each of them something is waited for. */
function* waitingAfter<T>(
  steps: Generator<Step, T>,
  wait: () => Promise<void>,
  takenEntries: () => number,
): Generator<Step, T> {
  let isOver = false;
  try {
    for (let thrown: { readonly error: unknown } | undefined;;) {
      const { done, value } = thrown === undefined ? steps.next() : steps.throw(thrown.error);
      isOver = done === true;
      if (done) return value;
      thrown = undefined;
      try {
        yield { ...value, entries: value.entries + takenEntries() };
        yield* awaited(wait());
      } catch (error) {
        // It is thrown where the reading waits, which closes what it has open.
        thrown = { error };
      }
    }
  } finally {
    if (!isOver) steps.return(undefined as never);
  }
}

interface LogRangeJob extends Pick<IngestTask, "columns" | "runFolder"> {
  readonly log: LogToRead;
  readonly range: LogRange;
  readonly take: (block: StreamBlock) => void;
  readonly warnings: string[];
  readonly onRejected?: OnRejected;
}

/** Reads a range of a log; errors of its format name the log. */
function* readLogRange(job: LogRangeJob, context: JobContext): Generator<Step, ReadRange> {
  const { path } = job.log;
  const log = new FileSource(context.store.openToRead(path));
  try {
    const reader = named(context.formats.readers, job.log.reader, "reader");
    if (job.log.compression === undefined && "parser" in reader) {
      return yield* readPlain(log, reader, job, context);
    }
    return yield* readWhole(log, reader, job, context);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw new Error(`Cannot read log "${path}": ${error.message}`, { cause: error });
  } finally {
    log.close();
  }
}

/** Reads a range of what is not compressed, or all of it. */
function* readPlain(
  log: FileSource,
  reader: Reader,
  { range, columns, take, onRejected }: LogRangeJob,
  { logBuffer: buffer, engine }: JobContext,
): Generator<Step, ReadRange> {
  const isWhole = range.from === 0 && range.to === log.sizeBytes;
  const lines = isWhole ? range : alignedToLines(log, range, buffer);
  const parser = reader.parser({ isStart: range.from === 0, ids: engine.ids, columns, onRejected });
  return yield* readRange({ log, range: lines, parser, buffer, checksum: crc32, take });
}

/** Reads a log that is compressed, or must be read here and there. */
function* readWhole(
  log: FileSource,
  reader: AnyReader,
  job: LogRangeJob,
  context: JobContext,
): Generator<Step, ReadRange> {
  const file = new LogParts(log);
  const plain = decompressed(file, job);
  const tally = "parser" in reader
    ? yield* readStream(file, plain, reader, job, context)
    : yield* readTable(file, plain, reader, job, context);
  return { tally, sizeBytes: file.sizeBytes, crc32: file.crc32 };
}

function decompressed(file: LogParts, { log, warnings }: LogRangeJob): AsyncIterable<Uint8Array> {
  if (log.compression === undefined) return file;
  const warn = (text: string): void => void warnings.push(`log "${log.path}": ${text}`);
  return compressionNamed(log.compression).decompress(file, warn);
}

function* readStream(
  file: LogParts,
  plain: AsyncIterable<Uint8Array>,
  reader: Reader,
  { columns, take, onRejected }: LogRangeJob,
  { logBuffer: buffer, engine }: JobContext,
): Generator<Step, RowTally> {
  const parser = reader.parser({ ids: engine.ids, columns, onRejected });
  const parts = plain[Symbol.asyncIterator]();
  try {
    return yield* readParts({ parts, parser, buffer, take, doneBytes: () => file.takeProgress() });
  } finally {
    yield* ended(parts);
  }
}

/** Reads a table: a compressed one is decompressed to a scratch file first. */
function* readTable(
  file: LogParts,
  plain: AsyncIterable<Uint8Array>,
  reader: TableReader,
  job: LogRangeJob,
  context: JobContext,
): Generator<Step, RowTally> {
  const isCompressed = job.log.compression !== undefined;
  const copy = isCompressed ? context.scratch(job.runFolder).create() : undefined;
  const parts = plain[Symbol.asyncIterator]();
  try {
    for (;;) {
      const { done, value } = yield* awaited(parts.next());
      if (done) break;
      copy?.write(value);
    }
  } finally {
    yield* ended(parts);
  }
  const { columns, onRejected } = job;
  const options: ParserOptions = { ids: context.engine.ids, columns, onRejected };
  let rowCount = 0;
  const take = (block: StreamBlock): void => {
    rowCount += block.length;
    job.take(block);
  };
  const rows = reader.read(copy?.open() ?? file.source, options, take);
  try {
    for (;;) {
      const { done, value } = yield* awaited(rows.next());
      if (done) return value;
      yield { logBytes: value, rows: rowCount, entries: 0 };
      rowCount = 0;
    }
  } finally {
    yield* ended(rows);
    copy?.remove();
  }
}

/** Ends what may not have come to its end; what it throws then is of no use to anyone. */
function* ended(iterator: AsyncIterator<unknown, unknown>): Generator<Step> {
  yield* awaited(Promise.resolve(iterator.return?.()).catch(() => {}));
}
