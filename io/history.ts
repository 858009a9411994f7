/**
 * The history of charts on disk: reading it, adding to it, deleting what is too old.
 *
 * @module
 */

import { crc32 } from "node:zlib";
import { compactDay, type Day, formatDay } from "../core/day.ts";
import {
  decodeHistory,
  encodeHistory,
  HISTORY_FOLDER,
  HISTORY_KINDS,
  type HistoryChart,
  historyFileName,
  type HistoryKind,
  type HistoryManifest,
  parseTop,
} from "../core/history.ts";
import type { KeptRow } from "../core/kept_rows.ts";
import { type Movement, MovementFinder } from "../core/movement.ts";
import { dayOfBatchFolder, MANIFEST_NAME } from "../core/names.ts";
import { expired } from "../core/retention.ts";
import type { IdKind } from "../core/streams.ts";
import { Publication, readBytes, readText, recover } from "./publication.ts";
import type { FileSink } from "./byte_files.ts";
import type { Store } from "./store.ts";

/** A chart whose movement is asked for. */
export interface ShownChart {
  readonly kind: HistoryKind;
  readonly date: Day;
  readonly windowDays: number;
  readonly ids: IdKind;
  /** The date that is compared with; the day before by default. */
  readonly compare?: Day;
  /** Its keys. */
  readonly charts: readonly KeptRow[];
}

/** One key of a chart, and how its songs came to their ranks. */
export interface MovedChart extends KeptRow {
  /** One for each song. */
  readonly movements: readonly Movement[];
}

/** The history in a folder of batches. */
export class History {
  readonly #store: Store;
  readonly #folder: string;
  readonly #warn: (text: string) => void;
  /** What manifests say, as far as they were read. */
  readonly #manifests = new Map<Day, HistoryManifest | undefined>();

  /** @param warn told of what is no history though it has its name, once each */
  constructor(store: Store, batchFolder: string, warn: (text: string) => void) {
    this.#store = store;
    this.#folder = `${batchFolder}/${HISTORY_FOLDER}`;
    this.#warn = warn;
  }

