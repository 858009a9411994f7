/**
 * The options: what was typed becomes values, and the table of them becomes text.
 *
 * What the program accepts, its help, the types of what was given and the tables of the README all
 * come from the table: another option is another row of option_rows.ts, another command another entry
 * of commands.ts.
 *
 * @module
 */

import { type ArgumentRow, type CommandName, type CommandRow, COMMANDS } from "./commands.ts";
import { cannotUse } from "./errors.ts";
import { OPTION_ROWS, type OptionRow } from "./option_rows.ts";
import type { ValueKind } from "./values.ts";

export { type ArgumentRow, type CommandName, COMMANDS, type OptionRow };

/** The options, in the order of the help. */
export const OPTIONS = OPTION_ROWS;

type Row = (typeof OPTIONS)[number];

type RowOf<C extends CommandName, R extends Row = Row> = R extends
  { readonly commands: readonly (infer Name)[] } ? C extends Name ? R : never : never;

type CamelCase<Text extends string> = Text extends `${infer Word}-${infer Rest}`
  ? `${Word}${Capitalize<CamelCase<Rest>>}`
  : Text;

type FieldOf<R extends OptionRow> = R["flag"] extends `--${infer Name}` ? CamelCase<Name> : never;

type ValueOf<R extends OptionRow> = R extends
  { readonly kind: ValueKind<infer T>; readonly isRepeated: true } ? readonly T[]
  : R extends { readonly kind: ValueKind<infer T> }
    ? R extends { readonly default: string } ? T : T | undefined
  : boolean;

type ArgumentOf<C extends CommandName> = (typeof COMMANDS)[C] extends
  { readonly arguments: readonly (infer A extends ArgumentRow)[] } ? A : never;

type ArgumentValueOf<A extends ArgumentRow> = A extends
  { readonly kind: ValueKind<infer T>; readonly isVariadic: true } ? readonly T[]
  : A extends { readonly kind: ValueKind<infer T>; readonly isOptional: true } ? T | undefined
  : A extends { readonly kind: ValueKind<infer T> } ? T
  : never;

/** The values of a command's options and arguments, by their flags in camelCase. */
export type OptionsOf<C extends CommandName> =
  & { readonly [R in RowOf<C> as FieldOf<R>]: ValueOf<R> }
  & { readonly [A in ArgumentOf<C> as A["field"]]: ArgumentValueOf<A> };

/** The options of `topstreams run`. */
export type RunOptions = OptionsOf<"run">;
/** The options of `topstreams status`. */
export type StatusOptions = OptionsOf<"status">;
/** The options of `topstreams top`. */
export type TopOptions = OptionsOf<"top">;
/** The options of `topstreams explain`. */
export type ExplainOptions = OptionsOf<"explain">;
/** The options of `topstreams clickhouse`. */
export type ClickhouseOptions = OptionsOf<"clickhouse">;
/** The options of `topstreams verify`. */
export type VerifyOptions = OptionsOf<"verify">;
/** The options of `topstreams forget`. */
export type ForgetOptions = OptionsOf<"forget">;
/** The options of `topstreams demo`. */
export type DemoOptions = OptionsOf<"demo">;
/** The options of `topstreams generate`. */
export type GenerateOptions = OptionsOf<"generate">;

/** The options of `topstreams service`. */
export type ServiceOptions = OptionsOf<"service">;
/** The options of `topstreams completions`. */
export type CompletionsOptions = OptionsOf<"completions">;

/** Tells whether a text is the name of a command. */
export function isCommand(text: string): text is CommandName {
  return Object.hasOwn(COMMANDS, text);
}

/** Lists the arguments of a command, in their order. */
export function argumentsOf(command: CommandName): readonly ArgumentRow[] {
  const row: CommandRow = COMMANDS[command];
  return row.arguments ?? [];
}

/** Lists the options of a command, in the order of the help. */
export function optionsOf(command: CommandName): readonly OptionRow[] {
  const rows: readonly OptionRow[] = OPTIONS;
  return rows.filter((row) => row.commands.includes(command));
}

/**
 * Makes the field of an option: its flag in camelCase.
 *
 * @example
 * ```ts
 * import { fieldOf } from "./options.ts";
 * if (fieldOf("--max-rejected") !== "maxRejected") throw new Error();
 * ```
 */
