/**
 * What the micro benchmarks work on: the rows of a generated log, and what becomes of them.
 *
 * @module
 */

import { NUMBERS } from "../../core/engine.ts";
import { NO_TEXTS } from "../../core/texts.ts";
import { BatchEncoder } from "../../core/batch_encoder.ts";
import { BatchReader } from "../../core/batch_reader.ts";
import { type ByteSource, MemorySink, sourceOf } from "../../core/bytes.ts";
import { crc32 } from "../../core/crc32.ts";
import type { Day } from "../../core/day.ts";
import type { EntryList } from "../../core/entries.ts";
import { createStreamBlock, type StreamBlock } from "../../core/streams.ts";
import { pipe } from "../../formats/pipe.ts";
import { generateLog, generatorOptions } from "../generator.ts";

/** Rows that one iteration works on, where nothing else is said. */
export const ROW_COUNT = 100_000;

/** A day of the generated logs. */
export const DAY: Day = 18962;

/** The rows of one day, without rejected ones. */
export function logOf(day: Day = DAY, rowCount = ROW_COUNT): Uint8Array {
  const sink = new MemorySink();
  for (const chunk of generateLog(day, generatorOptions({ rowCount, corruptShare: 0 }))) {
    sink.write(chunk);
  }
  return sink.toBytes();
}

/** Reads a log into one block. */
export function blockOf(log: Uint8Array, rowCount = ROW_COUNT): StreamBlock {
  const block = createStreamBlock(rowCount);
  pipe.parser().parse(log, 0, log.length, true, block);
  return block;
}

/** One entry of a batch. */
export type Entry = [key: number, song: number, count: number];

/** Counts the streams of users with Maps and sorts: the naive way to a batch. */
export function countNaively({ users, songs, length }: StreamBlock): Entry[] {
  const counts = new Map<number, Map<number, number>>();
  for (let i = 0; i < length; i++) {
    const ofUser = counts.get(users[i]) ?? new Map<number, number>();
    counts.set(users[i], ofUser.set(songs[i], (ofUser.get(songs[i]) ?? 0) + 1));
  }
  return entriesOf(counts);
}

/** Lists nested counts as entries, sorted by key, then song. */
export function entriesOf(counts: ReadonlyMap<number, ReadonlyMap<number, number>>): Entry[] {
  const byNumber = ([a]: readonly [number, unknown], [b]: readonly [number, unknown]) => a - b;
  return [...counts].sort(byNumber).flatMap(([key, songs]) =>
    [...songs].sort(byNumber).map(([song, count]): Entry => [key, song, count])
  );
}

/** Sorted streams: the songs of each key, a song as often as it was played. */
export interface SortedStreams {
  readonly keys: readonly number[];
  /** Where the songs of each key end. */
  readonly ends: readonly number[];
  readonly songs: Float64Array;
}

/** Puts entries into the form in which they are encoded. */
export function sortedStreams(entries: readonly Entry[]): SortedStreams {
  const keys: number[] = [];
  const ends: number[] = [];
  const songs: number[] = [];
  for (const [key, song, count] of entries) {
    if (keys.at(-1) !== key) keys.push(key);
    for (let i = 0; i < count; i++) songs.push(song);
    ends[keys.length - 1] = songs.length;
  }
  return { keys, ends, songs: Float64Array.from(songs) };
}

/** Encodes sorted streams into a batch of users. */
export function encodeStreams({ keys, ends, songs }: SortedStreams, sink: MemorySink): void {
  const tools = { checksum: crc32, engine: NUMBERS };
  const encoder = new BatchEncoder({ kind: "user", day: DAY }, sink, tools);
  for (let i = 0; i < keys.length; i++) {
    encoder.blocks.addSongs(keys[i], songs, ends[i - 1] ?? 0, ends[i], NO_TEXTS);
  }
  encoder.finish();
}

/** The batch of entries, opened. */
export function batchOf(entries: readonly Entry[]): BatchReader {
  const sink = new MemorySink();
  encodeStreams(sortedStreams(entries), sink);
  return new BatchReader(sourceOf(sink.toBytes()), crc32);
}

/** Appends a segment to entries. */
export function collect(key: number, { songs, counts, from, to }: EntryList, into: Entry[]): void {
  for (let i = from; i < to; i++) into.push([key, songs[i], counts[i]]);
}

/** Columns of 32 bits one behind the other, as a scattered chunk has them. */
export function chunkOf(keys: ArrayLike<number>, songs: ArrayLike<number>): ByteSource {
  const ids = Uint32Array.from([...Array.from(keys), ...Array.from(songs)]);
  return sourceOf(new Uint8Array(ids.buffer));
}

/** Adds up what a pass over entries saw, so that none can be left out. */
export function sumOf(entries: readonly Entry[]): number {
  return entries.reduce((sum, [key, song, count]) => sum + (key + song) * count, 0);
}
