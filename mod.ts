/**
 * topstreams as a library: the most played songs of each country and of each user over some days
 * of logs.
 *
 * Everything here is pure: bytes in, bytes out, with no files, network, clock or permission. The
 * program itself (`cli.ts`) is these functions with files around them.
 *
 * @example Both charts from the logs of two days
 * ```ts
 * import { makeCharts, parseDay, pipe, top } from "./mod.ts";
 *
 * const bytes = (text: string) => new TextEncoder().encode(text);
 * const logs = [
 *   { day: parseDay("2021-11-30")!, bytes: bytes("71|5|FR\n71|6|FR\n") },
 *   { day: parseDay("2021-12-01")!, bytes: bytes("88|5|FR\n71|5|DE\nno stream\n") },
 * ];
 * const { country, user, tallies } = makeCharts(logs, { reader: pipe, writer: top, top: 50 });
 *
 * const text = (chart: Uint8Array) => new TextDecoder().decode(chart);
 * if (text(country) !== "DE|71:1\nFR|71:2,88:1\n") throw new Error(text(country));
 * if (text(user) !== "5|71:2,88:1\n6|71:1\n") throw new Error(text(user));
 * if (tallies.get(parseDay("2021-12-01")!)?.rejected.fields !== 1) throw new Error("rejected");
 * ```
 *
 * @module
 */

export {
  compactDay,
  type Day,
  dayOf,
  daysOf,
  formatDay,
  parseDay,
  type Window,
  windowEnding,
} from "./core/day.ts";
export { countryCode, countryKey, parseCountry } from "./core/country.ts";
export { type Checksum, crc32 } from "./core/crc32.ts";
export { ByteBuffer, type ByteSink, type ByteSource, MemorySink, sourceOf } from "./core/bytes.ts";
export {
  createRowTally,
  createStreamBlock,
  type KeyKind,
  REJECT_REASONS,
  type RejectedRow,
  type RejectReason,
  type RowParser,
  type RowTally,
  type StreamBlock,
} from "./core/streams.ts";
export {
  BATCH_VERSION,
  BatchError,
  type BatchHeader,
  type BatchTrailer,
} from "./core/batch_format.ts";
export { BatchEncoder } from "./core/batch_encoder.ts";
export { ALL_KEYS, BatchCursor, BatchReader, type KeyRange } from "./core/batch_reader.ts";
export {
  type BatchedLog,
  type BatchingJob,
  batchLog,
  memoryScratch,
  type RunFile,
  type Scratch,
  type Tools,
} from "./core/batching.ts";
export { awaited, finished, type Step } from "./core/steps.ts";
export { type Engine, engineOf, NUMBERS } from "./core/engine.ts";
export { EntryList } from "./core/entries.ts";
export { KeyMerger, MAX_FAN_IN } from "./core/merge.ts";
export { TopSongs } from "./core/top_songs.ts";
export {
  type ChartJob,
  type ChartPrinter,
  type ChartShape,
  type ChartSize,
  chartSteps,
} from "./core/chart.ts";
export { expired } from "./core/retention.ts";
export {
  type DayPlan,
  type FoundBatch,
  type FoundLog,
  type Inventory,
  type RunPlan,
  type RunRequest,
} from "./core/plan.ts";
export { planRun } from "./core/planning.ts";
export { type BatchShape, type LogIdentity, type Manifest, shapeOf } from "./core/manifest.ts";
export {
  type DayLog,
  type MadeCharts,
  makeCharts,
  type MakeChartsOptions,
} from "./core/make_charts.ts";
export { type IdKind, type OnRejected } from "./core/streams.ts";
export type { Columns, ParserOptions, Reader, Writer } from "./formats/interface.ts";
export type { KeyOfChart, KeyWriter, LineReader, LineStream } from "./formats/line_formats.ts";
export { csv, tsv } from "./formats/csv.ts";
export { csvWriter } from "./formats/csv_writer.ts";
export { html } from "./formats/html.ts";
export type { PageChart, PageData, PageSong, PageWriter } from "./formats/page.ts";
export { jsonl } from "./formats/jsonl.ts";
export { jsonlWriter } from "./formats/jsonl_writer.ts";
export { pipe } from "./formats/pipe.ts";
export { top } from "./formats/top.ts";
