/**
 * The folder of the batches: building, opening and removing them.
 *
 * @module
 */

import { crc32 } from "node:zlib";
import { BatchError, encodeHeader } from "../core/batch_format.ts";
import { ALL_KEYS, type KeyRange } from "../core/batch_reader.ts";
import { addedTotals, type CountryTotals } from "../core/country_totals.ts";
import { type Day, formatDay } from "../core/day.ts";
import type { OpenBatch } from "../core/engine.ts";
import { recordOf, type UsersToLeaveOut } from "../core/forgotten.ts";
import {
  type BatchShape,
  encodeManifest,
  type LogRecord,
  type Manifest,
  type QuarantineRecord,
} from "../core/manifest.ts";
import { hasTooManyRejected, tooManyRejected } from "../core/messages.ts";
import { batchFileName, batchFolderName, MANIFEST_NAME, quarantineName } from "../core/names.ts";
import type { FoundLog } from "../core/plan.ts";
import { KEY_KINDS, type KeyKind, rejectedCount } from "../core/streams.ts";
import { createClaims } from "./claims.ts";
import { withEarlySync } from "./early_sync.ts";
import { FileSource } from "./byte_files.ts";
import { readForgotten, usersToLeaveOut, withoutRowsOf } from "./forgotten_files.ts";
import type { Work } from "./meter.ts";
import { createTurns, endOfTurns } from "./ordered_output.ts";
import { Publication } from "./publication.ts";
import { clearRunFolder, runFolder } from "./scratch.ts";
import type { Store } from "./store.ts";
import { type IngestedLogs, type IntakeOptions, LogIntake } from "./log_intake.ts";
import type { RunInput } from "./tasks.ts";

/** What an entry takes in a report of ids of ten digits, and some air; less in a batch. */
const OUTPUT_ENTRY_BYTES = 20;

/** What the shelf needs to know. */
export interface ShelfOptions extends IntakeOptions {
  /** The folder of the batches. */
  readonly batchFolder: string;
  /** The folder for runs; one inside the folder of the batches by default. */
  readonly runFolder?: string;
  /** The folder that has the list of forgotten users; that of the batches by default. */
  readonly forgottenFolder?: string;
  /** The share of rows that may be rejected. */
  readonly maxRejected: number;
}

/** What a batch is made of. */
interface BuildParts extends IngestedLogs {
  readonly day: Day;
  /** Who is left out. */
  readonly forgotten?: UsersToLeaveOut;
}

/** The batches of a folder. The caller holds the folder's lock. */
export class BatchShelf {
  readonly #store: Store;
  readonly #options: ShelfOptions;
  readonly #runFolder: string;
  readonly #intake: LogIntake;

  constructor(store: Store, options: ShelfOptions) {
    this.#store = store;
    this.#options = options;
    this.#runFolder = options.runFolder ?? runFolder(options.batchFolder);
    this.#intake = new LogIntake(store, options, this.#runFolder);
  }

