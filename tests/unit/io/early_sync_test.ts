import assert from "node:assert/strict";
import { FileSink } from "../../../io/byte_files.ts";
import { withEarlySync } from "../../../io/early_sync.ts";
import { StoreError } from "../../../io/store.ts";
import { MemoryStore } from "./stores.ts";

/** A sink that counts its early syncs, or fails in them. */
function sinkWith(syncSoFar: () => Promise<void>): FileSink {
  const file = new MemoryStore({ "/out/report": "" }).openToWrite("/out/report");
  return new FileSink({ ...file, syncSoFar });
}

const failure = (): StoreError => new StoreError("sync", "/out/report", new Error("disk gone"));

/** Work that goes on until `done` says so. */
async function until(done: () => boolean): Promise<string> {
  while (!done()) await new Promise((resolve) => setTimeout(resolve, 5));
  return "the result";
}

Deno.test("withEarlySync() syncs every file again and again, and gives the result", async () => {
  const counts = [0, 0];
  const sinks = counts.map((_, i) => sinkWith(() => Promise.resolve(void counts[i]++)));
  const work = until(() => counts.every((count) => count >= 2));
  assert.equal(await withEarlySync(sinks, work), "the result");
  assert.equal(counts[0], counts[1]);
});

Deno.test("withEarlySync() ends after the sync that is under way", async () => {
  let isSyncing = false;
  const sink = sinkWith(async () => {
    isSyncing = true;
    await new Promise((resolve) => setTimeout(resolve, 50));
    isSyncing = false;
  });
  await withEarlySync([sink], until(() => isSyncing));
  assert.equal(isSyncing, false, "the file may be closed now");
});

Deno.test("withEarlySync() throws the first error of a sync when the work is done", async () => {
  let failures = 0;
  const sink = sinkWith(() => Promise.reject(failures++ === 0 ? failure() : new Error("later")));
  const { message } = failure();
  await assert.rejects(withEarlySync([sink], until(() => failures > 1)), { message });
});

Deno.test("withEarlySync() throws the error of the work rather than that of a sync", async () => {
  let failures = 0;
  const sink = sinkWith(() => Promise.reject((failures++, failure())));
  const work = until(() => failures > 0).then(() => Promise.reject(new Error("the work failed")));
  await assert.rejects(withEarlySync([sink], work), { message: "the work failed" });
});
