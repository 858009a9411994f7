/**
 * The engine that is part of the program: batches in a folder, merged by the jobs of the run.
 *
 * @module
 */

import { BatchError } from "../core/batch_format.ts";
import { batchKindOf, type ChartKind } from "../core/chart.ts";
import type { CountryTotals } from "../core/country_totals.ts";
import type { Day } from "../core/day.ts";
import type { Manifest } from "../core/manifest.ts";
import { batchFileName, dayOfBatchFolder } from "../core/names.ts";
import type { FoundLog } from "../core/plan.ts";
import { KEY_KINDS } from "../core/streams.ts";
import { BatchShelf, type ShelfOptions } from "./batch_shelf.ts";
import { createClaims } from "./claims.ts";
import { storedInFolder } from "./inventory.ts";
import type { Work } from "./meter.ts";
import { recover } from "./publication.ts";
import type { ChartToPrint, RunEngine, StoredDays } from "./run_engine.ts";
import type { Store } from "./store.ts";
import type { ChartResult, RunInput } from "./tasks.ts";

/** Batches in a folder, whose lock is the caller's. */
export class EmbeddedEngine implements RunEngine {
  readonly versions = {};
  readonly #store: Store;
  readonly #folder: string;
  readonly #shelf: BatchShelf;

  constructor(store: Store, options: ShelfOptions) {
    this.#store = store;
    this.#folder = options.batchFolder;
    this.#shelf = new BatchShelf(store, options);
  }

  // deno-lint-ignore require-await -- the interface is one of engines that have to wait
  async recover(): Promise<void> {
    this.#shelf.clearRuns();
    for (const name of this.#store.list(this.#folder) ?? []) {
      const folder = `${this.#folder}/${name}`;
      const isBatch = dayOfBatchFolder(name) !== undefined && this.#store.info(folder)?.isFolder;
      if (isBatch) recover(this.#store, folder);
    }
  }

  // deno-lint-ignore require-await -- as above
  async stored(): Promise<StoredDays> {
    return storedInFolder(this.#store, this.#folder);
  }

  async build(logs: readonly FoundLog[], work: Work): Promise<Manifest> {
    return await this.#shelf.build(logs, work);
  }

  async printChart(chart: ChartToPrint, work: Work): Promise<ChartResult> {
    const { kind, top, manifests, outputs, isCut, keptSongs } = chart;
    const paths = manifests.map((manifest) => this.#shelf.check(manifest, batchKindOf(kind)));
    const inputs = await this.#inputsOf(kind, paths, work);
    const ranges = this.#shelf.rangesOf(inputs.map(({ path }) => path), isCut ? work.jobs : 1);
    const claims = createClaims();
    const task = { type: "chart", claims, inputs, ranges, kind, top, outputs, keptSongs } as const;
    return (await work.do(task)).flat().sort((a, b) => a.index - b.index);
  }

  /** The inputs of the last merge of a chart. */
  async #inputsOf(
    kind: ChartKind,
    paths: readonly string[],
    work: Work,
  ): Promise<readonly RunInput[]> {
    const isWorld = kind === "world";
    const given = isWorld ? this.#shelf.keysOf(paths) : paths.map((path) => ({ path }));
    return await this.#shelf.narrowed(given, isWorld, work);
  }

  async countriesOf(manifests: readonly Manifest[], work: Work): Promise<CountryTotals[]> {
    return await this.#shelf.countriesOf(manifests, work);
  }

  damagedDay(error: unknown): Day | undefined {
    if (!(error instanceof BatchError)) return undefined;
    const names = error.source.split("/").slice(-2);
    const isFile = KEY_KINDS.some((kind) => names[1] === batchFileName(kind));
    const isHere = error.source === [this.#folder, ...names].join("/");
    return isFile && isHere ? dayOfBatchFolder(names[0]) : undefined;
  }

  // deno-lint-ignore require-await -- as above
  async remove(day: Day): Promise<void> {
    this.#shelf.remove(day);
  }

  clear(): void {
    this.#shelf.clearRuns();
  }

  async close(): Promise<void> {}
}
