/**
 * Charts: the batches of a window are merged, the top songs of every key chosen and printed.
 *
 * @module
 */

import { ALL_KEYS, type BatchReader, type KeyRange } from "./batch_reader.ts";
import { narrowInputs, type Step, type Tools } from "./batching.ts";
import { ByteBuffer, type ByteSink } from "./bytes.ts";
import { KeyMerger } from "./merge.ts";
import type { KeyKind } from "./streams.ts";
import { TopSongs } from "./top_songs.ts";

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

/** What a finished chart holds. */
export interface ChartSize {
  readonly keyCount: number;
  /** Streams that were counted, those of songs below the top too. */
  readonly streamCount: number;
}

/** A chart to be made. */
export interface ChartJob {
  /** The batches of the window, all of the chart's kind of key. */
  readonly readers: readonly BatchReader[];
  readonly top: number;
  readonly printer: ChartPrinter;
  readonly sink: ByteSink;
  /** Only these keys; all by default. */
  readonly range?: KeyRange;
}

/** Printed bytes are handed to the sink in pieces of about this size. */
const WRITE_BYTES = 1 << 20;

/** Entries that are merged between two steps. */
const STEP_ENTRIES = 1 << 18;

/**
 * Makes a chart.
 *
 * Order: keys ascending; within a key streams descending, then song ascending. Cost: O(entries
 * log batches). Memory: a merge, a selection and a write buffer, whatever the batches hold.
 */
export function* chartSteps(job: ChartJob, tools: Tools): Generator<Step, ChartSize> {
  const narrowed = yield* narrowInputs(job.readers, tools);
  const range = job.range ?? ALL_KEYS;
  const cursors = narrowed.readers.map((reader) => reader.cursor(range, tools.cursorBytes));
  const maker = new ChartMaker(job.top, job.printer);
  const size = yield* maker.make(new KeyMerger(cursors), job.sink);
  for (const run of narrowed.runs) run.remove();
  return size;
}

/** Chooses and prints the top songs of every key that a merger gives. Can be used again. */
export class ChartMaker {
  readonly #printer: ChartPrinter;
  readonly #selection: TopSongs;
  readonly #out = new ByteBuffer(WRITE_BYTES + (WRITE_BYTES >> 2));

  constructor(top: number, printer: ChartPrinter) {
    this.#selection = new TopSongs(top);
    this.#printer = printer;
  }

  /** Makes the chart of all that the merger gives. */
  *make(merger: KeyMerger, sink: ByteSink): Generator<Step, ChartSize> {
    const selection = this.#selection;
    const out = this.#out;
    let entries = 0;
    let keyCount = 0;
    let streamCount = 0;
    while (merger.next()) {
      const { segment } = merger;
      streamCount += selection.offer(segment);
      entries += segment.to - segment.from;
      if (merger.isLast) {
        keyCount++;
        const count = selection.finish();
        this.#printer.print(merger.key, selection.songs, selection.streams, count, out);
        selection.reset();
        if (out.length >= WRITE_BYTES) drain(out, sink);
      }
      if (entries < STEP_ENTRIES) continue;
      yield { logBytes: 0, entries };
      entries = 0;
    }
    drain(out, sink);
    yield { logBytes: 0, entries };
    return { keyCount, streamCount };
  }
}

function drain(out: ByteBuffer, sink: ByteSink): void {
  if (out.length > 0) sink.write(out.used());
  out.length = 0;
}
