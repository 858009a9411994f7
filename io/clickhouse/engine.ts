/**
 * The engine on a cluster of ClickHouse: counts are in its tables, and it makes the charts.
 *
 * @module
 */

import { batchKindOf, type ChartKind } from "../../core/chart.ts";
import { addedTotals, type CountryTotals } from "../../core/country_totals.ts";
import { type Day, dayOf, formatDay } from "../../core/day.ts";
import { type BatchSize, type Manifest, tallyOf } from "../../core/manifest.ts";
import { lowerFirst } from "../../core/messages.ts";
import type { FoundLog } from "../../core/plan.ts";
import { type IdKind, type KeyKind, rejectedCount } from "../../core/streams.ts";
import { manifestOf, refuseTooManyRejected, type ShelfOptions } from "../batch_shelf.ts";
import { createClaims } from "../claims.ts";
import { StoppedError } from "../drive.ts";
import { LogIntake } from "../log_intake.ts";
import type { Work } from "../meter.ts";
import type { ChartToPrint, RunEngine, StoredDays } from "../run_engine.ts";
import type { DailyRunContext } from "../run_options.ts";
import { clearRuns, runFolder } from "../scratch.ts";
import type { Store } from "../store.ts";
import type { ChartResult } from "../tasks.ts";
import { type Cluster, openCluster } from "./cluster.ts";
import { RANGE_ENTRIES, rangesOfCountries, rangesOfUsers, type SqlRange } from "./key_ranges.ts";
import type { LoadResult } from "./loading.ts";
import { Loads, type LoadSizes } from "./loads.ts";
import { type ClusterLock, lockCluster } from "./lock.ts";
import type { LoadOfDay } from "./native_block.ts";
import { ClickHouseError, type Connection, TOO_LARGE_TO_DROP } from "./server.ts";

/** The days that the type Date of all versions has: 1970-01-01 is its nothing. */
const FIRST_DAY = 1;
const LAST_DAY = dayOf(2105, 12, 31)!;

/**
 * What an entry takes in a server's result, about: a user, a song and its streams, and some air. A
 * text takes 9 bytes more than its letters, of which there are often 22.
 */
const RESULT_ENTRY_BYTES: Readonly<Record<IdKind, number>> = { number: 40, text: 120 };

/** What the engine is opened with. */
export interface ClusterContext extends DailyRunContext {
  /** How long the lock of another run is waited for. */
  readonly waitSeconds?: number;
}

/**
 * Opens a cluster: makes what is missing, and locks it for this run.
 *
 * @throws {ClickHouseError} where the cluster cannot be used (see cluster.ts)
 * @throws {Error} where another run holds the lock
 */
export async function openClickHouse(
  connection: Connection,
  options: ShelfOptions,
  context: ClusterContext,
): Promise<RunEngine> {
  const { waitSeconds = 0, signal, reporter } = context;
  const onWait = (holder: string): void =>
    reporter.warn(`another run holds the lock${holder}; waiting for up to ${waitSeconds} s`);
  const wait = { waitSeconds, signal, onWait };
  const cluster = await openCluster(connection, wait);
  try {
    const holder = `process ${Deno.pid}, since ${new Date().toISOString()}`;
    const lock = await lockCluster(cluster.servers[0], connection.database, holder, wait);
    return new ClickHouseEngine({ cluster, lock, options, context });
  } catch (error) {
    cluster.close();
    throw error;
  }
}

/** Counts of a day that are not what its manifest says. */
class DamagedDayError extends ClickHouseError {
  readonly day: Day;

  constructor(message: string, day: Day) {
    super(message);
    this.day = day;
  }
}

interface EngineParts {
  readonly cluster: Cluster;
  readonly lock: ClusterLock;
  readonly options: ShelfOptions;
  readonly context: ClusterContext;
}

class ClickHouseEngine implements RunEngine {
  readonly versions: Readonly<Record<string, string>>;
  readonly #cluster: Cluster;
  readonly #lock: ClusterLock;
  readonly #loads: Loads;
  readonly #options: ShelfOptions;
  readonly #intake: LogIntake;
  readonly #store: Store;
  /** The loads that are visible, by day. */
  readonly #visible = new Map<Day, LoadOfDay>();

