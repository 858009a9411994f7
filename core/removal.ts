/**
 * Taking keys out of a batch: the blocks that hold them are encoded again, all others are copied.
 *
 * @module
 */

import type { BatchFileSize, BatchPart } from "./batch_encoder.ts";
import { encodeHeader } from "./batch_format.ts";
import { type BatchReader } from "./batch_reader.ts";
import type { ByteSink, ByteSource } from "./bytes.ts";
import type { Checksum } from "./crc32.ts";
import type { Engine, OpenBatch } from "./engine.ts";
import type { EntryList } from "./entries.ts";
import { lastBelow } from "./record_reader.ts";
import type { Step } from "./steps.ts";
import { NO_TEXTS } from "./texts.ts";

/** The blocks of a batch, as its index has them. */
export interface BlockIndex {
  readonly count: number;
  /** Where a block begins; of `count`, where the blocks end. */
  offsetOf(block: number): number;
  /** Compares the first key of a block with a key. */
  compare(block: number, key: string): number;
  /** The lines of blocks that stand one behind the other, as a part of a batch has them. */
  linesOf(from: number, to: number): Pick<BatchPart, "lines" | "texts">;
}

/** Goes over the segments of blocks; see `BatchCursor`. */
export interface BlockWalk {
  readonly key: number;
  readonly segment: EntryList;
  /** What key and songs refer to, where ids are text. */
  readonly texts: Uint8Array;
  /** Whether the key goes on in the next block. */
  readonly continues: boolean;
  /** Whether the next segment is in another block. */
  readonly isBlockDone: boolean;
  seekBlock(offset: number): void;
  next(): boolean;
}

/** What taking keys out needs to know of a batch. */
export interface RemovalParts {
  readonly index: BlockIndex;
  readonly walk: BlockWalk;
  /** Makes what tells whether a key is one of some. */
  chosen(keys: readonly string[]): (key: number, texts: Uint8Array) => boolean;
}

/** What was taken out. */
export interface RemovedKeys {
  readonly keys: number;
  readonly entries: number;
  readonly streams: number;
}

/** A batch without some keys. */
export interface BatchWithout {
  readonly size: BatchFileSize;
  readonly removed: RemovedKeys;
}

/** A batch that is open, and its bytes. */
export interface BatchInFile {
  readonly batch: OpenBatch;
  readonly source: ByteSource;
}

/** What keys are taken out with. */
export interface RemovalTools {
  readonly engine: Engine;
  readonly checksum: Checksum;
}

/** Copied at a time. */
const COPY_BYTES = 1 << 22;

/**
 * Counts what a batch has of some keys.
 *
 * Cost: O(log blocks) and the blocks of each key.
 */
export function countKeys(batch: OpenBatch, keys: readonly string[], engine: Engine): RemovedKeys {
  const { index, walk, chosen } = engine.removal(batch);
  const isChosen = chosen(keys);
  const affected = blocksWith(index, keys);
  const removed = { keys: 0, entries: 0, streams: 0 };
  for (const { from, to, isAffected } of stretches(affected)) {
    if (!isAffected) continue;
    walkBlocks(walk, index, { from, to }, () => {
      if (isChosen(walk.key, walk.texts)) addTo(removed, walk);
    });
  }
  return removed;
}

/**
 * Writes a batch without some keys.
 *
 * Cost: the batch is copied; blocks with the keys are decoded and encoded again. Memory: the index,
 * and a few megabytes.
 *
 * @param keys users, as people write them
 */
export function* writeWithout(
  { batch, source }: BatchInFile,
  keys: readonly string[],
  sink: ByteSink,
  { engine, checksum }: RemovalTools,
): Generator<Step, BatchWithout> {
  const { index, walk, chosen } = engine.removal(batch);
  const isChosen = chosen(keys);
  const removed = { keys: 0, entries: 0, streams: 0 };
  const parts: BatchPart[] = [];
  sink.write(encodeHeader(batch.header, checksum, engine.ids));
  for (const { from, to, isAffected } of stretches(blocksWith(index, keys))) {
    if (!isAffected) {
      const [start, end] = [index.offsetOf(from), index.offsetOf(to)];
      yield* copyBytes(source, start, end, sink);
      parts.push({ ...NO_PART, ...index.linesOf(from, to), sizeBytes: end - start });
      continue;
    }
    const blocks = engine.blocks(sink, checksum);
    let isContinued = false;
    walkBlocks(walk, index, { from, to }, () => {
      const { key, segment, texts, continues } = walk;
      isContinued = continues;
      if (isChosen(key, texts)) addTo(removed, walk);
      else blocks.addEntries(key, segment, texts);
    });
    parts.push(blocks.finish(isContinued));
    yield { logBytes: 0, entries: 0 };
  }
  parts.push(restOf(batch, removed, parts));
  return { size: engine.writeBatchEnd(parts, sink, checksum), removed };
}

