/**
 * Verifying batches: every record, order and totals; and against batches made again from their logs.
 *
 * @module
 */

import { crc32 } from "node:zlib";
import { checkBatch, firstDifference } from "../core/batch_check.ts";
import { BatchError } from "../core/batch_format.ts";
import { readTotals } from "../core/country_totals.ts";
import { type Day, formatDay } from "../core/day.ts";
import { type Engine, engineOf, type OpenBatch } from "../core/engine.ts";
import { HOLDS_FORGOTTEN } from "../core/forgotten.ts";
import { AUTO_READER, hasSameLogs, type Manifest } from "../core/manifest.ts";
import { batchFileName, batchFolderName, dayOfBatchFolder, MANIFEST_NAME } from "../core/names.ts";
import type { FoundLog } from "../core/plan.ts";
import type { MemoryPlan } from "../core/memory.ts";
import type { Step } from "../core/steps.ts";
import { type IdKind, type KeyKind, REJECT_REASONS } from "../core/streams.ts";
import { columnsIn } from "../formats/interface.ts";
import { BatchShelf, checkAgainstManifest } from "./batch_shelf.ts";
import { FileSource } from "./byte_files.ts";
import { createCrew, type Crew } from "./crew.ts";
import { listLogs, readManifest } from "./inventory.ts";
import { Meter, startCourse } from "./meter.ts";
import { readText } from "./publication.ts";
import { type Store, StoreError } from "./store.ts";
import {
  type Finding,
  type Findings,
  stoppable,
  type VerifyContext,
  type VerifyOptions,
} from "./verify.ts";
import { quoted } from "./verify_names.ts";

/** How batches are verified. */
export interface BatchesToVerify extends VerifyOptions {
  /** Where batches are made again, where they are. */
  readonly scratch: string | undefined;
}

/** How often a batch is read again that was replaced meanwhile. */
const MOST_TRIES = 3;

/** Verifies all batches of the folder. */
export async function verifyBatches(
  options: BatchesToVerify,
  context: VerifyContext,
  found: Findings,
): Promise<void> {
  const { batch, logs, logPattern } = options;
  const { store } = context;
  const days = (store.list(batch) ?? []).flatMap((name) => dayOfBatchFolder(name) ?? []);
  const allLogs = listLogs(store, logs, logPattern);
  const crews = new Crews(options, store);
  try {
    for (const day of days) {
      const ofDay = allLogs.filter((log) => log.day === day);
      await new BatchVerifier({ day, logs: ofDay, crews }, options, context).verify(found);
    }
  } finally {
    crews.end();
  }
}

/** The jobs that make batches again, one crew for each kind of ids. */
class Crews {
  readonly #options: BatchesToVerify;
  readonly #store: Store;
  readonly #made = new Map<IdKind, { readonly crew: Crew; readonly memory: MemoryPlan }>();

  constructor(options: BatchesToVerify, store: Store) {
    this.#options = options;
    this.#store = store;
  }

