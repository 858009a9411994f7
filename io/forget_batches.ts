/**
 * Taking users out of batches and what their manifests tell.
 *
 * @module
 */

import { crc32 } from "node:zlib";
import type { Day } from "../core/day.ts";
import { type Engine, engineOf } from "../core/engine.ts";
import { ageOf, type ForgottenUser, recordOf, type UserSieve } from "../core/forgotten.ts";
import { encodeManifest, type Manifest, type QuarantineRecord } from "../core/manifest.ts";
import { batchFileName, batchFolderName, MANIFEST_NAME } from "../core/names.ts";
import { countKeys, type RemovedKeys, writeWithout } from "../core/removal.ts";
import type { Step } from "../core/steps.ts";
import type { IdKind } from "../core/streams.ts";
import { textBytes } from "../core/texts.ts";
import { type NamesForgotten, namesIn } from "../formats/quarantine.ts";
import { HOW_TO_REBUILD } from "./batch_window.ts";
import { checkAgainstManifest } from "./batch_shelf.ts";
import { FileSource } from "./byte_files.ts";
import { forgottenProblem, recordsWithout, sieveOf, usersToLeaveOut } from "./forgotten_files.ts";
import { dayFolders, readAnyManifest } from "./inventory.ts";
import type { JointPublication } from "./joint_publication.ts";
import type { Store } from "./store.ts";

/** The id of a user, as it is where ids are of a kind; not there where it cannot be one. */
export type UserIds = Readonly<Partial<Record<IdKind, string>>>;

/** A day with a batch, and what is to be taken out of it. */
export interface ForgetDay {
  readonly day: Day;
  readonly manifest: Manifest;
  /** Users to take out of the batch by user. */
  readonly keys: readonly string[];
  readonly removed: RemovedKeys;
  /** Tells whether a rejected row may name one of those who are to be forgotten. */
  readonly isNamed: NamesForgotten;
}

/** Who is forgotten. */
export interface Forgetting {
  /** Not there where batches are only held against the list. */
  readonly user?: UserIds;
  /** The list as it is. */
  readonly users: readonly ForgottenUser[];
}

const NOTHING: RemovedKeys = { keys: 0, entries: 0, streams: 0 };

/**
 * Looks what the batches of a folder hold; nothing is changed.
 *
 * A batch that was made before users were forgotten, and brought back since, is read as a whole.
 *
 * @throws {Error} where a batch is damaged: with what mends it
 */
export function* lookAtBatches(
  store: Store,
  batch: string,
  forgetting: Forgetting,
): Generator<Step, ForgetDay[]> {
  const days: ForgetDay[] = [];
  for (const day of dayFolders(store, batch)) {
    const manifest = readAnyManifest(store, batch, day);
    if (manifest === undefined) continue;
    if (typeof manifest === "string") {
      const path = `${batch}/${batchFolderName(day)}/${MANIFEST_NAME}`;
      throw new Error(`Cannot read batch "${path}": ${manifest}; ${HOW_TO_REBUILD}`);
    }
    // It throws where the list is older than the batch.
    forgottenProblem(store, batch, manifest);
    days.push(yield* lookAtDay(store, batch, manifest, forgetting));
  }
  return days;
}

function* lookAtDay(
  store: Store,
  batch: string,
  manifest: Manifest,
  { user, users }: Forgetting,
): Generator<Step, ForgetDay> {
  const { day, shape: { ids, keys: kinds } } = manifest;
  const id = user?.[ids];
  const isOlder = kinds.includes("user") && ageOf(manifest.forgotten, users, day) === "older";
  const former = isOlder ? usersToLeaveOut(store, { batch, users, day, ids }) : undefined;
  const sieve = former && sieveOf(former, ids);
  const isNamed = namesIn(ids, (each) => each === id || sieve?.hasId(each) === true);
  if (!kinds.includes("user")) return { day, manifest, keys: [], removed: NOTHING, isNamed };
  const source = openBatchFile(store, batch, manifest);
  try {
    const engine = engineOf(ids);
    const open = engine.openBatch(source, crc32);
    checkAgainstManifest(open, source, manifest, "user");
    const found = sieve === undefined ? [] : yield* keysIn(source, engine, sieve);
    const keys = [...new Set([...found, ...id === undefined ? [] : [id]])];
    return { day, manifest, keys, removed: countKeys(open, keys, engine), isNamed };
  } finally {
    source.close();
  }
}

function openBatchFile(store: Store, batch: string, { day }: Manifest): FileSource {
  const path = `${batch}/${batchFolderName(day)}/${batchFileName("user")}`;
  if (store.info(path) === undefined) {
    throw new Error(
      `Cannot read batch "${path}": not found, expected a batch; ${HOW_TO_REBUILD}`,
    );
  }
  return new FileSource(store.openToRead(path));
}

/** Lists the users of a batch who were forgotten. Cost: the whole batch is read. */
function* keysIn(source: FileSource, engine: Engine, sieve: UserSieve): Generator<Step, string[]> {
  const merger = engine.merger([{ batch: engine.openBatch(source, crc32) }], {
    cursorBytes: 1 << 20,
  });
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const keys: string[] = [];
  let segments = 0;
  while (merger.next()) {
    const { key, texts, isLast } = merger;
    if (isLast && sieve.has(key, texts)) {
      keys.push(engine.ids === "number" ? String(key) : decoder.decode(textBytes(texts, key)));
    }
    if (++segments % (1 << 16) === 0) yield { logBytes: 0, entries: 0 };
  }
  return keys;
}

/** What becomes of a day. */
export interface DayChange {
  /** The list as it is going to be. */
  readonly users: readonly ForgottenUser[];
  /** What the file of its rejected rows is going to be, where that changes. */
  readonly quarantine?: QuarantineRecord;
}

/**
 * Writes a day aside as it is going to be: the batch by user where it has users to be taken out, and
 * the manifest where it changes.
 */
export function* writeDay(
  store: Store,
  batch: string,
  { day, manifest, keys, removed, isNamed }: ForgetDay,
  { users, quarantine = manifest.quarantine, publication }: DayChange & {
    readonly publication: JointPublication;
  },
): Generator<Step> {
  const folder = batchFolderName(day);
  let { batches } = manifest;
  if (removed.entries > 0) {
    const source = openBatchFile(store, batch, manifest);
    try {
      const engine = engineOf(manifest.shape.ids);
      const opened = { source, batch: engine.openBatch(source, crc32) };
      const sink = publication.create("batch", `${folder}/${batchFileName("user")}`);
      const written = yield* writeWithout(opened, keys, sink, { engine, checksum: crc32 });
      publication.finish(sink);
      const { rootOffset: _, ...size } = written.size;
      batches = { ...batches, user: size };
    } finally {
      source.close();
    }
  }
  const streams = (manifest.forgotten?.streams ?? 0) + removed.streams;
  const hasUsers = manifest.shape.keys.includes("user");
  const changed: Manifest = {
    ...manifest,
    logs: recordsWithout(manifest.logs, isNamed),
    batches,
    quarantine,
    forgotten: hasUsers ? recordOf(users, day, streams) : undefined,
  };
  const text = encodeManifest(changed);
  if (text !== encodeManifest(manifest)) {
    publication.add("batch", `${folder}/${MANIFEST_NAME}`, text);
  }
}
