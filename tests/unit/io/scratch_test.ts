import assert from "node:assert/strict";
import { clearRuns, FolderScratch, runFolder } from "../../../io/scratch.ts";
import { MemoryStore } from "./stores.ts";

const NO_PERMISSIONS = { permissions: "none" } as const;

function storeWithFolder(): MemoryStore {
  const store = new MemoryStore({ "/batch/20211201/user.batch": "a batch" });
  store.makeFolder(runFolder("/batch"));
  return store;
}

Deno.test(
  "FolderScratch.create() makes runs that are written, read and removed",
  NO_PERMISSIONS,
  () => {
    const store = storeWithFolder();
    const scratch = new FolderScratch(store, runFolder("/batch"), 0);
    const runs = ["first", "second"].map((text) => {
      const run = scratch.create();
      run.write(new TextEncoder().encode(text));
      run.write(new TextEncoder().encode(" run"));
      return run;
    });
    const texts = runs.map((run) => {
      const source = run.open();
      const bytes = new Uint8Array(source.sizeBytes);
      assert.equal(source.read(bytes, 0), bytes.length);
      return new TextDecoder().decode(bytes);
    });
    assert.deepEqual(texts, ["first run", "second run"]);
    for (const run of runs) run.remove();
    assert.deepEqual(store.list(runFolder("/batch")), []);
    assert.equal(store.openFiles, 0);
  },
);

Deno.test("FolderScratch.create() keeps a run that is closed", NO_PERMISSIONS, () => {
  const store = storeWithFolder();
  const run = new FolderScratch(store, runFolder("/batch"), 0).create();
  run.write(new TextEncoder().encode("a run"));
  run.close();
  assert.equal(store.files.get(run.path), "a run");
  assert.equal(store.openFiles, 0);
});

Deno.test(
  "FolderScratch.create() gives the runs of every job names of their own",
  NO_PERMISSIONS,
  () => {
    const store = storeWithFolder();
    const paths = [0, 1, 11].flatMap((job) => {
      const scratch = new FolderScratch(store, runFolder("/batch"), job);
      return Array.from({ length: 12 }, () => scratch.create().path);
    });
    assert.equal(new Set(paths).size, 36);
  },
);

Deno.test(
  "clearRuns() deletes the runs of all jobs and their folder, no batch",
  NO_PERMISSIONS,
  () => {
    const store = storeWithFolder();
    for (const name of ["run-0-0", "run-7-12"]) {
      store.files.set(
        `${runFolder("/batch")}/${name}`,
        "x",
      );
    }
    clearRuns(store, "/batch");
    assert.deepEqual(store.list("/batch"), ["20211201"]);
    clearRuns(store, "/batch");
    assert.deepEqual(store.contents(), { "/batch/20211201/user.batch": "a batch" });
  },
);
