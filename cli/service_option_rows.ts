/**
 * The options of the command `service`.
 *
 * @module
 */

import { file } from "./format_values.ts";
import type { OptionRow } from "./option_row.ts";
import { RUN_SETTING_ROWS } from "./run_option_rows.ts";
import { clockTime, folder } from "./values.ts";

/** Rows of `run` as options of `service`, which only names the paths in them. */
type Passed<R extends readonly OptionRow[]> = {
  readonly [I in keyof R]: Omit<R[I], "commands" | "use"> & {
    readonly commands: readonly ["service"];
  };
};

function passedOn<const R extends readonly OptionRow[]>(rows: R): Passed<R> {
  return rows.map(({ use, ...row }) => ({
    ...row,
    commands: ["service"],
    ...use === undefined ? {} : { use: "name" },
  })) as unknown as Passed<R>;
}

/** The options of `service`, in the order of the help: its own, then what it passes on to `run`. */
export const SERVICE_OPTION_ROWS = [
  {
    flag: "--logs",
    placeholder: "DIR",
    default: "/var/log/listen",
    help: "logs",
    kind: folder,
    use: "name",
    commands: ["service"],
  },
  {
    flag: "--batch",
    placeholder: "DIR",
    default: "/var/lib/topstreams/batch",
    help: "batches",
    kind: folder,
    use: "name",
    commands: ["service"],
  },
  {
    flag: "--results",
    placeholder: "DIR",
    default: "/var/lib/topstreams/results",
    help: "results",
    kind: folder,
    use: "name",
    commands: ["service"],
  },
  {
    flag: "--at",
    placeholder: "TIME",
    default: "06:00",
    help: "when the run starts, local time",
    kind: clockTime,
    commands: ["service"],
  },
  {
    flag: "--program",
    placeholder: "FILE",
    default: "/usr/local/bin/topstreams",
    help: "the program",
    kind: file,
    use: "name",
    commands: ["service"],
  },
  {
    flag: "--unit-dir",
    placeholder: "DIR",
    default: "/etc/systemd/system",
    help: "folder of the units",
    kind: folder,
    use: "write",
    commands: ["service"],
  },
  {
    flag: "--force",
    help: "write over units that were edited by hand",
    commands: ["service"],
  },
  ...passedOn(RUN_SETTING_ROWS),
] as const satisfies readonly OptionRow[];
