/**
 * The program as a function: command line in, exit status out.
 *
 * @module
 */

import { StoppedError } from "../io/drive.ts";
import { readText } from "../io/publication.ts";
import { denoStore } from "../io/store.ts";
import { parseCommandLine } from "./command_line.ts";
import { print, printError } from "./console.ts";
import { demo } from "./demo.ts";
import { cannotUse, type ExitStatus, UsageError } from "./errors.ts";
import { formats } from "./formats.ts";
import { generate } from "./generate.ts";
import { run } from "./run.ts";
import { VERSION } from "./version.ts";

/** What the program needs to know of the process that it runs in. */
export interface World {
  /** Stops the command; its reason is the exit status to end with. */
  readonly stop: AbortSignal;
  /** Whether the titles of a help may be set in bold. */
  readonly color: boolean;
}

/**
 * Does what the command line says, and tells what went wrong.
 *
 * @param argv the words after the name of the program
 * @returns the exit status; nothing is thrown for a mistake of the user or a failure
 */
export async function main(argv: readonly string[], world: World): Promise<ExitStatus> {
  try {
    return await runCommand(argv, world);
  } catch (error) {
    if (error instanceof StoppedError) {
      printError("Stopped: former results are untouched");
      return world.stop.reason;
    }
    return tellError(error, argv.includes("--verbose"));
  }
}

async function runCommand(argv: readonly string[], { stop, color }: World): Promise<ExitStatus> {
  const parsed = parseCommandLine(argv, { version: VERSION, color, readFile: readConfigFile });
  switch (parsed.command) {
    case "text":
      if (parsed.to === "stdout") print(parsed.text);
      else printError(parsed.text.trimEnd());
      return parsed.status;
    case "run":
      await run(parsed.options, stop);
      return 0;
    case "demo":
      await demo(parsed.options, stop);
      return 0;
    case "formats":
      formats();
      return 0;
    case "generate":
      await generate(parsed.options, stop);
      return 0;
  }
}

function readConfigFile(path: string): string {
  if (denoStore.info(path)?.isFile === true) return readText(denoStore, path);
  const what = denoStore.info(path) === undefined ? "not found" : "no file";
  throw cannotUse(`--config ${path}`, `${what}, expected a file with JSON`);
}

/** Shows an error in one line; where it arose is for `--verbose`. */
function tellError(error: unknown, isVerbose: boolean): ExitStatus {
  printError(error instanceof Error ? error.message : String(error));
  if (isVerbose && error instanceof Error) printError(error.stack ?? "");
  return error instanceof UsageError ? 2 : 1;
}
