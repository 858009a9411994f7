/**
 * How the promised memory is shared out.
 *
 * @module
 */

import { mergeBytes, type Tools } from "./batching.ts";
import { MIN_CURSOR_BYTES } from "./batch_reader.ts";
import { MAX_FAN_IN } from "./merge.ts";
import { topSongsBytes } from "./top_songs.ts";

const MIB = 2 ** 20;

/** What the runtime and the program's code and objects take, measured, with some air. */
const RUNTIME_BYTES = 112 * MIB;
/** Buffers that do not depend on anything: writing, printing, a block of streams. */
const FIXED_BYTES = 8 * MIB;
/** Logs are read in parts of this size. */
const LOG_BUFFER_BYTES = 4 * MIB;
/** A smaller piece would make too many runs. */
const MIN_PIECE_BYTES = 16 * MIB;
/** A larger piece would only take memory from others. */
const MAX_PIECE_BYTES = 2048 * MIB;
/** Read buffers of a merge's inputs grow to this where there is room. */
const WISHED_CURSOR_BYTES = 512 * 1024;
/** The most inputs of a merge where memory is short. */
const LOW_FAN_IN = 16;

/** The sizes of the parts that take memory. */
export interface MemoryPlan extends Pick<Tools, "fanIn" | "cursorBytes"> {
  readonly pieceBytes: number;
  readonly logBufferBytes: number;
}

/**
 * Shares out the memory of the whole process.
 *
 * @param memoryBytes the promise: peak resident memory
 * @param top the most songs of a key
 * @returns the plan, or the least number of bytes that works where that is more
 */
export function planMemory(memoryBytes: number, top: number): MemoryPlan | number {
  const base = RUNTIME_BYTES + FIXED_BYTES + LOG_BUFFER_BYTES + topSongsBytes(top);
  const fanIns = [MAX_FAN_IN, LOW_FAN_IN];
  const enough = (fanIn: number): number =>
    base + mergeBytes(fanIn, MIN_CURSOR_BYTES) + MIN_PIECE_BYTES;
  const fanIn = fanIns.find((inputs) => 2 * enough(inputs) <= memoryBytes) ?? LOW_FAN_IN;
  if (enough(fanIn) > memoryBytes) return enough(fanIn);
  const left = memoryBytes - base;
  const cursorBytes = mergeBytes(fanIn, WISHED_CURSOR_BYTES) * 8 <= left
    ? WISHED_CURSOR_BYTES
    : MIN_CURSOR_BYTES;
  const pieceBytes = Math.min(MAX_PIECE_BYTES, left - mergeBytes(fanIn, cursorBytes));
  return { fanIn, cursorBytes, pieceBytes, logBufferBytes: LOG_BUFFER_BYTES };
}
