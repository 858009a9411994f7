/**
 * Verifying what is in the folders: what is wrong, where, and which command mends it. Nothing is
 * changed, and no run is disturbed; only what is made again is written, into a scratch folder below
 * the folder of the batches.
 *
 * @module
 */

import type { FormatList } from "../formats/built_in.ts";
import type { LogPattern } from "../core/names.ts";
import type { MemoryPlan } from "../core/memory.ts";
import type { IdKind } from "../core/streams.ts";
import { drive } from "./drive.ts";
import type { PluginModules } from "./formats.ts";
import { lockFolder, type LockHolder, lockHolder } from "./lock.ts";
import type { Reporter } from "./meter.ts";
import type { Store } from "./store.ts";
import { findForeign } from "./verify_names.ts";
import { verifyBatches } from "./verify_batches.ts";
import { verifyResults } from "./verify_results.ts";

/** What is verified. */
export interface VerifyOptions {
  readonly logs: string;
  readonly batch: string;
  /** The folder of the results, where the newest reports are verified, too. */
  readonly results?: string;
  readonly logPattern: LogPattern;
  /** Whether batches are made again from their logs. */
  readonly isDeep: boolean;
  /** Shares the memory out to the jobs. */
  readonly shareOut: (work: WorkToShare) => SharedWork;
  readonly formats: FormatList;
  readonly plugins: PluginModules;
  /** The file with the titles of songs that pages show. */
  readonly titles?: string;
  /** The options that name the folders, as they are typed behind a command that mends. */
  readonly folderWords: string;
}

/** What decides how much memory the jobs need. */
export interface WorkToShare {
  readonly ids: IdKind;
  /** The most songs of a key. */
  readonly top: number;
  readonly hasPage: boolean;
}

/** The jobs, and the memory of each. */
export interface SharedWork {
  readonly jobs: number;
  readonly memory: MemoryPlan;
}

/** What verifying works with. */
export interface VerifyContext {
  readonly store: Store;
  readonly reporter: Reporter;
  readonly signal?: AbortSignal;
}

/** Something that is wrong. */
export interface Finding {
  readonly path: string;
  /** Where in the file, where that is known. */
  readonly byteOffset?: number;
  /** What is wrong, and what was expected. */
  readonly what: string;
  /** What mends it: commands, or what to do. */
  readonly mend: string;
}

/** What was verified, and what is wrong. */
export interface Verified {
  readonly verifyVersion: 1;
  /** Batches that were read: the days. */
  readonly batches: readonly string[];
  readonly entries: number;
  /** Days whose batch was made again from its logs. */
  readonly rebuilt: readonly string[];
  /** Names of reports that were made again. */
  readonly reports: readonly string[];
  /** What was not verified, and why. */
  readonly notVerified: readonly string[];
  readonly findings: readonly Finding[];
  /** The run that was in progress. */
  readonly running: LockHolder | null;
}

/** Where the parts of the work put what they find. */
export class Findings {
  readonly findings: Finding[] = [];
  readonly batches: string[] = [];
  readonly rebuilt: string[] = [];
  readonly reports: string[] = [];
  readonly notVerified: string[] = [];
  entries = 0;
}

/** The hidden folder for what is made again. */
export const SCRATCH_NAME = ".verify";

/**
 * Verifies batches, and what else is asked for.
 *
 * @throws {StoppedError} where the signal was given: the scratch folder is removed
 */
export async function verify(options: VerifyOptions, context: VerifyContext): Promise<Verified> {
  const { store } = context;
  const { batch, results } = options;
  if (store.list(batch) === undefined) {
    throw new Error(
      `Cannot read folder "${batch}": not found, expected the folder of the batches (--batch DIR)`,
    );
  }
  const found = new Findings();
  const running = await lockHolder(batch) ?? null;
  if (options.isDeep || results !== undefined) {
    await withScratch(batch, store, async (scratch) => {
      await verifyBatches({ ...options, scratch }, context, found);
      if (results === undefined) return;
      await verifyResults({ ...options, results, scratch }, context, found);
    });
  } else {
    await verifyBatches({ ...options, scratch: undefined }, context, found);
  }
  const isRunning = running !== null || await lockHolder(batch) !== undefined;
  found.findings.push(...findForeign(store, options, isRunning));
  const { findings, batches, rebuilt, reports, notVerified, entries } = found;
  return {
    verifyVersion: 1,
    ...{ batches, entries, rebuilt, reports, notVerified, findings, running },
  };
}

/** Lends a folder; another that verifies at the same time is refused. */
async function withScratch(
  batchFolder: string,
  store: Store,
  use: (scratch: string) => Promise<void>,
): Promise<void> {
  const scratch = `${batchFolder}/${SCRATCH_NAME}`;
  store.makeFolder(scratch);
  const lock = await lockFolder(scratch);
  try {
    removeBelow(store, scratch);
    await use(scratch);
  } finally {
    removeBelow(store, scratch);
    lock.release();
    if (store.list(scratch)?.length === 0) store.remove(scratch);
  }
}

const LOCK_NAME = ".lock";

/** Deletes all that is in a folder, but for its lock. */
function removeBelow(store: Store, folder: string): void {
  for (const name of store.list(folder) ?? []) {
    if (name === LOCK_NAME) continue;
    const path = `${folder}/${name}`;
    if (store.info(path)?.isFolder === true) removeBelow(store, path);
    store.remove(path);
  }
}

/** Runs steps so that a signal stops them. */
export function stoppable<T>(
  steps: Parameters<typeof drive<T>>[0],
  { signal }: VerifyContext,
): Promise<T> {
  return drive(steps, () => {}, signal);
}
