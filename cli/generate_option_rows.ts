/**
 * The options of the commands that make logs.
 *
 * @module
 */

import type { OptionRow } from "./option_row.ts";
import { count, day, folder, oneOf, share, wholeNumber } from "./values.ts";

/** The options of `demo` and `generate`, in the order of the help. */
export const GENERATE_OPTION_ROWS = [
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
    otherwise: "yesterday",
    help: "last day to make a log of",
    kind: day,
    commands: ["generate"],
  },
  {
    flag: "--days",
    placeholder: "N",
    default: "1",
    help: "days to make a log of each",
    kind: wholeNumber({ min: 1, max: 3650, unit: "days" }),
    commands: ["generate"],
  },
  {
    flag: "--ids",
    placeholder: "KIND",
    default: "number",
    help: "songs and users: number or text",
    kind: oneOf(["number", "text"]),
    commands: ["generate"],
  },
  {
    flag: "--replace",
    help: "write over logs that are there",
    commands: ["generate"],
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
