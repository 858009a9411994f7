/**
 * Files for as long as they are needed: runs, and the streams of a log that is being batched.
 *
 * @module
 */

import type { RunFile, Scratch } from "../core/batching.ts";
import { FileSink, FileSource } from "./byte_files.ts";
import type { Store } from "./store.ts";

/** A run in a file. */
export interface RunOnDisk extends RunFile {
  readonly path: string;
  /** Ends the writing without opening what was written. */
  close(): void;
}

/** Files of a folder, which must be there; each job has names of its own. */
export class FolderScratch implements Scratch {
  readonly #store: Store;
  readonly #prefix: string;
  #made = 0;

  constructor(store: Store, folder: string, job: number) {
    this.#store = store;
    this.#prefix = `${folder}/run-${job}-`;
  }

  create(): RunOnDisk {
    const file = this.#store.create(`${this.#prefix}${this.#made++}`);
    const sink = new FileSink(file);
    return {
      path: file.path,
      write: (bytes) => sink.write(bytes),
      open: () => new FileSource(file),
      close: () => file.close(),
      remove: () => {
        file.close();
        this.#store.remove(file.path);
      },
    };
  }
}

/** The hidden folder for runs, inside the folder of the batches. */
export function runFolder(batchFolder: string): string {
  return `${batchFolder}/.runs`;
}

/** Deletes all runs: those of this process and what one that was killed has left. */
export function clearRuns(store: Store, batchFolder: string): void {
  clearRunFolder(store, runFolder(batchFolder));
}

/** Deletes a folder of runs. */
export function clearRunFolder(store: Store, folder: string): void {
  const names = store.list(folder);
  if (names === undefined) return;
  for (const name of names) store.remove(`${folder}/${name}`);
  store.remove(folder);
}
