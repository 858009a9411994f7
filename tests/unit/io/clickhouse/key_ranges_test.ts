import assert from "node:assert/strict";
import { chartQuery } from "../../../../io/clickhouse/charting.ts";
import {
  conditionOfRange,
  MOST_SAMPLES,
  rangesCutAt,
  rangesOfCountries,
  rangesOfUsers,
  samplingOf,
} from "../../../../io/clickhouse/key_ranges.ts";
import { loadOfPartition } from "../../../../io/clickhouse/loads.ts";

Deno.test("rangesCutAt() covers all keys, each once", () => {
  assert.deepEqual(rangesCutAt([]), [{ from: undefined, to: undefined }]);
  assert.deepEqual(rangesCutAt(["3", "3", "7"]), [
    { from: undefined, to: "3" },
    { from: "3", to: "7" },
    { from: "7", to: undefined },
  ]);
  const conditions = rangesCutAt(["3", "7"]).map((range) => conditionOfRange("user", range));
  assert.deepEqual(conditions, [" AND user < 3", " AND user >= 3 AND user < 7", " AND user >= 7"]);
});

Deno.test("rangesOfCountries() cuts at about so many streams, and never within a country", () => {
  const totals: Record<string, number>[] = [{ AA: 5, BB: 1, DD: 40 }, { AA: 5, CC: 3, ZZ: 1 }];
  const cuts = rangesOfCountries(totals, 12).map(({ from }) => from);
  assert.deepEqual(cuts, [undefined, "'CC'", "'DD'", "'ZZ'"]);
  assert.deepEqual(rangesOfCountries(totals, 1000), [{ from: undefined, to: undefined }]);
  assert.deepEqual(rangesOfCountries([], 10), [{ from: undefined, to: undefined }]);
});

const LOADS = [{ day: 18961, load: 5 }, { day: 18962, load: 6 }];
const ONE = { urls: ["http://a"], user: "u", password: "secret", database: "d", cluster: "c" };
const TWO = { ...ONE, urls: ["http://a", "http://b"] };
const WHERE = "WHERE day IN (toDate(18961),toDate(18962)) AND load IN (5,6)";

/** A server that has the users 0, 1, 2 ... once each, and gives every one that a query asks for. */
function serverOfUsers(
  entries: number,
): { asked: number[]; rows<T>(...words: unknown[]): Promise<T[]> } {
  const asked: number[] = [];
  return {
    asked,
    // deno-lint-ignore require-await -- servers have to be waited for
    async rows<T>(_act: unknown, sql: unknown): Promise<T[]> {
      const share = Number(/ AND rand\(\) % (\d+) = 0$/.exec(String(sql))![1]);
      asked.push(share);
      const count = Math.floor(entries / share);
      return Array.from({ length: count }, (_, i) => ({ key: String(i * share) }) as T);
    },
  };
}

Deno.test("samplingOf() looks at a bounded number of keys, and makes ranges of about the rows wanted", () => {
  for (const entries of [1e3, 1e6, 1e9, 1e11, 1e13]) {
    for (const wanted of [1, 7, 20, 1000, 2 ** 20, 2 ** 26]) {
      if (entries <= wanted) continue;
      const { share, samplesOfRange } = samplingOf(entries, wanted);
      const name = `${entries} rows, ${wanted} wanted`;
      assert.ok(Number.isInteger(share) && share >= 1, name);
      assert.ok(entries / share <= MOST_SAMPLES, name);
      assert.ok(entries / (share * samplesOfRange) <= MOST_SAMPLES / 4 * 1.5, name);
      if (entries / wanted > MOST_SAMPLES / 4) continue;
      const size = share * samplesOfRange;
      assert.ok(size > 0.6 * wanted && size < 1.5 * wanted, `${name}: ${size}`);
    }
  }
});

Deno.test("rangesOfUsers() asks for a sample that does not grow with the rows", async () => {
  const about = { database: "d", ids: "number", loads: [{ day: 18961, load: 5 }] } as const;
  for (const [entries, wanted, ranges] of [[10, 10, 1], [1e5, 1e4, 10], [1e11, 2 ** 20, 16384]]) {
    const servers = [serverOfUsers(entries / 2), serverOfUsers(entries / 2)];
    const found = await rangesOfUsers({ ...about, servers, entries, wanted });
    for (const [share] of servers.map(({ asked }) => asked)) {
      assert.ok(share === undefined || entries / share <= 2 ** 16, `${entries} rows: ${share}`);
    }
    assert.ok(Math.abs(found.length - ranges) <= 1 + ranges / 50, `${found.length} of ${ranges}`);
  }
});

Deno.test("chartQuery() asks each shard for its users, and the first one for all countries", () => {
  const query = { top: 9, ids: "number", loads: LOADS } as const;
  assert.equal(
    chartQuery({ ...query, kind: "user", connection: TWO }, { from: "3" }),
    `SELECT user, song, streams FROM \`d\`.\`user_counts\` ${WHERE} AND user >= 3 ` +
      "ORDER BY user, song FORMAT RowBinary",
  );
  assert.equal(
    chartQuery({ ...query, kind: "country", ids: "text", connection: TWO }, {}),
    "SELECT country, song, sum(streams) AS total " +
      `FROM cluster('c', \`d\`, \`country_counts_of_texts\`) ${WHERE} ` +
      "GROUP BY country, song ORDER BY country, total DESC, song LIMIT 9 BY country " +
      "FORMAT RowBinary",
  );
  assert.equal(
    chartQuery({ ...query, kind: "world", connection: ONE }, {}),
    `SELECT song, sum(streams) AS total FROM \`d\`.\`country_counts\` ${WHERE} ` +
      "GROUP BY song ORDER BY total DESC, song LIMIT 9 FORMAT RowBinary",
  );
});

Deno.test("loadOfPartition() reads what versions show of a partition", () => {
  const load = { day: 18962, load: 1638403200123456 };
  for (const shown of ["('2021-12-01',1638403200123456)", "(\\'2021-12-01\\', 1638403200123456)"]) {
    assert.deepEqual(loadOfPartition(shown), load);
  }
  assert.throws(() => loadOfPartition("202112"), /Cannot read partition "202112"/);
});
