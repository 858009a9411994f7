/**
 * HalfSipHash-2-4, a keyed hash of 32 bits for short inputs, made of 32-bit words alone.
 *
 * Source: Aumasson and Bernstein, "SipHash: a fast short-input PRF" (2012), and the reference
 * implementation of its variant for 32-bit platforms (github.com/veorq/SipHash, `halfsiphash.c`).
 * A key of 64 bits is too short to keep a secret for long: it only sorts out what need not be
 * looked at, and what it finds is held against a stronger hash.
 *
 * @module
 */

const TWO_32 = 2 ** 32;

/** Hashes with one key. */
export class HalfSipHash {
  readonly #k0: number;
  readonly #k1: number;

  /** @param key 8 bytes */
  constructor(key: Uint8Array) {
    const view = new DataView(key.buffer, key.byteOffset, 8);
    this.#k0 = view.getInt32(0, true);
    this.#k1 = view.getInt32(4, true);
  }

  /** Hashes a whole number up to 2^53 - 1 as its eight bytes, little-endian. */
  ofWhole(value: number): number {
    const high = Math.floor(value / TWO_32);
    return this.#hash(8, (word) => word === 0 ? value | 0 : high);
  }

  /** Hashes bytes. */
  ofBytes(bytes: Uint8Array): number {
    return this.#hash(bytes.length, (word) => wordAt(bytes, 4 * word));
  }

  /**
   * @param length of the input in bytes
   * @param wordOf its words; the last one is filled up with zeros where the length is no multiple of 4
   */
  #hash(length: number, wordOf: (word: number) => number): number {
    let v0 = this.#k0;
    let v1 = this.#k1;
    let v2 = 0x6c796765 ^ v0;
    let v3 = 0x74656462 ^ v1;
    const words = length >> 2;
    // The last block holds the bytes that are left, and the length.
    for (let block = 0; block <= words + 1; block++) {
      const isEnd = block === words + 1;
      let word = 0;
      if (block < words) word = wordOf(block);
      else if (!isEnd) word = (length << 24) | ((length & 3) === 0 ? 0 : wordOf(words));
      if (isEnd) v2 ^= 0xff;
      else v3 ^= word;
      for (let round = isEnd ? 4 : 2; round > 0; round--) {
        v0 = (v0 + v1) | 0;
        v1 = (v1 << 5 | v1 >>> 27) ^ v0;
        v0 = v0 << 16 | v0 >>> 16;
        v2 = (v2 + v3) | 0;
        v3 = (v3 << 8 | v3 >>> 24) ^ v2;
        v0 = (v0 + v3) | 0;
        v3 = (v3 << 7 | v3 >>> 25) ^ v0;
        v2 = (v2 + v1) | 0;
        v1 = (v1 << 13 | v1 >>> 19) ^ v2;
        v2 = v2 << 16 | v2 >>> 16;
      }
      if (!isEnd) v0 ^= word;
    }
    return (v1 ^ v3) >>> 0;
  }
}

/** Up to four bytes as a word, little-endian; zeros stand behind the last byte. */
function wordAt(bytes: Uint8Array, at: number): number {
  let word = 0;
  for (let i = Math.min(3, bytes.length - 1 - at); i >= 0; i--) word = word << 8 | bytes[at + i];
  return word;
}
