import assert from "node:assert/strict";
import { type Day, dayOf } from "../../../core/day.ts";
import type { FoundLog, Inventory, RunRequest } from "../../../core/plan.ts";
import { planRun } from "../../../core/planning.ts";
import { logOfDay, manifestOf, SHAPE, test } from "./_support.ts";

const D = dayOf(2021, 12, 1)!;

const REQUEST: RunRequest = { today: D + 1, windowDays: 2, keepBatchDays: 2, shape: SHAPE };

interface Case {
  readonly what: string;
  readonly request?: Partial<RunRequest>;
  readonly inventory?: Partial<Inventory>;
  readonly refusals?: readonly string[];
  readonly warnings?: readonly string[];
}

const log = (day: Day, partial: Partial<FoundLog> = {}): FoundLog => ({
  ...logOfDay(day),
  ...partial,
});
const reused = (day: Day) => ({ day, manifest: manifestOf(day) });

const MISSING = "neither log nor batch of 2021-11-30";

const CASES: readonly Case[] = [
  { what: "lets a whole window pass", inventory: { logs: [log(D - 1), log(D)] } },
  {
    what: "warns of a missing day",
    inventory: { logs: [log(D)] },
    warnings: [`${MISSING}: missing in the charts`],
  },
  {
    what: "refuses a missing day and a log of 0 bytes where it is strict",
    request: { strict: true },
    inventory: { logs: [log(D, { sizeBytes: 0 })] },
    refusals: [
      `Cannot make charts with --strict: ${MISSING}, expected every day of the window`,
      "Cannot make charts with --strict: log of 0 bytes listen-20211201.log, expected logs with rows",
    ],
    warnings: [
      `${MISSING}: missing in the charts`,
      'log "listen-20211201.log" has 0 bytes: a day of no streams',
    ],
  },
  {
    what: "refuses what is no file",
    request: { folders: { logs: "/l", batch: "/b", results: "/r" } },
    inventory: { logs: [log(D - 1), log(D, { notFile: "it is a folder" })] },
    refusals: ['Cannot read log "/l/listen-20211201.log": it is a folder, expected a file'],
  },
  {
    what: "refuses fewer days than are published",
    inventory: { logs: [log(D)], published: [D - 1, D] },
    refusals: [
      "Cannot replace the charts of 2021-12-01: 1 days used, expected at least 2 as published " +
      "(without 2021-11-30; --replace publishes all the same)",
    ],
    warnings: [`${MISSING}: missing in the charts`],
  },
  {
    what: "publishes fewer days where it may replace",
    request: { replace: true },
    inventory: { logs: [log(D)], published: [D - 1, D] },
    warnings: [`${MISSING}: missing in the charts`],
  },
  {
    what: "warns of a damaged summary",
    inventory: { logs: [log(D - 1), log(D)], published: "damaged" },
    warnings: ['ignored "results/run_20211201.json": damaged, expected a run summary'],
  },
  {
    what: "refuses a disk that is too full, where that is known",
    inventory: {
      logs: [log(D - 1, { sizeBytes: 2 ** 30 }), log(D, { sizeBytes: 2 ** 30 })],
      freeBytes: { batch: 2 ** 30, results: 2 ** 29 },
    },
    refusals: [
      'Cannot write to "batch": 1024 MiB free, expected about 1434 MiB',
      'Cannot write to "results": 512 MiB free, expected about 1229 MiB',
    ],
  },
  {
    what: "refuses batches with too many rejected rows",
    request: { maxRejected: 0.05 },
    inventory: { logs: [log(D)], batches: [reused(D - 1), reused(D)] },
    refusals: [30, 1].map((date) =>
      `Cannot use log "logs/listen-2021${date === 30 ? 1130 : 1201}.log": 10 of 100 rows ` +
      "rejected, 10 % (song 7, too-long 3), expected at most 5 % (--max-rejected)\n" +
      "  line 4 (song): x|\\x00"
    ),
  },
  {
    what: "refuses a folder of logs that is not there, and to choose a date",
    inventory: { hasNoLogFolder: true },
    refusals: [
      'Cannot read folder "logs": not found, expected the folder of the logs (--logs DIR)',
      "Cannot choose a date: neither log nor batch of a day before today, expected at least one",
    ],
    warnings: ["neither log nor batch of 2021-11-30, 2021-12-01: missing in the charts"],
  },
];

for (const { what, request, inventory, refusals = [], warnings = [] } of CASES) {
  test(`planRun() ${what}`, () => {
    const found = { logs: [], batches: [], ...inventory };
    const plan = planRun({ ...REQUEST, ...request }, found);
    assert.deepEqual(plan.refusals, refusals);
    assert.deepEqual(plan.warnings, warnings);
  });
}
