/**
 * A piece of a partition in memory where ids are text: records as scattering left them, and columns
 * to sort them in.
 *
 * @module
 */

import type { ByteSource } from "./bytes.ts";
import { EntryList } from "./entries.ts";
import type { Chunk } from "./scatter.ts";
import { TEXT_SLACK_BYTES, type TextBytes, textsOver } from "./text_compare.ts";
import { MIN_TEXT_WORK_BYTES } from "./text_scatter.ts";
import { sortTexts, type TextColumns } from "./text_sort.ts";

/** Bytes that a record takes besides its texts: a reference, a word, and room to sort both. */
const ROW_BYTES = 4 * 4;

/** Bytes that a stream takes in a piece, about, for ids of some 22 characters. */
export const TEXT_STREAM_BYTES = 2 * 23 + ROW_BYTES;

/** Entries are handed on in lists of at most so many. */
const LIST_ENTRIES = 256;

/** What sorted entries go to. */
export interface EntryTaker {
  /**
   * Takes entries of a key; keys come ascending, and the songs of a key over all its lists.
   *
   * @param texts what key and songs refer to
   */
  addEntries(key: number, list: EntryList, texts: Uint8Array): void;
}

/** Holds records. */
export class TextPiece {
  /** How many records it holds. */
  length = 0;

  readonly #memory: ArrayBuffer;
  #texts!: TextBytes;
  /** Bytes of texts that it holds, and can hold. */
  #used = 0;
  #room = 0;
  #columns!: TextColumns;
  #capacity = 0;
  readonly #list = EntryList.withRoom(LIST_ENTRIES);

  /**
   * @param memory what it may take; its contents are lost
   * @throws {RangeError} where that is too little for a chunk
   */
  constructor(memory: ArrayBuffer) {
    if (memory.byteLength < MIN_TEXT_WORK_BYTES) {
      throw new RangeError(
        `Cannot make a piece of texts in ${memory.byteLength} bytes: ` +
          `expected at least ${MIN_TEXT_WORK_BYTES}`,
      );
    }
    this.#memory = memory;
    this.reset([]);
  }

  /** Empties the piece for chunks: texts and columns share the memory as the chunks need them. */
  reset(chunks: readonly Chunk[]): void {
    let count = 1;
    let sizeBytes = 2;
    for (const chunk of chunks) {
      count += chunk.count;
      sizeBytes += chunk.sizeBytes;
    }
    const memory = this.#memory;
    const usable = memory.byteLength - 2 * TEXT_SLACK_BYTES;
    this.#capacity = Math.floor(usable / (ROW_BYTES + sizeBytes / count));
    const columnBytes = 4 * this.#capacity;
    const start = memory.byteLength - memory.byteLength % 4 - ROW_BYTES * this.#capacity;
    const column = (place: number): Uint32Array =>
      new Uint32Array(memory, start + place * columnBytes, this.#capacity);
    this.#columns = {
      references: column(0),
      words: column(1),
      scratchReferences: column(2),
      scratchWords: column(3),
    };
    this.#texts = textsOver(new Uint8Array(memory, 0, start));
    this.#room = start - TEXT_SLACK_BYTES;
    this.clear();
  }

  /** Empties the piece. */
  clear(): void {
    this.length = 0;
    this.#used = 0;
  }

  /**
   * Reads a chunk, all of it or, where it does not fit, nothing of it. Every chunk fits in an empty
   * piece.
   *
   * @param from 0: chunks are not cut
   * @returns how many records it took
   */
  readChunk(source: ByteSource, chunk: Chunk, from: number): number {
    const { count, sizeBytes } = chunk;
    if (from !== 0) throw new RangeError(`Cannot read a chunk from record ${from} on: expected 0`);
    const fits = this.length + count <= this.#capacity && this.#used + sizeBytes <= this.#room;
    if (!fits) {
      if (this.length > 0) return 0;
      this.reset([chunk]);
    }
    const { bytes } = this.#texts;
    const start = this.#used;
    const end = start + sizeBytes;
    const read = source.read(bytes.subarray(start, end), chunk.offset);
    if (read < sizeBytes) {
      throw new Error(
        `Cannot read "${source.name}": it ends at byte ${chunk.offset + read}, ` +
          `expected ${sizeBytes - read} more`,
      );
    }
    const { references } = this.#columns;
    let at = start;
    for (let i = this.length; i < this.length + count; i++) {
      references[i] = at;
      at += bytes[at] + 2;
      at += bytes[at] + 2;
    }
    this.#used = end;
    this.length += count;
    return count;
  }

  /** Sorts the streams and hands them on, counted. Cost: O(bytes) at most. Their order is lost. */
  encode(taker: EntryTaker): void {
    if (this.length === 0) return;
    const texts = this.#texts;
    const { bytes } = texts;
    const columns = this.#columns;
    const { references, scratchWords: marks } = columns;
    sortTexts(texts, columns, 0, this.length);
    for (let start = 0; start < this.length;) {
      const key = references[start];
      let end = start;
      do {
        const reference = references[end];
        references[end++] = reference + 2 + bytes[reference];
      } while (end < this.length && marks[end] === 0);
      if (end - start > 1) sortTexts(texts, columns, start, end);
      this.#handOn(taker, key, start, end);
      start = end;
    }
  }

  /** Hands on the songs of a key, which are sorted and marked. */
  #handOn(taker: EntryTaker, key: number, from: number, to: number): void {
    const { bytes } = this.#texts;
    const { references, scratchWords: marks } = this.#columns;
    const list = this.#list;
    const { songs, counts } = list;
    for (let i = from; i < to;) {
      list.to = 0;
      do {
        const start = i++;
        while (i < to && marks[i] === 0) i++;
        songs[list.to] = references[start];
        counts[list.to++] = i - start;
      } while (i < to && list.to < LIST_ENTRIES);
      taker.addEntries(key, list, bytes);
    }
  }
}
