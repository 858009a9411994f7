/**
 * The options of the commands that look into what is there, as far as they are not those of `run`.
 *
 * @module
 */

import type { OptionRow } from "./option_row.ts";
import { folder } from "./values.ts";

/** The options of `status`, in the order of the help. */
export const OPERATOR_OPTION_ROWS = [
  {
    flag: "--logs",
    placeholder: "DIR",
    default: "logs",
    help: "folder of the logs",
    kind: folder,
    use: "read",
    commands: ["status", "verify"],
  },
  {
    flag: "--batch",
    placeholder: "DIR",
    default: "batch",
    help: "folder of the batches",
    kind: folder,
    use: "read",
    commands: ["status"],
  },
  {
    flag: "--batch",
    placeholder: "DIR",
    default: "batch",
    help: "folder of the batches",
    kind: folder,
    use: "write",
    commands: ["verify"],
  },
  {
    flag: "--deep",
    help: "each batch against its log, too",
    commands: ["verify"],
  },
  {
    flag: "--results",
    placeholder: "DIR",
    otherwise: "not verified",
    help: "the newest reports, too",
    kind: folder,
    use: "read",
    commands: ["verify"],
  },
  {
    flag: "--results",
    placeholder: "DIR",
    default: "results",
    help: "folder of the results",
    kind: folder,
    use: "read",
    commands: ["status"],
  },
  {
    flag: "--quarantine",
    placeholder: "DIR",
    otherwise: "nowhere",
    help: "folder of rejected rows",
    kind: folder,
    use: "read",
    commands: ["status"],
  },
  {
    flag: "--json",
    help: "write one JSON document",
    commands: ["status", "verify"],
  },
] as const satisfies readonly OptionRow[];
