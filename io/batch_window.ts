/**
 * The batches of a window as whoever reads them finds them: without logs, and without the lock of a
 * run.
 *
 * @module
 */

import { crc32 } from "node:zlib";
import { BatchError } from "../core/batch_format.ts";
import { type Day, daysOf, formatDay, type Window, windowEnding } from "../core/day.ts";
import { type Engine, engineOf, type OpenBatch } from "../core/engine.ts";
import type { Manifest } from "../core/manifest.ts";
import { batchFileName, batchFolderName, dayOfBatchFolder, MANIFEST_NAME } from "../core/names.ts";
import type { IdKind, KeyKind } from "../core/streams.ts";
import { FileSource } from "./byte_files.ts";
import { readManifest } from "./inventory.ts";
import type { Store } from "./store.ts";

/** Which batches are looked for. */
export interface WantedBatches {
  /** The folder of the batches. */
  readonly batch: string;
  /** The last day of the window; the newest that has a batch by default. */
  readonly date?: Day;
  readonly windowDays: number;
  /** What ids must be; as those of the last day are by default. */
  readonly ids?: IdKind;
}

/** What helps where a batch cannot be read. */
export const HOW_TO_REBUILD = "topstreams run builds the batch again from its log";

/** The batches of a window. */
export class BatchWindow {
  readonly window: Window;
  readonly ids: IdKind;
  /** The days that have a batch, ascending. */
  readonly days: readonly Day[];
  readonly #manifests: ReadonlyMap<Day, Manifest>;
  readonly #folder: string;
  readonly #store: Store;

  private constructor(
    { window, ids, manifests }: {
      readonly window: Window;
      readonly ids: IdKind;
      readonly manifests: ReadonlyMap<Day, Manifest>;
    },
    folder: string,
    store: Store,
  ) {
    this.window = window;
    this.ids = ids;
    this.days = [...manifests.keys()].sort((a, b) => a - b);
    this.#manifests = manifests;
    this.#folder = folder;
    this.#store = store;
  }

  /**
   * Finds the batches of a window.
   *
   * @throws {Error} where there is none, or one that cannot be used
   */
  static find({ batch, date, windowDays, ids }: WantedBatches, store: Store): BatchWindow {
    const names = store.list(batch);
    if (names === undefined) {
      throw new Error(
        `Cannot read folder "${batch}": not found, expected the folder of the batches (--batch DIR)`,
      );
    }
    const days = names.flatMap((name) => dayOfBatchFolder(name) ?? []).sort((a, b) => b - a);
    const newest = days.find((day) => readManifest(store, batch, day) !== undefined);
    if (newest === undefined) {
      throw new Error(
        `Cannot find charts in "${batch}": no batch in it, expected those of topstreams run`,
      );
    }
    const window = windowEnding(date ?? newest, windowDays);
    const manifests = new Map<Day, Manifest>();
    for (const day of days.filter((day) => day >= window.from && day <= window.to)) {
      const manifest = soundManifest(store, batch, day);
      if (manifest !== undefined) manifests.set(day, manifest);
    }
    if (manifests.size === 0) {
      throw new Error(
        `Cannot find charts of ${spanOf(window)}: no batch of any day, expected at least one ` +
          `(the newest day there is: --date ${formatDay(newest)})`,
      );
    }
    return new BatchWindow({ window, manifests, ids: idsOf(manifests, ids) }, batch, store);
  }

  /** What is known of the batch of a day, if it has one. */
  manifestOf(day: Day): Manifest | undefined {
    return this.#manifests.get(day);
  }

  /** The days of the window that have no batch. */
  get daysMissing(): Day[] {
    return daysOf(this.window).filter((day) => !this.#manifests.has(day));
  }

  /**
   * The batches of another window, of the same kind of ids.
   *
   * @returns `undefined` where not every day of it has a batch by this kind of key
   */
  whole(window: Window, kind: KeyKind): BatchWindow | undefined {
    const manifests = new Map<Day, Manifest>();
    for (const day of daysOf(window)) {
      const manifest = this.#manifests.get(day) ?? readManifest(this.#store, this.#folder, day);
      if (manifest === undefined || typeof manifest === "string") return undefined;
      const { ids, keys } = manifest.shape;
      if (ids !== this.ids || !keys.includes(kind)) return undefined;
      manifests.set(day, manifest);
    }
    return new BatchWindow({ window, ids: this.ids, manifests }, this.#folder, this.#store);
  }

  /**
   * Opens batches while they are used.
   *
   * @param days days that have a batch
   * @throws {BatchError} where one is damaged, or was deleted meanwhile
   * @throws {Error} where there is none by this kind of key
   */
  async with<T>(
    days: readonly Day[],
    kind: KeyKind,
    use: (batches: OpenBatch[], engine: Engine) => T | Promise<T>,
  ): Promise<T> {
    const engine = engineOf(this.ids);
    const sources: FileSource[] = [];
    try {
      const batches = days.map((day) => {
        const source = this.#open(day, kind);
        sources.push(source);
        const batch = engine.openBatch(source, crc32);
        const { header } = batch;
        if (header.day === day && header.kind === kind) return batch;
        const expected = `expected the batch of ${formatDay(day)} by ${kind}`;
        throw new BatchError(source.name, 0, `another batch, ${expected}`);
      });
      return await use(batches, engine);
    } finally {
      for (const source of sources) source.close();
    }
  }

  #open(day: Day, kind: KeyKind): FileSource {
    const path = `${this.#folder}/${batchFolderName(day)}/${batchFileName(kind)}`;
    const { keys } = this.#manifests.get(day)!.shape;
    if (!keys.includes(kind)) {
      throw new Error(
        `Cannot find charts by ${kind} of ${formatDay(day)}: batches by ${keys.join(" and ")} ` +
          `alone, expected one by ${kind} (topstreams run --by ${[...keys, kind].join(",")})`,
      );
    }
    if (this.#store.info(path) === undefined) {
      throw new BatchError(path, 0, "not found, expected a batch");
    }
    return new FileSource(this.#store.openToRead(path));
  }
}

function soundManifest(store: Store, folder: string, day: Day): Manifest | undefined {
  const manifest = readManifest(store, folder, day);
  if (typeof manifest !== "string") return manifest;
  const path = `${folder}/${batchFolderName(day)}/${MANIFEST_NAME}`;
  throw new Error(`Cannot read batch "${path}": ${manifest}; ${HOW_TO_REBUILD}`);
}

/** The kind of ids that all batches have. */
function idsOf(manifests: ReadonlyMap<Day, Manifest>, wanted: IdKind | undefined): IdKind {
  const newestFirst = [...manifests].sort(([a], [b]) => b - a);
  const expected = wanted ?? newestFirst[0][1].shape.ids;
  const other = newestFirst.find(([, { shape }]) => shape.ids !== expected);
  if (other === undefined) return expected;
  const [day, { shape }] = other;
  const why = wanted === undefined ? "as those of the last day" : "(--ids)";
  throw new Error(
    `Cannot use the batch of ${formatDay(day)}: ids of kind ${shape.ids}, ` +
      `expected ${expected} ${why}`,
  );
}

/** Writes a window as text: `2021-11-25 to 2021-12-01`, or one day. */
export function spanOf({ from, to }: Window): string {
  return from === to ? formatDay(to) : `${formatDay(from)} to ${formatDay(to)}`;
}
