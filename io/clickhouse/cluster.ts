/**
 * The servers of a cluster: looked at, made ready, and put in the order of their shards.
 *
 * @module
 */

import { type ClusterLock, type ClusterLockWait, lockCluster } from "./lock.ts";
import { ClickHouseError, type Connection, quoted, quotedName, Server } from "./server.ts";
import {
  createDatabase,
  createTable,
  type FoundTable,
  LEAST_VERSION,
  SHARDS,
  type Table,
  tableDifference,
  tableName,
  tablesOf,
} from "./tables.ts";

/** The code for a cluster that is not in the configuration. */
const NO_CLUSTER = 170;

/** Which shard a server is, as it says itself. */
interface Place {
  readonly cluster: string;
  /** From 1. */
  readonly shard: number;
  readonly shards: number;
}

/** A cluster that can be used. */
export interface Cluster {
  /** In the order of the shards. */
  readonly servers: readonly Server[];
  readonly connection: Connection;
  /** The versions of the servers, each once. */
  readonly versions: readonly string[];
  close(): void;
}

/**
 * Looks at the servers of a cluster, makes what is missing, and finds which shard each of them is.
 * Where none of them belongs to a cluster yet, they become one, in the order of their addresses, while
 * no run and nobody else has to do with them.
 *
 * @param wait how others are waited for where the servers are to become a cluster
 * @throws {ClickHouseError} where a server is not reached, refuses, is too old, has a table of
 *   another shape, or the servers are not the shards of one cluster, all of them
 */
