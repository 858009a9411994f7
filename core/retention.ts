/**
 * Retention: deciding what has left. Deleting is done elsewhere.
 *
 * @module
 */

import type { Day } from "./day.ts";

/**
 * Lists the days that are before the `keptDays` days ending on `date`, ascending. Days after
 * `date` stay, so that a backfill of an old date harms nothing.
 *
 * @example
 * ```ts
 * import { expired } from "./retention.ts";
 * if (expired([1, 2, 3, 9], 3, 2).join() !== "1") throw new Error();
 * ```
 */
export function expired(days: readonly Day[], date: Day, keptDays: number): Day[] {
  return days.filter((day) => day < date - keptDays + 1).sort((a, b) => a - b);
}
