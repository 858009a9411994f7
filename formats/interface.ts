/**
 * What a format is: a reader turns the bytes of a log into streams, a writer turns a chart into
 * the bytes of a report. A format is a constant checked with `satisfies Reader` or
 * `satisfies Writer`; the functions that use formats are handed them.
 *
 * @module
 */

import type { ChartPrinter, ChartShape } from "../core/chart.ts";
import type { RowParser } from "../core/streams.ts";

export type { ChartPrinter, ChartShape, RowParser };

/** A part of a log. */
export interface LogPart {
  readonly isStart: boolean;
}

/** A format of logs. */
export interface Reader {
  /** What `--reader` and the manifest call it: lower-case letters, digits and `-`. */
  readonly name: string;
  /** One sentence for people. */
  readonly description: string;
  /**
   * Whether a log may be cut between any two lines (LF) and the parts be read apart: rows are
   * lines, and only the first bytes of the log are special.
   */
  readonly isCutAtLines: boolean;
  /** Begins a log, or a part of one that begins with a line: one that is not its start. */
  parser(part?: LogPart): RowParser;
}

/** A format of reports. */
export interface Writer {
  /** What `--writer` calls it: lower-case letters, digits and `-`. */
  readonly name: string;
  /** One sentence for people. */
  readonly description: string;
  /** The ending of a report's file name, without the dot. */
  readonly extension: string;
  /** Begins a chart. */
  printer(shape: ChartShape): ChartPrinter;
}
