/**
 * The list of forgotten users beside the batches, and the key of its hashes.
 *
 * The list holds HMAC-SHA-256 (RFC 2104, FIPS 180-4) of what ids are and of the id. Without the key
 * nobody can tell who is meant; with it whoever tries all ids can, so the key is for its owner alone.
 *
 * @module
 */

import type { Buffer } from "node:buffer";
import { createHash, randomBytes } from "node:crypto";
import {
  ageOf,
  decodeForgotten,
  forgottenOn,
  type ForgottenUser,
  HOLDS_FORGOTTEN,
  type MacOf,
  quickHash,
  type UserMark,
  UserSieve,
  type UsersToLeaveOut,
} from "../core/forgotten.ts";
import { type Day, formatDay } from "../core/day.ts";
import { batchFolderName } from "../core/names.ts";
import type { LogRecord, Manifest } from "../core/manifest.ts";
import type { IdKind } from "../core/streams.ts";
import { type NamesForgotten, namesIn } from "../formats/quarantine.ts";
import { pathAfterJoint } from "./joint_publication.ts";
import { readBytes, readText } from "./publication.ts";
import type { Store } from "./store.ts";

/** The name of the list in the folder of the batches. */
export const FORGOTTEN_NAME = "forgotten.json";

/** The name of its key. */
export const FORGOTTEN_KEY_NAME = "forgotten.key";

/** The mode of the key: for its owner alone. */
export const KEY_MODE = 0o600;

const KEY_BYTES = 32;

/** Makes a key. */
export function newKey(): Uint8Array {
  return new Uint8Array(randomBytes(KEY_BYTES));
}

/**
 * Reads the list of a folder of batches; empty where there is none.
 *
 * @throws {Error} where it is damaged: who was forgotten must not come back unnoticed
 */
export function readForgotten(store: Store, batch: string): ForgottenUser[] {
  const path = pathAfterJoint(store, batch, FORGOTTEN_NAME);
  if (path === undefined) return [];
  const users = decodeForgotten(readText(store, path));
  if (typeof users !== "string") return users;
  throw new Error(
    `Cannot use "${batch}/${FORGOTTEN_NAME}": ${users} (bring it back from a backup: ` +
      "without it forgotten users would be counted again)",
  );
}

/**
 * Reads the key of the list; `undefined` where there is none.
 *
 * @throws {Error} where it is no key
 */
export function readKey(store: Store, batch: string): Uint8Array | undefined {
  const path = pathAfterJoint(store, batch, FORGOTTEN_KEY_NAME);
  if (path === undefined) return undefined;
  const key = readBytes(store, path);
  if (key.length === KEY_BYTES) return key;
  throw new Error(
    `Cannot use "${batch}/${FORGOTTEN_KEY_NAME}": ${key.length} bytes, expected ${KEY_BYTES}`,
  );
}

/**
 * Computes HMAC-SHA-256 (RFC 2104). Deno 2.4 warns of its own `createHmac`.
 *
 * @param key at most 64 bytes
 */
export function hmacSha256(key: Uint8Array, ...parts: readonly (Uint8Array | string)[]): Buffer {
  const padded = (byte: number): Uint8Array =>
    Uint8Array.from({ length: 64 }, (_, i) => (key[i] ?? 0) ^ byte);
  const inner = createHash("sha256").update(padded(0x36));
  for (const part of parts) inner.update(part);
  return createHash("sha256").update(padded(0x5c)).update(inner.digest()).digest();
}

/** Makes what computes the keyed hash of ids of a kind. */
export function macOf(key: Uint8Array, ids: IdKind): MacOf {
  return (id) => hmacSha256(key, `user\0${ids}\0`, id).toString("hex");
}

/** The key of the quick hashes, which is made of the other one. */
function quickKeyOf(key: Uint8Array): Uint8Array {
  return new Uint8Array(hmacSha256(key, "quick").subarray(0, 8));
}

/** What stands for a user in the list. */
export function markOf(key: Uint8Array, ids: IdKind, id: string): UserMark {
  return { quick: quickHash(quickKeyOf(key), ids, id), mac: macOf(key, ids)(id) };
}

/**
 * The users that are left out of batches of a day; `undefined` where there are none.
 *
 * @throws {Error} where the list or its key cannot be used
 */
export function usersToLeaveOut(
  store: Store,
  { batch, users, day, ids }: {
    readonly batch: string;
    readonly users: readonly ForgottenUser[];
    readonly day: Day;
    readonly ids: IdKind;
  },
): UsersToLeaveOut | undefined {
  const active = forgottenOn(users, day);
  if (active.length === 0) return undefined;
  const macKey = readKey(store, batch);
  if (macKey === undefined) throw withoutKey(batch);
  return {
    macKey,
    quickKey: quickKeyOf(macKey),
    marks: active.flatMap(({ marks }) => marks[ids] ?? []),
  };
}

/** Logs as manifests tell of them, without the first rejected rows that may name users left out. */
export function withoutRowsOf(
  forgotten: UsersToLeaveOut | undefined,
  records: readonly LogRecord[],
  ids: IdKind,
): readonly LogRecord[] {
  if (forgotten === undefined) return records;
  const sieve = sieveOf(forgotten, ids);
  return recordsWithout(records, namesIn(ids, (id) => sieve.hasId(id)));
}

/** Logs without the first rejected rows that name someone. */
export function recordsWithout(
  records: readonly LogRecord[],
  isNamed: NamesForgotten,
): readonly LogRecord[] {
  return records.map((record) => {
    const firstRejected = record.tally.firstRejected.filter(({ text }) => !isNamed(text));
    return { ...record, tally: { ...record.tally, firstRejected } };
  });
}

/** What is said where there is a list and no key. */
export function withoutKey(batch: string): Error {
  return new Error(
    `Cannot use "${batch}/${FORGOTTEN_NAME}": its key ${FORGOTTEN_KEY_NAME} is not there ` +
      "(bring it back from a backup: without it forgotten users would be counted again)",
  );
}

/** Makes what tells the users that are left out from others. */
export function sieveOf(users: UsersToLeaveOut, ids: IdKind): UserSieve {
  return new UserSieve(users, ids, macOf(users.macKey, ids));
}

/**
 * Holds a manifest against the list of forgotten users.
 *
 * @returns what is wrong with the batch, or `undefined`
 * @throws {Error} where the list lacks users that were left out of the batch
 */
export function forgottenProblem(
  store: Store,
  batch: string,
  { day, shape, forgotten }: Pick<Manifest, "day" | "shape" | "forgotten">,
): string | undefined {
  if (!shape.keys.includes("user")) return undefined;
  const users = readForgotten(store, batch);
  const age = ageOf(forgotten, users, day);
  if (age !== "newer") return age === "same" ? undefined : HOLDS_FORGOTTEN;
  throw new Error(
    `Cannot use "${batch}/${FORGOTTEN_NAME}": it lacks users that were left out of the batch of ` +
      `${formatDay(day)}, expected a list as new as the batch (bring it back from a backup, or ` +
      `delete the folder ${batchFolderName(day)} and forget them again)`,
  );
}
