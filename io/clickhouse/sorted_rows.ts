/**
 * Rows of a chart put together of all songs of all keys, as they come from ClickHouse.
 *
 * A song of a key may come in several parts, from different days and loads. They come in the order of
 * the keys, then songs: so parts that belong together follow each other. To sort costs a server far
 * less than to add up, and to choose costs next to nothing here.
 *
 * @module
 */

import type { ChartRow } from "../../core/chart.ts";
import type { Selection } from "../../core/engine.ts";
import { EntryList } from "../../core/entries.ts";
import type { IdKind } from "../../core/streams.ts";
import { compareBytes, MAX_TEXT_ROOM, TEXT_SLACK_BYTES } from "../../core/text_compare.ts";
import { NO_TEXTS, textBytes } from "../../core/texts.ts";
import { ResultBuffer } from "./result_buffer.ts";

/** So many songs are collected before they are offered. */
const SONGS = 1 << 12;

const NUMBERS_BYTES = 24;

/** What a row is put together in; results that are read a whole row at a time can share one. */
export interface RowRoom {
  readonly ids: IdKind;
  readonly selection: Selection;
  readonly list: EntryList;
  readonly texts: Uint8Array;
}

/** Makes room for rows of what a selection chooses; besides the selection about 1 MB. */
export function createRowRoom(selection: Selection, ids: IdKind): RowRoom {
  const texts = ids === "text"
    ? new Uint8Array((SONGS + 1) * MAX_TEXT_ROOM + TEXT_SLACK_BYTES)
    : NO_TEXTS;
  return { ids, selection, list: EntryList.withRoom(SONGS), texts };
}

/** Adds up and chooses: bytes in, rows out. */
export class SortedRows {
  /** The row that {@linkcode next} has moved to, until any row is begun in the same room. */
  row!: ChartRow;
  readonly #buffer = new ResultBuffer();
  readonly #selection: Selection;
  readonly #isText: boolean;
  readonly #list: EntryList;
  readonly #texts: Uint8Array;
  #textsEnd = 0;
  #key = 0;
  #hasKey = false;
  /** Whether the row was handed out: what follows is of another key. */
  #isDone = true;
  /** The key of the row that is to come, which {@linkcode hasKey} has found. */
  #nextKey = 0;
  #nextText: Uint8Array = NO_TEXTS;

  constructor({ ids, selection, list, texts }: RowRoom) {
    this.#selection = selection;
    this.#isText = ids === "text";
    this.#list = list;
    this.#texts = texts;
  }

  /** Takes the next bytes of the result; without any it is at its end. */
  feed(part: Uint8Array | undefined): void {
    this.#buffer.feed(part);
  }

  /** Whether all bytes were taken in: where there is no next row then, there is none. */
  get isEnded(): boolean {
    return this.#buffer.isEnded;
  }

  /**
   * Looks whether the key of the next row is there, which {@linkcode compareKeys} compares. To be
   * asked between rows; no row is begun.
   *
   * @throws {RangeError} where the bytes end within a song
   */
  hasKey(): boolean {
    const buffer = this.#buffer;
    if (this.#isText) {
      const text = buffer.textAt(buffer.from);
      if (text === undefined) return this.#noKey();
      this.#nextText = text.bytes;
      return true;
    }
    if (buffer.from + 8 > buffer.to) return this.#noKey();
    this.#nextKey = buffer.numberAt(buffer.from);
    return true;
  }

  #noKey(): false {
    if (this.#buffer.isEnded) this.#buffer.checkEnd();
    return false;
  }

  /** Compares the keys of the rows that are to come; both have one. */
  compareKeys(other: SortedRows): number {
    return this.#isText
      ? compareBytes(this.#nextText, other.#nextText)
      : this.#nextKey - other.#nextKey;
  }

  /**
   * Moves to the next row.
   *
   * @returns whether there is one; where not, more bytes are needed unless all {@linkcode isEnded}
   * @throws {RangeError} where the bytes end within a song
   */
  next(): boolean {
    if (this.#isDone) this.#begin();
    if (this.#isText ? this.#takeTexts() : this.#takeNumbers()) return this.#finish();
    if (!this.#buffer.isEnded) return false;
    this.#buffer.checkEnd();
    return this.#finish();
  }

  #begin(): void {
    this.#selection.reset();
    this.#list.to = this.#textsEnd = 0;
    this.#hasKey = this.#isDone = false;
  }

  #finish(): boolean {
    this.#isDone = true;
    if (!this.#hasKey) return false;
    this.#selection.offer(this.#list, this.#texts, true);
    this.row = this.#selection.rowOf(this.#key, this.#texts);
    return true;
  }

  /** Takes all songs of the key that are there; returns whether another key follows. */
  #takeNumbers(): boolean {
    const buffer = this.#buffer;
    const list = this.#list;
    const { songs, counts } = list;
    for (; buffer.from + NUMBERS_BYTES <= buffer.to; buffer.from += NUMBERS_BYTES) {
      const key = buffer.numberAt(buffer.from);
      if (!this.#hasKey) {
        this.#key = key;
        this.#hasKey = true;
      } else if (key !== this.#key) return true;
      const song = buffer.numberAt(buffer.from + 8);
      const streams = buffer.numberAt(buffer.from + 16);
      if (list.to > 0 && songs[list.to - 1] === song) {
        counts[list.to - 1] += streams;
        continue;
      }
      if (list.to === SONGS) this.#offer();
      songs[list.to] = song;
      counts[list.to++] = streams;
    }
    return false;
  }

  #takeTexts(): boolean {
    const buffer = this.#buffer;
    const list = this.#list;
    for (;;) {
      const key = buffer.textAt(buffer.from);
      const song = key === undefined ? undefined : buffer.textAt(key.to);
      if (key === undefined || song === undefined || song.to + 8 > buffer.to) return false;
      if (!this.#hasKey) {
        this.#hasKey = true;
        this.#key = this.#keep(key.bytes);
      } else if (compareBytes(key.bytes, textBytes(this.#texts, this.#key)) !== 0) return true;
      const streams = buffer.numberAt(song.to);
      buffer.from = song.to + 8;
      const last = list.to - 1;
      const isSame = last >= 0 &&
        compareBytes(song.bytes, textBytes(this.#texts, list.songs[last])) === 0;
      if (isSame) {
        list.counts[last] += streams;
        continue;
      }
      if (list.to === SONGS) this.#offer();
      list.songs[list.to] = this.#keep(song.bytes);
      list.counts[list.to++] = streams;
    }
  }

  /** Offers all songs but the last, of which more may come. */
  #offer(): void {
    const list = this.#list;
    list.to--;
    this.#selection.offer(list, this.#texts, false);
    const [song, streams] = [list.songs[list.to], list.counts[list.to]];
    list.to = 1;
    list.counts[0] = streams;
    list.songs[0] = song;
    if (!this.#isText) return;
    // The key is the first of the texts.
    const text = textBytes(this.#texts, song).slice();
    this.#textsEnd = this.#key + 2 + this.#texts[this.#key];
    list.songs[0] = this.#keep(text);
  }

  #keep(text: Uint8Array): number {
    const reference = this.#textsEnd;
    this.#texts[reference] = text.length - 1;
    this.#texts.set(text, reference + 1);
    this.#textsEnd += 1 + text.length;
    return reference;
  }
}
