import assert from "node:assert/strict";
import {
  pathAfterRecovery,
  pendingNames,
  Publication,
  readText,
  recover,
} from "../../../io/publication.ts";
import type { Store } from "../../../io/store.ts";
import { type Act, failingStore, MemoryStore, watchedStore } from "./stores.ts";

const NO_PERMISSIONS = { permissions: "none" } as const;

const FORMER = {
  "/out/a": "former a",
  "/out/b": "former b",
  "/out/gone": "former",
  "/out/own": "own",
};
const FRESH = { "/out/a": "fresh a", "/out/b": "fresh b", "/out/c": "fresh c", "/out/own": "own" };

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Publishes {@linkcode FRESH}: a file of two writes, and two small ones. */
function publish(store: Store): void {
  const publication = new Publication(store, "/out");
  try {
    const a = publication.create("a");
    a.write(bytesOf("fresh "));
    a.write(bytesOf("a"));
    publication.finish(a);
    publication.add("b", "fresh b");
    publication.add("c", "fresh c");
    publication.commit(["gone"]);
  } catch (error) {
    try {
      publication.abandon();
    } catch {
      // The first error counts, as it does for all who publish.
    }
    throw error;
  }
}

function formerStore(): MemoryStore {
  return new MemoryStore(FORMER);
}

/** The acts of a publication, in their order. */
function actsOfPublishing(): Act[] {
  const acts: Act[] = [];
  publish(watchedStore(formerStore(), (act) => void acts.push(act)));
  return acts;
}

Deno.test("Publication.commit() makes all files appear and deletes others", NO_PERMISSIONS, () => {
  const store = formerStore();
  publish(store);
  assert.deepEqual(store.contents(), FRESH);
  assert.equal(store.openFiles, 0);
});

Deno.test("Publication.create() shows nothing before commit()", NO_PERMISSIONS, () => {
  const store = new MemoryStore(FORMER);
  const publication = new Publication(store, "/out");
  publication.add("a", "fresh a");
  const visible = store.list("/out")!.filter((name) => !name.startsWith("."));
  assert.deepEqual(visible, ["a", "b", "gone", "own"]);
  assert.equal(store.files.get("/out/a"), "former a");
});

Deno.test(
  "Publication.commit() syncs the files, then the journal, then the names",
  NO_PERMISSIONS,
  () => {
    const acts = actsOfPublishing().map(({ act, path }) => `${act} ${path}`);
    const at = (act: string): number => {
      assert.ok(acts.includes(act), `${act} is not in:\n${acts.join("\n")}`);
      return acts.indexOf(act);
    };
    const journal = at("rename /out/..publish.json.aside");
    for (const name of ["a", "b", "c"]) {
      assert.ok(at(`sync /out/.${name}.aside`) < journal, `${name} is synced before the journal`);
      assert.ok(at(`rename /out/.${name}.aside`) > journal, `${name} is renamed after the journal`);
    }
    assert.ok(at("sync /out/..publish.json.aside") < journal);
    const synced = acts.flatMap((act, i) => act === "syncFolder /out" ? [i] : []);
    const isSyncedBetween = (from: number, to: number): boolean =>
      synced.some((i) => i > from && i < to);
    assert.ok(isSyncedBetween(journal, at("rename /out/.a.aside")), "journal before names");
    const end = at("remove /out/.publish.json");
    assert.ok(isSyncedBetween(at("remove /out/gone"), end), "names before the journal leaves");
    assert.ok(isSyncedBetween(end, Infinity));
  },
);

Deno.test("recover() completes or clears a publication killed at any act", NO_PERMISSIONS, () => {
  const ends = new Set<string>();
  for (const { number, act, path } of actsOfPublishing()) {
    const store = formerStore();
    assert.throws(() => publish(failingStore(store, number, "for good")));
    assert.equal(store.openFiles, 0, "no file is left open");
    recover(store, "/out");
    const isFresh = store.files.get("/out/a") === FRESH["/out/a"];
    assert.deepEqual(store.contents(), isFresh ? FRESH : FORMER, `killed at ${act} ${path}`);
    ends.add(isFresh ? "fresh" : "former");
    assert.deepEqual(recover(store, "/out"), [], "there is nothing left to be done");
  }
  assert.equal(ends.size, 2);
});

Deno.test(
  "recover() completes or clears a publication that failed at any act and was abandoned",
  NO_PERMISSIONS,
  () => {
    for (const { number, act, path } of actsOfPublishing()) {
      const store = formerStore();
      assert.throws(() => publish(failingStore(store, number, "once")));
      assert.equal(store.openFiles, 0, "no file is left open");
      const isBegun = store.files.has("/out/.publish.json");
      if (!isBegun && act !== "syncFolder" && !(act === "remove" && path.endsWith(".json"))) {
        assert.deepEqual(store.contents(), FORMER, `abandoned after ${act} ${path}`);
      }
      recover(store, "/out");
      const isFresh = store.files.get("/out/a") === FRESH["/out/a"];
      assert.deepEqual(store.contents(), isFresh ? FRESH : FORMER, `failed at ${act} ${path}`);
    }
  },
);

