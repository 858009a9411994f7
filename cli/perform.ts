/**
 * Doing a command, and telling what went wrong.
 *
 * @module
 */

import { StoppedError } from "../io/drive.ts";
import type { CommandToDo } from "./command_line.ts";
import { printError } from "./console.ts";
import { type ExitStatus, tellError } from "./errors.ts";
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

/** The modules of a command are loaded for it alone: some commands are to answer at once. */
async function doCommand(toDo: CommandToDo, world: World): Promise<void> {
  switch (toDo.command) {
    case "run": {
      const { run } = await import("./run.ts");
      return void await run(toDo.options, world);
    }
    case "status": {
      const { status } = await import("./status.ts");
      return await status(toDo.options, world);
    }
    case "verify": {
      const { verifyFolders } = await import("./verify.ts");
      return await verifyFolders(toDo.options, world);
    }
    case "top": {
      const { top } = await import("./top.ts");
      return await top(toDo.options, world);
    }
    case "explain": {
      const { explain } = await import("./explain.ts");
      return await explain(toDo.options, world);
    }
    case "forget": {
      const { forget } = await import("./forget.ts");
      return await forget(toDo.options, world);
    }
    case "demo": {
      const { demo } = await import("./demo.ts");
      return await demo(toDo.options, world);
    }
    case "formats": {
      const { formats } = await import("./formats.ts");
      return formats();
    }
    case "service": {
      const { service } = await import("./service.ts");
      return service(toDo.options, toDo.given);
    }
    case "completions": {
      const { completions } = await import("./completions.ts");
      return completions(toDo.options);
    }
    case "clickhouse": {
      const { clickhouse } = await import("./clickhouse.ts");
      return await clickhouse(toDo.options);
    }
    case "generate": {
      const { generate } = await import("./generate.ts");
      return await generate(toDo.options, world.stop);
    }
  }
}
