/**
 * The folder of the batches: building, opening and removing them.
 *
 * @module
 */

import { crc32 } from "node:zlib";
import type { BatchFileSize } from "../core/batch_encoder.ts";
import { BatchError, encodeHeader } from "../core/batch_format.ts";
import { ALL_KEYS, type KeyRange } from "../core/batch_reader.ts";
import { type Day, formatDay } from "../core/day.ts";
import type { Engine, OpenBatch } from "../core/engine.ts";
import { cutIntoRanges, joinedRanges, type ReadRange } from "../core/log_ranges.ts";
import {
  AUTO_READER,
  type BatchShape,
  encodeManifest,
  isSameLog,
  type LogRecord,
  type Manifest,
} from "../core/manifest.ts";
import { partitionSample, type PartitionsByKind } from "../core/partitions.ts";
import type { MemoryPlan } from "../core/memory.ts";
import { batchFileName, batchFolderName, MANIFEST_NAME } from "../core/names.ts";
import { type FoundLog, hasTooManyRejected } from "../core/plan.ts";
import { KEY_KINDS, type KeyKind } from "../core/streams.ts";
import type { AnyReader, Columns } from "../formats/interface.ts";
import { createClaims } from "./claims.ts";
import { withEarlySync } from "./early_sync.ts";
import { FileSource } from "./byte_files.ts";
import { formatOfLog, type LogFormat } from "./log_format.ts";
import { sampleOf } from "./log_sample.ts";
import { tooManyRejected } from "./messages.ts";
import type { Work } from "./meter.ts";
import { createTurns, endOfTurns } from "./ordered_output.ts";
import { Publication } from "./publication.ts";
import { clearRuns, runFolder } from "./scratch.ts";
import type { Store } from "./store.ts";
import type { RunInput, Scattered } from "./tasks.ts";

/** Logs are read by several jobs in ranges of this size. */
const LOG_RANGE_BYTES = 16 * 2 ** 20;

/** What an entry takes in a report of ids of ten digits, and some air; less in a batch. */
const OUTPUT_ENTRY_BYTES = 20;

/** What the shelf needs to know. */
export interface ShelfOptions {
  /** The folder of the batches. */
  readonly batchFolder: string;
  readonly logFolder: string;
  /** What the batches should be; the reader in it may be {@linkcode AUTO_READER}. */
  readonly shape: BatchShape;
  readonly columns?: Columns;
  readonly engine: Engine;
  readonly readers: readonly AnyReader[];
  readonly memory: MemoryPlan;
  /** The share of rows that may be rejected. */
  readonly maxRejected: number;
  readonly warn: (text: string) => void;
}

/** Logs that were read: their streams are in partitions. */
interface IngestedLogs {
  readonly records: readonly LogRecord[];
  readonly partitions: PartitionsByKind;
  readonly scattered: readonly Scattered[];
}

/** The batches of a folder. The caller holds the folder's lock. */
export class BatchShelf {
  readonly #store: Store;
  readonly #options: ShelfOptions;
  readonly #runFolder: string;

  constructor(store: Store, options: ShelfOptions) {
    this.#store = store;
    this.#options = options;
    this.#runFolder = runFolder(options.batchFolder);
  }

