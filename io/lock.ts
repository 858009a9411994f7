/**
 * One run at a time in a folder: a lock that the system releases when its process ends.
 *
 * @module
 */

import { pause } from "./pause.ts";

/** The process that holds a lock. */
export interface LockHolder {
  /** Not known where the process has not written it yet. */
  readonly pid?: number;
  /** ISO 8601. */
  readonly since?: string;
}
import { StoreError } from "./store.ts";

const LOCK = ".lock";

/** How often a lock is asked for that is waited for. */
const WAIT_STEP_MS = 200;

/** Who only looks at a lock lets go of it within this time. */
const LOOK_MS = 50;

/** How long to wait for the system's answer where it has no call that answers at once. */
const ANSWER_MS = 250;

/** A lock that is held until {@linkcode release}, or until the process ends. */
export interface HeldLock {
  release(): void;
}

/** How a lock is waited for. */
export interface LockWait {
  /** How long; not at all by default. */
  readonly waitSeconds?: number;
  readonly signal?: AbortSignal;
  /** Told once, where there is something to wait for. */
  readonly onWait?: (holder: string) => void;
}

/**
 * Locks a folder.
 *
 * The lock is flock(2) on the file `.lock`, which says who holds it. The file is removed on
 * release, so one that was locked is only good if it still is the one under its name.
 *
 * @throws {Error} where another process holds the lock, and goes on holding it
 * @throws {StoppedError} where the signal was given while it was waited for
 */
export async function lockFolder(folder: string, wait: LockWait = {}): Promise<HeldLock> {
  const { waitSeconds = 0, signal, onWait } = wait;
  const path = `${folder}/${LOCK}`;
  const start = performance.now();
  let looks = 0;
  for (let isTold = false;;) {
    const file = openLock(path);
    if (!(await tryLock(file))) {
      file.close();
      if (looks++ === 0) {
        await pause(LOOK_MS, signal);
        continue;
      }
      if (performance.now() - start >= 1000 * waitSeconds) {
        throw new Error(
          `Cannot lock "${folder}": another run holds the lock${holderOf(path)}, ` +
            (waitSeconds === 0
              ? "expected one run at a time (--wait SECONDS waits for its end)"
              : `expected its end within ${waitSeconds} s`),
        );
      }
      if (!isTold) onWait?.(holderOf(path));
      isTold = true;
      await pause(WAIT_STEP_MS, signal);
      continue;
    }
    if (isNamed(file, path)) {
      writeHolder(file, path);
      return { release: () => releaseLock(file, path) };
    }
    file.close();
  }
}

/**
 * Locks several folders that are there, in their order; one that is named twice is locked once.
 *
 * @throws {Error} as {@linkcode lockFolder}: then none of them is locked
 */
export async function lockFolders(
  folders: readonly string[],
  wait: LockWait = {},
): Promise<HeldLock> {
  const paths = folders.map((folder) => Deno.realPathSync(folder));
  const locks: HeldLock[] = [];
  const release = (): void => locks.reverse().forEach((lock) => lock.release());
  try {
    for (const folder of folders.filter((_, i) => paths.indexOf(paths[i]) === i)) {
      locks.push(await lockFolder(folder, wait));
    }
  } catch (error) {
    release();
    throw error;
  }
  return { release };
}

function openLock(path: string): Deno.FsFile {
  try {
    return Deno.openSync(path, { read: true, write: true, create: true, mode: 0o640 });
  } catch (cause) {
    throw new StoreError("lock", path, cause);
  }
}

/** Deno 2.9 can ask; before that the only way is to wait a little for the lock. */
async function tryLock(file: Deno.FsFile): Promise<boolean> {
  const asking = file as Deno.FsFile & { tryLock?(exclusive: boolean): Promise<boolean> };
  if (typeof asking.tryLock === "function") return await asking.tryLock(true);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tooLate = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), ANSWER_MS);
  });
  const isLocked = await Promise.race([file.lock(true).then(() => true, () => false), tooLate]);
  clearTimeout(timer);
  return isLocked;
}

/** Whether the open file is still the one that has the path as its name. */
function isNamed(file: Deno.FsFile, path: string): boolean {
  try {
    return Deno.statSync(path).ino === file.statSync().ino;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** @throws {StoreError} where there is no room: the lock is given back */
function writeHolder(file: Deno.FsFile, path: string): void {
  const holder = JSON.stringify({ pid: Deno.pid, since: new Date().toISOString() });
  try {
    file.truncateSync(0);
    file.writeSync(new TextEncoder().encode(holder));
  } catch (cause) {
    releaseLock(file, path);
    throw new StoreError("write", path, cause);
  }
}

/** Says in brackets who holds a lock; nothing where that is not known. */
function holderOf(path: string): string {
  const { pid, since } = readHolder(path);
  return pid === undefined ? "" : ` (process ${pid}, since ${since})`;
}

function readHolder(path: string): LockHolder {
  try {
    const { pid, since } = JSON.parse(Deno.readTextFileSync(path));
    return typeof pid === "number" && typeof since === "string" ? { pid, since } : {};
  } catch {
    return {};
  }
}

/**
 * Looks who holds the lock of a folder; nothing is made for it.
 *
 * The lock is taken for a moment where nobody holds it: who asks for it in that moment asks again.
 *
 * @returns `undefined` where nobody does
 */
export async function lockHolder(folder: string): Promise<LockHolder | undefined> {
  const path = `${folder}/${LOCK}`;
  let file: Deno.FsFile;
  try {
    file = Deno.openSync(path, { read: true });
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return undefined;
    }
    throw new StoreError("look at lock", path, error);
  }
  try {
    const isFree = await tryLock(file);
    return isFree || !isNamed(file, path) ? undefined : readHolder(path);
  } finally {
    file.close();
  }
}

function releaseLock(file: Deno.FsFile, path: string): void {
  try {
    Deno.removeSync(path);
  } catch {
    // Someone removed it; closing the file releases the lock all the same.
  }
  file.close();
}
