/**
 * A worker: does tasks as one of several jobs.
 *
 * @module
 */

import { engineOf } from "../core/engine.ts";
import type { Step } from "../core/steps.ts";
import { plainError, PROGRESS_UNITS, type WorkerAnswer, type WorkerStart } from "./crew.ts";
import { drive } from "./drive.ts";
import { loadFormats } from "./formats.ts";
import { denoStore } from "./store.ts";
import { JobContext, runTask, type Task } from "./tasks.ts";

/** What a worker's global scope has; a compiled program checks this file as a window's. */
interface WorkerScope {
  onmessage: ((event: MessageEvent<WorkerStart | Task>) => void) | null;
  postMessage(answer: WorkerAnswer): void;
}

const scope = globalThis as unknown as WorkerScope;

scope.onmessage = ({ data }) => {
  const { job, memory, ids, plugins, progress } = data as WorkerStart;
  const formats = loadFormats(plugins);
  const context = formats.then((formats) =>
    new JobContext(denoStore, { memory, engine: engineOf(ids), formats }, job)
  );
  // Where a format cannot be loaded, the first task says so.
  context.catch(() => {});
  const tell = progressTeller(progress);
  scope.onmessage = async ({ data: task }) => {
    scope.postMessage(await answer(task as Task, context, tell));
  };
};

async function answer(
  task: Task,
  context: Promise<JobContext>,
  tell: (step: Step) => void,
): Promise<WorkerAnswer> {
  try {
    return {
      result: await drive<unknown>(runTask(task, await context), tell, undefined, Infinity),
    };
  } catch (error) {
    return { error: plainError(error) };
  }
}

/** Adds up what is done in units that fit in 32 bits; the rest is kept for the next time. */
function progressTeller(progress: SharedArrayBuffer): (step: Step) => void {
  const done = new Int32Array(progress);
  let logBytes = 0;
  let entries = 0;
  return (step) => {
    logBytes += step.logBytes;
    entries += step.entries;
    Atomics.add(done, 0, Math.floor(logBytes / PROGRESS_UNITS.logBytes));
    Atomics.add(done, 1, Math.floor(entries / PROGRESS_UNITS.entries));
    logBytes %= PROGRESS_UNITS.logBytes;
    entries %= PROGRESS_UNITS.entries;
  };
}
