/**
 * One file that several jobs write, each a range of it at a time, in the order of the ranges.
 *
 * A range is collected in memory. When the ranges before it are complete, its place in the file is
 * known: the job takes its turn, moves the place of the next range on by its size, and writes
 * while the others go on. Ranges whose turn has not come stay in memory while the job collects
 * the next ones; only when there is no more room does the job wait for its turn.
 *
 * @module
 */

import { crc32 } from "node:zlib";
import type { ByteSink } from "../core/bytes.ts";
import { StoppedError } from "./drive.ts";
import type { OpenFile } from "./store.ts";

/**
 * What the jobs share: whose turn it is, whether the work was given up, and where in the file the
 * range of the turn begins.
 */
export type TurnState = SharedArrayBuffer;

/** Makes the state of an output whose first range begins at `offset`. */
export function createTurns(offset: number): TurnState {
  const state = new SharedArrayBuffer(16);
  new Float64Array(state, 8, 1)[0] = offset;
  return state;
}

/** Tells all who wait for a turn that it will not come: a job has failed. */
export function giveUpTurns(state: TurnState): void {
  const turn = new Int32Array(state, 0, 2);
  Atomics.store(turn, 1, 1);
  Atomics.notify(turn, 0);
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

/** A range that is complete, and waits for its turn. */
interface PendingRange {
  readonly index: number;
  /** Where it ends in the buffer; it begins where the one before ends, or at the start. */
  readonly end: number;
}

/** Writes ranges of one file for one job, one after another. */
export class OrderedOutput implements ByteSink {
  readonly #file: OpenFile;
  readonly #turn: Int32Array;
  readonly #place: Float64Array;
  readonly #buffer: Uint8Array;
  /** The buffer holds the pending ranges, then the current one up to `#used`. */
  #pending: PendingRange[] = [];
  #used = 0;
  #index = 0;
  #sizeBytes = 0;
  #crc32 = 0;

  /** @param buffer the memory for ranges */
  constructor(file: OpenFile, state: TurnState, buffer: Uint8Array) {
    this.#file = file;
    this.#turn = new Int32Array(state, 0, 2);
    this.#place = new Float64Array(state, 8, 1);
    this.#buffer = buffer;
  }

  /** Begins a range; ranges of one job come in ascending order. */
  begin(index: number): void {
    this.#index = index;
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

  /** Writes all that is collected, of the current range too, whose turn is kept. */
  #writeThrough(): void {
    this.flush();
    this.#waitForTurn(this.#index);
    this.#file.writeAt(this.#buffer.subarray(0, this.#used), this.#place[0]);
    this.#place[0] += this.#used;
    this.#used = 0;
  }

  #isTurnOf(index: number): boolean {
    return Atomics.load(this.#turn, 0) === index;
  }

  #waitForTurn(index: number): void {
    for (;;) {
      const turn = Atomics.load(this.#turn, 0);
      if (turn === index) return;
      if (Atomics.load(this.#turn, 1) !== 0) throw new StoppedError("Stopped: another job failed");
      Atomics.wait(this.#turn, 0, turn, WAIT_MS);
    }
  }

  /** Ends the range. It is in the file at the latest after {@linkcode flush}. */
  finish(): WrittenRange {
    this.#pending.push({ index: this.#index, end: this.#used });
    while (this.#pending.length > 0 && this.#isTurnOf(this.#pending[0].index)) this.#writeFirst();
    return { sizeBytes: this.#sizeBytes, crc32: this.#crc32 };
  }

  /** Writes all ranges that are complete. Must be called after the last one. */
  flush(): void {
    while (this.#pending.length > 0) {
      this.#waitForTurn(this.#pending[0].index);
      this.#writeFirst();
    }
  }

  /** Writes the first pending range, whose turn it is. */
  #writeFirst(): void {
    const { index, end } = this.#pending.shift()!;
    const offset = this.#place[0];
    this.#place[0] = offset + end;
    Atomics.store(this.#turn, 0, index + 1);
    Atomics.notify(this.#turn, 0);
    this.#file.writeAt(this.#buffer.subarray(0, end), offset);
    this.#buffer.copyWithin(0, end, this.#used);
    this.#used -= end;
    this.#pending = this.#pending.map((range) => ({ index: range.index, end: range.end - end }));
  }
}
