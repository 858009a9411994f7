import assert from "node:assert/strict";
import { type Day, dayOf, formatDay } from "../../../core/day.ts";
import type { BatchShape } from "../../../core/manifest.ts";
import { hasTooManyRejected } from "../../../core/messages.ts";
import {
  type FoundBatch,
  type FoundLog,
  type Inventory,
  missingDays,
  type RunRequest,
  usedDays,
} from "../../../core/plan.ts";
import { planRun } from "../../../core/planning.ts";
import { createRowTally } from "../../../core/streams.ts";
import { logOfDay, manifestOf, SHAPE, test } from "./_support.ts";

/** The first of December 2021; the days of a case are counted from it. */
const D = dayOf(2021, 12, 1)!;

/** A batch of the day whose log was as {@linkcode logOfDay} says. */
function batch(day: Day, shape: Partial<BatchShape> = {}): FoundBatch {
  return { day, manifest: manifestOf(day, { shape: { ...SHAPE, ...shape } }) };
}

interface Case {
  readonly what: string;
  /** Days from the first of December. */
  readonly logs?: readonly (number | FoundLog)[];
  readonly batches?: readonly (number | FoundBatch)[];
  readonly request?: Partial<RunRequest>;
  /** What is done, a day a word: `build`, `reuse` or `miss`. */
  readonly acts?: string;
  readonly whys?: readonly string[];
  readonly date?: number;
  readonly expired?: readonly number[];
  readonly error?: string;
}

/** Today is the fifth unless a case says otherwise, the window three days. */
const REQUEST: RunRequest = { today: D + 4, windowDays: 3, keepBatchDays: 0, shape: SHAPE };

