/**
 * Ids as text: where their bytes are, and which bytes are an id.
 *
 * A text is one byte that holds its length less one, then its 1 to 256 bytes. A *reference* is the
 * position of the first of them in an array; columns of ids hold references where ids are text.
 *
 * @module
 */

/** The most bytes of an id that is text. */
export const MAX_TEXT_BYTES = 256;

/** The texts where ids are numbers. */
export const NO_TEXTS: Uint8Array = new Uint8Array(0);

/** Behind the texts of an arena there is room: texts are read and copied four bytes at a time. */
const SLACK_BYTES = 8;

/** Each byte of a word, and the highest bit of each. */
const ONES = 0x01010101;
const HIGH_BITS = 0x80808080 | 0;

/** Texts one behind the other. */
export class TextArena {
  bytes: Uint8Array;
  /** Over the same bytes. */
  view: DataView;
  /** How many bytes are in use. */
  length = 0;

  constructor(capacity = 0) {
    this.bytes = new Uint8Array(capacity);
    this.view = new DataView(this.bytes.buffer);
  }

  /** Forgets all texts. */
  clear(): void {
    this.length = 0;
  }

  /**
   * Appends the text `bytes[from, to)` where it is an id: 1 to 256 bytes of UTF-8 without control
   * characters (C0, DEL and C1). Cost: O(bytes).
   *
   * @returns its reference, or -1 where it is none
   */
  put(bytes: Uint8Array, from: number, to: number): number {
    const size = to - from;
    if (size < 1 || size > MAX_TEXT_BYTES) return -1;
    if (this.length + size + SLACK_BYTES >= this.bytes.length) this.#grow();
    const reference = this.length;
    const own = this.bytes;
    let at = reference;
    own[at++] = size - 1;
    for (let i = from; i < to; i++) {
      const byte = bytes[i];
      if (byte < 0x20 || byte > 0x7e) return byte < 0x80 ? -1 : this.#putWide(bytes, from, to);
      own[at++] = byte;
    }
    this.length = at;
    return reference;
  }

  /**
   * Appends the text from `from` to before the first byte `stop`, where it is 1 to 256 bytes of
   * printable ASCII without spaces: most ids are. Its reference is the length of the arena before.
   *
   * Four bytes are looked at at a time: `(x - n) & ~x` has the high bit of a byte set where the
   * byte is below n (Mycroft's test; see Warren, "Hacker's Delight", 6-1).
   *
   * @param view with 264 bytes from `from` on
   * @returns the position of `stop`, or -1 where the text is another
   */
  putUntil(view: DataView, from: number, stop: number): number {
    if (this.length + MAX_TEXT_BYTES + SLACK_BYTES >= this.bytes.length) this.#grow();
    const own = this.view;
    const stops = Math.imul(stop, ONES);
    const end = from + MAX_TEXT_BYTES;
    let to = this.length + 1;
    let at = from;
    for (; at <= end; at += 4, to += 4) {
      const word = view.getInt32(at, true);
      const stopped = word ^ stops;
      const deleted = word ^ 0x7f7f7f7f;
      const found = (word - 0x21212121) & ~word | word | (stopped - ONES) & ~stopped |
        (deleted - ONES) & ~deleted;
      if ((found & HIGH_BITS) !== 0) break;
      own.setInt32(to, word, true);
    }
    for (; at <= end; at++, to++) {
      const byte = view.getUint8(at);
      if (byte === stop) break;
      if (byte < 0x21 || byte > 0x7e) return -1;
      own.setUint8(to, byte);
    }
    if (at > end || at === from) return -1;
    own.setUint8(this.length, at - from - 1);
    this.length = to;
    return at;
  }

  /** As {@linkcode put}, for what is not ASCII. */
  #putWide(bytes: Uint8Array, from: number, to: number): number {
    if (!isText(bytes, from, to)) return -1;
    const reference = this.length;
    this.bytes[reference] = to - from - 1;
    this.bytes.set(bytes.subarray(from, to), reference + 1);
    this.length = reference + 1 + to - from;
    return reference;
  }

  /**
   * Appends all texts of another arena.
   *
   * @returns what is added to their references
   */
  append(other: TextArena): number {
    const start = this.length;
    while (start + other.length + SLACK_BYTES > this.bytes.length) this.#grow();
    this.bytes.set(other.bytes.subarray(0, other.length), start);
    this.length += other.length;
    return start;
  }

  #grow(): void {
    const larger = new Uint8Array(Math.max(2 * this.bytes.length, 1 << 16));
    larger.set(this.bytes.subarray(0, this.length));
    this.bytes = larger;
    this.view = new DataView(larger.buffer);
  }
}

/** Whether bytes are UTF-8 (RFC 3629) without control characters. */
function isText(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to;) {
    const first = bytes[at++];
    if (first < 0x80) {
      if (first < 0x20 || first === 0x7f) return false;
      continue;
    }
    const more = first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
    if (first < 0xc2 || first > 0xf4 || at + more > to) return false;
    const second = bytes[at];
    const least = first === 0xe0 || first === 0xc2 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
    const greatest = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
    if (second < least || second > greatest) return false;
    for (let i = 1; i < more; i++) if (bytes[at + i] >> 6 !== 2) return false;
    at += more;
  }
  return true;
}

/** The bytes of the text that a reference names, not a copy. */
export function textBytes(bytes: Uint8Array, reference: number): Uint8Array {
  return bytes.subarray(reference + 1, reference + 2 + bytes[reference]);
}
