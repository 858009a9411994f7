/**
 * Fills in the parts of README.md and guarantees.md that come from the program, from its tests and
 * from measurements.
 *
 * `deno task readme`; a test checks that nothing is left to fill in.
 *
 * @module
 */

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

function replacePart(readme: string, name: string, text: string): string {
  const part = new RegExp(`(<!-- ${name} -->\n)[^]*?(<!-- end -->)`);
  if (!part.test(readme)) throw new Error(`Cannot fill in README.md: no part "${name}"`);
  return readme.replace(part, (_, begin, end) => `${begin}\n${text.trim()}\n\n${end}`);
}

/** The newest figures of each benchmark whose name has a heading in its file. */
function figures(): string {
  const folders = Array.from(Deno.readDirSync(RUNS), (entry) => entry.name).sort().reverse();
  const parts = ["full", "peers", "ids", "readers", "top", "micro"].flatMap((name) => {
    const folder = folders.find((each) => isThere(`${each}/${name}.md`));
    if (folder === undefined) return [];
    const text = Deno.readTextFileSync(new URL(`${folder}/${name}.md`, RUNS)).trim();
    return [
      `From \`bench/runs/${folder}/${name}.md\`:\n\n${text.replace(/^# (.*)\n/, "**$1**\n")}`,
    ];
  });
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
  for (
    const [name, filled] of [["README.md", filledReadme], [
      "docs/guarantees.md",
      withPromises,
    ]] as const
  ) {
    const path = new URL(`../${name}`, import.meta.url);
    Deno.writeTextFileSync(path, filled(Deno.readTextFileSync(path)));
  }
}
