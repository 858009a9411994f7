import assert from "node:assert/strict";
import { idsOfKeys, type TopKind, wantedTop } from "../../../cli/top_words.ts";
import { UsageError } from "../../../cli/errors.ts";
import type { IdKind } from "../../../core/streams.ts";

const NO_PERMISSIONS = { permissions: "none" } as const;

function keysOf(kind: TopKind, keys: readonly string[], ids: IdKind): string[] {
  return idsOfKeys(wantedTop({ kind, keys }), ids);
}

Deno.test("wantedTop() and idsOfKeys() take keys of each kind", NO_PERMISSIONS, () => {
  assert.deepEqual(keysOf("country", ["FR", "DE"], "text"), ["FR", "DE"]);
  assert.deepEqual(keysOf("world", [], "number"), ["world"]);
  assert.deepEqual(keysOf("user", ["5", "007"], "number"), ["5", "7"]);
  assert.deepEqual(keysOf("song", ["9007199254740991"], "number"), ["9007199254740991"]);
  assert.deepEqual(keysOf("user", ["007", "Zoë"], "text"), ["007", "Zoë"]);
});

Deno.test("wantedTop() and idsOfKeys() refuse keys that are none", NO_PERMISSIONS, () => {
  const number =
    "no number, expected 1 to 16 digits, at most 2^53 - 1, as the ids of these batches are";
  const cases: readonly [TopKind, string[], IdKind, string][] = [
    ["world", ["FR"], "number", '"top world FR": the world has no keys, expected top world alone'],
    [
      "country",
      [],
      "number",
      '"top country": no country given, expected one or more: top country FR DE',
    ],
    ["user", [], "text", '"top user": no user given, expected one or more: top user 12345'],
    ["song", ["1", "2", "1"], "number", '"top song 1": "1" given twice'],
    [
      "country",
      ["fr"],
      "number",
      '"top country fr": no country, expected two letters A-Z (did you mean "FR"?)',
    ],
    ["country", ["FRA"], "number", '"top country FRA": no country, expected two letters A-Z'],
    [
      "country",
      ["\x1b[2J"],
      "number",
      '"top country \\x1b[2J": no country, expected two letters A-Z',
    ],
    ["user", ["x"], "number", `"top user x": ${number}`],
    ["user", ["9007199254740992"], "number", `"top user 9007199254740992": ${number}`],
    ["song", ["-1"], "number", `"top song -1": ${number}`],
    ["user", ["a\tb"], "text", '"top user a\\x09b": a control character in it, expected none'],
    [
      "user",
      ["é".repeat(129)],
      "text",
      `"top user ${"é".repeat(129)}": 258 bytes, expected at most 256`,
    ],
  ];
  for (const [kind, keys, ids, message] of cases) {
    assert.throws(() => keysOf(kind, keys, ids), (error) => {
      assert.ok(error instanceof UsageError);
      assert.equal(error.message, `Cannot use ${message}`);
      return true;
    });
  }
});
