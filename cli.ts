/**
 * The program: command line in, exit status out. The only file that ends the process.
 *
 * @module
 */

import type { ExitStatus } from "./cli/errors.ts";
import { main } from "./cli/main.ts";
import { performNarrowed } from "./cli/narrowed.ts";

const STOP_SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const satisfies Record<string, ExitStatus>;

/** Waits for signals to stop the process: the exit status is the reason of what is returned. */
function stopSignal(): AbortSignal {
  const stop = new AbortController();
  for (const [name, status] of Object.entries(STOP_SIGNALS)) {
    Deno.addSignalListener(name as Deno.Signal, () => stop.abort(status));
  }
  return stop.signal;
}

if (import.meta.main) {
  const color = Deno.stdout.isTerminal() && !Deno.noColor;
  Deno.exit(await main(Deno.args, { stop: stopSignal(), color }, performNarrowed));
}
