/**
 * Loads: what is in the tables of counts, and what makes it visible.
 *
 * A load is one day's streams, put into the tables once. It counts when the manifest table names
 * it: one row, written when all shards have their part. Of several rows of a day that of the
 * greatest load is the one that is good. Whatever else is in the tables is a rest of loads that
 * were never finished, or are no longer wanted; it can be dropped at any time.
 *
 * @module
 */

import { type Day, formatDay, parseDay } from "../../core/day.ts";
import { decodeManifest, encodeManifest, isSound, type Manifest } from "../../core/manifest.ts";
import { ID_KINDS, type IdKind, KEY_KINDS, type KeyKind } from "../../core/streams.ts";
import type { LoadOfDay } from "./native_block.ts";
import { quoted, type Server } from "./server.ts";
import { countsName, MANIFESTS, tableName } from "./tables.ts";

/** A day that is visible. */
export interface VisibleDay extends LoadOfDay {
  /** The manifest, or what is wrong with it. */
  readonly manifest: Manifest | string;
}

/** A load in a table. */
interface FoundLoad extends LoadOfDay {
  readonly table: string;
}

/** The loads of a cluster. */
export class Loads {
  readonly #servers: readonly Server[];
  readonly #database: string;

  /** @param servers in the order of the shards */
  constructor(servers: readonly Server[], database: string) {
    this.#servers = servers;
    this.#database = database;
  }

  get #first(): Server {
    return this.#servers[0];
  }

  get #manifests(): string {
    return tableName(MANIFESTS.name, this.#database);
  }

  /** Lists the days that are visible, ascending. */
  async visible(): Promise<VisibleDay[]> {
    const sql = "SELECT toUInt16(day) AS number, load, shards, manifest " +
      `FROM ${this.#manifests} ORDER BY day, load DESC LIMIT 1 BY day`;
    const rows = await this.#first.rows<ManifestRow>("read the manifests of", sql);
    return rows.map(({ number, load, shards, manifest }) => {
      const isOther = shards !== this.#servers.length;
      const difference = `loaded into ${shards} shards, expected ${this.#servers.length}`;
      const read = isOther ? difference : readManifest(manifest, number);
      return { day: number, load: Number(load), manifest: read };
    });
  }

  /** Makes a load visible, in the place of the former one of its day. */
  async publish({ day, load }: LoadOfDay, manifest: Manifest): Promise<void> {
    const row = {
      day: formatDay(day),
      load,
      shards: this.#servers.length,
      manifest: encodeManifest(manifest),
    };
    const act = `make ${formatDay(day)} visible in`;
    const sql = `INSERT INTO ${this.#manifests} FORMAT JSONEachRow`;
    const insert = this.#first.insert(act, sql);
    insert.write(new TextEncoder().encode(JSON.stringify(row)));
    await insert.finish();
  }

  /** Makes a day invisible; its streams are dropped with all that nothing names. */
  async withdraw(day: Day): Promise<void> {
    const sql = `ALTER TABLE ${this.#manifests} DROP PARTITION ${quoted(formatDay(day))}`;
    await this.#first.text(`drop ${formatDay(day)} from`, sql);
  }

  /**
   * The number of a new load: microseconds since 1970, the last three digits by chance, and more
   * than that of any other load. So what a run that was killed has still on its way is of another.
   */
  async newLoad(): Promise<number> {
    const [found, visible] = [await this.#found(), await this.visible()];
    const known = [...found.flat(), ...visible].map(({ load }) => load);
    const now = Date.now() * 1000 + Math.floor(Math.random() * 1000);
    return Math.max(now, ...known.map((load) => load + 1));
  }

  /**
   * Drops what no manifest names, on all shards. What lies beside a load that is not all there, as
   * its manifest tells it, is kept: it may be the better one.
   *
   * @throws {ClickHouseError} the first where some were not dropped; all were tried
   */
  async dropUnnamed(): Promise<void> {
    const visible = new Map((await this.visible()).map((each) => [each.day, each]));
    const found = await this.#found();
    const unnamed = found.map((loads) =>
      loads.filter(({ day, load }) => visible.get(day)?.load !== load)
    );
    const kept = new Set<Day>();
    for (const day of new Set(unnamed.flat().map(({ day }) => day))) {
      const named = visible.get(day);
      if (named !== undefined && !await this.#isWhole(named)) kept.add(day);
    }
    const errors: unknown[] = [];
    for (const [shard, loads] of unnamed.entries()) {
      for (const each of loads.filter(({ day }) => !kept.has(day))) {
        await this.#drop(this.#servers[shard], each).catch((error) => errors.push(error));
      }
    }
    if (errors.length > 0) throw errors[0];
  }

  /** Looks whether the tables hold as many streams of a day as its manifest says. */
  async #isWhole({ manifest, ...load }: VisibleDay): Promise<boolean> {
    if (typeof manifest === "string") return false;
    for (const kind of KEY_KINDS) {
      const batch = manifest.batches[kind];
      if (batch === undefined) continue;
      const size = (await this.sizes(kind, manifest.shape.ids, [load])).get(load.load)!;
      const streams = size.streams.reduce((sum, count) => sum + count, 0);
      if (streams !== batch.streamCount) return false;
    }
    return true;
  }

  async #drop(server: Server, { table, day, load }: FoundLoad): Promise<void> {
    const partition = `(${quoted(formatDay(day))}, ${load})`;
    const sql = `ALTER TABLE ${tableName(table, this.#database)} DROP PARTITION ${partition}`;
    await server.text(`drop a load of ${formatDay(day)} from`, sql);
  }

  /** What is in the tables, by shard. */
  async #found(): Promise<FoundLoad[][]> {
    const names = ID_KINDS.flatMap((ids) => KEY_KINDS.map((kind) => countsName(kind, ids)));
    const sql = "SELECT DISTINCT table, partition FROM system.parts WHERE active AND " +
      `database = ${quoted(this.#database)} AND table IN (${names.map(quoted).join()})`;
    return await Promise.all(this.#servers.map(async (server) => {
      const rows = await server.rows<PartitionRow>("list the loads of", sql);
      return rows.map(({ table, partition }) => ({ table, ...loadOfPartition(partition) }));
    }));
  }

  /**
   * Counts what loads hold, on all shards together.
   *
   * @returns by number of load
   */
  async sizes(kind: KeyKind, ids: IdKind, loads: readonly LoadOfDay[]): Promise<LoadSizes> {
    const table = tableName(countsName(kind, ids), this.#database);
    const sql = "SELECT load, toString(sum(streams)) AS total, toString(count()) AS entries " +
      `FROM ${table} WHERE ${conditionOf(loads)} GROUP BY load`;
    const sizes = new Map<number, LoadSize>();
    const results = await Promise.all(
      this.#servers.map((server) =>
        server.rows<SizeRow>(`count the streams by ${kind} of`, sql, true)
      ),
    );
    for (const { load } of loads) {
      const streams = this.#servers.map(() => 0);
      sizes.set(load, { streams, entries: [...streams] });
    }
    for (const [shard, rows] of results.entries()) {
      for (const { load, total, entries } of rows) {
        const size = sizes.get(Number(load))!;
        size.streams[shard] = Number(total);
        size.entries[shard] = Number(entries);
      }
    }
    return sizes;
  }

  /** Bytes that a load takes on all shards, in the table of a kind of key. */
  async bytes(kind: KeyKind, ids: IdKind, { day, load }: LoadOfDay): Promise<number> {
    const sql = "SELECT partition, toString(sum(bytes)) AS size FROM system.parts WHERE active " +
      `AND database = ${quoted(this.#database)} AND table = ${quoted(countsName(kind, ids))} ` +
      "GROUP BY partition";
    const sizes = await Promise.all(this.#servers.map(async (server) => {
      const rows = await server.rows<{ partition: string; size: string }>("look at", sql);
      const own = rows.find(({ partition }) =>
        keyOf(loadOfPartition(partition)) === keyOf({ day, load })
      );
      return Number(own?.size ?? 0);
    }));
    return sizes.reduce((sum, size) => sum + size, 0);
  }
}

