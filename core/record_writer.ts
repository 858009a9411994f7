/**
 * Writes the records of a batch file one behind the other, each with its frame: checksum and length.
 *
 * @module
 */

import { FRAME_BYTES } from "./batch_format.ts";
import type { ByteSink } from "./bytes.ts";
import type { Checksum } from "./crc32.ts";

/** Bytes are handed to the sink in pieces of about this size. */
const WRITE_BYTES = 1 << 18;

/** Collects records, and writes them when there is enough of them. */
export class RecordWriter {
  readonly bytes: Uint8Array;
  /** Over the same bytes. */
  readonly view: DataView;
  readonly #sink: ByteSink;
  readonly #checksum: Checksum;
  #used = 0;
  #written = 0;

  /** @param mostBytes the most bytes of a record with its frame, and what is written past its end */
  constructor(sink: ByteSink, checksum: Checksum, mostBytes: number) {
    this.#sink = sink;
    this.#checksum = checksum;
    this.bytes = new Uint8Array(WRITE_BYTES + mostBytes);
    this.view = new DataView(this.bytes.buffer);
  }

  /** Where the next record begins, in bytes from the first one. */
  get sizeBytes(): number {
    return this.#written + this.#used;
  }

  /** Where in `bytes` the payload of the next record goes. */
  get payload(): number {
    return this.#used + FRAME_BYTES;
  }

  /** Ends a record whose payload ends before `end` of `bytes`: fills in its frame. */
  close(end: number): void {
    const start = this.#used;
    this.view.setUint32(start + 4, end - start - FRAME_BYTES, true);
    this.view.setUint32(start, this.#checksum(this.bytes.subarray(start + 4, end)), true);
    this.#used = end;
    if (this.#used >= WRITE_BYTES) this.drain();
  }

  /** Writes what is left. */
  drain(): void {
    if (this.#used === 0) return;
    this.#sink.write(this.bytes.subarray(0, this.#used));
    this.#written += this.#used;
    this.#used = 0;
  }
}
