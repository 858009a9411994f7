/**
 * The program on a real pseudo-terminal, which util-linux' script(1) makes.
 *
 * @module
 */

import assert from "node:assert/strict";
import { IS_COMPILED, type Place, PROGRAM } from "./program.ts";

/** Whether a terminal can be made here. */
export function hasTerminal(): boolean {
  try {
    return PROGRAM !== undefined &&
      new Deno.Command("script", { args: ["--version"], stdout: "null" }).outputSync().success;
  } catch {
    return false;
  }
}

/**
 * Does a command of the program in the folder of a place, which must succeed.
 *
 * @param env besides what a program needs to start
 * @returns all that a terminal of so many columns gets
 */
export async function onTerminal(
  place: Place,
  columns: number,
  env: Readonly<Record<string, string>>,
  argv: readonly string[],
): Promise<string> {
  const words = [...PROGRAM!, ...argv];
  const quoted = words.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");
  const command = `stty cols ${columns} && exec ${quoted}`;
  const { code, stdout } = await new Deno.Command("script", {
    args: ["--quiet", "--return", "--command", command, "/dev/null"],
    cwd: place.folder,
    clearEnv: true,
    env: { PATH: Deno.env.get("PATH") ?? "", HOME: Deno.env.get("HOME") ?? "", ...env },
    stdin: "null",
  }).output();
  const text = new TextDecoder().decode(stdout);
  assert.equal(code, 0, text);
  // Deno's own line about what it loads, which an executable does not have.
  // deno-lint-ignore no-control-regex
  return IS_COMPILED ? text : text.replaceAll(/\x1b\[0G\x1b\[2K\x1b\[J/g, "");
}
