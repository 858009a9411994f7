/**
 * Forgetting a user: in all batches, published reports and rejected rows, all of it or nothing.
 *
 * First all is looked at and nothing changed; then what changes is written aside and published
 * together (see joint_publication.ts), with the list of forgotten users.
 *
 * @module
 */

import { randomUUID } from "node:crypto";
import { type Day, formatDay } from "../core/day.ts";
import { encodeForgotten, type ForgottenUser, type UserMark } from "../core/forgotten.ts";
import { dateOfResult, dayOfQuarantine } from "../core/names.ts";
import { type IdKind } from "../core/streams.ts";
import { idsIn } from "../formats/quarantine.ts";
import { HOW_TO_REBUILD } from "./batch_window.ts";
import { BatchError } from "../core/batch_format.ts";
import { drive, StoppedError } from "./drive.ts";
import { type ForgetDay, lookAtBatches, type UserIds, writeDay } from "./forget_batches.ts";
import { type ForgottenRows, writeQuarantine } from "./forget_quarantine.ts";
import {
  type ForgottenReport,
  summaryWithout,
  userReports,
  writeReport,
} from "./forget_reports.ts";
import { pathsThere, recoverAll } from "./forget_recovery.ts";
import {
  FORGOTTEN_KEY_NAME,
  FORGOTTEN_NAME,
  KEY_MODE,
  markOf,
  newKey,
  readForgotten,
  readKey,
  withoutKey,
} from "./forgotten_files.ts";
import { dayFolders, readAnyManifest } from "./inventory.ts";
import { type JointPaths, JointPublication } from "./joint_publication.ts";
import { lockFolders } from "./lock.ts";
import type { Store } from "./store.ts";

/** What is asked for. */
export interface ForgetOptions {
  readonly batch: string;
  readonly results: string;
  readonly quarantine?: string;
  /** The folder of the logs, which are not changed. */
  readonly logs: string;
  /** The day of the call. */
  readonly today: Day;
  /** How long a run in progress is waited for. */
  readonly waitSeconds?: number;
  /**
   * The id of the user where ids are of a kind; `undefined` where batches and list are only made to
   * agree.
   *
   * @param found the kind of ids of the newest batch, if there is one
   */
  readonly user?: (found: IdKind | undefined) => { readonly ids: UserIds; readonly name: string };
}

/** What forgetting works with. */
export interface ForgetContext {
  readonly store: Store;
  readonly warn: (text: string) => void;
  readonly signal?: AbortSignal;
}

/** What was forgotten, as the JSON of `topstreams forget --json`. */
export interface ForgetSummary {
  readonly forgetVersion: 1;
  /** The day of the call: logs of this day and before are read without the user. */
  readonly date: string;
  /** Whether the user was in the list before, of this day or a later one. */
  readonly wasForgotten: boolean;
  /** Days whose batch had the user. */
  readonly days: readonly {
    readonly day: string;
    readonly streams: number;
    readonly songs: number;
  }[];
  readonly reports: readonly { readonly name: string; readonly streams: number }[];
  readonly rejectedRows: readonly { readonly name: string; readonly rows: number }[];
  /** Reports of formats from outside, which cannot be searched. */
  readonly unsearched: readonly string[];
  /** Logs of these days that are there, and still hold the user. */
  readonly logs: readonly string[];
}

/**
 * Forgets a user.
 *
 * @throws {Error} where something is damaged or cannot be written, or a run is in progress: nothing
 *   was changed
 * @throws {StoppedError} where the signal was given: nothing was changed
 */
export async function forget(
  options: ForgetOptions,
  context: ForgetContext,
): Promise<ForgetSummary> {
  const { store, warn, signal } = context;
  const { batch, waitSeconds = 0 } = options;
  if (store.info(batch)?.isFolder !== true) {
    throw new Error(
      `Cannot read folder "${batch}": not found, expected the folder of the batches (--batch DIR)`,
    );
  }
  const paths = pathsThere(options, store);
  const onWait = (holder: string): void =>
    warn(`another run holds the lock${holder}; waiting for up to ${waitSeconds} s`);
  const lock = await lockFolders(Object.values(paths), { waitSeconds, signal, onWait });
  try {
    recoverAll(store, paths, warn);
    return await new Forgetter(options, paths, context).forget();
  } catch (error) {
    if (!(error instanceof BatchError)) throw error;
    throw new Error(`${error.message}; ${HOW_TO_REBUILD}`, { cause: error });
  } finally {
    lock.release();
  }
}

