/**
 * Waiting that can be stopped.
 *
 * @module
 */

import { StoppedError } from "./drive.ts";

/**
 * Waits.
 *
 * @throws {StoppedError} where the signal was given, as soon as it was
 */
export function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(new StoppedError("Stopped"));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    if (signal?.aborted) stop();
    else signal?.addEventListener("abort", stop, { once: true });
  });
}
