/** What the README says is so. */
import assert from "node:assert/strict";
import { filledReadme } from "../docs/fill_readme.ts";

const root = new URL("../", import.meta.url);
const readme = Deno.readTextFileSync(new URL("README.md", root));
const tasks = JSON.parse(Deno.readTextFileSync(new URL("deno.json", root))).tasks;

Deno.test("README has the options of the program and the newest figures (deno task readme)", () => {
  assert.equal(filledReadme(readme), readme);
});

Deno.test("README names only tasks that there are", () => {
  const named = [...readme.matchAll(/(?:deno|deno@2\.9\.6) task ([a-z:]+)/g)].map((match) =>
    match[1]
  );
  assert.ok(named.length > 5);
  assert.deepEqual(named.filter((name) => tasks[name] === undefined), []);
});

Deno.test("README links only to files that there are", () => {
  const links = [...readme.matchAll(/\]\(([^)#]+)\)/g)].map((match) => match[1]);
  assert.ok(links.length > 0);
  for (const link of links) assert.ok(Deno.statSync(new URL(link, root)).isFile, link);
});

Deno.test("README shows the example of mod.ts", () => {
  const example = /```ts\n([^]*?)```/.exec(readme)![1];
  const code = example.split("\n").filter((line) => line !== "");
  const module = Deno.readTextFileSync(new URL("mod.ts", root)).replaceAll(/^ \* ?/gm, "");
  const absent = code.filter((line) => !module.includes(line) && !line.includes("makeCharts(logs"));
  assert.deepEqual(absent, []);
});
