/** What cannot be used is named: what was asked of which server, and what came back. */
import assert from "node:assert/strict";
import { assertSameFiles } from "../cli/_compare.ts";
import { assertCharts, deliver, LAST, logOf } from "../cli/_week.ts";
import { endOf, inPlace, IS_COMPILED, type Place, PROGRAM } from "../cli/program.ts";
import { checksums, deliverRows, embedded, ONE_DAY } from "./_logs.ts";
import { connectionTo } from "../../bench/clickhouse/servers.ts";
import { chartQuery } from "../../io/clickhouse/charting.ts";
import { Server } from "../../io/clickhouse/server.ts";
import { newDatabase, PASSWORD, Servers, sharedServers, testServers } from "./_servers.ts";

/** Does a run of which former results must stay as they are. */
async function refused(place: Place, ...words: string[]): Promise<string> {
  const former = place.contents("results");
  const message = await place.runFails(1, ...ONE_DAY, ...words);
  assertSameFiles(place.contents("results"), former);
  assert.ok(!message.includes(PASSWORD), "no password");
  return message;
}

/** A place with charts, made with a database of its own. */
async function withCharts(
  body: (place: Place, servers: Servers, database: string) => Promise<void>,
): Promise<void> {
  const servers = await sharedServers();
  const database = newDatabase();
  await inPlace(async (place) => {
    place.engineWords = servers.words(database);
    deliver(place, LAST);
    await place.run(...ONE_DAY);
    await body(place, servers, database);
  });
}

/** A port on which nobody listens. */
function closedPort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  listener.close();
  return (listener.addr as Deno.NetAddr).port;
}

/** Something that speaks HTTP, and answers all that is asked in the same way. */
async function withFake(
  answer: () => Response | Promise<Response>,
  body: (url: string) => Promise<void>,
): Promise<void> {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, answer);
  try {
    await body(`http://127.0.0.1:${server.addr.port}`);
  } finally {
    await server.shutdown();
  }
}

testServers(
  "a host where nobody listens is named",
  () =>
    withCharts(async (place, servers, database) => {
      const url = `http://127.0.0.1:${closedPort()}`;
      place.engineWords = servers.words(database, [servers.urls[0], url]);
      assert.equal(
        await refused(place),
        `Cannot use ClickHouse "${url}": connection refused, ` +
          "expected a server that answers (--clickhouse URL)\n",
      );
    }),
);

testServers("a wrong password is named, and not shown", () =>
  withCharts(async (place, servers) => {
    const wrong = "wr0ng-p4ss";
    place.write("wrong", `${wrong}\n`);
    const message = await refused(place, "--password-file", place.path("wrong"));
    const rest = "expected the user's password (--password-file FILE)\n";
    assert.equal(
      message,
      `Cannot use ClickHouse "${
        servers.urls[0]
      }": wrong password for user loader (code 193), ${rest}`,
    );
    assert.ok(!message.includes(wrong));
  }));

testServers("an unknown user is named", () =>
  withCharts(async (place, servers) => {
    assert.equal(
      await refused(place, "--login", "nobody"),
      `Cannot use ClickHouse "${servers.urls[0]}": unknown user nobody (code 192), ` +
        "expected a user that it knows (--login NAME)\n",
    );
  }));

testServers("a file of the password that is not there, or holds more, is a mistake", async () => {
  const servers = await sharedServers();
  await inPlace(async (place) => {
    place.engineWords = servers.words("never");
    deliver(place, LAST);
    const missing = place.path("missing");
    assert.equal(
      await place.runFails(2, ...ONE_DAY, "--password-file", missing),
      `Cannot use "--password-file ${missing}": not found, expected a file with the password\n`,
    );
    place.write("two", "s3cret\nlines\n");
    assert.equal(
      await place.runFails(2, ...ONE_DAY, "--password-file", place.path("two")),
      `Cannot use "--password-file ${place.path("two")}": more than one line, ` +
        "or a control character, expected the password\n",
    );
    place.write("blank", "s3cret \n");
    assert.equal(
      await place.runFails(2, ...ONE_DAY, "--password-file", place.path("blank")),
      `Cannot use "--password-file ${place.path("blank")}": a blank at its beginning or end, ` +
        "expected the password without one\n",
    );
  });
});

