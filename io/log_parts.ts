/**
 * A log read from its first byte to its last, part by part.
 *
 * @module
 */

import { crc32 } from "node:zlib";
import type { ByteSource } from "../core/bytes.ts";

/** The bytes of a part. */
const PART_BYTES = 1 << 20;

/** The parts of a log; each is gone when the next is asked for. Can be gone over once. */
export class LogParts implements AsyncIterable<Uint8Array> {
  readonly source: ByteSource;
  /** The bytes that were read. */
  sizeBytes = 0;
  /** CRC-32 of these bytes. */
  crc32 = 0;
  #told = 0;

  constructor(source: ByteSource) {
    this.source = source;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    const buffer = new Uint8Array(PART_BYTES);
    for (;;) {
      const part = buffer.subarray(0, this.source.read(buffer, this.sizeBytes));
      if (part.length === 0) return;
      this.sizeBytes += part.length;
      this.crc32 = crc32(part, this.crc32);
      yield part;
    }
  }

  /** How many bytes were read since the last call. */
  takeProgress(): number {
    const fresh = this.sizeBytes - this.#told;
    this.#told = this.sizeBytes;
    return fresh;
  }
}
