/**
 * What lies in the folders of batches and results and does not belong there: leftovers of runs that
 * were killed, and files of others.
 *
 * @module
 */

import { HISTORY_FOLDER } from "../core/history.ts";
import { batchFileName, dayOfBatchFolder, dayOfQuarantine, MANIFEST_NAME } from "../core/names.ts";
import { KEY_KINDS } from "../core/streams.ts";
import { FORGOTTEN_KEY_NAME, FORGOTTEN_NAME } from "./forgotten_files.ts";
import { JOINT_JOURNAL } from "./joint_publication.ts";
import { isLeftover } from "./publication.ts";
import { runFolder } from "./scratch.ts";
import type { Store } from "./store.ts";
import { type Finding, SCRATCH_NAME, type VerifyOptions } from "./verify.ts";

/** What forgetting keeps beside the batches. */
const OF_FORGETTING: readonly string[] = [FORGOTTEN_NAME, FORGOTTEN_KEY_NAME];

/** What a batch's folder holds. */
const BATCH_NAMES: readonly string[] = [MANIFEST_NAME, ...KEY_KINDS.map(batchFileName)];

/**
 * Finds leftovers and foreign files.
 *
 * @param isRunning whether a run is in progress, whose files are no leftovers
 */
export function findForeign(
  store: Store,
  { batch, results, folderWords }: VerifyOptions,
  isRunning: boolean,
): Finding[] {
  const findings: Finding[] = [];
  const leftover = (path: string, command = `topstreams run${folderWords}`): void => {
    if (isRunning) return;
    const what = "left by a run that was killed, expected nothing";
    findings.push({ path, what, mend: command });
  };
  const foreign = (path: string): void => {
    const what = "not of this program, expected batches alone";
    findings.push({ path, what, mend: `rm -r ${quoted(path)}` });
  };
  const runs = runFolder(batch).slice(batch.length + 1);
  for (const name of store.list(batch) ?? []) {
    const path = `${batch}/${name}`;
    const isFolder = store.info(path)?.isFolder === true;
    if (name === ".lock" || name === HISTORY_FOLDER || dayOfQuarantine(name) !== undefined) {
      continue;
    }
    if (OF_FORGETTING.includes(name)) continue;
    if (name === runs || name === JOINT_JOURNAL) leftover(path);
    else if (name === SCRATCH_NAME) leftover(path, `topstreams verify --deep${folderWords}`);
    else if (dayOfBatchFolder(name) === undefined || !isFolder) {
      // Batches may share their folder with results, or with rejected rows.
      if (batch !== results && !isLeftover(name)) foreign(path);
    } else lookIntoBatch(store, path, { leftover, foreign });
  }
  for (const name of results === undefined ? [] : store.list(results) ?? []) {
    if (isLeftover(name)) leftover(`${results}/${name}`);
  }
  return findings;
}

interface Told {
  readonly leftover: (path: string) => void;
  readonly foreign: (path: string) => void;
}

function lookIntoBatch(store: Store, folder: string, { leftover, foreign }: Told): void {
  const names = store.list(folder) ?? [];
  if (!names.includes(MANIFEST_NAME)) return leftover(folder);
  for (const name of names) {
    if (BATCH_NAMES.includes(name)) continue;
    if (isLeftover(name)) leftover(`${folder}/${name}`);
    else foreign(`${folder}/${name}`);
  }
}

/** Writes a path as a shell reads it. */
export function quoted(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
