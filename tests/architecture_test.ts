/** The shape of the house: what each folder may import and use, read from the sources. */
import assert from "node:assert/strict";

const ROOT = new URL("../", import.meta.url);

/** The most lines of a file that is no test. */
const MAX_LINES = 350;

/**
 * Files that were longer when the limit was set, with their lines then. A file may leave this list,
 * or shrink on it; none may grow on it or join it.
 */
const LONGER_FILES: Readonly<Record<string, number>> = {
  "bench/generator.ts": 381,
};

/** Folders in which nothing of the project's own lies: results, caches, what git keeps. */
const FOREIGN_FOLDERS = /^(?:\..*|dist|coverage|topstreams-demo)$|^bench\/(?:data|runs)$/;

const NODE = /^node:/;
/** An npm package by its full specifier: with its version. */
const FULL_NPM = /^npm:(?:@[\w.-]+\/)?[\w.-]+@\d[\w.-]*(?:\/.*)?$/;

interface Rule {
  /** Files of the project, by their paths from its root. */
  readonly files: RegExp;
  /** What is said where the rule is broken. */
  readonly text: string;
  /** What they may import: paths from the root, and other specifiers as they are. */
  readonly imports: readonly RegExp[];
}

const RULES: readonly Rule[] = [
  {
    files: /^core\//,
    text: "core/ imports nothing outside itself",
    imports: [/^core\//],
  },
  {
    files: /^formats\//,
    text: "formats/ imports core, formats, node: and full npm: specifiers",
    imports: [/^core\//, /^formats\//, NODE, FULL_NPM],
  },
  {
    files: /^io\//,
    text: "io/ imports core, formats, io and node:, never cli",
    imports: [/^core\//, /^formats\//, /^io\//, NODE],
  },
  {
    files: /^bench\/generator(?:_rows)?\.ts$/,
    text: "the generator of logs, which is part of the program, imports core",
    imports: [/^core\//, /^bench\/generator/],
  },
  {
    files: /^(?!tests\/)/,
    text: "nothing but tests imports tests; packages have full specifiers",
    imports: [/^(?!tests\/)[^:]*$/, NODE, FULL_NPM],
  },
];

/** What core does not use; the type check of core_purity.json does not see some of it. */
const IMPURE = [
  "Deno.",
  "console.",
  "fetch(",
  "Date.now",
  "new Date",
  "Math.random",
  "setTimeout",
  "setInterval",
  "performance.",
  "crypto.",
  "process.",
  "globalThis",
  "Temporal.",
];

/** Lists the files of the project, by their paths from its root, sorted. */
function filesBelow(folder: string): string[] {
  return Array.from(Deno.readDirSync(new URL(`./${folder}`, ROOT))).flatMap((entry) => {
    const path = folder + entry.name;
    if (!entry.isDirectory) return [path];
    return FOREIGN_FOLDERS.test(path) ? [] : [path, ...filesBelow(`${path}/`)];
  }).sort();
}

const FILES = filesBelow("");
const SOURCES = FILES.filter((path) => path.endsWith(".ts"));

function textOf(path: string): string {
  return Deno.readTextFileSync(new URL(`./${path}`, ROOT));
}

/** Takes the comments out of a source; what looks like one inside a string stays. */
function codeOf(source: string): string {
  const parts = /"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\[^]|[^`\\])*`|\/\*[^]*?\*\/|\/\/.*/g;
  return source.replace(parts, (part) => /^\/[*/]/.test(part) ? " " : part);
}

/** Lists what a source imports: relative specifiers as paths from the root. */
function importsOf(path: string, code: string): string[] {
  const forms = [
    /\b(?:import|export)\b[^;"'`()]*?\bfrom\s*["']([^"']+)["']/g,
    /\bimport\s*["']([^"']+)["']/g,
    /\bimport\s*\(\s*["'`]([^"'`]+)["'`]/g,
    /\bnew\s+URL\s*\(\s*["'`]([^"'`]+)["'`]\s*,\s*import\.meta\.url/g,
  ];
  const specifiers = forms.flatMap((form) => Array.from(code.matchAll(form), ([, name]) => name));
  return specifiers.map((name) => /^\.\.?\//.test(name) ? resolved(path, name) : name);
}

function resolved(path: string, relative: string): string {
  const base = new URL(`file:///${path}`);
  return new URL(relative, base).pathname.slice(1);
}

/** Lists what a file imports that its rule does not allow. */
function violations(path: string, code: string): string[] {
  const rule = RULES.find(({ files }) => files.test(path));
  const isAllowed = (name: string): boolean =>
    rule === undefined || rule.imports.some((allowed) => allowed.test(name));
  return importsOf(path, code).filter((name) => !isAllowed(name))
    .map((name) => `${path} imports ${name}: ${rule?.text}`);
}

/** Lists what a source of core uses that is not pure. */
function impurities(code: string): string[] {
  const isWordStart = (at: number): boolean => at === 0 || !/[\w.#]/.test(code[at - 1]);
  return IMPURE.filter((name) => {
    for (let at = code.indexOf(name); at >= 0; at = code.indexOf(name, at + 1)) {
      if (isWordStart(at)) return true;
    }
    return false;
  });
}

Deno.test("imports point one way: cli -> io, formats -> core", () => {
  const all = SOURCES.flatMap((path) => violations(path, codeOf(textOf(path))));
  assert.deepEqual(all, []);
});

Deno.test("what mod.ts reaches has relative, node: or full npm: specifiers", () => {
  const reached = new Set(["mod.ts"]);
  for (const path of reached) {
    for (const name of importsOf(path, codeOf(textOf(path)))) {
      if (NODE.test(name) || FULL_NPM.test(name)) continue;
      assert.ok(SOURCES.includes(name), `${path} imports ${name}, which a URL does not resolve`);
      reached.add(name);
    }
  }
  assert.ok(reached.size > 1);
  for (const path of reached) assert.match(path, /^(?:mod\.ts|core\/.*|formats\/.*)$/);
});

Deno.test("core uses no Deno, console, network, clock, random numbers or timers", () => {
  for (const path of SOURCES.filter((source) => source.startsWith("core/"))) {
    assert.deepEqual(impurities(codeOf(textOf(path))), [], path);
  }
});

Deno.test("only io/clickhouse/ speaks to the network", () => {
  const program = SOURCES.filter((path) => /^(?:core|formats|io|cli)\/|^\w+\.ts$/.test(path));
  const speaking = program.filter((path) =>
    /\bfetch\(|\bWebSocket\b|Deno\.(?:connect|listen|createHttpClient)/.test(codeOf(textOf(path)))
  );
  assert.deepEqual(speaking, ["io/clickhouse/server.ts"]);
});

Deno.test("io/clickhouse/ is loaded where it is used only: types, or import()", () => {
  const others = SOURCES.filter((path) => /^(?:core|formats|io|cli)\/|^\w+\.ts$/.test(path))
    .filter((path) => !path.startsWith("io/clickhouse/"));
  for (const path of others) {
    // Without its types and its import() no source imports any of it.
    const code = codeOf(textOf(path)).replace(/\b(?:import|export)\s+type\b[^;]*;/g, "")
      .replace(/\bimport\s*\([^)]*\)/g, "");
    assert.deepEqual(
      importsOf(path, code).filter((name) => /^io\/clickhouse\//.test(name)),
      [],
      path,
    );
  }
});

Deno.test("only cli.ts ends the process", () => {
  const program = SOURCES.filter((path) => /^(?:core|formats|io|cli)\/|^\w+\.ts$/.test(path));
  const ending = program.filter((path) => codeOf(textOf(path)).includes("Deno.exit"));
  assert.deepEqual(ending, ["cli.ts"]);
});

Deno.test("the project has no package.json and no node_modules", () => {
  const foreign = FILES.filter((path) => /(?:^|\/)(?:package\.json|node_modules)$/.test(path));
  assert.deepEqual(foreign, []);
});

Deno.test(`a file that is no test has at most ${MAX_LINES} lines`, () => {
  for (const path of SOURCES.filter((source) => !source.startsWith("tests/"))) {
    const lines = textOf(path).split("\n").length - 1;
    const most = LONGER_FILES[path] ?? MAX_LINES;
    assert.ok(lines <= most, `${path} has ${lines} lines, expected at most ${most}`);
  }
  for (const path of Object.keys(LONGER_FILES)) {
    const lines = textOf(path).split("\n").length - 1;
    assert.ok(lines > MAX_LINES, `${path} has ${lines} lines: take it off LONGER_FILES`);
  }
});

for (const folder of ["core", "formats"]) {
  Deno.test(`${folder}/README.md has a line for every file of ${folder}/`, () => {
    const lines = textOf(`${folder}/README.md`).matchAll(/^\| `([\w.]+)` /gm);
    const named = Array.from(lines, ([, name]) => `${folder}/${name}`).sort();
    assert.deepEqual(named, SOURCES.filter((path) => path.startsWith(`${folder}/`)));
  });
}

Deno.test("violations() and impurities() notice what is forbidden", () => {
  const cases: readonly [path: string, code: string, noticed: boolean][] = [
    ["core/a.ts", 'import { b } from "./b.ts";', false],
    ["core/a.ts", '/** import { b } from "../io/b.ts"; */', false],
    ["core/a.ts", 'import { b } from "../io/b.ts";', true],
    ["core/a.ts", 'import type { b } from "../formats/b.ts";', true],
    ["core/a.ts", 'import { crc32 } from "node:zlib";', true],
    ["core/a.ts", 'export * from "../mod.ts";', true],
    ["core/a.ts", 'const b = await import("../io/b.ts");', true],
    ["formats/a.ts", 'import { b } from "npm:b@1.2.3";', false],
    ["formats/a.ts", 'import { b } from "npm:@b/c@1.2.3/d";', false],
    ["formats/a.ts", 'import { b } from "npm:b";', true],
    ["formats/a.ts", 'import { b } from "b";', true],
    ["formats/a.ts", 'import { b } from "../io/b.ts";', true],
    ["io/a.ts", 'import { b } from "../cli/b.ts";', true],
    ["io/a.ts", 'import {\n  b,\n  type C,\n} from "../cli/b.ts";', true],
    ["io/a.ts", 'new Worker(new URL("../cli/b.ts", import.meta.url));', true],
    ["io/a.ts", 'import "../cli/b.ts";', true],
    ["cli/a.ts", 'import { b } from "../tests/b.ts";', true],
    ["cli/a.ts", 'import { b } from "../bench/generator.ts";', false],
    ["tests/a.ts", 'import { b } from "../cli/b.ts";', false],
  ];
  for (const [path, code, noticed] of cases) {
    assert.equal(violations(path, codeOf(code)).length > 0, noticed, `${path}: ${code}`);
  }
  assert.deepEqual(impurities(codeOf("const a = Date.now(); // Deno.exit()")), ["Date.now"]);
  assert.deepEqual(impurities("this.#console.log; newConsole.x; a.process.b"), []);
  assert.deepEqual(impurities("if (performance.now() > 1) fetch(a)"), ["fetch(", "performance."]);
});
