/** Runs that are killed, servers that go away, disks that are full: nothing counts twice or half. */
import assert from "node:assert/strict";
import { formatDay } from "../../core/day.ts";
import { connectionTo } from "../../bench/clickhouse/servers.ts";
import { CASES } from "../../docs/promises.ts";
import { Server } from "../../io/clickhouse/server.ts";
import { assertSameFiles } from "../cli/_compare.ts";
import { assertCharts, deliver, LAST, logOf, takeAway } from "../cli/_week.ts";
import { inPlace, type Place } from "../cli/program.ts";
import { checksums, deliverRows, during, embedded, ONE_DAY } from "./_logs.ts";
import { Proxy } from "./_proxy.ts";
import { newDatabase, Servers, sharedServers, testServers } from "./_servers.ts";

/** Enough to be loaded in several pieces. */
const ROWS = 400_000;

/** Loads that no manifest names, on all shards. */
async function unnamedLoads(servers: Servers, database: string): Promise<string[]> {
  const named = await servers.ask(
    0,
    `SELECT toString(day), load FROM ${database}.manifests ORDER BY day, load DESC LIMIT 1 BY day`,
  );
  const loads = named.split("\n").map((line) => line.split("\t")[1]);
  const found = await servers.askAll(
    `SELECT DISTINCT partition FROM system.parts WHERE active AND database = '${database}' ` +
      "AND table LIKE '%counts%' FORMAT TSVRaw",
  );
  return found.flatMap((text) => text.split("\n"))
    .filter((partition) =>
      partition !== "" && !loads.some((load) => partition.includes(`,${load})`))
    );
}

/** Waits until something is so. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 30_000; Date.now() < end;) {
    if (await isSo()) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error("it was not so within 30 s");
}

/** Whether there are streams in a table of a shard. */
function hasParts(servers: Servers, shard: number, database: string, table: string) {
  return async (): Promise<boolean> =>
    (await servers.ask(
      shard,
      `SELECT count() FROM system.parts WHERE active AND database = '${database}' ` +
        `AND table = '${table}'`,
    )) !== "0";
}

testServers(
  "a run that is killed at any moment leaves nothing that counts; the next heals",
  async () => {
    const servers = await sharedServers();
    const database = newDatabase();
    await inPlace(async (place) => {
      place.engineWords = servers.words(database);
      deliver(place, LAST);
      await place.run(...ONE_DAY);
      assertCharts(place, LAST, [LAST]);
      let withRests = 0;
      let hits = 0;
      deliverRows(place, LAST, ROWS);
      const expected = await embedded(place, ...ONE_DAY);
      // One run to its end, to know how long it takes.
      const start = Date.now();
      await place.run(...ONE_DAY, "--replace");
      const millis = Date.now() - start;
      assert.deepEqual(checksums(place), expected);
      for (let i = 0; i < CASES.clusterKills; i++) {
        // Another time of the log makes it another log of the same rows: the day is to be loaded again.
        const at = new Date(Date.UTC(2021, 11, 3, 0, i));
        Deno.utimeSync(place.path("logs/listen-20211201.log"), at, at);
        let wasKilled = false;
        await during(place, ONE_DAY, async (process) => {
          await new Promise((resolve) =>
            setTimeout(resolve, millis * (i + 0.5) / CASES.clusterKills)
          );
          try {
            process.kill("SIGKILL");
          } catch {
            // It had ended.
          }
          // One that has ended and is not yet waited for can be sent a signal, too.
          wasKilled = (await process.status).signal === "SIGKILL";
        });
        if (wasKilled) hits++;
        if ((await unnamedLoads(servers, database)).length > 0) withRests++;
        assert.deepEqual(checksums(place), expected, `reports after kill ${i}`);
      }
      assert.ok(hits >= CASES.clusterKills * 2 / 3, `${hits} kills have hit a run`);
      assert.ok(withRests > 0, "some kill has hit a load");
      await place.run(...ONE_DAY);
      assert.deepEqual(checksums(place), expected);
      assert.deepEqual(await unnamedLoads(servers, database), []);
      assert.deepEqual(place.names("results").filter((name) => name.startsWith(".")), []);
    });
  },
);

