/**
 * Publishing: a set of files appears in a folder together, each complete, old or new.
 *
 * Every file is written aside under a hidden name in the same folder and synced. Then a small
 * journal that names them all is synced, the files are renamed, and the journal is removed. A
 * process killed before the journal leaves only hidden files, which the next start deletes; one
 * killed after it leaves the rest of the renames to the next start ({@linkcode recover}).
 *
 * @module
 */

import { FileSink } from "./byte_files.ts";
import { type Store, StoreError } from "./store.ts";

const JOURNAL = ".publish.json";
const ASIDE = /^\..+\.aside$/;

/** What the journal says. */
interface Journal {
  /** Files to be renamed from their hidden names, in this order. */
  readonly files: readonly string[];
  /** Files to be deleted afterwards. */
  readonly removals: readonly string[];
  /** Files of other folders that are renamed with these, before them. */
  readonly beside?: readonly FileBeside[];
}

/** A file that is published with those of another folder. */
interface FileBeside {
  /** The path of its folder, as it was given to the run. */
  readonly folder: string;
  readonly name: string;
}

/** The hidden name under which a file is written. */
export function asideName(name: string): string {
  return `.${name}.aside`;
}

/** Whether a name is of what a publication leaves that was cut short. */
export function isLeftover(name: string): boolean {
  return name === JOURNAL || ASIDE.test(name);
}

/** A set of files on its way into a folder. */
export class Publication {
  readonly #store: Store;
  readonly #folder: string;
  readonly #names: string[] = [];
  readonly #beside: FileBeside[] = [];
  readonly #open = new Set<FileSink>();
  readonly #scratch = new Set<FileSink>();
  /** The journal has its name: the set is as good as published. */
  #isBegun = false;

  /** @param folder it must exist */
  constructor(store: Store, folder: string) {
    this.#store = store;
    this.#folder = folder;
  }

