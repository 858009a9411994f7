/**
 * What an option is.
 *
 * @module
 */

import type { PathUse } from "./access.ts";
import type { CommandName } from "./commands.ts";
import type { ValueKind } from "./values.ts";

/** One option of one or more commands. */
export interface OptionRow {
  /** The option as it is typed; the field of its value is the same in camelCase. */
  readonly flag: `--${string}`;
  /** The commands that take it; a flag is in one row only for each command. */
  readonly commands: readonly CommandName[];
  /** What it does: a short phrase for one line of the help. */
  readonly help: string;
  /** The kind of its value; an option without one is a switch, `false` where it is not given. */
  readonly kind?: ValueKind<unknown>;
  /**
   * Where the value is a path: what the command does with it, and is let do; where it is the
   * address of a server, `connect` (see access.ts).
   */
  readonly use?: PathUse | "connect";
  /** Whether it may be given several times: all its values are kept, in their order. */
  readonly isRepeated?: true;
  /** What stands for the value in the help. */
  readonly placeholder?: string;
  /** The value where the option is not given, as it would be typed. */
  readonly default?: string;
  /** In place of a default: how the program chooses; the field is `undefined`. */
  readonly otherwise?: string;
}
