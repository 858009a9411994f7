/**
 * The options of `forget`, as far as they are not those of `run`.
 *
 * @module
 */

import type { OptionRow } from "./option_row.ts";
import { folder, oneOf } from "./values.ts";

/** The options of `forget`, in the order of the help. */
export const FORGET_OPTION_ROWS = [
  {
    flag: "--batch",
    placeholder: "DIR",
    default: "batch",
    help: "folder of the batches",
    kind: folder,
    use: "write",
    commands: ["forget"],
  },
  {
    flag: "--results",
    placeholder: "DIR",
    default: "results",
    help: "folder of the results",
    kind: folder,
    use: "write",
    commands: ["forget"],
  },
  {
    flag: "--quarantine",
    placeholder: "DIR",
    otherwise: "nowhere",
    help: "folder of rejected rows",
    kind: folder,
    use: "write",
    commands: ["forget"],
  },
  {
    flag: "--logs",
    placeholder: "DIR",
    default: "logs",
    help: "folder of the logs, which are not changed",
    kind: folder,
    use: "read",
    commands: ["forget"],
  },
  {
    flag: "--ids",
    placeholder: "KIND",
    otherwise: "as the batches are",
    help: "what ids are: number or text",
    kind: oneOf(["number", "text"]),
    commands: ["forget"],
  },
  {
    flag: "--json",
    help: "write one JSON document",
    commands: ["forget"],
  },
] as const satisfies readonly OptionRow[];
