/** What the README says is so. */
import assert from "node:assert/strict";
import { filledReadme, filledScale, withPromises } from "../docs/fill_readme.ts";
import { PROMISES } from "../docs/promises.ts";

const root = new URL("../", import.meta.url);
const readme = Deno.readTextFileSync(new URL("README.md", root));
const tasks = JSON.parse(Deno.readTextFileSync(new URL("deno.json", root))).tasks;

Deno.test("README has the options of the program and the newest figures (deno task readme)", () => {
  assert.equal(filledReadme(readme), readme);
});

Deno.test("docs/scale.md has the newest figures (deno task readme)", () => {
  const page = Deno.readTextFileSync(new URL("docs/scale.md", root));
  // Tables are laid out by deno fmt, which a test does not start.
  const plain = (text: string): string => text.replace(/-{2,}/g, "-").replace(/\s+/g, " ");
  assert.equal(plain(filledScale(page)), plain(page));
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

const guarantees = Deno.readTextFileSync(new URL("docs/guarantees.md", root));

Deno.test("guarantees.md has the table of promises (deno task readme)", () => {
  assert.equal(withPromises(guarantees), guarantees);
});

Deno.test("promises name only tests that there are", () => {
  for (const { tested } of PROMISES) {
    const paths = Array.from(tested.matchAll(/`(\w+\/[\w/*]+\.ts)`/g), ([, path]) => path);
    assert.ok(paths.length > 0, tested);
    for (const path of paths) {
      const folder = path.slice(0, path.lastIndexOf("/"));
      const name = new RegExp(`^${path.slice(folder.length + 1).replace("*", "\\w+")}$`);
      const files = Array.from(Deno.readDirSync(new URL(`tests/${folder}`, root)));
      assert.ok(files.some((file) => name.test(file.name)), path);
    }
  }
});

/** All texts of the program's sources, joined where a long one goes on in the next line. */
function sourceTexts(): string {
  const files = ["core", "formats", "io", "io/clickhouse", "cli"].flatMap((folder) =>
    Array.from(Deno.readDirSync(new URL(folder, root)), ({ name }) => `${folder}/${name}`)
  ).filter((name) => name.endsWith(".ts"));
  return files.map((name) => Deno.readTextFileSync(new URL(name, root))).join("\n")
    .replaceAll(/[`"'] \+\s+[`"']/g, "");
}

Deno.test("guarantees.md quotes only what the program says", () => {
  const table = guarantees.slice(guarantees.indexOf("## After a failure"));
  const cells = Array.from(table.matchAll(/^\| (`.*?`(?: or `.*?`)?) +\|/gm), ([, cell]) => cell);
  assert.ok(cells.length > 10);
  const sources = sourceTexts();
  for (const [, quoted] of cells.join(" ").matchAll(/`([^`]+)`/g)) {
    const parts = quoted.split(/\.\.\.|\b[NM]\b|--\w.*/).map((part) =>
      part.trim().replace(/^[:;] /, "")
    );
    for (const part of parts.filter((each) => each.length > 2)) {
      // The act of a StoreError is put in; a warning begins with the small letter of an error.
      const found = sources.includes(part) || sources.includes(capital(part)) ||
        /^[Cc]annot (?:read|delete)$/.test(part);
      assert.ok(found, `${part} (of ${quoted})`);
    }
  }
});

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