export async function openCluster(
  connection: Connection,
  wait: ClusterLockWait = {},
): Promise<Cluster> {
  const servers = connection.urls.map((url) => new Server(url, connection));
  const close = (): void => servers.forEach((server) => server.close());
  try {
    const versions = await allOf(servers.map(checkedVersion));
    for (const server of servers) await makeReady(server, connection.database, false);
    let given = await knownPlaces(servers, connection);
    if (given === undefined) {
      await whileLocked(servers, connection, wait, () => settle(servers, connection));
      given = (await knownPlaces(servers, connection))!;
    }
    const order = given.map(({ shard }, i) => ({ shard, i })).sort((a, b) => a.shard - b.shard);
    const sorted = order.map(({ i }) => servers[i]);
    await makeReady(sorted[0], connection.database, true);
    await checkDistributed(sorted[0], connection, given[0].cluster);
    return {
      servers: sorted,
      connection: { ...connection, urls: sorted.map(({ url }) => url) },
      versions: [...new Set(versions)].sort(),
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
}

/** Waits for all; where several fail, the first of the list is told of, and not the fastest. */
async function allOf<T>(promises: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(promises);
  return await Promise.all(promises);
}

async function checkedVersion(server: Server): Promise<string> {
  const version = await server.version();
  const [major, minor] = version.split(".").map(Number);
  const [leastMajor, leastMinor] = LEAST_VERSION.split(".").map(Number);
  const isOld = !(major > leastMajor || major === leastMajor && minor >= leastMinor);
  if (!isOld) return version;
  const shown = /^[\w.-]{1,40}$/.test(version) ? `version ${version}` : "no version of ClickHouse";
  throw new ClickHouseError(
    `Cannot use ClickHouse "${server.url}": ${shown}, expected ${LEAST_VERSION} or later`,
  );
}

/** Makes the database and the tables that are missing; looks at those that are there. */
async function makeReady(server: Server, database: string, isFirst: boolean): Promise<void> {
  const sql = `SELECT name FROM system.databases WHERE name = ${quoted(database)}`;
  const found = await server.rows("look at the databases of", sql);
  if (found.length === 0) {
    await server.text(`make database "${database}" in`, createDatabase(database));
  }
  const tables = await foundTables(server, database);
  for (const table of tablesOf(isFirst)) {
    const there = tables.get(table.name);
    if (there === undefined) {
      await server.text(`make table "${database}.${table.name}" in`, createTable(table, database));
      continue;
    }
    refuseOther(server, database, table, there);
  }
}

function refuseOther(server: Server, database: string, table: Table, found: FoundTable): void {
  const difference = tableDifference(found, table);
  if (difference === undefined) return;
  throw new ClickHouseError(
    `Cannot use table "${database}.${table.name}" of ClickHouse "${server.url}": ${difference} ` +
      "(--database NAME uses another database)",
  );
}

async function foundTables(server: Server, database: string): Promise<Map<string, FoundTable>> {
  const where = `WHERE database = ${quoted(database)}`;
  const act = "look at the tables of";
  const tables = await server.rows<TableRow>(
    act,
    `SELECT name, engine, engine_full, partition_key, sorting_key FROM system.tables ${where}`,
  );
  const columns = await server.rows<ColumnRow>(
    act,
    `SELECT table, name, type, default_kind, default_expression FROM system.columns ${where}`,
  );
  return new Map(tables.map(({ name, engine, engine_full, partition_key, sorting_key }) => [name, {
    engine,
    parameters: /^\w+\(([^)]*)\)/.exec(engine_full)?.[1] ?? "",
    partitionBy: partition_key,
    orderBy: sorting_key,
    columns: columns.filter(({ table }) => table === name).map((column) => ({
      name: column.name,
      type: column.type,
      default: defaultOf(column),
    })),
  }]));
}

/** What stands in a column where nothing is given; a kind that takes no values stands before it. */
function defaultOf({ default_kind: kind, default_expression: expression }: ColumnRow): string {
  return kind === "" || kind === "DEFAULT" ? expression : `${kind} ${expression}`;
}

interface TableRow {
  readonly name: string;
  readonly engine: string;
  readonly engine_full: string;
  readonly partition_key: string;
  readonly sorting_key: string;
}

interface ColumnRow {
  readonly table: string;
  readonly name: string;
  readonly type: string;
  readonly default_kind: string;
  readonly default_expression: string;
}

async function placeOf(server: Server, { database }: Connection): Promise<Place | undefined> {
  const sql = `SELECT cluster, shard, shards FROM ${tableName(SHARDS.name, database)}`;
  const places = await server.rows<Place>("look at the place of", sql);
  if (places.length < 2) return places[0];
  throw new ClickHouseError(
    `Cannot use table "${database}.${SHARDS.name}" of ClickHouse "${server.url}": ` +
      `${places.length} rows, expected one that says which shard it is`,
  );
}

/** The places of all servers, or `undefined` where one has none yet. */
async function knownPlaces(
  servers: readonly Server[],
  connection: Connection,
): Promise<Place[] | undefined> {
  const places = await Promise.all(servers.map((server) => placeOf(server, connection)));
  refuseStrangers(servers, places);
  const known = places.filter((place) => place !== undefined);
  return known.length === places.length ? known : undefined;
}

/** Does something while all servers are locked, so that only one gives them their places. */
async function whileLocked(
  servers: readonly Server[],
  { database }: Connection,
  wait: ClusterLockWait,
  work: () => Promise<void>,
): Promise<void> {
  const holder = `process ${Deno.pid}, making a cluster since ${new Date().toISOString()}`;
  const locks: ClusterLock[] = [];
  try {
    for (const server of servers) locks.push(await lockCluster(server, database, holder, wait));
    await work();
  } finally {
    await Promise.all(locks.map((lock) => lock.release()));
  }
}

/** Gives a place to each server that has none yet. */
async function settle(servers: readonly Server[], connection: Connection): Promise<void> {
  const places = await Promise.all(servers.map((server) => placeOf(server, connection)));
  refuseStrangers(servers, places);
  const cluster = places.find((place) => place !== undefined)?.cluster ?? crypto.randomUUID();
  const taken = new Set(places.map((place) => place?.shard));
  const free = servers.map((_, i) => i + 1).filter((shard) => !taken.has(shard));
  for (const [i, server] of servers.entries()) {
    if (places[i] !== undefined) continue;
    const table = tableName(SHARDS.name, connection.database);
    const values = `(${quoted(cluster)}, ${free.shift()!}, ${servers.length})`;
    await server.text("settle the place of", `INSERT INTO ${table} VALUES ${values}`);
  }
}

/** Refuses servers of another cluster, one that was named twice, and fewer or more than there are. */
function refuseStrangers(
  servers: readonly Server[],
  places: readonly (Place | undefined)[],
): void {
  const cluster = places.find((place) => place !== undefined)?.cluster;
  const count = servers.length;
  for (const [i, place] of places.entries()) {
    if (place === undefined) continue;
    const { url } = servers[i];
    const other = places.findIndex((each) => each?.shard === place.shard);
    const what = place.cluster !== cluster
      ? `a shard of another cluster than ClickHouse "${servers[0].url}"`
      : other < i
      ? `the same shard as ClickHouse "${servers[other].url}"`
      : `shard ${place.shard} of ${place.shards}`;
    if (place.cluster === cluster && other === i && place.shards === count) continue;
    const all = place.shards === count || place.cluster !== cluster || other < i
      ? "the shards of one cluster, each once"
      : `all ${place.shards} shards, and ${count} ${count === 1 ? "was" : "were"} named`;
    throw new ClickHouseError(
      `Cannot use ClickHouse "${url}": it is ${what}, expected ${all} ` +
        "(--clickhouse URL, once a shard; another --database begins another cluster)",
    );
  }
}

/** Asks the first shard for all of them, as the chart of countries does. */
async function checkDistributed(
  first: Server,
  { urls, cluster: name, database }: Connection,
  cluster: string,
): Promise<void> {
  if (urls.length === 1) return;
  const table = fromCluster(name, database, SHARDS.name);
  const sql = `SELECT cluster, shard FROM ${table} ORDER BY shard`;
  let found: Pick<Place, "cluster" | "shard">[];
  try {
    found = await first.rows(`ask all shards of cluster "${name}" by`, sql);
  } catch (error) {
    if (!(error instanceof ClickHouseError) || error.code !== NO_CLUSTER) throw error;
    throw new ClickHouseError(
      `Cannot ask all shards by ClickHouse "${first.url}": its configuration has no cluster ` +
        `"${name}", expected one of the ${urls.length} shards (--cluster NAME)`,
      { cause: error },
    );
  }
  const isSame = found.length === urls.length &&
    found.every((place, i) => place.cluster === cluster && place.shard === i + 1);
  if (isSame) return;
  throw new ClickHouseError(
    `Cannot use cluster "${name}" of ClickHouse "${first.url}": it has ` +
      `${found.length === 1 ? "1 shard" : `${found.length} shards`} that ` +
      `${found.length === 1 ? "is" : "are"} not those named, expected the same ` +
      `${urls.length} (--cluster NAME)`,
  );
}

/** A table on all shards, as the servers' configuration knows them: no login is in the query. */
export function fromCluster(cluster: string, database: string, table: string): string {
  return `cluster(${quoted(cluster)}, ${quotedName(database)}, ${quotedName(table)})`;
}
