/** Both engines give the same bytes: golden cases, random logs, 3 million rows. */
import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import { compactDay, formatDay, parseDay } from "../../core/day.ts";
import { CASES } from "../../docs/promises.ts";
import { assertSameFiles } from "../cli/_compare.ts";
import { bytesOf, deliver, LAST, summaryIn } from "../cli/_week.ts";
import { inPlace } from "../cli/program.ts";
import { checksums, deliverRows, embedded, ONE_DAY } from "./_logs.ts";
import { newDatabase, sharedServers, testServers } from "./_servers.ts";

const GOLDEN = new URL("../golden/", import.meta.url);

const GOLDENS = [...Deno.readDirSync(GOLDEN)].filter((entry) => entry.isDirectory)
  .map((entry) => entry.name).sort();

for (const name of GOLDENS) {
  testServers(`the reports of golden/${name} are those that are expected`, async () => {
    const servers = await sharedServers();
    const database = newDatabase();
    await inPlace(async (place) => {
      place.engineWords = servers.words(database);
      const folder = new URL(`${name}/`, GOLDEN);
      const { date, days, top } = JSON.parse(Deno.readTextFileSync(new URL("args.json", folder)));
      for (const { name: log } of Deno.readDirSync(new URL("logs/", folder))) {
        place.write(`logs/${log}`, Deno.readFileSync(new URL(`logs/${log}`, folder)));
      }
      const words = ["--date", date, "--days", String(days), "--top", String(top)];
      await place.run(...words, "--max-rejected", "100%");
      const expected = Object.fromEntries(
        ["country", "user"].map((kind) => {
          const report = `${kind}_top${top}_${compactDay(parseDay(date)!)}.txt`;
          return [report, Deno.readTextFileSync(new URL(`expected/${report}`, folder))];
        }),
      );
      assertSameFiles(place.contents("results"), expected, name);
    });
    await servers.askAll(`DROP DATABASE ${database}`);
  });
}

/** Few songs, users and countries, so that there are ties; some ids at the borders. */
const ids = fc.oneof(
  fc.integer({ min: 0, max: 12 }),
  fc.constantFrom(4294967295, 4294967296, 2 ** 53 - 1, 8589934592),
).map(String);
const texts = fc.oneof(
  ids,
  fc.constantFrom(
    "a",
    "aa",
    "\u00e9",
    "\u{1f3b5}",
    "\ufeffx",
    "it's",
    "back\\slash",
    "x y",
    "%7C:,",
  ),
  fc.integer({ min: 127, max: 256 }).map((length) => "z".repeat(length)),
);
const country = fc.constantFrom("FR", "DE", "AA", "ZZ", "NA");

function logsOf(id: fc.Arbitrary<string>): fc.Arbitrary<string[]> {
  const row = fc.tuple(id, id, country).map((fields) => fields.join("|"));
  const log = fc.array(row, { maxLength: 120 }).map((rows) =>
    rows.map((each) => `${each}\n`).join("")
  );
  return fc.array(log, { minLength: 1, maxLength: 3 });
}

const RUNS = CASES.clusterLogs;

for (const [kind, id] of [["number", ids], ["text", texts]] as const) {
  testServers(
    `random logs with ids of kind ${kind} give the same bytes (${RUNS} cases)`,
    async () => {
      const servers = await sharedServers();
      await fc.assert(
        fc.asyncProperty(logsOf(id), fc.integer({ min: 1, max: 5 }), async (logs, top) => {
          const database = newDatabase();
          await inPlace(async (place) => {
            place.engineWords = servers.words(database);
            logs.forEach((log, i) => {
              const bytes = new TextEncoder().encode(log);
              deliver(place, LAST - i, Array.from(bytes, (b) => String.fromCharCode(b)).join(""));
            });
            const words = ["--date", formatDay(LAST), "--days", "3", "--top", String(top)];
            words.push("--ids", kind, "--by", "country,user,world", "--max-rejected", "100%");
            const expected = await embedded(place, ...words);
            await place.run(...words);
            assert.deepEqual(checksums(place), expected);
          });
          await servers.askAll(`DROP DATABASE ${database}`);
        }),
        { numRuns: RUNS, endOnFailure: true },
      );
    },
  );
}

testServers("3 million rows give the same bytes, loaded and asked in many pieces", async () => {
  const servers = await sharedServers();
  const database = newDatabase();
  await inPlace(async (place) => {
    place.engineWords = servers.words(database);
    deliverRows(place, LAST, 3_000_000);
    const words = [...ONE_DAY, "--by", "country,user,world", "--jobs", "2"];
    const expected = await embedded(place, ...words);
    await place.run(...words);
    assert.deepEqual(checksums(place), expected);
    const { reports, peakMemoryBytes, logs } = summaryIn(place, LAST);
    for (const { streams } of reports) assert.equal(streams, logs[0].streams);
    assert.ok(peakMemoryBytes < 512 * 2 ** 20, `${peakMemoryBytes} bytes`);
    // Both shards have a fair part of the users.
    const counts = await servers.askAll(`SELECT sum(streams) FROM ${database}.user_counts`);
    for (const count of counts.map(Number)) {
      assert.ok(count > 0.4 * logs[0].streams && count < 0.6 * logs[0].streams, String(counts));
    }
  });
  await servers.askAll(`DROP DATABASE ${database}`);
});

testServers("ids that are text give the same bytes, asked for in many ranges", async () => {
  const servers = await sharedServers();
  const database = newDatabase();
  await inPlace(async (place) => {
    place.engineWords = servers.words(database);
    deliverRows(place, LAST, 600_000);
    const words = [...ONE_DAY, "--ids", "text", "--by", "user", "--jobs", "1"];
    // Little memory: a range is of some ten thousand rows.
    words.push("--memory", "152MiB");
    const expected = await embedded(place, ...words);
    await place.run(...words);
    assert.deepEqual(checksums(place), expected);
  });
  await servers.askAll(`DROP DATABASE ${database}`);
});

testServers("one user with more songs than fit in memory gives the same bytes", async () => {
  const servers = await sharedServers();
  const database = newDatabase();
  await inPlace(async (place) => {
    place.engineWords = servers.words(database);
    const rows = Array.from(
      { length: 1_200_000 },
      (_, i) => `${i % 1_150_000}|7|FR\n${i % 9}|8|FR\n`,
    );
    deliver(place, LAST, rows.join(""));
    const words = [...ONE_DAY, "--top", "300000", "--memory", "300MiB"];
    const expected = await embedded(place, ...words);
    await place.run(...words);
    assert.deepEqual(checksums(place), expected);
  });
  await servers.askAll(`DROP DATABASE ${database}`);
});

testServers("one shard gives the same bytes as two", async () => {
  const servers = await sharedServers();
  const database = newDatabase();
  await inPlace(async (place) => {
    place.engineWords = servers.words(database, servers.urls.slice(1));
    deliver(place, LAST);
    place.write("logs/listen-20211130.log", bytesOf("1|2|FR\n1|2|FR\n3|2|FR\n"));
    const words = ["--date", formatDay(LAST), "--days", "2", "--by", "country,user,world"];
    const expected = await embedded(place, ...words);
    await place.run(...words);
    assert.deepEqual(checksums(place), expected);
  });
  await servers.ask(1, `DROP DATABASE ${database}`);
});
