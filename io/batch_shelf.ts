/**
 * The folder of the batches: building, opening and removing them.
 *
 * @module
 */

import { crc32 } from "node:zlib";
import { type BatchFileSize, writeBatchEnd } from "../core/batch_encoder.ts";
import { BatchError, encodeHeader } from "../core/batch_format.ts";
import { ALL_KEYS, BatchReader, type KeyRange } from "../core/batch_reader.ts";
import { type Day, formatDay } from "../core/day.ts";
import { keyRanges } from "../core/key_ranges.ts";
import { cutIntoRanges, joinedRanges, type ReadRange } from "../core/log_ranges.ts";
import { type BatchShape, encodeManifest, isSameLog, type Manifest } from "../core/manifest.ts";
import { partitionLog } from "../core/batching.ts";
import type { PartitionsByKind } from "../core/partitions.ts";
import type { MemoryPlan } from "../core/memory.ts";
import { batchFileName, batchFolderName, MANIFEST_NAME } from "../core/names.ts";
import { type FoundLog, hasTooManyRejected } from "../core/plan.ts";
import { KEY_KINDS, type KeyKind } from "../core/streams.ts";
import type { Reader } from "../formats/interface.ts";
import { withEarlySync } from "./early_sync.ts";
import { FileSource } from "./byte_files.ts";
import { tooManyRejected } from "./messages.ts";
import type { Work } from "./meter.ts";
import { createTurns, endOfTurns } from "./ordered_output.ts";
import { Publication } from "./publication.ts";
import { clearRuns, runFolder } from "./scratch.ts";
import type { Store } from "./store.ts";
import { createClaims, type Scattered } from "./tasks.ts";

/** Logs are read by several jobs in ranges of this size. */
const LOG_RANGE_BYTES = 16 * 2 ** 20;

/** What an entry takes in a report of ids of ten digits, and some air; less in a batch. */
const OUTPUT_ENTRY_BYTES = 20;

/** What the shelf needs to know. */
export interface ShelfOptions {
  /** The folder of the batches. */
  readonly batchFolder: string;
  readonly logFolder: string;
  readonly reader: Reader;
  readonly shape: BatchShape;
  readonly memory: MemoryPlan;
  /** The share of rows that may be rejected. */
  readonly maxRejected: number;
}

/** A log that was read: its streams are in partitions. */
interface IngestedLog {
  readonly read: ReadRange;
  readonly partitions: PartitionsByKind;
  readonly scattered: readonly Scattered[];
}

