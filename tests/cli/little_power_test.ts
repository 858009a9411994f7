/** What the program may do: no more than its command needs, not even code from outside. */
import assert from "node:assert/strict";
import { deliver, LAST } from "./_week.ts";
import { IS_COMPILED, type Place, testProgram } from "./program.ts";

/** A writer that tries one thing after another, and prints what came of it. */
const NOSY = `
const attempts = {
  "reads a log": () => Deno.readTextFileSync(LOG).length > 0,
  "writes a log": () => Deno.writeTextFileSync(LOG, ""),
  "lists batches": () => Array.from(Deno.readDirSync(BATCH)).length < 9,
  "writes a result": () => Deno.writeTextFileSync(RESULT, "x") === undefined,
  "reads outside": () => Deno.readTextFileSync(OUTSIDE),
  "writes outside": () => Deno.writeTextFileSync(OUTSIDE, "x"),
  "lists outside": () => Array.from(Deno.readDirSync(FOLDER)),
  "deletes outside": () => Deno.removeSync(OUTSIDE),
  "reads the environment": () => Deno.env.toObject(),
  "starts a process": () => new Deno.Command("/bin/true").outputSync(),
  "listens": () => Deno.listen({ hostname: "127.0.0.1", port: 0 }),
  "loads a library": () => Deno.dlopen("libc.so.6", {}),
  "asks the network": () => fetch("http://127.0.0.1:8124/"),
  "loads code": () => import("http://127.0.0.1:8124/code.js"),
};
const answers = [];
for (const [name, attempt] of Object.entries(attempts)) {
  try {
    answers.push(name + ": " + (await attempt() ?? "done"));
  } catch ({ message }) {
    // An executable has no way to load what is not inside it or on this disk.
    answers.push(name + ": " + (/Requires \\w+ access|Module not found/.exec(message)?.[0] ?? message));
  }
}
export const writer = {
  name: "nosy",
  description: "what it may do",
  extension: "nosy",
  begin: () => answers.map((answer) => answer + "\\n").join(""),
  writeKey: () => "",
};
`;

const EXPECTED = [
  "reads a log: true",
  "writes a log: Requires write access",
  "lists batches: true",
  "writes a result: true",
  "reads outside: Requires read access",
  "writes outside: Requires write access",
  "lists outside: Requires read access",
  "deletes outside: Requires write access",
  "reads the environment: Requires env access",
  "starts a process: Requires run access",
  "listens: Requires net access",
  "loads a library: Requires ffi access",
  "asks the network: Requires net access",
  `loads code: ${IS_COMPILED ? "Module not found" : "Requires import access"}`,
];

function nosy(place: Place): string {
  const paths = {
    LOG: "logs/listen-20211201.log",
    BATCH: "batch",
    RESULT: "results/of-a-writer",
    OUTSIDE: "outside.txt",
    FOLDER: "",
  };
  const lines = Object.entries(paths).map(([name, path]) =>
    `const ${name} = ${JSON.stringify(place.path(path))};\n`
  );
  return lines.join("") + NOSY;
}

for (const jobs of ["1", "2"]) {
  testProgram(
    `run --jobs ${jobs} touches its folders only, and code from outside no more than that`,
    async (place) => {
      place.write("outside.txt", "of no concern to anyone");
      place.write("plugin/nosy.js", nosy(place));
      for (const folder of ["batch", "results"]) Deno.mkdirSync(place.path(folder));
      deliver(place, LAST);
      await place.run("--days", "1", "--jobs", jobs, "--writer", place.path("plugin/nosy.js"));
      const answers = place.read("results/country_top50_20211201.nosy").trimEnd().split("\n");
      assert.deepEqual(answers, EXPECTED);
      assert.equal(place.read("outside.txt"), "of no concern to anyone");
    },
    // In the process of the tests the program has the permissions of the tests.
    { needsProcess: true },
  );
}

testProgram(
  "run makes the folders above its own that are missing, and no others",
  async (place) => {
    deliver(place, LAST);
    const folders = ["--batch", place.path("new/a/batch"), "--results", place.path("new/b")];
    await place.run("--days", "1", ...folders);
    assert.deepEqual(place.names("new").filter((name) => name.endsWith("/")), [
      "a/",
      "a/batch/",
      "a/batch/20211201/",
      "a/batch/history/",
      "a/batch/history/20211201/",
      "b/",
    ]);
    const refused = ["--batch", place.path("later/a/batch"), "--date", "2020-01-01"];
    await place.runFails(1, ...refused);
    assert.equal(place.names().some((name) => name.startsWith("later")), false);
  },
);
