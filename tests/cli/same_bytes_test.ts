/** The daily run with any number of jobs and any memory: the same reports, and those of the oracle. */
import assert from "node:assert/strict";
import { MIN_CURSOR_BYTES } from "../../core/batch_reader.ts";
import type { MemoryPlan } from "../../core/memory.ts";
import { dailyRun } from "../../io/daily_run.ts";
import { denoStore } from "../../io/store.ts";
import { watchedStore } from "../unit/io/stores.ts";
import { assertSameFiles } from "./_compare.ts";
import { assertCharts, DAYS, deliver, LAST, logOf } from "./_week.ts";
import { USUAL } from "./_usual.ts";
import { IS_COMPILED, Place } from "./program.ts";

/** How much smaller than any real memory; how many jobs; at least how many runs are to be made. */
const SETTINGS:
  readonly (Partial<MemoryPlan> & { readonly jobs: number; readonly runs?: number })[] = [
    { jobs: 1, workBytes: 1 << 20 },
    { jobs: 2, workBytes: 1 << 20 },
    { jobs: 3, workBytes: 1 << 14, outputBufferBytes: 1 << 8 },
    { jobs: 1, workBytes: 1024, runs: 300 },
    { jobs: 1, workBytes: 1024, fanIn: 64, runs: 200 },
    { jobs: 2, workBytes: 1024, outputBufferBytes: 1 << 8 },
    { jobs: 5, workBytes: 4096, fanIn: 3 },
  ];

const LEAST: MemoryPlan = {
  fanIn: 2,
  cursorBytes: MIN_CURSOR_BYTES,
  workBytes: 1024,
  logBufferBytes: 1 << 18,
  outputBufferBytes: 1 << 12,
};

const SILENT = { warn: () => {}, note: () => {}, progress: () => {} };

/** Two thirds of the streams are of one country, and a third of one user. */
function crowded(log: string): string {
  return log.replaceAll(
    /^(\d+)\|(\d+)\|[A-Z]{2}$/gm,
    (row, song, user) => song % 3 === 0 ? row : `${song}|${song % 3 === 1 ? user : 7}|US`,
  );
}

Deno.test({
  name: `the reports are the oracle's bytes for any jobs and memory${
    IS_COMPILED ? " (no executable)" : ""
  }`,
  ignore: IS_COMPILED,
  fn: async () => {
    const place = new Place(Deno.makeTempDirSync({ prefix: "topstreams-same-" }));
    const logs = Object.fromEntries(DAYS.map((day) => [day, crowded(logOf(day))]));
    try {
      for (const day of DAYS) deliver(place, day, logs[day]);
      let first: Record<string, string> | undefined;
      for (const { jobs, runs = 0, ...memory } of SETTINGS) {
        if (first !== undefined) { for (const name of ["batch", "results"]) place.remove(name); }
        let made = 0;
        const store = watchedStore(denoStore, ({ act, path }) => {
          if (act === "create" && path.includes("/.runs/")) made++;
        });
        await dailyRun({
          logs: place.path("logs"),
          batch: place.path("batch"),
          results: place.path("results"),
          date: LAST,
          today: LAST + 1,
          windowDays: 7,
          keepBatchDays: 7,
          ...USUAL,
          strict: false,
          replace: false,
          jobs,
          maxRejected: 0.1,
          memory: { ...LEAST, ...memory },
          versions: {},
        }, { store, reporter: SILENT });
        const setting = JSON.stringify({ jobs, ...memory });
        assert.ok(made >= runs, `${made} runs with ${setting}, expected at least ${runs}`);
        const window = DAYS.slice(1);
        assertCharts(place, LAST, window, { logs });
        first ??= place.contents("results");
        assertSameFiles(place.contents("results"), first);
        assert.ok(!place.names("batch").includes(".runs"), `no run is left with ${setting}`);
      }
    } finally {
      Deno.removeSync(place.folder, { recursive: true });
    }
  },
});
