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
import { EXIT_STATUSES, UsageError } from "./errors.ts";
import {
  type CommandName,
  COMMANDS,
  isCommand,
  type OptionRow,
  OPTIONS,
  optionsOf,
  type OptionsOf,
  optionTerm,
  readOptions,
  refusal,
  type RunOptions,
} from "./options.ts";
import { listed } from "./values.ts";

/** A command that was typed, with the values of all its options. */
export type CommandToDo = {
  [C in CommandName]: { readonly command: C; readonly options: OptionsOf<C> };
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
}

const PROGRAM = "topstreams";

const PURPOSE = "Turns daily logs of streams into charts: the most played songs of each country " +
  "and of each user over the last days.";

const HELP_COLUMNS = 80;

/**
 * Parses a command line.
 *
 * An option given twice has its last value; `--name value` and `--name=value` are the same. Help
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
  const shown = { out: "", err: "" };
  const program = makeProgram(io, shown);
  try {
    program.parse(unaliased(argv), { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return textToShow(shown);
  }
  const command = program.commands.find((command) => command.name() === program.args[0]);
  return commandToDo(command?.name() as CommandName, command?.opts() ?? {});
}

function textToShow(shown: { readonly out: string; readonly err: string }): TextToShow {
  if (shown.err === "") return { command: "text", text: shown.out, status: 0, to: "stdout" };
  return { command: "text", text: shown.err, status: 2, to: "stderr" };
}

function commandToDo(command: CommandName, typed: Readonly<Record<string, unknown>>): CommandToDo {
  const parsed = { command, options: readOptions(command, typed) } as CommandToDo;
  if (parsed.command === "run") refuseContradictions(parsed.options);
  return parsed;
}

function refuseContradictions({ quiet, verbose, keepBatches, days }: RunOptions): void {
  if (quiet && verbose) {
    const reason = "each undoes the other, expected one of them";
    throw new UsageError(refusal("--quiet --verbose", reason));
  }
  if (keepBatches !== undefined && keepBatches < days) {
    const reason = `fewer days than the window has, expected at least ${days} (the value of --days)`;
    throw new UsageError(refusal(`--keep-batches ${keepBatches}`, reason));
  }
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

function makeProgram(io: CommandLineContext, shown: { out: string; err: string }): Command {
  const program = new Command(PROGRAM)
    .usage("COMMAND [options]")
    .description(PURPOSE)
    .version(io.version, "-V, --version", "show the version")
    .helpOption("-h, --help", "show the help of the program or of a command")
    .helpCommand("help [command]", "Show the help of a command")
    .configureHelp(helpStyle(io.color))
    .configureOutput({
      writeOut: (text) => void (shown.out += text),
      writeErr: (text) => void (shown.err += text),
      outputError: () => {},
      getOutHasColors: () => io.color,
      getErrHasColors: () => io.color,
      getOutHelpWidth: () => HELP_COLUMNS,
      getErrHelpWidth: () => HELP_COLUMNS,
    })
    .addHelpText("after", () => `\n${exitStatuses(io.color)}`);
  refuseAsUsageError(program);
  for (const name of Object.keys(COMMANDS) as CommandName[]) addCommand(program, name, io.color);
  return program;
}

function addCommand(program: Command, name: CommandName, color: boolean): void {
  const command = program.command(name)
    .usage("[options]")
    .description(`${COMMANDS[name].summary}.`)
    .summary(COMMANDS[name].summary)
    .addHelpText("after", () => `\n${examples(name, color)}\n\n${exitStatuses(color)}`)
    .action(() => {});
  for (const row of optionsOf(name)) command.addOption(commanderOption(row));
  refuseAsUsageError(command);
}

function commanderOption(row: OptionRow): Option {
  if (row.placeholder === undefined) return new Option(row.flag, row.help);
  const standard = row.default ?? row.otherwise;
  const help = standard === undefined ? row.help : `${row.help} (default: ${standard})`;
  return new Option(`${row.flag} <${row.placeholder}>`, help)
    .argParser((text: string) => checkedForValue(row, text));
}

/** Refuses `--logs --days`, where the value was forgotten and the next option stands in its place. */
function checkedForValue(row: OptionRow, text: string): string {
  if (/^--[a-z]/.test(text)) throw missingValue(row);
  return text;
}

function missingValue(row: OptionRow): UsageError {
  const reason = `its value is missing, expected ${row.kind?.expected}`;
  return new UsageError(refusal(row.flag, reason));
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
  const lines = COMMANDS[command].examples.map(([typed, meaning]) => `  ${typed}\n      ${meaning}`);
  return [title("Examples:", color), ...lines].join("\n");
}

function exitStatuses(color: boolean): string {
  const lines = Object.entries(EXIT_STATUSES).map(([status, end]) => `  ${status.padEnd(5)}${end}`);
  return [title("Exit status:", color), ...lines].join("\n");
}

/** Makes a command throw in place of ending the process: a {@linkcode UsageError} for a mistake. */
function refuseAsUsageError(command: Command): void {
  command.exitOverride((error) => {
    throw usageError(command, error) ?? error;
  });
}

function usageError(command: Command, error: CommanderError): UsageError | undefined {
  const name = fullName(command);
  const seeHelp = `see "${name} --help"`;
  switch (error.code) {
    case "commander.unknownOption":
      return unknownOption(command, error);
    case "commander.unknownCommand":
      return new UsageError(
        refusal(
          command.args[0],
          `unknown command, expected ${listed(Object.keys(COMMANDS), "or")} (${
            suggestion(error) ?? seeHelp
          })`,
        ),
      );
    case "commander.excessArguments":
      return new UsageError(
        refusal(command.args[0], `excess argument, expected options only (${seeHelp})`),
      );
    case "commander.optionMissingArgument": {
      const row = optionsOf(command.name() as CommandName).find(({ flag }) =>
        error.message.startsWith(`error: option '${flag} `)
      );
      return row && missingValue(row);
    }
  }
  return undefined;
}

function unknownOption(command: Command, error: CommanderError): UsageError {
  const [, flag] = quoted(error);
  return new UsageError(refusal(flag, flag + command + suggestion(error) + OPTIONS + optionTerm));
}

function fullName(command: Command): string {
  return command.parent === null ? PROGRAM : `${PROGRAM} ${command.name()}`;
}
declare function quoted(e: unknown): string[];
declare function suggestion(e: unknown): string | undefined;