  #folderOf(day: Day): string {
    return `${this.#options.batchFolder}/${batchFolderName(day)}`;
  }

  /** Deletes runs that were left by a process that was killed, or by work that failed. */
  clearRuns(): void {
    clearRuns(this.#store, this.#options.batchFolder);
  }

  /**
   * Reads the logs of a day and publishes their batch.
   *
   * @throws {Error} where the log cannot be read, changes while it is read, or has too many
   *   rejected rows; the former batch stays
   */
  async build(logs: readonly FoundLog[], work: Work): Promise<Manifest> {
    const folder = this.#folderOf(logs[0].day);
    const isNew = this.#store.info(folder) === undefined;
    this.#store.makeFolder(folder);
    const publication = new Publication(this.#store, folder);
    try {
      return await this.#buildInto(publication, logs, work);
    } catch (error) {
      this.#abandon(publication, isNew ? folder : undefined);
      throw error;
    }
  }

  async #buildInto(
    publication: Publication,
    logs: readonly FoundLog[],
    work: Work,
  ): Promise<Manifest> {
    const { shape, maxRejected } = this.#options;
    this.#store.makeFolder(this.#runFolder);
    const { partitions, scattered, records } = await this.#ingest(logs, work);
    for (const [i, { tally, sizeBytes }] of records.entries()) {
      this.#checkUnchanged(logs[i], sizeBytes);
      if (!hasTooManyRejected(tally, maxRejected)) continue;
      throw new Error(tooManyRejected(this.#pathOf(logs[i]), tally, maxRejected));
    }
    const { day } = logs[0];
    const sizes = await this.#encode({ partitions, scattered }, day, publication, work);
    clearRuns(this.#store, this.#options.batchFolder);
    const manifest = manifestOf(day, records, shape, sizes);
    publication.add(MANIFEST_NAME, encodeManifest(manifest));
    const absent = KEY_KINDS.filter((kind) => !shape.keys.includes(kind));
    publication.commit(absent.map(batchFileName));
    this.#store.syncFolder(this.#options.batchFolder);
    return manifest;
  }

  #pathOf(log: FoundLog): string {
    return `${this.#options.logFolder}/${log.name}`;
  }

  /** Reads the logs of a day and scatters their streams. */
  async #ingest(logs: readonly FoundLog[], work: Work): Promise<IngestedLogs> {
    const { columns } = this.#options;
    const formats = await Promise.all(logs.map((log) => this.#formatOf(log)));
    const partitions = await this.#partitionsOf(logs, formats);
    const ranges = logs.flatMap(({ sizeBytes }, log) =>
      cutIntoRanges(sizeBytes, isCut(formats[log]) && work.jobs > 1 ? LOG_RANGE_BYTES : Infinity)
        .map((range) => ({ log, ...range }))
    );
    const results = await work.do({
      type: "ingest",
      claims: createClaims(),
      logs: logs.map((log, i) => ({
        path: this.#pathOf(log),
        reader: formats[i].reader.name,
        compression: formats[i].compression?.name,
      })),
      ranges,
      partitions,
      columns,
      runFolder: this.#runFolder,
    });
    for (const warning of results.flatMap((result) => result.warnings)) this.#options.warn(warning);
    const done = results.flatMap((result) => result.ranges).sort((a, b) => a.index - b.index);
    const records = logs.map((log, i) => {
      const parts = done.filter(({ index }) => ranges[index].log === i);
      return recordOf(log, joinedRanges(parts.map(({ read }) => read)), formats[i]);
    });
    return { partitions, records, scattered: results.map((result) => result.scattered) };
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

  /** Makes the batch files of what was scattered. */
  async #encode(
    { partitions, scattered }: Pick<IngestedLogs, "partitions" | "scattered">,
    day: Day,
    publication: Publication,
    work: Work,
  ): Promise<Partial<Record<KeyKind, BatchFileSize>>> {
    const files = this.#options.shape.keys.map((kind) => {
      const sink = publication.create(batchFileName(kind));
      sink.write(encodeHeader({ kind, day }, crc32));
      return { kind, sink, turns: createTurns(sink.sizeBytes) };
    });
    const encoded = work.do({
      type: "encode",
      day,
      scattered,
      outputs: files.map(({ kind, sink, turns }) => ({
        kind,
        claims: createClaims(),
        partitionCount: partitions[kind]!.count,
        output: sink.path,
        turns,
      })),
      runFolder: this.#runFolder,
    });
    const results = (await withEarlySync(files.map(({ sink }) => sink), encoded)).flat();
    const sizes = files.map(({ kind, sink, turns }) => {
      sink.passOver(endOfTurns(turns) - sink.sizeBytes);
      const parts = results.filter((result) => result.kind === kind);
      parts.sort((a, b) => a.index - b.index);
      const size = this.#options.engine.writeBatchEnd(parts.map(({ part }) => part), sink, crc32);
      publication.finish(sink);
      return [kind, size];
    });
    return Object.fromEntries(sizes);
  }

  /**
   * Merges inputs into runs, round after round, until there are no more than one merge takes.
   *
   * @param given batches or runs
   * @param isWorld all keys count as one
   */
  async narrowed(given: readonly RunInput[], isWorld: boolean, work: Work): Promise<RunInput[]> {
    const { fanIn } = this.#options.memory;
    const runFolder = this.#runFolder;
    let inputs = [...given];
    while (inputs.length > fanIn) {
      this.#store.makeFolder(runFolder);
      const groups: RunInput[][] = [];
      for (let i = 0; i < inputs.length; i += fanIn) groups.push(inputs.slice(i, i + fanIn));
      const task = { type: "narrow", claims: createClaims(), groups, isWorld, runFolder } as const;
      const results = (await work.do(task)).flat().sort((a, b) => a.index - b.index);
      for (const { path } of inputs) if (path.startsWith(runFolder)) this.#store.remove(path);
      inputs = results.map(({ path }) => ({ path }));
    }
    return inputs;
  }

  /** Every key of every batch as an input of its own. */
  keysOf(paths: readonly string[]): RunInput[] {
    const { engine } = this.#options;
    return this.#withBatches(
      paths,
      (batches) =>
        batches.flatMap((batch, i) =>
          engine.rangesOfKeys(batch).map((range) => ({ path: paths[i], range }))
        ),
    );
  }

  /** Cuts a merge into ranges; one job needs only one. */
  rangesOf(paths: readonly string[], jobs: number): readonly KeyRange[] {
    if (jobs === 1) return [ALL_KEYS];
    const { engine, memory } = this.#options;
    const entries = memory.outputBufferBytes / OUTPUT_ENTRY_BYTES;
    return this.#withBatches(paths, (batches) => engine.keyRanges(batches, entries));
  }

  #withBatches<T>(paths: readonly string[], use: (batches: readonly OpenBatch[]) => T): T {
    const sources = paths.map((path) => new FileSource(this.#store.openToRead(path)));
    try {
      return use(sources.map((source) => this.#options.engine.openBatch(source, crc32)));
    } finally {
      for (const source of sources) source.close();
    }
  }

  #checkUnchanged(log: FoundLog, readBytes: number): void {
    const path = this.#pathOf(log);
    const info = this.#store.info(path);
    const isSame = info !== undefined && isSameLog(log, { name: log.name, ...info });
    if (isSame && readBytes === log.sizeBytes) return;
    const sizes = `${log.sizeBytes} bytes at the start, ${info?.sizeBytes ?? 0} at the end`;
    const what = info?.sizeBytes === log.sizeBytes ? "its modification time changed" : sizes;
    throw new Error(
      `Cannot use log "${path}": still being written (${what}), ` +
        "expected a log that does not change while it is read",
    );
  }

  /** Cleans up after a failure, whose own error is the one to be shown. */
  #abandon(publication: Publication, newFolder: string | undefined): void {
    try {
      publication.abandon();
      clearRuns(this.#store, this.#options.batchFolder);
      if (newFolder !== undefined) this.#store.remove(newFolder);
    } catch {
      // What cannot be deleted now is deleted by the next start.
    }
  }

  /**
   * Looks whether a batch is the one of its manifest.
   *
   * @returns its path, and how many entries it has
   * @throws {BatchError} where the batch is damaged, or is not the one of the manifest
   */
  check(manifest: Manifest, kind: KeyKind): { path: string; entryCount: number } {
    const path = `${this.#folderOf(manifest.day)}/${batchFileName(kind)}`;
    if (this.#store.info(path) === undefined) {
      throw new BatchError(path, 0, "not found, expected a batch");
    }
    const source = new FileSource(this.#store.openToRead(path));
    try {
      const batch = this.#options.engine.openBatch(source, crc32);
      checkAgainstManifest(batch, source, manifest, kind);
      return { path, entryCount: batch.trailer.entryCount };
    } finally {
      source.close();
    }
  }

  /** Deletes a batch: its manifest first, without which the rest is no batch. */
  remove(day: Day): void {
    const folder = this.#folderOf(day);
    for (const name of [MANIFEST_NAME, ...KEY_KINDS.map(batchFileName)]) {
      this.#store.remove(`${folder}/${name}`);
    }
    if (this.#store.list(folder)?.length === 0) this.#store.remove(folder);
  }
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

function manifestOf(
  day: Day,
  logs: readonly LogRecord[],
  shape: BatchShape,
  sizes: Partial<Record<KeyKind, BatchFileSize>>,
): Manifest {
  const batches = Object.fromEntries(
    Object.entries(sizes).map(([kind, { rootOffset: _, ...size }]) => [kind, size]),
  );
  const reader = [...new Set(logs.map((log) => log.reader))].sort().join("+");
  return { day, logs, shape: { ...shape, reader }, batches };
}

function checkAgainstManifest(
  reader: OpenBatch,
  source: FileSource,
  manifest: Manifest,
  kind: KeyKind,
): void {
  const { header, trailer } = reader;
  const size = manifest.batches[kind];
  const isSame = header.day === manifest.day && header.kind === kind && size !== undefined &&
    size.sizeBytes === source.sizeBytes && size.entryCount === trailer.entryCount &&
    size.keyCount === trailer.keyCount && size.streamCount === trailer.streamCount;
  if (isSame) return;
  throw new BatchError(
    source.name,
    0,
    `not what the manifest says, expected the batch of ${formatDay(manifest.day)} by ${kind}`,
  );
}
