/**
 * The program: command line in, exit status out. The only file that ends the process.
 *
 * @module
 */

import type { ExitStatus } from "./cli/errors.ts";
import type { Terminal } from "./cli/progress.ts";
import { main } from "./cli/main.ts";
import { performNarrowed } from "./cli/narrowed.ts";

const STOP_SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const satisfies Record<string, ExitStatus>;

/** The width of a terminal that does not tell it. */
const USUAL_COLUMNS = 80;

/** Waits for signals to stop the process: the exit status is the reason of what is returned. */
function stopSignal(): AbortSignal {
  const stop = new AbortController();
  for (const [name, status] of Object.entries(STOP_SIGNALS)) {
    Deno.addSignalListener(name as Deno.Signal, () => stop.abort(status));
  }
  return stop.signal;
}

/** The terminal that standard error is, where it is one. */
function terminalOfErrors(): Terminal | undefined {
  if (!Deno.stderr.isTerminal()) return undefined;
  return { columns: columnsOfTerminal(), color: !Deno.noColor };
}

function columnsOfTerminal(): number {
  try {
    return Deno.consoleSize().columns || USUAL_COLUMNS;
  } catch {
    return USUAL_COLUMNS;
  }
}

if (import.meta.main) {
  const isTerminal = Deno.stdout.isTerminal();
  const color = isTerminal && !Deno.noColor;
  const columns = isTerminal ? columnsOfTerminal() : undefined;
  const terminal = terminalOfErrors();
  const world = { stop: stopSignal(), color, columns, terminal };
  Deno.exit(await main(Deno.args, world, performNarrowed));
}
