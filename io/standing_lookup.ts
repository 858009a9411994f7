/**
 * Looking up why a song stands where it stands in the chart of a key.
 *
 * @module
 */

import { crc32 } from "node:zlib";
import { memoryScratch, narrowInputs } from "../core/batching.ts";
import { batchKindOf, type ChartKind, worldInputs } from "../core/chart.ts";
import type { Day } from "../core/day.ts";
import type { Engine, OpenBatch } from "../core/engine.ts";
import type { LogRecord } from "../core/manifest.ts";
import { MAX_FAN_IN } from "../core/merge.ts";
import { type Standing, standingOf } from "../core/standing.ts";
import type { Step } from "../core/steps.ts";
import { BatchWindow } from "./batch_window.ts";
import { againIfDisturbed, type LookupContext, type LookupOptions, sum } from "./chart_lookup.ts";
import { drive } from "./drive.ts";

/** A song of a chart. */
export interface ChartPlace {
  readonly kind: ChartKind;
  /** A country's code, or a user's id; of the world it is `world`. */
  readonly key: string;
  readonly song: string;
}

/** A day of the window that has a batch. */
export interface PlayedDay {
  readonly day: Day;
  /** Streams of the song by the key. */
  readonly streams: number;
  /** The logs that the batch was made of. */
  readonly logs: readonly LogRecord[];
}

/** Why a song stands where it stands. */
export interface FoundStanding extends ChartPlace, Standing {
  /** Ascending. */
  readonly days: readonly PlayedDay[];
}

/** How batches are read: no more than the blocks of a key. */
const READING = { cursorBytes: 0, isExact: true } as const;

/** Looks up where songs stand in the charts of one window. */
export class StandingLookup {
  readonly #options: LookupOptions;
  readonly #context: LookupContext;
  #batches: BatchWindow;

  /** @throws {Error} where there is no batch in the window, or one that cannot be used */
  constructor(options: LookupOptions, context: LookupContext) {
    this.#options = options;
    this.#context = context;
    this.#batches = BatchWindow.find(options, context.store);
  }

  /** The batches of the window, as they were found last. */
  get batches(): BatchWindow {
    return this.#batches;
  }

  /**
   * Looks up where a song stands.
   *
   * Cost: all entries of the key are read, of the world all of the batches by country. Memory: a
   * merge; of the world the merged runs of the batches besides.
   *
   * @throws {Error} where a batch is damaged, or there are none by this kind of key
   */
  async standing(place: ChartPlace): Promise<FoundStanding> {
    const findAgain = (): void => {
      this.#batches = BatchWindow.find(this.#options, this.#context.store);
    };
    return await againIfDisturbed(() => this.#standing(place), findAgain);
  }

  async #standing(place: ChartPlace): Promise<FoundStanding> {
    const batches = this.#batches;
    const { top } = this.#options;
    return await batches.with(batches.days, batchKindOf(place.kind), async (open, engine) => {
      const drivenBy = <T>(steps: Generator<Step, T>): Promise<T> =>
        drive(steps, () => {}, this.#context.signal);
      const byDay: number[] = [];
      for (const batch of open) byDay.push(await drivenBy(streamsIn(batch, place, engine)));
      const days = batches.days.map((day, i) => (
        { day, streams: byDay[i], logs: batches.manifestOf(day)!.logs }
      ));
      const wanted = { song: place.song, streams: sum(byDay), top };
      const standing = await drivenBy(standingSteps(open, place, wanted, engine));
      return { ...place, ...standing, days };
    });
  }
}

/** How often the song was played on the day of a batch. */
function* streamsIn(
  batch: OpenBatch,
  { kind, key, song }: ChartPlace,
  engine: Engine,
): Generator<Step, number> {
  if (kind !== "user") {
    const counts = engine.songCounts(batch, song);
    return sum(
      counts.filter((each) => kind === "world" || each.key === key).map((each) => each.count),
    );
  }
  const merger = engine.merger([{ batch, range: engine.rangeOfKey(kind, key) }], READING);
  const compare = engine.songOrder(song);
  while (merger.next()) {
    const { songs, counts, from, to } = merger.segment;
    for (let i = from; i < to; i++) {
      if (compare(songs[i], merger.texts) === 0) return counts[i];
    }
    yield { logBytes: 0, entries: to - from };
  }
  return 0;
}

function* standingSteps(
  open: readonly OpenBatch[],
  { kind, key }: ChartPlace,
  wanted: { readonly song: string; readonly streams: number; readonly top: number },
  engine: Engine,
): Generator<Step, Standing> {
  const isWorld = kind === "world";
  const range = isWorld ? undefined : engine.rangeOfKey(batchKindOf(kind), key);
  const given = isWorld ? worldInputs(open, engine) : open.map((batch) => ({ batch, range }));
  const tools = { scratch: memoryScratch(), checksum: crc32, fanIn: MAX_FAN_IN, engine };
  const narrowed = yield* narrowInputs(given, { ...tools, ...READING, isWorld });
  const merger = engine.merger(narrowed.inputs, { ...READING, isWorld });
  return yield* standingOf(merger, wanted, engine);
}
