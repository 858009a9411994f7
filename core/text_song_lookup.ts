/**
 * `song_lookup.ts` for texts.
 *
 * The index names the first key of a block and not its first song, so the blocks of one country
 * are searched by halves.
 *
 * @module
 */

import { lastBelow } from "./record_reader.ts";
import type { KeyCount } from "./song_lookup.ts";
import { MIN_TEXT_CURSOR_BYTES, type TextBatchReader, TextCursor } from "./text_batch_reader.ts";
import type { TextLine } from "./text_blocks.ts";
import { compareBytes, type TextBytes, textsOver } from "./text_compare.ts";
import { textBytes } from "./texts.ts";

/** The entries of one key that stand in the block that was read last; songs are references. */
interface Segment {
  readonly key: Uint8Array;
  readonly songs: Float64Array;
  readonly counts: Float64Array;
}

/** As `songCounts` of song_lookup.ts. Cost: O(log blocks) blocks are read of each country. */
export function textSongCounts(reader: TextBatchReader, song: Uint8Array): KeyCount[] {
  const blocks = new Blocks(reader);
  const decoder = new TextDecoder();
  const found: KeyCount[] = [];
  for (let key = blocks.keyAfter(undefined); key !== undefined; key = blocks.keyAfter(key)) {
    const count = blocks.countOf(key, song);
    if (count > 0) found.push({ key: decoder.decode(key), count });
  }
  return found;
}

class Blocks {
  readonly #lines: readonly TextLine[];
  readonly #texts: TextBytes;
  readonly #cursor: TextCursor;
  #block = -1;
  #segments: readonly Segment[] = [];

  constructor(reader: TextBatchReader) {
    this.#lines = reader.root.flatMap((_, page) => reader.blocksOf(page));
    this.#texts = textsOver(new Uint8Array(MIN_TEXT_CURSOR_BYTES));
    const sizeBytes = this.#texts.bytes.length;
    this.#cursor = new TextCursor(reader, {
      texts: this.#texts,
      from: 0,
      sizeBytes,
      isExact: true,
    });
  }

  /** The first key, or the one behind a key, if there is one. */
  keyAfter(key: Uint8Array | undefined): Uint8Array | undefined {
    if (key === undefined) return this.#lines[0]?.key;
    const block = this.#lastUpTo(key);
    const next = this.#read(block).find((segment) => compareBytes(segment.key, key) > 0);
    return next?.key ?? this.#lines[block + 1]?.key;
  }

  /** How often a song was played where the key is, 0 where it was not. */
  countOf(key: Uint8Array, song: Uint8Array): number {
    const first = lastBelow(this.#lines.length, (i) => compareBytes(this.#lines[i].key, key) < 0);
    const beginWithKey = this.#lastUpTo(key) - first;
    const block = first + 1 + lastBelow(beginWithKey, (i) => {
      const [{ songs }] = this.#read(first + 1 + i);
      return this.#compare(songs[0], song) <= 0;
    });
    const segment = block < 0
      ? undefined
      : this.#read(block).find((each) => compareBytes(each.key, key) === 0);
    if (segment === undefined) return 0;
    const { songs, counts } = segment;
    const at = lastBelow(songs.length, (i) => this.#compare(songs[i], song) < 0) + 1;
    return at < songs.length && this.#compare(songs[at], song) === 0 ? counts[at] : 0;
  }

  #compare(reference: number, song: Uint8Array): number {
    return compareBytes(textBytes(this.#texts.bytes, reference), song);
  }

  /** The last block that begins with the key or one before it. */
  #lastUpTo(key: Uint8Array): number {
    return lastBelow(this.#lines.length, (i) => compareBytes(this.#lines[i].key, key) <= 0);
  }

  /** Reads a block; the last one that was read is not read again. */
  #read(block: number): readonly Segment[] {
    if (block === this.#block) return this.#segments;
    const cursor = this.#cursor;
    const segments: Segment[] = [];
    cursor.seekBlock(this.#lines[block].offset);
    while (cursor.next()) {
      const { songs, counts, from, to } = cursor.segment;
      const key = textBytes(this.#texts.bytes, cursor.key).slice();
      segments.push({ key, songs: songs.slice(from, to), counts: counts.slice(from, to) });
      if (cursor.isBlockDone) break;
    }
    this.#block = block;
    this.#segments = segments;
    return segments;
  }
}
