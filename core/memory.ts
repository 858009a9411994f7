/**
 * How the promised memory is shared out.
 *
 * @module
 */

import { MIN_CURSOR_BYTES } from "./batch_reader.ts";
import type { Engine } from "./engine.ts";
import { MAX_FAN_IN } from "./merge.ts";

const MIB = 2 ** 20;

/**
 * What the runtime and the program take with the worker that does the command: code and objects,
 * measured as the kernel counts them, with some air.
 */
const RUNTIME_BYTES = 130 * MIB;
/** What each worker takes besides its buffers, where there are workers. */
const WORKER_BYTES = 36 * MIB;
/** What a page takes while it is put together: its songs, their movement, its text; measured. */
const PAGE_BYTES = 16 * MIB;
/** Buffers of a job that do not depend on anything: encoding, printing, a block of streams. */
const FIXED_BYTES = 4 * MIB;
/** Less memory to work in would make too many partitions, and many runs of a large one. */
const MIN_WORK_BYTES = 4 * MIB;
/** More would be of no use, and a stop would have to wait while it is sorted. */
const MAX_WORK_BYTES = 48 * MIB;

/** Sizes of what a job takes besides the memory it works in, from the most comfortable to the least. */
const COMFORTS = [
  {
    fanIn: MAX_FAN_IN,
    cursorBytes: 512 * 1024,
    logBufferBytes: 4 * MIB,
    outputBufferBytes: 12 * MIB,
  },
  { fanIn: 32, cursorBytes: MIN_CURSOR_BYTES, logBufferBytes: 2 * MIB, outputBufferBytes: 8 * MIB },
  { fanIn: 8, cursorBytes: MIN_CURSOR_BYTES, logBufferBytes: MIB, outputBufferBytes: 2 * MIB },
] as const;

/** The sizes of the parts that take memory, for each job. */
export interface MemoryPlan {
  /** The most inputs of one merge. */
  readonly fanIn: number;
  /** The read buffer of each input of a merge. */
  readonly cursorBytes: number;
  /** Streams are collected and sorted in this much. */
  readonly workBytes: number;
  /** Logs are read in parts of this size. */
  readonly logBufferBytes: number;
  /** A range of an output that others write, too, is collected up to this size. */
  readonly outputBufferBytes: number;
}

/** What decides how much memory is needed. */
export interface MemoryNeeds {
  /** The most songs of a key. */
  readonly top: number;
  /** How many jobs there are; with one there is no worker. */
  readonly jobs: number;
  /** Whether a page is made. */
  readonly hasPage?: boolean;
  readonly engine: Pick<Engine, "selectionBytes" | "mergeBytes">;
}

/**
 * Shares out the memory of the whole process.
 *
 * @param memoryBytes the promise: peak resident memory
 * @returns the plan, or the least number of bytes that works where that is more
 */
export function planMemory(
  memoryBytes: number,
  { top, jobs, hasPage = false, engine }: MemoryNeeds,
): MemoryPlan | number {
  const runtime = RUNTIME_BYTES + (jobs > 1 ? jobs * WORKER_BYTES : 0) +
    (hasPage ? PAGE_BYTES : 0);
  const perJob = (memoryBytes - runtime) / jobs;
  const taken = (comfort: (typeof COMFORTS)[number]): number =>
    FIXED_BYTES + comfort.logBufferBytes + comfort.outputBufferBytes + engine.selectionBytes(top) +
    engine.mergeBytes(comfort.fanIn, comfort.cursorBytes);
  const least = COMFORTS[COMFORTS.length - 1];
  const comfort = COMFORTS.find((each) => taken(each) * 3 <= perJob) ?? least;
  const workBytes = Math.floor(Math.min(MAX_WORK_BYTES, perJob - taken(comfort)));
  if (workBytes < MIN_WORK_BYTES) return runtime + jobs * (taken(least) + MIN_WORK_BYTES);
  return { ...comfort, workBytes };
}
