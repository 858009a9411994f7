/** What several tests of the core need: batches in memory, a counting source, chosen numbers. */
import { BatchEncoder } from "../../../core/batch_encoder.ts";
import type { BatchHeader } from "../../../core/batch_format.ts";
import { type BatchCursor, BatchReader, type KeyRange } from "../../../core/batch_reader.ts";
import type { RunFile, Scratch, Tools } from "../../../core/batching.ts";
import { memoryScratch } from "../../../core/batching.ts";
import { type ByteSource, MemorySink, sourceOf } from "../../../core/bytes.ts";
import { parseCountry } from "../../../core/country.ts";
import { crc32 } from "../../../core/crc32.ts";
import type { Day } from "../../../core/day.ts";
import { NUMBERS } from "../../../core/engine.ts";
import { EntryList } from "../../../core/entries.ts";
import { type BatchShape, type LogRecord, type Manifest, shapeOf } from "../../../core/manifest.ts";
import { logName } from "../../../core/names.ts";
import type { FoundLog } from "../../../core/plan.ts";
import type { Chunk } from "../../../core/scatter.ts";
import { createRowTally, createStreamBlock, type StreamBlock } from "../../../core/streams.ts";
import { NO_TEXTS } from "../../../core/texts.ts";

/** A test that may touch nothing outside. */
export function test(name: string, run: () => void): void {
  Deno.test(name, { permissions: "none" }, run);
}

/** One entry of a batch. */
export type Entry = readonly [key: number, song: number, count: number];

export const HEADER: BatchHeader = { kind: "user", day: 18962 };

/** Whole numbers from 0 to before 2^32, the same ones for a seed (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}

/** Makes a list of songs that ascend, with their counts. */
export function listOf(pairs: readonly (readonly [song: number, count: number])[]): EntryList {
  const list = EntryList.withRoom(pairs.length);
  for (const [i, [song, count]] of pairs.entries()) {
    list.songs[i] = song;
    list.counts[i] = count;
  }
  list.to = pairs.length;
  return list;
}

export function pairsOf({ songs, counts, from, to }: EntryList): [number, number][] {
  return Array.from({ length: to - from }, (_, i) => [songs[from + i], counts[from + i]]);
}

/** Encodes entries that are sorted by key, then song. */
export function encodeBatch(entries: readonly Entry[], header = HEADER): Uint8Array {
  const sink = new MemorySink();
  const encoder = new BatchEncoder(header, sink, { checksum: crc32, engine: NUMBERS });
  for (let i = 0; i < entries.length;) {
    const key = entries[i][0];
    const start = i;
    while (i < entries.length && entries[i][0] === key) i++;
    encoder.blocks.addEntries(
      key,
      listOf(entries.slice(start, i).map(([, song, n]) => [song, n])),
      NO_TEXTS,
    );
  }
  encoder.finish();
  return sink.toBytes();
}

export function openBatch(bytes: Uint8Array): BatchReader {
  return new BatchReader(sourceOf(bytes), crc32);
}

/** Reads all that a cursor gives. */
export function entriesOf(cursor: BatchCursor): Entry[] {
  const entries: Entry[] = [];
  while (cursor.next()) {
    for (const [song, count] of pairsOf(cursor.segment)) entries.push([cursor.key, song, count]);
  }
  return entries;
}

export function readBatch(bytes: Uint8Array, range?: KeyRange): Entry[] {
  return entriesOf(openBatch(bytes).cursor(range));
}

/** A source that counts what was read from it. */
export function countingSource(bytes: Uint8Array): ByteSource & { bytesRead: number } {
  const source = sourceOf(bytes);
  return {
    ...source,
    bytesRead: 0,
    read(into, offset) {
      const count = source.read(into, offset);
      this.bytesRead += count;
      return count;
    },
  };
}

