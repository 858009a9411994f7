/**
 * A piece of a partition in memory: streams by one kind of key, to be sorted and encoded.
 *
 * @module
 */

import type { ByteSource } from "./bytes.ts";
import type { Chunk } from "./scatter.ts";
import { type IdColumn, sortIds, sortPairs } from "./sort.ts";
import { NO_TEXTS } from "./texts.ts";

/** Bytes a stream takes: a key and a song, and room to sort them. */
export const NARROW_STREAM_BYTES = 4 * 4;
const WIDE_STREAM_BYTES = 4 * 8;

/** What sorted streams go to. */
export interface SongsTaker {
  /**
   * Takes songs of a key, ascending, each as often as it was played; keys come ascending.
   *
   * @param texts what keys and songs refer to, where ids are text
   */
  addSongs(key: number, songs: IdColumn, from: number, to: number, texts: Uint8Array): void;
}

/** Holds streams in columns: keys and songs, four bytes each or, where it is wide, eight. */
export class Piece {
  /** How many streams it holds. */
  length = 0;
  /** How many streams it can hold. */
  capacity = 0;

  readonly #memory: ArrayBuffer;
  #isWide = false;
  #keys!: IdColumn;
  #songs!: IdColumn;
  #scratchKeys!: IdColumn;
  #scratchSongs!: IdColumn;
  /** The scratch keys as counters. */
  #counters!: Int32Array;

  /**
   * @param memory what it may take; its contents are lost
   * @throws {RangeError} where that is too little for one stream of any ids
   */
  constructor(memory: ArrayBuffer) {
    if (memory.byteLength < WIDE_STREAM_BYTES) {
      throw new RangeError(
        `Cannot make a piece of ${memory.byteLength} bytes: ` +
          `expected at least ${WIDE_STREAM_BYTES}`,
      );
    }
    this.#memory = memory;
    this.#layOut(false);
  }

  /** Empties the piece for chunks: where all have ids of 32 bits it holds twice as many streams. */
  reset(chunks: readonly Chunk[]): void {
    this.#layOut(chunks.some(isWideChunk));
  }

  #layOut(isWide: boolean): void {
    this.clear();
    if (this.capacity > 0 && isWide === this.#isWide) return;
    this.#isWide = isWide;
    const memory = this.#memory;
    const perStream = isWide ? WIDE_STREAM_BYTES : NARROW_STREAM_BYTES;
    const capacity = this.capacity = Math.floor(memory.byteLength / perStream);
    const columnBytes = perStream / 4 * capacity;
    const column = (place: number): IdColumn =>
      isWide
        ? new Float64Array(memory, place * columnBytes, capacity)
        : new Uint32Array(memory, place * columnBytes, capacity);
    this.#keys = column(0);
    this.#songs = column(1);
    this.#scratchKeys = column(2);
    this.#scratchSongs = column(3);
    this.#counters = new Int32Array(memory, 2 * columnBytes, capacity);
  }

  /** Empties the piece. */
  clear(): void {
    this.length = 0;
  }

  /**
   * Reads streams of a chunk from the `from`-th on, until the chunk ends or the piece is full.
   *
   * @param chunk one of those that the piece was reset for
   * @returns how many it took: none where it is full
   */
  readChunk(source: ByteSource, chunk: Chunk, from: number): number {
    const count = Math.min(chunk.count - from, this.capacity - this.length);
    const isWide = isWideChunk(chunk);
    const idBytes = isWide ? 8 : 4;
    const offset = chunk.offset + from * idBytes;
    this.#readColumn(source, offset, this.#keys, count, isWide);
    this.#readColumn(source, offset + chunk.count * idBytes, this.#songs, count, isWide);
    this.length += count;
    return count;
  }

  #readColumn(
    source: ByteSource,
    offset: number,
    column: IdColumn,
    count: number,
    isWide: boolean,
  ): void {
    if (isWide === this.#isWide) {
      return readIds(source, offset, idsFrom(column, this.length, count));
    }
    const narrow = new Uint32Array(this.#scratchKeys.buffer, this.#scratchKeys.byteOffset, count);
    readIds(source, offset, narrow);
    column.set(narrow, this.length);
  }

  /** Sorts the streams and hands them on. Cost: O(n) (see sort.ts). Their order is lost. */
  encode(encoder: SongsTaker): void {
    const keys = this.#keys;
    const length = this.length;
    if (length === 0) return;
    let least = keys[0];
    let greatest = least;
    for (let i = 1; i < length; i++) {
      const key = keys[i];
      if (key < least) least = key;
      if (key > greatest) greatest = key;
    }
    if (greatest - least < length) this.#encodeDense(encoder, least, greatest);
    else this.#encodeSparse(encoder);
  }

  /** Every key has a counter: the songs are put together by key, and those of each key sorted. */
  #encodeDense(encoder: SongsTaker, least: number, greatest: number): void {
    const keys = this.#keys;
    const songs = this.#songs;
    const length = this.length;
    const ends = this.#counters;
    const range = greatest - least + 1;
    ends.fill(0, 0, range);
    for (let i = 0; i < length; i++) ends[keys[i] - least]++;
    for (let key = 0, sum = 0; key < range; key++) {
      const count = ends[key];
      ends[key] = sum;
      sum += count;
    }
    const sorted = this.#scratchSongs;
    for (let i = 0; i < length; i++) sorted[ends[keys[i] - least]++] = songs[i];
    for (let key = 0, start = 0; key < range; key++) {
      const end = ends[key];
      if (start === end) continue;
      sortIds(sorted, start, end, songs);
      encoder.addSongs(least + key, sorted, start, end, NO_TEXTS);
      start = end;
    }
  }

  #encodeSparse(encoder: SongsTaker): void {
    const keys = this.#keys;
    const songs = this.#songs;
    const length = this.length;
    sortPairs({
      keys,
      songs,
      scratchKeys: this.#scratchKeys,
      scratchSongs: this.#scratchSongs,
    }, length);
    for (let i = 0; i < length;) {
      const key = keys[i];
      const start = i++;
      while (i < length && keys[i] === key) i++;
      encoder.addSongs(key, songs, start, i, NO_TEXTS);
    }
  }
}

/** Whether the ids of a chunk take eight bytes each, not four. */
function isWideChunk({ count, sizeBytes }: Chunk): boolean {
  return sizeBytes === count * 2 * 8;
}

function idsFrom(column: IdColumn, from: number, count: number): IdColumn {
  return column.subarray(from, from + count);
}

/** Reads ids as they were written; they are this process's own. */
function readIds(source: ByteSource, offset: number, ids: IdColumn): void {
  const bytes = new Uint8Array(ids.buffer, ids.byteOffset, ids.byteLength);
  const count = source.read(bytes, offset);
  if (count === bytes.length) return;
  throw new Error(
    `Cannot read "${source.name}": it ends at byte ${offset + count}, ` +
      `expected ${bytes.length - count} more`,
  );
}