for (const table of ["country_counts", "user_counts"]) {
  testServers(`a run killed when ${table} of a shard has streams never counts them`, async () => {
    const servers = await sharedServers();
    const database = newDatabase();
    await inPlace(async (place) => {
      place.engineWords = servers.words(database);
      deliverRows(place, LAST, 3 * ROWS);
      const expected = await embedded(place, ...ONE_DAY);
      await during(place, ONE_DAY, async (process) => {
        await until(hasParts(servers, 1, database, table));
        process.kill("SIGKILL");
      });
      assert.equal((await unnamedLoads(servers, database)).length > 0, true);
      await place.run(...ONE_DAY);
      assert.deepEqual(checksums(place), expected);
      assert.deepEqual(await unnamedLoads(servers, database), []);
    });
  });
}

testServers("SIGTERM in the middle of a load ends the run; the next one heals", async () => {
  const servers = await sharedServers();
  const database = newDatabase();
  await inPlace(async (place) => {
    place.engineWords = servers.words(database);
    deliverRows(place, LAST, 3 * ROWS);
    const ended = await during(place, ONE_DAY, async (process) => {
      await until(hasParts(servers, 0, database, "user_counts"));
      process.kill("SIGTERM");
    });
    assert.equal(ended.status, 143);
    assert.equal(ended.stderr, "Stopped: former results are untouched\n");
    await place.run(...ONE_DAY);
    assert.deepEqual(checksums(place), await embedded(place, ...ONE_DAY));
  });
});

/** Servers of a test's own, of which one is reached by a line that can be cut. */
async function withProxy(
  body: (place: Place, servers: Servers, proxy: Proxy) => Promise<void>,
): Promise<void> {
  const servers = await Servers.start(2);
  const proxy = new Proxy(servers.urls[1]);
  try {
    await inPlace(async (place) => {
      place.engineWords = servers.words("goes", [servers.urls[0], proxy.url]);
      await body(place, servers, proxy);
    });
  } finally {
    proxy.end();
    await servers.end();
  }
}

testServers(
  "a server that goes away in the middle of a load is named; former results stay",
  () =>
    withProxy(async (place, servers, proxy) => {
      deliver(place, LAST);
      await place.run(...ONE_DAY);
      deliverRows(place, LAST, 3 * ROWS);
      let isKilled = false;
      proxy.watch = async ({ request, sentBytes }) => {
        if (isKilled || !request.includes("user_counts") || sentBytes < 1_500_000) return;
        isKilled = true;
        await servers.kill(1);
      };
      const refused = await place.runFails(1, ...ONE_DAY);
      assert.ok(isKilled);
      const url = proxy.url.replaceAll(".", "\\.");
      assert.match(
        refused,
        new RegExp(
          `^Cannot load streams of 2021-12-01 into ClickHouse "${url}": [a-z ]+, ` +
            "expected a server that answers \\(--clickhouse URL\\)\n$",
        ),
      );
      assertCharts(place, LAST, [LAST]);
      // Without it, the next run says so before anything else.
      const again = await place.runFails(1, ...ONE_DAY);
      assert.match(
        again,
        new RegExp(`^Cannot use ClickHouse "${url}": .*expected a server that answers`),
      );
      await servers.begin(1);
      await place.run(...ONE_DAY);
      assert.deepEqual(checksums(place), await embedded(place, ...ONE_DAY));
    }),
);

/** What a report may be cut by. */
const CUTS = [
  ["before it answers", 0],
  ["in the middle of its answer", 100_000],
] as const;

for (const [when, bytes] of CUTS) {
  testServers(
    `a server that goes away ${when} to a chart is named; former results stay`,
    () =>
      withProxy(async (place, servers, proxy) => {
        deliver(place, LAST);
        await place.run(...ONE_DAY);
        deliverRows(place, LAST, ROWS);
        let isKilled = false;
        proxy.watch = async ({ request, answeredBytes, cut }) => {
          if (isKilled || !request.includes("ORDER BY user, song") || answeredBytes < bytes) return;
          isKilled = true;
          await servers.kill(1);
          cut();
        };
        const refused = await place.runFails(1, ...ONE_DAY);
        assert.ok(isKilled);
        const [message] = refused.split("\n");
        assert.ok(
          message.startsWith(`Cannot make the chart by user with ClickHouse "${proxy.url}": `),
          message,
        );
        assert.ok(message.endsWith(", expected a server that answers (--clickhouse URL)"), message);
        assertCharts(place, LAST, [LAST]);
        await servers.begin(1);
        await place.run(...ONE_DAY);
        assert.deepEqual(checksums(place), await embedded(place, ...ONE_DAY));
      }),
  );
}

