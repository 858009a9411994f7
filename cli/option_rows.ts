/**
 * The one table of options, with the commands they belong to.
 *
 * @module
 */

import { DEFAULT_LOG_NAME } from "../core/names.ts";
import type { PathUse } from "./access.ts";
import type { CommandName } from "./commands.ts";
import { charts, columns, file, formatName, formatNames, logPattern } from "./format_values.ts";
import {
  count,
  day,
  fileMode,
  folder,
  oneOf,
  orWord,
  share,
  size,
  type ValueKind,
  wholeNumber,
} from "./values.ts";

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
  /** Where the value is a path: what the command does with it, and is let do (see access.ts). */
  readonly use?: PathUse;
  /** What stands for the value in the help. */
  readonly placeholder?: string;
  /** The value where the option is not given, as it would be typed. */
  readonly default?: string;
  /** In place of a default: how the program chooses; the field is `undefined`. */
  readonly otherwise?: string;
}

const seconds = wholeNumber({ min: 0, max: 86_400, unit: "seconds" });
const wholeDays = wholeNumber({ min: 1, max: 3650, unit: "days" });

/** The options, in the order of the help. */
export const OPTION_ROWS = [
  {
    flag: "--logs",
    placeholder: "DIR",
    default: "logs",
    help: "folder of the logs",
    kind: folder,
    use: "read",
    commands: ["run"],
  },
  {
    flag: "--batch",
    placeholder: "DIR",
    default: "batch",
    help: "folder of the batches",
    kind: folder,
    use: "write",
    commands: ["run"],
  },
  {
    flag: "--results",
    placeholder: "DIR",
    default: "results",
    help: "folder of the results",
    kind: folder,
    use: "write",
    commands: ["run"],
  },
  {
    flag: "--out",
    placeholder: "DIR",
    default: "topstreams-demo",
    help: "folder for logs, batches and results",
    kind: folder,
    use: "write",
    commands: ["demo"],
  },
  {
    flag: "--out",
    placeholder: "DIR",
    default: "logs",
    help: "folder for the logs",
    kind: folder,
    use: "write",
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
    help: "charts to make",
    kind: charts,
    commands: ["run"],
  },
  {
    flag: "--log-name",
    placeholder: "PATTERN",
    default: DEFAULT_LOG_NAME,
    help: "how logs are called",
    kind: logPattern,
    commands: ["run"],
  },
  {
    flag: "--reader",
    placeholder: "NAME",
    otherwise: "as it looks",
    help: "format of logs, or a module",
    kind: formatName,
    commands: ["run"],
  },
  {
    flag: "--columns",
    placeholder: "LIST",
    otherwise: "song, user, country",
    help: "columns of the fields",
    kind: columns,
    commands: ["run"],
  },
  {
    flag: "--ids",
    placeholder: "KIND",
    default: "number",
    help: "songs and users: number or text",
    kind: oneOf(["number", "text"]),
    commands: ["run", "generate"],
  },
  {
    flag: "--writer",
    placeholder: "LIST",
    default: "top",
    help: "formats of reports, or modules",
    kind: formatNames,
    commands: ["run"],
  },
  {
    flag: "--compress",
    placeholder: "KIND",
    default: "none",
    help: "compress reports: gz or none",
    kind: oneOf(["gz", "none"]),
    commands: ["run"],
  },
  {
    flag: "--config",
    placeholder: "FILE",
    otherwise: "no file",
    help: "JSON with any of these options",
    kind: file,
    commands: ["run"],
  },
  {
    flag: "--settle",
    placeholder: "SECONDS",
    default: "0",
    help: "wait for a log that still grows",
    kind: seconds,
    commands: ["run"],
  },
  {
    flag: "--wait",
    placeholder: "SECONDS",
    default: "0",
    help: "wait for the end of another run",
    kind: seconds,
    commands: ["run"],
  },
  {
    flag: "--file-mode",
    placeholder: "MODE",
    default: "0640",
    help: "who may read and write new files",
    kind: fileMode,
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
