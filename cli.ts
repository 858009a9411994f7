/**
 * The program: command line in, exit status out. The only file that ends the process.
 *
 * @module
 */

import { parseCommandLine } from "./cli/command_line.ts";
import { print, printError } from "./cli/console.ts";
import { demo } from "./cli/demo.ts";
import { type ExitStatus, UsageError } from "./cli/errors.ts";
import { generate } from "./cli/generate.ts";
import { run } from "./cli/run.ts";
import { VERSION } from "./cli/version.ts";
import { StoppedError } from "./io/drive.ts";

const STOP_SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const;

/** Does what the command line says. */
async function main(argv: string[]): Promise<ExitStatus> {
  const stop = new AbortController();
  let stopStatus: ExitStatus = 130;
  for (const [name, status] of Object.entries(STOP_SIGNALS)) {
    Deno.addSignalListener(name as Deno.Signal, () => {
      stopStatus = status;
      stop.abort();
    });
  }
  try {
    return await runCommand(argv, stop.signal);
  } catch (error) {
    if (error instanceof StoppedError) {
      printError("Stopped: former results are untouched");
      return stopStatus;
    }
    return tellError(error, argv.includes("--verbose"));
  }
}

async function runCommand(argv: string[], signal: AbortSignal): Promise<ExitStatus> {
  const parsed = parseCommandLine(argv, { version: VERSION, color: usesColor() });
  switch (parsed.command) {
    case "text":
      if (parsed.to === "stdout") print(parsed.text);
      else printError(parsed.text.trimEnd());
      return parsed.status;
    case "run":
      await run(parsed.options, signal);
      return 0;
    case "demo":
      await demo(parsed.options, signal);
      return 0;
    case "generate":
      await generate(parsed.options, signal);
      return 0;
  }
}

function usesColor(): boolean {
  return Deno.stdout.isTerminal() && !Deno.noColor;
}

/** Shows an error in one line; where it arose is for `--verbose`. */
function tellError(error: unknown, isVerbose: boolean): ExitStatus {
  printError(error instanceof Error ? error.message : String(error));
  if (isVerbose && error instanceof Error) printError(error.stack ?? "");
  return error instanceof UsageError ? 2 : 1;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
