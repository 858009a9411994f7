/** Looking up while a run publishes and deletes; with how few bytes; what is left open. */
import assert from "node:assert/strict";
import { ChartLookup, type LookupOptions } from "../../../io/chart_lookup.ts";
import { dailyRun } from "../../../io/daily_run.ts";
import { denoStore, type Store } from "../../../io/store.ts";
import { NUMBERS } from "../../../core/engine.ts";
import { USUAL } from "../../cli/_usual.ts";
import { Place } from "../../cli/program.ts";
import { DAYS, deliverDays, LAST, logOf } from "../../cli/_week.ts";
import { chartOf } from "../../oracle.ts";
import { watchedStore } from "./stores.ts";

const SILENT = { warn: () => {}, note: () => {}, progress: () => {} };

/** Makes eight days of batches. */
async function withBatches(body: (place: Place, batch: string) => Promise<void>): Promise<void> {
  const place = new Place(Deno.makeTempDirSync({ prefix: "topstreams-lookup-" }));
  try {
    deliverDays(place, LAST, 8);
    await runOf(place, 8);
    await body(place, place.path("batch"));
  } finally {
    Deno.removeSync(place.folder, { recursive: true });
  }
}

async function runOf(place: Place, days: number): Promise<void> {
  const [logs, batch, results] = ["logs", "batch", "results"].map((name) => place.path(name));
  const memory = {
    ...{ fanIn: 64, cursorBytes: 0, workBytes: NUMBERS.leastWorkBytes },
    ...{ logBufferBytes: 1 << 18, outputBufferBytes: 1 << 16 },
  };
  await dailyRun({
    ...{ logs, batch, results, date: LAST, today: LAST + 1, windowDays: days, keepBatchDays: days },
    ...USUAL,
    ...{ strict: false, replace: true, jobs: 1, maxRejected: 0.1, memory, versions: {} },
  }, { store: denoStore, reporter: SILENT });
}

function lookupOn(store: Store, options: Partial<LookupOptions> & { batch: string }): ChartLookup {
  const warn = (text: string): void => assert.fail(text);
  return new ChartLookup({ windowDays: 8, top: 50, ...options }, { store, warn });
}

/** The chart of a country, as the writer `top` prints it. */
async function printed(lookup: ChartLookup, country: string): Promise<string> {
  const { key, songs, streams } = await lookup.chart("country", country);
  return `${key}|${songs.map((song, i) => `${song}:${streams[i]}`).join(",")}\n`;
}

const lineOf = (country: string, days: readonly number[]): string =>
  chartOf(days.map((day) => logOf(day)), "country", 50).split("\n")
    .find((line) => line.startsWith(`${country}|`)) + "\n";

Deno.test("ChartLookup goes on where a run deletes a batch before it is opened", async () => {
  await withBatches(async (place, batch) => {
    let isDeleted = false;
    const store = watchedStore(denoStore, ({ act, path }) => {
      if (isDeleted || act !== "openToRead" || !path.endsWith("country.batch")) return;
      isDeleted = true;
      place.remove("batch/20211124");
    });
    const lookup = lookupOn(store, { batch });
    assert.equal(lookup.batches.days.length, 8);
    assert.equal(await printed(lookup, "US"), lineOf("US", DAYS.slice(1)));
    assert.equal(lookup.batches.days.length, 7, "what is shown says which days it is of");
  });
});

Deno.test("ChartLookup reads on in files that are replaced and deleted meanwhile", async () => {
  await withBatches(async (place, batch) => {
    let opened = 0;
    const store = watchedStore(denoStore, ({ act, path }) => {
      if (act !== "openToRead" || !path.endsWith("country.batch")) return;
      if (++opened < 8) return;
      // All others are open by now.
      for (const day of ["20211124", "20211125"]) {
        place.write(`batch/${day}/next`, "no batch");
        Deno.renameSync(place.path(`batch/${day}/next`), place.path(`batch/${day}/country.batch`));
      }
      place.remove("batch/20211126");
    });
    assert.equal(await printed(lookupOn(store, { batch }), "US"), lineOf("US", DAYS));
  });
});

Deno.test("ChartLookup gives up where the batches go on being disturbed, and closes files", async () => {
  await withBatches(async (place, batch) => {
    let open = 0;
    const counting: Store = {
      ...denoStore,
      openToRead(path) {
        const file = denoStore.openToRead(path);
        open++;
        return new Proxy(file, {
          get(target, name) {
            if (name === "close") open--;
            const value = Reflect.get(target, name);
            return typeof value === "function" ? value.bind(target) : value;
          },
        });
      },
    };
    const lookup = lookupOn(counting, { batch });
    place.remove("batch/20211128/user.batch");
    await assert.rejects(lookup.chart("user", "5"), {
      message: /20211128\/user\.batch" at byte 0: not found, .*; topstreams run builds the batch /,
    });
    place.remove("batch");
    await assert.rejects(lookup.chart("user", "5"), {
      message: /^Cannot read folder ".*": not fo/,
    });
    assert.equal(open, 0, "open files");
  });
});

Deno.test("ChartLookup opens no other files than those of the key's kind", async () => {
  await withBatches(async (_, batch) => {
    const read = new Set<string>();
    const store = watchedStore(denoStore, ({ act, path }) => {
      if (act === "openToRead") read.add(path.slice(batch.length + 1).replace(/\d{8}/, "DAY"));
    });
    await lookupOn(store, { batch, windowDays: 2 }).chart("user", "5");
    assert.deepEqual([...read].sort(), ["DAY/manifest.json", "DAY/user.batch"]);
    read.clear();
    await lookupOn(store, { batch, windowDays: 2 }).song("1");
    assert.deepEqual([...read].sort(), ["DAY/country.batch", "DAY/manifest.json"]);
  });
});
