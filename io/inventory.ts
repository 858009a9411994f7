/**
 * What is in the folders, as plain data.
 *
 * @module
 */

import type { Day } from "../core/day.ts";
import { decodeManifest, isSound, type Manifest } from "../core/manifest.ts";
import {
  batchFolderName,
  dayOfBatchFolder,
  dayOfLog,
  type LogPattern,
  MANIFEST_NAME,
  summaryName,
} from "../core/names.ts";
import type { FoundBatch, FoundLog, Inventory, RunFolders, RunRequest } from "../core/plan.ts";
import { dateOf } from "../core/planning.ts";
import { daysUsedIn } from "../core/summary.ts";
import { forgottenProblem } from "./forgotten_files.ts";
import { History } from "./history.ts";
import { listQuarantines } from "./quarantine_files.ts";
import { pathAfterRecovery, readText } from "./publication.ts";
import type { StoredDays } from "./run_engine.ts";
import type { PathInfo, Store } from "./store.ts";

/** What is to be known to look into the folders. */
export interface InventoryOptions extends RunFolders {
  readonly logPattern: LogPattern;
  /** The folder where rejected rows are kept, where they are. */
  readonly quarantine?: string;
}

/**
 * Looks into the folders, and at what is published of the date of the request.
 *
 * @param stored the days that the engine has; those of the folder of batches by default
 */
export function takeInventory(
  store: Store,
  { logs, batch, results, quarantine, logPattern }: InventoryOptions,
  request: RunRequest,
  stored: StoredDays = storedInFolder(store, batch),
): Inventory {
  const found: Inventory = {
    ...stored,
    logs: listLogs(store, logs, logPattern),
    quarantines: quarantine === undefined ? [] : listQuarantines(store, quarantine),
    history: new History(store, batch, () => {}).dates(),
    hasNoLogFolder: store.list(logs) === undefined,
    results: store.list(results) ?? [],
    freeBytes: { ...stored.freeBytes, results: freeBytes(store, results) },
  };
  const date = dateOf(request, found);
  const path = pathAfterRecovery(store, results, summaryName(date));
  if (path === undefined) return found;
  return { ...found, published: daysUsedIn(readText(store, path)) ?? "damaged" };
}

/** Looks which days have batches in a folder. */
export function storedInFolder(store: Store, batch: string): StoredDays {
  return {
    batches: listBatches(store, batch),
    remains: listRemains(store, batch),
    freeBytes: { batch: freeBytes(store, batch) },
  };
}

function freeBytes(store: Store, folder: string): number | undefined {
  return store.info(folder) === undefined ? undefined : store.freeBytes(folder);
}

/**
 * Lists the logs of a folder, sorted by name. Folders, links that lead nowhere and other things
 * that have a log's name are listed, too: it is an error to use them, not to see them.
 */
export function listLogs(store: Store, folder: string, pattern: LogPattern): FoundLog[] {
  return (store.list(folder) ?? []).flatMap((name) => {
    const day = dayOfLog(name, pattern);
    if (day === undefined) return [];
    const path = `${folder}/${name}`;
    const info = store.info(path);
    if (info !== undefined) return [{ day, name, ...whatIsFound(info) }];
    return store.isLink(path) ? [{ day, name, ...NOWHERE }] : [];
  });
}

/** What a link that leads nowhere is listed as. */
const NOWHERE = { sizeBytes: 0, modifiedMs: 0, isDangling: true } as const;

/** To open a FIFO would be to wait for its writer. */
function whatIsFound(info: PathInfo): Omit<FoundLog, "name" | "day"> {
  const { sizeBytes, modifiedMs, isFile, isFolder } = info;
  if (isFile) return { sizeBytes, modifiedMs };
  const notFile = isFolder ? "it is a folder" : "it is a FIFO, a socket or a device";
  return { sizeBytes, modifiedMs, notFile };
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
export function dayFolders(store: Store, folder: string): Day[] {
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
  const manifest = readAnyManifest(store, folder, day);
  if (manifest === undefined || typeof manifest === "string") return manifest;
  return forgottenProblem(store, folder, manifest) ?? manifest;
}

/** As {@linkcode readManifest}, of a batch that may hold users who were forgotten, too. */
export function readAnyManifest(
  store: Store,
  folder: string,
  day: Day,
): Manifest | string | undefined {
  const path = pathAfterRecovery(store, `${folder}/${batchFolderName(day)}`, MANIFEST_NAME);
  if (path === undefined) return undefined;
  const manifest = decodeManifest(readText(store, path));
  if (typeof manifest === "string") return manifest;
  if (manifest.day !== day) return "manifest of another day, expected this folder's";
  return isSound(manifest) ? manifest : "damaged manifest, expected figures that agree";
}
