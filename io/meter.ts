/**
 * What a run does at the moment, how far it is, and what it takes.
 *
 * @module
 */

import type { Step } from "../core/steps.ts";
import type { Day } from "../core/day.ts";
import type { ChartKind } from "../core/chart.ts";
import type { StageSeconds } from "../core/summary.ts";
import type { Crew } from "./crew.ts";
import type { ResultOf, Task } from "./tasks.ts";

/** Where a run tells what it does. */
export interface Reporter {
  /** Something that a person should know, even when all went well otherwise. */
  warn(text: string): void;
  /** A step of the run. */
  note(text: string): void;
  /** How far the run is; called often. */
  progress(progress: Progress): void;
}

/** How far a stage is. */
export interface Progress {
  readonly stage: keyof StageSeconds;
  readonly of: StageWork;
  readonly doneLogBytes: number;
  readonly doneEntries: number;
  readonly seconds: number;
}

/** What a stage has to do. */
export interface StageWork {
  readonly day?: Day;
  readonly kind?: ChartKind;
  readonly logBytes?: number;
  readonly entries?: number;
}

/** Where tasks are done. */
export interface Work {
  readonly jobs: number;
  do<T extends Task>(task: T): Promise<ResultOf<T>[]>;
}

/** Has tasks done, measures them, and tells the reporter. */
export class Meter implements Work {
  readonly seconds: StageSeconds = { batching: 0, charting: 0, publishing: 0 };
  /** The highest resident memory seen between two steps. */
  peakMemoryBytes = 0;
  readonly #reporter: Reporter;
  readonly #signal?: AbortSignal;
  #stage: keyof StageSeconds = "batching";
  #work: StageWork = {};
  #startMs = 0;
  #doneLogBytes = 0;
  #doneEntries = 0;

  readonly #crew: Crew;

  constructor(crew: Crew, reporter: Reporter, signal?: AbortSignal) {
    this.#crew = crew;
    this.#reporter = reporter;
    this.#signal = signal;
  }

  begin(stage: keyof StageSeconds, work: StageWork): void {
    this.#stage = stage;
    this.#work = work;
    this.#startMs = performance.now();
    this.#doneLogBytes = 0;
    this.#doneEntries = 0;
  }

  end(): void {
    this.seconds[this.#stage] += this.#elapsed();
    this.#sampleMemory();
  }

  #elapsed(): number {
    return Math.round(performance.now() - this.#startMs) / 1000;
  }

  #sampleMemory(): void {
    this.peakMemoryBytes = Math.max(this.peakMemoryBytes, Deno.memoryUsage().rss);
  }

  get jobs(): number {
    return this.#crew.jobs;
  }

  /** Does a task of the stage that was begun. */
  do<T extends Task>(task: T): Promise<ResultOf<T>[]> {
    return this.#crew.do(task, (step) => this.#onStep(step), this.#signal);
  }

  #onStep(step: Step): void {
    this.#doneLogBytes += step.logBytes;
    this.#doneEntries += step.entries;
    this.#sampleMemory();
    this.#reporter.progress({
      stage: this.#stage,
      of: this.#work,
      doneLogBytes: this.#doneLogBytes,
      doneEntries: this.#doneEntries,
      seconds: this.#elapsed(),
    });
  }
}
