/**
 * The one table of options, with the commands they belong to.
 *
 * @module
 */

import { CLUSTER_OPTION_ROWS } from "./cluster_option_rows.ts";
import { FORGET_OPTION_ROWS } from "./forget_option_rows.ts";
import { GENERATE_OPTION_ROWS } from "./generate_option_rows.ts";
import { OPERATOR_OPTION_ROWS } from "./operator_option_rows.ts";
import type { OptionRow } from "./option_row.ts";
import { RUN_OPTION_ROWS } from "./run_option_rows.ts";
import { SERVICE_OPTION_ROWS } from "./service_option_rows.ts";
import { TOP_OPTION_ROWS } from "./top_option_rows.ts";

export type { OptionRow };

/** The options; those of a command are in the order of its help. */
export const OPTION_ROWS = [
  ...OPERATOR_OPTION_ROWS,
  ...FORGET_OPTION_ROWS,
  ...RUN_OPTION_ROWS,
  ...TOP_OPTION_ROWS,
  ...GENERATE_OPTION_ROWS,
  ...SERVICE_OPTION_ROWS,
  ...CLUSTER_OPTION_ROWS,
] as const satisfies readonly OptionRow[];
