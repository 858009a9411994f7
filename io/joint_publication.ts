/**
 * Publishing in several folders at once: files of all of them appear together or not at all.
 *
 * Every file is written aside in its own folder and synced, as in publication.ts. Each folder
 * besides the first gets a note that files are waiting there; then one journal in the first folder
 * is synced, and decides. The files of all folders are renamed, the journal is removed, then the
 * notes. So as long as the journal is there, a folder with the note is one whose files are to be
 * renamed; where there is no journal, what waits is given up.
 *
 * The journal does not name the folders but what they are, as a process is told where they are when
 * it starts, and may use no others.
 *
 * @module
 */

import { FileSink } from "./byte_files.ts";
import { asideName, readText } from "./publication.ts";
import { replaceFile } from "./replace_file.ts";
import type { Store } from "./store.ts";

/** The name of the journal in the folder of the batches. */
export const JOINT_JOURNAL = ".forget.json";

/** Hidden and named like a file aside: `recover()` of publication.ts deletes one that is left. */
const NOTE = ".waiting.aside";

/** What is aside in the folder of the batches itself. */
const OWN_ASIDE = /^\.+forg[eo]t.*\.aside$/;

/** What the folders are; the journal is in that of the batches. */
export const JOINT_FOLDERS = ["batch", "results", "quarantine"] as const;

/** One of the folders. */
export type JointFolder = (typeof JOINT_FOLDERS)[number];

/** Where the folders are, as far as they are named. */
export type JointPaths =
  & { readonly batch: string }
  & Readonly<Partial<Record<JointFolder, string>>>;

/** The names of files by folder; in that of the batches, of its folders too. */
type NamesByFolder = Partial<Record<JointFolder, string[]>>;

interface Journal {
  /** The same in the notes of the other folders. */
  readonly id: string;
  readonly files: Readonly<NamesByFolder>;
}

/** A set of files on its way into several folders. */
export class JointPublication {
  readonly #store: Store;
  readonly #paths: JointPaths;
  readonly #id: string;
  readonly #files: NamesByFolder = {};
  readonly #open = new Set<FileSink>();
  #isBegun = false;

  /**
   * @param paths folders that are there
   * @param id tells this publication from others
   */
  constructor(store: Store, paths: JointPaths, id: string) {
    this.#store = store;
    this.#paths = paths;
    this.#id = id;
  }

