/**
 * The program as a function: command line in, exit status out.
 *
 * @module
 */

import { readText } from "../io/publication.ts";
import { denoStore } from "../io/store.ts";
import { type CommandToDo, parseCommandLine, type ParsedCommand } from "./command_line.ts";
import { print, printError } from "./console.ts";
import { cannotUse, type ExitStatus, tellError } from "./errors.ts";
import { VERSION } from "./version.ts";
import type { World } from "./world.ts";

/** Does a command and tells what went wrong. */
export type Performer = (toDo: CommandToDo, world: World) => Promise<ExitStatus>;

/**
 * Does what the command line says, and tells what went wrong.
 *
 * @param argv the words after the name of the program
 * @param perform does the command that was found
 * @returns the exit status; nothing is thrown for a mistake of the user or a failure
 */
export async function main(
  argv: readonly string[],
  world: Omit<World, "isVerbose" | "isStandalone">,
  perform: Performer,
): Promise<ExitStatus> {
  const isVerbose = argv.includes("--verbose");
  let parsed: ParsedCommand;
  try {
    parsed = parseCommandLine(argv, { ...world, version: VERSION, readFile: readConfigFile });
  } catch (error) {
    return tellError(error, isVerbose);
  }
  if (parsed.command !== "text") {
    const { standalone: isStandalone } = Deno.build;
    return await perform(parsed, { ...world, isVerbose, isStandalone });
  }
  if (parsed.to === "stdout") print(parsed.text);
  else printError(parsed.text.trimEnd());
  return parsed.status;
}

function readConfigFile(path: string): string {
  if (denoStore.info(path)?.isFile === true) return readText(denoStore, path);
  const what = denoStore.info(path) === undefined ? "not found" : "no file";
  throw cannotUse(`--config ${path}`, `${what}, expected a file with JSON`);
}
