/**
 * Syncing files while they are still written.
 *
 * @module
 */

import type { FileSink } from "./byte_files.ts";

/** How long to wait between two syncs. */
const PAUSE_MS = 300;

/**
 * Syncs what files hold so far, again and again while `work` goes on: the disk writes while the
 * processors merge, and little is left to be synced at the end.
 *
 * @returns what the work gives
 * @throws what the work throws, or else the first error of a sync
 */
export async function withEarlySync<T>(
  sinks: readonly FileSink[],
  work: Promise<T>,
): Promise<T> {
  let syncing: Promise<unknown> | undefined;
  let failure: { readonly error: unknown } | undefined;
  const sync = (sink: FileSink): Promise<void> =>
    sink.syncSoFar().catch((error: unknown) => void (failure ??= { error }));
  const timer = setInterval(() => {
    syncing ??= Promise.all(sinks.map(sync)).then(() => syncing = undefined);
  }, PAUSE_MS);
  try {
    const result = await work;
    clearInterval(timer);
    await syncing;
    if (failure !== undefined) throw failure.error;
    return result;
  } finally {
    clearInterval(timer);
    await syncing;
  }
}