Deno.test("recover() that was killed at any act is completed by the next", NO_PERMISSIONS, () => {
  const stoppedAt = actsOfPublishing().find(({ path }) => path === "/out/.b.aside")!;
  const renameOfA = actsOfPublishing().find(({ act, path }) =>
    act === "rename" && path === "/out/.a.aside"
  )!;
  assert.ok(stoppedAt.number < renameOfA.number);
  for (let number = 1;; number++) {
    const store = formerStore();
    assert.throws(() => publish(failingStore(store, renameOfA.number, "for good")));
    let isKilled = false;
    try {
      recover(failingStore(store, number, "for good"), "/out");
    } catch {
      isKilled = true;
    }
    recover(store, "/out");
    assert.deepEqual(store.contents(), FRESH, `killed at act ${number} of recover()`);
    if (!isKilled) break;
  }
});

Deno.test("recover() tells what a completed publication made appear", NO_PERMISSIONS, () => {
  const store = new MemoryStore({
    "/out/a": "former",
    "/out/.a.aside": "fresh",
    "/out/.publish.json": JSON.stringify({ files: ["a", "b"], removals: [] }),
    "/out/b": "fresh",
  });
  assert.deepEqual(recover(store, "/out"), ["a", "b"]);
  assert.deepEqual(store.contents(), { "/out/a": "fresh", "/out/b": "fresh" });
});

Deno.test(
  "recover() deletes what is aside without a journal, and nothing else",
  NO_PERMISSIONS,
  () => {
    const others = {
      "/out/.a": "1",
      "/out/a.aside": "2",
      "/out/.lock": "3",
      "/out/sub/.x.aside": "4",
    };
    const store = new MemoryStore({
      ...others,
      "/out/.a.aside": "",
      "/out/..publish.json.aside": "",
    });
    assert.deepEqual(recover(store, "/out"), []);
    assert.deepEqual(store.contents(), others);
  },
);

Deno.test("recover() takes a journal that is no journal for none", NO_PERMISSIONS, () => {
  const journals = ["", "{", "null", "7", "[]", '"x"', "{}", '{"files":"a","removals":[]}'];
  const paths = ['{"files":["../a"],"removals":[]}', '{"files":[],"removals":["/etc/passwd"]}'];
  for (const journal of [...journals, ...paths]) {
    const store = new MemoryStore({
      "/out/a": "former",
      "/out/.a.aside": "x",
      "/a": "",
      "/etc/passwd": "",
    });
    store.files.set("/out/.publish.json", journal);
    assert.deepEqual(recover(store, "/out"), [], journal);
    assert.deepEqual(
      store.contents(),
      { "/a": "", "/etc/passwd": "", "/out/a": "former" },
      journal,
    );
  }
});

Deno.test("recover() does nothing where there is no folder", NO_PERMISSIONS, () => {
  assert.deepEqual(recover(new MemoryStore(), "/out"), []);
});

Deno.test(
  "Publication.abandon() deletes all that is aside and closes files",
  NO_PERMISSIONS,
  () => {
    const store = new MemoryStore(FORMER);
    const publication = new Publication(store, "/out");
    publication.create("a").write(bytesOf("half"));
    publication.add("b", "fresh b");
    publication.abandon();
    assert.deepEqual(store.contents(), FORMER);
    assert.equal(store.openFiles, 0);
  },
);

Deno.test("readText() reads a file that comes in small parts", NO_PERMISSIONS, () => {
  const store = new MemoryStore({ "/a": "\xc3\xa4bc" });
  const slow: Store = Object.assign(Object.create(store), {
    openToRead: (path: string) => {
      const file = store.openToRead(path);
      return {
        ...file,
        readAt: (into: Uint8Array, at: number) => file.readAt(into.subarray(0, 1), at),
      };
    },
  });
  assert.equal(readText(slow, "/a"), "äbc");
  assert.equal(store.openFiles, 0);
});

Deno.test("pathAfterRecovery() finds what a journal is going to name", NO_PERMISSIONS, () => {
  const store = new MemoryStore({
    "/out/a": "former",
    "/out/.a.aside": "fresh",
    "/out/b": "former",
    "/out/.b.aside": "given up",
    "/out/.publish.json": '{"files":["a"],"removals":[]}',
  });
  assert.equal(pathAfterRecovery(store, "/out", "a"), "/out/.a.aside");
  assert.equal(pathAfterRecovery(store, "/out", "b"), "/out/b");
  assert.equal(pathAfterRecovery(store, "/out", "c"), undefined);
  assert.deepEqual(pendingNames(store, "/out"), ["a"]);
  recover(store, "/out");
  assert.equal(pathAfterRecovery(store, "/out", "a"), "/out/a");
  assert.equal(readText(store, "/out/a"), "fresh");
});
