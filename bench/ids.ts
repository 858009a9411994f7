/**
 * Ids that are text beside ids that are numbers: the same streams, the same cases.
 *
 * `deno task bench:ids [ROWS]`; the logs are kept in bench/data/.
 *
 * @module
 */

import { ID_KINDS, type IdKind } from "../core/streams.ts";
import { type CaseResult, Cases } from "./full_cases.ts";
import { circumstances, factList, keepResult, median, table } from "./measure.ts";

const ROWS = 6_000_000;
const rows = Number(Deno.args[0] ?? ROWS);
/** What texts may cost, times what numbers cost. */
const BOUND = 3;

interface IdResult extends CaseResult {
  readonly ids: IdKind;
}

const results: IdResult[] = [];
for (const profile of ["wide", "sample"] as const) {
  for (const name of ["day", "daily", "cold"] as const) {
    for (const ids of ID_KINDS) {
      for (const result of await new Cases(rows, ids).measure(name, profile)) {
        if (result.isVariant) continue;
        results.push({ ...result, ids });
        console.error(profile, name, ids, secondsOf(result).toFixed(2));
      }
    }
  }
}

function secondsOf({ runs }: CaseResult): number {
  return median(runs.map(({ seconds }) => seconds));
}

function peakOf({ runs }: CaseResult): number {
  return Math.max(...runs.map(({ peakBytes }) => peakBytes)) / 2 ** 20;
}

function line(result: IdResult): string[] {
  const { what, profile, ids } = result;
  const numbers = results.find((each) => each.name === result.name && each.profile === profile)!;
  const ratio = secondsOf(result) / secondsOf(numbers);
  return [
    `${what}, ${profile}`,
    ids,
    `${secondsOf(result).toFixed(2)} (${result.runs.length})`,
    (result.rows / secondsOf(result) / 1e6).toFixed(1),
    `${ratio.toFixed(2)}x`,
    ids === "number" ? "-" : `${BOUND}x ${ratio <= BOUND ? "met" : "not met"}`,
    peakOf(result).toFixed(0),
    (result.batchBytes / result.logBytes).toFixed(2) + "x",
  ];
}

const HEADS = [
  ...["case", "ids", "seconds (median of)", "M rows/s", "to numbers", "bound"],
  ...["peak MiB", "batches to logs"],
];
const facts = await circumstances(`deno task bench:ids${rows === ROWS ? "" : ` ${rows}`}`);
const text = `# Ids that are text: ${rows} rows a day, two jobs\n\n${factList(facts)}
Texts are 22 letters and digits made of the numbers, so that both logs hold the same streams. In
each case all runs made the same reports; one day also with one job and with 256 MiB.\n
${table(HEADS, results.map(line))}`;
keepResult(rows === ROWS ? "ids" : `ids-${rows}`, text, { facts, rows, results });
