/**
 * Stores for tests: one in memory, and ones that fail at a chosen act.
 *
 * @module
 */

import {
  FILE_MODE,
  type OpenFile,
  type PathInfo,
  type Store,
  StoreError,
} from "../../../io/store.ts";

/** A store in memory; folders must be made before there are files in them. */
export class MemoryStore implements Store {
  readonly fileMode = FILE_MODE;
  /** The bytes of the files, one character a byte, by their paths. */
  readonly files = new Map<string, string>();
  readonly folders = new Set<string>();
  /** How many files are open. */
  openFiles = 0;

  /** @param files the bytes of files by their paths; their folders are made */
  constructor(files: Readonly<Record<string, string>> = {}) {
    for (const [path, bytes] of Object.entries(files)) {
      this.makeFolder(folderOf(path));
      this.files.set(path, bytes);
    }
  }

  /** All files and their bytes, sorted by path. */
  contents(): Record<string, string> {
    return Object.fromEntries([...this.files].sort(([a], [b]) => a < b ? -1 : 1));
  }

  info(path: string): PathInfo | undefined {
    const isFile = this.files.has(path);
    const isFolder = this.folders.has(path);
    const sizeBytes = this.files.get(path)?.length ?? 4096;
    return isFile || isFolder ? { isFile, isFolder, sizeBytes, modifiedMs: 0 } : undefined;
  }

  isLink(_path: string): boolean {
    return false;
  }

  list(path: string): string[] | undefined {
    if (!this.folders.has(path)) return undefined;
    const all = [...this.files.keys(), ...this.folders];
    const inside = all.filter((other) => folderOf(other) === path);
    return inside.map((other) => other.slice(path.length + 1)).sort();
  }

  makeFolder(path: string): void {
    for (let folder = path; folder !== ""; folder = folderOf(folder)) this.folders.add(folder);
  }

  openToRead(path: string): OpenFile {
    if (!this.files.has(path)) throw new StoreError("read", path, new Deno.errors.NotFound());
    return this.#open(path);
  }

  openToWrite(path: string): OpenFile {
    if (!this.files.has(path)) throw new StoreError("write", path, new Deno.errors.NotFound());
    return this.#open(path);
  }

  create(path: string): OpenFile {
    if (!this.folders.has(folderOf(path))) {
      throw new StoreError("write", path, new Deno.errors.NotFound());
    }
    this.files.set(path, "");
    return this.#open(path);
  }

  #open(path: string): OpenFile {
    const bytes = (): string => this.files.get(path) ?? "";
    this.openFiles++;
    return {
      path,
      sizeBytes: () => bytes().length,
      readAt: (into, offset) => {
        const part = bytes().slice(offset, offset + into.length);
        for (let i = 0; i < part.length; i++) into[i] = part.charCodeAt(i);
        return part.length;
      },
      writeAt: (more, offset) => {
        const [head, tail] = [bytes().slice(0, offset), bytes().slice(offset + more.length)];
        const text = String.fromCharCode(...more);
        this.files.set(path, head.padEnd(offset, "\0") + text + tail);
      },
      sync: () => {},
      syncSoFar: () => Promise.resolve(),
      close: () => void this.openFiles--,
    };
  }

  rename(from: string, to: string): void {
    const bytes = this.files.get(from);
    if (bytes === undefined) throw new StoreError("rename", from, new Deno.errors.NotFound());
    this.files.delete(from);
    this.files.set(to, bytes);
  }

  remove(path: string): void {
    if (this.list(path)?.length) throw new StoreError("delete", path, new Error("not empty"));
    this.files.delete(path);
    this.folders.delete(path);
  }

  syncFolder(_path: string): void {}

  freeBytes(_path: string): number | undefined {
    return undefined;
  }
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

/** An act on a store, before it is done. */
export interface Act {
  readonly act: keyof Store | keyof OpenFile;
  readonly path: string;
  /** Its number, from 1. */
  readonly number: number;
}

/** What is done instead of an act: it throws, or returns to let the act be done. */
export type BeforeAct = (act: Act) => void;

/**
 * Makes a store that asks before every act; closing is no act.
 *
 * A write that is not let through has written half of its bytes. Nothing is synced to the disk:
 * no test turns the power off.
 */
export function watchedStore(store: Store, before: BeforeAct): Store {
  let number = 0;
  const ask = (act: Act["act"], path: string): void => before({ act, path, number: ++number });
  const watched = (file: OpenFile): OpenFile => ({
    path: file.path,
    sizeBytes: () => (ask("sizeBytes", file.path), file.sizeBytes()),
    readAt: (into, offset) => (ask("readAt", file.path), file.readAt(into, offset)),
    writeAt: (bytes, offset) => {
      try {
        ask("writeAt", file.path);
      } catch (error) {
        file.writeAt(bytes.subarray(0, bytes.length >> 1), offset);
        throw error;
      }
      file.writeAt(bytes, offset);
    },
    sync: () => ask("sync", file.path),
    syncSoFar: () => Promise.resolve(),
    close: () => file.close(),
  });
  return {
    fileMode: store.fileMode,
    info: (path) => (ask("info", path), store.info(path)),
    isLink: (path) => (ask("isLink", path), store.isLink(path)),
    list: (path) => (ask("list", path), store.list(path)),
    makeFolder: (path) => (ask("makeFolder", path), store.makeFolder(path)),
    openToRead: (path) => (ask("openToRead", path), watched(store.openToRead(path))),
    create: (path, mode) => (ask("create", path), watched(store.create(path, mode))),
    openToWrite: (path) => (ask("openToWrite", path), watched(store.openToWrite(path))),
    rename: (from, to) => (ask("rename", from), store.rename(from, to)),
    remove: (path) => (ask("remove", path), store.remove(path)),
    syncFolder: (path) => ask("syncFolder", path),
    freeBytes: (path) => (ask("freeBytes", path), store.freeBytes(path)),
  };
}

/** A failure of the disk, as the platform tells it. */
export function diskError(): Error {
  return new Error("Input/output error (os error 5)");
}

/** A full disk, as the platform tells it. */
export function diskFull(): Error {
  return Object.assign(new Error("No space left on device (os error 28)"), { code: "ENOSPC" });
}

/** How a store fails: at one act only, or from that act on, as when the process is killed. */
export type Failure = "once" | "for good";

/** Makes a store whose act of the given number fails. */
export function failingStore(store: Store, at: number, failure: Failure): Store {
  return watchedStore(store, ({ act, path, number }) => {
    if (number === at || (failure === "for good" && number > at)) {
      throw new StoreError(act, path, diskError());
    }
  });
}