/** Room to look at a log before it is read: twice the longest row that a parser leaves. */
const SAMPLE_BUFFER_BYTES = 1 << 18;

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
   * Reads a log and publishes its batch.
   *
   * @throws {Error} where the log cannot be read, changes while it is read, or has too many
   *   rejected rows; the former batch stays
   */
  async build(log: FoundLog, work: Work): Promise<Manifest> {
    const folder = this.#folderOf(log.day);
    const isNew = this.#store.info(folder) === undefined;
    this.#store.makeFolder(folder);
    const publication = new Publication(this.#store, folder);
    try {
      return await this.#buildInto(publication, log, work);
    } catch (error) {
      this.#abandon(publication, isNew ? folder : undefined);
      throw error;
    }
  }

  async #buildInto(publication: Publication, log: FoundLog, work: Work): Promise<Manifest> {
    const { keys } = this.#options.shape;
    this.#store.makeFolder(this.#runFolder);
    const ingested = await this.#ingest(log, work);
    const { read } = ingested;
    this.#checkUnchanged(log, read.sizeBytes);
    const path = `${this.#options.logFolder}/${log.name}`;
    if (hasTooManyRejected(read.tally, this.#options.maxRejected)) {
      throw new Error(tooManyRejected(path, read.tally, this.#options.maxRejected));
    }
    const sizes = await this.#encode(ingested, log.day, publication, work);
    clearRuns(this.#store, this.#options.batchFolder);
    const manifest = this.#manifestOf(log, read, sizes);
    publication.add(MANIFEST_NAME, encodeManifest(manifest));
    publication.commit(KEY_KINDS.filter((kind) => !keys.includes(kind)).map(batchFileName));
    this.#store.syncFolder(this.#options.batchFolder);
    return manifest;
  }

  /** Reads the log and scatters its streams. */
  async #ingest(log: FoundLog, work: Work): Promise<IngestedLog> {
    const { reader, shape, logFolder } = this.#options;
    const path = `${logFolder}/${log.name}`;
    const isCut = work.jobs > 1 && reader.isCutAtLines;
    const partitions = this.#partitionsOf(path);
    const results = await work.do({
      type: "ingest",
      claims: createClaims(),
      path,
      ranges: cutIntoRanges(log.sizeBytes, isCut ? LOG_RANGE_BYTES : Infinity),
      partitions,
      reader: shape.reader,
      runFolder: this.#runFolder,
    });
    const ranges = results.flatMap((result) => result.ranges).sort((a, b) => a.index - b.index);
    return {
      partitions,
      read: joinedRanges(ranges.map((range) => range.read)),
      scattered: results.map((result) => result.scattered),
    };
  }

  #partitionsOf(path: string): PartitionsByKind {
    const { reader, shape, memory } = this.#options;
    const log = new FileSource(this.#store.openToRead(path));
    try {
      const parser = reader.parser.bind(reader);
      const { isCutAtLines } = reader;
      const buffer = new Uint8Array(SAMPLE_BUFFER_BYTES);
      const limits = { memory: { byteLength: memory.workBytes } };
      return partitionLog({ log, parser, isCutAtLines, buffer, ...limits }, shape.keys);
    } finally {
      log.close();
    }
  }

  /** Makes the batch files of what was scattered. */
  async #encode(
    { partitions, scattered }: IngestedLog,
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
      const size = writeBatchEnd(parts.map(({ part }) => part), sink, crc32);
      publication.finish(sink);
      return [kind, size];
    });
    return Object.fromEntries(sizes);
  }

  /**
   * Merges inputs into runs, round after round, until there are no more than one merge takes.
   *
   * @param paths batches or runs
   * @returns the paths of what is left to be merged
   */
  async narrowed(paths: readonly string[], work: Work): Promise<readonly string[]> {
    const { fanIn } = this.#options.memory;
    let inputs = paths;
    while (inputs.length > fanIn) {
      this.#store.makeFolder(this.#runFolder);
      const groups: string[][] = [];
      for (let i = 0; i < inputs.length; i += fanIn) groups.push(inputs.slice(i, i + fanIn));
      const runFolder = this.#runFolder;
      const task = { type: "narrow", claims: createClaims(), groups, runFolder } as const;
      const results = (await work.do(task)).flat().sort((a, b) => a.index - b.index);
      for (const path of inputs) if (path.startsWith(runFolder)) this.#store.remove(path);
      inputs = results.map((result) => result.path);
    }
    return inputs;
  }

  /** Cuts a merge into ranges; one job needs only one. */
  rangesOf(paths: readonly string[], jobs: number): readonly KeyRange[] {
    if (jobs === 1) return [ALL_KEYS];
    const sources = paths.map((path) => new FileSource(this.#store.openToRead(path)));
    try {
      const readers = sources.map((source) => new BatchReader(source, crc32));
      return keyRanges(readers, this.#options.memory.outputBufferBytes / OUTPUT_ENTRY_BYTES);
    } finally {
      for (const source of sources) source.close();
    }
  }

  #checkUnchanged(log: FoundLog, readBytes: number): void {
    const path = `${this.#options.logFolder}/${log.name}`;
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

  #manifestOf(
    log: FoundLog,
    read: ReadRange,
    sizes: Partial<Record<KeyKind, BatchFileSize>>,
  ): Manifest {
    const { name, sizeBytes, modifiedMs, day } = log;
    const batches = Object.fromEntries(
      Object.entries(sizes).map(([kind, { rootOffset: _, ...size }]) => [kind, size]),
    );
    return {
      day,
      log: { name, sizeBytes, modifiedMs },
      logCrc32: read.crc32,
      shape: this.#options.shape,
      tally: read.tally,
      batches,
    };
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
      const reader = new BatchReader(source, crc32);
      checkAgainstManifest(reader, source, manifest, kind);
      return { path, entryCount: reader.trailer.entryCount };
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

function checkAgainstManifest(
  reader: BatchReader,
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
