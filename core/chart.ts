/**
 * Charts: the batches of a window are merged, the top songs of every key chosen and printed.
 *
 * @module
 */

import { ALL_KEYS, type KeyRange } from "./batch_reader.ts";
import { narrowInputs, type Tools } from "./batching.ts";
import { ByteBuffer, type ByteSink } from "./bytes.ts";
import type { Movement } from "./movement.ts";
import type { Engine, MergeInput, Merger, OpenBatch, Selection } from "./engine.ts";
import type { Step } from "./steps.ts";
import type { IdKind, KeyKind } from "./streams.ts";

/** What a chart is grouped by; `world` is one key for all. */
export type ChartKind = KeyKind | "world";

/** All kinds of charts, in the order in which they are made and shown. */
export const CHART_KINDS: readonly ChartKind[] = ["country", "user", "world"];

/** The batches that a chart is made of: that of the world is made of those by country. */
export function batchKindOf(kind: ChartKind): KeyKind {
  return kind === "world" ? "country" : kind;
}

/** What a chart holds. */
export interface ChartShape {
  readonly kind: ChartKind;
  /** The most songs of a key. */
  readonly top: number;
  /** What the ids of songs and users are. */
  readonly ids: IdKind;
  /** Whether rows have movements, which are to be printed. */
  readonly hasMovement?: boolean;
}

/** One key of a chart with its songs, best first. The arrays are used again for the next key. */
export interface ChartRow {
  /**
   * A user id, a country key (see country.ts) or, for the world, 0; where ids are text, all keys
   * are references into `texts`, countries being texts of two letters, and the world `world`.
   */
  key: number;
  /** The songs from 0 to before `count`; references into `texts` where ids are text. */
  songs: Float64Array;
  /** How often each was played. */
  streams: Float64Array;
  /** How many songs, at least 1. */
  count: number;
  /** The texts, where ids are text (see texts.ts). */
  texts: Uint8Array;
  /** How the songs came to their ranks, one for each, where the chart has movement. */
  movements?: readonly Movement[];
}

/** Prints the rows of one chart, or of a part of it. */
export interface ChartPrinter {
  /** Appends what stands before the first key. */
  begin?(out: ByteBuffer): void;
  /** Appends what stands for one key; keys come ascending. */
  print(row: ChartRow, out: ByteBuffer): void;
  /** Appends what stands behind the last key. */
  end?(out: ByteBuffer): void;
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
  readonly batches: readonly OpenBatch[];
  readonly top: number;
  readonly printer: ChartPrinter;
  readonly sink: ByteSink;
  /** Only these keys; all by default. */
  readonly range?: KeyRange;
  /** All keys count as one; the batches are by country. */
  readonly isWorld?: boolean;
  /** Whether no more is read than the blocks of the range: for a few keys. */
  readonly isExact?: boolean;
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
  const { engine, cursorBytes } = tools;
  const { range = ALL_KEYS, isWorld = false, isExact } = job;
  const given = isWorld
    ? worldInputs(job.batches, engine)
    : job.batches.map((batch) => ({ batch, range }));
  const narrowed = yield* narrowInputs(given, { ...tools, isWorld, isExact });
  const maker = new ChartMaker(job.top, [job], engine);
  const merger = engine.merger(narrowed.inputs, { cursorBytes, isWorld, isExact });
  const size = yield* maker.make(merger, { isFirst: true, isLast: true });
  for (const run of narrowed.runs) run.remove();
  return size;
}

/** Every key of every batch as an input of its own: the songs of all are merged as those of one key. */
export function worldInputs(batches: readonly OpenBatch[], engine: Engine): MergeInput[] {
  return batches.flatMap((batch) => engine.rangesOfKeys(batch).map((range) => ({ batch, range })));
}

/** Where a chart, or a part of one, is printed to. */
export interface ChartOutput {
  readonly printer: ChartPrinter;
  readonly sink: ByteSink;
}

/** Which part of a chart is made. */
export interface ChartPart {
  readonly isFirst: boolean;
  readonly isLast: boolean;
}

/** Chooses and prints the top songs of every key that a merger gives. Can be used again. */
export class ChartMaker {
  readonly #outputs: ChartOutputs;
  readonly #selection: Selection;

  constructor(top: number, outputs: readonly ChartOutput[], engine: Engine) {
    this.#selection = engine.selection(top);
    this.#outputs = new ChartOutputs(outputs);
  }

  /** Makes the chart, or the part of it, of all that the merger gives. */
  *make(merger: Merger, { isFirst, isLast }: ChartPart): Generator<Step, ChartSize> {
    const selection = this.#selection;
    const outputs = this.#outputs;
    let entries = 0;
    let keyCount = 0;
    let streamCount = 0;
    if (isFirst) outputs.begin();
    while (merger.next()) {
      const { segment } = merger;
      streamCount += selection.offer(segment, merger.texts, merger.isLast);
      entries += segment.to - segment.from;
      if (merger.isLast) {
        keyCount++;
        outputs.print(selection.rowOf(merger.key, merger.texts));
        selection.reset();
      }
      if (entries < STEP_ENTRIES) continue;
      yield { logBytes: 0, entries };
      entries = 0;
    }
    outputs.finish(isLast);
    yield { logBytes: 0, entries };
    return { keyCount, streamCount };
  }
}

/** Prints rows to several outputs. Can be used again. */
export class ChartOutputs {
  readonly #outputs: readonly BufferedOutput[];

  constructor(outputs: readonly ChartOutput[]) {
    this.#outputs = outputs.map((output) => new BufferedOutput(output));
  }

  /** Begins the chart; not where only a later part of it is printed. */
  begin(): void {
    for (const output of this.#outputs) output.begin();
  }

  /** Prints a row; they come with their keys ascending. */
  print(row: ChartRow): void {
    const outputs = this.#outputs;
    for (let i = 0; i < outputs.length; i++) outputs[i].print(row);
  }

  /** Ends the chart or a part of it: all that was printed is in the sinks. */
  finish(isLast: boolean): void {
    for (const output of this.#outputs) output.finish(isLast);
  }
}

/** Collects what is printed. */
class BufferedOutput {
  readonly #printer: ChartPrinter;
  readonly #sink: ByteSink;
  readonly #out = new ByteBuffer(WRITE_BYTES + (WRITE_BYTES >> 2));

  constructor({ printer, sink }: ChartOutput) {
    this.#printer = printer;
    this.#sink = sink;
  }

  begin(): void {
    this.#printer.begin?.(this.#out);
  }

  print(row: ChartRow): void {
    this.#printer.print(row, this.#out);
    if (this.#out.length >= WRITE_BYTES) this.#drain();
  }

  finish(isLast: boolean): void {
    if (isLast) this.#printer.end?.(this.#out);
    this.#drain();
  }

  #drain(): void {
    if (this.#out.length > 0) this.#sink.write(this.#out.used());
    this.#out.length = 0;
  }
}
