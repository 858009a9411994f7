/**
 * The command line: what was typed becomes a plain command with its options, the text of a help,
 * or a {@linkcode UsageError}.
 *
 * commander splits the words, words the help and finds what a mistyped name may have meant; the
 * table of `options.ts` is all it knows. Nothing here prints, exits, or needs a permission.
 *
 * @module
 */

import { Command, CommanderError, type Help, Option } from "npm:commander@15.1.0";
import { withoutSecrets } from "./cluster_values.ts";
import { readConfig } from "./config.ts";
import { refuseContradictions, refuseKeptLess } from "./contradictions.ts";
import { refuseOtherEngine } from "./engine_choice.ts";
import { cannotUse, EXIT_STATUSES, type UsageError } from "./errors.ts";
import {
  argumentsOf,
  argumentTerm,
  type CommandName,
  COMMANDS,
  isCommand,
  type OptionRow,
  OPTIONS,
  type OptionsOf,
  optionsOf,
  readOptions,
} from "./options.ts";
import { listed } from "./values.ts";

/** What was typed, not what a configuration says besides: texts by the fields of their options. */
export type GivenOptions = Readonly<Record<string, unknown>>;

/** A command that was typed, with the values of all its options. */
export type CommandToDo = {
  [C in CommandName]:
    & { readonly command: C; readonly options: OptionsOf<C> }
    & (C extends "service" ? { readonly given: GivenOptions } : unknown);
}[CommandName];

/** A text that was asked for, or that is all the answer there is: a help or the version. */
export interface TextToShow {
  readonly command: "text";
  /** The text, with the end of its last line. */
  readonly text: string;
  /** 2 where no command was typed. */
  readonly status: 0 | 2;
  /** Where the text belongs. */
  readonly to: "stdout" | "stderr";
}

/** What a command line asks for. */
export type ParsedCommand = CommandToDo | TextToShow;

/** What the command line needs to know of the world. */
export interface CommandLineContext {
  /** The version of the program. */
  readonly version: string;
  /** Whether the titles of a help may be set in bold. */
  readonly color: boolean;
  /** Reads a configuration file. */
  readonly readFile?: (path: string) => string;
}

const PROGRAM = "topstreams";

const COMMAND_NAMES = Object.keys(COMMANDS) as CommandName[];

const PURPOSE = "Turns daily logs of streams into charts: the most played songs of each country " +
  "and of each user over the last days.";

const HELP_COLUMNS = 80;

/**
 * Parses a command line.
 *
 * An option given twice has its last value, or all of them where it may be repeated; `--name value` and `--name=value` are the same. Help
 * and version win over mistakes in values.
 *
 * @param argv the words after the name of the program
 * @param io the version to show, and whether colour is wanted
 * @throws {UsageError} where the words are no command line of the program; its message is one line
 *
 * @example
 * ```ts
 * import { parseCommandLine } from "./command_line.ts";
 * const parsed = parseCommandLine(["run", "--top", "10"], { version: "1.0.0", color: false });
 * if (parsed.command !== "run" || parsed.options.top !== 10) throw new Error();
 * ```
 */
