/**
 * Rows on their way to a table of counts, in ClickHouse's format Native: columns one after another.
 *
 * A block is the number of its columns and of its rows, then for each column its name, its type and
 * its values; whole numbers have their lowest byte first, texts their length in front.
 *
 * @module
 */

import type { Day } from "../../core/day.ts";
import type { IdKind, KeyKind } from "../../core/streams.ts";
import { countsTable } from "./tables.ts";

/** What all rows of a load have in common. */
export interface LoadOfDay {
  readonly day: Day;
  /** The number of the load; of two loads of a day, the later has the greater. */
  readonly load: number;
}

/** The values of a column. */
interface ColumnValues {
  /** How many bytes there are so far. */
  readonly sizeBytes: number;
  /** Appends a value; `texts` is what it refers to where it is a reference. */
  put(value: number, texts: Uint8Array): void;
  /** The bytes of all values so far, not a copy. */
  used(): Uint8Array;
  clear(): void;
}

/** Rows are collected until there are so many, or so many bytes of them: 1 MB where ids are numbers. */
export const BLOCK_ROWS = 1 << 15;
const BLOCK_BYTES = 1 << 20;

/** What a row of numbers takes in a block. */
const ROW_BYTES = 26;

/** The rows of a block that is to take no more than `bytes`. */
export function blockRows(bytes: number): number {
  return Math.max(1 << 10, Math.min(BLOCK_ROWS, Math.floor(bytes / ROW_BYTES)));
}

/** What a block of so many rows takes, where ids are numbers. */
export function bytesOfRows(rows: number): number {
  return rows * ROW_BYTES;
}

/** Collects rows of a table of counts, each with one stream, and encodes blocks of them. */
export class RowBlock {
  readonly #keys: ColumnValues;
  readonly #songs: ColumnValues;
  readonly #heads: readonly Uint8Array[];
  readonly #day: Uint8Array;
  readonly #load: Uint8Array;
  readonly #rows: number;
  #length = 0;

  constructor(kind: KeyKind, ids: IdKind, { day, load }: LoadOfDay, rows = BLOCK_ROWS) {
    this.#rows = rows;
    // What is not sent has its default: one stream.
    const columns = countsTable(kind, ids).columns.filter((column) => column.default === undefined);
    this.#heads = columns.map(({ name, type }) => joined([textOf(name), textOf(type)]));
    this.#day = new Uint8Array(new Uint16Array(rows).fill(day).buffer);
    this.#load = new Uint8Array(new BigUint64Array(rows).fill(BigInt(load)).buffer);
    this.#songs = ids === "number" ? new NumberColumn(rows) : new TextColumn(rows);
    if (kind === "country") this.#keys = new CountryColumn(rows);
    else this.#keys = ids === "number" ? new NumberColumn(rows) : new TextColumn(rows);
  }

  /** How many rows there are. */
  get length(): number {
    return this.#length;
  }

  /**
   * Appends a row; `texts` is what ids refer to where they are texts.
   *
   * @returns whether the block is full: no row may follow before it is encoded
   */
  put(key: number, song: number, texts: Uint8Array): boolean {
    this.#keys.put(key, texts);
    this.#songs.put(song, texts);
    return ++this.#length === this.#rows ||
      this.#keys.sizeBytes + this.#songs.sizeBytes > BLOCK_BYTES;
  }

  /** Makes a block of the rows so far, and forgets them. */
  encode(): Uint8Array {
    const [day, load, key, song] = this.#heads;
    const bytes = joined([
      ...[varint(this.#heads.length), varint(this.#length)],
      ...[day, this.#day.subarray(0, 2 * this.#length)],
      ...[load, this.#load.subarray(0, 8 * this.#length)],
      ...[key, this.#keys.used(), song, this.#songs.used()],
    ]);
    this.#keys.clear();
    this.#songs.clear();
    this.#length = 0;
    return bytes;
  }
}

/** Whole numbers of 64 bits. */
class NumberColumn implements ColumnValues {
  readonly #words: Uint32Array;
  #used = 0;

  constructor(rows: number) {
    this.#words = new Uint32Array(2 * rows);
  }

  put(value: number): void {
    this.#words[this.#used] = value;
    this.#words[this.#used + 1] = value / 2 ** 32;
    this.#used += 2;
  }

  get sizeBytes(): number {
    return 4 * this.#used;
  }

  used(): Uint8Array {
    return new Uint8Array(this.#words.buffer, 0, this.sizeBytes);
  }

  clear(): void {
    this.#used = 0;
  }
}

/** Countries: two bytes each. */
class CountryColumn implements ColumnValues {
  readonly #bytes: Uint8Array;
  #used = 0;

  constructor(rows: number) {
    this.#bytes = new Uint8Array(2 * rows);
  }

  put(key: number): void {
    this.#bytes[this.#used] = 65 + key / 26;
    this.#bytes[this.#used + 1] = 65 + key % 26;
    this.#used += 2;
  }

  get sizeBytes(): number {
    return this.#used;
  }

  used(): Uint8Array {
    return this.#bytes.subarray(0, this.#used);
  }

  clear(): void {
    this.#used = 0;
  }
}

/** Texts, each with its length in front. */
class TextColumn implements ColumnValues {
  #bytes: Uint8Array;
  #used = 0;

  constructor(rows: number) {
    this.#bytes = new Uint8Array(32 * rows);
  }

  put(reference: number, texts: Uint8Array): void {
    const length = texts[reference] + 1;
    if (this.#used + length + 2 > this.#bytes.length) this.#grow();
    const bytes = this.#bytes;
    let at = this.#used;
    if (length >= 0x80) bytes[at++] = length & 0x7f | 0x80;
    bytes[at++] = length >= 0x80 ? length >> 7 : length;
    for (let i = 1; i <= length; i++) bytes[at++] = texts[reference + i];
    this.#used = at;
  }

  #grow(): void {
    const larger = new Uint8Array(2 * this.#bytes.length + 512);
    larger.set(this.used());
    this.#bytes = larger;
  }

  get sizeBytes(): number {
    return this.#used;
  }

  used(): Uint8Array {
    return this.#bytes.subarray(0, this.#used);
  }

  clear(): void {
    this.#used = 0;
  }
}

function textOf(text: string): Uint8Array {
  const bytes = new TextEncoder().encode(text);
  return joined([varint(bytes.length), bytes]);
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  for (; value >= 0x80; value >>>= 7) bytes.push(value & 0x7f | 0x80);
  return Uint8Array.from([...bytes, value]);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