testServers("shards that refuse each other are told from a login that is refused", async () => {
  const servers = await Servers.start(2, { shardPassword: "another" });
  try {
    await inPlace(async (place) => {
      place.engineWords = servers.words("apart");
      deliver(place, LAST);
      const rest = new RegExp(
        `ClickHouse "${servers.urls[0]}": received from 127\\.0\\.0\\.1:\\d+\\. DB::Exception: ` +
          "Wrong password for user loader \\(code 193\\), expected a login that this shard takes in " +
          "remote_servers of its configuration\n?$",
      );
      const asked = await place.runFails(1, ...ONE_DAY);
      assert.ok(asked.startsWith('Cannot ask all shards of cluster "topstreams" by '), asked);
      assert.match(asked, rest);
      // As where the configuration changes after the servers were looked at.
      const connection = connectionTo(servers.urls, "apart");
      const loads = [{ day: LAST, load: 1 }];
      const first = new Server(servers.urls[0], connection);
      for (const kind of ["country", "world"] as const) {
        const sql = chartQuery({ kind, top: 1, ids: "number", connection, loads }, {});
        const { signal } = new AbortController();
        await assert.rejects(first.open("make the chart with", sql, {}, signal), { message: rest });
      }
      first.close();
    });
  } finally {
    await servers.end();
  }
});

testServers(
  "a missing shard, one named twice, and one of another cluster are named",
  () =>
    withCharts(async (place, servers, database) => {
      const [first, second] = servers.urls;
      const hint = "(--clickhouse URL, once a shard; another --database begins another cluster)\n";
      place.engineWords = servers.words(database, [first]);
      assert.equal(
        await refused(place),
        `Cannot use ClickHouse "${first}": it is shard 1 of 2, expected all 2 shards, ` +
          `and 1 was named ${hint}`,
      );
      place.engineWords = servers.words(database, [first, first]);
      assert.equal(
        await refused(place),
        `Cannot use ClickHouse "${first}": it is the same shard as ClickHouse "${first}", ` +
          `expected the shards of one cluster, each once ${hint}`,
      );
      await servers.ask(1, `DROP TABLE ${database}.shards`);
      const shards = `${database}.shards (cluster String, shard UInt16, shards UInt16)`;
      await servers.ask(1, `CREATE TABLE ${shards} ENGINE = MergeTree ORDER BY shard`);
      await servers.ask(1, `INSERT INTO ${database}.shards VALUES ('another', 2, 2)`);
      place.engineWords = servers.words(database);
      assert.equal(
        await refused(place),
        `Cannot use ClickHouse "${second}": it is a shard of another cluster than ` +
          `ClickHouse "${first}", expected the shards of one cluster, each once ${hint}`,
      );
    }),
);

testServers(
  "shards may be named in any order",
  () =>
    withCharts(async (place, servers, database) => {
      place.engineWords = servers.words(database, servers.urls.toReversed());
      deliver(place, LAST, logOf(LAST - 1), new Date("2021-12-04T00:00:00Z"));
      await place.run(...ONE_DAY);
      assertCharts(place, LAST, [LAST], { logs: { [LAST]: logOf(LAST - 1) } });
    }),
);

testServers(
  "a cluster that the servers do not know, or that is another, is named",
  () =>
    withCharts(async (place, servers) => {
      assert.equal(
        await refused(place, "--cluster", "nosuch"),
        `Cannot ask all shards by ClickHouse "${
          servers.urls[0]
        }": its configuration has no cluster ` +
          '"nosuch", expected one of the 2 shards (--cluster NAME)\n',
      );
      const others = await Servers.start(1);
      try {
        // These servers know a cluster of that name, which is not the one that is named.
        const urls = [others.urls[0], servers.urls[0]];
        place.engineWords = servers.words("mixed", urls);
        const message = await refused(place);
        assert.match(
          message,
          new RegExp(`^Cannot use cluster "topstreams" of ClickHouse "${urls[0]}"`),
        );
        assert.match(message, /it has 1 shard that is not those named, expected the same 2/);
      } finally {
        await others.end();
      }
    }),
);

