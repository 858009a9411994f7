/**
 * The configuration file: JSON that holds options as they could be typed.
 *
 * @module
 */

import { type CommandName, COMMANDS } from "./commands.ts";
import { UsageError } from "./errors.ts";
import { hintOf } from "./suggest.ts";
import { fieldOf, type OptionRow, OPTIONS, optionsOf, valueOf } from "./options.ts";

/** A configuration file. */
export interface ConfigFile {
  /** Its path, for messages. */
  readonly path: string;
  readonly text: string;
}

/**
 * Reads a configuration file: an object with the names of options as they are typed, without the
 * dashes. A switch has `true` or `false`; lists may be arrays, columns an object, numbers numbers;
 * all else are strings as they would be typed.
 *
 * @param command whose options are taken; those of other commands may be there, too
 * @returns by field, what would have been typed
 * @throws {UsageError} where the text is no JSON, a name is unknown, or a value cannot be used; the
 *   message names the place
 *
 * @example
 * ```ts
 * import { readConfig } from "./config.ts";
 * const file = { path: "topstreams.json", text: '{"days": 3, "by": ["world:9"], "strict": true}' };
 * const typed = readConfig(file, "run");
 * if (JSON.stringify(typed) !== '{"days":"3","by":"world:9","strict":true}') throw new Error();
 * ```
 */
export function readConfig(file: ConfigFile, command: CommandName): Record<string, unknown> {
  const typed: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(parsed(file))) {
    const fail = (what: string): never => {
      throw new UsageError(`Cannot use "${name}" in "${file.path}": ${what}`);
    };
    const known = knownRow(name, command) ??
      fail(`unknown option, expected ${someNames(command, name)}`);
    const text = known.kind === undefined
      ? switchOf(value, fail)
      : known.isRepeated
      ? [value].flat().map((each) => textOf(each, fail))
      : textOf(value, fail);
    if (!known.commands.includes(command) || text === undefined) continue;
    try {
      valueOf(known, text);
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      fail(error.message.replace(/^Cannot use ".*?": /s, ""));
    }
    typed[fieldOf(known.flag)] = text;
  }
  return typed;
}

function parsed({ path, text }: ConfigFile): object {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error);
    throw new UsageError(`Cannot use config "${path}": no JSON (${what}), expected an object`);
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  throw new UsageError(`Cannot use config "${path}": ${nameOf(value)}, expected an object`);
}

/** The option of a name: the command's own, or else that of another command. */
function knownRow(name: string, command: CommandName): OptionRow | undefined {
  const rows: readonly OptionRow[] = [...optionsOf(command), ...OPTIONS];
  return name === "config" ? undefined : rows.find((row) => row.flag === `--${name}`);
}

function someNames(command: CommandName, name: string): string {
  return `an option of ${Object.keys(COMMANDS).join(", ")} without its dashes, such as ` +
    optionsOf(command).slice(0, 3).map(({ flag }) => `"${flag.slice(2)}"`).join(", ") +
    hintOf(
      name,
      optionsOf(command).map(({ flag }) => flag.slice(2)).filter((each) => each !== name),
    );
}

type Fail = (what: string) => never;

function switchOf(value: unknown, fail: Fail): true | undefined {
  if (typeof value !== "boolean") fail(`${nameOf(value)}, expected true or false`);
  return value === true ? true : undefined;
}

function textOf(value: unknown, fail: Fail): string {
  const parts = Array.isArray(value) ? value : [value];
  const texts = parts.map((part) => {
    if (typeof part === "string") return part;
    if (typeof part === "number") return String(part);
    if (!Array.isArray(value) && isTable(part)) {
      return Object.entries(part).map(([field, column]) => `${field}=${column}`).join(",");
    }
    return fail(`${nameOf(part)}, expected text, a number or a list of texts`);
  });
  return texts.join(",");
}

function isTable(value: unknown): value is Record<string, string | number> {
  return typeof value === "object" && value !== null && !Array.isArray(value) &&
    Object.values(value).every((each) => typeof each === "string" || typeof each === "number");
}

/** What a JSON value is, for messages. */
function nameOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `${typeof value} ${JSON.stringify(value)}`;
}
