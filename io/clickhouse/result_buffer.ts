/**
 * The bytes of a result on their way: parts in, whole values out.
 *
 * ClickHouse's format RowBinary has whole numbers of 64 bits, lowest byte first, and texts with
 * their length in front.
 *
 * @module
 */

import { MAX_TEXT_BYTES } from "../../core/texts.ts";

const TWO_32 = 2 ** 32;

/** A text and where the bytes behind it begin. */
export interface FoundText {
  readonly bytes: Uint8Array;
  readonly to: number;
}

/** What was taken in and not yet used: from `from` to before `to`. */
export class ResultBuffer {
  bytes: Uint8Array = new Uint8Array(0);
  from = 0;
  to = 0;
  /** Whether no more bytes come. */
  isEnded = false;
  #view = new DataView(this.bytes.buffer);

  /** Takes the next bytes of the result, which are its own now; without any it is at its end. */
  feed(part: Uint8Array | undefined): void {
    if (part === undefined) {
      this.isEnded = true;
      return;
    }
    const held = this.to - this.from;
    if (held === 0 && part.length > this.bytes.length) {
      // Nothing is copied of what comes as a whole.
      this.bytes = part;
      this.#view = new DataView(part.buffer, part.byteOffset, part.byteLength);
      this.from = 0;
      this.to = part.length;
      return;
    }
    if (held + part.length > this.bytes.length) {
      const larger = new Uint8Array(2 * (held + part.length));
      larger.set(this.bytes.subarray(this.from, this.to));
      this.bytes = larger;
      this.#view = new DataView(larger.buffer);
    } else {
      this.bytes.copyWithin(0, this.from, this.to);
    }
    this.bytes.set(part, held);
    this.from = 0;
    this.to = held + part.length;
  }

  /** Reads a whole number, which must be there. */
  numberAt(at: number): number {
    return this.#view.getUint32(at, true) + this.#view.getUint32(at + 4, true) * TWO_32;
  }

  /** Reads a text; `undefined` where it is not all there. */
  textAt(at: number): FoundText | undefined {
    const bytes = this.bytes;
    if (at + 2 > this.to) return undefined;
    const isLong = bytes[at] >= 0x80;
    const length = isLong ? bytes[at] - 0x80 + bytes[at + 1] * 0x80 : bytes[at];
    if (length < 1 || length > MAX_TEXT_BYTES) throw new RangeError("a text is no id");
    const from = at + (isLong ? 2 : 1);
    const to = from + length;
    return to > this.to ? undefined : { bytes: bytes.subarray(from, to), to };
  }

  /** @throws {RangeError} where bytes are left that are no whole row */
  checkEnd(): void {
    if (this.from !== this.to) throw new RangeError("the result ends within a row");
  }
}
