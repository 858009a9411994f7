/**
 * The task of writing a quarantine: the rejected rows of a day's logs, in one file.
 *
 * @module
 */

import { crc32 } from "node:zlib";
import { type KeptPart, keptRows } from "../core/rejected_rows.ts";
import type { Step } from "../core/steps.ts";
import { type NamesForgotten, namesIn, QuarantineWriter } from "../formats/quarantine.ts";
import { FileSink, FileSource } from "./byte_files.ts";
import { claim } from "./claims.ts";
import { sieveOf } from "./forgotten_files.ts";
import type { Store } from "./store.ts";
import type { JobContext, QuarantineResult, QuarantineTask } from "./tasks.ts";

/** The rejected rows of a range of a log, in a scratch file. */
export interface RejectedRange extends KeptPart {
  readonly path: string;
  /** The name of the log. */
  readonly log: string;
  /** How many lines of the log are before the range. */
  readonly linesBefore: number;
}

/** Bytes that are collected before they are written. */
const BUFFER_BYTES = 1 << 16;

/** Writes the quarantine of a day; the first job that comes does all of it. */
export function* quarantine(
  task: QuarantineTask,
  { store, engine }: JobContext,
): Generator<Step, QuarantineResult> {
  if (claim(task.claims, 1) === undefined) return undefined;
  const file = new FileSink(store.openToWrite(task.output));
  const sink = new BufferedSink(file);
  const writer = new QuarantineWriter(sink, task.limitBytes);
  const sieve = task.forgotten && sieveOf(task.forgotten, engine.ids);
  const isForgotten = sieve && namesIn(engine.ids, (id) => sieve.hasId(id));
  try {
    for (const range of task.ranges) {
      if (writer.isFull) break;
      yield* addRange(range, writer, { store, isForgotten });
      if (!range.isWhole) writer.fill();
    }
    writer.finish(task.day, task.rejectedRows);
    sink.flush();
    const { keptRows, forgottenRows } = writer;
    const leftOutRows = task.rejectedRows - keptRows - forgottenRows;
    const gone = forgottenRows > 0 ? { forgottenRows } : {};
    return { sizeBytes: file.sizeBytes, crc32: sink.crc32, keptRows, leftOutRows, ...gone };
  } finally {
    file.close();
  }
}

/** Rows between two steps. */
const STEP_ROWS = 256;

function* addRange(
  { path, log, linesBefore, offset, sizeBytes }: RejectedRange,
  writer: QuarantineWriter,
  { store, isForgotten }: { readonly store: Store; readonly isForgotten?: NamesForgotten },
): Generator<Step> {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const source = new FileSource(store.openToRead(path));
  try {
    let rows = 0;
    for (const row of keptRows(source, { offset, sizeBytes })) {
      const isGone = isForgotten !== undefined && isForgotten(decoder.decode(row.bytes));
      writer.add(log, { ...row, line: row.line + linesBefore }, isGone);
      if (writer.isFull) return;
      if (++rows % STEP_ROWS === 0) yield { logBytes: 0, entries: 0 };
    }
  } finally {
    source.close();
  }
}

/** Collects small writes, and computes their checksum. */
class BufferedSink {
  crc32 = 0;
  readonly #sink: FileSink;
  readonly #buffer = new Uint8Array(BUFFER_BYTES);
  #filled = 0;

  constructor(sink: FileSink) {
    this.#sink = sink;
  }

  write(bytes: Uint8Array): void {
    this.crc32 = crc32(bytes, this.crc32);
    if (this.#filled + bytes.length > this.#buffer.length) this.flush();
    if (bytes.length > this.#buffer.length) return this.#sink.write(bytes);
    this.#buffer.set(bytes, this.#filled);
    this.#filled += bytes.length;
  }

  flush(): void {
    if (this.#filled > 0) this.#sink.write(this.#buffer.subarray(0, this.#filled));
    this.#filled = 0;
  }
}