/** Tables of other shapes, and what is said of them. */
const SHAPES: readonly (readonly [change: string, problem: string])[] = [
  [
    "user String, song UInt64, streams UInt64 DEFAULT 1) " +
    "ENGINE = SummingMergeTree(streams) PARTITION BY (day, load) ORDER BY (user, song)",
    "its column user is String, expected UInt64",
  ],
  [
    "user UInt64, song UInt64) " +
    "ENGINE = SummingMergeTree PARTITION BY (day, load) ORDER BY (user, song)",
    "it has no column streams, expected one of type UInt64",
  ],
  [
    "user UInt64, song UInt64, streams UInt64 DEFAULT 1, device String) " +
    "ENGINE = SummingMergeTree(streams) PARTITION BY (day, load) ORDER BY (user, song)",
    "it has a column device, expected none of that name",
  ],
  [
    "user UInt64, song UInt64, streams UInt64) " +
    "ENGINE = SummingMergeTree(streams) PARTITION BY (day, load) ORDER BY (user, song)",
    "its column streams has nothing by default, expected 1",
  ],
  [
    "user UInt64, song UInt64, streams UInt64 DEFAULT 2) " +
    "ENGINE = SummingMergeTree(streams) PARTITION BY (day, load) ORDER BY (user, song)",
    "its column streams has 2 by default, expected 1",
  ],
  [
    "user UInt64, song UInt64, streams UInt64 MATERIALIZED 1) " +
    "ENGINE = SummingMergeTree PARTITION BY (day, load) ORDER BY (user, song)",
    "its column streams has MATERIALIZED CAST(1, 'UInt64') by default, expected 1",
  ],
  [
    "user UInt64, song UInt64, streams UInt64 DEFAULT 1) " +
    "ENGINE = SummingMergeTree PARTITION BY (day, load) ORDER BY (user, song)",
    "its engine is for nothing, expected streams",
  ],
  [
    "user UInt64, song UInt64, streams UInt64 DEFAULT 1) " +
    "ENGINE = MergeTree PARTITION BY (day, load) ORDER BY (user, song)",
    "its engine is MergeTree, expected SummingMergeTree",
  ],
  [
    "user UInt64, song UInt64, streams UInt64 DEFAULT 1) " +
    "ENGINE = SummingMergeTree(streams) PARTITION BY day ORDER BY (user, song)",
    "it is partitioned by day, expected day, load",
  ],
  [
    "user UInt64, song UInt64, streams UInt64 DEFAULT 1) " +
    "ENGINE = SummingMergeTree(streams) PARTITION BY (day, load) ORDER BY (song, user)",
    "it is ordered by song, user, expected user, song",
  ],
];

testServers(
  "a table of another shape is named, with the difference",
  () =>
    withCharts(async (place, servers, database) => {
      for (const [change, problem] of SHAPES) {
        await servers.ask(1, `DROP TABLE ${database}.user_counts`);
        await servers.ask(
          1,
          `CREATE TABLE ${database}.user_counts (day Date, load UInt64, ${change}`,
        );
        assert.equal(
          await refused(place),
          `Cannot use table "${database}.user_counts" of ClickHouse "${servers.urls[1]}": ` +
            `${problem} (--database NAME uses another database)\n`,
        );
      }
    }),
);

testServers(
  "a table of manifests that does not keep the newest load is named",
  () =>
    withCharts(async (place, servers, database) => {
      await servers.ask(0, `DROP TABLE ${database}.manifests`);
      await servers.ask(
        0,
        `CREATE TABLE ${database}.manifests (day Date, load UInt64, shards UInt16, ` +
          "manifest String) ENGINE = ReplacingMergeTree PARTITION BY day ORDER BY day",
      );
      assert.equal(
        await refused(place),
        `Cannot use table "${database}.manifests" of ClickHouse "${servers.urls[0]}": ` +
          "its engine is for nothing, expected load (--database NAME uses another database)\n",
      );
    }),
);

