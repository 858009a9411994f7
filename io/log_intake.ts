/**
 * Taking in the logs of a day: how they are read, how their keys are cut, and the reading.
 *
 * @module
 */

import type { Engine } from "../core/engine.ts";
import { cutIntoRanges, joinedRanges, type ReadRange } from "../core/log_ranges.ts";
import { AUTO_READER, type BatchShape, isSameLog, type LogRecord } from "../core/manifest.ts";
import type { MemoryPlan } from "../core/memory.ts";
import { partitionSample, type PartitionsByKind } from "../core/partitions.ts";
import type { FoundLog } from "../core/plan.ts";
import type { AnyReader, Columns } from "../formats/interface.ts";
import { FileSource } from "./byte_files.ts";
import { createClaims } from "./claims.ts";
import { formatOfLog, type LogFormat } from "./log_format.ts";
import { sampleOf } from "./log_sample.ts";
import type { Work } from "./meter.ts";
import type { RejectedRange } from "./quarantine.ts";
import type { QuarantineOptions } from "./quarantine_files.ts";
import type { Store } from "./store.ts";
import type { IngestedRange, ReadingResult, ReadingTask, Scattered } from "./tasks.ts";

/** Logs are read by several jobs in ranges of this size. */
const LOG_RANGE_BYTES = 16 * 2 ** 20;

/** What is to be known to read logs. */
export interface IntakeOptions {
  readonly logFolder: string;
  /** What the batches should be; the reader in it may be {@linkcode AUTO_READER}. */
  readonly shape: BatchShape;
  readonly columns?: Columns;
  readonly engine: Engine;
  readonly readers: readonly AnyReader[];
  readonly memory: MemoryPlan;
  readonly warn: (text: string) => void;
  /** Where rejected rows are kept, where they are. */
  readonly quarantine?: QuarantineOptions;
}

/** Logs that were read: their streams are in partitions. */
export interface IngestedLogs {
  readonly records: readonly LogRecord[];
  readonly partitions: PartitionsByKind;
  readonly scattered: readonly Scattered[];
  /** The rejected rows in the order of the logs, where they are kept. */
  readonly rejected: readonly RejectedRange[];
}

/** Logs that were read, and what the jobs gave that read them. */
export interface ReadLogs<R> {
  readonly records: readonly LogRecord[];
  readonly results: readonly R[];
  /** The rejected rows in the order of the logs, where they are kept. */
  readonly rejected: readonly RejectedRange[];
}

/** A log that changed while it was read. */
export class UnsettledLogError extends Error {
  override readonly name = "UnsettledLogError";
}

/** Reads logs. */
export class LogIntake {
  readonly #store: Store;
  readonly #options: IntakeOptions;
  readonly #runFolder: string;

  constructor(store: Store, options: IntakeOptions, runFolder: string) {
    this.#store = store;
    this.#options = options;
    this.#runFolder = runFolder;
  }