  /**
   * Begins a file of the set; {@linkcode finish} ends it. Files are renamed in this order, those of
   * the batches first.
   *
   * @param name of the file, in the folder of the batches with that of its day
   */
  create(folder: JointFolder, name: string, mode?: number): FileSink {
    const sink = new FileSink(this.#store.create(asideOf(this.#paths[folder]!, name), mode));
    (this.#files[folder] ??= []).push(name);
    this.#open.add(sink);
    return sink;
  }

  /** Ends a file: its bytes are safe on disk, still under the hidden name. */
  finish(sink: FileSink): void {
    this.#open.delete(sink);
    sink.finish();
  }

  /** Adds a whole small file. */
  add(folder: JointFolder, name: string, bytes: Uint8Array | string, mode?: number): void {
    const sink = this.create(folder, name, mode);
    sink.write(typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes);
    this.finish(sink);
  }

  /** Makes all files of the set appear. */
  commit(): void {
    const store = this.#store;
    const { batch } = this.#paths;
    const journal: Journal = { id: this.#id, files: this.#files };
    for (const folder of otherFolders(journal)) {
      const path = this.#paths[folder]!;
      this.#writeAside(`${path}/${NOTE}`, this.#id);
      store.syncFolder(path);
    }
    this.#writeAside(`${batch}/${asideName(JOINT_JOURNAL)}`, JSON.stringify(journal));
    for (const day of daysIn(journal)) store.syncFolder(`${batch}/${day}`);
    store.rename(`${batch}/${asideName(JOINT_JOURNAL)}`, `${batch}/${JOINT_JOURNAL}`);
    this.#isBegun = true;
    store.syncFolder(batch);
    carryOut(store, this.#paths, journal);
  }

  #writeAside(path: string, text: string): void {
    const sink = new FileSink(this.#store.create(path));
    this.#open.add(sink);
    sink.write(new TextEncoder().encode(text));
    this.finish(sink);
  }

  /**
   * Gives the set up: nothing of it stays, as far as the folders let themselves be cleaned. Where
   * the journal is there, all stays as it is, for the next start to complete it.
   */
  abandon(): void {
    for (const sink of this.#open) sink.close();
    this.#open.clear();
    if (this.#isBegun) return;
    for (const [folder, names] of entriesOf(this.#files)) {
      for (const name of names) this.#store.remove(asideOf(this.#paths[folder]!, name));
    }
    for (const folder of otherFolders({ files: this.#files })) {
      this.#store.remove(`${this.#paths[folder]}/${NOTE}`);
    }
    this.#store.remove(`${this.#paths.batch}/${asideName(JOINT_JOURNAL)}`);
  }
}

function entriesOf(files: Readonly<NamesByFolder>): [JointFolder, readonly string[]][] {
  return JOINT_FOLDERS.flatMap((folder) => {
    const names = files[folder];
    return names === undefined ? [] : [[folder, names]];
  });
}

/** The folders besides that of the journal. */
function otherFolders(journal: Pick<Journal, "files">): JointFolder[] {
  return entriesOf(journal.files).map(([folder]) => folder).filter((folder) => folder !== "batch");
}

/** The folders of days that files of the batches are in. */
function daysIn({ files }: Journal): string[] {
  const names = files.batch ?? [];
  return [...new Set(names.filter((name) => name.includes("/")).map((name) => name.split("/")[0]))];
}

function asideOf(folder: string, name: string): string {
  const slash = name.lastIndexOf("/");
  return `${folder}/${name.slice(0, slash + 1)}${asideName(name.slice(slash + 1))}`;
}

/** Does what the journal says, as far as it is not done; all its folders must be named. */
function carryOut(store: Store, paths: JointPaths, journal: Journal): void {
  for (const [folder, names] of entriesOf(journal.files)) {
    renameIn(store, paths[folder]!, names);
  }
  for (const day of daysIn(journal)) store.syncFolder(`${paths.batch}/${day}`);
  const folders = entriesOf(journal.files).map(([folder]) => paths[folder]!);
  for (const path of folders) store.syncFolder(path);
  store.remove(`${paths.batch}/${JOINT_JOURNAL}`);
  store.syncFolder(paths.batch);
  for (const folder of otherFolders(journal)) store.remove(`${paths[folder]}/${NOTE}`);
}

function renameIn(store: Store, folder: string, names: readonly string[]): void {
  for (const name of names) {
    const aside = asideOf(folder, name);
    if (store.info(aside) !== undefined) store.rename(aside, `${folder}/${name}`);
  }
}

/** What became of a publication that was cut short. */
export interface JointRecovery {
  /** The names of files that were made to appear. */
  readonly completed: readonly string[];
  /** Folders that are to be named for the rest to be completed. */
  readonly unnamed: readonly JointFolder[];
  /** Folders that are others than those in which it was begun: what waits there cannot be found. */
  readonly lost: readonly JointFolder[];
}

/**
 * Completes a publication in several folders that was cut short, as far as they are named; before
 * `recover()` of publication.ts is called for any of them. Nothing may be publishing there.
 *
 * Where a folder is not named, the journal stays for a later start that names it.
 */
export function recoverJoint(store: Store, paths: JointPaths): JointRecovery {
  const journal = readJournal(store, paths.batch);
  const recovery = journal === undefined
    ? { completed: [], unnamed: [], lost: [] }
    : completed(store, paths, journal);
  // In the folders of days, of results and of rejected rows the asides are deleted by recover().
  for (const name of store.list(paths.batch) ?? []) {
    if (OWN_ASIDE.test(name)) store.remove(`${paths.batch}/${name}`);
  }
  return recovery;
}

function completed(store: Store, paths: JointPaths, journal: Journal): JointRecovery {
  const others = otherFolders(journal);
  const unnamed = others.filter((folder) => paths[folder] === undefined);
  const lost = others.filter((folder) =>
    paths[folder] !== undefined && !isWaiting(store, paths[folder], journal)
  );
  const kept = entriesOf(journal.files).filter(([folder]) => !lost.includes(folder));
  const named = kept.filter(([folder]) => !unnamed.includes(folder));
  if (unnamed.length === 0) {
    carryOut(store, paths, { ...journal, files: Object.fromEntries(kept) });
  } else {
    for (const [folder, names] of named) {
      renameIn(store, paths[folder]!, names);
      store.syncFolder(paths[folder]!);
    }
    for (const day of daysIn(journal)) store.syncFolder(`${paths.batch}/${day}`);
    const left = entriesOf(journal.files).filter(([folder]) => unnamed.includes(folder));
    const rest: Journal = { ...journal, files: Object.fromEntries(left) };
    replaceFile(store, `${paths.batch}/${JOINT_JOURNAL}`, JSON.stringify(rest));
  }
  return { completed: named.flatMap(([, names]) => names), unnamed, lost };
}

function isWaiting(store: Store, folder: string, { id }: Journal): boolean {
  const note = `${folder}/${NOTE}`;
  return store.info(note) !== undefined && readText(store, note) === id;
}

/** What a publication that was cut short is going to publish; `undefined` where there is none. */
export function pendingJoint(store: Store, batch: string): readonly string[] {
  return Object.values(readJournal(store, batch)?.files ?? {}).flat();
}

/**
 * Finds a file as it is after {@linkcode recoverJoint}, which changes nothing: under its name, or
 * still aside where the journal says that it is to have that name.
 *
 * @param name of a file in the folder of the batches
 */
export function pathAfterJoint(store: Store, batch: string, name: string): string | undefined {
  const aside = asideOf(batch, name);
  const isPending = store.info(aside) !== undefined &&
    readJournal(store, batch)?.files.batch?.includes(name) === true;
  const path = `${batch}/${name}`;
  return isPending ? aside : store.info(path) === undefined ? undefined : path;
}

/** Reads the journal; one that is none counts as none, for it is written whole or not at all. */
function readJournal(store: Store, batch: string): Journal | undefined {
  const path = `${batch}/${JOINT_JOURNAL}`;
  if (store.info(path) === undefined) return undefined;
  try {
    const { id, files } = JSON.parse(readText(store, path));
    const isName = (name: unknown): boolean =>
      typeof name === "string" && /^(?:\d{8}\/)?[^/\0]+$/.test(name) && !name.startsWith("..");
    const isSound = typeof id === "string" && typeof files === "object" &&
      Object.entries(files as NamesByFolder).every(([folder, names]) =>
        JOINT_FOLDERS.includes(folder as JointFolder) && Array.isArray(names) &&
        names.every(isName)
      );
    return isSound ? { id, files } : undefined;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return undefined;
  }
}