  #folderOf(date: Day): string {
    return `${this.#folder}/${compactDay(date)}`;
  }

  /** The dates that have a folder, ascending. */
  dates(): Day[] {
    return (this.#store.list(this.#folder) ?? []).flatMap((name) => {
      const isFolder = this.#store.info(`${this.#folder}/${name}`)?.isFolder === true;
      return (isFolder ? dayOfBatchFolder(name) : undefined) ?? [];
    });
  }

  /** What the history says of a chart of a date; `undefined` where it has none that is sound. */
  about(date: Day, kind: HistoryKind): HistoryChart | undefined {
    if (!this.#manifests.has(date)) this.#manifests.set(date, this.#readManifest(date));
    return this.#manifests.get(date)?.charts[kind];
  }

  #readManifest(date: Day): HistoryManifest | undefined {
    const path = `${this.#folderOf(date)}/${MANIFEST_NAME}`;
    if (this.#store.info(path) === undefined) return undefined;
    const manifest = decodeHistory(readText(this.#store, path));
    const isOther = typeof manifest !== "string" && manifest.date !== date;
    if (typeof manifest !== "string" && !isOther) return manifest;
    this.#passOver(path, isOther ? "of another date, expected this folder's" : String(manifest));
    return undefined;
  }

  #passOver(path: string, reason: string): void {
    this.#warn(`passing over history "${path}": ${reason}`);
  }

  /**
   * Reads a chart of a date.
   *
   * @param isWanted which keys are read; all by default
   * @returns `undefined` where there is none that is sound
   */
  read(date: Day, kind: HistoryKind, isWanted?: (key: string) => boolean): KeptRow[] | undefined {
    const about = this.about(date, kind);
    if (about === undefined) return undefined;
    const path = `${this.#folderOf(date)}/${historyFileName(kind)}`;
    try {
      if (this.#store.info(path) === undefined) throw new SyntaxError("not found, expected a file");
      const bytes = readBytes(this.#store, path);
      if (bytes.length !== about.sizeBytes || crc32(bytes) !== about.crc32) {
        throw new SyntaxError("not what its manifest says, expected its size and checksum");
      }
      return parseTop(new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes), isWanted);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      this.#passOver(path, error.message);
      return undefined;
    }
  }

  /**
   * Finds how the songs of a chart came to their ranks: reads the charts of all earlier dates that
   * have the same number of days and the same kind of ids, newest first.
   */
  moved({ kind, date, windowDays, ids, compare = date - 1, charts }: ShownChart): MovedChart[] {
    const keys = new Set(charts.map(({ key }) => key));
    const finder = new MovementFinder(new Map(charts.map(({ key, songs }) => [key, songs])));
    for (const day of this.dates().filter((day) => day < date).reverse()) {
      const about = this.about(day, kind);
      if (about?.windowDays !== windowDays || about.ids !== ids) continue;
      const earlier = this.read(day, kind, (key) => keys.has(key));
      if (earlier === undefined) continue;
      const songs = new Map(earlier.map((chart) => [chart.key, chart.songs]));
      const when = day < compare ? "before" : day > compare ? "after" : "compared";
      finder.take({ songs, top: about.top, when });
    }
    return charts.map((chart) => ({ ...chart, movements: finder.of(chart.key) }));
  }

  /**
   * The chart of a date as the history has it, with movement: all countries, or the world.
   *
   * @returns `undefined` where the history has no such chart
   */
  chart(date: Day, kind: HistoryKind, compare?: Day): MovedChart[] | undefined {
    const about = this.about(date, kind);
    const charts = this.read(date, kind);
    if (about === undefined || charts === undefined) return undefined;
    const { windowDays, ids } = about;
    return this.moved({ kind, date, windowDays, ids, compare, charts });
  }

  /**
   * Begins the history of a date.
   *
   * @param folder where it is to be; in the history by default
   */
  begin(date: Day, folder = this.#folderOf(date)): NewHistory {
    return new NewHistory(this.#store, folder, {
      date,
      charts: this.#readManifest(date)?.charts ?? {},
    });
  }

  /** Completes or clears what an earlier process left. */
  recover(): void {
    for (const date of this.dates()) {
      const folder = this.#folderOf(date);
      recover(this.#store, folder);
      this.#removeIfEmpty(folder);
    }
  }

  /** Deletes the dates that are before the `keptDays` days ending on `date`; says which. */
  expire(date: Day, keptDays: number, note: (text: string) => void): void {
    for (const day of expired(this.dates(), date, keptDays)) {
      note(`Deleting the history of ${formatDay(day)}`);
      const folder = this.#folderOf(day);
      // Without its manifest the rest is no history.
      for (const name of [MANIFEST_NAME, ...HISTORY_KINDS.map(historyFileName)]) {
        this.#store.remove(`${folder}/${name}`);
      }
      this.#removeIfEmpty(folder);
    }
  }

  #removeIfEmpty(folder: string): void {
    if (this.#store.list(folder)?.length === 0) this.#store.remove(folder);
  }
}

/** The history of a date on its way: charts that are made now replace those that are there. */
export class NewHistory {
  readonly #store: Store;
  readonly #folder: string;
  readonly #manifest: HistoryManifest;
  readonly #charts: Partial<Record<HistoryKind, HistoryChart>> = {};
  #publication?: Publication;
  #isNewFolder = false;

  constructor(store: Store, folder: string, former: HistoryManifest) {
    this.#store = store;
    this.#folder = folder;
    this.#manifest = former;
  }

  /** Makes the file of a chart's ranks; {@linkcode finish} ends it. */
  create(kind: HistoryKind): FileSink {
    if (this.#publication === undefined) {
      this.#isNewFolder = this.#store.info(this.#folder) === undefined;
      this.#store.makeFolder(this.#folder);
      this.#publication = new Publication(this.#store, this.#folder);
    }
    return this.#publication.create(historyFileName(kind));
  }

  /** Ends a file: its bytes are safe on disk, still under a hidden name. */
  finish(kind: HistoryKind, sink: FileSink, about: HistoryChart): void {
    this.#publication!.finish(sink);
    this.#charts[kind] = about;
  }

  /** Makes what was written appear. */
  commit(): void {
    if (this.#publication === undefined) return;
    const { date, charts } = this.#manifest;
    const manifest = { date, charts: { ...charts, ...this.#charts } };
    this.#publication.add(MANIFEST_NAME, encodeHistory(manifest));
    this.#publication.commit();
    this.#store.syncFolder(parentOf(this.#folder));
  }

  /** Gives it up: nothing of it stays. */
  abandon(): void {
    this.#publication?.abandon();
    if (!this.#isNewFolder) return;
    const parents = [this.#folder, parentOf(this.#folder)];
    for (const folder of parents) {
      if (this.#store.list(folder)?.length === 0) this.#store.remove(folder);
    }
  }
}

function parentOf(folder: string): string {
  return folder.slice(0, folder.lastIndexOf("/"));
}