  #pathOf(log: FoundLog): string {
    return `${this.#options.logFolder}/${log.name}`;
  }

  /**
   * Reads the logs of a day and scatters their streams.
   *
   * @throws {Error} where a log cannot be read, or changes while it is read
   */
  async ingest(logs: readonly FoundLog[], work: Work): Promise<IngestedLogs> {
    let partitions: PartitionsByKind = {};
    const read = await this.read(logs, async (reading, formats) => {
      partitions = await this.#partitionsOf(logs, formats);
      return await work.do({ ...reading, type: "ingest", partitions });
    }, work.jobs);
    const { records, results } = read;
    const { rejected } = read;
    return { partitions, records, rejected, scattered: results.map((result) => result.scattered) };
  }

  /**
   * Reads the logs of a day.
   *
   * @param doTask has a task done that reads what it is told to
   * @returns what is known of the logs, and what the jobs gave
   * @throws {Error} where a log cannot be read, or changes while it is read
   */
  async read<R extends ReadingResult>(
    logs: readonly FoundLog[],
    doTask: (reading: ReadingTask, formats: readonly LogFormat[]) => Promise<R[]>,
    jobs: number,
  ): Promise<ReadLogs<R>> {
    try {
      return await this.#read(logs, doTask, jobs);
    } catch (error) {
      // What was found in half a log is not what is to be told.
      for (const log of logs) this.#checkUnchanged(log, log.sizeBytes);
      throw error;
    }
  }

  async #read<R extends ReadingResult>(
    logs: readonly FoundLog[],
    doTask: (reading: ReadingTask, formats: readonly LogFormat[]) => Promise<R[]>,
    jobs: number,
  ): Promise<ReadLogs<R>> {
    const formats = await Promise.all(logs.map((log) => this.#formatOf(log)));
    const ranges = logs.flatMap(({ sizeBytes }, log) =>
      cutIntoRanges(sizeBytes, isCut(formats[log]) && jobs > 1 ? LOG_RANGE_BYTES : Infinity)
        .map((range) => ({ log, ...range }))
    );
    const results = await doTask({
      claims: createClaims(),
      logs: logs.map((log, i) => ({
        path: this.#pathOf(log),
        reader: formats[i].reader.name,
        compression: formats[i].compression?.name,
      })),
      ranges,
      columns: this.#options.columns,
      runFolder: this.#runFolder,
      quarantineBytes: this.#options.quarantine?.limitBytes,
    }, formats);
    for (const warning of results.flatMap((result) => result.warnings)) this.#options.warn(warning);
    const done = results.flatMap((result) => result.ranges).sort((a, b) => a.index - b.index);
    const records = logs.map((log, i) => {
      const parts = done.filter(({ index }) => ranges[index].log === i);
      const read = joinedRanges(parts.map((part) => part.read));
      this.#checkUnchanged(log, read.sizeBytes);
      return recordOf(log, read, formats[i]);
    });
    const rejected = logs.flatMap(({ name }, i) =>
      rejectedRanges(name, done.filter(({ index }) => ranges[index].log === i))
    );
    return { records, results, rejected };
  }

  /** How a log is to be read. */
  async #formatOf(log: FoundLog): Promise<LogFormat> {
    const { shape, readers, columns } = this.#options;
    const wanted = shape.reader === AUTO_READER ? undefined : shape.reader;
    const path = this.#pathOf(log);
    const format = await formatOfLog(this.#store, path, { readers, wanted });
    if (columns === undefined || format.reader.takesColumns) return format;
    throw new Error(
      `Cannot use --columns with log "${path}": reader ${format.reader.name} has no columns, ` +
        "expected a log with columns (--reader NAME)",
    );
  }

  /** Chooses partitions by the first log of the day. */
  async #partitionsOf(
    logs: readonly FoundLog[],
    formats: readonly LogFormat[],
  ): Promise<PartitionsByKind> {
    const { shape, memory, engine, columns } = this.#options;
    const source = new FileSource(this.#store.openToRead(this.#pathOf(logs[0])));
    try {
      const sample = await sampleOf(source, formats[0], { ids: engine.ids, columns });
      const bytes = logs.reduce((sum, log) => sum + log.sizeBytes, 0);
      const expectedStreams = sample.expectedStreams * bytes / Math.max(1, source.sizeBytes);
      return partitionSample({ ...sample, expectedStreams }, shape.keys, memory.workBytes, engine);
    } finally {
      source.close();
    }
  }

  #checkUnchanged(log: FoundLog, readBytes: number): void {
    const path = this.#pathOf(log);
    const info = this.#store.info(path);
    const isSame = info !== undefined && isSameLog(log, { name: log.name, ...info });
    if (isSame && readBytes === log.sizeBytes) return;
    const end = info === undefined ? "gone" : info.sizeBytes;
    const sizes = `${log.sizeBytes} bytes at the start, ${end} at the end`;
    const what = info?.sizeBytes === log.sizeBytes ? "its modification time changed" : sizes;
    throw new UnsettledLogError(
      `Cannot use log "${path}": still being written (${what}), ` +
        "expected a log that does not change while it is read " +
        "(--settle SECONDS waits until it does not)",
    );
  }
}

/** Says where the rejected rows of a log are, range by range. */
function rejectedRanges(log: string, ranges: readonly IngestedRange[]): RejectedRange[] {
  let linesBefore = 0;
  return ranges.flatMap(({ rejected, read: { tally } }) => {
    const range = rejected && { ...rejected, log, linesBefore };
    linesBefore += tally.lines;
    return range === undefined || (range.isWhole && range.sizeBytes === 0) ? [] : [range];
  });
}

function isCut({ reader, compression }: LogFormat): boolean {
  return compression === undefined && "parser" in reader && reader.isCutAtLines;
}

function recordOf(log: FoundLog, read: ReadRange, format: LogFormat): LogRecord {
  const { name, sizeBytes, modifiedMs } = log;
  const { reader, compression } = format;
  const how = { reader: reader.name, compression: compression?.name };
  return { name, sizeBytes, modifiedMs, crc32: read.crc32, ...how, tally: read.tally };
}
