/**
 * Walking over all of a batch, to check it and to compare it with another.
 *
 * @module
 */

import { type BatchCursor, type BatchReader, type BlockStart } from "./batch_reader.ts";
import type { EntryList } from "./entries.ts";
import { MIN_TEXT_CURSOR_BYTES, type TextBatchReader, TextCursor } from "./text_batch_reader.ts";
import type { TextLine } from "./text_blocks.ts";
import { compareBytes, compareTexts, type TextBytes, textsOver } from "./text_compare.ts";
import { textBytes } from "./texts.ts";

/** What the index says of a block. */
export interface IndexLine {
  /** Where it begins. */
  readonly offset: number;
}

/**
 * Goes over a batch, segment by segment: the entries of one key that stand in one block. What
 * depends on the kind of ids is here.
 */
export interface BatchWalk {
  readonly segment: EntryList;
  /** Whether the block says that its key goes on in the next one. */
  readonly continues: boolean;
  /** Where the block of the segment begins. */
  readonly blockOffset: number;
  /**
   * Moves to the next segment.
   *
   * @throws {BatchError} where a block is damaged
   */
  next(): boolean;
  /** Compares the key with that of the segment before: above 0 where it is greater, or the first. */
  keyOrder(): number;
  /** Whether songs ascend: in the segment, and behind the one before where it has the same key. */
  hasSongsInOrder(isSameKey: boolean): boolean;
  /** Goes over the index. */
  lines(): Generator<IndexLine>;
  /** Whether the segment is the one with which the index says that a block begins. */
  isAt(line: IndexLine): boolean;
  /** Whether the other walk, over ids of the same kind, has the same key. */
  hasKeyOf(other: BatchWalk): boolean;
  /** Whether an entry and one of the other walk are of the same song. */
  hasSongOf(entry: number, other: BatchWalk, otherEntry: number): boolean;
}

/** Walks over a batch whose ids are numbers. */
export class NumberWalk implements BatchWalk {
  continues = false;
  readonly segment: EntryList;
  readonly #reader: BatchReader;
  readonly #cursor: BatchCursor;
  #key = -1;
  #formerKey = -1;
  #lastSong = -1;

  constructor(reader: BatchReader) {
    this.#reader = reader;
    this.#cursor = reader.cursor();
    this.segment = this.#cursor.segment;
  }

  get blockOffset(): number {
    return this.#cursor.blockOffset;
  }

  next(): boolean {
    const { songs, to } = this.segment;
    if (to > 0) this.#lastSong = songs[to - 1];
    this.#formerKey = this.#key;
    if (!this.#cursor.next()) return false;
    this.#key = this.#cursor.key;
    this.continues = this.#cursor.continues;
    return true;
  }

  keyOrder(): number {
    return this.#key - this.#formerKey;
  }

  hasSongsInOrder(isSameKey: boolean): boolean {
    const { songs, from, to } = this.segment;
    let last = isSameKey ? this.#lastSong : -1;
    for (let i = from; i < to; i++) {
      if (songs[i] <= last) return false;
      last = songs[i];
    }
    return true;
  }

  *lines(): Generator<BlockStart> {
    for (const page of this.#reader.root.keys()) yield* this.#reader.blocksOf(page);
  }

  isAt(line: IndexLine): boolean {
    const { key, song } = line as BlockStart;
    return key === this.#key && song === this.segment.songs[this.segment.from];
  }

  hasKeyOf(other: BatchWalk): boolean {
    return this.#key === (other as NumberWalk).#key;
  }

  hasSongOf(entry: number, other: BatchWalk, otherEntry: number): boolean {
    return this.segment.songs[entry] === other.segment.songs[otherEntry];
  }
}

/** Walks over a batch whose ids are text. */
export class TextWalk implements BatchWalk {
  continues = false;
  readonly segment: EntryList;
  readonly #reader: TextBatchReader;
  readonly #cursor: TextCursor;
  readonly #texts: TextBytes = textsOver(new Uint8Array(MIN_TEXT_CURSOR_BYTES));
  #hasKey = false;
  /** Copies, for the block that they stood in is gone. */
  #formerKey: Uint8Array | undefined;
  #lastSong = new Uint8Array(0);

  constructor(reader: TextBatchReader) {
    this.#reader = reader;
    const { bytes } = this.#texts;
    const room = { texts: this.#texts, from: 0, sizeBytes: bytes.length };
    this.#cursor = new TextCursor(reader, room);
    this.#cursor.seek(undefined);
    this.segment = this.#cursor.segment;
  }

  get blockOffset(): number {
    return this.#cursor.blockOffset;
  }

  get #key(): Uint8Array {
    return textBytes(this.#texts.bytes, this.#cursor.key);
  }

  #songAt(entry: number): Uint8Array {
    return textBytes(this.#texts.bytes, this.segment.songs[entry]);
  }

  next(): boolean {
    if (this.#hasKey) {
      this.#formerKey = this.#key.slice();
      this.#lastSong = this.#songAt(this.segment.to - 1).slice();
    }
    this.#hasKey = this.#cursor.next();
    this.continues = this.#cursor.continues;
    return this.#hasKey;
  }

  keyOrder(): number {
    return this.#formerKey === undefined ? 1 : compareBytes(this.#key, this.#formerKey);
  }

  hasSongsInOrder(isSameKey: boolean): boolean {
    const { songs, from, to } = this.segment;
    if (isSameKey && compareBytes(this.#songAt(from), this.#lastSong) <= 0) return false;
    for (let i = from + 1; i < to; i++) {
      if (compareTexts(this.#texts, songs[i], songs[i - 1]) <= 0) return false;
    }
    return true;
  }

  *lines(): Generator<TextLine> {
    for (const page of this.#reader.root.keys()) yield* this.#reader.blocksOf(page);
  }

  isAt(line: IndexLine): boolean {
    return compareBytes((line as TextLine).key, this.#key) === 0;
  }

  hasKeyOf(other: BatchWalk): boolean {
    return compareBytes(this.#key, (other as TextWalk).#key) === 0;
  }

  hasSongOf(entry: number, other: BatchWalk, otherEntry: number): boolean {
    return compareBytes(this.#songAt(entry), (other as TextWalk).#songAt(otherEntry)) === 0;
  }
}