  constructor({ cluster, lock, options, context }: EngineParts) {
    this.versions = { clickhouse: cluster.versions.join(", ") };
    this.#cluster = cluster;
    this.#lock = lock;
    this.#loads = new Loads(cluster.servers, cluster.connection.database);
    this.#options = options;
    this.#store = context.store;
    this.#intake = new LogIntake(context.store, options, runFolder(options.batchFolder));
  }

  async recover(): Promise<void> {
    clearRuns(this.#store, this.#options.batchFolder);
    await this.#tidy();
  }

  /** Drops what no manifest names. What a server may not drop counts nowhere: it is told of. */
  async #tidy(): Promise<void> {
    try {
      await this.#loads.dropUnnamed();
    } catch (error) {
      if (!(error instanceof ClickHouseError) || error.code !== TOO_LARGE_TO_DROP) throw error;
      this.#options.warn(
        `${lowerFirst(error.message)}; until then it takes room, and is not counted`,
      );
    }
  }

  async stored(): Promise<StoredDays> {
    const batches = await this.#loads.visible();
    this.#visible.clear();
    for (const { day, load } of batches) this.#visible.set(day, { day, load });
    return { batches };
  }

  async build(logs: readonly FoundLog[], work: Work): Promise<Manifest> {
    const { day } = logs[0];
    refuseDay(day);
    this.#lock.check();
    const load = { day, load: await this.#loads.newLoad() };
    let manifest: Manifest;
    try {
      manifest = await this.#load(load, logs, work);
      this.#lock.check();
    } catch (error) {
      await this.#dropAfter(error);
      throw error;
    }
    // Where this fails, the row may be there all the same, or still come: nothing is dropped.
    await this.#loads.publish(load, manifest);
    this.#visible.set(day, load);
    try {
      await this.#tidy();
    } catch (error) {
      if (!(error instanceof ClickHouseError)) throw error;
      this.#options.warn(`${lowerFirst(error.message)}; the next run drops it`);
    }
    return manifest;
  }

  /** After a failure, whose own error is the one to be shown; a stop does not wait for it. */
  async #dropAfter(error: unknown): Promise<void> {
    // Nor is a server waited for that is gone, or stands still.
    const isGone = error instanceof ClickHouseError && error.code === undefined;
    if (error instanceof StoppedError || isGone) return;
    try {
      await this.#loads.dropUnnamed();
    } catch {
      // What cannot be dropped now is dropped by the next start.
    }
  }

  /** Puts the streams of a day into the tables. Nothing of it counts yet. */
  async #load(load: LoadOfDay, logs: readonly FoundLog[], work: Work): Promise<Manifest> {
    const { shape } = this.#options;
    const { connection } = this.#cluster;
    this.#store.makeFolder(runFolder(this.#options.batchFolder));
    const { records, results } = await this.#intake.read(
      logs,
      (reading) => work.do({ ...reading, type: "load", connection, load, kinds: shape.keys }),
      work.jobs,
    );
    clearRuns(this.#store, this.#options.batchFolder);
    refuseTooManyRejected(records, this.#options);
    const sizes = await Promise.all(
      shape.keys.map(async (kind) => [kind, await this.#loaded(kind, load, results)] as const),
    );
    return manifestOf(load.day, records, shape, Object.fromEntries(sizes));
  }

  /** Looks whether the shards have all that was sent, and how large it is. */
  async #loaded(
    kind: KeyKind,
    load: LoadOfDay,
    results: readonly LoadResult[],
  ): Promise<BatchSize> {
    const { ids } = this.#options.engine;
    const size = (await this.#loads.sizes(kind, ids, [load])).get(load.load)!;
    for (const [shard, { url }] of this.#cluster.servers.entries()) {
      const sent = results.reduce((sum, result) => sum + result.sent[shard], 0);
      if (size.streams[shard] === sent) continue;
      throw new ClickHouseError(
        `Cannot load streams of ${formatDay(load.day)} into ClickHouse "${url}": it has ` +
          `${size.streams[shard]} streams by ${kind}, expected the ${sent} that were sent`,
      );
    }
    const about = {
      sizeBytes: await this.#loads.bytes(kind, ids, load),
      entryCount: sumOf(size.entries),
      // How many keys there are is not counted here: it would take the memory of all of them.
      keyCount: 0,
      streamCount: sumOf(size.streams),
    };
    if (kind !== "country") return about;
    return { ...about, countries: addedTotals(results.map(({ countries }) => countries)) };
  }

  async printChart(chart: ChartToPrint, work: Work): Promise<ChartResult> {
    const { kind, top, manifests, outputs, isCut, keptSongs } = chart;
    this.#lock.check();
    const loads = manifests.map(({ day }) => this.#visible.get(day)!);
    const sizes = await this.#checked(batchKindOf(kind), manifests);
    const entries = [...sizes.values()].reduce((sum, size) => sum + sumOf(size.entries), 0);
    const ranges = await this.#rangesOf(kind, manifests, loads, entries);
    const results = (await work.do({
      type: "cluster-chart",
      claims: createClaims(),
      connection: this.#cluster.connection,
      ranges: isCut ? ranges.map((range) => [range]) : [ranges],
      entriesOfRange: entries / ranges.length,
      ...{ loads, kind, top, outputs, keptSongs },
    })).flat().sort((a, b) => a.index - b.index);
    const streamCount = manifests.reduce((sum, manifest) => sum + streamsOf(manifest), 0);
    return results.map((result, i) => (
      i > 0 ? result : { ...result, size: { ...result.size, streamCount } }
    ));
  }

  /** Looks whether the tables hold what the manifests say. */
  async #checked(kind: KeyKind, manifests: readonly Manifest[]): Promise<LoadSizes> {
    const { ids } = this.#options.engine;
    const loads = manifests.map(({ day }) => this.#visible.get(day)!);
    const sizes = await this.#loads.sizes(kind, ids, loads);
    for (const [i, manifest] of manifests.entries()) {
      const found = sumOf(sizes.get(loads[i].load)!.streams);
      const expected = manifest.batches[kind]?.streamCount ?? streamsOf(manifest);
      if (found === expected) continue;
      const { database, urls } = this.#cluster.connection;
      throw new DamagedDayError(
        `Cannot use ${formatDay(manifest.day)} in database "${database}" of ClickHouse ` +
          `"${urls.join('", "')}": ${found} streams by ${kind}, expected the ${expected} of its ` +
          "manifest",
        manifest.day,
      );
    }
    return sizes;
  }

  /** Cuts a chart into queries. */
  async #rangesOf(
    kind: ChartKind,
    manifests: readonly Manifest[],
    loads: readonly LoadOfDay[],
    entries: number,
  ): Promise<readonly SqlRange[]> {
    if (kind === "world") return [{}];
    const { servers, connection: { database } } = this.#cluster;
    // What the shards give to a query together is to fit in the memory of a job.
    const { engine: { ids }, memory } = this.#options;
    const most = Math.floor(memory.workBytes / RESULT_ENTRY_BYTES[ids]);
    const wanted = Math.max(1, Math.min(RANGE_ENTRIES * servers.length, most));
    if (kind === "country") return rangesOfCountries(manifests.map(totalsOf), wanted);
    return await rangesOfUsers({ servers, database, ids, loads, entries, wanted });
  }

  // deno-lint-ignore require-await -- the interface is one of engines that have to wait
  async countriesOf(manifests: readonly Manifest[]): Promise<CountryTotals[]> {
    return manifests.map(totalsOf);
  }

  damagedDay(error: unknown): Day | undefined {
    return error instanceof DamagedDayError ? error.day : undefined;
  }

  async remove(day: Day): Promise<void> {
    this.#lock.check();
    await this.#loads.withdraw(day);
    this.#visible.delete(day);
    await this.#tidy();
  }

  clear(): void {}

  async close(): Promise<void> {
    await this.#lock.release();
    this.#cluster.close();
  }
}

function refuseDay(day: Day): void {
  if (day >= FIRST_DAY && day <= LAST_DAY) return;
  throw new ClickHouseError(
    `Cannot load streams of ${formatDay(day)} into ClickHouse: its type Date has no such day, ` +
      `expected ${formatDay(FIRST_DAY)} to ${formatDay(LAST_DAY)}`,
  );
}

/** Every load by country is told by its manifest. */
function totalsOf({ batches }: Manifest): CountryTotals {
  return batches.country?.countries ?? {};
}

function streamsOf(manifest: Manifest): number {
  const { rows, rejected } = tallyOf(manifest);
  return rows - rejectedCount(rejected);
}

function sumOf(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
