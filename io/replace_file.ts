/**
 * One small file that appears complete or not at all.
 *
 * @module
 */

import { FileSink } from "./byte_files.ts";
import type { Store } from "./store.ts";

/**
 * Puts a file in the place of another. It is written and synced beside it, under a hidden name that
 * ends otherwise, so that nobody who looks for files of its ending sees half of it.
 *
 * @throws {StoreError} where it cannot be written; the former file stays
 */
export function replaceFile(store: Store, path: string, text: string): void {
  const slash = path.lastIndexOf("/");
  const folder = slash < 0 ? "." : path.slice(0, slash) || "/";
  const aside = `${path.slice(0, slash + 1)}.${path.slice(slash + 1)}.aside`;
  try {
    const sink = new FileSink(store.create(aside));
    try {
      sink.write(new TextEncoder().encode(text));
    } catch (error) {
      sink.close();
      throw error;
    }
    sink.finish();
    store.rename(aside, path);
  } catch (error) {
    tryToRemove(store, aside);
    throw error;
  }
  store.syncFolder(folder);
}

/** After a failure, whose own error is the one to be shown. */
function tryToRemove(store: Store, path: string): void {
  try {
    store.remove(path);
  } catch {
    // The next time it is written over.
  }
}