/** A scratch in memory that knows which of its runs are not removed yet. */
export function countingScratch(): Scratch & { made: number; readonly open: Set<RunFile> } {
  const scratch = memoryScratch();
  const open = new Set<RunFile>();
  return {
    made: 0,
    open,
    create() {
      this.made++;
      const run = scratch.create();
      const counted: RunFile = {
        write: (bytes) => run.write(bytes),
        open: () => run.open(),
        remove() {
          if (!open.delete(counted)) throw new Error("a run was removed twice");
          run.remove();
        },
      };
      open.add(counted);
      return counted;
    },
  };
}

export function toolsWith(partial: Partial<Tools> = {}): Tools {
  const engine = NUMBERS;
  return {
    scratch: memoryScratch(),
    checksum: crc32,
    fanIn: 64,
    cursorBytes: 0,
    engine,
    ...partial,
  };
}

/** Runs all steps of a generator and returns what it returns. */
export function finished<T>(steps: Generator<unknown, T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** Adds up entries of several inputs, sorted by key, then song: the naive merge. */
export function mergedNaively(inputs: readonly (readonly Entry[])[]): Entry[] {
  const counts = new Map<number, Map<number, number>>();
  for (const [key, song, count] of inputs.flat()) {
    const songs = counts.get(key) ?? new Map<number, number>();
    counts.set(key, songs.set(song, (songs.get(song) ?? 0) + count));
  }
  const byNumber = <T>([a]: [number, T], [b]: [number, T]) => a - b;
  return [...counts].sort(byNumber).flatMap(([key, songs]) =>
    [...songs].sort(byNumber).map(([song, count]): Entry => [key, song, count])
  );
}

export type Stream = readonly [song: number, user: number, country: string];

export function blockOf(streams: readonly Stream[]): StreamBlock {
  const block = createStreamBlock(Math.max(1, streams.length));
  for (const [song, user, country] of streams) {
    block.songs[block.length] = song;
    block.users[block.length] = user;
    block.countries[block.length++] = parseCountry(country)!;
  }
  return block;
}

/** Whether the ids of a chunk take eight bytes each. */
export function isWide({ count, sizeBytes }: Chunk): boolean {
  return sizeBytes === 16 * count;
}

/** Reads what chunks hold, a pair for each stream. */
export function pairsIn(
  bytes: Uint8Array,
  chunks: readonly Chunk[],
): [key: number, song: number][] {
  return chunks.flatMap((chunk) => {
    const { offset, count } = chunk;
    const Ids = isWide(chunk) ? Float64Array : Uint32Array;
    const end = offset + 2 * count * Ids.BYTES_PER_ELEMENT;
    const ids = new Ids(bytes.slice(offset, end).buffer);
    return Array.from({ length: count }, (_, i): [number, number] => [ids[i], ids[count + i]]);
  });
}

export const SHAPE: BatchShape = shapeOf("pipe", ["country", "user"]);

/** A log of 100 rows, ten of them rejected, as it was read. */
export function logRecordOf(day: Day, partial: Partial<LogRecord> = {}): LogRecord {
  const tally = createRowTally();
  tally.rows = 100;
  tally.lines = 100;
  tally.rejected.song = 7;
  tally.rejected["too-long"] = 3;
  tally.firstRejected.push({ line: 4, reason: "song", text: "x|\\x00" });
  const identity = { name: logName(day), sizeBytes: 1000, modifiedMs: 1.5 };
  return { ...identity, crc32: 7, reader: "pipe", tally, ...partial };
}

/** The manifest of a batch of 90 streams, made of {@linkcode logRecordOf}. */
export function manifestOf(day: Day, partial: Partial<Manifest> = {}): Manifest {
  const size = { keyCount: 3, entryCount: 80, streamCount: 90, sizeBytes: 1000 };
  const batches = { country: size, user: size };
  return { day, logs: [logRecordOf(day)], shape: SHAPE, batches, ...partial };
}

/** The log of which {@linkcode manifestOf} tells. */
export function logOfDay(day: Day): FoundLog {
  return { day, name: logName(day), sizeBytes: 1000, modifiedMs: 1.5 };
}
