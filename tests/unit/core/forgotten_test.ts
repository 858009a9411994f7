import assert from "node:assert/strict";
import type { Blocks } from "../../../core/engine.ts";
import {
  ageOf,
  decodeForgotten,
  encodeForgotten,
  type ForgottenUser,
  LeavingOut,
  type MacOf,
  quickHash,
  recordOf,
  UserSieve,
} from "../../../core/forgotten.ts";
import { NO_TEXTS, TextArena } from "../../../core/texts.ts";
import { listOf, test } from "./_support.ts";

const QUICK_KEY = Uint8Array.from([3, 1, 4, 1, 5, 9, 2, 6]);
/** A stand-in that tells whom it was asked for. */
const macOf = (asked: string[] = []): MacOf => (id) => {
  const name = typeof id === "string" ? id : new TextDecoder().decode(id);
  asked.push(name);
  return `mac of ${name}`;
};

const markOf = (ids: "number" | "text", id: string) => (
  { quick: quickHash(QUICK_KEY, ids, id), mac: `mac of ${id}` }
);

function sieveOf(ids: "number" | "text", users: string[], asked: string[] = []): UserSieve {
  const marks = users.map((id) => markOf(ids, id));
  return new UserSieve({ quickKey: QUICK_KEY, macKey: QUICK_KEY, marks }, ids, macOf(asked));
}

test("UserSieve finds its users among many, and asks for few of the others", () => {
  const asked: string[] = [];
  const users = Array.from({ length: 100 }, (_, i) => String(i * 9973));
  const sieve = sieveOf("number", users, asked);
  const found: string[] = [];
  for (let user = 0; user < 1_000_000; user++) {
    if (sieve.has(user, NO_TEXTS)) found.push(String(user));
  }
  assert.deepEqual(found, users);
  assert.ok(asked.length < users.length + 40, `${asked.length} keyed hashes`);
  assert.equal(sieve.hasId("9973"), true);
  assert.equal(sieve.hasId("9974"), false);
});

test("UserSieve does not take another id with the same quick hash", () => {
  const quick = quickHash(QUICK_KEY, "number", "5");
  const users = { quickKey: QUICK_KEY, macKey: QUICK_KEY, marks: [{ quick, mac: "mac of 6" }] };
  assert.equal(new UserSieve(users, "number", macOf()).has(5, NO_TEXTS), false);
});

test("UserSieve finds texts, empty and too long ones never", () => {
  const sieve = sieveOf("text", ["Zo\u00eb", "7"]);
  const arena = new TextArena();
  const put = (id: string): number => {
    const bytes = new TextEncoder().encode(id);
    return arena.put(bytes, 0, bytes.length);
  };
  const values = ["Zo\u00eb", "Zoe", "7", "07"].map(put);
  assert.deepEqual(values.map((value) => sieve.has(value, arena.bytes)), [
    true,
    false,
    true,
    false,
  ]);
  const ids = ["Zo\u00eb", "", "x".repeat(257), "7"];
  assert.deepEqual(ids.map((id) => sieve.hasId(id)), [true, false, false, true]);
});

test("LeavingOut counts what it keeps from the blocks, and hands on the rest", () => {
  const taken: string[] = [];
  const blocks: Blocks = {
    addSongs: (key, _songs, from, to) => void taken.push(`songs of ${key}: ${to - from}`),
    addEntries: (key, list) => void taken.push(`entries of ${key}: ${list.to}`),
    finish: (isContinued) => {
      taken.push(`end ${isContinued}`);
      return {} as ReturnType<Blocks["finish"]>;
    },
  };
  const leaving = new LeavingOut(blocks, { has: (key) => key === 5 });
  leaving.addSongs(4, new Uint32Array([1, 1, 2]), 0, 3);
  leaving.addSongs(5, new Uint32Array([1, 1, 2]), 1, 3);
  leaving.addEntries(5, listOf([[1, 3], [2, 4]]));
  leaving.addEntries(6, listOf([[1, 3]]));
  leaving.finish(true);
  assert.deepEqual(taken, ["songs of 4: 3", "entries of 6: 1", "end true"]);
  assert.equal(leaving.streams, 2 + 7);
});

const user = (id: string, day: number): ForgottenUser => (
  { day, marks: { number: markOf("number", id), text: markOf("text", id) } }
);

test("recordOf() and ageOf() tell batches that are older and newer than the list", () => {
  const [a, b] = [user("5", 10), user("6", 12)];
  assert.equal(recordOf([], 10, 0), undefined);
  assert.equal(recordOf([a, b], 13, 0), undefined, "logs of later days have all users");
  const record = recordOf([a, b], 10, 7);
  assert.deepEqual([record?.users, record?.streams], [2, 7]);
  assert.deepEqual(recordOf([b, a], 10, 7), record, "in any order");
  const cases = [
    [undefined, [], "same"],
    [undefined, [a], "older"],
    [recordOf([a], 10, 0), [a, b], "older"],
    [recordOf([a], 10, 3), [a], "same"],
    [recordOf([a], 10, 0), [b], "older"],
    [recordOf([a], 10, 0), [], "newer"],
    [record, [b], "newer"],
  ] as const;
  for (const [found, users, expected] of cases) assert.equal(ageOf(found, users, 10), expected);
  assert.equal(ageOf(recordOf([a], 13, 3), [a], 13), "same", "taken out by hand, of a later day");
});

test("decodeForgotten() reads what encodeForgotten() wrote, and nothing that was changed", () => {
  const users = [user("5", 18962), { day: 18963, marks: { text: markOf("text", "Zo\u00eb") } }];
  const text = encodeForgotten(users);
  assert.deepEqual(decodeForgotten(text), users);
  assert.deepEqual(decodeForgotten(encodeForgotten([])), []);
  for (let at = 0; at < text.length; at++) {
    const changed = text.slice(0, at) + (text[at] === "1" ? "2" : "1") + text.slice(at + 1);
    const read = decodeForgotten(changed);
    const isSame = typeof read !== "string" && JSON.stringify(read) === JSON.stringify(users);
    assert.ok(typeof read === "string" || isSame, `byte ${at}`);
  }
  for (const bad of ["", "[]", "null", "{}", '{"checksum":0,"version":1}']) {
    assert.equal(typeof decodeForgotten(bad), "string", bad);
  }
});
