/**
 * Bytes in and out of the core: what the caller provides, and a growing buffer.
 *
 * @module
 */

/** Bytes that can be read anywhere: a file, or an array in memory. */
export interface ByteSource {
  /** What messages call it: a path, or a name. */
  readonly name: string;
  readonly sizeBytes: number;
  /**
   * Reads from `offset` into `into`, as many bytes as there are and fit.
   *
   * @returns how many bytes were read: less than `into.length` only at the end
   */
  read(into: Uint8Array, offset: number): number;
}

/** Bytes that are written one after another. */
export interface ByteSink {
  /** Takes all the bytes; the array belongs to the caller again when the call returns. */
  write(bytes: Uint8Array): void;
}

/** Makes a source of an array. Nothing is copied. */
export function sourceOf(bytes: Uint8Array, name = "memory"): ByteSource {
  return {
    name,
    sizeBytes: bytes.length,
    read(into, offset) {
      const part = bytes.subarray(offset, offset + into.length);
      into.set(part);
      return part.length;
    },
  };
}

/** A sink that keeps what was written. */
export class MemorySink implements ByteSink {
  #parts: Uint8Array[] = [];

  write(bytes: Uint8Array): void {
    this.#parts.push(bytes.slice());
  }

  /** Puts together all that was written so far. Cost: a copy. */
  toBytes(): Uint8Array {
    const all = new Uint8Array(this.#parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of this.#parts) {
      all.set(part, at);
      at += part.length;
    }
    return all;
  }
}

/**
 * A buffer to print into. Printers call {@linkcode reserve} and then write to `bytes` from
 * `length` on.
 */
export class ByteBuffer {
  bytes: Uint8Array;
  view: DataView;
  /** How many bytes are in use. */
  length = 0;

  constructor(capacity = 1 << 16) {
    this.bytes = new Uint8Array(capacity);
    this.view = new DataView(this.bytes.buffer);
  }

  /** Makes room for `count` more bytes; the arrays may be new ones afterwards. */
  reserve(count: number): void {
    if (this.length + count <= this.bytes.length) return;
    const larger = new Uint8Array(Math.max(this.bytes.length * 2, this.length + count));
    larger.set(this.bytes.subarray(0, this.length));
    this.bytes = larger;
    this.view = new DataView(larger.buffer);
  }

  /** The bytes in use, not a copy. */
  used(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }
}
