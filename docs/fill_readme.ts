/**
 * Fills in the parts of README.md that come from the program and from measurements.
 *
 * `deno task readme`; a test checks that nothing is left to fill in.
 *
 * @module
 */

import { type CommandName, COMMANDS, optionsOf, optionTable } from "../cli/options.ts";

const RUNS = new URL("../bench/runs/", import.meta.url);

/** The README with its generated parts as they should be. */
export function filledReadme(readme: string): string {
  let filled = replacePart(readme, "figures", figures());
  for (const command of Object.keys(COMMANDS) as CommandName[]) {
    if (optionsOf(command).length === 0) continue;
    filled = replacePart(filled, `options ${command}`, optionTable(command));
  }
  return filled;
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
  const path = new URL("../README.md", import.meta.url);
  Deno.writeTextFileSync(path, filledReadme(Deno.readTextFileSync(path)));
}
