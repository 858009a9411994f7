import assert from "node:assert/strict";
import { denoStore, StoreError } from "../../../io/store.ts";
import { diskError, diskFull } from "./stores.ts";

/** Does something in a folder that is deleted afterwards. */
function inFolder(body: (folder: string) => void): void {
  const folder = Deno.makeTempDirSync({ prefix: "topstreams-store-" });
  try {
    body(folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

Deno.test("StoreError says in our words why the platform refused", () => {
  const folderExpected = "a file of that name is there, expected a folder";
  const cases: readonly [act: string, cause: unknown, reason: string][] = [
    ["write", diskFull(), "no space left on the device, expected room to write"],
    ["write", new Error("ENOSPC: x"), "no space left on the device, expected room to write"],
    ["read", new Deno.errors.NotFound("x"), "not found, expected a file"],
    ["sync folder", new Deno.errors.NotFound("x"), "not found, expected a folder"],
    [
      "read",
      new Deno.errors.PermissionDenied("x"),
      "permission denied, expected a file that this user may use",
    ],
    ["read", new Deno.errors.NotCapable("x"), "not allowed by --allow-read or --allow-write"],
    [
      "read folder",
      new Deno.errors.NotADirectory("x"),
      "a part of the path is no folder, expected folders",
    ],
    ["read", new Deno.errors.IsADirectory("x"), "it is a folder, expected a file"],
    ["make folder", new Deno.errors.AlreadyExists("x"), folderExpected],
    ["read", diskError(), "Input/output error (os error 5)"],
    ["read", "text", "text"],
  ];
  for (const [act, cause, reason] of cases) {
    const error = new StoreError(act, "a/b", cause);
    assert.equal(error.message, `Cannot ${act} "a/b": ${reason}`);
    assert.equal(error.isFull, reason.startsWith("no space"));
    assert.equal(error.cause, cause);
  }
});

Deno.test("denoStore finds nothing where there is nothing", { permissions: { read: true } }, () => {
  assert.equal(denoStore.info("/absent/path"), undefined);
  assert.equal(denoStore.list("/absent/path"), undefined);
});

Deno.test("denoStore.remove() does nothing where there is nothing", () => {
  inFolder((folder) => {
    denoStore.remove(`${folder}/absent`);
    denoStore.remove(`${folder}/absent/more`);
  });
});

Deno.test("denoStore reads and writes files at any place", () => {
  inFolder((folder) => {
    const path = `${folder}/file`;
    const file = denoStore.create(path);
    file.writeAt(bytesOf("abcdef"), 0);
    file.writeAt(bytesOf("XY"), 2);
    file.writeAt(bytesOf("!"), 6);
    file.sync();
    const into = new Uint8Array(4);
    assert.equal(file.readAt(into, 1), 4);
    assert.equal(textOf(into), "bXYe");
    assert.equal(file.readAt(into, 5), 2);
    assert.equal(file.readAt(into, 7), 0);
    assert.equal(file.sizeBytes(), 7);
    file.close();
    const again = denoStore.openToWrite(path);
    again.writeAt(bytesOf("Z"), 0);
    again.close();
    const reading = denoStore.openToRead(path);
    const all = new Uint8Array(9);
    assert.equal(textOf(all.subarray(0, reading.readAt(all, 0))), "ZbXYef!");
    reading.close();
    denoStore.create(path).close();
    assert.equal(denoStore.info(path)?.sizeBytes, 0, "what was there is gone");
  });
});

Deno.test("denoStore.list() gives names in order, whatever they are", () => {
  inFolder((folder) => {
    for (const name of ["b", "a", ".c", "B"]) denoStore.create(`${folder}/${name}`).close();
    denoStore.makeFolder(`${folder}/d/e`);
    assert.deepEqual(denoStore.list(folder), [".c", "B", "a", "b", "d"]);
    assert.equal(denoStore.info(`${folder}/d`)?.isFolder, true);
    denoStore.makeFolder(`${folder}/d`);
    denoStore.syncFolder(folder);
  });
});

Deno.test("denoStore.rename() puts a file in the place of another", () => {
  inFolder((folder) => {
    Deno.writeTextFileSync(`${folder}/a`, "fresh");
    Deno.writeTextFileSync(`${folder}/b`, "former");
    denoStore.rename(`${folder}/a`, `${folder}/b`);
    assert.equal(Deno.readTextFileSync(`${folder}/b`), "fresh");
    assert.deepEqual(denoStore.list(folder), ["b"]);
  });
});

Deno.test("denoStore makes files and folders that others may not read", () => {
  inFolder((folder) => {
    denoStore.makeFolder(`${folder}/a`);
    denoStore.create(`${folder}/a/b`).close();
    const modeOf = (path: string): number => Deno.statSync(path).mode! & 0o007;
    assert.deepEqual([modeOf(`${folder}/a`), modeOf(`${folder}/a/b`)], [0, 0]);
  });
});

Deno.test("denoStore fails with the act and the path", () => {
  inFolder((folder) => {
    const file = `${folder}/file`;
    Deno.writeTextFileSync(file, "");
    const cases: readonly [action: () => unknown, message: RegExp][] = [
      [
        () => denoStore.openToRead(`${folder}/no`),
        /^Cannot read ".*\/no": not found, expected a f/,
      ],
      [() => denoStore.create(`${folder}/no/a`), /^Cannot write ".*\/no\/a": not found, expected/],
      [() => denoStore.openToWrite(`${folder}/no`), /^Cannot write ".*\/no": not found, expected/],
      [() => denoStore.create(folder), /^Cannot write ".*": it is a folder, expected a file$/],
      [() => denoStore.list(file), /^Cannot read folder ".*file": .*no folder, expected folders$/],
      [() => denoStore.makeFolder(file), /^Cannot make folder ".*file": .*, expected a folder$/],
      [
        () => denoStore.rename(`${folder}/no`, file),
        /^Cannot rename ".*\/no": not found, expected/,
      ],
      [() => denoStore.syncFolder(`${folder}/no`), /^Cannot sync folder ".*\/no": not found/],
      [() => denoStore.remove(folder), /^Cannot delete ".*": /],
    ];
    for (const [action, message] of cases) {
      assert.throws(action, (error) => {
        assert.ok(error instanceof StoreError);
        assert.match(error.message, message);
        return true;
      });
    }
  });
});

Deno.test("denoStore.freeBytes() tells nothing without the permission", () => {
  const query = { name: "sys", kind: "statfs" } as unknown as Deno.PermissionDescriptor;
  const mayAsk = Deno.permissions.querySync(query).state === "granted";
  const freeBytes = denoStore.freeBytes(".");
  assert.ok(mayAsk ? freeBytes! > 0 : freeBytes === undefined);
});
