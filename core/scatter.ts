/**
 * Scattering: the streams of a log, as they come, are laid out by partitions.
 *
 * Each partition has a small buffer (write-combining); a full one is written as a *chunk*: the keys
 * of its streams, then their songs, as the processor has them in memory, for they are read back by
 * the same process.
 *
 * @module
 */

import type { ByteSink } from "./bytes.ts";
import { NumberLines } from "./number_lines.ts";
import type { Partitions, PartitionsByKind } from "./partitions.ts";
import type { IdColumn } from "./sort.ts";
import { KEY_KINDS, type KeyKind, type StreamBlock } from "./streams.ts";

const TWO_32 = 2 ** 32;

/** The most streams of a chunk. */
const MAX_CHUNK_STREAMS = 1 << 14;

/** The buffers of one kind of key take so much at most: larger logs shall not take more memory. */
export const MAX_KIND_BYTES = 1 << 24;

/** A partition has room for so many streams, or for one where memory is short. */
const MIN_CHUNK_STREAMS = 16;

/** Where the streams of a partition are. */
export interface Chunk {
  readonly offset: number;
  readonly count: number;
  readonly sizeBytes: number;
}

/** The numbers of a line of a chunk list: partition, offset, count, size in bytes. */
export const CHUNK_LINE_NUMBERS = 4;

/** All chunks of a kind of key, as lines of four numbers; see {@linkcode chunksOf}. */
export type ChunkList = Float64Array;

/** The chunks of a partition, in the order in which they were written. Cost: O(chunks of all). */
export function chunksOf(list: ChunkList, partition: number): Chunk[] {
  const chunks: Chunk[] = [];
  for (let i = 0; i < list.length; i += CHUNK_LINE_NUMBERS) {
    if (list[i] !== partition) continue;
    chunks.push({ offset: list[i + 1], count: list[i + 2], sizeBytes: list[i + 3] });
  }
  return chunks;
}

/** The most partitions that can be written with so much memory, for each kind of key. */
export function mostPartitions(memoryBytes: number, kinds: number): number {
  return Math.max(1, Math.floor(memoryBytes / (kinds * MIN_CHUNK_STREAMS * 2 * 8)));
}

/** What streams are scattered with. */
export interface ScatterParts {
  readonly partitions: PartitionsByKind;
  /** Taken whole; its contents are lost. */
  readonly memory: ArrayBuffer;
  readonly sink: ByteSink;
}

/** Scatters streams by each kind of key. Ids are narrow, 32 bits, until the first greater one. */
export class Scatter {
  readonly #kinds: readonly KeyKind[];
  readonly #scatters: Partial<Record<KeyKind, KeyScatter>> = {};
  #isWide = false;
  #countries = new Float64Array(0);

