/**
 * One run at a time on a cluster: a lock that dies with its process, wherever that runs.
 *
 * The lock is an insert into a table that keeps nothing, on the first shard, with a name of its own
 * as the id of its query: a server has no two queries of one id at the same time. It is not ended
 * until the run is. Where the process dies, the connection breaks, and the insert ends with it.
 *
 * @module
 */

import { pause } from "../pause.ts";
import type { Insert } from "./insert.ts";
import { ClickHouseError, quoted, type Server } from "./server.ts";
import { RUN_LOCK, tableName } from "./tables.ts";

/** What a server reads of a body before it looks at the query, and more. */
const OPENING_BYTES = 2 * 2 ** 20;

/** Keeps the connection from being taken for a dead one. */
const HEARTBEAT_MS = 10_000;

const LOOK_MS = 100;

/** How long an insert may take to show up among the queries of the server. */
const MOST_LOOKS = 100;

/** The code for a query whose id another query has. */
const QUERY_IS_RUNNING = 216;

/** A lock that is held. */
export interface ClusterLock {
  /**
   * Looks whether the lock is still held.
   *
   * @throws {ClickHouseError} where it is not: another run may have begun
   */
  check(): void;
  release(): Promise<void>;
}

/** How a lock is waited for. */
export interface ClusterLockWait {
  readonly waitSeconds?: number;
  readonly signal?: AbortSignal;
  /** Told once, where there is something to wait for. */
  readonly onWait?: (holder: string) => void;
}

/**
 * Locks a cluster.
 *
 * @param server its first shard, or each of the servers that are to become a cluster
 * @param holder who asks, for the messages of others; letters, digits, blanks and `:-.,` only
 * @throws {Error} where another run holds the lock and goes on holding it
 */
export async function lockCluster(
  server: Server,
  database: string,
  holder: string,
  { waitSeconds = 0, signal, onWait }: ClusterLockWait = {},
): Promise<ClusterLock> {
  const end = performance.now() + 1000 * waitSeconds;
  for (let isTold = false;;) {
    const other = await holderOf(server, database);
    if (other === undefined) {
      const lock = await tryLock(server, database, holder);
      if (lock !== undefined) return lock;
      continue;
    }
    if (performance.now() >= end) {
      throw new Error(
        `Cannot lock database "${database}" of ClickHouse "${server.url}": another run holds the ` +
          `lock (${other}), expected ` +
          (waitSeconds === 0
            ? "one run at a time (--wait SECONDS waits for its end)"
            : `its end within ${waitSeconds} s`),
      );
    }
    if (!isTold) onWait?.(` (${other})`);
    isTold = true;
    await pause(LOOK_MS, signal);
  }
}

function idOf(database: string): string {
  return `topstreams run in ${database}`;
}

/** Who holds the lock: what stands in the comment of the query that is it. */
async function holderOf(server: Server, database: string): Promise<string | undefined> {
  const sql = `SELECT query FROM system.processes WHERE query_id = ${quoted(idOf(database))}`;
  const [found] = await server.rows<{ query: string }>("look at the lock of", sql);
  if (found === undefined) return undefined;
  return /\/\* (.*?) \*\//.exec(found.query)?.[1] ?? "unknown";
}

/** Begins the insert, and looks whether it is the one that runs; `undefined` where it is not. */
async function tryLock(
  server: Server,
  database: string,
  holder: string,
): Promise<ClusterLock | undefined> {
  const token = `${holder}, ${crypto.randomUUID().slice(0, 8)}`;
  const table = tableName(RUN_LOCK.name, database);
  const insert = server.insert("lock", `INSERT INTO ${table} /* ${token} */ FORMAT RowBinary`, {
    query_id: idOf(database),
    max_query_size: 10_000,
    max_execution_time: 0,
  });
  insert.write(new Uint8Array(OPENING_BYTES));
  for (let looks = 0; looks < MOST_LOOKS; looks++) {
    const found = await holderOf(server, database);
    if (found === token) return heldLock(insert, server);
    if (found !== undefined || insert.isAnswered) {
      // Where it was refused for another reason than its id, that is what is to be told.
      if (insert.isAnswered && found === undefined) await insert.finish().catch(unlessHeld);
      insert.abandon();
      return undefined;
    }
    await pause(LOOK_MS);
  }
  insert.abandon();
  throw new Error(
    `Cannot lock ClickHouse "${server.url}": the insert that is the lock does not show up in ` +
      "system.processes, expected a user that sees its own queries",
  );
}

/** Another query of this id is another run, though it may have ended since. */
function unlessHeld(error: unknown): void {
  if (!(error instanceof ClickHouseError && error.code === QUERY_IS_RUNNING)) throw error;
}

function heldLock(insert: Insert, server: Server): ClusterLock {
  const beating = setInterval(() => insert.write(new Uint8Array(8)), HEARTBEAT_MS);
  Deno.unrefTimer(beating);
  return {
    check() {
      if (!insert.isAnswered) return;
      throw new ClickHouseError(
        `Cannot go on: the lock on ClickHouse "${server.url}" is lost, expected a connection that ` +
          "lasts as long as the run",
      );
    },
    async release() {
      clearInterval(beating);
      await insert.finish().catch(() => {});
    },
  };
}
