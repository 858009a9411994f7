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
  const read = (ending: string): string | undefined =>
    folder === undefined
      ? undefined
      : Deno.readTextFileSync(new URL(`${folder}/clickhouse.${ending}`, RUNS));
  const text = read("md")?.trim().replace(/^# (.*)\n/, "**$1**\n");
  const measured = text && `From \`bench/runs/${folder}/clickhouse.md\`:\n\n${text}`;
  const parts = scaleParts(measured, folder && JSON.parse(read("json")!));
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
  const parts = ["full", "peers", "ids", "readers", "top", "operator", "stops", "micro"].flatMap(
    (name) => {
      const folder = newestFolder(name);
      if (folder === undefined) return [];
      const text = Deno.readTextFileSync(new URL(`${folder}/${name}.md`, RUNS)).trim();
      return [
        `From \`bench/runs/${folder}/${name}.md\`:\n\n${text.replace(/^# (.*)\n/, "**$1**\n")}`,
      ];
    },
  );
  return parts.join("\n\n");
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
