/**
 * The stages of a daily run: look, plan, batch, chart, publish, delete what has expired.
 *
 * @module
 */

import { type Day, formatDay } from "../core/day.ts";
import { expectedStages } from "../core/forecast.ts";
import { type BatchShape, hasSameLogs, type Manifest, tallyOf } from "../core/manifest.ts";
import { lowerFirst } from "../core/messages.ts";
import type { DayPlan, FoundLog, RunPlan } from "../core/plan.ts";
import { rejectedCount } from "../core/streams.ts";
import { type AskedSummary, type RunSummary, summaryOf } from "../core/summary.ts";
import { withAdvice } from "./advice.ts";
import { type Crew } from "./crew.ts";
import { History } from "./history.ts";
import { tellRecovery } from "./forget_recovery.ts";
import { listLogs } from "./inventory.ts";
import { recoverJoint } from "./joint_publication.ts";
import { UnsettledLogError } from "./log_intake.ts";
import { type Course, Meter, type Reporter } from "./meter.ts";
import { pause } from "./pause.ts";
import { recover } from "./publication.ts";
import { isQuarantineThere, removeQuarantine } from "./quarantine_files.ts";
import { makeReports } from "./report_stage.ts";
import { EngineError, type RunEngine } from "./run_engine.ts";
import type { DailyRunContext, DailyRunOptions } from "./run_options.ts";
import { plansOf, planWithInventory, shapeAsked } from "./run_plan.ts";
import { type Store, StoreError } from "./store.ts";
import { checkTitles } from "./titles.ts";

/** What the runs of several dates have in common. */
export interface RunTools {
  readonly crew: Crew;
  readonly engine: RunEngine;
  readonly course: Course;
  /** The dates that come after this one, ascending: what is ahead of the crew. */
  readonly laterDates: readonly Day[];
}

/** One run, while both folders are locked. */
export class DailyRun {
  readonly #options: DailyRunOptions;
  readonly #store: Store;
  readonly #reporter: Reporter;
  readonly #signal: AbortSignal | undefined;
  readonly #shape: BatchShape;
  readonly #engine: RunEngine;
  readonly #history: History;
  readonly #meter: Meter;
  readonly #manifests = new Map<Day, Manifest>();
  readonly #built = new Set<Day>();
  readonly #tools: RunTools;
  /** The plan of this date, and those of the later dates as far as can be told now. */
  #plans: readonly RunPlan[] = [];

  constructor(options: DailyRunOptions, context: DailyRunContext, tools: RunTools) {
    this.#tools = tools;
    this.#options = options;
    this.#store = context.store;
    this.#reporter = context.reporter;
    this.#signal = context.signal;
    this.#engine = tools.engine;
    this.#shape = shapeAsked(options);
    this.#meter = new Meter(tools.crew, tools.course, context);
    this.#history = new History(context.store, options.batch, (text) => this.#reporter.warn(text));
  }

  async make(): Promise<RunSummary> {
    await this.#recover();
    const plan = await this.#plan();
    if (plan.refusals.length > 0) throw new Error(plan.refusals[0]);
    const { titles } = this.#options;
    if (titles !== undefined) checkTitles(this.#store, titles);
    for (const warning of plan.warnings) this.#reporter.warn(warning);
    await this.#batch(plan);
    const summary = await this.#publish(plan);
    await this.#expireOrWarn(plan);
    return summary;
  }

  /** The charts are out: what cannot be deleted now is left to the next run. */
  async #expireOrWarn(plan: RunPlan): Promise<void> {
    try {
      await this.#expire(plan);
    } catch (error) {
      if (!(error instanceof StoreError || error instanceof EngineError)) throw error;
      this.#reporter.warn(`${lowerFirst(error.message)}; the charts are published`);
    }
  }

