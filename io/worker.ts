/**
 * A worker: does tasks as one of several jobs.
 *
 * @module
 */

import type { Step } from "../core/batching.ts";
import {
  GIVEN_UP,
  plainError,
  PROGRESS_UNITS,
  type WorkerAnswer,
  type WorkerStart,
} from "./crew.ts";
import { StoppedError } from "./drive.ts";
import { denoStore } from "./store.ts";
import { JobContext, runTask, type Task } from "./tasks.ts";

/** What a worker's global scope has; a compiled program checks this file as a window's. */
interface WorkerScope {
  onmessage: ((event: MessageEvent<WorkerStart | Task>) => void) | null;
  postMessage(answer: WorkerAnswer): void;
}

const scope = globalThis as unknown as WorkerScope;

scope.onmessage = ({ data }) => {
  const { job, memory, shared } = data as WorkerStart;
  const context = new JobContext(denoStore, memory, job);
  const onStep = stepTeller(new Int32Array(shared));
  scope.onmessage = ({ data: task }) => scope.postMessage(answer(task as Task, context, onStep));
};

function answer(task: Task, context: JobContext, onStep: (step: Step) => boolean): WorkerAnswer {
  try {
    const steps = runTask(task, context);
    for (;;) {
      const { done, value } = steps.next();
      if (done) return { result: value };
      if (onStep(value as Step)) continue;
      steps.return(undefined as never);
      throw new StoppedError("Stopped: another job failed");
    }
  } catch (error) {
    return { error: plainError(error) };
  }
}

/**
 * Makes what is called after each step: it tells what is done and returns whether to go on.
 *
 * What is done is added up in units that fit in 32 bits; the rest is kept for the next time.
 */
function stepTeller(shared: Int32Array): (step: Step) => boolean {
  let logBytes = 0;
  let entries = 0;
  return (step) => {
    logBytes += step.logBytes;
    entries += step.entries;
    Atomics.add(shared, 0, Math.floor(logBytes / PROGRESS_UNITS.logBytes));
    Atomics.add(shared, 1, Math.floor(entries / PROGRESS_UNITS.entries));
    logBytes %= PROGRESS_UNITS.logBytes;
    entries %= PROGRESS_UNITS.entries;
    return Atomics.load(shared, GIVEN_UP) === 0;
  };
}