  #folderOf(day: Day): string {
    return `${this.#options.batchFolder}/${batchFolderName(day)}`;
  }

  /** Deletes runs that were left by a process that was killed, or by work that failed. */
  clearRuns(): void {
    clearRunFolder(this.#store, this.#runFolder);
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
    const { shape } = this.#options;
    this.#store.makeFolder(this.#runFolder);
    const { engine, batchFolder, forgottenFolder } = this.#options;
    const batch = forgottenFolder ?? batchFolder;
    const { day } = logs[0];
    const users = readForgotten(this.#store, batch);
    const forgotten = usersToLeaveOut(this.#store, { batch, users, day, ids: engine.ids });
    const { partitions, scattered, rejected, ...ingested } = await this.#intake.ingest(logs, work);
    refuseTooManyRejected(ingested.records, this.#options);
    const records = withoutRowsOf(forgotten, ingested.records, engine.ids);
    const parts = { partitions, scattered, rejected, records, day, forgotten };
    const quarantine = await this.#quarantine(parts, publication, work);
    const { leftOut, ...batches } = await this.#encode(parts, publication, work);
    clearRunFolder(this.#store, this.#runFolder);
    const left = shape.keys.includes("user") ? recordOf(users, day, leftOut) : undefined;
    const manifest = { ...manifestOf(day, records, shape, batches), quarantine, forgotten: left };
    publication.add(MANIFEST_NAME, encodeManifest(manifest));
    const absent = KEY_KINDS.filter((kind) => !shape.keys.includes(kind));
    publication.commit(absent.map(batchFileName));
    this.#store.syncFolder(this.#options.batchFolder);
    return manifest;
  }

  /** Writes the rejected rows aside, to be published with the batch. */
  async #quarantine(
    { rejected, records, day, forgotten }: BuildParts,
    publication: Publication,
    work: Work,
  ): Promise<QuarantineRecord | undefined> {
    const { quarantine } = this.#options;
    if (quarantine === undefined) return undefined;
    const name = quarantineName(day);
    const sink = publication.createBeside(quarantine.folder, name);
    const [written] = (await work.do({
      type: "quarantine",
      claims: createClaims(),
      day,
      ranges: rejected,
      rejectedRows: records.reduce((sum, { tally }) => sum + rejectedCount(tally.rejected), 0),
      limitBytes: quarantine.limitBytes,
      output: sink.path,
      forgotten,
    })).filter((result) => result !== undefined);
    publication.finish(sink);
    return { name, ...written };
  }

  /** Makes the batch files of what was scattered. */
  async #encode(
    { partitions, scattered, day, forgotten }: BuildParts,
    publication: Publication,
    work: Work,
  ): Promise<Manifest["batches"] & { readonly leftOut: number }> {
    const files = this.#options.shape.keys.map((kind) => {
      const sink = publication.create(batchFileName(kind));
      sink.write(encodeHeader({ kind, day }, crc32, this.#options.engine.ids));
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
      forgotten,
    });
    const results = (await withEarlySync(files.map(({ sink }) => sink), encoded)).flat();
    const sizes = files.map(({ kind, sink, turns }) => {
      sink.passOver(endOfTurns(turns) - sink.sizeBytes);
      const parts = results.filter((result) => result.kind === kind);
      parts.sort((a, b) => a.index - b.index);
      const { rootOffset: _, ...size } = this.#options.engine.writeBatchEnd(
        parts.map(({ part }) => part),
        sink,
        crc32,
      );
      publication.finish(sink);
      if (kind !== "country") return [kind, size];
      return [kind, { ...size, countries: addedTotals(parts.map((part) => part.countries!)) }];
    });
    const leftOut = results.reduce((sum, result) => sum + result.leftOut, 0);
    return { ...Object.fromEntries(sizes), leftOut };
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

  /**
   * The streams of some batches by country, by their manifests; batches of former versions, whose
   * manifests do not tell, are read.
   *
   * @throws {BatchError} where a batch that is read is damaged
   */
  async countriesOf(manifests: readonly Manifest[], work: Work): Promise<CountryTotals[]> {
    const untold = manifests.filter(({ batches }) => batches.country?.countries === undefined);
    const paths = untold.map((manifest) => this.check(manifest, "country"));
    const task = { type: "totals", claims: createClaims(), paths } as const;
    const read = paths.length === 0 ? [] : (await work.do(task)).flat();
    const found = new Map(read.map(({ index, countries }) => [untold[index].day, countries]));
    return manifests.map(({ day, batches }) => batches.country?.countries ?? found.get(day)!);
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

  /** Cleans up after a failure, whose own error is the one to be shown. */
  #abandon(publication: Publication, newFolder: string | undefined): void {
    try {
      publication.abandon();
      clearRunFolder(this.#store, this.#runFolder);
      if (newFolder !== undefined) this.#store.remove(newFolder);
    } catch {
      // What cannot be deleted now is deleted by the next start.
    }
  }

  /**
   * Looks whether a batch is the one of its manifest.
   *
   * @returns its path
   * @throws {BatchError} where the batch is damaged, or is not the one of the manifest
   */
  check(manifest: Manifest, kind: KeyKind): string {
    const path = `${this.#folderOf(manifest.day)}/${batchFileName(kind)}`;
    if (this.#store.info(path) === undefined) {
      throw new BatchError(path, 0, "not found, expected a batch");
    }
    const source = new FileSource(this.#store.openToRead(path));
    try {
      const batch = this.#options.engine.openBatch(source, crc32);
      checkAgainstManifest(batch, source, manifest, kind);
      return path;
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

/** @throws {Error} where a log has too many rejected rows */
export function refuseTooManyRejected(
  records: readonly LogRecord[],
  { maxRejected, logFolder }: Pick<ShelfOptions, "maxRejected" | "logFolder">,
): void {
  for (const { name, tally } of records) {
    if (!hasTooManyRejected(tally, maxRejected)) continue;
    throw new Error(tooManyRejected(`${logFolder}/${name}`, tally, maxRejected));
  }
}

/** Puts together what is known of a day. */
export function manifestOf(
  day: Day,
  logs: readonly LogRecord[],
  shape: BatchShape,
  batches: Manifest["batches"],
): Manifest {
  const reader = [...new Set(logs.map((log) => log.reader))].sort().join("+");
  return { day, logs, shape: { ...shape, reader }, batches };
}

/**
 * Looks whether a batch is the one of its manifest.
 *
 * @throws {BatchError} where it is not
 */
export function checkAgainstManifest(
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
