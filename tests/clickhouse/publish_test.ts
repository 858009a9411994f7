/** What makes a day visible is lost, late, or doubled: neither of its loads is lost by it. */
import assert from "node:assert/strict";
import { assertCharts, deliver, LAST, logOf, takeAway } from "../cli/_week.ts";
import { inPlace } from "../cli/program.ts";
import { ONE_DAY } from "./_logs.ts";
import { Proxy } from "./_proxy.ts";
import { newDatabase, Servers, sharedServers, testServers } from "./_servers.ts";

/** The loads that are in the table by user of a shard, oldest first. */
async function loadsOn(servers: Servers, shard: number, database: string): Promise<string[]> {
  const found = await servers.ask(
    shard,
    `SELECT DISTINCT partition FROM system.parts WHERE active AND database = '${database}' ` +
      "AND table = 'user_counts' ORDER BY partition FORMAT TSVRaw",
  );
  return found.split("\n");
}

const LATER = new Date("2021-12-03T00:00:00Z");

for (const isThere of [false, true]) {
  const what = isThere ? "whose answer is lost" : "that does not arrive";
  testServers(`a manifest row ${what} costs no load, and counts nothing twice`, async () => {
    const servers = await Servers.start(1);
    const proxy = new Proxy(servers.urls[0]);
    const database = newDatabase();
    try {
      await inPlace(async (place) => {
        place.engineWords = servers.words(database, [proxy.url]);
        deliver(place, LAST);
        await place.run(...ONE_DAY);
        deliver(place, LAST, logOf(LAST - 1), LATER);
        let isCut = false;
        proxy.watch = ({ request, answeredBytes, cut }) => {
          if (!/INSERT\+INTO[^]*manifests/.test(request)) return;
          if (isThere && answeredBytes === 0) return;
          isCut = true;
          cut();
        };
        const refused = await place.runFails(1, ...ONE_DAY);
        assert.ok(isCut);
        assert.match(refused, /^Cannot make 2021-12-01 visible in ClickHouse "/);
        assertCharts(place, LAST, [LAST]);
        const both = await loadsOn(servers, 0, database);
        assert.equal(both.length, 2, "both loads are kept");
        proxy.watch = () => {};
        await place.run(...ONE_DAY);
        assertCharts(place, LAST, [LAST], { logs: { [LAST]: logOf(LAST - 1) } });
        const left = await loadsOn(servers, 0, database);
        assert.equal(left.length, 1, "the others are dropped");
        // Where the row has arrived, nothing is loaded again.
        assert.equal(left[0] === both[1], isThere);
      });
    } finally {
      proxy.end();
      await servers.end();
    }
  });
}

testServers("a load is kept as long as the one that is named is not all there", async () => {
  const servers = await sharedServers();
  const database = newDatabase();
  await inPlace(async (place) => {
    place.engineWords = servers.words(database);
    deliver(place, LAST);
    await place.run(...ONE_DAY);
    const loads = await loadsOn(servers, 1, database);
    // A row of a load that was dropped arrives when nobody waits for it any more.
    const table = `${database}.manifests`;
    await servers.ask(
      0,
      `INSERT INTO ${table} SELECT day, load + 1, shards, manifest FROM ${table}`,
    );
    takeAway(place, LAST);
    const former = place.contents("results");
    const refused = await place.runFails(1, ...ONE_DAY);
    assert.match(
      refused,
      /^Cannot use 2021-12-01 in .*: 0 streams by .*the log of 2021-12-01 is gone/,
    );
    assert.deepEqual(place.contents("results"), former);
    assert.deepEqual(await loadsOn(servers, 1, database), loads);
    deliver(place, LAST, logOf(LAST), LATER);
    await place.run(...ONE_DAY);
    assertCharts(place, LAST, [LAST]);
    assert.equal((await loadsOn(servers, 1, database)).length, 1);
  });
});

testServers("of several that make a cluster of the same servers one does", async () => {
  const servers = await sharedServers();
  const database = newDatabase();
  await inPlace(async (place) => {
    place.engineWords = servers.words(database);
    const [one, two] = servers.urls;
    const init = (urls: readonly string[]) =>
      place.topstreams("clickhouse", "init", ...servers.clusterWords(database, urls));
    const ends = await Promise.all([[one, two], [two, one], [one, two]].map(init));
    for (const { status, stderr } of ends) {
      if (status !== 0) assert.match(stderr, /^Cannot lock database "t\d+" of ClickHouse "/);
    }
    const last = await init([one, two]);
    assert.equal(last.status, 0, last.stderr);
    const places = await servers.askAll(`SELECT shard, shards FROM ${database}.shards`);
    assert.deepEqual(places.toSorted(), ["1\t2", "2\t2"]);
  });
});
