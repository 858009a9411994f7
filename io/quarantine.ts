/**
 * The task of writing a quarantine: the rejected rows of a day's logs, in one file.
 *
 * @module
 */

import { crc32 } from "node:zlib";
import { type KeptPart, keptRows } from "../core/rejected_rows.ts";
import type { Step } from "../core/steps.ts";
import { QuarantineWriter } from "../formats/quarantine.ts";
import { FileSink, FileSource } from "./byte_files.ts";
import { claim } from "./claims.ts";
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
  { store }: JobContext,
): Generator<Step, QuarantineResult> {
  if (claim(task.claims, 1) === undefined) return undefined;
  const file = new FileSink(store.openToWrite(task.output));
  const sink = new BufferedSink(file);
  const writer = new QuarantineWriter(sink, task.limitBytes);
  try {
    for (const range of task.ranges) {
      if (writer.isFull) break;
      yield* addRange(range, writer, store);
      if (!range.isWhole) writer.fill();
    }
    writer.finish(task.day, task.rejectedRows);
    sink.flush();
    const { keptRows } = writer;
    const leftOutRows = task.rejectedRows - keptRows;
    return { sizeBytes: file.sizeBytes, crc32: sink.crc32, keptRows, leftOutRows };
  } finally {
    file.close();
  }
}

/** Rows between two steps. */
const STEP_ROWS = 256;

function* addRange(
  { path, log, linesBefore, offset, sizeBytes }: RejectedRange,
  writer: QuarantineWriter,
  store: Store,
): Generator<Step> {
  const source = new FileSource(store.openToRead(path));
  try {
    let rows = 0;
    for (const row of keptRows(source, { offset, sizeBytes })) {
      writer.add(log, { ...row, line: row.line + linesBefore });
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
