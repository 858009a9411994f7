/**
 * The options of the commands that look at charts, `top` and `explain`.
 *
 * @module
 */

import type { OptionRow } from "./option_row.ts";
import { day, folder, oneOf, wholeNumber } from "./values.ts";

/** The options of `top` and `explain`, in the order of the help. */
export const TOP_OPTION_ROWS = [
  {
    flag: "--batch",
    placeholder: "DIR",
    default: "batch",
    help: "folder of the batches",
    kind: folder,
    use: "read",
    commands: ["top", "explain"],
  },
  {
    flag: "--date",
    placeholder: "DAY",
    otherwise: "newest with a batch",
    help: "last day of the window",
    kind: day,
    commands: ["top", "explain"],
  },
  {
    flag: "--days",
    placeholder: "N",
    default: "7",
    help: "days of the window",
    kind: wholeNumber({ min: 1, max: 3650, unit: "days" }),
    commands: ["top", "explain"],
  },
  {
    flag: "--top",
    placeholder: "N",
    default: "50",
    help: "lines of each table, at most",
    kind: wholeNumber({ min: 1, max: 1_000_000, unit: "lines" }),
    commands: ["top"],
  },
  {
    flag: "--top",
    placeholder: "N",
    default: "50",
    help: "songs of the chart",
    kind: wholeNumber({ min: 1, max: 1_000_000, unit: "songs" }),
    commands: ["explain"],
  },
  {
    flag: "--compare",
    placeholder: "DAY",
    otherwise: "the day before",
    help: "date that ranks are compared with",
    kind: day,
    commands: ["top"],
  },
  {
    flag: "--ids",
    placeholder: "KIND",
    otherwise: "as the batches are",
    help: "songs and users: number or text",
    kind: oneOf(["number", "text"]),
    commands: ["top", "explain"],
  },
  {
    flag: "--csv",
    help: "write CSV with a header",
    commands: ["top"],
  },
  {
    flag: "--json",
    help: "write one JSON document",
    commands: ["top", "explain"],
  },
] as const satisfies readonly OptionRow[];
