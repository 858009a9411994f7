/**
 * The jobs of a run: one in the main thread, or several in workers.
 *
 * @module
 */

import { BatchError } from "../core/batch_format.ts";
import type { Step } from "../core/steps.ts";
import type { MemoryPlan } from "../core/memory.ts";
import type { IdKind } from "../core/streams.ts";
import { drive, StoppedError } from "./drive.ts";
import type { PluginModules } from "./formats.ts";
import { startJob } from "./job_starter.ts";
import { giveUpTurns } from "./ordered_output.ts";
import type { Store } from "./store.ts";
import { JobContext, type JobParts, type ResultOf, runTask, type Task } from "./tasks.ts";

/** Does tasks with all its jobs at once. */
export interface Crew {
  readonly jobs: number;
  /**
   * Does a task.
   *
   * @param onStep told of what is done, now and then
   * @returns what each job gives
   * @throws what the first job that fails throws; the others have stopped by then, and nothing they
   *   did is used
   * @throws {StoppedError} where the signal was given
   */
  do<T extends Task>(
    task: T,
    onStep: (step: Step) => void,
    signal?: AbortSignal,
  ): Promise<ResultOf<T>[]>;
  /** Ends the jobs; nothing of them is left running. */
  end(): void;
}

/**
 * Makes a crew of `jobs` jobs: with one, there is no worker, and all files go through `store`;
 * workers make files of the same mode.
 */
export function createCrew(jobs: number, store: Store, parts: CrewParts): Crew {
  return jobs === 1 ? new CrewOfOne(store, parts) : new WorkerCrew(jobs, store.fileMode, parts);
}

/** What the jobs of a crew work with, each for itself. */
export interface CrewParts extends JobParts {
  /** Where the formats from outside are: workers load them again. */
  readonly plugins: PluginModules;
}

class CrewOfOne implements Crew {
  readonly jobs = 1;
  readonly #context: JobContext;

  constructor(store: Store, parts: JobParts) {
    this.#context = new JobContext(store, parts, 0);
  }

