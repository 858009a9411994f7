/**
 * The versions that the program tells.
 *
 * @module
 */

import config from "../deno.json" with { type: "json" };
import { BATCH_VERSION } from "../core/batch_format.ts";

/** The version of the program. */
export const VERSION: string = config.version;

/** The versions of the program, the runtime and the batch format, for the run summary. */
export function versions(): Record<string, string> {
  const { deno, v8 } = Deno.version;
  return { topstreams: VERSION, deno, v8, batch: String(BATCH_VERSION) };
}
