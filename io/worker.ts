/**
 * A worker: does tasks as one of several jobs.
 *
 * @module
 */

import { engineOf } from "../core/engine.ts";
import type { Step } from "../core/steps.ts";
import { GIVEN_UP, plainError, PROGRESS_UNITS, type WorkerAnswer } from "./crew.ts";
import { drive } from "./drive.ts";
import { loadFormats } from "./formats.ts";
import type { JobStart } from "./job_starter.ts";
import { denoStoreWith } from "./store.ts";
import { JobContext, runTask, type Task } from "./tasks.ts";

/** What a worker's global scope has; a compiled program checks this file as a window's. */
interface WorkerScope {
  onmessage: ((event: MessageEvent<JobStart>) => void) | null;
}

(globalThis as unknown as WorkerScope).onmessage = ({ data: { start, port } }) => {
  const { job, memory, ids, plugins, fileMode, shared } = start;
  const formats = loadFormats(plugins);
  const context = formats.then((formats) =>
    new JobContext(denoStoreWith(fileMode), { memory, engine: engineOf(ids), formats }, job)
  );
  // Where a format cannot be loaded, the first task says so.
  context.catch(() => {});
  const worker = sharedWith(new Int32Array(shared));
  port.onmessage = async ({ data: task }: MessageEvent<Task>) => {
    port.postMessage(await answer(task, context, worker));
  };
};

async function answer(
  task: Task,
  context: Promise<JobContext>,
  { onStep, signal }: Shared,
): Promise<WorkerAnswer> {
  try {
    const steps = runTask(task, await context);
    return { result: await drive<unknown>(steps, onStep, signal, Infinity) };
  } catch (error) {
    return { error: plainError(error) };
  }
}

/** What a worker shares with the main thread while it does a task. */
interface Shared {
  readonly onStep: (step: Step) => void;
  /** Whether the task was given up. */
  readonly signal: { readonly aborted: boolean };
}

/** What is done is added up in units that fit in 32 bits; the rest is kept for the next time. */
function sharedWith(shared: Int32Array): Shared {
  let logBytes = 0;
  let entries = 0;
  let rows = 0;
  const onStep = (step: Step): void => {
    logBytes += step.logBytes;
    entries += step.entries;
    rows += step.rows ?? 0;
    Atomics.add(shared, 0, Math.floor(logBytes / PROGRESS_UNITS.logBytes));
    Atomics.add(shared, 1, Math.floor(entries / PROGRESS_UNITS.entries));
    Atomics.add(shared, 3, Math.floor(rows / PROGRESS_UNITS.rows));
    logBytes %= PROGRESS_UNITS.logBytes;
    entries %= PROGRESS_UNITS.entries;
    rows %= PROGRESS_UNITS.rows;
  };
  const signal = {
    get aborted(): boolean {
      return Atomics.load(shared, GIVEN_UP) !== 0;
    },
  };
  return { onStep, signal };
}
