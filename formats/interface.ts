/**
 * What a format is: a reader turns the bytes of a log into streams, a writer turns a chart into
 * the bytes of a report. A format is a constant checked with `satisfies Reader`,
 * `satisfies TableReader` or `satisfies Writer`; the functions that use formats are handed them.
 *
 * @module
 */

import type { ByteSource } from "../core/bytes.ts";
import type { ChartPrinter, ChartRow, ChartShape } from "../core/chart.ts";
import type { IdKind, OnRejected, RowParser, RowTally, StreamBlock } from "../core/streams.ts";

export type { ChartPrinter, ChartRow, ChartShape, RowParser };

/** The fields of a stream. */
export type Field = "song" | "user" | "country";

/** All fields, in the order of their columns where none are named. */
export const FIELDS: readonly Field[] = ["song", "user", "country"];

/**
 * The columns of a log that hold the fields, all by name or all by number.
 *
 * Names are those of a header, of JSON keys (dots for nesting) or of Parquet columns. Numbers count
 * from 1, and say that there is no header.
 */
export type Columns = Readonly<Record<Field, string>> | Readonly<Record<Field, number>>;

/** Writes columns as `--columns` and the manifest have them; nothing where they are the usual ones. */
export function columnsText(columns: Columns | undefined): string {
  if (columns === undefined) return "";
  return FIELDS.map((field) => `${field}=${columns[field]}`).join(",");
}

/** Reads columns as {@linkcode columnsText} writes them. */
export function columnsIn(text: string): Columns | undefined {
  const found = /^song=(.*?),user=(.*?),country=(.*)$/s.exec(text);
  if (found === null) return undefined;
  const [song, user, country] = found.slice(1);
  const isByNumber = [song, user, country].every((column) => /^[1-9]\d*$/.test(column));
  return isByNumber
    ? { song: Number(song), user: Number(user), country: Number(country) }
    : { song, user, country };
}

/** How a log, or a part of one, is to be read. */
export interface ParserOptions {
  /** Whether the part is the start of the log; `true` by default. */
  readonly isStart?: boolean;
  /** What the ids of songs and users are; numbers by default. */
  readonly ids?: IdKind;
  /** The columns; those called `song`, `user` and `country` by default. */
  readonly columns?: Columns;
  /**
   * Told of each rejected row: for `--quarantine`. Rows that a reader does not tell of are counted
   * all the same.
   */
  readonly onRejected?: OnRejected;
}

/** What all formats of logs have. */
interface LogFormat {
  /** What `--reader` and the manifest call it: lower-case letters, digits and `-`. */
  readonly name: string;
  /** One sentence for people. */
  readonly description: string;
  /** The endings of file names that say a log is of this format, in lower case, without the dot. */
  readonly endings: readonly string[];
  /** Whether the first bytes of a log, some kilobytes at most, look like this format. */
  looksLike(head: Uint8Array): boolean;
  /** Whether `--columns` means something to it. */
  readonly takesColumns: boolean;
}

/** A format of logs whose bytes are read from the first to the last. */
export interface Reader extends LogFormat {
  /**
   * Whether a log may be cut between any two lines (LF) and the parts be read apart: rows are
   * lines, and only the first bytes of the log are special.
   */
  readonly isCutAtLines: boolean;
  /** Begins a log, or a part of one that begins with a line: one that is not its start. */
  parser(options?: ParserOptions): RowParser;
}

/** A format of logs that must be read here and there, such as one with an index at its end. */
export interface TableReader extends LogFormat {
  /**
   * Reads a whole log.
   *
   * @param take takes streams; the block is reused after the call
   * @returns yields how many bytes of the log are done since the last time; returns what was seen
   * @throws {FormatError} where the log is damaged or not of this format
   */
  read(
    log: ByteSource,
    options: ParserOptions,
    take: (block: StreamBlock) => void,
  ): AsyncGenerator<number, RowTally>;
}

/** Any format of logs. */
export type AnyReader = Reader | TableReader;

/** A format of reports. */
export interface Writer {
  /** What `--writer` calls it: lower-case letters, digits and `-`. */
  readonly name: string;
  /** One sentence for people. */
  readonly description: string;
  /** The ending of a report's file name, without the dot. */
  readonly extension: string;
  /**
   * Whether parts of a chart that were printed apart, each by its own printer, make a report when
   * they are put one behind the other: the first one begun with `begin`, the last one ended with
   * `end`. Where not, one printer prints the whole chart.
   */
  readonly isCutAtKeys: boolean;
  /** Whether it prints movement where the shape of a chart says that there is; no by default. */
  readonly takesMovement?: boolean;
  /** Loads what the writer needs, such as a package; awaited once before the first `printer()`. */
  load?(): Promise<void>;
  /** Begins a chart, or a part of one. */
  printer(shape: ChartShape): ChartPrinter;
}