/** One call, while the folders are locked. */
class Forgetter {
  readonly #options: ForgetOptions;
  readonly #paths: JointPaths;
  readonly #context: ForgetContext;
  readonly #store: Store;
  readonly #publication: JointPublication;
  #turnEnds = performance.now() + 40;

  constructor(options: ForgetOptions, paths: JointPaths, context: ForgetContext) {
    this.#options = options;
    this.#paths = paths;
    this.#context = context;
    this.#store = context.store;
    this.#publication = new JointPublication(context.store, paths, randomUUID());
  }

  async forget(): Promise<ForgetSummary> {
    const { batch } = this.#paths;
    const store = this.#store;
    const users = readForgotten(store, batch);
    const user = this.#options.user?.(this.#newestIds());
    const days = await this.#drive(lookAtBatches(store, batch, { users, user: user?.ids }));
    try {
      const list = this.#list(users, user?.ids);
      const rows = await this.#writeRows(days, user?.ids);
      for (const day of days) {
        const quarantine = rows.find(({ day: each }) => each === day.day)?.record;
        await this.#drive(
          writeDay(store, batch, day, { users: list, quarantine, publication: this.#publication }),
        );
      }
      const { reports, unsearched } = await this.#writeReports(days, rows, user?.name);
      if (this.#context.signal?.aborted) throw new StoppedError("Stopped");
      this.#publication.commit();
      return this.#summary({ days, rows, reports, unsearched, isNew: list !== users });
    } catch (error) {
      this.#abandon();
      throw error;
    }
  }

  #drive<T>(steps: Parameters<typeof drive<T>>[0]): Promise<T> {
    return drive(steps, () => {}, this.#context.signal);
  }

  /** The kind of ids of the newest batch. */
  #newestIds(): IdKind | undefined {
    const { batch } = this.#paths;
    for (const day of dayFolders(this.#store, batch).reverse()) {
      const manifest = readAnyManifest(this.#store, batch, day);
      if (manifest !== undefined && typeof manifest !== "string") return manifest.shape.ids;
    }
    return undefined;
  }

  /**
   * Writes the list aside with the user in it, and a key where there is none.
   *
   * @returns the list as it is going to be; the same one where nothing changes
   */
  #list(users: readonly ForgottenUser[], ids: UserIds | undefined): readonly ForgottenUser[] {
    const { batch } = this.#paths;
    if (ids === undefined) return users;
    const found = readKey(this.#store, batch);
    if (found === undefined && users.length > 0) throw withoutKey(batch);
    const key = found ?? newKey();
    const marks = Object.fromEntries(
      Object.entries(ids).map(([kind, id]) => [kind, markOf(key, kind as IdKind, id)]),
    );
    const list = withUser(users, { day: this.#options.today, marks });
    if (list === users) return users;
    if (found === undefined) this.#publication.add("batch", FORGOTTEN_KEY_NAME, key, KEY_MODE);
    this.#publication.add("batch", FORGOTTEN_NAME, encodeForgotten(list));
    return list;
  }

  async #writeRows(
    days: readonly ForgetDay[],
    ids: UserIds | undefined,
  ): Promise<(ForgottenRows & { readonly day: Day })[]> {
    const folder = this.#paths.quarantine;
    if (folder === undefined) {
      const kept = days.filter(({ manifest }) => manifest.quarantine !== undefined);
      if (kept.length > 0) {
        this.#context.warn(
          `rejected rows of ${kept.map(({ day }) => formatDay(day)).join(", ")} were kept, and ` +
            "are not looked into (--quarantine DIR)",
        );
      }
      return [];
    }
    const written: (ForgottenRows & { readonly day: Day })[] = [];
    for (const name of this.#store.list(folder) ?? []) {
      const day = dayOfQuarantine(name);
      if (day === undefined) continue;
      const isNamed = days.find((each) => each.day === day)?.isNamed ?? namedBy(ids);
      const wanted = { folder, day, isNamed, publication: this.#publication };
      const rows = await this.#drive(writeQuarantine(this.#store, wanted));
      if (rows !== undefined) written.push({ ...rows, day });
    }
    return written;
  }

  async #writeReports(
    days: readonly ForgetDay[],
    rows: readonly ForgottenRows[],
    user: string | undefined,
  ): Promise<{ readonly reports: ForgottenReport[]; readonly unsearched: readonly string[] }> {
    const folder = this.#paths.results;
    if (folder === undefined) return { reports: [], unsearched: [] };
    const store = this.#store;
    const names = store.list(folder) ?? [];
    const { known, others } = userReports(user === undefined ? [] : names);
    const pause = (): Promise<void> => this.#pause();
    const tools = { store, folder, publication: this.#publication, pause };
    const reports: ForgottenReport[] = [];
    for (const report of known) {
      const written = await writeReport(report, user!, tools);
      if (written !== undefined) reports.push(written);
    }
    const streamsOn = (wanted: readonly Day[]): number | undefined => streamsIn(days, wanted);
    for (const name of names.filter((name) => dateOfResult(name, []) !== undefined)) {
      const text = summaryWithout(store, `${folder}/${name}`, { reports, rows, streamsOn });
      if (text !== undefined) this.#publication.add("results", name, text);
    }
    return { reports, unsearched: others };
  }

  /** Lets signals have their turn. */
  async #pause(): Promise<void> {
    if (performance.now() < this.#turnEnds) return;
    await new Promise((resolve) => setTimeout(resolve, 0));
    this.#turnEnds = performance.now() + 40;
    if (this.#context.signal?.aborted) throw new StoppedError("Stopped");
  }

  /** Cleans up after a failure, whose own error is the one to be shown. */
  #abandon(): void {
    try {
      this.#publication.abandon();
    } catch {
      // What cannot be deleted now is deleted by the next start.
    }
  }

  #summary({ days, rows, reports, unsearched, isNew }: {
    readonly days: readonly ForgetDay[];
    readonly rows: readonly ForgottenRows[];
    readonly reports: readonly ForgottenReport[];
    readonly unsearched: readonly string[];
    readonly isNew: boolean;
  }): ForgetSummary {
    const held = days.filter(({ removed }) => removed.entries > 0);
    const logs = held.flatMap(({ manifest }) => manifest.logs.map(({ name }) => name));
    return {
      forgetVersion: 1,
      date: formatDay(this.#options.today),
      wasForgotten: !isNew,
      days: held.map(({ day, removed: { streams, entries } }) => (
        { day: formatDay(day), streams, songs: entries }
      )),
      reports: reports.map(({ name, streams }) => ({ name, streams })),
      rejectedRows: rows.map(({ name, rows }) => ({ name, rows })),
      unsearched,
      logs: logs.filter((name) => this.#isLogThere(name)),
    };
  }

  /** The folder of the logs may be closed to this process, or gone. */
  #isLogThere(name: string): boolean {
    try {
      return this.#store.info(`${this.#options.logs}/${name}`) !== undefined;
    } catch {
      return false;
    }
  }
}

/** Adds a user to the list, or makes the day of the call that of the user. */
function withUser(
  users: readonly ForgottenUser[],
  user: ForgottenUser,
): readonly ForgottenUser[] {
  const isSame = (a: UserMark | undefined, b: UserMark | undefined): boolean => a?.mac === b?.mac;
  const at = users.findIndex(({ marks }) =>
    isSame(marks.number, user.marks.number) && isSame(marks.text, user.marks.text)
  );
  if (at < 0) return [...users, user];
  return users[at].day >= user.day ? users : users.with(at, user);
}

/** Rows of a day without a batch: its ids may be of either kind. */
function namedBy(ids: UserIds | undefined): ForgetDay["isNamed"] {
  return (row) =>
    (["number", "text"] as const).some((kind) =>
      ids?.[kind] !== undefined && idsIn(row, kind).has(ids[kind])
    );
}

/** The user's streams on some days, where the batches of all of them are there. */
function streamsIn(days: readonly ForgetDay[], wanted: readonly Day[]): number | undefined {
  const found = wanted.map((day) => days.find((each) => each.day === day));
  if (found.some((day) => day?.manifest.batches.user === undefined)) return undefined;
  return found.reduce((sum, day) => sum + day!.removed.streams, 0);
}
