/**
 * Rows of a chart of countries or of the world that ClickHouse has chosen, as they come.
 *
 * A song of a key is the key, the song and its streams, best song first; a country is two letters.
 * The chart of the world has no key.
 *
 * @module
 */

import type { ChartKind, ChartRow, ChartShape } from "../../core/chart.ts";
import { countryKey } from "../../core/country.ts";
import { compareBytes, MAX_TEXT_ROOM, TEXT_SLACK_BYTES } from "../../core/text_compare.ts";
import { NO_TEXTS, textBytes } from "../../core/texts.ts";
import { type FoundText, ResultBuffer } from "./result_buffer.ts";

/** The name of the key of the world's chart where ids are text. */
const WORLD = new TextEncoder().encode("world");

/** What rows are of; users are of sorted_rows.ts. */
export type ChosenKind = Exclude<ChartKind, "user">;

/** Puts the songs of a key together to a row: bytes in, rows out. */
export class ResultRows {
  /** The row that {@linkcode next} has moved to; the same object every time. */
  readonly row: ChartRow;
  readonly #isText: boolean;
  readonly #kind: ChosenKind;
  readonly #buffer = new ResultBuffer();
  /** Whether the row was handed out: the next song begins another. */
  #isDone = true;
  /** Behind the texts of the row. */
  #textsEnd = 0;

  constructor({ kind, top, ids }: ChartShape & { readonly kind: ChosenKind }) {
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
    this.#buffer.feed(part);
  }

  /** Whether all bytes were taken in: where there is no next row then, there is none. */
  get isEnded(): boolean {
    return this.#buffer.isEnded;
  }

  /** Whether there are bytes of the next row; to be asked between rows. */
  hasKey(): boolean {
    return this.#buffer.to > this.#buffer.from;
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
    if (!this.#buffer.isEnded) return false;
    this.#buffer.checkEnd();
    this.#isDone = true;
    return row.count > 0;
  }

  /** Takes a song; not where it is of another key, which ends the row, or is not all there. */
  #takeNumber(): boolean {
    const buffer = this.#buffer;
    const at = buffer.from;
    const isWorld = this.#kind === "world";
    const keyBytes = isWorld ? 0 : 2;
    if (at + keyBytes + 16 > buffer.to) return false;
    const key = isWorld ? 0 : countryKey(buffer.bytes[at], buffer.bytes[at + 1]);
    const { row } = this;
    if (row.count === 0) row.key = key;
    else if (row.key !== key) return this.#end();
    this.#put(buffer.numberAt(at + keyBytes), buffer.numberAt(at + keyBytes + 8));
    buffer.from = at + keyBytes + 16;
    return true;
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
    const buffer = this.#buffer;
    const key = this.#keyText(buffer.from);
    const song = key === undefined ? undefined : buffer.textAt(key.to);
    if (key === undefined || song === undefined || song.to + 8 > buffer.to) return false;
    const { row } = this;
    if (row.count === 0) {
      row.key = this.#textsEnd = 0;
      this.#copy(key.bytes);
    } else if (compareBytes(key.bytes, textBytes(row.texts, row.key)) !== 0) {
      return this.#end();
    }
    const reference = this.#textsEnd;
    this.#put(reference, buffer.numberAt(song.to));
    this.#copy(song.bytes);
    buffer.from = song.to + 8;
    return true;
  }

  #keyText(at: number): FoundText | undefined {
    const { bytes, to } = this.#buffer;
    if (this.#kind === "world") return { bytes: WORLD, to: at };
    return at + 2 > to ? undefined : { bytes: bytes.subarray(at, at + 2), to: at + 2 };
  }

  #copy(text: Uint8Array): void {
    const { texts } = this.row;
    texts[this.#textsEnd] = text.length - 1;
    texts.set(text, this.#textsEnd + 1);
    this.#textsEnd += 1 + text.length;
  }
}
