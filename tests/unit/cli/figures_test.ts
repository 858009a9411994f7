import assert from "node:assert/strict";
import { ago, bytes, counted, grouped } from "../../../cli/figures.ts";

const NO_PERMISSIONS = { permissions: "none" } as const;

Deno.test("grouped() sets thousands apart", NO_PERMISSIONS, () => {
  const cases = [[0, "0"], [999, "999"], [1000, "1 000"], [30_000_000, "30 000 000"]] as const;
  for (const [value, text] of cases) assert.equal(grouped(value), text);
});

Deno.test("bytes() has a unit of 1000s and one decimal", NO_PERMISSIONS, () => {
  const cases = [
    [0, "0 B"],
    [999, "999 B"],
    [1000, "1.0 kB"],
    [432_700_000, "432.7 MB"],
    [7.5e12, "7.5 TB"],
    [1.2e16, "12000.0 TB"],
  ] as const;
  for (const [value, text] of cases) assert.equal(bytes(value), text);
});

Deno.test("counted() has the plural but for one", NO_PERMISSIONS, () => {
  assert.equal(counted(0, "log"), "0 logs");
  assert.equal(counted(1, "log"), "1 log");
  assert.equal(counted(1500, "batch", "batches"), "1 500 batches");
});

Deno.test("ago() names the largest whole unit", NO_PERMISSIONS, () => {
  const cases = [[0, "just now"], [59, "just now"], [60, "1 minute ago"], [7199, "1 hour ago"], [
    172_800,
    "2 days ago",
  ]] as const;
  for (const [seconds, text] of cases) assert.equal(ago(seconds), text);
});
