/**
 * Rejected rows on their way from the parser to the quarantine: as records of a scratch file, in
 * which each range of a log has a part of its own.
 *
 * A record is 14 bytes (its line in the range, how many bytes of the row follow, its reason, and
 * whether the row goes on), then the bytes.
 *
 * @module
 */

import type { ByteSink, ByteSource } from "./bytes.ts";
import { type OnRejected, REJECT_REASONS, type RejectReason } from "./streams.ts";

/** The most bytes of a row that are kept. */
export const MAX_KEPT_ROW_BYTES = 65536;

/** No line of a quarantine is shorter than its row and so many bytes. */
export const LEAST_LINE_BYTES = 32;

const HEAD_BYTES = 14;

/** Room for the largest record, and for hundreds of usual ones. */
const BUFFER_BYTES = 2 * MAX_KEPT_ROW_BYTES;

/** The part of a scratch file that holds the records of one range. */
export interface KeptPart {
  readonly offset: number;
  readonly sizeBytes: number;
  /** Whether it has all rows of the range; where not, rows of later ranges are left out, too. */
  readonly isWhole: boolean;
}

/** Rows of one range that are being kept. */
export interface KeptRange {
  readonly take: OnRejected;
  /** Ends the range. */
  finish(): KeptPart;
}

/** Writes records, range after range. Memory: a buffer of 128 KiB. */
export class RejectedRowKeeper {
  readonly #sink: ByteSink;
  readonly #limitBytes: number;
  readonly #buffer = new Uint8Array(BUFFER_BYTES);
  readonly #view = new DataView(this.#buffer.buffer);
  #filled = 0;
  #writtenBytes = 0;

  /**
   * @param limitBytes of the quarantine of the day: a range keeps no rows that do not fit even
   *   where the ranges before it have none
   */
  constructor(sink: ByteSink, limitBytes: number) {
    this.#sink = sink;
    this.#limitBytes = limitBytes;
  }

  /** Begins a range; one at a time. */
  begin(): KeptRange {
    const offset = this.#writtenBytes;
    // Once a row does not fit, no later one does: a quarantine holds the first rows of its day.
    let leastBytes = 0;
    return {
      take: (line, reason, bytes, from, to) => {
        const size = Math.min(to - from, MAX_KEPT_ROW_BYTES);
        leastBytes += size + LEAST_LINE_BYTES;
        if (leastBytes > this.#limitBytes) return;
        const row = bytes.subarray(from, from + size);
        this.#write({ line, reason, bytes: row, isCut: size < to - from });
      },
      finish: () => {
        this.#flush();
        const isWhole = leastBytes <= this.#limitBytes;
        return { offset, sizeBytes: this.#writtenBytes - offset, isWhole };
      },
    };
  }

  #write({ line, reason, bytes, isCut }: KeptRow): void {
    if (this.#filled + HEAD_BYTES + bytes.length > this.#buffer.length) this.#flush();
    const view = this.#view;
    view.setFloat64(this.#filled, line);
    view.setUint32(this.#filled + 8, bytes.length);
    view.setUint8(this.#filled + 12, REJECT_REASONS.indexOf(reason));
    view.setUint8(this.#filled + 13, isCut ? 1 : 0);
    this.#buffer.set(bytes, this.#filled + HEAD_BYTES);
    this.#filled += HEAD_BYTES + bytes.length;
  }

  #flush(): void {
    if (this.#filled === 0) return;
    this.#sink.write(this.#buffer.subarray(0, this.#filled));
    this.#writtenBytes += this.#filled;
    this.#filled = 0;
  }
}

/** A rejected row that was kept. */
export interface KeptRow {
  /** Its line in the range, from 1. */
  readonly line: number;
  readonly reason: RejectReason;
  /** The row without its line end, until the next one is read. */
  readonly bytes: Uint8Array;
  /** Whether the row goes on behind these bytes. */
  readonly isCut: boolean;
}

/** Reads the records of a part. Memory: a buffer of 128 KiB. */
export function* keptRows(
  source: ByteSource,
  { offset, sizeBytes }: Omit<KeptPart, "isWhole">,
): Generator<KeptRow> {
  const buffer = new Uint8Array(BUFFER_BYTES);
  const view = new DataView(buffer.buffer);
  let [from, to, read] = [0, 0, 0];
  const need = (count: number): void => {
    if (to - from >= count) return;
    buffer.copyWithin(0, from, to);
    to -= from;
    from = 0;
    const room = buffer.subarray(to, Math.min(buffer.length, to + sizeBytes - read));
    const fresh = source.read(room, offset + read);
    read += fresh;
    to += fresh;
    if (to < count) throw new Error(`Cannot read "${source.name}": cut short, expected rows`);
  };
  while (read < sizeBytes || from < to) {
    need(HEAD_BYTES);
    const length = view.getUint32(from + 8);
    need(HEAD_BYTES + length);
    const start = from + HEAD_BYTES;
    yield {
      line: view.getFloat64(from),
      reason: REJECT_REASONS[view.getUint8(from + 12)],
      bytes: buffer.subarray(start, start + length),
      isCut: view.getUint8(from + 13) === 1,
    };
    from = start + length;
  }
}
