/**
 * The part of a page that tells what the charts were made of.
 *
 * @module
 */

import { type Day, formatDay } from "../core/day.ts";
import { REJECT_REASONS, rejectedCount, type RejectReason } from "../core/streams.ts";
import { counted, escaped, figure, percent, shortDay } from "./html_text.ts";
import type { PageData, PageLog } from "./page.ts";

/** What the reasons mean, for people. */
const MEANINGS: Readonly<Record<RejectReason, string>> = {
  empty: "empty line",
  syntax: "not of the format",
  fields: "wrong number of fields",
  song: "no song",
  user: "no user",
  country: "no country",
  "too-long": "line too long",
};

/** Makes the part with rows, rejected rows by reason and missing days. */
export function qualityPart(data: PageData): string {
  const { logs, missing } = data;
  const gaps = gapsOf(missing);
  const lack = missing.length === 0
    ? "No day of the window is missing."
    : `${counted(missing.length, "day")} of the window ${missing.length === 1 ? "is" : "are"} ` +
      `missing: ${gaps.map(gapText).join(", ")}.`;
  const rows = [
    ...logs.map((log) => ({ day: log.day, row: logRow(log) })),
    ...gaps.map((gap) => ({ day: gap.from, row: gapRow(gap) })),
  ].sort((a, b) => a.day - b.day).map(({ row }) => row);
  return `<section id="quality" aria-labelledby="quality-title">
<h2 id="quality-title">Data quality</h2>
<p>${lack} ${rejectedText(logs)}</p>
<table class="quality"><caption>Rows of each log of the window</caption><thead><tr><th \
scope="col">Day<th scope="col">Log<th scope="col">Rows<th scope="col">Rejected</thead><tbody>
${rows.join("")}</tbody></table>
</section>
`;
}

/** Days that are missing one after another. */
interface Gap {
  readonly from: Day;
  readonly to: Day;
}

function gapsOf(missing: readonly Day[]): Gap[] {
  const firsts = missing.filter((day, i) => i === 0 || missing[i - 1] !== day - 1);
  const lasts = missing.filter((day, i) => missing[i + 1] !== day + 1);
  return firsts.map((from, i) => ({ from, to: lasts[i] }));
}

function gapText({ from, to }: Gap): string {
  return from === to ? timeOf(from) : `${timeOf(from)} to ${timeOf(to)}`;
}

function timeOf(day: Day): string {
  return `<time datetime="${formatDay(day)}">${shortDay(day)}</time>`;
}

function gapRow(gap: Gap): string {
  const lack = "missing: neither log nor batch";
  return `<tr class="none"><th scope="row">${gapText(gap)}<td colspan="3">${lack}\n`;
}

function logRow({ day, name, rows, rejected }: PageLog): string {
  const count = rejectedCount(rejected);
  const reasons = reasonsOf((reason) => rejected[reason]);
  const more = count === 0 ? "" : ` <small>${percent(count, rows)}: ${reasons}</small>`;
  return `<tr><th scope="row">${timeOf(day)}<td><bdi>${escaped(name)}</bdi><td>${figure(rows)}` +
    `<td>${figure(count)}${more}\n`;
}

function rejectedText(logs: readonly PageLog[]): string {
  const rows = logs.reduce((sum, log) => sum + log.rows, 0);
  const rejected = logs.reduce((sum, log) => sum + rejectedCount(log.rejected), 0);
  if (rejected === 0) return `No row of ${figure(rows)} was rejected.`;
  const reasons = reasonsOf((reason) => logs.reduce((sum, log) => sum + log.rejected[reason], 0));
  const were = rejected === 1 ? "was" : "were";
  return `${figure(rejected)} of ${counted(rows, "row")} ${were} rejected ` +
    `(${percent(rejected, rows)}): ${reasons}.`;
}

function reasonsOf(count: (reason: RejectReason) => number): string {
  return REJECT_REASONS.filter((reason) => count(reason) > 0)
    .map((reason) => `${MEANINGS[reason]} ${figure(count(reason))}`).join(", ");
}
