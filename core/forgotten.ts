/**
 * Users that are forgotten: the list of them, which names nobody, and leaving them out of a batch.
 *
 * A user stands in the list as a *mark*: a keyed hash of 256 bits of the id, and in front of it 24
 * bits of another one that is computed at no cost worth naming. Most users of a log are known not
 * to be meant by these alone.
 *
 * @module
 */

import { crc32 } from "./crc32.ts";
import { type Day, formatDay, parseDay } from "./day.ts";
import type { Blocks } from "./engine.ts";
import { HalfSipHash } from "./half_siphash.ts";
import type { IdKind } from "./streams.ts";
import { NO_TEXTS, textBytes } from "./texts.ts";

/** What stands for an id. */
export interface UserMark {
  /** The first 24 bits of the quick hash. */
  readonly quick: number;
  /** The keyed hash, 64 hexadecimal digits. */
  readonly mac: string;
}

/** A user that was forgotten. */
export interface ForgottenUser {
  /** The day of the call: logs of this day and of those before it are read without the user. */
  readonly day: Day;
  /** The user where ids are numbers, and where they are text; one where the id is only that. */
  readonly marks: Readonly<Partial<Record<IdKind, UserMark>>>;
}

/** Which users of a log are left out of its batch by user. */
export interface UsersToLeaveOut {
  /** The key of the quick hash, 8 bytes. */
  readonly quickKey: Uint8Array;
  /** The key of the other one. */
  readonly macKey: Uint8Array;
  readonly marks: readonly UserMark[];
}

/** What a manifest tells of users that are left out. */
export interface ForgottenRecord {
  /** How many users of the list were left out, whether the log had them or not. */
  readonly users: number;
  /** CRC-32 of their marks. */
  readonly list: number;
  /** Streams that are in the logs and not in the batch by user. */
  readonly streams: number;
}

/** Computes the keyed hash of an id: 64 hexadecimal digits. */
export type MacOf = (id: Uint8Array | string) => string;

/** Shortens a hash of 32 bits to that of a mark. */
function quickOf(hash: number): number {
  return hash >>> 8;
}

/** The hash of an id by which most users are sorted out. */
export function quickHash(quickKey: Uint8Array, ids: IdKind, id: string): number {
  const hash = new HalfSipHash(quickKey);
  return quickOf(
    ids === "number" ? hash.ofWhole(Number(id)) : hash.ofBytes(new TextEncoder().encode(id)),
  );
}

/** Tells which users are to be left out. Cost: some 30 ns a user, besides those that are. */
export class UserSieve {
  readonly #hash: HalfSipHash;
  readonly #ids: IdKind;
  readonly #macOf: MacOf;
  /** A bit for the lowest 16 of every quick hash. */
  readonly #bits = new Uint8Array(1 << 13);
  readonly #macs = new Map<number, Set<string>>();

  constructor({ quickKey, marks }: UsersToLeaveOut, ids: IdKind, macOf: MacOf) {
    this.#hash = new HalfSipHash(quickKey);
    this.#ids = ids;
    this.#macOf = macOf;
    for (const { quick, mac } of marks) {
      this.#bits[(quick & 0xffff) >> 3] |= 1 << (quick & 7);
      const macs = this.#macs.get(quick) ?? new Set();
      this.#macs.set(quick, macs.add(mac));
    }
  }

