/**
 * A piece of a log in memory: streams are collected until it is full, then sorted and encoded as
 * one run for each kind of key.
 *
 * @module
 */

import { BatchEncoder, type BatchFileSize } from "./batch_encoder.ts";
import type { ByteSink } from "./bytes.ts";
import { COUNTRY_KEYS } from "./country.ts";
import type { Checksum } from "./crc32.ts";
import type { Day } from "./day.ts";
import { type IdColumn, sortIds, sortPairs } from "./sort.ts";
import type { KeyKind, StreamBlock } from "./streams.ts";

const TWO_32 = 2 ** 32;

/** Bytes a stream takes: two ids, room to sort them, and the country. */
const NARROW_STREAM_BYTES = 4 * 4 + 2;
const WIDE_STREAM_BYTES = 4 * 8 + 2;

/** The least memory of a piece: capacities are even, and one must be left in any case. */
const MIN_PIECE_BYTES = 72;

/**
 * Holds streams in columns.
 *
 * Ids under 2^32 take four bytes. The first greater one makes {@linkcode append} stop, and the
 * piece, once emptied, takes eight bytes an id from then on, and so about half as many streams.
 */
export class Piece {
  /** How many streams it holds. */
  length = 0;
  /** How many streams it can hold. */
  capacity: number;

  readonly #memory: ArrayBuffer;
  #isWide = false;
  #users!: IdColumn;
  #songs!: IdColumn;
  #scratchUsers!: IdColumn;
  #scratchSongs!: IdColumn;
  #countries!: Uint16Array;

  /**
   * @param sizeBytes the memory it may take, taken at once and reused
   * @throws {RangeError} where that is too little for one or two streams of any ids
   */
  constructor(sizeBytes: number) {
    if (!(sizeBytes >= MIN_PIECE_BYTES)) {
      throw new RangeError(
        `Cannot make a piece of ${sizeBytes} bytes: expected at least ${MIN_PIECE_BYTES}`,
      );
    }
    this.#memory = new ArrayBuffer(sizeBytes - sizeBytes % 8);
    this.capacity = this.#layOut();
  }

  #layOut(): number {
    const memory = this.#memory;
    const perStream = this.#isWide ? WIDE_STREAM_BYTES : NARROW_STREAM_BYTES;
    const idBytes = this.#isWide ? 8 : 4;
    const capacity = Math.floor(memory.byteLength / perStream / 2) * 2;
    const column = (place: number): IdColumn => {
      const offset = place * capacity * idBytes;
      return this.#isWide
        ? new Float64Array(memory, offset, capacity)
        : new Uint32Array(memory, offset, capacity);
    };
    this.#users = column(0);
    this.#songs = column(1);
    this.#scratchUsers = column(2);
    this.#scratchSongs = column(3);
    this.#countries = new Uint16Array(memory, 4 * capacity * idBytes, capacity);
    return capacity;
  }

  /**
   * Copies streams of the block from `from` on, until the piece is full or meets an id that it
   * has no room for.
   *
   * @returns the position of the first stream that was not taken; where it is not the block's
   *   length, the piece must be emptied by {@linkcode clear} before it takes more
   */
  append(block: StreamBlock, from: number): number {
    const to = Math.min(block.length, from + this.capacity - this.length);
    const end = this.#isWide ? to : firstWide(block, from, to);
    this.#songs.set(block.songs.subarray(from, end), this.length);
    this.#users.set(block.users.subarray(from, end), this.length);
    this.#countries.set(block.countries.subarray(from, end), this.length);
    this.length += end - from;
    if (end < to) this.#meetsWide = true;
    return end;
  }

  #meetsWide = false;

  /** Empties the piece. */
  clear(): void {
    this.length = 0;
    if (!this.#meetsWide || this.#isWide) return;
    this.#isWide = true;
    this.capacity = this.#layOut();
  }

  /**
   * Sorts the streams and encodes them as a run. The order of the streams is lost, so `user`
   * must come after `country`, and nothing can be appended before {@linkcode clear}.
   *
   * Cost: O(n) (see sort.ts).
   */
  encodeRun(kind: KeyKind, day: Day, sink: ByteSink, checksum: Checksum): RunSize {
    const encoder = new BatchEncoder({ kind, day }, sink, checksum);
    if (kind === "country") this.#encodeCountries(encoder);
    else this.#encodeUsers(encoder);
    return encoder.finish();
  }

  #encodeCountries(encoder: BatchEncoder): void {
    const countries = this.#countries;
    const ends = new Int32Array(COUNTRY_KEYS);
    for (let i = 0; i < this.length; i++) ends[countries[i]]++;
    for (let key = 0, sum = 0; key < COUNTRY_KEYS; key++) {
      const count = ends[key];
      ends[key] = sum;
      sum += count;
    }
    const songs = this.#songs;
    const sorted = this.#scratchSongs;
    for (let i = 0; i < this.length; i++) sorted[ends[countries[i]]++] = songs[i];
    for (let key = 0, start = 0; key < COUNTRY_KEYS; key++) {
      const end = ends[key];
      if (start === end) continue;
      sortIds(sorted, start, end, this.#scratchUsers);
      encoder.addSongs(key, sorted, start, end);
      start = end;
    }
  }

  #encodeUsers(encoder: BatchEncoder): void {
    const users = this.#users;
    const songs = this.#songs;
    const length = this.length;
    sortPairs({
      keys: users,
      songs,
      scratchKeys: this.#scratchUsers,
      scratchSongs: this.#scratchSongs,
    }, length);
    for (let i = 0; i < length;) {
      const user = users[i];
      const start = i++;
      while (i < length && users[i] === user) i++;
      encoder.addSongs(user, songs, start, i);
    }
  }
}

/** What a finished run holds, and its size. */
export type RunSize = BatchFileSize;

/** The position of the first stream with an id of more than 32 bits, or `to`. */
function firstWide(block: StreamBlock, from: number, to: number): number {
  const { songs, users } = block;
  for (let i = from; i < to; i++) if (songs[i] >= TWO_32 || users[i] >= TWO_32) return i;
  return to;
}