  /** Completes or clears what an earlier process left. */
  async #recover(): Promise<void> {
    const { batch, results, quarantine } = this.#options;
    const warn = (text: string): void => this.#reporter.warn(text);
    tellRecovery(recoverJoint(this.#store, { batch, results, quarantine }), warn);
    await this.#engine.recover();
    this.#history.recover();
    if (quarantine !== undefined) recover(this.#store, quarantine);
    const completed = recover(this.#store, results);
    if (completed.length > 0) {
      this.#reporter.warn(
        `completed what an earlier run had begun to publish: ${completed.join(", ")}`,
      );
    }
  }

  async #plan(): Promise<RunPlan> {
    const stored = await this.#engine.stored();
    const planned = planWithInventory(this.#options, this.#store, stored);
    const { plan } = planned;
    this.#plans = [plan, ...plansOf(this.#tools.laterDates, planned)];
    return plan;
  }

  /** Tells how much work is ahead, of this date and of those after it. */
  #foresee(): void {
    this.#tools.course.forecast.expect(expectedStages(this.#plans, {
      charts: this.#options.charts.map(({ kind }) => kind),
      kinds: this.#shape.keys,
      manifests: this.#manifests,
    }));
  }

  /** Builds what is to be built. */
  async #batch(plan: RunPlan): Promise<void> {
    for (const day of plan.days) {
      if (day.act === "reuse") this.#reuse(day);
    }
    for (const day of plan.days) {
      if (day.act !== "build") continue;
      this.#foresee();
      await this.#build(day, plan.date);
    }
    this.#foresee();
  }

  #reuse({ manifest }: DayPlan & { act: "reuse" }): void {
    const { day } = manifest;
    this.#reporter.note(`Batch of ${formatDay(day)} is there: ${tallyOf(manifest).rows} rows`);
    this.#manifests.set(day, manifest);
    const quarantine = this.#options.quarantine;
    if (quarantine === undefined || rejectedCount(tallyOf(manifest).rejected) === 0) return;
    const isKept = manifest.quarantine !== undefined &&
      isQuarantineThere(this.#store, quarantine, manifest.quarantine);
    if (isKept) return;
    this.#reporter.note(
      `Rejected rows of ${formatDay(day)} are not in "${quarantine}": ` +
        "its batch was made without, or they were deleted",
    );
  }

  async #build(
    { day, logs, why }: Pick<DayPlan & { act: "build" }, "day" | "logs" | "why">,
    date: Day,
  ): Promise<void> {
    for (const { name } of logs) {
      this.#reporter.note(`Reading log "${this.#options.logs}/${name}" (${why})`);
    }
    this.#meter.begin({ stage: "batching", date, day });
    const manifest = await this.#buildSettled(logs).catch(async (error) => {
      throw await withAdvice(this.#store, error, {
        folder: this.#options.logs,
        logs,
        options: this.#options,
      });
    });
    this.#meter.end();
    for (const { name, reader, compression } of manifest.logs) {
      const how = compression === undefined ? reader : `${reader}, ${compression}`;
      this.#reporter.note(`Read log "${this.#options.logs}/${name}" by reader ${how}`);
    }
    this.#manifests.set(day, manifest);
    this.#built.add(day);
  }

  /** Builds a batch; where a log changed meanwhile, once more when it no longer does. */
  async #buildSettled(logs: readonly FoundLog[]): Promise<Manifest> {
    const { settleSeconds = 0 } = this.#options;
    try {
      return await this.#engine.build(logs, this.#meter);
    } catch (error) {
      if (!(error instanceof UnsettledLogError) || settleSeconds === 0) throw error;
      this.#reporter.warn(`${lowerFirst(error.message)}; waiting for ${settleSeconds} s`);
      const before = this.#found(logs);
      await pause(1000 * settleSeconds, this.#signal);
      const after = this.#found(logs);
      const isGone = after.length < logs.length;
      if (isGone || !hasSameLogs(before, after)) throw error;
      return await this.#engine.build(after, this.#meter);
    }
  }

  /** The same logs as they are now. */
  #found(logs: readonly FoundLog[]): FoundLog[] {
    const names = new Set(logs.map(({ name }) => name));
    const { logs: folder, logPattern } = this.#options;
    return listLogs(this.#store, folder, logPattern).filter(({ name }) => names.has(name));
  }

  /** Makes the reports; a batch that turns out to be damaged is built again, once. */
  async #publish(plan: RunPlan): Promise<RunSummary> {
    for (;;) {
      try {
        const summary = await makeReports({
          plan,
          options: this.#options,
          store: this.#store,
          engine: this.#engine,
          history: this.#history,
          meter: this.#meter,
          manifests: this.#manifests,
          summary: (reports) => this.#summary(plan, reports),
          warn: (text) => this.#reporter.warn(text),
        });
        this.#engine.clear();
        return summary;
      } catch (error) {
        this.#tryToClearRuns();
        await this.#rebuild(plan, error);
      }
    }
  }

  /** After a failure, whose own error is the one to be shown. */
  #tryToClearRuns(): void {
    try {
      this.#engine.clear();
    } catch {
      // What cannot be deleted now is deleted by the next start.
    }
  }

  #summary(plan: RunPlan, reports: RunSummary["reports"]): RunSummary {
    return summaryOf({
      plan,
      reports,
      asked: askedOf(this.#options),
      manifests: this.#manifests,
      builtDays: this.#built,
      seconds: { ...this.#meter.seconds },
      peakMemoryBytes: this.#meter.peakMemoryBytes,
      versions: { ...this.#options.versions, ...this.#engine.versions },
      hasQuarantine: this.#options.quarantine !== undefined,
    });
  }

  /** Builds a day again that an error says is damaged; throws the error where that cannot be. */
  async #rebuild(plan: RunPlan, damage: unknown): Promise<void> {
    const day = this.#engine.damagedDay(damage);
    const damaged = plan.days.find((each) => each.day === day);
    const isNew = damaged === undefined || this.#built.has(damaged.day);
    if (!(damage instanceof Error) || isNew || damaged.act !== "reuse") throw damage;
    if (damaged.logs.length === 0) {
      throw new Error(
        `${damage.message}; the log of ${formatDay(damaged.day)} is gone, ` +
          "expected the log to build the batch again",
        { cause: damage },
      );
    }
    this.#reporter.warn(`${lowerFirst(damage.message)}; building it again from its log`);
    await this.#build({ day: damaged.day, logs: damaged.logs, why: "damaged batch" }, plan.date);
  }

  /** Deletes what has left the window; the charts are out by now. */
  async #expire(plan: RunPlan): Promise<void> {
    for (const day of plan.expiredQuarantines) {
      this.#reporter.note(`Deleting the rejected rows of ${formatDay(day)}`);
      removeQuarantine(this.#store, this.#options.quarantine!, day);
    }
    for (const day of plan.expired) {
      this.#reporter.note(`Deleting the batch of ${formatDay(day)}`);
      await this.#engine.remove(day);
    }
    const { results, keepHistoryDays } = this.#options;
    this.#history.expire(plan.date, keepHistoryDays, (text) => this.#reporter.note(text));
    for (const name of plan.expiredResults) {
      this.#reporter.note(`Deleting result "${name}"`);
      this.#store.remove(`${results}/${name}`);
    }
  }
}

function askedOf(
  { charts, isCompressed, hasMovement = false, titles }: DailyRunOptions,
): AskedSummary {
  const compress = isCompressed ? "gz" : "none";
  return { charts, compress, movement: hasMovement, titles: titles !== undefined };
}