const CASES: readonly Case[] = [
  {
    what: "builds the days that have a new log",
    logs: [1, 2, 3],
    acts: "build build build",
    whys: ["new log", "new log", "new log"],
    date: 3,
  },
  {
    what: "uses a window of both its ends and nothing outside",
    logs: [-1, 0, 1, 2, 3, 4, 5],
    request: { date: D + 2 },
    acts: "build build build",
    date: 2,
  },
  { what: "names missing days", logs: [1, 3], acts: "build miss build" },
  {
    what: "reuses a batch whose log is the same",
    logs: [1, 2, 3],
    batches: [1, 2],
    acts: "reuse reuse build",
  },
  {
    what: "reuses a batch whose log is gone",
    batches: [1, 2],
    logs: [3],
    acts: "reuse reuse build",
  },
  {
    what: "takes a link that leads nowhere for a gone log where a batch serves, else for a log",
    batches: [1],
    logs: [{ ...logOfDay(D + 1), isDangling: true, sizeBytes: 0 }, 2, {
      ...logOfDay(D + 3),
      isDangling: true,
    }],
    acts: "reuse build build",
    date: 3,
    error: 'Cannot read log "logs/listen-20211204.log": a link that leads nowhere, expected a file',
  },
  { what: "works from batches alone", batches: [1, 2, 3], acts: "reuse reuse reuse", date: 3 },
  {
    what: "builds again where the log's size changed",
    logs: [{ ...logOfDay(D + 3), sizeBytes: 1001 }],
    batches: [3],
    acts: "miss miss build",
    whys: ["changed log"],
  },
  {
    what: "builds again where the log's time of modification changed",
    logs: [{ ...logOfDay(D + 3), modifiedMs: 2.5 }],
    batches: [3],
    acts: "miss miss build",
    whys: ["changed log"],
  },
  {
    what: "builds again where the log's name changed",
    logs: [{ ...logOfDay(D + 3), name: "listen-20211204.log.gz" }],
    batches: [3],
    acts: "miss miss build",
    whys: ["changed log"],
  },
  {
    what: "builds again where the shape differs and the log is there",
    logs: [1, 2, 3],
    batches: [batch(D + 1, { reader: "csv" }), batch(D + 2, { batchVersion: 0 }), 3],
    acts: "build build reuse",
    whys: ["made by reader csv, expected reader pipe", "batch version 0, expected version 1"],
  },
  {
    what: "builds again a damaged batch whose log is there",
    logs: [3],
    batches: [{ day: D + 3, manifest: "damaged manifest, expected JSON" }],
    acts: "miss miss build",
    whys: ["damaged manifest, expected JSON"],
  },
  {
    what: "reuses a batch by more kinds of key than are wanted",
    batches: [3],
    request: { shape: { ...SHAPE, keys: ["user"] } },
    acts: "miss miss reuse",
  },
  {
    what: "refuses a batch of another shape whose log is gone",
    batches: [2, batch(D + 3, { reader: "csv" })],
    error: "Cannot use the batch of 2021-12-04: made by reader csv, expected reader pipe; " +
      "its log is gone, expected the log to build the batch again",
  },
  {
    what: "refuses a batch of another version whose log is gone",
    batches: [batch(D + 3, { batchVersion: 2 })],
    error: "Cannot use the batch of 2021-12-04: batch version 2, expected version 1; " +
      "its log is gone, expected the log to build the batch again",
  },
  {
    what: "refuses a damaged batch whose log is gone",
    batches: [{ day: D + 3, manifest: "damaged manifest, expected its checksum" }],
    error: "Cannot use the batch of 2021-12-04: damaged manifest, expected its checksum; " +
      "its log is gone, expected the log to build the batch again",
  },
  {
    what: "minds no batch outside the window",
    logs: [3],
    batches: [
      { day: D, manifest: "damaged manifest, expected JSON" },
      batch(D + 9, { reader: "x" }),
    ],
    acts: "miss miss build",
    expired: [0],
  },
  { what: "ends by default on the newest day before today", logs: [0, 2, 4, 5], date: 2 },
  { what: "ends by default on the newest day of a batch too", logs: [0], batches: [1], date: 1 },
  { what: "takes yesterday as the date where it is there", logs: [2, 3], date: 3 },
  {
    what: "uses today's log where the date says so",
    logs: [3, 4],
    request: { date: D + 4 },
    acts: "miss build build",
    date: 4,
  },
  {
    what: "takes a date that has neither log nor batch itself",
    logs: [1],
    request: { date: D + 3 },
    acts: "build miss miss",
    date: 3,
  },
  {
    what: "refuses to choose a date where there is nothing",
    error: "Cannot choose a date: neither log nor batch of a day before today, " +
      "expected at least one",
  },
  {
    what: "says how today's log can be used where it is all there is",
    logs: [4],
    error: "Cannot choose a date: neither log nor batch of a day before today, " +
      "expected at least one (--date 2021-12-05 uses the log of today)",
  },
  {
    what: "chooses no day after today",
    logs: [5, 6],
    batches: [9],
    error: "Cannot choose a date: neither log nor batch of a day before today, " +
      "expected at least one",
  },
  {
    what: "refuses a window with neither log nor batch, and names the newest day there is",
    logs: [-9, -7],
    batches: [-8],
    request: { date: D + 3 },
    error: "Cannot make charts of 2021-12-02 to 2021-12-04: neither log nor batch on any day, " +
      "expected at least one (the newest day there is: --date 2021-11-24)",
  },
  {
    what: "refuses a window with neither log nor batch anywhere",
    request: { date: D },
    error: "Cannot make charts of 2021-11-29 to 2021-12-01: neither log nor batch on any day, " +
      "expected at least one",
  },
  {
    what: "lets batches before the window go",
    logs: [3],
    batches: [-1, 0, 1, 2, 3],
    acts: "reuse reuse reuse",
    expired: [-1, 0],
  },
  {
    what: "keeps newer batches when an old date is made again",
    batches: [-3, -2, -1, 0, 1, 2, 3],
    request: { date: D },
    acts: "reuse reuse reuse",
    expired: [-3],
  },
  {
    what: "keeps batches of more days where that is asked for",
    batches: [-3, -2, -1, 0, 1, 2, 3],
    request: { keepBatchDays: 6 },
    expired: [-3],
  },
  {
    what: "keeps the window's batches where fewer days are asked for",
    batches: [0, 1, 2, 3],
    request: { keepBatchDays: 1 },
    expired: [0],
  },
  {
    what: "refuses two logs of one day",
    logs: [3, { ...logOfDay(D + 3), name: "listen-20211204.log.gz" }],
    error: "Cannot choose the log of 2021-12-04: listen-20211204.log and listen-20211204.log.gz " +
      "are there, expected one (a * in --log-name lets a day have several)",
  },
  {
    what: "takes two logs of a day outside the window for no mistake",
    logs: [-3, { ...logOfDay(D - 3), name: "listen-20211128.log.gz" }, 3],
    acts: "miss miss build",
  },
  {
    what: "builds one batch of several logs of a day where there may be several",
    logs: [3, { ...logOfDay(D + 3), name: "listen-20211204-b.log" }],
    request: { hasSeveralLogs: true },
    acts: "miss miss build",
  },
  {
    what: "builds again where a log of a day was added",
    logs: [3, { ...logOfDay(D + 3), name: "listen-20211204-b.log" }],
    batches: [3],
    request: { hasSeveralLogs: true },
    acts: "miss miss build",
    whys: ["changed log"],
  },
  {
    what: "reuses a batch of any reader where the reader is to be found",
    logs: [3],
    batches: [batch(D + 3, { reader: "csv" })],
    request: { shape: { ...SHAPE, reader: "auto" } },
    acts: "miss miss reuse",
  },
  {
    what: "makes a window of one day",
    logs: [2, 3],
    batches: [2],
    request: { windowDays: 1 },
    acts: "build",
    expired: [2],
  },
];

