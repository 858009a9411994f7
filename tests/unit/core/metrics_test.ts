import assert from "node:assert/strict";
import { dayOf } from "../../../core/day.ts";
import { failedMetricsText, metricsText } from "../../../core/metrics.ts";
import { planRun } from "../../../core/planning.ts";
import { summaryOf } from "../../../core/summary.ts";
import { logOfDay, logRecordOf, manifestOf, SHAPE, test } from "./_support.ts";

const D = dayOf(2021, 12, 1)!;

function summaryOfTwoDays() {
  const manifest = manifestOf(D - 2);
  const plan = planRun(
    { today: D + 1, windowDays: 3, keepBatchDays: 0, shape: SHAPE },
    { logs: [logOfDay(D)], batches: [{ day: D - 2, manifest }] },
  );
  return summaryOf({
    plan,
    manifests: new Map([[D, manifestOf(D, { logs: [logRecordOf(D, { crc32: 0xabc })] })], [
      D - 2,
      manifest,
    ]]),
    builtDays: new Set([D]),
    reports: [],
    seconds: { batching: 1, charting: 2, publishing: 3 },
    peakMemoryBytes: 9,
    versions: { topstreams: "0.1.0" },
  });
}

/** The values of a text by their names and labels. */
function valuesOf(text: string): Record<string, number> {
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return Object.fromEntries(lines.map((line) => {
    const at = line.lastIndexOf(" ");
    return [line.slice(0, at), Number(line.slice(at + 1))];
  }));
}

const SUCCESS = metricsText(summaryOfTwoDays(), 1000);

test("metricsText() tells what a run took and what came of it", () => {
  const values = valuesOf(SUCCESS);
  assert.equal(values.topstreams_last_run_success, 1);
  assert.equal(values.topstreams_last_run_timestamp_seconds, 1000);
  assert.equal(values.topstreams_chart_date_timestamp_seconds, Date.UTC(2021, 11, 1) / 1000);
  assert.equal(values.topstreams_days_used, 2);
  assert.equal(values.topstreams_days_missing, 1);
  assert.equal(values['topstreams_rows{from="log"}'], 100);
  assert.equal(values['topstreams_rows{from="batch"}'], 100);
  assert.equal(values['topstreams_rejected_rows{reason="song"}'], 14);
  assert.equal(values['topstreams_stage_seconds{stage="charting"}'], 2);
  assert.equal(values.topstreams_peak_memory_bytes, 9);
  assert.equal(values['topstreams_build_info{topstreams="0.1.0"}'], 1);
});

test("metricsText() writes every family once, behind its type, and ends with # EOF", () => {
  assert.ok(SUCCESS.endsWith("\n# EOF\n"));
  const types = Array.from(SUCCESS.matchAll(/^# TYPE (\w+) gauge$/gm), ([, name]) => name);
  assert.equal(new Set(types).size, types.length);
  for (const name of Object.keys(valuesOf(SUCCESS))) {
    assert.ok(types.includes(name.replace(/\{.*/, "")), name);
  }
  assert.match(SUCCESS, /^# UNIT topstreams_peak_memory_bytes bytes$/m);
});

test("failedMetricsText() keeps what the last success told, but its end", () => {
  const failed = failedMetricsText(SUCCESS, 2000);
  assert.deepEqual(valuesOf(failed), {
    ...valuesOf(SUCCESS),
    topstreams_last_run_success: 0,
    topstreams_last_run_timestamp_seconds: 2000,
  });
  assert.equal(failedMetricsText(failed, 2000), failed);
});

test("failedMetricsText() drops what these functions did not write", () => {
  const alone = failedMetricsText(undefined, 60);
  for (const former of ["", "garbage", "other_metric 1\n# EOF\n", SUCCESS.slice(0, -3)]) {
    assert.equal(failedMetricsText(former, 60), alone, former.slice(0, 20));
  }
});
