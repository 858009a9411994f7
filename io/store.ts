/**
 * The acts on files that the program needs, and the only code that calls Deno for them.
 *
 * Everything above takes a {@linkcode Store}; tests hand in one that fails at a chosen act.
 *
 * @module
 */

import { statfsSync } from "node:fs";

/** What is known of a path. */
export interface PathInfo {
  readonly isFile: boolean;
  readonly isFolder: boolean;
  readonly sizeBytes: number;
  /** Last modification, milliseconds since 1970. */
  readonly modifiedMs: number;
}

/** An open file. */
export interface OpenFile {
  readonly path: string;
  sizeBytes(): number;
  /** Reads at `offset`, as much as there is and fits; 0 at the end. */
  readAt(into: Uint8Array, offset: number): number;
  /** Writes all the bytes at `offset`. */
  writeAt(bytes: Uint8Array, offset: number): void;
  /** Returns when the file's bytes are safe on disk. */
  sync(): void;
  /** As {@linkcode sync}, while others go on; the file must not be closed meanwhile. */
  syncSoFar(): Promise<void>;
  close(): void;
}

/** Acts on files and folders. All of them throw a {@linkcode StoreError} when they fail. */
export interface Store {
  /** The mode of new files. */
  readonly fileMode: number;
  /**
   * What is known of the path, or `undefined` where there is nothing. Links are followed; one that
   * leads nowhere is nothing.
   */
  info(path: string): PathInfo | undefined;
  /** Whether there is a symbolic link of that name, wherever it leads. */
  isLink(path: string): boolean;
  /** The names in a folder, sorted, or `undefined` where there is no such folder. */
  list(path: string): string[] | undefined;
  makeFolder(path: string): void;
  openToRead(path: string): OpenFile;
  /**
   * Makes a new file, or empties the one that is there. It can be read, too.
   *
   * @param mode in the place of {@linkcode fileMode}
   */
  create(path: string, mode?: number): OpenFile;
  /** Opens a file that is there for reading and writing; nothing of it is lost. */
  openToWrite(path: string): OpenFile;
  rename(from: string, to: string): void;
  /** Removes a file, or an empty folder; nothing happens where there is none. */
  remove(path: string): void;
  /** Returns when the names in the folder are safe on disk. */
  syncFolder(path: string): void;
  /** Free bytes where the path is, or `undefined` where the platform does not tell. */
  freeBytes(path: string): number | undefined;
}

/** An act on a file that failed. */
export class StoreError extends Error {
  readonly act: string;
  readonly path: string;
  /** Whether there is no room left. */
  readonly isFull: boolean;

  constructor(act: string, path: string, cause: unknown) {
    const { reason, isFull } = reasonOf(cause, act);
    super(`Cannot ${act} "${path}": ${reason}`, { cause });
    this.name = "StoreError";
    this.act = act;
    this.path = path;
    this.isFull = isFull;
  }
}

/** Says in our words why the platform refused. */
function reasonOf(cause: unknown, act: string): { reason: string; isFull: boolean } {
  const text = cause instanceof Error ? cause.message : String(cause);
  const code = (cause as { code?: string } | null)?.code;
  const isFull = code === "ENOSPC" || /No space left|os error 28\b|ENOSPC/.test(text);
  if (isFull) return { reason: "no space left on the device, expected room to write", isFull };
  const noun = act.includes("folder") ? "folder" : "file";
  if (cause instanceof Deno.errors.NotFound) {
    return { reason: `not found, expected a ${noun}`, isFull };
  }
  if (cause instanceof Deno.errors.PermissionDenied || code === "EACCES") {
    return { reason: `permission denied, expected a ${noun} that this user may use`, isFull };
  }
  if (cause instanceof Deno.errors.NotCapable) {
    return { reason: "not allowed by --allow-read or --allow-write", isFull };
  }
  if (cause instanceof Deno.errors.AlreadyExists) {
    return { reason: "a file of that name is there, expected a folder", isFull };
  }
  if (cause instanceof Deno.errors.NotADirectory || code === "ENOTDIR") {
    return { reason: "a part of the path is no folder, expected folders", isFull };
  }
  if (cause instanceof Deno.errors.IsADirectory || code === "EISDIR") {
    return { reason: "it is a folder, expected a file", isFull };
  }
  return { reason: text, isFull };
}

/** Does the act; what it throws is told as a failure of this act on this path. */
function attempt<T>(act: string, path: string, action: () => T): T {
  try {
    return action();
  } catch (cause) {
    throw new StoreError(act, path, cause);
  }
}

