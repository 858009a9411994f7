import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { createHmac } from "node:crypto";
import { hmacSha256, macOf, markOf } from "../../../io/forgotten_files.ts";

Deno.test("hmacSha256() gives the values of RFC 4231", () => {
  const cases: readonly [key: Uint8Array, data: string, expected: string][] = [
    [
      Buffer.alloc(20, 0x0b),
      "Hi There",
      "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
    ],
    [
      Buffer.from("Jefe"),
      "what do ya want for nothing?",
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
    ],
  ];
  for (const [key, data, expected] of cases) {
    assert.equal(hmacSha256(key, data).toString("hex"), expected);
    assert.equal(hmacSha256(key, data.slice(0, 3), data.slice(3)).toString("hex"), expected);
    assert.equal(createHmac("sha256", key).update(data).digest("hex"), expected);
  }
});

Deno.test("markOf() depends on the key, the kind of ids and the id, and tells none of them", () => {
  const keys = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
  const marks = keys.flatMap((key) =>
    (["number", "text"] as const).flatMap((ids) => ["5", "6"].map((id) => markOf(key, ids, id)))
  );
  assert.equal(new Set(marks.map(({ mac }) => mac)).size, 8);
  assert.equal(new Set(marks.map(({ quick }) => quick)).size, 8);
  for (const { quick } of marks) assert.ok(quick < 2 ** 24);
  const id = Buffer.from("Zo\u00eb");
  assert.equal(macOf(keys[0], "text")(id), markOf(keys[0], "text", "Zo\u00eb").mac);
});
