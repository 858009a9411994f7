/**
 * Checking a batch: every record and its checksum, the order of keys and songs, the index, and the
 * totals; and comparing two batches entry by entry.
 *
 * @module
 */

import { BatchError } from "./batch_format.ts";
import type { BatchWalk, IndexLine } from "./batch_walk.ts";
import type { Engine, OpenBatch } from "./engine.ts";
import type { EntryList } from "./entries.ts";
import type { Step } from "./steps.ts";

/** Entries between two steps. */
const STEP_ENTRIES = 1 << 18;

/** What is in a batch. */
export interface BatchTotals {
  readonly keyCount: number;
  readonly entryCount: number;
  readonly streamCount: number;
}

/**
 * Checks all of a batch.
 *
 * Cost: O(entries). Memory: that of one cursor.
 *
 * @param name what messages call it
 * @throws {BatchError} at the first thing that is wrong, with its place
 */
export function* checkBatch(
  batch: OpenBatch,
  engine: Engine,
  name: string,
): Generator<Step, BatchTotals> {
  const walk = engine.walk(batch);
  const lines = walk.lines();
  const fail = (reason: string): never => {
    throw new BatchError(name, walk.blockOffset, reason);
  };
  let [keyCount, entryCount, streamCount, entries] = [0, 0, 0, 0];
  let block = -1;
  let goesOn = false;
  for (; walk.next(); goesOn = walk.continues) {
    if (walk.blockOffset !== block) checkLine(walk, lines.next().value, fail);
    block = walk.blockOffset;
    const order = walk.keyOrder();
    if (order < 0) fail("keys out of order, expected them ascending");
    if (goesOn !== (order === 0)) {
      fail("a key in two parts that are not one, expected each key once");
    }
    if (!walk.hasSongsInOrder(goesOn)) fail("songs out of order, expected them ascending");
    if (!goesOn) keyCount++;
    const { from, to } = walk.segment;
    entryCount += to - from;
    streamCount += streamsOf(walk.segment);
    entries += to - from;
    if (entries < STEP_ENTRIES) continue;
    yield { logBytes: 0, entries };
    entries = 0;
  }
  if (goesOn) fail("a key that goes on behind the last block, expected its end");
  if (lines.next().done !== true) fail("an index of more blocks, expected those that are there");
  checkTotals({ keyCount, entryCount, streamCount }, batch, name);
  yield { logBytes: 0, entries };
  return { keyCount, entryCount, streamCount };
}

function checkLine(
  walk: BatchWalk,
  line: IndexLine | undefined,
  fail: (reason: string) => never,
): void {
  if (line === undefined) fail("a block that is not in the index, expected all in it");
  else if (line.offset !== walk.blockOffset || !walk.isAt(line)) {
    fail(`an index that has the block at byte ${line.offset}, expected it as it is`);
  }
}

function checkTotals(totals: BatchTotals, { trailer }: OpenBatch, name: string): void {
  for (
    const [field, noun] of [["keyCount", "keys"], ["entryCount", "entries"], [
      "streamCount",
      "streams",
    ]] as const
  ) {
    if (totals[field] === trailer[field]) continue;
    const what = `${totals[field]} ${noun}, expected ${trailer[field]} as the trailer says`;
    throw new BatchError(name, trailer.rootOffset, what);
  }
}

function streamsOf({ counts, from, to }: EntryList): number {
  let streams = 0;
  for (let i = from; i < to; i++) streams += counts[i];
  return streams;
}

/**
 * Compares two batches of the same kind of ids, entry by entry, wherever their blocks begin.
 *
 * @returns where in the first one the block with the first difference begins; -1 where there is none
 */
export function* firstDifference(
  first: OpenBatch,
  second: OpenBatch,
  engine: Engine,
): Generator<Step, number> {
  const [a, b] = [engine.walk(first), engine.walk(second)];
  let [isA, isB] = [a.next(), b.next()];
  let [i, j] = [a.segment.from, b.segment.from];
  let entries = 0;
  while (isA && isB) {
    if (!a.hasKeyOf(b)) return a.blockOffset;
    const [from, endA, endB] = [i, a.segment.to, b.segment.to];
    for (; i < endA && j < endB; i++, j++) {
      if (a.segment.counts[i] !== b.segment.counts[j] || !a.hasSongOf(i, b, j)) {
        return a.blockOffset;
      }
    }
    entries += i - from;
    if (i === endA) {
      isA = a.next();
      i = a.segment.from;
    }
    if (j === endB) {
      isB = b.next();
      j = b.segment.from;
    }
    if (entries < STEP_ENTRIES) continue;
    yield { logBytes: 0, entries };
    entries = 0;
  }
  yield { logBytes: 0, entries };
  return isA || isB ? a.blockOffset : -1;
}