/** As {@linkcode attempt}, but nothing there is `undefined`. */
function attemptIfThere<T>(act: string, path: string, action: () => T): T | undefined {
  try {
    return action();
  } catch (cause) {
    const isNowhere = cause instanceof Deno.errors.NotFound ||
      cause instanceof Deno.errors.FilesystemLoop;
    if (isNowhere) return undefined;
    throw new StoreError(act, path, cause);
  }
}

class DenoFile implements OpenFile {
  readonly path: string;
  readonly #file: Deno.FsFile;
  #position = 0;

  constructor(path: string, file: Deno.FsFile) {
    this.path = path;
    this.#file = file;
  }

  sizeBytes(): number {
    return attempt("read", this.path, () => this.#file.statSync().size);
  }

  readAt(into: Uint8Array, offset: number): number {
    return attempt("read", this.path, () => {
      this.#goTo(offset);
      const count = this.#file.readSync(into) ?? 0;
      this.#position = offset + count;
      return count;
    });
  }

  writeAt(bytes: Uint8Array, offset: number): void {
    attempt("write", this.path, () => {
      this.#goTo(offset);
      for (let at = 0; at < bytes.length;) {
        const count = this.#file.writeSync(bytes.subarray(at));
        if (count === 0) throw new Error("0 bytes written, expected some");
        at += count;
      }
      this.#position = offset + bytes.length;
    });
  }

  #goTo(offset: number): void {
    if (offset === this.#position) return;
    this.#position = -1;
    this.#file.seekSync(offset, Deno.SeekMode.Start);
    this.#position = offset;
  }

  sync(): void {
    attempt("sync", this.path, () => this.#file.syncDataSync());
  }

  async syncSoFar(): Promise<void> {
    try {
      await this.#file.syncData();
    } catch (cause) {
      throw new StoreError("sync", this.path, cause);
    }
  }

  close(): void {
    this.#file.close();
  }
}

const ACTS: Omit<Store, "create" | "fileMode"> = {
  info: (path) =>
    attemptIfThere("look at", path, () => {
      const info = Deno.statSync(path);
      return {
        isFile: info.isFile,
        isFolder: info.isDirectory,
        sizeBytes: info.size,
        modifiedMs: info.mtime?.getTime() ?? 0,
      };
    }),
  isLink: (path) => attemptIfThere("look at", path, () => Deno.lstatSync(path).isSymlink) ?? false,
  list: (path) =>
    attemptIfThere("read folder", path, () => {
      return Array.from(Deno.readDirSync(path), (entry) => entry.name).sort();
    }),
  makeFolder: (path) =>
    attempt("make folder", path, () => Deno.mkdirSync(path, { recursive: true, mode: 0o750 })),
  openToRead: (path) =>
    attempt("read", path, () => new DenoFile(path, Deno.openSync(path, { read: true }))),
  openToWrite: (path) =>
    attempt("write", path, () => {
      return new DenoFile(path, Deno.openSync(path, { write: true, read: true }));
    }),
  rename: (from, to) => attempt("rename", from, () => Deno.renameSync(from, to)),
  remove: (path) => void attemptIfThere("delete", path, () => Deno.removeSync(path)),
  syncFolder: (path) =>
    attempt("sync folder", path, () => {
      const folder = Deno.openSync(path, { read: true });
      try {
        folder.syncSync();
      } finally {
        folder.close();
      }
    }),
  freeBytes: freeBytesOf,
};

/** The mode of new files, where nothing else is said. */
export const FILE_MODE = 0o640;

/** The files of this machine, through Deno. */
export const denoStore: Store = denoStoreWith(FILE_MODE);

/** As {@linkcode denoStore}; new files have this mode, whatever the umask is. */
export function denoStoreWith(fileMode: number): Store {
  const create = (path: string, mode = fileMode): OpenFile =>
    attempt("write", path, () => created(path, mode));
  return { ...ACTS, fileMode, create };
}

function created(path: string, mode: number): OpenFile {
  const options = { write: true, read: true, create: true, truncate: true, mode };
  const file = Deno.openSync(path, options);
  const found = file.statSync().mode;
  if (found !== null && (found & 0o777) !== mode) Deno.chmodSync(path, mode);
  return new DenoFile(path, file);
}

/** Deno tells the free room only to programs that may use `--allow-sys=statfs`. */
function freeBytesOf(path: string): number | undefined {
  const query = { name: "sys", kind: "statfs" } as unknown as Deno.PermissionDescriptor;
  if (Deno.permissions.querySync(query).state !== "granted") return undefined;
  return attempt("look at", path, () => {
    const { bavail, bsize } = statfsSync(path);
    return bavail * bsize;
  });
}
