/**
 * The options of the command `run`.
 *
 * @module
 */

import { DEFAULT_LOG_NAME } from "../core/names.ts";
import { MIN_QUARANTINE_BYTES } from "../formats/quarantine.ts";
import { charts, columns, file, formatName, formatNames, logPattern } from "./format_values.ts";
import type { OptionRow } from "./option_row.ts";
import {
  day,
  fileMode,
  folder,
  oneOf,
  orWord,
  share,
  size,
  sizeFrom,
  wholeNumber,
} from "./values.ts";

const seconds = wholeNumber({ min: 0, max: 86_400, unit: "seconds" });
const wholeDays = wholeNumber({ min: 1, max: 3650, unit: "days" });

/** What a run is about: its folders and dates. */
const RUN_FIRST_ROWS = [
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
    flag: "--date",
    placeholder: "DAY",
    otherwise: "newest before today",
    help: "last day of the window",
    kind: day,
    commands: ["run", "status"],
  },
  {
    flag: "--from",
    placeholder: "DAY",
    otherwise: "as --date",
    help: "first of several dates",
    kind: day,
    commands: ["run"],
  },
  {
    flag: "--to",
    placeholder: "DAY",
    otherwise: "as --date",
    help: "last of several dates",
    kind: day,
    commands: ["run"],
  },
] as const satisfies readonly OptionRow[];

/** What every run of a timer has, too. */
export const RUN_SETTING_ROWS = [
  {
    flag: "--days",
    placeholder: "N",
    default: "7",
    help: "days of the window",
    kind: wholeDays,
    commands: ["run", "status"],
  },
  {
    flag: "--top",
    placeholder: "N",
    default: "50",
    help: "songs of each key, at most",
    kind: wholeNumber({ min: 1, max: 1_000_000, unit: "songs" }),
    commands: ["run", "status"],
  },
  {
    flag: "--by",
    placeholder: "LIST",
    default: "country,user",
    help: "charts to make",
    kind: charts,
    commands: ["run", "status"],
  },
  {
    flag: "--log-name",
    placeholder: "PATTERN",
    default: DEFAULT_LOG_NAME,
    help: "how logs are called",
    kind: logPattern,
    commands: ["run", "status", "verify"],
  },
  {
    flag: "--reader",
    placeholder: "NAME",
    otherwise: "as it looks",
    help: "format of logs, or a module",
    kind: formatName,
    commands: ["run", "status", "verify"],
  },
  {
    flag: "--columns",
    placeholder: "LIST",
    otherwise: "song, user, country",
    help: "columns of the fields",
    kind: columns,
    commands: ["run", "status"],
  },
  {
    flag: "--ids",
    placeholder: "KIND",
    default: "number",
    help: "songs and users: number or text",
    kind: oneOf(["number", "text"]),
    commands: ["run", "status"],
  },
  {
    flag: "--writer",
    placeholder: "LIST",
    default: "top",
    help: "formats of reports, or modules",
    kind: formatNames,
    commands: ["run", "status", "verify"],
  },
  {
    flag: "--movement",
    help: "movement in csv, jsonl and parquet, users aside",
    commands: ["run"],
  },
  {
    flag: "--compress",
    placeholder: "KIND",
    default: "none",
    help: "compress reports: gz or none",
    kind: oneOf(["gz", "none"]),
    commands: ["run", "status"],
  },
  {
    flag: "--titles",
    placeholder: "FILE",
    otherwise: "ids alone",
    help: "CSV with song, title, artist",
    kind: file,
    use: "read",
    commands: ["run", "top", "verify"],
  },
  {
    flag: "--config",
    placeholder: "FILE",
    otherwise: "no file",
    help: "JSON with any of these options",
    kind: file,
    commands: ["run", "status", "verify", "forget"],
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
    commands: ["run", "forget"],
  },
  {
    flag: "--file-mode",
    placeholder: "MODE",
    otherwise: "0640",
    help: "who may read and write new files",
    kind: fileMode,
    commands: ["run", "forget"],
  },
  {
    flag: "--metrics",
    placeholder: "FILE",
    otherwise: "no file",
    help: "figures of the run for a monitor",
    kind: file,
    use: "replace",
    commands: ["run"],
  },
  {
    flag: "--strict",
    help: "fail on a missing day and on a log of 0 bytes",
    commands: ["run", "status"],
  },
  {
    flag: "--max-rejected",
    placeholder: "PERCENT",
    default: "1%",
    help: "rejected rows a log may have",
    kind: share,
    commands: ["run", "status"],
  },
  {
    flag: "--quarantine",
    placeholder: "DIR",
    otherwise: "nowhere",
    help: "keep rejected rows in this folder",
    kind: folder,
    use: "write",
    commands: ["run"],
  },
  {
    flag: "--quarantine-limit",
    placeholder: "SIZE",
    default: "16MiB",
    help: "most bytes of rejected rows of a day",
    kind: sizeFrom(MIN_QUARANTINE_BYTES),
    commands: ["run"],
  },
  {
    flag: "--keep-batches",
    placeholder: "DAYS",
    otherwise: "as --days",
    help: "days that batches are kept",
    kind: wholeDays,
    commands: ["run", "status"],
  },
  {
    flag: "--keep-history",
    placeholder: "DAYS",
    default: "400",
    help: "days that ranks are kept for movement",
    kind: wholeDays,
    commands: ["run", "status"],
  },
  {
    flag: "--keep-results",
    placeholder: "DAYS",
    default: "all",
    help: "days that results are kept",
    kind: orWord("all", wholeDays),
    commands: ["run", "status"],
  },
  {
    flag: "--memory",
    placeholder: "SIZE",
    default: "512MiB",
    help: "peak of the whole process",
    kind: size,
    commands: ["run", "verify"],
  },
  {
    flag: "--jobs",
    placeholder: "N",
    otherwise: "the cores there are",
    help: "jobs that work at once",
    kind: wholeNumber({ min: 1, max: 256, unit: "jobs" }),
    commands: ["run", "verify"],
  },
] as const satisfies readonly OptionRow[];

/** What the person who types it wants to see, and to be done this once. */
const RUN_LAST_ROWS = [
  {
    flag: "--replace",
    help: "publish even if fewer days are used than before",
    commands: ["run", "status"],
  },
  {
    flag: "--dry-run",
    help: "tell what would be done, and do nothing",
    commands: ["run"],
  },
  {
    flag: "--json",
    help: "write the run summary to standard output",
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
] as const satisfies readonly OptionRow[];

/** The options of `run`, in the order of the help. */
export const RUN_OPTION_ROWS = [
  ...RUN_FIRST_ROWS,
  ...RUN_SETTING_ROWS,
  ...RUN_LAST_ROWS,
] as const satisfies readonly OptionRow[];
