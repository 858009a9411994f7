/**
 * The folder of the batches: building, opening and removing them.
 *
 * @module
 */

import { crc32 } from "node:zlib";
import { BatchError } from "../core/batch_format.ts";
import { BatchReader } from "../core/batch_reader.ts";
import { type BatchedLog, batchLog, type Step, type Tools } from "../core/batching.ts";
import { type Day, formatDay } from "../core/day.ts";
import { type BatchShape, encodeManifest, isSameLog, type Manifest } from "../core/manifest.ts";
import type { MemoryPlan } from "../core/memory.ts";
import { batchFileName, batchFolderName, MANIFEST_NAME } from "../core/names.ts";
import { Piece } from "../core/piece.ts";
import { type FoundLog, hasTooManyRejected } from "../core/plan.ts";
import { KEY_KINDS, type KeyKind } from "../core/streams.ts";
import type { Reader } from "../formats/interface.ts";
import { type FileSink, FileSource } from "./byte_files.ts";
import { tooManyRejected } from "./messages.ts";
import { Publication } from "./publication.ts";
import { FolderScratch } from "./scratch.ts";
import type { Store } from "./store.ts";

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

/** Runs the steps of the core. */
export type Drive = <T>(steps: Generator<Step, T>) => Promise<T>;

/** The batches of a folder. The caller holds the folder's lock. */
export class BatchShelf {
  readonly tools: Tools;
  readonly #store: Store;
  readonly #options: ShelfOptions;
  readonly #scratch: FolderScratch;
  /** Made with the first log, and used for all of them. */
  #piece?: Piece;
  #buffer?: Uint8Array;

  constructor(store: Store, options: ShelfOptions) {
    this.#store = store;
    this.#options = options;
    this.#scratch = new FolderScratch(store, options.batchFolder);
    const { fanIn, cursorBytes } = options.memory;
    this.tools = { scratch: this.#scratch, checksum: crc32, fanIn, cursorBytes };
  }

  #folderOf(day: Day): string {
    return `${this.#options.batchFolder}/${batchFolderName(day)}`;
  }

  /** Deletes runs that were left by a process that was killed, or by work that failed. */
  clearRuns(): void {
    this.#scratch.clear();
  }

  /**
   * Reads a log and publishes its batch.
   *
   * @throws {Error} where the log cannot be read, changes while it is read, or has too many
   *   rejected rows; the former batch stays
   */
  async build(log: FoundLog, drive: Drive): Promise<Manifest> {
    const folder = this.#folderOf(log.day);
    const isNew = this.#store.info(folder) === undefined;
    this.#store.makeFolder(folder);
    const publication = new Publication(this.#store, folder);
    try {
      return await this.#buildInto(publication, log, drive);
    } catch (error) {
      this.#abandon(publication, isNew ? folder : undefined);
      throw error;
    }
  }

  async #buildInto(publication: Publication, log: FoundLog, drive: Drive): Promise<Manifest> {
    const { keys } = this.#options.shape;
    const sinks: Partial<Record<KeyKind, FileSink>> = {};
    for (const kind of keys) sinks[kind] = publication.create(batchFileName(kind));
    const read = await this.#read(log, sinks, drive);
    const manifest = this.#manifestOf(log, read);
    const path = `${this.#options.logFolder}/${log.name}`;
    if (hasTooManyRejected(manifest.tally, this.#options.maxRejected)) {
      throw new Error(tooManyRejected(path, manifest.tally, this.#options.maxRejected));
    }
    for (const kind of keys) publication.finish(sinks[kind]!);
    publication.add(MANIFEST_NAME, encodeManifest(manifest));
    publication.commit(KEY_KINDS.filter((kind) => !keys.includes(kind)).map(batchFileName));
    this.#store.syncFolder(this.#options.batchFolder);
    return manifest;
  }

  async #read(
    log: FoundLog,
    sinks: Partial<Record<KeyKind, FileSink>>,
    drive: Drive,
  ): Promise<BatchedLog> {
    const { memory, reader } = this.#options;
    const source = new FileSource(
      this.#store.openToRead(`${this.#options.logFolder}/${log.name}`),
    );
    try {
      this.#piece ??= new Piece(memory.pieceBytes);
      this.#piece.clear();
      this.#buffer ??= new Uint8Array(memory.logBufferBytes);
      const job = { day: log.day, log: source, parser: reader.parser(), sinks };
      const parts = { piece: this.#piece, buffer: this.#buffer };
      const read = await drive(batchLog({ ...job, ...parts }, this.tools));
      this.#checkUnchanged(log, read.sizeBytes);
      return read;
    } finally {
      source.close();
    }
  }

  #checkUnchanged(log: FoundLog, readBytes: number): void {
    const path = `${this.#options.logFolder}/${log.name}`;
    const info = this.#store.info(path);
    const isSame = info !== undefined && isSameLog(log, { name: log.name, ...info });
    if (isSame && readBytes === log.sizeBytes) return;
    throw new Error(
      `Cannot use log "${path}": still being written, ${log.sizeBytes} bytes at the start and ` +
        `${info?.sizeBytes ?? 0} at the end, expected a log that does not change while it is read`,
    );
  }

  #manifestOf(log: FoundLog, read: BatchedLog): Manifest {
    const { name, sizeBytes, modifiedMs, day } = log;
    const batches = Object.fromEntries(
      Object.entries(read.sizes).map(([kind, { rootOffset: _, ...size }]) => [kind, size]),
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
      this.#scratch.clear();
      if (newFolder !== undefined) this.#store.remove(newFolder);
    } catch {
      // What cannot be deleted now is deleted by the next start.
    }
  }

  /**
   * Opens a batch. Close `source` after use.
   *
   * @throws {BatchError} where the batch is damaged, or is not the one of the manifest
   */
  open(manifest: Manifest, kind: KeyKind): { reader: BatchReader; source: FileSource } {
    const path = `${this.#folderOf(manifest.day)}/${batchFileName(kind)}`;
    if (this.#store.info(path) === undefined) {
      throw new BatchError(path, 0, "not found, expected a batch");
    }
    const source = new FileSource(this.#store.openToRead(path));
    try {
      const reader = new BatchReader(source, crc32);
      checkAgainstManifest(reader, source, manifest, kind);
      return { reader, source };
    } catch (error) {
      source.close();
      throw error;
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
