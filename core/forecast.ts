/**
 * How far a run is, and how long the rest of it takes: the work of all its stages in one measure.
 *
 * @module
 */

import { batchKindOf, type ChartKind } from "./chart.ts";
import type { Day } from "./day.ts";
import { type Manifest, tallyOf } from "./manifest.ts";
import { type DayPlan, type RunPlan, usedDays } from "./plan.ts";
import type { KeyKind } from "./streams.ts";
import type { StageSeconds } from "./summary.ts";

/** The work of a stage. */
export interface StageWork {
  readonly stage: keyof StageSeconds;
  /** The date of the charts that the work is for. */
  readonly date?: Day;
  /** The day whose logs are read. */
  readonly day?: Day;
  /** The chart that is made. */
  readonly kind?: ChartKind;
  /** Bytes to be read: of logs, or of batches. */
  readonly bytes: number;
  /** Rows that are in them. */
  readonly rows: number;
  /** Entries to be sorted or merged. */
  readonly entries: number;
}

/** What is done of a stage. */
export type StageDone = Pick<StageWork, "bytes" | "entries">;

/**
 * Seconds that work takes on two cores of a small server, measured with 30 million rows. Only their
 * ratio matters after a while: how fast this machine is shows in what is done.
 */
const SECONDS = { byteRead: 2e-9, entrySorted: 35e-9, entryMerged: 40e-9, publishing: 0.05 };

/** Before so much is done, the machine counts for less than the figures above. */
const PRIOR_SECONDS = 2;

/** What is assumed of logs of which nothing is known. */
const USUAL = { bytesOfRow: 24, entriesOfRow: { country: 0.8, user: 1 } } as const;

function costOf({ stage }: StageWork, { bytes, entries }: StageDone): number {
  if (stage === "publishing") return SECONDS.publishing;
  if (stage === "charting") return entries * SECONDS.entryMerged;
  return bytes * SECONDS.byteRead + entries * SECONDS.entrySorted;
}

/**
 * Follows a run through its stages. The share that is done never goes back; the time that is left is
 * that of the work ahead at the speed of the work behind.
 *
 * @example
 * ```ts
 * import { Forecast } from "./forecast.ts";
 * const forecast = new Forecast();
 * const day = { stage: "batching", day: 1, rows: 9, bytes: 1e9, entries: 0 } as const;
 * forecast.expect([day, { ...day, day: 2 }]);
 * forecast.begin(day);
 * forecast.done({ bytes: 1e9, entries: 0 });
 * if (forecast.at(4).share !== 0.5) throw new Error();
 * ```
 */
export class Forecast {
  #ahead: StageWork[] = [];
  #current?: StageWork;
  #currentDone = 0;
  #behind = 0;
  #share = 0;

  /** Takes what is ahead, in order; may be told anew between two stages when more is known. */
  expect(stages: readonly StageWork[]): void {
    this.#ahead = [...stages];
  }

  /**
   * Begins a stage. What was expected before it does not come any more.
   *
   * @returns the stage as it was expected, or as it is given where it was not
   */
  begin(stage: StageWork): StageWork {
    this.end();
    const at = this.#ahead.findIndex((each) => isSameStage(each, stage));
    this.#current = at < 0 ? stage : this.#ahead[at];
    this.#ahead.splice(0, at + 1);
    return this.#current;
  }

