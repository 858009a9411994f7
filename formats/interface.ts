/**
 * What a format is: a reader turns the bytes of a log into streams, a writer turns a chart into
 * the bytes of a report. A format is a constant checked with `satisfies Reader` or
 * `satisfies Writer`; the functions that use formats are handed them.
 *
 * @module
 */

import type { ByteBuffer } from "../core/bytes.ts";
import type { KeyKind, RowParser } from "../core/streams.ts";

export type { RowParser };

/** A format of logs. */
export interface Reader {
  /** What `--reader` and the manifest call it: lower-case letters, digits and `-`. */
  readonly name: string;
  /** One sentence for people. */
  readonly description: string;
  /** Begins a log. */
  parser(): RowParser;
}

/** What a chart holds. */
export interface ChartShape {
  readonly kind: KeyKind;
  /** The most songs of a key. */
  readonly top: number;
}

/** Prints the rows of one chart, or of a part of it. */
export interface ChartPrinter {
  /**
   * Appends what stands for one key.
   *
   * @param key a country key (see core/country.ts) or a user id; keys come ascending
   * @param songs the songs, best first, from 0 to before `count`
   * @param streams how often each was played
   * @param count how many songs, at least 1
   * @param out where to append
   */
  print(
    key: number,
    songs: Float64Array,
    streams: Float64Array,
    count: number,
    out: ByteBuffer,
  ): void;
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