  /** Begins a file of the set; {@linkcode finish} ends it. Files are renamed in this order. */
  create(name: string): FileSink {
    const sink = new FileSink(this.#store.create(`${this.#folder}/${asideName(name)}`));
    this.#names.push(name);
    this.#open.add(sink);
    return sink;
  }

  /** Begins a file of the set that belongs in another folder, which must exist. */
  createBeside(folder: string, name: string): FileSink {
    const sink = new FileSink(this.#store.create(`${folder}/${asideName(name)}`));
    this.#beside.push({ folder, name });
    this.#open.add(sink);
    return sink;
  }

  /** Begins a file that is only needed until {@linkcode discard}; it is never published. */
  createScratch(name: string): FileSink {
    const sink = new FileSink(this.#store.create(`${this.#folder}/${asideName(`${name}.plain`)}`));
    this.#open.add(sink);
    this.#scratch.add(sink);
    return sink;
  }

  /** Closes and deletes a file that {@linkcode createScratch} made. */
  discard(sink: FileSink): void {
    this.#open.delete(sink);
    this.#scratch.delete(sink);
    sink.close();
    this.#store.remove(sink.path);
  }

  /** Ends a file: its bytes are safe on disk, still under the hidden name. */
  finish(sink: FileSink): void {
    this.#open.delete(sink);
    sink.finish();
  }

  /** Adds a whole small file. */
  add(name: string, text: string): void {
    const sink = this.create(name);
    sink.write(new TextEncoder().encode(text));
    this.finish(sink);
  }

  /** Makes all files of the set appear, and deletes others of the folder with them. */
  commit(removals: readonly string[] = []): void {
    const store = this.#store;
    const beside = this.#beside.length > 0 ? { beside: this.#beside } : {};
    const journal: Journal = { files: this.#names, removals, ...beside };
    const aside = new FileSink(store.create(`${this.#folder}/${asideName(JOURNAL)}`));
    this.#open.add(aside);
    aside.write(new TextEncoder().encode(JSON.stringify(journal)));
    this.finish(aside);
    store.rename(`${this.#folder}/${asideName(JOURNAL)}`, `${this.#folder}/${JOURNAL}`);
    this.#isBegun = true;
    store.syncFolder(this.#folder);
    carryOut(store, this.#folder, journal);
  }

  /**
   * Gives the set up: nothing of it stays, as far as the folder lets itself be cleaned. Where the
   * journal is there, all stays as it is, for the next start to complete it.
   */
  abandon(): void {
    for (const sink of this.#open) sink.close();
    this.#open.clear();
    for (const sink of this.#scratch) this.#store.remove(sink.path);
    this.#scratch.clear();
    if (this.#isBegun) return;
    for (const name of [...this.#names, JOURNAL]) {
      this.#store.remove(`${this.#folder}/${asideName(name)}`);
    }
    for (const { folder, name } of this.#beside) {
      this.#store.remove(`${folder}/${asideName(name)}`);
    }
    this.#names.length = 0;
    this.#beside.length = 0;
  }
}

/** Does what the journal says, as far as it is not done, and removes the journal. */
function carryOut(store: Store, folder: string, journal: Journal): void {
  for (const file of journal.beside ?? []) carryOutBeside(store, file);
  for (const name of journal.files) {
    const aside = `${folder}/${asideName(name)}`;
    if (store.info(aside) !== undefined) store.rename(aside, `${folder}/${name}`);
  }
  for (const name of journal.removals) store.remove(`${folder}/${name}`);
  store.syncFolder(folder);
  store.remove(`${folder}/${JOURNAL}`);
  store.syncFolder(folder);
}

/** A folder that a later run is not told of may be closed to it: then the file stays aside there. */
function carryOutBeside(store: Store, { folder, name }: FileBeside): void {
  const aside = `${folder}/${asideName(name)}`;
  try {
    if (store.info(aside) === undefined) return;
    store.rename(aside, `${folder}/${name}`);
    store.syncFolder(folder);
  } catch (error) {
    if (error instanceof StoreError && error.cause instanceof Deno.errors.NotCapable) return;
    throw error;
  }
}

/**
 * Brings a folder into a whole state: a publication that was cut short is completed where its
 * journal is there, and what others left aside is deleted. Nothing may be publishing there.
 *
 * @returns the names of the files that a completed publication made appear
 */
export function recover(store: Store, folder: string): readonly string[] {
  const names = store.list(folder);
  if (names === undefined) return [];
  const journal = names.includes(JOURNAL) ? readJournal(store, `${folder}/${JOURNAL}`) : undefined;
  if (journal !== undefined) carryOut(store, folder, journal);
  for (const name of store.list(folder) ?? []) {
    if (ASIDE.test(name)) store.remove(`${folder}/${name}`);
  }
  return journal?.files ?? [];
}

/**
 * Finds a file as it is after {@linkcode recover}, which changes nothing: under its name, or still
 * aside where a journal says that it is to have that name.
 *
 * @returns its path now, or `undefined` where there is no such file
 */
export function pathAfterRecovery(store: Store, folder: string, name: string): string | undefined {
  const aside = `${folder}/${asideName(name)}`;
  const path = `${folder}/${name}`;
  if (store.info(aside) !== undefined && pendingNames(store, folder).includes(name)) return aside;
  return store.info(path) === undefined ? undefined : path;
}

/** The names that a publication which was cut short is going to publish. */
export function pendingNames(store: Store, folder: string): readonly string[] {
  const path = `${folder}/${JOURNAL}`;
  return store.info(path) === undefined ? [] : readJournal(store, path).files;
}

/** Reads a journal; one that is no journal counts as none, for it is written whole or not at all. */
function readJournal(store: Store, path: string): Journal {
  try {
    const journal = JSON.parse(readText(store, path));
    const isNames = (list: unknown): boolean =>
      Array.isArray(list) && list.every((name) => typeof name === "string" && !/[/\0]/.test(name));
    const isBeside = (file: FileBeside): boolean =>
      typeof file?.folder === "string" && isNames([file.name]);
    const { beside = [] } = journal ?? {};
    const isSound = isNames(journal?.files) && isNames(journal?.removals) &&
      Array.isArray(beside) && beside.every(isBeside);
    if (isSound) return journal;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  return { files: [], removals: [] };
}

/** Reads a whole small file as text. */
export function readText(store: Store, path: string): string {
  return new TextDecoder().decode(readBytes(store, path));
}

/** Reads a whole small file. */
export function readBytes(store: Store, path: string): Uint8Array {
  const file = store.openToRead(path);
  try {
    const bytes = new Uint8Array(file.sizeBytes());
    let filled = 0;
    while (filled < bytes.length) {
      const count = file.readAt(bytes.subarray(filled), filled);
      if (count === 0) break;
      filled += count;
    }
    return bytes.subarray(0, filled);
  } finally {
    file.close();
  }
}