  constructor({ partitions, memory, sink }: ScatterParts) {
    this.#kinds = KEY_KINDS.filter((kind) => partitions[kind] !== undefined);
    const share = Math.floor(memory.byteLength / this.#kinds.length / 8) * 8;
    const sizeBytes = Math.min(MAX_KIND_BYTES, share);
    const file = { sink, sizeBytes: 0 };
    for (const [i, kind] of this.#kinds.entries()) {
      const place = { memory, offset: i * share, sizeBytes };
      this.#scatters[kind] = new KeyScatter(partitions[kind]!, place, file);
    }
  }

  /** Takes the streams of a block. Cost: O(1) a stream. */
  take(block: StreamBlock): void {
    if (!this.#isWide && hasWide(block)) {
      this.#isWide = true;
      for (const kind of this.#kinds) this.#scatters[kind]!.widen();
    }
    this.#scatters.user?.take(block.users, block.songs, block.length);
    if (this.#scatters.country === undefined) return;
    if (this.#countries.length < block.length) this.#countries = new Float64Array(block.capacity);
    this.#countries.set(block.countries.subarray(0, block.length));
    this.#scatters.country.take(this.#countries, block.songs, block.length);
  }

  /** Writes what is left. */
  finish(): Partial<Record<KeyKind, ChunkList>> {
    return Object.fromEntries(this.#kinds.map((kind) => [kind, this.#scatters[kind]!.finish()]));
  }
}

function hasWide({ songs, users, length }: StreamBlock): boolean {
  for (let i = 0; i < length; i++) if (songs[i] >= TWO_32 || users[i] >= TWO_32) return true;
  return false;
}

interface MemoryPlace {
  readonly memory: ArrayBuffer;
  readonly offset: number;
  readonly sizeBytes: number;
}

class KeyScatter {
  readonly #partitions: Partitions;
  readonly #place: MemoryPlace;
  readonly #file: { readonly sink: ByteSink; sizeBytes: number };
  #isWide = false;
  /** For each partition the keys of a chunk, then its songs. */
  #ids!: IdColumn;
  #capacity = 0;
  /** Where the next key of each partition goes, and where its keys end. */
  readonly #next: Int32Array;
  readonly #ends: Int32Array;
  readonly #lines = new NumberLines(CHUNK_LINE_NUMBERS);

  constructor(
    partitions: Partitions,
    place: MemoryPlace,
    file: { readonly sink: ByteSink; sizeBytes: number },
  ) {
    this.#partitions = partitions;
    this.#place = place;
    this.#file = file;
    this.#next = new Int32Array(partitions.count);
    this.#ends = new Int32Array(partitions.count);
    this.#layOut();
  }

  #layOut(): void {
    const { memory, offset, sizeBytes } = this.#place;
    const { count } = this.#partitions;
    const idBytes = this.#isWide ? 8 : 4;
    const room = Math.floor(sizeBytes / (count * 2 * idBytes));
    if (room < 1) {
      throw new RangeError(
        `Cannot scatter over ${count} partitions: ${sizeBytes} bytes of memory, ` +
          `expected at least ${count * 2 * idBytes}`,
      );
    }
    this.#capacity = Math.min(MAX_CHUNK_STREAMS, room);
    const ids = count * 2 * this.#capacity;
    this.#ids = this.#isWide
      ? new Float64Array(memory, offset, ids)
      : new Uint32Array(memory, offset, ids);
    for (let partition = 0; partition < count; partition++) {
      this.#next[partition] = partition * 2 * this.#capacity;
      this.#ends[partition] = this.#next[partition] + this.#capacity;
    }
  }

  widen(): void {
    this.#flushAll();
    this.#isWide = true;
    this.#layOut();
  }

  take(keys: Float64Array, songs: Float64Array, length: number): void {
    const { least, width, ofSlot } = this.#partitions;
    const inverse = 1 / width;
    const last = ofSlot.length - 1;
    const ids = this.#ids;
    const next = this.#next;
    const ends = this.#ends;
    const capacity = this.#capacity;
    for (let i = 0; i < length; i++) {
      const key = keys[i];
      const slot = (key - least) * inverse;
      const partition = ofSlot[slot < 0 ? 0 : slot > last ? last : slot | 0];
      const at = next[partition];
      ids[at] = key;
      ids[at + capacity] = songs[i];
      next[partition] = at + 1;
      if (at + 1 === ends[partition]) this.#flush(partition);
    }
  }

  #flush(partition: number): void {
    const end = this.#ends[partition];
    const start = end - this.#capacity;
    const count = this.#next[partition] - start;
    if (count === 0) return;
    const offset = this.#file.sizeBytes;
    if (count === this.#capacity) this.#write(start, 2 * count);
    else {
      this.#write(start, count);
      this.#write(end, count);
    }
    this.#next[partition] = start;
    this.#lines.add(partition, offset, count, this.#file.sizeBytes - offset);
  }

  #write(from: number, count: number): void {
    const { buffer, byteOffset, BYTES_PER_ELEMENT } = this.#ids;
    const sizeBytes = count * BYTES_PER_ELEMENT;
    this.#file.sink.write(new Uint8Array(buffer, byteOffset + from * BYTES_PER_ELEMENT, sizeBytes));
    this.#file.sizeBytes += sizeBytes;
  }

  #flushAll(): void {
    for (let partition = 0; partition < this.#partitions.count; partition++) this.#flush(partition);
  }

  finish(): ChunkList {
    this.#flushAll();
    return this.#lines.toArray();
  }
}