  async do<T extends Task>(
    task: T,
    onStep: (step: Step) => void,
    signal?: AbortSignal,
  ): Promise<ResultOf<T>[]> {
    return [await drive(runTask(task, this.#context), onStep, signal)];
  }

  end(): void {}
}

/** What is done so far, shared with the workers: KiB of logs, thousands of entries and of rows. */
export const PROGRESS_UNITS = { logBytes: 1024, entries: 1024, rows: 1024 } as const;

/** The place of the integer that says that the task was given up. */
export const GIVEN_UP = 2;

/** A worker that is no more. */
class CrashError extends Error {}

/** What a worker is told when it starts. */
export interface WorkerStart {
  readonly job: number;
  readonly memory: MemoryPlan;
  readonly ids: IdKind;
  readonly plugins: PluginModules;
  /** The mode of new files. */
  readonly fileMode: number;
  /**
   * Four 32-bit integers: bytes of logs and entries that are done (see {@linkcode PROGRESS_UNITS}),
   * whether the task was given up, and rows that are done.
   */
  readonly shared: SharedArrayBuffer;
}

/** What a worker answers to a task. */
export type WorkerAnswer = { readonly result: unknown } | { readonly error: PlainError };

/** An error as it passes from a worker. */
export interface PlainError {
  readonly message: string;
  readonly stack?: string;
  /** The fields of a BatchError, where it is one. */
  readonly batch?: Pick<BatchError, "source" | "byteOffset" | "reason">;
}

/** Makes plain what a worker throws. */
export function plainError(error: unknown): PlainError {
  if (!(error instanceof Error)) return { message: String(error) };
  const { message, stack } = error;
  if (!(error instanceof BatchError)) return { message, stack };
  const { source, byteOffset, reason } = error;
  return { message, stack, batch: { source, byteOffset, reason } };
}

function errorOf({ message, stack, batch }: PlainError): Error {
  if (batch !== undefined) return new BatchError(batch.source, batch.byteOffset, batch.reason);
  const error = new Error(message);
  if (stack !== undefined) error.stack = stack;
  return error;
}

/** How often the main thread looks how far the workers are. */
const LOOK_MS = 100;

/** How long jobs that are stopped are waited for: a stop is to take less than a second. */
const STOP_MS = 700;

class WorkerCrew implements Crew {
  readonly jobs: number;
  readonly #parts: CrewParts;
  readonly #fileMode: number;
  readonly #shared = new SharedArrayBuffer(16);
  #workers: JobWorker[] = [];
  /** Numbers of jobs are never used again, nor are the names of their files. */
  #started = 0;

  constructor(jobs: number, fileMode: number, parts: CrewParts) {
    this.jobs = jobs;
    this.#fileMode = fileMode;
    this.#parts = parts;
  }

  /** The workers are started by the first task. */
  #start(): void {
    if (this.#workers.length > 0) return;
    const { memory, plugins, engine: { ids } } = this.#parts;
    const [fileMode, shared] = [this.#fileMode, this.#shared];
    this.#workers = Array.from(
      { length: this.jobs },
      () => new JobWorker({ job: this.#started++, memory, ids, plugins, fileMode, shared }),
    );
  }

  async do<T extends Task>(
    task: T,
    onStep: (step: Step) => void,
    signal?: AbortSignal,
  ): Promise<ResultOf<T>[]> {
    this.#start();
    const looking = setInterval(() => onStep(this.#takeProgress()), LOOK_MS);
    let stop = (): void => {};
    const stopped = new Promise<never>((_, reject) => {
      stop = () => reject(new StoppedError("Stopped"));
    });
    signal?.addEventListener("abort", stop);
    const answers = this.#answers(task);
    try {
      if (signal?.aborted) stop();
      return await Promise.race([answers, stopped]);
    } catch (error) {
      if (error instanceof StoppedError) await this.#stopped(task, answers);
      if (error instanceof StoppedError || error instanceof CrashError) this.end();
      throw error;
    } finally {
      clearInterval(looking);
      signal?.removeEventListener("abort", stop);
      onStep(this.#takeProgress());
    }
  }

  /**
   * Waits for all jobs. Where one fails the others are told to give up, and the workers live on:
   * on Deno 2.4 a worker that was ended in the middle of its work, and another started in its place,
   * may leave the main thread turning round for ever.
   */
  async #answers<T extends Task>(task: T): Promise<ResultOf<T>[]> {
    let failure: { readonly error: unknown } | undefined;
    const answers = this.#workers.map(async (worker) => {
      try {
        return await worker.do(task) as ResultOf<T>;
      } catch (error) {
        failure ??= { error };
        this.#giveUp(task);
        return undefined;
      }
    });
    const results = await Promise.all(answers);
    Atomics.store(new Int32Array(this.#shared), GIVEN_UP, 0);
    if (failure !== undefined) throw failure.error;
    return results as ResultOf<T>[];
  }

  /** Waits for the jobs to stop, so that none makes a file behind who cleans up; not for long. */
  async #stopped(task: Task, answers: Promise<unknown>): Promise<void> {
    this.#giveUp(task);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const tooLate = new Promise((resolve) => timer = setTimeout(resolve, STOP_MS));
    await Promise.race([answers.catch(() => {}), tooLate]);
    clearTimeout(timer);
  }

  #giveUp(task: Task): void {
    Atomics.store(new Int32Array(this.#shared), GIVEN_UP, 1);
    const outputs = "outputs" in task ? task.outputs : [];
    for (const { turns } of outputs) giveUpTurns(turns);
  }

  #takeProgress(): Step {
    const done = new Int32Array(this.#shared);
    return {
      logBytes: Atomics.exchange(done, 0, 0) * PROGRESS_UNITS.logBytes,
      entries: Atomics.exchange(done, 1, 0) * PROGRESS_UNITS.entries,
      rows: Atomics.exchange(done, 3, 0) * PROGRESS_UNITS.rows,
    };
  }

  end(): void {
    for (const worker of this.#workers) worker.end();
    this.#workers = [];
  }
}

/** One worker, which does one task at a time. */
class JobWorker {
  readonly #port: MessagePort;
  readonly #terminate: () => void;
  #fail: (error: Error) => void = () => {};

  constructor(start: WorkerStart) {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.#terminate = startJob({ start, port: port2 }, (message) => {
      this.#fail(new CrashError(`Cannot go on: a job failed: ${message}`));
    });
  }

  /** Gives the worker a task and waits for what it gives. */
  do(task: Task): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#fail = reject;
      this.#port.onmessage = ({ data }: MessageEvent<WorkerAnswer>) => {
        if ("error" in data) reject(errorOf(data.error));
        else resolve(data.result);
      };
      this.#port.postMessage(task);
    });
  }

  end(): void {
    this.#terminate();
    this.#port.close();
  }
}