export function parseCommandLine(argv: readonly string[], io: CommandLineContext): ParsedCommand {
  const heard: Heard = { out: "", err: "" };
  try {
    makeProgram(io, heard).parse(unaliased(argv), { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
  }
  return heard.toDo ?? textToShow(heard);
}

/** What commander had to say: texts, or the command it found. */
interface Heard {
  out: string;
  err: string;
  toDo?: CommandToDo;
}

function textToShow({ out, err }: Heard): TextToShow {
  return err === ""
    ? { command: "text", text: out, status: 0, to: "stdout" }
    : { command: "text", text: err, status: 2, to: "stderr" };
}

function commandToDo(
  command: CommandName,
  given: Readonly<Record<string, unknown>>,
  { readFile }: CommandLineContext,
): CommandToDo {
  const path = given.config;
  const isConfigured = typeof path === "string" && readFile !== undefined;
  const config = isConfigured ? readConfig({ path, text: readFile(path) }, command) : {};
  const typed = { ...config, ...given };
  // The options are those of the command; the compiler cannot see it for a name it does not know.
  const options = readOptions(command, typed);
  const toDo = { command, options, ...command === "service" ? { given } : {} } as CommandToDo;
  if (toDo.command === "run") refuseContradictions(toDo.options);
  if (toDo.command === "status" || toDo.command === "service") refuseKeptLess(toDo.options);
  refuseOtherEngine(toDo);
  return toDo;
}

/**
 * Rewrites what commander would take too lightly: `help run` as `run --help`, an unknown command
 * without the `--help` that would hide the mistake, and an unknown `--name=value` as `--name`, for
 * which a likely name is found.
 */
function unaliased(argv: readonly string[]): string[] {
  const isHelp = argv[0] === "help" && argv.length > 1;
  const words = isHelp ? [...argv.slice(1), "--help"] : [...argv];
  const command = words[0] ?? "";
  if (isCommand(command)) return words.map((word) => withoutValueIfUnknown(word, command));
  return command === "" || command === "help" || command.startsWith("-") ? words : [command];
}

function withoutValueIfUnknown(word: string, command: CommandName): string {
  const flag = /^(--[^=]+)=/s.exec(word)?.[1];
  const isKnown = flag === undefined || optionsOf(command).some((row) => row.flag === flag);
  return isKnown ? word : flag;
}

function makeProgram(io: CommandLineContext, heard: Heard): Command {
  const program = new Command(PROGRAM)
    .usage("COMMAND [options]")
    .description(PURPOSE)
    .version(io.version, "-V, --version", "show the version")
    .helpOption("-h, --help", "show this help")
    .helpCommand("help [command]", "Show the help of a command")
    .configureHelp(helpStyle(io.color))
    .configureOutput({
      writeOut: (text) => void (heard.out += text),
      writeErr: (text) => void (heard.err += text),
      outputError: () => {},
      getOutHasColors: () => io.color,
      getErrHasColors: () => io.color,
      getOutHelpWidth: () => HELP_COLUMNS,
      getErrHelpWidth: () => HELP_COLUMNS,
    })
    .addHelpText("after", `\n${exitStatuses(io.color)}`);
  throwMistakes(program);
  for (const name of COMMAND_NAMES) {
    const command = program.command(name);
    describe(command, name, io.color);
    command.action(() => {
      heard.toDo = commandToDo(name, { ...command.opts(), ...wordsGiven(name, command) }, io);
    });
  }
  return program;
}

/** The words that were typed as arguments, by their fields. */
function wordsGiven(name: CommandName, command: Command): Record<string, string | string[]> {
  const rows = argumentsOf(name);
  return Object.fromEntries(rows.map(({ field, isVariadic }, i) => [
    field,
    isVariadic ? command.args.slice(i) : command.args[i],
  ]));
}

function describe(command: Command, name: CommandName, color: boolean): void {
  const words = argumentsOf(name);
  for (const row of words) {
    const term = argumentTerm(row);
    command.argument(row.isOptional ? term : `<${term}>`, row.help);
  }
  command.usage([...words.map(argumentTerm), "[options]"].join(" "))
    .description(`${COMMANDS[name].summary}.`)
    .summary(COMMANDS[name].summary)
    .addHelpText("after", `\n${examples(name, color)}\n\n${exitStatuses(color)}`);
  for (const row of optionsOf(name)) command.addOption(commanderOption(row));
  throwMistakes(command);
}

function commanderOption(row: OptionRow): Option {
  if (row.placeholder === undefined) return new Option(row.flag, row.help);
  const standard = row.default ?? row.otherwise;
  const help = standard === undefined ? row.help : `${row.help} (default: ${standard})`;
  return new Option(`${row.flag} <${row.placeholder}>`, help)
    .argParser((text: string, former: unknown) => {
      const value = checkedForValue(row, text);
      return row.isRepeated ? [former ?? [], value].flat() : value;
    });
}

/** Refuses `--logs --days`, where the value was forgotten and the next option stands in its place. */
function checkedForValue(row: OptionRow, text: string): string {
  if (/^--[a-z]/.test(text)) throw missingValue(row);
  return text;
}

function missingValue(row: OptionRow): UsageError {
  return cannotUse(row.flag, `its value is missing, expected ${row.kind?.expected}`);
}

function helpStyle(color: boolean): Partial<Help> {
  return {
    styleTitle: (text) => title(text, color),
    optionTerm: (option) => option.flags.replace(/[<>]/g, ""),
    subcommandTerm: (command) => command.name(),
  };
}

function title(text: string, color: boolean): string {
  return color ? `\x1b[1m${text}\x1b[22m` : text;
}

function examples(command: CommandName, color: boolean): string {
  const lines = COMMANDS[command].examples.map(([typed, meaning]) =>
    `  ${typed}\n      ${meaning}`
  );
  return [title("Examples:", color), ...lines].join("\n");
}

function exitStatuses(color: boolean): string {
  const lines = Object.entries(EXIT_STATUSES).map(([status, end]) => `  ${status.padEnd(5)}${end}`);
  return [title("Exit status:", color), ...lines].join("\n");
}

/** Makes a command throw in place of ending the process: a {@linkcode UsageError} for a mistake. */
function throwMistakes(command: Command): void {
  command.exitOverride((error) => {
    throw mistakeOf(command, error) ?? error;
  });
}

/** Finds the user's mistake in commander's error; `undefined` for a help or the version. */
function mistakeOf(command: Command, error: CommanderError): UsageError | undefined {
  switch (error.code) {
    case "commander.unknownCommand":
      return cannotUse(command.args[0], `unknown command, ${expectedCommand(command, error)}`);
    case "commander.unknownOption":
      return unknownOption(command, error);
    case "commander.optionMissingArgument":
      return missingValue(rowNamedIn(error));
    case "commander.missingArgument":
      return missingArgument(command, error);
    case "commander.excessArguments":
      return excessArgument(command);
  }
  return undefined;
}

/** It may be an address, one of several behind one `--clickhouse`. */
function excessArgument(command: Command): UsageError {
  const [word] = command.args;
  const shown = /@|:\/\//.test(word) ? withoutSecrets(word) : word;
  return cannotUse(shown, `excess argument, expected options (${seeHelp(command)})`);
}

function missingArgument(command: Command, error: CommanderError): UsageError {
  const name = /'(\w+)'/.exec(error.message)?.[1];
  const row = argumentsOf(command.name() as CommandName).find((row) => row.name === name);
  if (row === undefined) throw error;
  const expected = `expected ${row.kind.expected} (${seeHelp(command)})`;
  return cannotUse(fullName(command), `its ${row.name} is missing, ${expected}`);
}

function unknownOption(command: Command, error: CommanderError): UsageError {
  const typed = /^error: unknown option '(.*?)'(?:\n.*)?$/s.exec(error.message)?.[1] ?? "";
  const flag = typed.replace(/=.*/s, "");
  const owners = commandsWith(flag);
  if (owners.includes(command.name())) {
    return cannotUse(typed, `a switch with a value, expected "${flag}" alone`);
  }
  if (command.parent !== null) {
    const expected = `expected one of the options of "${fullName(command)}"`;
    return cannotUse(flag, `unknown option, ${expected} (${hint(command, error)})`);
  }
  if (owners.length === 0) {
    return cannotUse(flag, `unknown option, ${expectedCommand(command, error)}`);
  }
  return cannotUse(flag, `option before a command, expected it after ${listed(owners, "or")}`);
}

function commandsWith(flag: string): string[] {
  return COMMAND_NAMES.filter((name) => optionsOf(name).some((row) => row.flag === flag));
}

/** Finds the option that commander quotes as `'--logs <DIR>'`. */
function rowNamedIn(error: CommanderError): OptionRow {
  const flag = /'(--[a-z-]+)/.exec(error.message)?.[1];
  const row = OPTIONS.find((row) => row.flag === flag);
  if (row === undefined) throw error;
  return row;
}

function expectedCommand(command: Command, error: CommanderError): string {
  return `expected ${listed(COMMAND_NAMES, "or")} (${hint(command, error)})`;
}

/** Words what commander takes a mistyped name for, or else where to look. */
function hint(command: Command, error: CommanderError): string {
  const names = /\n\(Did you mean (?:one of )?(.*)\?\)$/.exec(error.message)?.[1].split(", ");
  if (names === undefined) return seeHelp(command);
  return `did you mean ${listed(names.map((name) => `"${name}"`), "or")}?`;
}

function seeHelp(command: Command): string {
  return `see "${fullName(command)} --help"`;
}

function fullName(command: Command): string {
  return command.parent === null ? PROGRAM : `${PROGRAM} ${command.name()}`;
}