testServers("too many parts are told with what helps", async () => {
  const servers = await sharedServers();
  const table = `default.${newDatabase()}`;
  await servers.ask(
    0,
    `CREATE TABLE ${table} (day Date) ENGINE = MergeTree PARTITION BY day ORDER BY day ` +
      "SETTINGS parts_to_delay_insert = 1, parts_to_throw_insert = 1",
  );
  const insert = (): Promise<string> => servers.ask(0, `INSERT INTO ${table} VALUES (1)`);
  await insert();
  await assert.rejects(insert(), {
    message: `Cannot test ClickHouse "${servers.urls[0]}": too many parts (1). Merges are ` +
      "processing significantly slower than inserts (code 252), expected time to merge " +
      "(fewer --jobs, or a greater parts_to_throw_insert in its configuration)",
  });
  await servers.ask(0, `DROP TABLE ${table}`);
});

testServers(
  "a server that is too old, and what is none, are named",
  () =>
    withCharts(async (place, servers, database) => {
      await withFake(() => new Response("1.1.54343\n"), async (url) => {
        place.engineWords = servers.words(database, [url]);
        assert.equal(
          await refused(place),
          `Cannot use ClickHouse "${url}": version 1.1.54343, expected 18.16 or later\n`,
        );
      });
      await withFake(() => new Response("<html>hello</html>"), async (url) => {
        place.engineWords = servers.words(database, [url]);
        assert.equal(
          await refused(place),
          `Cannot use ClickHouse "${url}": no version of ClickHouse, expected 18.16 or later\n`,
        );
      });
      await withFake(() => new Response("Not found", { status: 404 }), async (url) => {
        place.engineWords = servers.words(database, [url]);
        assert.equal(
          await refused(place),
          `Cannot use ClickHouse "${url}": HTTP status 404 (not found), ` +
            "expected ClickHouse's HTTP port\n",
        );
      });
      await withFake(
        () => new Response(null, { status: 302, headers: { location: servers.urls[0] } }),
        async (url) => {
          place.engineWords = servers.words(database, [url]);
          assert.match(
            await refused(place),
            /: HTTP status 302, expected ClickHouse's HTTP port\n$/,
          );
        },
      );
    }),
);

