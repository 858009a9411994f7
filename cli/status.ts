/**
 * The command `status`, and `run --dry-run`, which shows the same.
 *
 * @module
 */

import { denoStore } from "../io/store.ts";
import { takeStatus } from "../io/status.ts";
import { print } from "./console.ts";
import { chosenFormats, type PlanningOptions, planOptionsOf, refuseFuture } from "./make_charts.ts";
import { statusText } from "./status_text.ts";
import type { World } from "./world.ts";

/**
 * Writes to standard output what is there and what the next run would do.
 *
 * @throws {Error} where the next run would be refused: with what it would say
 */
export async function status(
  options: PlanningOptions & { readonly json: boolean },
  { isStandalone }: World,
): Promise<void> {
  refuseFuture(options.date, "--date");
  const { plugins: _, ...formats } = await chosenFormats(options, isStandalone);
  const status = await takeStatus(planOptionsOf(options, formats), denoStore, Date.now());
  print(options.json ? JSON.stringify(status, null, 2) + "\n" : statusText(status));
  const [refusal] = status.nextRun.refusals;
  if (refusal !== undefined) throw new Error(refusal);
}
