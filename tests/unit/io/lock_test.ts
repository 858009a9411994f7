import assert from "node:assert/strict";
import { lockFolder } from "../../../io/lock.ts";

/** Does something in a folder that is deleted afterwards. */
async function inFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = Deno.makeTempDirSync({ prefix: "topstreams-lock-" });
  try {
    await body(folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

function namesIn(folder: string): string[] {
  return Array.from(Deno.readDirSync(folder), (entry) => entry.name);
}

Deno.test("lockFolder() lets one hold the lock at a time and names it", async () => {
  await inFolder(async (folder) => {
    const lock = await lockFolder(folder);
    await assert.rejects(lockFolder(folder), (error: Error) => {
      assert.ok(error.message.startsWith(`Cannot lock "${folder}": another run holds the lock `));
      assert.match(
        error.message,
        new RegExp(`\\(process ${Deno.pid}, since \\d{4}-\\d\\d-\\d\\dT`),
      );
      assert.match(
        error.message,
        /, expected one run at a time \(--wait SECONDS waits for its end\)$/,
      );
      return true;
    });
    lock.release();
    (await lockFolder(folder)).release();
  });
});

Deno.test("lockFolder() leaves no file after release()", async () => {
  await inFolder(async (folder) => {
    const lock = await lockFolder(folder);
    assert.deepEqual(namesIn(folder), [".lock"]);
    lock.release();
    assert.deepEqual(namesIn(folder), []);
  });
});

Deno.test("lockFolder() takes a file for no lock that no process holds", async () => {
  for (const left of ["", "garbage", '{"pid":1,"since":"2021-12-01T00:00:00.000Z"}']) {
    await inFolder(async (folder) => {
      Deno.writeTextFileSync(`${folder}/.lock`, left);
      const lock = await lockFolder(folder);
      assert.equal(JSON.parse(Deno.readTextFileSync(`${folder}/.lock`)).pid, Deno.pid);
      lock.release();
    });
  }
});

Deno.test("lockFolder() is refused by a lock that does not say who holds it", async () => {
  await inFolder(async (folder) => {
    const file = Deno.openSync(`${folder}/.lock`, { write: true, create: true });
    await file.lock(true);
    await assert.rejects(lockFolder(folder), {
      message:
        `Cannot lock "${folder}": another run holds the lock, expected one run at a time (--wait SECONDS waits for its end)`,
    });
    file.close();
  });
});

Deno.test("lockFolder() locks each folder by itself", async () => {
  await inFolder(async (one) => {
    await inFolder(async (other) => {
      const locks = [await lockFolder(one), await lockFolder(other)];
      for (const lock of locks) lock.release();
    });
  });
});

Deno.test("lockFolder() gives the lock to one of many that want it at once", async () => {
  await inFolder(async (folder) => {
    const wishes = Array.from({ length: 8 }, () => lockFolder(folder));
    const ends = await Promise.allSettled(wishes);
    const held = ends.flatMap((end) => end.status === "fulfilled" ? [end.value] : []);
    assert.equal(held.length, 1);
    held[0].release();
    assert.deepEqual(namesIn(folder), []);
  });
});

Deno.test("lockFolder() says which file it cannot make", async () => {
  await inFolder(async (folder) => {
    const absent = `${folder}/absent`;
    await assert.rejects(lockFolder(absent), {
      message: `Cannot lock "${absent}/.lock": not found, expected a file`,
    });
  });
});

Deno.test("release() does no harm where the file of the lock was removed", async () => {
  await inFolder(async (folder) => {
    const lock = await lockFolder(folder);
    Deno.removeSync(`${folder}/.lock`);
    const other = await lockFolder(folder);
    lock.release();
    other.release();
    assert.deepEqual(namesIn(folder), []);
  });
});
