/**
 * Fills in the parts of README.md, guarantees.md and scale.md that come from the program, from its
 * tests and from measurements.
 *
 * `deno task readme`; a test checks that nothing is left to fill in.
 *
 * @module
 */

import { scaleParts } from "./scale_figures.ts";
import {
  type CommandName,
  COMMANDS,
  markdownTable,
  optionsOf,
  optionTable,
} from "../cli/options.ts";
import { promiseRows } from "./promises.ts";

const RUNS = new URL("../bench/runs/", import.meta.url);

/** The README with its generated parts as they should be. */
export function filledReadme(readme: string): string {
  let filled = replacePart(readme, "figures", figures());
  for (const command of Object.keys(COMMANDS) as CommandName[]) {
    if (optionsOf(command).length === 0) continue;
    filled = replacePart(filled, `options ${command}`, optionTable(command));
  }
  return withPromises(filled);
}

/** A text with the table of promises as it should be. */
export function withPromises(text: string): string {
  return replacePart(text, "promises", markdownTable(promiseRows()));
}

/** The page docs/scale.md with its generated parts as they should be. */
export function filledScale(page: string): string {
  const folder = newestFolder("clickhouse");
  const json = folder && Deno.readTextFileSync(new URL(`${folder}/clickhouse.json`, RUNS));
  const texts = { clickhouse: newestResult("clickhouse"), tables: newestResult("tables") };
  const parts = scaleParts(texts, json && JSON.parse(json));
  return Object.entries(parts).reduce((all, [name, part]) => replacePart(all, name, part), page);
}

function newestFolder(name: string): string | undefined {
  const folders = Array.from(Deno.readDirSync(RUNS), (entry) => entry.name).sort().reverse();
  return folders.find((each) => isThere(`${each}/${name}.md`));
}

function replacePart(readme: string, name: string, text: string): string {
  const part = new RegExp(`(<!-- ${name} -->\n)[^]*?(<!-- end -->)`);
  if (!part.test(readme)) throw new Error(`Cannot fill in: no part "${name}"`);
  return readme.replace(part, (_, begin, end) => `${begin}\n${text.trim()}\n\n${end}`);
}

/** The newest figures of each benchmark whose name has a heading in its file. */
function figures(): string {
  const names = ["full", "peers", "ids", "readers", "top", "operator", "stops", "micro"];
  return names.map(newestResult).filter((text) => text !== undefined).join("\n\n");
}

/** What a benchmark kept last, with where it stands. */
function newestResult(name: string): string | undefined {
  const folder = newestFolder(name);
  if (folder === undefined) return undefined;
  const text = Deno.readTextFileSync(new URL(`${folder}/${name}.md`, RUNS)).trim();
  const shown = text.replace(/^# (.*)\n/, "**$1**\n");
  return `From \`bench/runs/${folder}/${name}.md\`:\n\n${shown}`;
}

function isThere(path: string): boolean {
  try {
    return Deno.statSync(new URL(path, RUNS)).isFile;
  } catch {
    return false;
  }
}

if (import.meta.main) {
  const pages = [
    ["README.md", filledReadme],
    ["docs/guarantees.md", withPromises],
    ["docs/scale.md", filledScale],
  ] as const;
  for (const [name, filled] of pages) {
    const path = new URL(`../${name}`, import.meta.url);
    Deno.writeTextFileSync(path, filled(Deno.readTextFileSync(path)));
  }
}
