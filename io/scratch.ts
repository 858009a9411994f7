/**
 * Runs in files, for as long as they are needed.
 *
 * @module
 */

import type { RunFile, Scratch } from "../core/batching.ts";
import { FileSink, FileSource } from "./byte_files.ts";
import type { Store } from "./store.ts";

/** The hidden folder for runs, inside the folder of the batches. */
const FOLDER = ".runs";

/** Runs in a folder of their own, which is deleted with all that is left in it. */
export class FolderScratch implements Scratch {
  readonly #store: Store;
  readonly #folder: string;
  #made = 0;

  constructor(store: Store, batchFolder: string) {
    this.#store = store;
    this.#folder = `${batchFolder}/${FOLDER}`;
  }

  create(): RunFile {
    if (this.#made === 0) this.#store.makeFolder(this.#folder);
    const file = this.#store.create(`${this.#folder}/run-${this.#made++}`);
    const sink = new FileSink(file);
    return {
      write: (bytes) => sink.write(bytes),
      open: () => new FileSource(file),
      remove: () => {
        file.close();
        this.#store.remove(file.path);
      },
    };
  }

  /** Deletes all runs: those of this process and what one that was killed has left. */
  clear(): void {
    const names = this.#store.list(this.#folder);
    if (names === undefined) return;
    for (const name of names) this.#store.remove(`${this.#folder}/${name}`);
    this.#store.remove(this.#folder);
    this.#made = 0;
  }
}
