/**
 * One file that several jobs write, each a range of it at a time, in the order of the ranges.
 *
 * A range is collected in memory. When the ranges before it are complete, its place in the file is
 * known: the job takes its turn, moves the place of the next range on by its size, and writes
 * while the others go on. A range that does not fit in memory waits for its turn and is then
 * written through, its turn kept until its end.
 *
 * @module
 */

import { crc32 } from "node:zlib";
import type { ByteSink } from "../core/bytes.ts";
import type { OpenFile } from "./store.ts";

/** What the jobs share: whose turn it is, and where in the file its range begins. */
export type TurnState = SharedArrayBuffer;

/** Makes the state of an output whose first range begins at `offset`. */
export function createTurns(offset: number): TurnState {
  const state = new SharedArrayBuffer(16);
  new Float64Array(state, 8, 1)[0] = offset;
  return state;
}

/** Where the ranges that were written end. */
export function endOfTurns(state: TurnState): number {
  return new Float64Array(state, 8, 1)[0];
}

/** How long to sleep before looking whose turn it is, where no one wakes us. */
const WAIT_MS = 100;

/** A range as it was written. */
export interface WrittenRange {
  readonly sizeBytes: number;
  /** CRC-32 of its bytes. */
  readonly crc32: number;
}

/** Writes ranges of one file for one job, one at a time. */
export class OrderedOutput implements ByteSink {
  readonly #file: OpenFile;
  readonly #turn: Int32Array;
  readonly #place: Float64Array;
  readonly #buffer: Uint8Array;
  #used = 0;
  #index = 0;
  #hasTurn = false;
  #sizeBytes = 0;
  #crc32 = 0;

  /** @param buffer the memory for a range */
  constructor(file: OpenFile, state: TurnState, buffer: Uint8Array) {
    this.#file = file;
    this.#turn = new Int32Array(state, 0, 1);
    this.#place = new Float64Array(state, 8, 1);
    this.#buffer = buffer;
  }

  /** Begins a range; ranges of one job come in ascending order. */
  begin(index: number): void {
    this.#index = index;
    this.#used = 0;
    this.#hasTurn = false;
    this.#sizeBytes = 0;
    this.#crc32 = 0;
  }

  write(bytes: Uint8Array): void {
    this.#crc32 = crc32(bytes, this.#crc32);
    this.#sizeBytes += bytes.length;
    if (this.#used + bytes.length > this.#buffer.length) this.#writeThrough();
    if (bytes.length > this.#buffer.length) {
      this.#file.writeAt(bytes, this.#place[0]);
      this.#place[0] += bytes.length;
    } else {
      this.#buffer.set(bytes, this.#used);
      this.#used += bytes.length;
    }
  }

  /** Waits for the turn, and writes what is collected while keeping it. */
  #writeThrough(): void {
    this.#takeTurn();
    this.#file.writeAt(this.#buffer.subarray(0, this.#used), this.#place[0]);
    this.#place[0] += this.#used;
    this.#used = 0;
  }

  #takeTurn(): void {
    while (!this.#hasTurn) {
      const turn = Atomics.load(this.#turn, 0);
      this.#hasTurn = turn === this.#index;
      if (!this.#hasTurn) Atomics.wait(this.#turn, 0, turn, WAIT_MS);
    }
  }

  /** Ends the range: its place is taken, and its bytes are in the file. */
  finish(): WrittenRange {
    this.#takeTurn();
    const offset = this.#place[0];
    this.#place[0] = offset + this.#used;
    Atomics.store(this.#turn, 0, this.#index + 1);
    Atomics.notify(this.#turn, 0);
    this.#file.writeAt(this.#buffer.subarray(0, this.#used), offset);
    return { sizeBytes: this.#sizeBytes, crc32: this.#crc32 };
  }
}
