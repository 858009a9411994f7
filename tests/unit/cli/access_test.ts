import assert from "node:assert/strict";
import { type Access, accessOf } from "../../../cli/access.ts";
import { type CommandToDo, parseCommandLine } from "../../../cli/command_line.ts";
import { OPTIONS } from "../../../cli/options.ts";
import { file } from "../../../cli/format_values.ts";
import { folder } from "../../../cli/values.ts";

function accessFor(argv: string[], there: readonly string[]): Access {
  const parsed = parseCommandLine(argv, { version: "1", color: false });
  return accessOf(parsed as CommandToDo, (path) => there.includes(path));
}

const CASES: readonly [name: string, argv: string[], there: string[], Access][] = [
  [
    "reads logs, writes batches and results",
    ["run"],
    ["logs", "batch", "results", "."],
    { read: ["logs", "batch", "results"], write: ["batch", "results"] },
  ],
  [
    "opens folders that have to be made from the outermost on",
    ["run", "--batch", "a/b/c", "--results", "/srv/x/y/"],
    [".", "a", "/srv", "/"],
    { read: ["logs", "a/b", "/srv/x"], write: ["a/b", "/srv/x"] },
  ],
  [
    "never goes above a folder that is missing at the top",
    ["run", "--batch", "/batch", "--results", "results"],
    ["/", "."],
    { read: ["logs", "/batch", "results"], write: ["/batch", "results"] },
  ],
  [
    "reads the folders of modules",
    ["run", "--reader", "./mine/reader.js", "--writer", "top,/opt/w.js,up.js"],
    ["batch", "results"],
    { read: ["logs", "./mine", "/opt", ".", "batch", "results"], write: ["batch", "results"] },
  ],
  ["of generate writes the folder of the logs", ["generate", "--out", "x"], ["x"], {
    read: ["x"],
    write: ["x"],
  }],
  ["of formats is nothing", ["formats"], [], { read: [], write: [] }],
];

for (const [name, argv, there, expected] of CASES) {
  Deno.test(`accessOf() ${name}`, () => assert.deepEqual(accessFor(argv, there), expected));
}

Deno.test("every option that takes a path says what is done with it", () => {
  const paths: readonly unknown[] = [file, folder];
  for (const row of OPTIONS) {
    const [kind, use] = ["kind" in row ? row.kind : undefined, "use" in row ? row.use : undefined];
    // The configuration is read by the main thread, before anything is let in anywhere.
    const isPath = paths.includes(kind) && row.flag !== "--config";
    assert.equal(use !== undefined, isPath, `${row.flag} of ${row.commands}`);
  }
});
