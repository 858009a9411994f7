/**
 * Looking up charts in the folder of the batches: any keys, date and number of days.
 *
 * A run may publish and delete batches meanwhile. A file that is open stays as it is; where one is
 * gone, or is not what the folder said, all is looked up once more.
 *
 * @module
 */

import { crc32 } from "node:zlib";
import { BatchError } from "../core/batch_format.ts";
import { memoryScratch } from "../core/batching.ts";
import { batchKindOf, type ChartKind, chartSteps } from "../core/chart.ts";
import { type Day, windowEnding } from "../core/day.ts";
import { hasHistory } from "../core/history.ts";
import { type KeptRow, rowKeeper } from "../core/kept_rows.ts";
import { MAX_FAN_IN } from "../core/merge.ts";
import { type Movement, MovementFinder } from "../core/movement.ts";
import { BatchWindow, HOW_TO_REBUILD, type WantedBatches } from "./batch_window.ts";
import { drive } from "./drive.ts";
import { History } from "./history.ts";
import { type Store, StoreError } from "./store.ts";

/** What is looked up. */
export interface LookupOptions extends WantedBatches {
  /** The most songs of a key. */
  readonly top: number;
  /** The date that ranks are compared with; the day before by default. */
  readonly compare?: Day;
}

/** What looking up works with. */
export interface LookupContext {
  readonly store: Store;
  readonly warn: (text: string) => void;
  readonly signal?: { readonly aborted: boolean };
}

/** One key of a chart. */
export interface FoundChart extends KeptRow {
  readonly kind: ChartKind;
  /** Streams of the window, those of songs below the top too; 0 where the key has none. */
  readonly streamCount: number;
  /** One for each song. */
  readonly movements: readonly Movement[];
}

/** Where and how often a song was played. */
export interface FoundSong {
  readonly song: string;
  /** Countries, most streams first; for each of the days that have a batch its streams. */
  readonly countries: readonly { readonly key: string; readonly byDay: readonly number[] }[];
}

/** The earlier chart of a user is looked at so deep. */
const USER_DEPTH = 1000;

/** Looks up charts of one window. */
export class ChartLookup {
  readonly #options: LookupOptions;
  readonly #context: LookupContext;
  readonly #history: History;
  #batches: BatchWindow;

  /** @throws {Error} where there is no batch in the window, or one that cannot be used */
  constructor(options: LookupOptions, context: LookupContext) {
    this.#options = options;
    this.#context = context;
    this.#history = new History(context.store, options.batch, context.warn);
    this.#batches = BatchWindow.find(options, context.store);
  }

  /** The batches of the window, as they were found last. */
  get batches(): BatchWindow {
    return this.#batches;
  }

  /** The date that ranks are compared with. */
  get compared(): Day {
    return this.#options.compare ?? this.#batches.window.to - 1;
  }

  /**
   * Looks up a chart of one key.
   *
   * @param key a country's code, or a user's id; of the world it is `world`
   * @throws {Error} where a batch is damaged, or there are none by this kind of key
   */
  async chart(kind: ChartKind, key: string): Promise<FoundChart> {
    return await this.#again(async () => {
      const wanted = { kind, key, top: this.#options.top };
      const { row, streamCount } = await this.#row(this.#batches, wanted);
      const movements = kind === "user" ? await this.#movedUser(row) : this.#moved(kind, row);
      return { ...row, kind, streamCount, movements };
    });
  }

  #moved(kind: ChartKind, row: KeptRow): readonly Movement[] {
    if (!hasHistory(kind)) return [];
    const { windowDays, compare } = this.#options;
    const { ids, window } = this.#batches;
    const shown = { kind, date: window.to, windowDays, ids, compare, charts: [row] };
    return this.#history.moved(shown)[0].movements;
  }

  /** Users have no history: the batches of the earlier window tell, where all of them are there. */
  async #movedUser({ key, songs }: KeptRow): Promise<Movement[]> {
    const { windowDays, top } = this.#options;
    const finder = new MovementFinder(new Map([[key, songs]]));
    const earlier = this.#batches.whole(windowEnding(this.compared, windowDays), "user");
    if (earlier !== undefined) {
      const depth = Math.max(top, USER_DEPTH);
      const { row } = await this.#row(earlier, { kind: "user", key, top: depth });
      finder.take({ songs: new Map([[key, row.songs]]), top: depth, when: "compared" });
    }
    // How long a song is on the chart is not known without a history.
    return finder.of(key).map(({ daysOnChart: _days, peak: _peak, ...movement }) => movement);
  }

  async #row(
    batches: BatchWindow,
    { kind, key, top }: { readonly kind: ChartKind; readonly key: string; readonly top: number },
  ): Promise<{ readonly row: KeptRow; readonly streamCount: number }> {
    const rows: KeptRow[] = [];
    const isWorld = kind === "world";
    const batchKind = batchKindOf(kind);
    const size = await batches.with(batches.days, batchKind, (open, engine) => {
      const job = {
        batches: open,
        top,
        isWorld,
        range: isWorld ? undefined : engine.rangeOfKey(batchKind, key),
        isExact: true,
        printer: rowKeeper({ kind, top, ids: engine.ids }, top, rows),
        sink: { write: () => {} },
      };
      const tools = { scratch: memoryScratch(), checksum: crc32, fanIn: MAX_FAN_IN, engine };
      const steps = chartSteps(job, { ...tools, cursorBytes: 0 });
      return drive(steps, () => {}, this.#context.signal);
    });
    return { row: rows[0] ?? { key, songs: [], streams: [] }, streamCount: size.streamCount };
  }

  /**
   * Looks up where and how often a song was played on the days of the window.
   *
   * @throws {Error} where a batch is damaged, or there are none by country
   */
  async song(song: string): Promise<FoundSong> {
    return await this.#again(async () => {
      const { days } = this.#batches;
      const counts = new Map<string, number[]>();
      for (const [i, day] of days.entries()) {
        const found = await this.#batches.with(
          [day],
          "country",
          ([batch], engine) => engine.songCounts(batch, song),
        );
        for (const { key, count } of found) {
          if (!counts.has(key)) counts.set(key, days.map(() => 0));
          counts.get(key)![i] = count;
        }
      }
      const countries = [...counts].map(([key, byDay]) => ({ key, byDay }));
      countries.sort((a, b) => sum(b.byDay) - sum(a.byDay) || (a.key < b.key ? -1 : 1));
      return { song, countries };
    });
  }

  async #again<T>(action: () => Promise<T>): Promise<T> {
    return await againIfDisturbed(action, () => {
      this.#batches = BatchWindow.find(this.#options, this.#context.store);
    });
  }
}

/**
 * Does what a run that publishes or deletes batches may disturb, at most twice.
 *
 * @param findAgain looks again for what there is
 */
export async function againIfDisturbed<T>(
  action: () => Promise<T>,
  findAgain: () => void,
): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (!isDisturbed(error)) throw error;
    findAgain();
  }
  try {
    return await action();
  } catch (error) {
    if (!(error instanceof BatchError)) throw error;
    throw new Error(`${error.message}; ${HOW_TO_REBUILD}`, { cause: error });
  }
}

/** Whether an error may come from a batch that was replaced or deleted while it was opened. */
function isDisturbed(error: unknown): boolean {
  return error instanceof BatchError ||
    error instanceof StoreError && error.cause instanceof Deno.errors.NotFound;
}

/** Adds up numbers. */
export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
