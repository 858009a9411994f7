/**
 * The folder of the quarantines: one file with rejected rows a day.
 *
 * @module
 */

import type { Day } from "../core/day.ts";
import { dayOfQuarantine, quarantineName } from "../core/names.ts";
import type { Store } from "./store.ts";

/** Where rejected rows are kept, and how many. */
export interface QuarantineOptions {
  readonly folder: string;
  /** The most bytes of the file of a day. */
  readonly limitBytes: number;
}

/** Where and how many rows are kept, by the options of a run. */
export function quarantineOf(
  { quarantine, quarantineBytes = 16 * 2 ** 20 }: {
    readonly quarantine?: string;
    readonly quarantineBytes?: number;
  },
): QuarantineOptions | undefined {
  return quarantine === undefined ? undefined : { folder: quarantine, limitBytes: quarantineBytes };
}

/** The days that a folder has a quarantine of, ascending. */
export function listQuarantines(store: Store, folder: string): Day[] {
  return (store.list(folder) ?? []).map(dayOfQuarantine).filter((day) => day !== undefined);
}

/** Whether the rejected rows of a day are there, as large as they were written. */
export function isQuarantineThere(
  store: Store,
  folder: string,
  { name, sizeBytes }: { readonly name: string; readonly sizeBytes: number },
): boolean {
  return store.info(`${folder}/${name}`)?.sizeBytes === sizeBytes;
}

/** Deletes the rejected rows of a day. */
export function removeQuarantine(store: Store, folder: string, day: Day): void {
  store.remove(`${folder}/${quarantineName(day)}`);
}
