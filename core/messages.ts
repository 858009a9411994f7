/**
 * The messages of the daily run that take more than one line of code.
 *
 * @module
 */

import { rejectedCount, type RowTally } from "./streams.ts";

/** Writes a share as percent with up to two decimals. */
export function percent(share: number): string {
  return `${Number((share * 100).toFixed(2))} %`;
}

/** Says that a log has too many rejected rows: figures, and the first of them with their lines. */
export function tooManyRejected(path: string, tally: RowTally, maxRejected: number): string {
  const rejected = rejectedCount(tally.rejected);
  const reasons = Object.entries(tally.rejected).filter(([, count]) => count > 0)
    .map(([reason, count]) => `${reason} ${count}`).join(", ");
  const share = percent(rejected / tally.rows);
  const rows = tally.firstRejected.map(({ line, reason, text }) =>
    `\n  line ${line} (${reason}): ${text}`
  );
  return `Cannot use log "${path}": ${rejected} of ${tally.rows} rows rejected, ${share} ` +
    `(${reasons}), expected at most ${percent(maxRejected)} (--max-rejected)${rows.join("")}`;
}

/** Makes a message go on behind a colon; an abbreviation at its beginning stays as it is. */
export function lowerFirst(text: string): string {
  return /^[A-Z]{2}/.test(text) ? text : text.charAt(0).toLowerCase() + text.slice(1);
}

/** Whether a log has too many rejected rows. A log of no rows has none. */
export function hasTooManyRejected(tally: RowTally, maxRejected: number): boolean {
  return rejectedCount(tally.rejected) / tally.rows > maxRejected;
}
