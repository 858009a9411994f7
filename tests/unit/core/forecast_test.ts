import assert from "node:assert/strict";
import { expectedStages, Forecast, type StageWork } from "../../../core/forecast.ts";
import { type LogRecord, type Manifest, shapeOf } from "../../../core/manifest.ts";
import { planRun } from "../../../core/planning.ts";
import { createRowTally } from "../../../core/streams.ts";
import { test } from "./_support.ts";

const DAY: StageWork = { stage: "batching", day: 1, bytes: 1e9, rows: 4e7, entries: 8e7 };
const CHART: StageWork = { stage: "charting", kind: "user", bytes: 1e9, rows: 2e8, entries: 2e8 };
const STAGES = [DAY, { ...DAY, day: 2 }, CHART];

/** A run on a machine whose stages take so many times as long as they are thought to. */
function* course(slowness: Readonly<Record<string, number>>, forecast: Forecast) {
  const steps = 100;
  let seconds = 0;
  for (const stage of STAGES) {
    forecast.begin(stage);
    const usual = stage.stage === "batching" ? 2 + 2.8 : 8;
    for (let step = 1; step <= steps; step++) {
      seconds += usual * slowness[stage.stage] / steps;
      const part = step / steps;
      forecast.done({ bytes: stage.bytes * part, entries: stage.entries * part });
      yield { seconds, ...forecast.at(seconds) };
    }
    forecast.end();
  }
}

for (
  const [what, slowness] of [
    ["as fast as thought", { batching: 1, charting: 1 }],
    ["ten times as slow", { batching: 10, charting: 10 }],
    ["four times as fast", { batching: 0.25, charting: 0.25 }],
    ["slow to read and fast to merge", { batching: 3, charting: 1 }],
    ["fast to read and slow to merge", { batching: 1, charting: 3 }],
  ] as const
) {
  test(`Forecast of a machine ${what} goes on and comes to an end`, () => {
    const forecast = new Forecast();
    forecast.expect(STAGES);
    let before = { share: 0, secondsLeft: Infinity, seconds: 0 };
    const states = Array.from(course(slowness, forecast));
    const total = states[states.length - 1].seconds;
    for (const state of states) {
      assert.ok(state.share >= before.share && state.share <= 1, "the share never goes back");
      const rise = state.secondsLeft - before.secondsLeft;
      assert.ok(rise < 0.02 * total, `a jump back of ${rise} s of ${total} s`);
      before = state;
    }
    assert.deepEqual(forecast.at(total), { share: 1, secondsLeft: 0 });
    const half = states.find(({ seconds }) => seconds >= total / 2)!;
    const factor = half.secondsLeft / (total - half.seconds);
    assert.ok(factor > 0.3 && factor < 3, `${factor} times the truth in the middle`);
  });
}

test("Forecast.at() keeps its share when more turns out to be ahead", () => {
  const forecast = new Forecast();
  forecast.expect([DAY]);
  forecast.begin(DAY);
  forecast.done({ bytes: 1e9, entries: 4e7 });
  const { share } = forecast.at(1);
  forecast.end();
  forecast.expect(STAGES.slice(1));
  assert.equal(forecast.at(1).share, share);
});

test("Forecast.begin() drops what was expected before, and takes what was not", () => {
  const forecast = new Forecast();
  forecast.expect(STAGES);
  assert.equal(forecast.begin({ ...CHART, entries: 0 }).entries, 2e8);
  forecast.end();
  assert.deepEqual(forecast.at(1), { share: 1, secondsLeft: 0 });
  assert.deepEqual(forecast.begin(DAY), DAY);
  assert.ok(forecast.at(1).secondsLeft > 0);
});

/** A batch of ten rows in a log of 240 bytes. */
function manifest(day: number): Manifest {
  const tally = { ...createRowTally(), rows: 10 };
  const log = { name: `${day}`, sizeBytes: 240, modifiedMs: 0, crc32: 0, reader: "pipe", tally };
  const size = { keyCount: 1, streamCount: 10 };
  const batches = {
    country: { ...size, entryCount: 5, sizeBytes: 15 },
    user: { ...size, entryCount: 10, sizeBytes: 30 },
  } as unknown as Manifest["batches"];
  return { day, logs: [log as LogRecord], shape: shapeOf("pipe", ["country", "user"]), batches };
}

/** Plans the window of three days that ends on a date: one batch is there, two logs are not read. */
function planOf(date: number) {
  const shape = shapeOf("pipe", ["country", "user"]);
  const logs = [8, 9, 10, 11].map((day) => ({
    day,
    name: `${day}`,
    sizeBytes: 24 * day,
    modifiedMs: 0,
  }));
  const there = manifest(8);
  const inventory = {
    logs: [{ day: 8, ...there.logs[0] }, ...logs.slice(1)],
    batches: [{ day: 8, manifest: there }],
  };
  return planRun({ date, today: 20, windowDays: 3, keepBatchDays: 3, shape }, inventory);
}

test("expectedStages() guesses logs by the batches that are there, each log once", () => {
  const stages = expectedStages([planOf(10), planOf(11)], {
    charts: ["country", "world", "user"],
    kinds: ["country", "user"],
    manifests: new Map(),
  });
  const shown = stages.map(({ stage, date, day, kind, bytes, rows, entries }) =>
    [stage, date, day ?? kind ?? "", bytes, rows, entries].join(" ")
  );
  assert.deepEqual(shown, [
    "batching 10 9 216 9 18",
    "batching 10 10 240 10 20",
    "charting 10 country 43.5 29 14.5",
    "charting 10 world 43.5 29 29",
    "charting 10 user 87 29 29",
    "publishing 10  0 0 0",
    "batching 11 11 264 11 22",
    "charting 11 country 45 30 15",
    "charting 11 world 45 30 30",
    "charting 11 user 90 30 30",
    "publishing 11  0 0 0",
  ]);
});

test("expectedStages() leaves out days that were built, and knows them", () => {
  const manifests = new Map([[9, manifest(9)]]);
  const kinds = ["country", "user"] as const;
  const stages = expectedStages([planOf(10)], { charts: ["user"], kinds, manifests });
  assert.deepEqual(stages.map(({ day, entries }) => [day, entries]), [
    [10, 20],
    [undefined, 30],
    [undefined, 0],
  ]);
});
