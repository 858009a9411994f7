import assert from "node:assert/strict";
import { filled } from "../../../cli/lines.ts";

Deno.test("filled() breaks lines before the 81st column", { permissions: "none" }, () => {
  const words = Array(20).fill("1234567890");
  const lines = filled("  label", words, 10);
  assert.deepEqual(lines.map((line) => line.length), [75, 75, 75, 31]);
  assert.equal(lines[0], `  label   ${words.slice(0, 6).join(" ")}`.padEnd(75));
  assert.ok(lines.slice(1).every((line) => line.startsWith(" ".repeat(10) + "1")));
});

Deno.test(
  "filled() gives a part that is too long a line of its own",
  { permissions: "none" },
  () => {
    const long = "x".repeat(100);
    assert.deepEqual(filled("a", ["b", long, "c"], 4), ["a   b", `    ${long}`, "    c"]);
    assert.deepEqual(filled("a", [], 4), ["a   "]);
  },
);
