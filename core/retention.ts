/**
 * Retention: deciding what has left. Deleting is done elsewhere.
 *
 * @module
 */

import type { Day } from "./day.ts";
import { dateOfResult } from "./names.ts";

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

/** Which results are kept, and how those that may leave are known. */
export interface ResultRetention {
  /** All are kept where it is not given. */
  readonly keepResultDays?: number;
  readonly reportExtensions?: readonly string[];
  readonly pageExtensions?: readonly string[];
}

/** Lists the results that are before the days that are kept, among all names of their folder. */
export function expiredResults(
  names: readonly string[],
  date: Day,
  { keepResultDays, reportExtensions = [], pageExtensions = [] }: ResultRetention,
): string[] {
  if (keepResultDays === undefined) return [];
  return names.filter((name) => {
    const day = dateOfResult(name, reportExtensions, pageExtensions);
    return day !== undefined && expired([day], date, keepResultDays).length > 0;
  });
}
