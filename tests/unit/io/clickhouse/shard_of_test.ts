import assert from "node:assert/strict";
import type { IdKind } from "../../../../core/streams.ts";
import { createStreamBlock } from "../../../../core/streams.ts";
import { shardsOf } from "../../../../io/clickhouse/shard_of.ts";

function shardsOfUsers(users: readonly (number | string)[], ids: IdKind, shards: number): number[] {
  const block = createStreamBlock(users.length);
  users.forEach((user, i) => {
    const utf8 = new TextEncoder().encode(String(user));
    block.users[i] = ids === "text" ? block.texts.put(utf8, 0, utf8.length) : Number(user);
  });
  block.length = users.length;
  const into = new Uint16Array(users.length);
  shardsOf(block, ids, shards, into);
  return [...into];
}

/**
 * Where users are must never change: their streams were loaded there. Computed once with whole
 * numbers of any size, by the words of the docstring.
 */
const FIXED: readonly [ids: IdKind, users: (number | string)[], of2: number[], of7: number[]][] = [
  [
    "number",
    [0, 1, 2, 12345, 4294967295, 4294967296, 4294967297, 2 ** 53 - 1],
    [0, 1, 0, 0, 1, 1, 0, 0],
    [0, 6, 6, 6, 6, 3, 1, 5],
  ],
  ["text", ["a", "b", "12345", "\u00e9", "z".repeat(256)], [1, 0, 1, 1, 0], [0, 5, 3, 1, 4]],
];

for (const [ids, users, of2, of7] of FIXED) {
  Deno.test(`shardsOf() keeps users of kind ${ids} where they always were`, () => {
    assert.deepEqual(shardsOfUsers(users, ids, 2), of2);
    assert.deepEqual(shardsOfUsers(users, ids, 7), of7);
    assert.deepEqual(shardsOfUsers(users, ids, 1), users.map(() => 0));
  });
}

for (
  const [what, userOf] of [
    ["numbers in a row", (i: number) => i],
    ["even numbers", (i: number) => 2 * i],
    ["numbers far apart", (i: number) => i * 2 ** 32],
    ["texts", (i: number) => `user-${i}`],
  ] as const
) {
  Deno.test(`shardsOf() spreads ${what} over shards`, () => {
    const users = Array.from({ length: 20_000 }, (_, i) => userOf(i));
    const ids = typeof users[0] === "string" ? "text" : "number";
    for (const shards of [2, 3, 10]) {
      const counts = new Array(shards).fill(0);
      for (const shard of shardsOfUsers(users, ids, shards)) counts[shard]++;
      const fair = users.length / shards;
      for (const count of counts) assert.ok(Math.abs(count - fair) < 0.1 * fair, String(counts));
    }
  });
}
