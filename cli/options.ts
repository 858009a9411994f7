/**
 * The one table of options, with the commands they belong to.
 *
 * What the program accepts, its help, the types of what was given and the tables of the README all
 * come from here: another option is another row of {@linkcode OPTIONS}, another command another
 * entry of {@linkcode COMMANDS}.
 *
 * @module
 */

import { cannotUse } from "./errors.ts";
import {
  count,
  day,
  folder,
  oneOf,
  orWord,
  share,
  size,
  someOf,
  type ValueKind,
  wholeNumber,
} from "./values.ts";

/** What the help says of a command. */
export interface CommandRow {
  /** What the command does: one line that starts with a verb. */
  readonly summary: string;
  /** Command lines to copy, each with what it does. */
  readonly examples: readonly (readonly [commandLine: string, meaning: string])[];
}

/** The commands, by name, in the order of the help. */
export const COMMANDS = {
  run: {
    summary: "Make the charts of the last days from their logs",
    examples: [
      ["topstreams run", "charts of the newest seven days, of the logs in the folder logs"],
      ["topstreams run --date 2021-12-01 --top 10", "the first ten songs of the week to that day"],
      [
        "topstreams run --logs /srv/logs --batch /srv/batch --results /srv/results",
        "the same with folders elsewhere, as a timer would",
      ],
    ],
  },
  demo: {
    summary: "Make eight days of small logs and do the daily run on them",
    examples: [
      ["topstreams demo", "logs, batches and results in the folder topstreams-demo"],
      ["topstreams demo --out /tmp/demo --seed 2", "other logs, in another folder"],
    ],
  },
  generate: {
    summary: "Make logs of any size, to try and to measure with",
    examples: [
      ["topstreams generate --rows 5k --days 7", "a small week in the folder logs"],
      ["topstreams generate --date 2021-12-01 --seed 2", "a full-size log of that day"],
    ],
  },
} as const satisfies Readonly<Record<string, CommandRow>>;

/** The name of a command. */
export type CommandName = keyof typeof COMMANDS;

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
  /** What stands for the value in the help. */
  readonly placeholder?: string;
  /** The value where the option is not given, as it would be typed. */
  readonly default?: string;
  /** In place of a default: how the program chooses; the field is `undefined`. */
  readonly otherwise?: string;
}

const wholeDays = wholeNumber({ min: 1, max: 3650, unit: "days" });

