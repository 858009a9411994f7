/**
 * What is done before a user is forgotten, and by a run, where a forgetting was cut short.
 *
 * @module
 */

import { batchFolderName } from "../core/names.ts";
import { dayFolders } from "./inventory.ts";
import { type JointPaths, recoverJoint } from "./joint_publication.ts";
import { recover } from "./publication.ts";
import type { Store } from "./store.ts";

/** The folders that are there. */
export function pathsThere({ batch, results, quarantine }: JointPaths, store: Store): JointPaths {
  const isThere = (folder: string | undefined): folder is string =>
    folder !== undefined && store.info(folder)?.isFolder === true;
  return {
    batch,
    ...isThere(results) ? { results } : {},
    ...isThere(quarantine) ? { quarantine } : {},
  };
}

/**
 * Completes or clears what an earlier process left, before a user is forgotten.
 *
 * @throws {Error} where a folder is to be named for that
 */
export function recoverAll(store: Store, paths: JointPaths, warn: (text: string) => void): void {
  const { unnamed, lost, completed } = recoverJoint(store, paths);
  tellRecovery({ completed, lost }, warn);
  if (unnamed.length > 0) {
    const flags = unnamed.map((folder) => `--${folder} DIR`).join(" ");
    throw new Error(
      "Cannot forget now: an earlier forgetting was cut short and is to be ended first, " +
        `expected its folders as they were then (${flags})`,
    );
  }
  for (const day of dayFolders(store, paths.batch)) {
    recover(store, `${paths.batch}/${batchFolderName(day)}`);
  }
  for (const path of [paths.results, paths.quarantine]) if (path) recover(store, path);
}

/** Tells of a forgetting that was cut short and is now complete. */
export function tellRecovery(
  { completed, lost }: {
    readonly completed: readonly string[];
    readonly lost: readonly string[];
  },
  warn: (text: string) => void,
): void {
  if (completed.length > 0) {
    warn("completed the forgetting of a user that an earlier command had begun");
  }
  if (lost.length > 0) {
    warn(
      `the forgetting of a user was cut short, and its folders of ${lost.join(" and ")} are not ` +
        "these: what is in those may still hold the user (forget the user once more with them)",
    );
  }
}
