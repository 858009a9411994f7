import assert from "node:assert/strict";
import { type Access, accessOf } from "../../../cli/access.ts";
import { type CommandToDo, parseCommandLine } from "../../../cli/command_line.ts";
import { OPTIONS } from "../../../cli/options.ts";
import { serverUrl } from "../../../cli/cluster_values.ts";
import { file } from "../../../cli/format_values.ts";
import { folder } from "../../../cli/values.ts";

function accessFor(argv: string[], there: readonly string[]): Access {
  const parsed = parseCommandLine(argv, { version: "1", color: false });
  return accessOf(parsed as CommandToDo, (path) => there.includes(path));
}

/** The servers are none where nothing is said of them. */
type Expected = Omit<Access, "net"> & Partial<Access>;

const CASES: readonly [name: string, argv: string[], there: string[], Expected][] = [
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
  [
    "opens the servers of a cluster, and no others",
    [
      ...["run", "--engine", "clickhouse", "--clickhouse", "http://db1:8123"],
      ...["--clickhouse", "https://db2/x/", "--clickhouse", "http://[::1]"],
      ...["--password-file", "/etc/secret"],
    ],
    ["logs", "batch", "results"],
    {
      read: ["logs", "/etc/secret", "batch", "results"],
      write: ["batch", "results"],
      net: ["db1:8123", "db2:443", "[::1]:80"],
    },
  ],
  [
    "opens no server that is named and not used",
    ["run", "--engine", "embedded", "--clickhouse", "http://db1:8123"],
    ["logs", "batch", "results"],
    { read: ["logs", "batch", "results"], write: ["batch", "results"] },
  ],
  [
    "of clickhouse init is the servers",
    ["clickhouse", "init", "--clickhouse", "http://db1:8123"],
    [],
    { read: [], write: [], net: ["db1:8123"] },
  ],
  ["of formats is nothing", ["formats"], [], { read: [], write: [] }],
];

for (const [name, argv, there, expected] of CASES) {
  Deno.test(`accessOf() ${name}`, () => {
    assert.deepEqual(accessFor(argv, there), { net: [], ...expected });
  });
}

Deno.test("every option that takes a path or an address says what is done with it", () => {
  const paths: readonly unknown[] = [file, folder, serverUrl];
  for (const row of OPTIONS) {
    const [kind, use] = ["kind" in row ? row.kind : undefined, "use" in row ? row.use : undefined];
    // The configuration is read by the main thread, before anything is let in anywhere.
    const isPath = paths.includes(kind) && row.flag !== "--config";
    assert.equal(use !== undefined, isPath, `${row.flag} of ${row.commands}`);
  }
});