/** The options, in the order of the help. */
export const OPTIONS = [
  {
    flag: "--logs",
    placeholder: "DIR",
    default: "logs",
    help: "folder of the logs",
    kind: folder,
    commands: ["run"],
  },
  {
    flag: "--batch",
    placeholder: "DIR",
    default: "batch",
    help: "folder of the batches",
    kind: folder,
    commands: ["run"],
  },
  {
    flag: "--results",
    placeholder: "DIR",
    default: "results",
    help: "folder of the results",
    kind: folder,
    commands: ["run"],
  },
  {
    flag: "--out",
    placeholder: "DIR",
    default: "topstreams-demo",
    help: "folder for logs, batches and results",
    kind: folder,
    commands: ["demo"],
  },
  {
    flag: "--out",
    placeholder: "DIR",
    default: "logs",
    help: "folder for the logs",
    kind: folder,
    commands: ["generate"],
  },
  {
    flag: "--date",
    placeholder: "DAY",
    otherwise: "newest before today",
    help: "last day of the window",
    kind: day,
    commands: ["run"],
  },
  {
    flag: "--date",
    placeholder: "DAY",
    otherwise: "yesterday",
    help: "last day to make a log of",
    kind: day,
    commands: ["generate"],
  },
  {
    flag: "--days",
    placeholder: "N",
    default: "7",
    help: "days of the window",
    kind: wholeDays,
    commands: ["run"],
  },
  {
    flag: "--days",
    placeholder: "N",
    default: "1",
    help: "days to make a log of each",
    kind: wholeDays,
    commands: ["generate"],
  },
  {
    flag: "--top",
    placeholder: "N",
    default: "50",
    help: "songs of each key, at most",
    kind: wholeNumber({ min: 1, max: 1_000_000, unit: "songs" }),
    commands: ["run"],
  },
  {
    flag: "--by",
    placeholder: "LIST",
    default: "country,user",
    help: "keys to make charts of",
    kind: someOf(["country", "user"]),
    commands: ["run"],
  },
  {
    flag: "--strict",
    help: "fail on a missing day and on a log of 0 bytes",
    commands: ["run"],
  },
  {
    flag: "--replace",
    help: "publish even if fewer days are used than before",
    commands: ["run"],
  },
  {
    flag: "--replace",
    help: "write over logs that are there",
    commands: ["generate"],
  },
  {
    flag: "--max-rejected",
    placeholder: "PERCENT",
    default: "1%",
    help: "rejected rows a log may have",
    kind: share,
    commands: ["run"],
  },
  {
    flag: "--keep-batches",
    placeholder: "DAYS",
    otherwise: "as --days",
    help: "days that batches are kept",
    kind: wholeDays,
    commands: ["run"],
  },
  {
    flag: "--keep-results",
    placeholder: "DAYS",
    default: "all",
    help: "days that results are kept",
    kind: orWord("all", wholeDays),
    commands: ["run"],
  },
  {
    flag: "--memory",
    placeholder: "SIZE",
    default: "512MiB",
    help: "peak of the whole process",
    kind: size,
    commands: ["run"],
  },
  {
    flag: "--jobs",
    placeholder: "N",
    otherwise: "the cores there are",
    help: "jobs that work at once",
    kind: wholeNumber({ min: 1, max: 256, unit: "jobs" }),
    commands: ["run"],
  },
  {
    flag: "--quiet",
    help: "show warnings and errors only",
    commands: ["run"],
  },
  {
    flag: "--verbose",
    help: "show every step, and where an error arose",
    commands: ["run"],
  },
  {
    flag: "--rows",
    placeholder: "N",
    default: "30M",
    help: "rows of each log",
    kind: count({ min: 0, max: 1_000_000_000, unit: "rows" }),
    commands: ["generate"],
  },
  {
    flag: "--users",
    placeholder: "N",
    otherwise: "as the profile has it",
    help: "users that there are",
    kind: count({ min: 1, max: 1_000_000_000, unit: "users" }),
    commands: ["generate"],
  },
  {
    flag: "--songs",
    placeholder: "N",
    default: "4M",
    help: "songs that there are",
    kind: count({ min: 1, max: 1_000_000_000, unit: "songs" }),
    commands: ["generate"],
  },
  {
    flag: "--countries",
    placeholder: "N",
    default: "160",
    help: "countries that there are",
    kind: wholeNumber({ min: 1, max: 250, unit: "countries" }),
    commands: ["generate"],
  },
  {
    flag: "--profile",
    placeholder: "NAME",
    default: "wide",
    help: "wide: few streams a user; sample: many",
    kind: oneOf(["wide", "sample"]),
    commands: ["generate"],
  },
  {
    flag: "--corrupt",
    placeholder: "PERCENT",
    default: "0.2%",
    help: "rows that are to be rejected",
    kind: share,
    commands: ["generate"],
  },
  {
    flag: "--seed",
    placeholder: "N",
    default: "1",
    help: "another number makes other logs",
    kind: wholeNumber({ min: 0, max: 2 ** 32 - 1 }),
    commands: ["demo", "generate"],
  },
] as const satisfies readonly OptionRow[];

type Row = (typeof OPTIONS)[number];

type RowOf<C extends CommandName, R extends Row = Row> = R extends
  { readonly commands: readonly (infer Name)[] } ? C extends Name ? R : never : never;

type CamelCase<Text extends string> = Text extends `${infer Word}-${infer Rest}`
  ? `${Word}${Capitalize<CamelCase<Rest>>}`
  : Text;

type FieldOf<R extends OptionRow> = R["flag"] extends `--${infer Name}` ? CamelCase<Name> : never;

type ValueOf<R extends OptionRow> = R extends { readonly kind: ValueKind<infer T> }
  ? R extends { readonly default: string } ? T : T | undefined
  : boolean;

/** The values of a command's options, by their flags in camelCase. */
export type OptionsOf<C extends CommandName> = {
  readonly [R in RowOf<C> as FieldOf<R>]: ValueOf<R>;
};

/** The options of `topstreams run`. */
export type RunOptions = OptionsOf<"run">;
/** The options of `topstreams demo`. */
export type DemoOptions = OptionsOf<"demo">;
/** The options of `topstreams generate`. */
export type GenerateOptions = OptionsOf<"generate">;

/** Tells whether a text is the name of a command. */
export function isCommand(text: string): text is CommandName {
  return Object.hasOwn(COMMANDS, text);
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
  // The rows are those of which the type is derived; a test holds the two together.
  return Object.fromEntries(values) as OptionsOf<C>;
}

function valueOf(row: OptionRow, typed: unknown): unknown {
  if (row.kind === undefined) return typed === true;
  const text = typeof typed === "string" ? typed : row.default;
  if (text === undefined) return undefined;
  const reading = row.kind.read(text);
  if ("value" in reading) return reading.value;
  const given = text === "" ? `${row.flag}=` : `${row.flag} ${text}`;
  throw cannotUse(given, `${reading.problem}, expected ${row.kind.expected}`);
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

function markdownTable(rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => row.map((cell) => cell.replaceAll("|", "\\|")));
  const widths = cells[0].map((_, i) => Math.max(...cells.map((row) => row[i].length)));
  const lines = cells.map((row) => row.map((cell, i) => cell.padEnd(widths[i])));
  lines.splice(1, 0, widths.map((width) => "-".repeat(width)));
  return lines.map((line) => `| ${line.join(" | ")} |\n`).join("");
}