  /** Whether a user is to be left out; where ids are text, `key` refers to `texts`. */
  has(key: number, texts: Uint8Array): boolean {
    const isNumber = this.#ids === "number";
    const id = isNumber ? NO_TEXTS : textBytes(texts, key);
    const quick = quickOf(isNumber ? this.#hash.ofWhole(key) : this.#hash.ofBytes(id));
    if ((this.#bits[(quick & 0xffff) >> 3] & 1 << (quick & 7)) === 0) return false;
    const macs = this.#macs.get(quick);
    return macs !== undefined && macs.has(this.#macOf(isNumber ? String(key) : id));
  }

  /** As {@linkcode has}, of an id as people write it. */
  hasId(id: string): boolean {
    if (this.#ids === "number") return this.has(Number(id), NO_TEXTS);
    const bytes = new TextEncoder().encode(id);
    return bytes.length > 0 && bytes.length <= 256 &&
      this.has(0, Uint8Array.of(bytes.length - 1, ...bytes));
  }
}

/** Leaves users out on the way to the blocks of a batch. */
export class LeavingOut implements Blocks {
  /** How many streams were left out. */
  streams = 0;
  readonly #blocks: Blocks;
  readonly #sieve: Pick<UserSieve, "has">;

  constructor(blocks: Blocks, sieve: Pick<UserSieve, "has">) {
    this.#blocks = blocks;
    this.#sieve = sieve;
  }

  addSongs: Blocks["addSongs"] = (key, songs, from, to, texts = NO_TEXTS) => {
    if (this.#sieve.has(key, texts)) this.streams += to - from;
    else this.#blocks.addSongs(key, songs, from, to, texts);
  };

  addEntries: Blocks["addEntries"] = (key, list, texts = NO_TEXTS) => {
    if (!this.#sieve.has(key, texts)) return this.#blocks.addEntries(key, list, texts);
    for (let i = list.from; i < list.to; i++) this.streams += list.counts[i];
  };

  finish: Blocks["finish"] = (...options) => this.#blocks.finish(...options);
}

/** The users that are left out of a batch of a day. */
export function forgottenOn(users: readonly ForgottenUser[], day: Day): ForgottenUser[] {
  return users.filter((user) => user.day >= day);
}

/** What a manifest of a day tells where all of the list were left out of its batch. */
export function recordOf(
  users: readonly ForgottenUser[],
  day: Day,
  streams: number,
): ForgottenRecord | undefined {
  const active = forgottenOn(users, day);
  if (active.length === 0 && streams === 0) return undefined;
  const macs = active.map(({ marks }) => `${marks.number?.mac ?? ""} ${marks.text?.mac ?? ""}`);
  const list = crc32(new TextEncoder().encode(macs.sort().join("\n")));
  return { users: active.length, list, streams };
}

/** What is wrong with a batch by user where users were forgotten after it was made. */
export const HOLDS_FORGOTTEN = "made before users were forgotten";

/**
 * Says what is wrong with a batch, held against the list.
 *
 * @returns `older` where users were forgotten after it was made, `newer` where the list lacks some
 */
export function ageOf(
  record: ForgottenRecord | undefined,
  users: readonly ForgottenUser[],
  day: Day,
): "same" | "older" | "newer" {
  const expected = recordOf(users, day, 0);
  const [found, wanted] = [record?.users ?? 0, expected?.users ?? 0];
  if (found > wanted) return "newer";
  const isSame = found === wanted && (found === 0 || record?.list === expected?.list);
  return isSame ? "same" : "older";
}

/** Writes a list as JSON, with a checksum of itself. */
export function encodeForgotten(users: readonly ForgottenUser[]): string {
  const plain = {
    version: 1,
    users: users.map(({ day, marks }) => ({ day: formatDay(day), ...marks })),
  };
  return JSON.stringify({ checksum: checksumOf(plain), ...plain }, null, 1) + "\n";
}

/** Reads a list; what is wrong with it as text. */
export function decodeForgotten(text: string): ForgottenUser[] | string {
  try {
    const { checksum, ...plain } = JSON.parse(text);
    if (checksum !== checksumOf(plain)) return "damaged, expected its checksum";
    if (plain.version !== 1) return `version ${plain.version}, expected version 1`;
    return plain.users.map(({ day, ...marks }: { day: string }) => ({
      day: parseDay(day)!,
      marks,
    }));
  } catch {
    return "damaged, expected the list of forgotten users";
  }
}

function checksumOf(plain: unknown): number {
  return crc32(new TextEncoder().encode(JSON.stringify(plain)));
}
