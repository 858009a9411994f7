/**
 * Errors of the command line, and the exit statuses that tell a caller how a command ended.
 *
 * @module
 */

import { printError } from "./console.ts";

/** How a command ended, as its exit status says it; shown in the help and the README. */
export const EXIT_STATUSES = {
  0: "done (also with warnings)",
  1: "failed; former results are untouched",
  2: "the command line or the configuration is wrong",
  130: "stopped by SIGINT (Ctrl-C)",
  143: "stopped by SIGTERM",
} as const;

/** One of the exit statuses that the program has. */
export type ExitStatus = keyof typeof EXIT_STATUSES;

/**
 * A mistake in the command line or the configuration: the program ends with exit status 2.
 *
 * The message is one line for the person who typed the command, such as
 * `Cannot use "--days 0": 0 days, expected a whole number from 1 to 3650`.
 */
export class UsageError extends Error {
  override readonly name = "UsageError";
  /** The exit status that this error leads to. */
  readonly exitStatus: ExitStatus = 2;
}

/**
 * Makes the error for something typed that cannot be used, on one line whatever was typed.
 *
 * @param thing what was typed
 * @param reason what it is and what was expected
 *
 * @example
 * ```ts
 * import { cannotUse } from "./errors.ts";
 * const error = cannotUse("--days 0", "0 days, expected a whole number from 1 to 3650");
 * if (!error.message.startsWith('Cannot use "--days 0": 0 days, expected')) throw new Error();
 * ```
 */
export function cannotUse(thing: string, reason: string): UsageError {
  return new UsageError(`Cannot use "${thing}": ${reason}`.replace(/\p{Cc}/gu, escaped));
}

function escaped(control: string): string {
  return `\\x${control.charCodeAt(0).toString(16).padStart(2, "0")}`;
}

/**
 * Shows an error in one line; where it arose is for `--verbose`.
 *
 * @returns the exit status that it leads to
 */
export function tellError(error: unknown, isVerbose: boolean): ExitStatus {
  printError(error instanceof Error ? error.message : String(error));
  if (isVerbose && error instanceof Error) printError(error.stack ?? "");
  return error instanceof UsageError ? 2 : 1;
}
