/**
 * Rows of a chart as they come from ClickHouse, in its format RowBinary.
 *
 * A song of a key is the key, the song and its streams: whole numbers of 64 bits, lowest byte first,
 * a country two letters, a text its length and its bytes. The chart of the world has no key.
 *
 * @module
 */

import type { ChartRow, ChartShape } from "../../core/chart.ts";
import { countryKey } from "../../core/country.ts";
import { compareBytes, MAX_TEXT_ROOM, TEXT_SLACK_BYTES } from "../../core/text_compare.ts";
import { MAX_TEXT_BYTES, NO_TEXTS, textBytes } from "../../core/texts.ts";

const TWO_32 = 2 ** 32;

/** The name of the key of the world's chart where ids are text. */
const WORLD = new TextEncoder().encode("world");

/** Puts the songs of a key together to a row: bytes in, rows out. */
export class ResultRows {
  /** The row that {@linkcode next} has moved to; the same object every time. */
  readonly row: ChartRow;
  readonly #isText: boolean;
  readonly #kind: ChartShape["kind"];
  #bytes = new Uint8Array(1 << 16);
  #view = new DataView(this.#bytes.buffer);
  #from = 0;
  #to = 0;
  #isEnded = false;
  /** Whether the row was handed out: the next song begins another. */
  #isDone = true;
  /** Behind the texts of the row. */
  #textsEnd = 0;

  constructor({ kind, top, ids }: ChartShape) {
    this.#kind = kind;
    this.#isText = ids === "text";
    this.row = {
      key: 0,
      songs: new Float64Array(top),
      streams: new Float64Array(top),
      count: 0,
      texts: this.#isText ? new Uint8Array((top + 1) * MAX_TEXT_ROOM + TEXT_SLACK_BYTES) : NO_TEXTS,
    };
  }

  /** Takes the next bytes of the result; without any it is at its end. */
  feed(part: Uint8Array | undefined): void {
    if (part === undefined) {
      this.#isEnded = true;
      return;
    }
    const held = this.#to - this.#from;
    if (held + part.length > this.#bytes.length) {
      const larger = new Uint8Array(2 * (held + part.length));
      larger.set(this.#bytes.subarray(this.#from, this.#to));
      this.#bytes = larger;
      this.#view = new DataView(larger.buffer);
    } else {
      this.#bytes.copyWithin(0, this.#from, this.#to);
    }
    this.#bytes.set(part, held);
    this.#from = 0;
    this.#to = held + part.length;
  }

  /** Whether all bytes were taken in: where there is no next row then, there is none. */
  get isEnded(): boolean {
    return this.#isEnded;
  }

  /**
   * Moves to the next row.
   *
   * @returns whether there is one; where not, more bytes are needed unless all {@linkcode isEnded}
   * @throws {RangeError} where the bytes end within a song, or a key has too many of them
   */
  next(): boolean {
    const { row } = this;
    if (this.#isDone) row.count = 0;
    this.#isDone = false;
    while (this.#isText ? this.#takeText() : this.#takeNumber()) {
      // It was a song of this key.
    }
    if (this.#isDone) return true;
    if (!this.#isEnded) return false;
    if (this.#from !== this.#to) throw new RangeError("the result ends within a row");
    this.#isDone = true;
    return row.count > 0;
  }

  /** Takes a song; not where it is of another key, which ends the row, or is not all there. */
  #takeNumber(): boolean {
    const keyBytes = this.#kind === "user" ? 8 : this.#kind === "country" ? 2 : 0;
    const at = this.#from;
    if (at + keyBytes + 16 > this.#to) return false;
    const key = keyBytes === 8
      ? this.#number(at)
      : keyBytes === 2
      ? countryKey(this.#bytes[at], this.#bytes[at + 1])
      : 0;
    const { row } = this;
    if (row.count === 0) row.key = key;
    else if (row.key !== key) return this.#end();
    this.#put(this.#number(at + keyBytes), this.#number(at + keyBytes + 8));
    this.#from = at + keyBytes + 16;
    return true;
  }

  #number(at: number): number {
    return this.#view.getUint32(at, true) + this.#view.getUint32(at + 4, true) * TWO_32;
  }

  #put(song: number, streams: number): void {
    const { row } = this;
    if (row.count === row.songs.length) {
      throw new RangeError("a key has more songs than were asked for");
    }
    row.songs[row.count] = song;
    row.streams[row.count++] = streams;
  }

  #end(): false {
    this.#isDone = true;
    return false;
  }

  #takeText(): boolean {
    const key = this.#keyText(this.#from);
    const song = key === undefined ? undefined : this.#text(key.to);
    if (key === undefined || song === undefined || song.to + 8 > this.#to) return false;
    const { row } = this;
    if (row.count === 0) {
      row.key = this.#textsEnd = 0;
      this.#copy(key.bytes);
    } else if (compareBytes(key.bytes, textBytes(row.texts, row.key)) !== 0) {
      return this.#end();
    }
    const reference = this.#textsEnd;
    this.#put(reference, this.#number(song.to));
    this.#copy(song.bytes);
    this.#from = song.to + 8;
    return true;
  }

  #keyText(at: number): FoundText | undefined {
    if (this.#kind === "world") return { bytes: WORLD, to: at };
    if (this.#kind === "user") return this.#text(at);
    return at + 2 > this.#to ? undefined : { bytes: this.#bytes.subarray(at, at + 2), to: at + 2 };
  }

  /** A text with its length in front; `undefined` where it is not all there. */
  #text(at: number): FoundText | undefined {
    const bytes = this.#bytes;
    if (at + 2 > this.#to) return undefined;
    const isLong = bytes[at] >= 0x80;
    const length = isLong ? bytes[at] - 0x80 + bytes[at + 1] * 0x80 : bytes[at];
    if (length < 1 || length > MAX_TEXT_BYTES) throw new RangeError("a text is no id");
    const from = at + (isLong ? 2 : 1);
    const to = from + length;
    return to > this.#to ? undefined : { bytes: bytes.subarray(from, to), to };
  }

  #copy(text: Uint8Array): void {
    const { texts } = this.row;
    texts[this.#textsEnd] = text.length - 1;
    texts.set(text, this.#textsEnd + 1);
    this.#textsEnd += 1 + text.length;
  }
}

/** A text and where the bytes behind it begin. */
interface FoundText {
  readonly bytes: Uint8Array;
  readonly to: number;
}