  of(ids: IdKind): { readonly crew: Crew; readonly memory: MemoryPlan } {
    const { shareOut, formats, plugins } = this.#options;
    const known = this.#made.get(ids);
    if (known !== undefined) return known;
    const { jobs, memory } = shareOut({ ids, top: 1, hasPage: false });
    const parts = { memory, engine: engineOf(ids), formats, plugins };
    const made = { crew: createCrew(jobs, this.#store, parts), memory };
    this.#made.set(ids, made);
    return made;
  }

  end(): void {
    for (const { crew } of this.#made.values()) crew.end();
  }
}

/** A day whose batch is verified. */
interface DayToVerify {
  readonly day: Day;
  /** The logs of the day that are there. */
  readonly logs: readonly FoundLog[];
  readonly crews: Crews;
}

/** Verifies the batch of a day. */
class BatchVerifier {
  readonly #day: Day;
  readonly #logs: readonly FoundLog[];
  readonly #crews: Crews;
  readonly #options: BatchesToVerify;
  readonly #context: VerifyContext;
  readonly #store: Store;
  readonly #folder: string;

  constructor(
    { day, logs, crews }: DayToVerify,
    options: BatchesToVerify,
    context: VerifyContext,
  ) {
    this.#day = day;
    this.#logs = logs;
    this.#crews = crews;
    this.#options = options;
    this.#context = context;
    this.#store = context.store;
    this.#folder = `${options.batch}/${batchFolderName(day)}`;
  }

  /** Verifies; a batch that a run replaced meanwhile is verified again. */
  async verify(found: Findings): Promise<void> {
    for (let tries = 1;; tries++) {
      const before = this.#manifestText();
      if (before === undefined) return;
      const findings: Finding[] = [];
      const entries = await this.#verifyOnce(findings, found);
      if (findings.length > 0 && this.#manifestText() !== before) {
        if (tries < MOST_TRIES) continue;
        found.notVerified.push(`batch of ${formatDay(this.#day)}: replaced while it was read`);
        return;
      }
      found.findings.push(...findings);
      found.batches.push(formatDay(this.#day));
      found.entries += entries;
      return;
    }
  }

  #manifestText(): string | undefined {
    const path = `${this.#folder}/${MANIFEST_NAME}`;
    try {
      return this.#store.info(path) === undefined ? undefined : readText(this.#store, path);
    } catch (error) {
      if (error instanceof StoreError && error.cause instanceof Deno.errors.NotFound) {
        return undefined;
      }
      throw error;
    }
  }

  /** Verifies the batch as it is now; returns how many entries were read. */
  async #verifyOnce(findings: Finding[], found: Findings): Promise<number> {
    const manifest = readManifest(this.#store, this.#options.batch, this.#day);
    if (manifest === undefined) return 0;
    const path = `${this.#folder}/${MANIFEST_NAME}`;
    if (typeof manifest === "string") {
      findings.push({ path, what: manifest, mend: this.#mendManifest(manifest) });
      return 0;
    }
    let entries = 0;
    for (const kind of manifest.shape.keys) {
      const finding = await this.#catch(async () => {
        entries += await this.#withBatch(
          kind,
          manifest,
          (batch, source, engine) =>
            stoppable(checkedEntries(batch, { source, engine, kind, manifest }), this.#context),
        );
      });
      if (finding !== undefined) findings.push(finding);
    }
    if (this.#options.isDeep && findings.length === 0) {
      await this.#rebuild(manifest, findings, found);
    }
    return entries;
  }

  /** Does something with a batch while it is open. */
  async #withBatch<T>(
    kind: KeyKind,
    manifest: Manifest,
    use: (batch: OpenBatch, source: FileSource, engine: Engine) => Promise<T>,
    folder = this.#folder,
  ): Promise<T> {
    const path = `${folder}/${batchFileName(kind)}`;
    if (this.#store.info(path) === undefined) {
      throw new BatchError(path, 0, "not found, expected a batch");
    }
    const source = new FileSource(this.#store.openToRead(path));
    try {
      const engine = engineOf(manifest.shape.ids);
      return await use(engine.openBatch(source, crc32), source, engine);
    } finally {
      source.close();
    }
  }

  async #catch(act: () => Promise<void>): Promise<Finding | undefined> {
    try {
      await act();
      return undefined;
    } catch (error) {
      const mend = this.#mend();
      if (error instanceof BatchError) {
        return { path: error.source, byteOffset: error.byteOffset, what: error.reason, mend };
      }
      // A disk that does not give back what it holds is damage, too.
      if (error instanceof StoreError) return { path: error.path, what: error.message, mend };
      throw error;
    }
  }

  #mend(): string {
    const { folderWords } = this.#options;
    const commands = `rm -r ${quoted(this.#folder)} && topstreams run${folderWords}`;
    return this.#logs.length > 0 ? commands : `bring the log back, then ${commands}`;
  }

  #mendManifest(what: string): string {
    const { batch } = this.#options;
    if (what !== HOLDS_FORGOTTEN || this.#logs.length > 0) return this.#mend();
    return `topstreams forget again --batch ${quoted(batch)}`;
  }

  /** Makes the batch again from its logs, and compares. */
  async #rebuild(manifest: Manifest, findings: Finding[], found: Findings): Promise<void> {
    const day = formatDay(this.#day);
    if (this.#logs.length === 0) {
      return void found.notVerified.push(`batch of ${day} against its log: the log is gone`);
    }
    if (!hasSameLogs(manifest.logs, this.#logs)) {
      findings.push({
        path: `${this.#folder}/${MANIFEST_NAME}`,
        what: "made of another log than the one that is there, expected a batch of this one",
        mend: `topstreams run --date ${day}${this.#options.folderWords}`,
      });
      return;
    }
    const readers = [...new Set(manifest.logs.map(({ reader }) => reader))];
    const unknown = readers.find((name) =>
      this.#options.formats.readers.every((reader) => reader.name !== name)
    );
    if (unknown !== undefined) {
      return void found.notVerified.push(
        `batch of ${day} against its log: reader "${unknown}" is not built in (--reader FILE)`,
      );
    }
    const finding = await this.#catch(async () => {
      const made = await this.#build(manifest, readers);
      const difference = await this.#compare(manifest, made);
      if (difference !== undefined) throw difference;
      found.rebuilt.push(day);
    });
    if (finding !== undefined) findings.push(finding);
  }

  async #build(manifest: Manifest, readers: readonly string[]): Promise<Manifest> {
    const { formats, logs, scratch } = this.#options;
    const { store, reporter, signal } = this.#context;
    const engine = engineOf(manifest.shape.ids);
    const { crew, memory } = this.#crews.of(engine.ids);
    const shelf = new BatchShelf(store, {
      batchFolder: scratch!,
      forgottenFolder: this.#options.batch,
      logFolder: logs,
      shape: { ...manifest.shape, reader: readers.length === 1 ? readers[0] : AUTO_READER },
      columns: columnsIn(manifest.shape.columns),
      engine,
      readers: formats.readers,
      memory,
      maxRejected: 1,
      warn: (text) => reporter.warn(text),
    });
    const meter = new Meter(crew, startCourse(), { reporter, signal });
    meter.begin({ stage: "batching", date: this.#day, day: this.#day });
    return await shelf.build(this.#logs, meter);
  }

  /** Finds the first difference between the batch and the one that was made again. */
  async #compare(stored: Manifest, made: Manifest): Promise<BatchError | undefined> {
    const { scratch } = this.#options;
    const path = `${this.#folder}/${MANIFEST_NAME}`;
    for (const [i, { name, crc32, tally }] of stored.logs.entries()) {
      const log = made.logs[i];
      if (log.crc32 !== crc32) {
        return new BatchError(
          path,
          0,
          `another checksum of log ${name}, expected that of its bytes`,
        );
      }
      const isSame = log.tally.rows === tally.rows &&
        REJECT_REASONS.every((reason) => log.tally.rejected[reason] === tally.rejected[reason]);
      if (!isSame) {
        return new BatchError(path, 0, `other figures of log ${name}, expected those of its rows`);
      }
    }
    for (const kind of stored.shape.keys) {
      const offset = await this.#withBatch(kind, stored, (batch, _, engine) =>
        this.#withBatch(
          kind,
          made,
          (other) => stoppable(firstDifference(batch, other, engine), this.#context),
          `${scratch}/${batchFolderName(this.#day)}`,
        ));
      if (offset < 0) continue;
      const file = `${this.#folder}/${batchFileName(kind)}`;
      return new BatchError(file, offset, "other entries than its log has, expected the same");
    }
    return undefined;
  }
}

/** Checks a batch, and what its manifest says of it. */
function* checkedEntries(
  batch: OpenBatch,
  { source, engine, kind, manifest }: {
    readonly source: FileSource;
    readonly engine: Engine;
    readonly kind: KeyKind;
    readonly manifest: Manifest;
  },
): Generator<Step, number> {
  checkAgainstManifest(batch, source, manifest, kind);
  const { entryCount } = yield* checkBatch(batch, engine, source.name);
  const countries = manifest.batches[kind]?.countries;
  if (kind === "country" && countries !== undefined) {
    const merger = engine.merger([{ batch }], { cursorBytes: 0 });
    const counted = yield* readTotals(merger, engine);
    if (JSON.stringify(counted) !== JSON.stringify(countries)) {
      const what = "other streams by country than the manifest says, expected the same";
      throw new BatchError(source.name, 0, what);
    }
  }
  return entryCount;
}