  /** Takes what is done of the stage, in all. */
  done(done: StageDone): void {
    if (this.#current === undefined) return;
    const all = costOf(this.#current, this.#current);
    this.#currentDone = Math.min(all, costOf(this.#current, done));
    if (this.#current.stage === "publishing") this.#currentDone = 0;
  }

  /** Ends the stage. */
  end(): void {
    if (this.#current !== undefined) this.#behind += costOf(this.#current, this.#current);
    this.#current = undefined;
    this.#currentDone = 0;
  }

  /**
   * Says how far the run is.
   *
   * @param seconds since the start
   * @returns the share of the work that is done, 0 to 1, and about how many seconds are left
   */
  at(seconds: number): { readonly share: number; readonly secondsLeft: number } {
    const done = this.#behind + this.#currentDone;
    const current = this.#current === undefined ? 0 : costOf(this.#current, this.#current);
    const left = Math.max(0, current - this.#currentDone) +
      this.#ahead.reduce((sum, stage) => sum + costOf(stage, stage), 0);
    if (done + left > 0) this.#share = Math.max(this.#share, done / (done + left));
    const slowness = (seconds + PRIOR_SECONDS) / (done + PRIOR_SECONDS);
    return { share: this.#share, secondsLeft: left * slowness };
  }
}

function isSameStage(a: StageWork, b: StageWork): boolean {
  return a.stage === b.stage && a.date === b.date && a.day === b.day && a.kind === b.kind;
}

/** What decides how much work a run has. */
export interface ForecastRequest {
  /** The charts, in the order in which they are made. */
  readonly charts: readonly ChartKind[];
  /** The kinds of key that batches are made by. */
  readonly kinds: readonly KeyKind[];
  /** Batches that are there, by their days. */
  readonly manifests: ReadonlyMap<Day, Manifest>;
}

/**
 * Lists the stages that are ahead: of each plan the days to be built and the charts.
 *
 * A day that several plans build is built by the first. What is in a log that was not read is
 * guessed by its size and by the batches that are there.
 *
 * @param plans of the dates that are ahead, ascending
 */
export function expectedStages(plans: readonly RunPlan[], request: ForecastRequest): StageWork[] {
  const known = knownDays(plans, request);
  const built = new Set<Day>(request.manifests.keys());
  const guess = guesser(known);
  return plans.flatMap((plan) => {
    const { date } = plan;
    const works = new Map(plan.days.map((day) => [day.day, workOfDay(day, known, guess)]));
    const batching = plan.days.flatMap((day): StageWork[] => {
      if (day.act !== "build" || built.has(day.day)) return [];
      built.add(day.day);
      const { bytes, rows } = works.get(day.day)!;
      const entries = rows * request.kinds.length;
      return [{ stage: "batching", date, day: day.day, bytes, rows, entries }];
    });
    const days = usedDays(plan).map((day) => works.get(day)!);
    const sum = (value: (work: DayWork) => number): number =>
      days.reduce((total, day) => total + value(day), 0);
    const rows = sum((day) => day.rows);
    const charts = request.charts.map((kind): StageWork => {
      const key = batchKindOf(kind);
      const [bytes, entries] = [
        sum((day) => day.batchBytes[key]),
        sum((day) => day.entries[key]),
      ];
      // Countries are merged into the world in more than one round.
      const rounds = kind === "world" ? 2 : 1;
      return { stage: "charting", date, kind, bytes, rows, entries: rounds * entries };
    });
    const publishing: StageWork = { stage: "publishing", date, bytes: 0, rows: 0, entries: 0 };
    return [...batching, ...charts, publishing];
  });
}

/** What a day has to be read, sorted and merged. */
interface DayWork {
  readonly bytes: number;
  readonly rows: number;
  readonly batchBytes: Readonly<Record<KeyKind, number>>;
  readonly entries: Readonly<Record<KeyKind, number>>;
}

function knownDays(plans: readonly RunPlan[], { manifests }: ForecastRequest): Map<Day, DayWork> {
  const reused = plans.flatMap(({ days }) =>
    days.flatMap((day) => day.act === "reuse" ? [day.manifest] : [])
  );
  return new Map([...reused, ...manifests.values()].map((each) => [each.day, workIn(each)]));
}

function workIn(manifest: Manifest): DayWork {
  const { batches: { country, user }, logs } = manifest;
  const { rows } = tallyOf(manifest);
  return {
    bytes: logs.reduce((sum, log) => sum + log.sizeBytes, 0),
    rows,
    batchBytes: { country: country?.sizeBytes ?? 0, user: user?.sizeBytes ?? 0 },
    entries: { country: country?.entryCount ?? 0, user: user?.entryCount ?? 0 },
  };
}

/** Guesses what is in logs by the days that are known. */
function guesser(known: ReadonlyMap<Day, DayWork>): (bytes: number) => DayWork {
  const days = [...known.values()].filter((day) => day.rows > 0);
  const sum = (value: (day: DayWork) => number): number =>
    days.reduce((total, day) => total + value(day), 0);
  const rowsKnown = sum((day) => day.rows);
  const bytesOfRow = rowsKnown === 0 ? USUAL.bytesOfRow : sum((day) => day.bytes) / rowsKnown;
  return (bytes) => {
    const rows = bytes / bytesOfRow;
    const perRow = (kind: KeyKind): number =>
      sum((day) => day.entries[kind]) / rowsKnown || USUAL.entriesOfRow[kind];
    const entries = { country: rows * perRow("country"), user: rows * perRow("user") };
    const bytesOfEntry = (kind: KeyKind): number =>
      sum((day) => day.batchBytes[kind]) / sum((day) => day.entries[kind]) || 3;
    return {
      bytes,
      rows,
      entries,
      batchBytes: {
        country: entries.country * bytesOfEntry("country"),
        user: entries.user * bytesOfEntry("user"),
      },
    };
  };
}

function workOfDay(
  day: DayPlan,
  known: ReadonlyMap<Day, DayWork>,
  guess: (bytes: number) => DayWork,
): DayWork {
  const found = known.get(day.day);
  if (found !== undefined) return found;
  const logs = day.act === "build" ? day.logs : [];
  return guess(logs.reduce((sum, log) => sum + log.sizeBytes, 0));
}