/** What a load holds, by shard. */
export interface LoadSize {
  readonly streams: number[];
  /** Rows of the table: at least as many as there are songs of keys. */
  readonly entries: number[];
}

/** What loads hold, by their numbers. */
export type LoadSizes = ReadonlyMap<number, LoadSize>;

interface ManifestRow {
  readonly number: Day;
  /** Some versions write whole numbers of 64 bits as texts. */
  readonly load: number | string;
  readonly shards: number;
  readonly manifest: string;
}

interface PartitionRow {
  readonly table: string;
  readonly partition: string;
}

interface SizeRow {
  /** Some versions write whole numbers of 64 bits as texts. */
  readonly load: number | string;
  readonly total: string;
  readonly entries: string;
}

function readManifest(text: string, day: Day): Manifest | string {
  const manifest = decodeManifest(text);
  if (typeof manifest === "string") return manifest;
  if (manifest.day !== day) return "manifest of another day, expected this day's";
  return isSound(manifest) ? manifest : "damaged manifest, expected figures that agree";
}

/** The condition that rows are of some loads: by it the engine passes over all other partitions. */
export function conditionOf(loads: readonly LoadOfDay[]): string {
  const days = loads.map(({ day }) => `toDate(${day})`);
  return `day IN (${days.join()}) AND load IN (${loads.map(({ load }) => load).join()})`;
}

function keyOf({ day, load }: LoadOfDay): string {
  return `${day} ${load}`;
}

/** Reads a partition as the engine shows it: `('2021-12-01',1638403200)`. */
export function loadOfPartition(partition: string): LoadOfDay {
  const parts = /^\(\\?'(\d{4}-\d\d-\d\d)\\?',\s*(\d+)\)$/.exec(partition);
  const day = parts === null ? undefined : parseDay(parts[1]);
  if (parts === null || day === undefined) {
    throw new RangeError(`Cannot read partition "${partition}": expected a day and a number`);
  }
  return { day, load: Number(parts[2]) };
}
