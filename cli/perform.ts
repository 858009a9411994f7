/**
 * Doing a command, and telling what went wrong.
 *
 * @module
 */

import { StoppedError } from "../io/drive.ts";
import type { CommandToDo } from "./command_line.ts";
import { printError } from "./console.ts";
import { completions } from "./completions.ts";
import { demo } from "./demo.ts";
import { type ExitStatus, tellError } from "./errors.ts";
import { formats } from "./formats.ts";
import { generate } from "./generate.ts";
import { run } from "./run.ts";
import { service } from "./service.ts";
import { status } from "./status.ts";
import type { World } from "./world.ts";

/**
 * Does a command.
 *
 * @returns the exit status; nothing is thrown for a mistake of the user or a failure
 */
export async function perform(toDo: CommandToDo, world: World): Promise<ExitStatus> {
  try {
    await doCommand(toDo, world);
    return 0;
  } catch (error) {
    if (!(error instanceof StoppedError)) return tellError(error, world.isVerbose);
    printError("Stopped: former results are untouched");
    return world.stop.reason;
  }
}

async function doCommand(toDo: CommandToDo, world: World): Promise<void> {
  switch (toDo.command) {
    case "run":
      return void await run(toDo.options, world);
    case "status":
      return await status(toDo.options, world);
    case "demo":
      return await demo(toDo.options, world);
    case "formats":
      return formats();
    case "service":
      return service(toDo.options, toDo.typed);
    case "completions":
      return completions(toDo.options);
    case "generate":
      return await generate(toDo.options, world.stop);
  }
}