testServers(
  "two runs never work on a cluster at once; --wait waits; a lock dies with its run",
  () =>
    withCharts(async (place, servers, database) => {
      // Another folder, as on another machine: only the cluster's own lock stands between them.
      await inPlace(async (other) => {
        other.engineWords = servers.words(database);
        deliverRows(other, LAST, 1_500_000);
        const first = other.start(...other.runWords(...ONE_DAY, "--replace"));
        const ended = endOf(first);
        const lock = `SELECT query FROM system.processes WHERE query_id LIKE '%in ${database}'`;
        while ((await servers.ask(0, lock)) === "") await new Promise((go) => setTimeout(go, 20));
        assert.match(
          await refused(place),
          new RegExp(
            `^Cannot lock database "${database}" of ClickHouse "${servers.urls[0]}": another run ` +
              "holds the lock \\(process \\d+, since 20\\d\\d-[^ ,]+, [0-9a-f]{8}\\), " +
              "expected one run at a time \\(--wait SECONDS waits for its end\\)\n$",
          ),
        );
        const second = await place.run(...ONE_DAY, "--wait", "60");
        assert.match(
          second.stderr,
          /Warning: another run holds the lock \(process \d+, .*waiting for up/,
        );
        assert.equal((await ended).status, 0);
        assertCharts(place, LAST, [LAST]);
        // Killed: the next one need not wait.
        const third = other.start(...other.runWords(...ONE_DAY, "--replace"));
        const killed = endOf(third);
        while ((await servers.ask(0, lock)) === "") await new Promise((go) => setTimeout(go, 20));
        third.kill("SIGKILL");
        await killed;
        await other.run(...ONE_DAY, "--wait", "10");
        assert.deepEqual(checksums(other), await embedded(other, ...ONE_DAY));
      });
    }),
);

testServers(
  "clickhouse init makes what a run needs; so do the statements that --print shows",
  async () => {
    const servers = await sharedServers();
    await inPlace(async (place) => {
      deliver(place, LAST);
      const database = newDatabase();
      place.engineWords = servers.words(database);
      const words = servers.clusterWords(database);
      const made = await place.topstreams("clickhouse", "init", ...words);
      assert.equal(made.status, 0, made.stderr);
      assert.equal(
        made.stderr,
        `Database "${database}" is ready: 2 shards, ClickHouse ${await servers.ask(
          0,
          "SELECT version()",
        )}` +
          `\n  1  ${servers.urls[0]}\n  2  ${servers.urls[1]}\n`,
      );
      const tables = (i: number): Promise<string> =>
        servers.ask(
          i,
          `SELECT name FROM system.tables WHERE database = '${database}' ORDER BY name`,
        );
      const counts = ["country_counts", "country_counts_of_texts"];
      const others = ["run_lock", "shards", "user_counts", "user_counts_of_texts"];
      assert.equal(await tables(0), [...counts, "manifests", ...others].join("\n"));
      assert.equal(await tables(1), [...counts, ...others].join("\n"));
      await place.run(...ONE_DAY);
      assertCharts(place, LAST, [LAST]);

      const printed = newDatabase();
      const shown = await place.topstreams("clickhouse", "init", "--print", "--database", printed);
      assert.equal(shown.status, 0);
      assert.equal(await servers.ask(0, `EXISTS TABLE ${printed}.manifests`).catch(() => "0"), "0");
      for (const statement of shown.stdout.split(";").map((text) => text.trim())) {
        if (statement !== "") await servers.askAll(statement);
      }
      place.engineWords = servers.words(printed);
      await place.run(...ONE_DAY);
      assertCharts(place, LAST, [LAST]);
    });
  },
);

testServers(
  "no password is in what a run says or writes, nor in what the servers log",
  async () => {
    const servers = await Servers.start(2, { logLevel: "trace" });
    try {
      await inPlace(async (place) => {
        place.engineWords = servers.words("quiet");
        deliver(place, LAST);
        const said = [
          await place.run(...ONE_DAY, "--verbose", "--by", "country,user,world"),
          await place.topstreams("clickhouse", "init", ...servers.clusterWords("quiet")),
        ];
        const texts = said.flatMap(({ stdout, stderr }) => [stdout, stderr]);
        for (const name of place.names().filter((name) => !name.endsWith("/"))) {
          texts.push(new TextDecoder().decode(Deno.readFileSync(place.path(name))));
        }
        const logs = servers.logs();
        assert.ok(logs.includes("user_counts"), "the servers have logged what was asked");
        const ascii = PASSWORD.slice(0, 8);
        for (const text of [...texts, logs]) assert.ok(!text.includes(ascii));
      });
    } finally {
      await servers.end();
    }
  },
);

testServers("a program that may not use the network says so", async () => {
  const servers = await sharedServers();
  await inPlace(async (place) => {
    const [program, ...words] = PROGRAM!;
    const process = new Deno.Command(program, {
      args: [...words, "run", ...servers.words("never")],
      cwd: place.folder,
      stdout: "null",
      stderr: "piped",
    });
    const { code, stderr } = await process.output();
    assert.equal(code, 2);
    assert.equal(
      new TextDecoder().decode(stderr),
      `Cannot use "--clickhouse": this program may not connect to ${
        new URL(servers.urls[0]).host
      }, ` +
        "expected one that may (the executable topstreams-cluster, or deno run with --allow-net)\n",
    );
  });
}, IS_COMPILED ? "this executable may use the network" : undefined);