function inventoryOf({ logs = [], batches = [] }: Case): Inventory {
  return {
    logs: logs.map((log) => typeof log === "number" ? logOfDay(D + log) : log),
    batches: batches.map((found) => typeof found === "number" ? batch(D + found) : found),
  };
}

for (const each of CASES) {
  test(`planRun() ${each.what}`, () => {
    const request = { ...REQUEST, ...each.request };
    const inventory = inventoryOf(each);
    const plan = planRun(request, inventory);
    assert.deepEqual(plan.refusals.slice(0, 1), each.error === undefined ? [] : [each.error]);
    assert.equal(plan.window.to, plan.date);
    assert.equal(plan.window.from, plan.date - request.windowDays + 1);
    assert.deepEqual(
      plan.days.map(({ day }) => day),
      Array.from({ length: request.windowDays }, (_, i) => plan.window.from + i),
    );
    const acts = plan.days.map(({ act }) => act).join(" ");
    if (each.acts !== undefined) assert.equal(acts, each.acts);
    const whys = plan.days.flatMap((day) => day.act === "build" ? [day.why] : []);
    if (each.whys !== undefined) assert.deepEqual(whys, each.whys);
    if (each.date !== undefined) assert.equal(formatDay(plan.date), formatDay(D + each.date));
    if (each.expired !== undefined) {
      assert.deepEqual(plan.expired, each.expired.map((day) => D + day));
    }
  });
}

test("planRun() hands on the log to read and the manifest to use", () => {
  const inventory = inventoryOf({ what: "", logs: [2, 3], batches: [1, 2] });
  assert.deepEqual(planRun(REQUEST, inventory).days, [
    { act: "reuse", day: D + 1, manifest: inventory.batches[0].manifest, logs: [] },
    {
      act: "reuse",
      day: D + 2,
      manifest: inventory.batches[1].manifest,
      logs: [inventory.logs[0]],
    },
    { act: "build", day: D + 3, logs: [inventory.logs[1]], why: "new log" },
  ]);
});

test("planRun() changes nothing of what it is handed", () => {
  const freeze = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    Object.freeze(value);
    for (const part of Object.values(value)) freeze(part);
  };
  const inventory = inventoryOf({ what: "", logs: [3, 1, 2], batches: [2, -5, 1] });
  freeze(inventory);
  assert.deepEqual(planRun(Object.freeze({ ...REQUEST }), inventory).expired, [D - 5]);
});

test("usedDays() and missingDays() part the window", () => {
  const plan = planRun(REQUEST, inventoryOf({ what: "", logs: [3], batches: [1] }));
  assert.deepEqual(usedDays(plan), [D + 1, D + 3]);
  assert.deepEqual(missingDays(plan), [D + 2]);
});

const SHARES: readonly [rejected: number, rows: number, share: number, isTooMany: boolean][] = [
  [0, 0, 0.01, false],
  [0, 0, 0, false],
  [0, 100, 0, false],
  [1, 100, 0, true],
  [1, 100, 0.01, false],
  [2, 100, 0.01, true],
  [300_000, 30_000_000, 0.01, false],
  [300_001, 30_000_000, 0.01, true],
  [1, 99, 0.01, true],
  [1, 101, 0.01, false],
  [100, 100, 1, false],
  [99, 100, 0.98, true],
  [29, 100, 0.29, false],
  [57, 100, 0.57, false],
  [290, 1000, 0.29, false],
  [5, 1000, 0.005, false],
  [6, 1000, 0.005, true],
];

test("hasTooManyRejected() is true only above the share, exactly", () => {
  for (const [rejected, rows, share, isTooMany] of SHARES) {
    const tally = { ...createRowTally(), rows };
    tally.rejected.song = rejected >> 1;
    tally.rejected.empty = rejected - (rejected >> 1);
    assert.equal(hasTooManyRejected(tally, share), isTooMany, `${rejected} of ${rows} at ${share}`);
  }
});

test("hasTooManyRejected() lets through every log of exactly a share of hundredths", () => {
  for (let percent = 0; percent <= 100; percent++) {
    for (const rows of [100, 1000, 30_000_000]) {
      const tally = { ...createRowTally(), rows };
      tally.rejected.fields = rows / 100 * percent;
      const share = Number(`${percent}e-2`);
      assert.equal(hasTooManyRejected(tally, share), false, `${percent}% of ${rows} rows`);
      tally.rejected.fields++;
      assert.equal(hasTooManyRejected(tally, share), true, `one more than ${percent}% of ${rows}`);
    }
  }
});
