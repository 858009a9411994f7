/**
 * What is in the folders, as plain data.
 *
 * @module
 */

import type { Day } from "../core/day.ts";
import { decodeManifest, isSound, type LogIdentity, type Manifest } from "../core/manifest.ts";
import {
  batchFolderName,
  dayOfBatchFolder,
  dayOfLog,
  type LogPattern,
  MANIFEST_NAME,
} from "../core/names.ts";
import type { FoundBatch, FoundLog } from "../core/plan.ts";
import { readText } from "./publication.ts";
import type { PathInfo, Store } from "./store.ts";

/**
 * Lists the logs of a folder, sorted by name. Folders, links that lead nowhere and other things
 * that have a log's name are listed, too: it is an error to use them, not to see them.
 *
 * @throws {Error} where there is no such folder
 */
export function listLogs(store: Store, folder: string, pattern: LogPattern): FoundLog[] {
  const names = store.list(folder);
  if (names === undefined) {
    throw new Error(
      `Cannot read folder "${folder}": not found, expected the folder of the logs (--logs DIR)`,
    );
  }
  return names.flatMap((name) => {
    const day = dayOfLog(name, pattern);
    if (day === undefined) return [];
    const path = `${folder}/${name}`;
    const info = store.info(path);
    if (info !== undefined) return [{ day, name, ...identityOf(info) }];
    return store.isLink(path) ? [{ day, name, ...NOWHERE }] : [];
  });
}

/** What a link that leads nowhere is listed as. */
const NOWHERE = { sizeBytes: 0, modifiedMs: 0, isDangling: true } as const;

function identityOf({ sizeBytes, modifiedMs }: PathInfo): Omit<LogIdentity, "name"> {
  return { sizeBytes, modifiedMs };
}

/** Lists the batches of a folder. */
export function listBatches(store: Store, folder: string): FoundBatch[] {
  return dayFolders(store, folder).flatMap((day) => {
    const manifest = readManifest(store, folder, day);
    return manifest === undefined ? [] : [{ day, manifest }];
  });
}

/** The days whose folders hold no manifest, and so no batch. */
export function listRemains(store: Store, folder: string): Day[] {
  return dayFolders(store, folder).filter((day) => readManifest(store, folder, day) === undefined);
}

/** The days that have a folder. */
function dayFolders(store: Store, folder: string): Day[] {
  return (store.list(folder) ?? []).flatMap((name) => {
    const day = dayOfBatchFolder(name);
    return day !== undefined && store.info(`${folder}/${name}`)?.isFolder ? [day] : [];
  });
}

/** Reads a manifest: what is wrong with it as text, `undefined` where the folder has none. */
export function readManifest(
  store: Store,
  folder: string,
  day: Day,
): Manifest | string | undefined {
  const path = `${folder}/${batchFolderName(day)}/${MANIFEST_NAME}`;
  if (store.info(path) === undefined) return undefined;
  const manifest = decodeManifest(readText(store, path));
  if (typeof manifest !== "string" && manifest.day !== day) {
    return "manifest of another day, expected this folder's";
  }
  return typeof manifest === "string" || isSound(manifest)
    ? manifest
    : "damaged manifest, expected figures that agree";
}
