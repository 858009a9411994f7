/**
 * The whole way in memory: logs in, charts out.
 *
 * @module
 */

import { batchLog, memoryScratch, type Tools } from "./batching.ts";
import { MemorySink, sourceOf } from "./bytes.ts";
import {
  batchKindOf,
  CHART_KINDS,
  type ChartKind,
  type ChartPrinter,
  type ChartShape,
  chartSteps,
} from "./chart.ts";
import { crc32 } from "./crc32.ts";
import { type Day, windowEnding } from "./day.ts";
import { engineOf, type OpenBatch } from "./engine.ts";
import { MAX_FAN_IN } from "./merge.ts";
import { finished } from "./steps.ts";
import {
  type IdKind,
  KEY_KINDS,
  type KeyKind,
  type LogPart,
  type RowParser,
  type RowTally,
} from "./streams.ts";

/** One day's log in memory. */
export interface DayLog {
  readonly day: Day;
  readonly bytes: Uint8Array;
}

/** How charts are made of logs. */
export interface MakeChartsOptions {
  /** Reads the logs; every format of formats/ with a `parser` does. */
  readonly reader: {
    readonly isCutAtLines?: boolean;
    parser(options?: { readonly isStart?: boolean; readonly ids?: IdKind }): RowParser;
  };
  /** Prints the charts; every format of formats/ with a `printer` does. */
  readonly writer: { printer(shape: ChartShape): ChartPrinter };
  /** The last day of the window; by default the newest day of the logs. */
  readonly date?: Day;
  /** The days of the window; 7 by default. */
  readonly windowDays?: number;
  /** What the ids of songs and users are; numbers by default. */
  readonly ids?: IdKind;
  /** The most songs of a key; 50 by default. */
  readonly top?: number;
  /** The memory to collect and sort streams in; 16 MiB by default, at least 1 KiB, for texts 9 KiB. */
  readonly workBytes?: number;
  /** The most inputs of one merge, 2 to 64; 64 by default. */
  readonly fanIn?: number;
}

/** The charts, and what was seen in the logs. */
export interface MadeCharts extends Readonly<Record<ChartKind, Uint8Array>> {
  /** By day: rows, and rejected rows by reason. */
  readonly tallies: ReadonlyMap<Day, RowTally>;
}

/**
 * Makes all charts from the logs of some days, all in memory.
 *
 * Logs of days outside the window are not read. The same code makes the charts of the program,
 * which keeps batches on disk; here they are kept in memory, so this is for logs that fit there.
 *
 * @param logs at most one a day, in any order
 * @throws {RangeError} where there is no log in the window, or two of one day, or an option cannot
 *   be used
 *
 * @example
 * ```ts
 * import { makeCharts } from "./make_charts.ts";
 * import { dayOf } from "./day.ts";
 * import { pipe } from "../formats/pipe.ts";
 * import { top } from "../formats/top.ts";
 * const bytes = new TextEncoder().encode("7|1|FR\n9|1|FR\n9|2|FR\n");
 * const logs = [{ day: dayOf(2021, 12, 1)!, bytes }];
 * const { country, user } = makeCharts(logs, { reader: pipe, writer: top });
 * const text = (chart: Uint8Array) => new TextDecoder().decode(chart);
 * if (text(country) !== "FR|9:2,7:1\n") throw new Error();
 * if (text(user) !== "1|7:1,9:1\n2|9:1\n") throw new Error();
 * ```
 */
export function makeCharts(logs: readonly DayLog[], options: MakeChartsOptions): MadeCharts {
  if (options.top !== undefined && !(Number.isInteger(options.top) && options.top >= 1)) {
    throw new RangeError(
      `Cannot make charts of the top ${options.top}: expected a whole number of at least 1`,
    );
  }
  const { workBytes = 1 << 24, reader } = options;
  const engine = engineOf(options.ids ?? "number");
  if (!(workBytes >= engine.leastWorkBytes)) {
    throw new RangeError(
      `Cannot make charts in ${workBytes} bytes: expected at least ${engine.leastWorkBytes}`,
    );
  }
  const used = logsInWindow(logs, options);
  const tools = { scratch: memoryScratch(), checksum: crc32, fanIn: options.fanIn ?? MAX_FAN_IN };
  const settings: Tools = { ...tools, cursorBytes: 0, engine };
  const memory = new ArrayBuffer(workBytes);
  const { isCutAtLines = false } = reader;
  const parser = (part: LogPart) => reader.parser({ ...part, ids: engine.ids });
  const buffer = new Uint8Array(1 << 18);
  const batches: Record<KeyKind, OpenBatch[]> = { country: [], user: [] };
  const tallies = new Map<Day, RowTally>();
  for (const { day, bytes } of used) {
    const sinks = { country: new MemorySink(), user: new MemorySink() };
    const job = { day, log: sourceOf(bytes), parser, isCutAtLines, memory, buffer, sinks };
    tallies.set(day, finished(batchLog(job, settings)).tally);
    for (const kind of KEY_KINDS) {
      batches[kind].push(engine.openBatch(sourceOf(sinks[kind].toBytes()), crc32));
    }
  }
  const chart = (kind: ChartKind): Uint8Array => {
    const top = options.top ?? 50;
    const printer = options.writer.printer({ kind, top, ids: engine.ids });
    const sink = new MemorySink();
    const shape = { isWorld: kind === "world", top, printer, sink };
    finished(
      chartSteps({ batches: batches[batchKindOf(kind)], ...shape }, settings),
    );
    return sink.toBytes();
  };
  const charts = Object.fromEntries(CHART_KINDS.map((kind) => [kind, chart(kind)]));
  return { ...charts as Record<ChartKind, Uint8Array>, tallies };
}

function logsInWindow(logs: readonly DayLog[], options: MakeChartsOptions): DayLog[] {
  const date = options.date ?? Math.max(...logs.map((log) => log.day));
  const window = windowEnding(date, options.windowDays ?? 7);
  const used = logs.filter((log) => log.day >= window.from && log.day <= window.to);
  if (used.length === 0) {
    throw new RangeError("Cannot make charts: no log in the window, expected at least one");
  }
  if (new Set(used.map((log) => log.day)).size < used.length) {
    throw new RangeError("Cannot make charts: two logs of one day, expected one a day");
  }
  return used;
}
