/**
 * Reports with movement: charts of countries and of the world, printed when all of them are there.
 *
 * @module
 */

import { crc32 } from "node:zlib";
import { ByteBuffer, type ByteSink } from "../core/bytes.ts";
import type { ChartRow, ChartShape } from "../core/chart.ts";
import { parseCountry } from "../core/country.ts";
import { NO_TEXTS, TextArena } from "../core/texts.ts";
import type { Writer } from "../formats/interface.ts";
import type { MovedChart } from "./history.ts";
import type { WrittenRange } from "./ordered_output.ts";

/** Printed bytes are handed on in pieces of about this size. */
const WRITE_BYTES = 1 << 20;

/** Prints a chart with movement. */
export async function printMoved(
  writer: Writer,
  { shape, charts }: { readonly shape: ChartShape; readonly charts: readonly MovedChart[] },
  sink: ByteSink,
): Promise<WrittenRange> {
  await writer.load?.();
  const printer = writer.printer({ ...shape, hasMovement: true });
  const out = new ByteBuffer();
  const written = { sizeBytes: 0, crc32: 0 };
  const drain = (): void => {
    const bytes = out.used();
    sink.write(bytes);
    written.crc32 = crc32(bytes, written.crc32);
    written.sizeBytes += bytes.length;
    out.length = 0;
  };
  const rows = rowMaker(shape);
  printer.begin?.(out);
  for (const chart of charts) {
    printer.print(rows(chart), out);
    if (out.length >= WRITE_BYTES) drain();
  }
  printer.end?.(out);
  drain();
  return written;
}

/** Makes what turns plain charts into the rows that writers print. */
function rowMaker({ kind, ids }: ChartShape): (chart: MovedChart) => ChartRow {
  const arena = new TextArena();
  const encoder = new TextEncoder();
  const put = (text: string): number => {
    const bytes = encoder.encode(text);
    return arena.put(bytes, 0, bytes.length);
  };
  const numberOf = (key: string): number => kind === "world" ? 0 : parseCountry(key)!;
  return ({ key, songs, streams, movements }) => {
    arena.clear();
    const isText = ids === "text";
    const row = {
      key: isText ? put(key) : numberOf(key),
      songs: Float64Array.from(songs, (song) => isText ? put(song) : Number(song)),
      streams: Float64Array.from(streams),
      count: songs.length,
      movements,
    };
    return { ...row, texts: isText ? arena.bytes : NO_TEXTS };
  };
}
