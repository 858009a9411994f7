import assert from "node:assert/strict";
import { clusterSize, type RowCosts, type Site } from "../../../bench/clickhouse/scale.ts";

const COSTS: RowCosts = {
  loadServerSeconds: 1e-6,
  loadServerGrowth: 0,
  measuredRows: 1e7,
  loadProgramSeconds: 2e-7,
  chartServerSeconds: 5e-7,
  chartProgramSeconds: 1e-7,
  diskBytes: 10,
  reportBytes: 13,
  serverPeakBytes: 1e9,
};

const SITE: Site = {
  coresOfShard: 10,
  diskBytesOfShard: 1e12,
  coresOfProgram: 10,
  networkBytesPerSecond: 1e9,
  seconds: 1000,
  windowDays: 4,
};

Deno.test("clusterSize() has as many shards as the processors ask for", () => {
  // 1e9 rows: 1000 s of a core to load, 4e9 rows of the window 2000 s: 3000 of 6000 a shard.
  const small = clusterSize(1e9, COSTS, SITE);
  assert.equal(small.shards, 1);
  const large = clusterSize(1e10, COSTS, SITE);
  assert.equal(large.shards, 5);
  assert.ok(large.byProcessors > large.byDisk);
  assert.equal(large.diskBytes, 1e10 * 5 * 10);
  assert.equal(large.reportBytes, 4e10 * 13);
  assert.ok(Math.abs(large.programSeconds - 1000) < 1e-6, String(large.programSeconds));
});

Deno.test("clusterSize() has as many shards as the disk asks for", () => {
  const { shards, byDisk, byProcessors } = clusterSize(1e10, { ...COSTS, diskBytes: 1000 }, SITE);
  assert.equal(shards, 84);
  assert.ok(byDisk > byProcessors);
});

Deno.test("clusterSize() reckons that a shard with more rows has more to merge", () => {
  // 1.6e9 rows on a shard are 1e7 doubled 7.3 times; with two shards 6.3 times.
  const grown = { ...COSTS, loadServerGrowth: 3e-7 };
  const { shards, byProcessors } = clusterSize(1.6e9, grown, SITE);
  const load = 1e-6 + 3e-7 * Math.log2(80);
  assert.equal(shards, 2);
  assert.ok(Math.abs(byProcessors - (1.6e9 * load + 6.4e9 * 5e-7) / 6000) < 1e-9);
  // On fewer rows than were measured it costs no less.
  assert.equal(
    clusterSize(1e6, grown, SITE).byProcessors,
    clusterSize(1e6, COSTS, SITE).byProcessors,
  );
});

Deno.test("clusterSize() says when one program is not enough", () => {
  assert.equal(clusterSize(1e9, COSTS, SITE).isOneProgramEnough, true);
  assert.equal(clusterSize(2e10, COSTS, SITE).isOneProgramEnough, false);
});
