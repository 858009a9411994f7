/**
 * What a run does at the moment, how far it is, and what it takes.
 *
 * @module
 */

import type { ChartKind } from "../core/chart.ts";
import type { Day } from "../core/day.ts";
import { Forecast, type StageWork } from "../core/forecast.ts";
import type { Step } from "../core/steps.ts";
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

/** What is done at the moment. */
export type Activity = "reading" | "sorting" | "merging" | "publishing";

/** How far a run is. */
export interface Progress {
  readonly activity: Activity;
  /** The day that is read or sorted, else the date of the charts. */
  readonly day?: Day;
  /** The chart that is made. */
  readonly kind?: ChartKind;
  /** Rows that the activity has got through: what it reads, sorts or merges was so many once. */
  readonly rows: number;
  /** Bytes that it has got through: of logs, or of batches. */
  readonly bytes: number;
  /** How long it has been going on. */
  readonly seconds: number;
  /** The share of all the run's work that is done, 0 to 1; it never goes back. */
  readonly share: number;
  /** About how long the run goes on. */
  readonly secondsLeft: number;
}

/** Where tasks are done. */
export interface Work {
  readonly jobs: number;
  do<T extends Task>(task: T): Promise<ResultOf<T>[]>;
}

/** How far all the dates of a run are together. */
export interface Course {
  readonly forecast: Forecast;
  /** When it began, by the clock. */
  readonly startMs: number;
  /** Milliseconds since some moment. */
  readonly clock: () => number;
}

/** Begins a run. */
export function startCourse(clock = (): number => performance.now()): Course {
  return { forecast: new Forecast(), startMs: clock(), clock };
}

const ACTIVITIES = {
  ingest: "reading",
  encode: "sorting",
  narrow: "merging",
  chart: "merging",
  totals: "merging",
  load: "reading",
  "cluster-chart": "merging",
  quarantine: "reading",
} as const satisfies Record<Task["type"], Activity>;

const NOTHING = { logBytes: 0, entries: 0 };

/** Has tasks done, measures them, and tells the reporter. */
export class Meter implements Work {
  readonly seconds: StageSeconds = { batching: 0, charting: 0, publishing: 0 };
  /** The highest resident memory seen between two steps. */
  peakMemoryBytes = 0;
  readonly #crew: Crew;
  readonly #course: Course;
  readonly #reporter: Reporter;
  readonly #signal?: AbortSignal;
  #work: StageWork = { stage: "batching", bytes: 0, rows: 0, entries: 0 };
  #startMs = 0;
  #activity: Activity = "reading";
  #activityMs = 0;
  #done = { bytes: 0, rows: 0, entries: 0 };
  /** Entries that are all there are to sort. */
  #entriesToSort = 0;

  constructor(
    crew: Crew,
    course: Course,
    { reporter, signal }: { readonly reporter: Reporter; readonly signal?: AbortSignal },
  ) {
    this.#crew = crew;
    this.#course = course;
    this.#reporter = reporter;
    this.#signal = signal;
  }

  /** Begins a stage; what was expected of it takes the place of figures that are not given. */
  begin(
    stage: Pick<StageWork, "stage" | "date" | "day" | "kind">,
    known?: Partial<StageWork>,
  ): void {
    const none = { bytes: 0, rows: 0, entries: 0 };
    const expected = this.#course.forecast.begin({ ...none, ...known, ...stage });
    this.#work = { ...expected, ...known };
    this.#startMs = this.#course.clock();
    this.#done = { bytes: 0, rows: 0, entries: 0 };
    const first = { batching: "reading", charting: "merging", publishing: "publishing" } as const;
    this.#enter(first[stage.stage]);
    this.#onStep(NOTHING);
  }

  end(): void {
    this.seconds[this.#work.stage] += this.#secondsSince(this.#startMs);
    this.#course.forecast.end();
    this.#sampleMemory();
  }

  #enter(activity: Activity): void {
    this.#activity = activity;
    this.#activityMs = this.#course.clock();
  }

  #secondsSince(ms: number): number {
    return Math.round(this.#course.clock() - ms) / 1000;
  }

  #sampleMemory(): void {
    this.peakMemoryBytes = Math.max(this.peakMemoryBytes, Deno.memoryUsage().rss);
  }

  get jobs(): number {
    return this.#crew.jobs;
  }

  /** Does a task of the stage that was begun. */
  do<T extends Task>(task: T): Promise<ResultOf<T>[]> {
    const activity = ACTIVITIES[task.type];
    if (activity !== this.#activity) this.#enter(activity);
    if (task.type === "encode") this.#entriesToSort = this.#done.rows * task.outputs.length;
    return this.#crew.do(task, (step) => this.#onStep(step), this.#signal);
  }

  #onStep(step: Step): void {
    const done = this.#done;
    done.bytes += step.logBytes;
    done.rows += step.rows ?? 0;
    done.entries += step.entries;
    this.#sampleMemory();
    const { forecast, startMs } = this.#course;
    forecast.done(done);
    this.#reporter.progress({
      activity: this.#activity,
      day: this.#work.day ?? this.#work.date,
      kind: this.#work.kind,
      ...this.#throughput(),
      seconds: this.#secondsSince(this.#activityMs),
      ...forecast.at(this.#secondsSince(startMs)),
    });
  }

  /** What the activity has got through. */
  #throughput(): Pick<Progress, "rows" | "bytes"> {
    const { rows, bytes, entries } = this.#done;
    if (this.#activity === "reading") return { rows, bytes };
    const part = (all: number): number => all > 0 ? Math.min(1, entries / all) : 0;
    if (this.#activity === "sorting") {
      const sorted = part(this.#entriesToSort);
      return { rows: rows * sorted, bytes: bytes * sorted };
    }
    const merged = part(this.#work.entries);
    return { rows: this.#work.rows * merged, bytes: this.#work.bytes * merged };
  }
}
