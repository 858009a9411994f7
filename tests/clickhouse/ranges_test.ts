/** Users cut into ranges by what is in the tables of real servers. */
import assert from "node:assert/strict";
import { createStreamBlock, type IdKind } from "../../core/streams.ts";
import { connectionTo } from "../../bench/clickhouse/servers.ts";
import { openCluster } from "../../io/clickhouse/cluster.ts";
import { conditionOfRange, rangesOfUsers } from "../../io/clickhouse/key_ranges.ts";
import { Loading } from "../../io/clickhouse/loading.ts";
import { countsName, tableName } from "../../io/clickhouse/tables.ts";
import { newDatabase, sharedServers, testServers } from "./_servers.ts";

const ROWS = 6000;

/** Texts with what SQL would read otherwise, of many lengths; and numbers. */
function userOf(ids: IdKind, i: number): string {
  if (ids === "number") return String(i * i);
  return ["it's", "back\\slash", "\u00e9", "%", "z".repeat(200)][i % 5] + i;
}

for (const ids of ["number", "text"] as const) {
  testServers(`users of kind ${ids} are cut into ranges that have each of them once`, async () => {
    const servers = await sharedServers();
    const database = newDatabase();
    const cluster = await openCluster(connectionTo(servers.urls, database));
    try {
      const load = { day: 18961, load: 5 };
      const task = { connection: cluster.connection, load, kinds: ["user"] } as const;
      // Several inserts, so that rows lie in several parts.
      const options = { ids, workBytes: 0, insertRows: 1000 };
      const loading = new Loading(cluster.servers, task, options);
      const block = createStreamBlock(ROWS / 6);
      for (let from = 0; from < ROWS; from += block.length) {
        block.texts.clear();
        block.length = block.capacity;
        for (let i = 0; i < block.length; i++) {
          const utf8 = new TextEncoder().encode(userOf(ids, from + i));
          block.users[i] = ids === "text" ? block.texts.put(utf8, 0, utf8.length) : (from + i) ** 2;
          block.songs[i] = block.users[i];
        }
        loading.take(block);
        await loading.room();
      }
      await loading.finish();
      const about = { servers: cluster.servers, database, ids, loads: [load] };
      const ranges = await rangesOfUsers({ ...about, entries: ROWS, wanted: 200 });
      assert.ok(ranges.length > 15 && ranges.length < 60, `${ranges.length} ranges`);
      const table = tableName(countsName("user", ids), database);
      const found: string[] = [];
      for (const range of ranges) {
        const sql = `SELECT toString(user) AS name FROM ${table} WHERE 1` +
          conditionOfRange("user", range);
        const rows = await Promise.all(
          cluster.servers.map((server) => server.rows<{ name: string }>("look at", sql)),
        );
        const names = rows.flat().map(({ name }) => name);
        assert.ok(names.length < 1000, `${names.length} rows of a range`);
        found.push(...names);
      }
      const expected = Array.from({ length: ROWS }, (_, i) => userOf(ids, i));
      assert.deepEqual(found.sort(), expected.sort());
    } finally {
      cluster.close();
    }
    await servers.askAll(`DROP DATABASE ${database}`);
  });
}