testServers(
  "a shard that is gone when the chart of countries is made is named",
  () =>
    withProxy(async (place, servers, proxy) => {
      deliver(place, LAST);
      const words = [...ONE_DAY, "--by", "user,country"];
      await place.run(...words);
      const former = place.contents("results");
      deliver(place, LAST, logOf(LAST - 1), new Date("2021-12-03T00:00:00Z"));
      const counted = new Set<unknown>();
      proxy.watch = async (passing) => {
        const { request, answeredBytes } = passing;
        if (!/count\(\)[^]*country_counts/.test(request) || answeredBytes === 0) return;
        if (counted.has(passing)) return;
        // After the load, before the former load is dropped, and just before the chart is asked for.
        if (counted.add(passing).size < 3) return;
        proxy.watch = () => {};
        // The answer is held back until all of it is on its way, and nobody is there any more.
        await new Promise((resolve) => setTimeout(resolve, 300));
        await servers.kill(1);
      };
      const refused = await place.runFails(1, ...words);
      assert.equal(counted.size, 3);
      const first = servers.urls[0].replaceAll(".", "\\.");
      assert.match(
        refused,
        new RegExp(
          `^Cannot make the chart by country with ClickHouse "${first}": .*connection.*` +
            "\\(code \\d+\\), expected the server to do it\n$",
        ),
      );
      assertSameFiles(place.contents("results"), former);
      await servers.begin(1);
      await place.run(...words);
      assertCharts(place, LAST, [LAST], { logs: { [LAST]: logOf(LAST - 1) } });
    }),
);

testServers(
  "a day whose streams are lost on a shard is loaded again, or refused by name",
  async () => {
    const servers = await sharedServers();
    const database = newDatabase();
    await inPlace(async (place) => {
      place.engineWords = servers.words(database);
      const words = ["--date", formatDay(LAST), "--days", "2"];
      deliver(place, LAST);
      deliver(place, LAST - 1);
      await place.run(...words);
      const lose = async (day: string): Promise<void> => {
        const partition = await servers.ask(
          1,
          `SELECT any(partition) FROM system.parts WHERE active AND database = '${database}' AND ` +
            `table = 'user_counts' AND partition LIKE '%${day}%' FORMAT TSVRaw`,
        );
        await servers.ask(1, `ALTER TABLE ${database}.user_counts DROP PARTITION ${partition}`);
      };
      await lose("2021-12-01");
      const { stderr } = await place.run(...words);
      assert.match(
        stderr,
        /Warning: cannot use 2021-12-01 in database "t\d+" of ClickHouse "[^"]*", "[^"]*": \d+ streams by user, expected the \d+ of its manifest; building it again from its log\n/,
      );
      assertCharts(place, LAST, [LAST - 1, LAST]);
      await lose("2021-11-30");
      takeAway(place, LAST - 1);
      const former = place.contents("results");
      const refused = await place.runFails(1, ...words);
      assert.match(
        refused,
        /^Cannot use 2021-11-30 in .*; the log of 2021-11-30 is gone, expected/,
      );
      assertSameFiles(place.contents("results"), former);
    });
  },
);

const { state } = Deno.permissions.querySync({ name: "sys", kind: "uid" });
const IS_ROOT = state === "granted" && Deno.uid() === 0;

