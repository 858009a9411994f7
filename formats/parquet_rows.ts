/**
 * Taking one user out of a report of users of the writer `parquet`.
 *
 * @module
 */

import { ByteBuffer, type ByteSink, type ByteSource } from "../core/bytes.ts";
import type { ChartRow } from "../core/chart.ts";
import type { IdKind } from "../core/streams.ts";
import { NO_TEXTS, TextArena } from "../core/texts.ts";
import { FormatError } from "../core/streams.ts";
import { parquetWriter } from "./parquet_writer.ts";

type Library = typeof import("npm:hyparquet@1.31.5");
type FileMetaData = ReturnType<Library["parquetMetadata"]>;
type AsyncFile = Parameters<Library["parquetMetadataAsync"]>[0];

/** What a user has in a report. */
export interface UserRows {
  readonly streams: number;
}

/** A row group, by the names of its columns. */
type Row = Readonly<Record<string, unknown>>;

/** What a report holds, opened. */
interface Report {
  readonly library: Library;
  readonly file: AsyncFile;
  readonly metadata: FileMetaData;
  readonly ids: IdKind;
  readonly groups: readonly { readonly from: number; readonly to: number }[];
}

/** A byte order mark is a part of an id as any other sign. */
const DECODER = new TextDecoder("utf-8", { ignoreBOM: true });

/** Printed bytes are handed to the sink in pieces of about this size. */
const WRITE_BYTES = 1 << 20;

async function opened(source: ByteSource): Promise<Report> {
  const library = await import("npm:hyparquet@1.31.5");
  const file = {
    byteLength: source.sizeBytes,
    slice: (start: number, end = source.sizeBytes): ArrayBuffer => {
      const bytes = new Uint8Array(Math.max(0, end - start));
      source.read(bytes, start);
      return bytes.buffer;
    },
  };
  const metadata = await library.parquetMetadataAsync(file).catch((cause) => {
    throw new FormatError("damaged Parquet, expected a report", { cause });
  });
  const key = metadata.schema.find(({ name }) => name === "key");
  const ids = key?.type === "BYTE_ARRAY" ? "text" : "number";
  let rows = 0;
  const groups = metadata.row_groups.map(({ num_rows }) => {
    const from = rows;
    rows += Number(num_rows);
    return { from, to: rows };
  });
  return { library, file, metadata, ids, groups };
}

async function rowsOf(
  { library, file, metadata }: Report,
  { from, to }: { readonly from: number; readonly to: number },
  columns: readonly string[],
): Promise<readonly Row[]> {
  return await library.parquetReadObjects({
    file,
    metadata,
    rowStart: from,
    rowEnd: to,
    columns: [...columns],
    parsers: { stringFromBytes: (bytes: Uint8Array) => DECODER.decode(bytes) },
  });
}

/**
 * Finds what a user has in a report. Cost: the keys of all rows are read.
 *
 * @throws {FormatError} where it is damaged
 */
export async function findUserRows(
  source: ByteSource,
  user: string,
): Promise<UserRows | undefined> {
  const report = await opened(source);
  let streams: number | undefined;
  for (const group of report.groups) {
    const keys = await rowsOf(report, group, ["key"]);
    if (!keys.some(({ key }) => String(key) === user)) continue;
    for (const row of await rowsOf(report, group, ["key", "streams"])) {
      if (String(row.key) === user) streams = (streams ?? 0) + Number(row.streams);
    }
  }
  return streams === undefined ? undefined : { streams };
}

/**
 * Writes a report without a user, as the writer would have written it.
 *
 * Cost: all rows are read and printed again. Memory: a few row groups.
 */
export async function writeWithoutUser(
  source: ByteSource,
  { user, top }: { readonly user: string; readonly top: number },
  sink: ByteSink,
  onGroup: () => Promise<void>,
): Promise<void> {
  const report = await opened(source);
  await parquetWriter.load();
  const printer = parquetWriter.printer({ kind: "user", top, ids: report.ids });
  const out = new ByteBuffer(WRITE_BYTES + (WRITE_BYTES >> 2));
  const drain = (least: number): void => {
    if (out.length < least) return;
    sink.write(out.used());
    out.length = 0;
  };
  printer.begin?.(out);
  let rows: Row[] = [];
  const print = (): void => {
    if (rows.length > 0 && String(rows[0].key) !== user) {
      printer.print(chartRowOf(rows, report.ids), out);
    }
    rows = [];
    drain(WRITE_BYTES);
  };
  for (const group of report.groups) {
    for (const row of await rowsOf(report, group, ["key", "song", "streams"])) {
      if (rows.length > 0 && rows[0].key !== row.key) print();
      rows.push(row);
    }
    await onGroup();
  }
  print();
  printer.end?.(out);
  drain(1);
}

/** Puts the rows of a key together. */
function chartRowOf(rows: readonly Row[], ids: IdKind): ChartRow {
  const arena = new TextArena();
  const encoder = new TextEncoder();
  const valueOf = (id: unknown): number => {
    if (ids === "number") return Number(id);
    const bytes = encoder.encode(String(id));
    return arena.put(bytes, 0, bytes.length);
  };
  const key = valueOf(rows[0].key);
  const songs = Float64Array.from(rows, ({ song }) => valueOf(song));
  const streams = Float64Array.from(rows, (row) => Number(row.streams));
  const texts = ids === "text" ? arena.bytes : NO_TEXTS;
  return { key, songs, streams, count: rows.length, texts };
}
