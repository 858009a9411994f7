/**
 * Golden cases: logs and arguments in, both charts out, byte for byte.
 *
 * A case is a folder of golden/: `logs/listen-YYYYMMDD.log`, `args.json` and `expected/`. What is
 * expected was written by the naive oracle or by hand, never by the code under test; here the
 * oracle has to agree with it too. A new case needs no code.
 */
import assert from "node:assert/strict";
import { type Day, formatDay, parseDay, windowEnding } from "../core/day.ts";
import { makeCharts } from "../core/make_charts.ts";
import { dayOfLog, DEFAULT_LOG_NAME, parseLogPattern, reportName } from "../core/names.ts";
import { KEY_KINDS, rejectedCount, type RowTally } from "../core/streams.ts";
import { pipe } from "../formats/pipe.ts";
import { top } from "../formats/top.ts";
import { chartOf, linesOf, parseRow } from "./oracle.ts";

/** The arguments of a case. */
interface Args {
  readonly date: string;
  readonly days: number;
  readonly top: number;
  readonly workBytes?: number;
  readonly fanIn?: number;
}

/** What `tallies.json` says of each log of the window. */
interface ExpectedTally {
  readonly rows: number;
  readonly streams: number;
  /** Rejected rows by reason, those that there are. */
  readonly rejected: Partial<RowTally["rejected"]>;
  /** The first rejected rows: line and reason. */
  readonly firstRejected: readonly string[];
}

interface Case {
  readonly args: Args;
  readonly logs: readonly { readonly day: Day; readonly bytes: Uint8Array }[];
  /** The expected files by their names. */
  readonly expected: ReadonlyMap<string, string>;
}

const FOLDER = new URL("golden/", import.meta.url);
const NAMES = [...Deno.readDirSync(FOLDER)].filter((entry) => entry.isDirectory)
  .map((entry) => entry.name).sort();
const CASES = new Map(NAMES.map((name) => [name, readCase(new URL(`${name}/`, FOLDER))]));

function readCase(folder: URL): Case {
  const logs = filesIn(new URL("logs/", folder)).map(([name, bytes]) => {
    const pattern = parseLogPattern(DEFAULT_LOG_NAME);
    const day = typeof pattern === "string" ? undefined : dayOfLog(name, pattern);
    if (day === undefined) throw new Error(`"${name}" in ${folder} is no log's name`);
    return { day, bytes };
  });
  const expected = filesIn(new URL("expected/", folder));
  return {
    args: JSON.parse(Deno.readTextFileSync(new URL("args.json", folder))),
    logs,
    expected: new Map(expected.map(([name, bytes]) => [name, new TextDecoder().decode(bytes)])),
  };
}

function filesIn(folder: URL): [name: string, bytes: Uint8Array][] {
  return [...Deno.readDirSync(folder)].map(({ name }): [string, Uint8Array] => [
    name,
    Deno.readFileSync(new URL(name, folder)),
  ]).sort(([a], [b]) => a < b ? -1 : 1);
}

/** The tallies in the form of `tallies.json`. */
function talliesOf(tallies: ReadonlyMap<Day, RowTally>): Record<string, ExpectedTally> {
  return Object.fromEntries(
    [...tallies].map(([day, { rows, rejected, firstRejected }]) => [formatDay(day), {
      rows,
      streams: rows - rejectedCount(rejected),
      rejected: Object.fromEntries(Object.entries(rejected).filter(([, count]) => count > 0)),
      firstRejected: firstRejected.map(({ line, reason }) => `${line} ${reason}`),
    }]),
  );
}

/** The logs of the window as the oracle takes them: one character a byte. */
function windowTexts({ args, logs }: Case): [Day, string][] {
  const { from, to } = windowEnding(parseDay(args.date)!, args.days);
  const decode = (bytes: Uint8Array) =>
    Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return logs.filter(({ day }) => day >= from && day <= to)
    .map(({ day, bytes }) => [day, decode(bytes)]);
}

function oracleTally(log: string): ExpectedTally {
  const rows = linesOf(log).map((line) => parseRow(line));
  const reasons = rows.flatMap((row, i) => typeof row === "string" ? [[i + 1, row]] : []);
  const rejected: Record<string, number> = {};
  for (const [, reason] of reasons) rejected[reason] = (rejected[reason] ?? 0) + 1;
  return {
    rows: rows.length,
    streams: rows.length - reasons.length,
    rejected,
    firstRejected: reasons.slice(0, 5).map((reason) => reason.join(" ")),
  };
}

Deno.test("golden/ holds cases", { permissions: "none" }, () => {
  assert.ok(CASES.size >= 8, `${CASES.size} cases`);
});

for (const [name, each] of CASES) {
  const { args, logs, expected } = each;
  const date = parseDay(args.date)!;
  const reportNames = KEY_KINDS.map((kind) => reportName(kind, args.top, date, top.extension));

  Deno.test(`makeCharts() gives what golden/${name} expects`, { permissions: "none" }, () => {
    assert.deepEqual([...expected.keys()].sort(), [...reportNames, "tallies.json"].sort());
    const { days, ...rest } = args;
    const options = { ...rest, reader: pipe, writer: top, date, windowDays: days };
    const made = makeCharts(logs, options);
    for (const [i, kind] of KEY_KINDS.entries()) {
      assert.equal(new TextDecoder().decode(made[kind]), expected.get(reportNames[i]), kind);
    }
    assert.deepEqual(talliesOf(made.tallies), JSON.parse(expected.get("tallies.json")!));
  });

  Deno.test(`the oracle agrees with golden/${name}`, { permissions: "none" }, () => {
    const texts = windowTexts(each);
    for (const [i, kind] of KEY_KINDS.entries()) {
      const chart = chartOf(texts.map(([, text]) => text), kind, args.top);
      assert.equal(chart, expected.get(reportNames[i]), kind);
    }
    const tallies = texts.map(([day, text]) => [formatDay(day), oracleTally(text)]);
    assert.deepEqual(Object.fromEntries(tallies), JSON.parse(expected.get("tallies.json")!));
  });
}
