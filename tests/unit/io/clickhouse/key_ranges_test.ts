import assert from "node:assert/strict";
import { chartQuery } from "../../../../io/clickhouse/charting.ts";
import {
  conditionOfRange,
  rangesCutAt,
  rangesOfCountries,
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

Deno.test("chartQuery() asks each shard for its users, and the first one for all countries", () => {
  const query = { top: 9, ids: "number", loads: LOADS } as const;
  assert.equal(
    chartQuery({ ...query, kind: "user", connection: TWO }, { from: "3" }),
    `SELECT user, song, streams FROM \`d\`.\`user_counts\` ${WHERE} AND user >= 3 ` +
      "ORDER BY user, song FORMAT RowBinary",
  );
  assert.equal(
    chartQuery({ ...query, kind: "country", ids: "text", connection: TWO }, {}),
    "SELECT country, song, sum(streams) AS plays " +
      `FROM cluster('c', \`d\`, \`country_counts_of_texts\`) ${WHERE} ` +
      "GROUP BY country, song ORDER BY country, plays DESC, song LIMIT 9 BY country " +
      "FORMAT RowBinary",
  );
  assert.equal(
    chartQuery({ ...query, kind: "world", connection: ONE }, {}),
    `SELECT song, sum(streams) AS plays FROM \`d\`.\`country_counts\` ${WHERE} ` +
      "GROUP BY song ORDER BY plays DESC, song LIMIT 9 FORMAT RowBinary",
  );
});

Deno.test("loadOfPartition() reads what versions show of a partition", () => {
  const load = { day: 18962, load: 1638403200123456 };
  for (const shown of ["('2021-12-01',1638403200123456)", "(\\'2021-12-01\\', 1638403200123456)"]) {
    assert.deepEqual(loadOfPartition(shown), load);
  }
  assert.throws(() => loadOfPartition("202112"), /Cannot read partition "202112"/);
});
