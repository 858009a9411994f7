/**
 * The worker that does a command; see narrowed.ts.
 *
 * @module
 */

import { startJobsBy } from "../io/job_starter.ts";
import type { CommandAnswer, CommandMessage } from "./narrowed.ts";
import { perform } from "./perform.ts";

/** What a worker's global scope has; a compiled program checks this file as a window's. */
interface WorkerScope {
  onmessage: ((event: MessageEvent<CommandMessage>) => void) | null;
  postMessage(answer: CommandAnswer, transfer?: Transferable[]): void;
}

const scope = globalThis as unknown as WorkerScope;
const stop = new AbortController();
const crashes = new Map<number, (message: string) => void>();

startJobsBy((job, onCrash) => {
  const id = job.start.job;
  crashes.set(id, onCrash);
  scope.postMessage({ startJob: job }, [job.port]);
  return () => scope.postMessage({ endJob: id });
});

scope.onmessage = async ({ data }) => {
  if ("stop" in data) return stop.abort(data.stop);
  if ("crashed" in data) return crashes.get(data.crashed)?.(data.message);
  const status = await perform(data.toDo, { ...data.facts, stop: stop.signal });
  scope.postMessage({ status });
};
