/**
 * Finding one song within every country of a batch by the index.
 *
 * @module
 */

import type { BatchReader, BlockStart } from "./batch_reader.ts";
import { countryCode } from "./country.ts";
import { lastBelow } from "./record_reader.ts";

/** How often a song was played in a country. */
export interface KeyCount {
  readonly key: string;
  readonly count: number;
}

/** The entries of one key that stand in one block. */
interface Segment {
  readonly key: number;
  readonly songs: Float64Array;
  readonly counts: Float64Array;
}

/** A block of the index, and the first key of the one behind it. */
interface Place {
  readonly offset: number;
  readonly nextKey: number;
}

/**
 * Finds how often a song was played in each country of a batch.
 *
 * @returns the countries in which it was played, by their codes
 *
 * Cost: of each country one block or two are read, of small countries one for several.
 */
export function songCounts(reader: BatchReader, song: number): KeyCount[] {
  const blocks = new Blocks(reader);
  const found: KeyCount[] = [];
  for (let key = 0; key < Infinity;) {
    const { offset, nextKey } = blocks.placeOf(key, song);
    const segments = blocks.read(offset);
    const at = segments.findIndex((segment) => segment.key >= key);
    if (at < 0) {
      key = nextKey > key ? nextKey : key + 1;
      continue;
    }
    const segment = segments[at];
    key = segment.key;
    const place = blocks.placeOf(key, song);
    if (place.offset !== offset) continue;
    const count = countOf(segment, song);
    if (count > 0) found.push({ key: countryCode(key), count });
    const next = segments[at + 1]?.key ?? nextKey;
    key = next > key ? next : key + 1;
  }
  return found;
}

function countOf({ songs, counts }: Segment, song: number): number {
  const at = lastBelow(songs.length, (i) => songs[i] < song) + 1;
  return songs[at] === song ? counts[at] : 0;
}

/** The blocks of a batch, read one at a time. */
class Blocks {
  readonly #reader: BatchReader;
  readonly #cursor;
  readonly #pages = new Map<number, BlockStart[]>();
  #offset = -1;
  #segments: readonly Segment[] = [];

  constructor(reader: BatchReader) {
    this.#reader = reader;
    this.#cursor = reader.cursor(undefined, undefined, { isExact: true });
  }

  /** Finds the block in which a song of a key is, if it is in any. */
  placeOf(key: number, song: number): Place {
    const { root } = this.#reader;
    const isUpTo = (line: BlockStart): boolean =>
      line.key < key || line.key === key && line.song <= song;
    if (root.length === 0) return { offset: -1, nextKey: Infinity };
    const page = Math.max(0, lastBelow(root.length, (i) => isUpTo(root[i])));
    const blocks = this.#page(page);
    const block = Math.max(0, lastBelow(blocks.length, (i) => isUpTo(blocks[i])));
    const next = blocks[block + 1] ?? root[page + 1];
    return { offset: blocks[block].offset, nextKey: next?.key ?? Infinity };
  }

  #page(page: number): BlockStart[] {
    const known = this.#pages.get(page) ?? this.#reader.blocksOf(page);
    this.#pages.set(page, known);
    return known;
  }

  /** Reads a block; the last one that was read is not read again. */
  read(offset: number): readonly Segment[] {
    if (offset < 0) return [];
    if (offset !== this.#offset) this.#segments = this.#read(offset);
    this.#offset = offset;
    return this.#segments;
  }

  #read(offset: number): Segment[] {
    const cursor = this.#cursor;
    const segments: Segment[] = [];
    cursor.seekBlock(offset);
    while (cursor.next()) {
      const { songs, counts, from, to } = cursor.segment;
      const { key } = cursor;
      segments.push({ key, songs: songs.slice(from, to), counts: counts.slice(from, to) });
      if (cursor.isBlockDone) break;
    }
    return segments;
  }
}