const NO_PART: BatchPart = {
  lines: new Float64Array(0),
  texts: NO_TEXTS,
  sizeBytes: 0,
  keyCount: 0,
  entryCount: 0,
  streamCount: 0,
};

/** A part without blocks that makes up the counts of those that were copied. */
function restOf(
  { trailer }: OpenBatch,
  removed: RemovedKeys,
  parts: readonly BatchPart[],
): BatchPart {
  const left = (all: number, gone: number, count: (part: BatchPart) => number): number =>
    all - gone - parts.reduce((sum, part) => sum + count(part), 0);
  return {
    ...NO_PART,
    keyCount: left(trailer.keyCount, removed.keys, (part) => part.keyCount),
    entryCount: left(trailer.entryCount, removed.entries, (part) => part.entryCount),
    streamCount: left(trailer.streamCount, removed.streams, (part) => part.streamCount),
  };
}

function addTo(
  removed: { -readonly [field in keyof RemovedKeys]: number },
  { segment: { counts, from, to }, continues }: BlockWalk,
): void {
  // A key is counted where it ends.
  if (!continues) removed.keys++;
  removed.entries += to - from;
  for (let i = from; i < to; i++) removed.streams += counts[i];
}

/** Marks the blocks that may hold one of the keys. */
function blocksWith(index: BlockIndex, keys: readonly string[]): boolean[] {
  const affected = Array.from({ length: index.count }, () => false);
  for (const key of keys) {
    const first = lastBelow(index.count, (block) => index.compare(block, key) < 0);
    for (let at = Math.max(0, first); at < index.count && index.compare(at, key) <= 0; at++) {
      affected[at] = true;
    }
  }
  return affected;
}

interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly isAffected: boolean;
}

/** Puts neighbours together that are all marked, or all not. */
function stretches(affected: readonly boolean[]): Stretch[] {
  const all: Stretch[] = [];
  for (let from = 0; from < affected.length;) {
    let to = from + 1;
    while (to < affected.length && affected[to] === affected[from]) to++;
    all.push({ from, to, isAffected: affected[from] });
    from = to;
  }
  return all;
}

/** Goes over all segments of blocks. */
function walkBlocks(
  walk: BlockWalk,
  index: BlockIndex,
  { from, to }: Pick<Stretch, "from" | "to">,
  onSegment: () => void,
): void {
  walk.seekBlock(index.offsetOf(from));
  for (let block = from; block < to && walk.next();) {
    onSegment();
    if (walk.isBlockDone) block++;
  }
}

function* copyBytes(
  source: ByteSource,
  from: number,
  to: number,
  sink: ByteSink,
): Generator<Step> {
  const buffer = new Uint8Array(Math.min(COPY_BYTES, to - from));
  for (let at = from; at < to;) {
    const count = source.read(buffer.subarray(0, to - at), at);
    if (count === 0) throw new Error(`Cannot read "${source.name}": cut short, expected blocks`);
    sink.write(buffer.subarray(0, count));
    at += count;
    yield { logBytes: 0, entries: 0 };
  }
}

/** What taking users out of a batch of numbers needs. */
export function removalOf(reader: BatchReader): RemovalParts {
  const blocks = reader.root.flatMap((_, page) => reader.blocksOf(page));
  const cursor = reader.cursor(undefined, undefined, { isExact: true });
  return {
    index: {
      count: blocks.length,
      offsetOf: (block) => blocks[block]?.offset ?? reader.blocksEnd,
      compare: (block, key) => blocks[block].key - Number(key),
      linesOf: (from, to) => {
        const start = blocks[from].offset;
        const lines = blocks.slice(from, to).flatMap((
          { key, song, offset },
        ) => [key, song, offset - start]);
        return { lines: Float64Array.from(lines) };
      },
    },
    walk: withTexts(cursor, NO_TEXTS),
    chosen: (keys) => {
      const numbers = new Set(keys.map(Number));
      return (key) => numbers.has(key);
    },
  };
}

/** Adds the texts to a cursor. */
export function withTexts(cursor: Omit<BlockWalk, "texts">, texts: Uint8Array): BlockWalk {
  return {
    texts,
    get key() {
      return cursor.key;
    },
    get segment() {
      return cursor.segment;
    },
    get continues() {
      return cursor.continues;
    },
    get isBlockDone() {
      return cursor.isBlockDone;
    },
    seekBlock: (offset) => cursor.seekBlock(offset),
    next: () => cursor.next(),
  };
}
