/**
 * Starting the workers of a crew: in this thread, or by another thread for it.
 *
 * On Deno 2.9 a worker that was started by a worker hears its first messages only after a second. So
 * a thread that is itself a worker has its workers started by the main thread, and talks to them
 * through a port of their own.
 *
 * @module
 */

import type { WorkerStart } from "./crew.ts";

/** What a worker is sent first; all else passes through the port. */
export interface JobStart {
  readonly start: WorkerStart;
  readonly port: MessagePort;
}

/**
 * Starts a worker for a job.
 *
 * @param onCrash told where the worker has failed as a whole
 * @returns ends the worker
 */
export type JobStarter = (
  job: JobStart,
  onCrash: (message: string) => void,
) => () => void;

/** Starts a worker from this thread, with the permissions of this thread unless others are given. */
export function startJobHere(
  job: JobStart,
  onCrash: (message: string) => void,
  options: WorkerOptions = {},
): () => void {
  const url = new URL("./worker.ts", import.meta.url);
  const name = `job ${job.start.job}`;
  const worker = new Worker(url, { ...options, type: "module", name });
  worker.onerror = (event) => {
    event.preventDefault();
    onCrash(event.message);
  };
  worker.postMessage(job, [job.port]);
  return () => worker.terminate();
}

/** How workers are started now: a thread is a worker or it is not, and so has one way. */
let starter: JobStarter = startJobHere;

/** Has all workers started by another from now on. */
export function startJobsBy(other: JobStarter): void {
  starter = other;
}

/** Starts a worker for a job, in the way of this thread. */
export function startJob(job: JobStart, onCrash: (message: string) => void): () => void {
  return starter(job, onCrash);
}