testServers(
  "a shard whose disk is full is named; former results stay; the next run heals",
  async () => {
    const folder = Deno.makeTempDirSync({ prefix: "topstreams-full-" });
    const mount = await new Deno.Command("mount", {
      args: ["-t", "tmpfs", "-o", "size=12m", "tmpfs", folder],
    }).output();
    assert.ok(mount.success, new TextDecoder().decode(mount.stderr));
    const servers = await Servers.start(2, { data: { 1: `${folder}/data` } });
    try {
      await inPlace(async (place) => {
        place.engineWords = servers.words("full");
        deliver(place, LAST);
        await place.run(...ONE_DAY);
        deliverRows(place, LAST, 8 * ROWS, 4 * ROWS);
        const refused = await place.runFails(1, ...ONE_DAY);
        assert.match(
          refused,
          new RegExp(
            `^Cannot load streams of 2021-12-01 into ClickHouse "${servers.urls[1]}": .*, ` +
              "expected (?:room on its disk|the server to do it)\n$",
          ),
        );
        assertCharts(place, LAST, [LAST]);
        // What was loaded in part is dropped, so that a smaller log finds room.
        const rows = 60_000;
        deliverRows(place, LAST, rows);
        await place.run(...ONE_DAY);
        assert.deepEqual(checksums(place), await embedded(place, ...ONE_DAY));
      });
    } finally {
      await servers.end();
      await new Deno.Command("umount", { args: [folder] }).output();
      Deno.removeSync(folder, { recursive: true });
    }
  },
  IS_ROOT ? undefined : "a small disk can only be mounted by root",
);

testServers("a server that stands still is given up, whatever it was asked", async () => {
  const servers = await Servers.start(1);
  const connection = connectionTo(servers.urls, "default");
  const server = new Server(servers.urls[0], { ...connection, patienceMs: 400 });
  const silent = (act: string) => ({
    name: "ClickHouseError",
    message: `Cannot ${act} ClickHouse "${servers.urls[0]}": no answer within 0.4 s, ` +
      "expected a server that answers (--clickhouse URL)",
  });
  const { signal } = new AbortController();
  try {
    await servers.ask(0, "CREATE TABLE default.numbers (number UInt64) ENGINE = Log");
    // It may take longer than the patience, as long as the server answers at all.
    assert.equal(await server.text("wait with", "SELECT sleep(1.5)"), "0\n");
    const insert = server.insert("load into", "INSERT INTO default.numbers FORMAT RowBinary");
    insert.write(new Uint8Array(8 * 1024));
    const large = "SELECT number FROM system.numbers LIMIT 6000000 FORMAT RowBinary";
    const result = await server.open("go on with", large, {}, signal);
    await result.read();
    servers.signal(0, "SIGSTOP");
    const readAll = async (): Promise<void> => {
      while (await result.read() !== undefined);
    };
    await Promise.all([
      assert.rejects(readAll(), silent("go on with")),
      assert.rejects(insert.finish(), silent("load into")),
      assert.rejects(
        server.whole("ask", "SELECT 1", { mostBytes: 100, signal, settings: {} }),
        silent("ask"),
      ),
      assert.rejects(server.open("read", "SELECT 1", {}, signal), silent("read")),
      assert.rejects(server.text("look at", "SELECT 1"), silent("look at")),
    ]);
  } finally {
    server.close();
    await servers.end();
  }
});

testServers(
  "loads too large for a server to drop are told of, and count nowhere",
  async () => {
    const servers = await Servers.start(1, { largestDrop: 20_000 });
    const database = newDatabase();
    try {
      await inPlace(async (place) => {
        place.engineWords = servers.words(database);
        deliverRows(place, LAST, 60_000);
        await place.run(...ONE_DAY);
        const told = new RegExp(
          "Warning: cannot drop a load of 2021-12-01 from ClickHouse " +
            `"${
              servers.urls[0]
            }": [^]* \\(code 359\\), expected max_partition_size_to_drop in its ` +
            "configuration to allow it \\(0 for any size\\); until then it takes room, and is not " +
            "counted\n",
        );
        deliverRows(place, LAST, 50_000);
        const replaced = await place.run(...ONE_DAY);
        assert.match(replaced.stderr, told);
        const expected = await embedded(place, ...ONE_DAY);
        assert.deepEqual(checksums(place), expected);
        // Once more at the next start, and again where the day leaves the window.
        assert.match((await place.run(...ONE_DAY)).stderr, told);
        assert.deepEqual(checksums(place), expected);
        const next = LAST + 1;
        deliverRows(place, next, 1000);
        const last = await place.run("--date", formatDay(next), "--days", "1");
        assert.match(last.stderr, told);
        assert.equal((await unnamedLoads(servers, database)).length, 2);
      });
    } finally {
      await servers.end();
    }
  },
);