export function fieldOf(flag: string): string {
  return flag.slice(2).replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/**
 * Makes a command's options of what was typed; each that was not has its default.
 *
 * @param command whose options they are
 * @param typed by field, the text of each option that was given, or `true` for a switch
 * @throws {UsageError} where a text is no value of its option's kind
 *
 * @example
 * ```ts
 * import { readOptions } from "./options.ts";
 * const { top, maxRejected, strict } = readOptions("run", { top: "10", strict: true });
 * if (top !== 10 || maxRejected !== 0.01 || !strict) throw new Error();
 * ```
 */
export function readOptions<C extends CommandName>(
  command: C,
  typed: Readonly<Record<string, unknown>> = {},
): OptionsOf<C> {
  const values = optionsOf(command).map((row) => {
    const field = fieldOf(row.flag);
    return [field, valueOf(row, typed[field])];
  });
  for (const row of argumentsOf(command)) values.push([row.field, argumentOf(row, typed)]);
  // The rows are those of which the type is derived; a test holds the two together.
  return Object.fromEntries(values) as OptionsOf<C>;
}

/** Reads the value of an argument; of several, all. */
function argumentOf(row: ArgumentRow, typed: Readonly<Record<string, unknown>>): unknown {
  const words = [typed[row.field]].flat();
  if (row.isOptional && !row.isVariadic && words[0] === undefined) return undefined;
  const values = words.map((word) => {
    const reading = row.kind.read(typeof word === "string" ? word : "");
    if ("value" in reading) return reading.value;
    const expected = `expected ${row.kind.expected}${reading.hint ?? ""}`;
    throw cannotUse(typeof word === "string" ? word : row.name, `${reading.problem}, ${expected}`);
  });
  return row.isVariadic ? values : values[0];
}

/**
 * Reads the value of an option.
 *
 * @param typed what was typed, or `true` for a switch; `undefined` where it was not given. Of an
 *   option that may be given several times, a list
 * @throws {UsageError} where the text is no value of its kind
 */
export function valueOf(row: OptionRow, typed: unknown): unknown {
  if (row.isRepeated) {
    const each = { ...row, isRepeated: undefined };
    return [typed ?? []].flat().map((text) => valueOf(each, text));
  }
  if (row.kind === undefined) return typed === true;
  const text = typeof typed === "string" ? typed : row.default;
  if (text === undefined) return undefined;
  const reading = row.kind.read(text);
  if ("value" in reading) return reading.value;
  const given = text === "" ? `${row.flag}=` : `${row.flag} ${reading.shown ?? text}`;
  throw cannotUse(given, `${reading.problem}, expected ${row.kind.expected}${reading.hint ?? ""}`);
}

/** Writes an argument as the help shows it, such as `KIND` or `[KEY...]`. */
export function argumentTerm({ name, isVariadic, isOptional }: ArgumentRow): string {
  const term = isVariadic ? `${name}...` : name;
  return isOptional ? `[${term}]` : term;
}

/** Writes an option as the help shows it, such as `--days N`. */
export function optionTerm(row: OptionRow): string {
  return row.placeholder === undefined ? row.flag : `${row.flag} ${row.placeholder}`;
}

/**
 * Renders the options of a command as a Markdown table, laid out as `deno fmt` does.
 *
 * @returns lines, each with its line end
 */
export function optionTable(command: CommandName): string {
  const rows = optionsOf(command).map((row) => [
    `\`${optionTerm(row)}\``,
    row.default === undefined ? row.otherwise ?? "" : `\`${row.default}\``,
    row.help,
  ]);
  return markdownTable([["Option", "Default", "Meaning"], ...rows]);
}

/** Lays out rows, the first of them the titles, as `deno fmt` does. */
export function markdownTable(rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => row.map((cell) => cell.replaceAll("|", "\\|")));
  const widths = cells[0].map((_, i) => Math.max(...cells.map((row) => row[i].length)));
  const lines = cells.map((row) => row.map((cell, i) => cell.padEnd(widths[i])));
  lines.splice(1, 0, widths.map((width) => "-".repeat(width)));
  return lines.map((line) => `| ${line.join(" | ")} |\n`).join("");
}
