/**
 * Scattering of streams whose ids are text: as scatter.ts does it, but a stream is a record, the
 * text of its key and then that of its song, each behind its length; a country is a text of two
 * letters. A chunk is so many records one behind the other.
 *
 * @module
 */

import type { ByteSink } from "./bytes.ts";
import { NumberLines } from "./number_lines.ts";
import {
  CHUNK_LINE_NUMBERS,
  type ChunkList,
  MAX_KIND_BYTES,
  type ScatterParts,
} from "./scatter.ts";
import { KEY_KINDS, type KeyKind, type StreamBlock } from "./streams.ts";
import {
  copyText,
  MAX_TEXT_ROOM,
  TEXT_SLACK_BYTES,
  type TextBytes,
  textsOver,
} from "./text_compare.ts";
import { slotNumber, type TextPartitions } from "./text_partitions.ts";

/** The most bytes of a record. */
const MAX_RECORD_BYTES = 2 * MAX_TEXT_ROOM;

/** The least buffer of a partition: a record of any size, and what is written past its end. */
const MIN_PARTITION_BYTES = MAX_RECORD_BYTES + TEXT_SLACK_BYTES;

/** A partition has at least so much, where there is enough memory for one. */
const GOOD_PARTITION_BYTES = 1 << 11;

/** The most bytes of a chunk, and the share of the memory that it takes at most. */
const MAX_CHUNK_BYTES = 1 << 18;
const CHUNK_SHARE = 8;

/** The least memory to scatter and to sort texts in: every chunk fits in a piece. */
export const MIN_TEXT_WORK_BYTES = 2 * CHUNK_SHARE * MIN_PARTITION_BYTES;

/** The most partitions that can be written with so much memory, for each kind of key. */
export function mostTextPartitions(memoryBytes: number, kinds: number): number {
  return Math.max(1, Math.floor(memoryBytes / (kinds * GOOD_PARTITION_BYTES)));
}

/** Scatters streams by each kind of key. */
export class TextScatter {
  readonly #kinds: readonly KeyKind[];
  readonly #scatters: Partial<Record<KeyKind, KeyScatter>> = {};

  constructor({ partitions, memory, sink }: ScatterParts) {
    this.#kinds = KEY_KINDS.filter((kind) => partitions[kind] !== undefined);
    const share = Math.floor(memory.byteLength / this.#kinds.length);
    const sizeBytes = Math.min(MAX_KIND_BYTES, share);
    const file = { sink, sizeBytes: 0 };
    for (const [i, kind] of this.#kinds.entries()) {
      const bytes = new Uint8Array(memory, i * share, sizeBytes);
      const mostBytes = Math.min(MAX_CHUNK_BYTES, Math.floor(memory.byteLength / CHUNK_SHARE));
      const parts = { partitions: partitions[kind] as TextPartitions, bytes, mostBytes, file };
      this.#scatters[kind] = new KeyScatter(parts);
    }
  }

  /** Takes the streams of a block. Cost: O(bytes of their texts). */
  take(block: StreamBlock): void {
    const texts = textsOver(block.texts.bytes);
    this.#scatters.user?.takeUsers(texts, block);
    this.#scatters.country?.takeCountries(texts, block);
  }

  /** Writes what is left. */
  finish(): Partial<Record<KeyKind, ChunkList>> {
    return Object.fromEntries(this.#kinds.map((kind) => [kind, this.#scatters[kind]!.finish()]));
  }
}

interface KeyScatterParts {
  readonly partitions: TextPartitions;
  readonly bytes: Uint8Array;
  /** The most bytes of a chunk. */
  readonly mostBytes: number;
  readonly file: { readonly sink: ByteSink; sizeBytes: number };
}

class KeyScatter {
  readonly #parts: KeyScatterParts;
  readonly #view: DataView;
  /** For each partition where its buffer begins, where the next record goes, and where none fits. */
  readonly #starts: Int32Array;
  readonly #next: Int32Array;
  readonly #limits: Int32Array;
  readonly #counts: Int32Array;
  readonly #lines = new NumberLines(CHUNK_LINE_NUMBERS);

  constructor(parts: KeyScatterParts) {
    const { partitions: { count }, bytes, mostBytes } = parts;
    const room = Math.min(mostBytes, Math.floor(bytes.length / count));
    if (room < MIN_PARTITION_BYTES) {
      throw new RangeError(
        `Cannot scatter texts over ${count} partitions: ${bytes.length} bytes of memory, ` +
          `expected at least ${count * MIN_PARTITION_BYTES}`,
      );
    }
    this.#parts = parts;
    this.#view = textsOver(bytes).view;
    this.#starts = Int32Array.from({ length: count }, (_, i) => i * room);
    this.#next = this.#starts.slice();
    this.#limits = this.#starts.map((start) => start + room - TEXT_SLACK_BYTES);
    this.#counts = new Int32Array(count);
  }

  takeUsers(texts: TextBytes, { users, songs, length }: StreamBlock): void {
    const { least, width, ofSlot, prefix } = this.#parts.partitions;
    const inverse = 1 / width;
    const last = ofSlot.length - 1;
    const { bytes } = texts;
    const view = this.#view;
    const next = this.#next;
    for (let i = 0; i < length; i++) {
      const user = users[i];
      const song = songs[i];
      const slot = (slotNumber(texts, user, prefix) - least) * inverse;
      const partition = ofSlot[slot < 0 ? 0 : slot > last ? last : slot | 0];
      this.#makeRoom(partition, bytes[user] + bytes[song] + 4);
      next[partition] = copyText(texts, song, view, copyText(texts, user, view, next[partition]));
    }
  }

  takeCountries(texts: TextBytes, { countries, songs, length }: StreamBlock): void {
    const { least, width, ofSlot } = this.#parts.partitions;
    const last = ofSlot.length - 1;
    const { bytes } = texts;
    const view = this.#view;
    const next = this.#next;
    for (let i = 0; i < length; i++) {
      const country = countries[i];
      const song = songs[i];
      const slot = (country - least) / width;
      const partition = ofSlot[slot < 0 ? 0 : slot > last ? last : slot | 0];
      this.#makeRoom(partition, bytes[song] + 5);
      const at = next[partition];
      const first = (country / 26) | 0;
      view.setUint8(at, 1);
      view.setUint8(at + 1, 65 + first);
      view.setUint8(at + 2, 65 + country - 26 * first);
      next[partition] = copyText(texts, song, view, at + 3);
    }
  }

  #makeRoom(partition: number, sizeBytes: number): void {
    if (this.#next[partition] + sizeBytes > this.#limits[partition]) this.#flush(partition);
    this.#counts[partition]++;
  }

  #flush(partition: number): void {
    const count = this.#counts[partition];
    if (count === 0) return;
    const { bytes, file } = this.#parts;
    const written = bytes.subarray(this.#starts[partition], this.#next[partition]);
    file.sink.write(written);
    this.#lines.add(partition, file.sizeBytes, count, written.length);
    file.sizeBytes += written.length;
    this.#next[partition] = this.#starts[partition];
    this.#counts[partition] = 0;
  }

  /** Writes what is left; returns the chunks. */
  finish(): ChunkList {
    for (let i = 0; i < this.#parts.partitions.count; i++) this.#flush(i);
    return this.#lines.toArray();
  }
}
