/**
 * What the program knows of the process that it runs in.
 *
 * @module
 */

import type { ExitStatus } from "./errors.ts";
import type { Terminal } from "./progress.ts";

/** Facts about the process: plain data, for they pass to a worker. */
export interface Facts {
  /** Whether the titles of a help may be set in bold. */
  readonly color: boolean;
  /** How wide the terminal is that standard output is, where it is one. */
  readonly columns?: number;
  /** The terminal that standard error is, where it is one. */
  readonly terminal?: Terminal;
  /** Whether it is told where an error arose. */
  readonly isVerbose: boolean;
  /** Whether the program is an executable; on Deno 2.4 a worker does not know. */
  readonly isStandalone: boolean;
}

/** The facts, and the signal that stops a command. */
export interface World extends Facts {
  /** Its reason is the exit status to end with. */
  readonly stop: AbortSignal & { readonly reason: ExitStatus };
}
