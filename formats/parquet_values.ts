/**
 * The values of a Parquet page as ids and countries.
 *
 * @module
 */

import type { DecodedArray } from "npm:hyparquet@1.31.5";
import { countryKey } from "../core/country.ts";
import { type IdKind, MAX_ID, type RejectReason, type StreamBlock } from "../core/streams.ts";
import { MAX_ROW_BYTES } from "./fields.ts";
import type { Field } from "./interface.ts";
import { type ColumnChunk, type ColumnPages, isUnsigned, type Page } from "./parquet_pages.ts";

/** Where numbers are read, what stands for a value that is none. */
const NONE = -1;

/** A `Field` of a column, page by page: the rows of the current page, and which is next. */
export class FieldColumn {
  readonly field: Field;
  readonly #chunk: ColumnChunk;
  readonly #pages: ColumnPages;
  readonly #isText: boolean;
  readonly #encoder = new TextEncoder();
  #page: Page = { rows: 0, places: undefined, values: [], isDictionary: false };
  #next = 0;
  /** The values as numbers, or as texts; those of a dictionary are kept from page to page. */
  #numbers: Float64Array = new Float64Array(0);
  #texts: Uint8Array[] = [];

  constructor(field: Field, ids: IdKind, chunk: ColumnChunk, pages: ColumnPages) {
    this.field = field;
    this.#chunk = chunk;
    this.#pages = pages;
    this.#isText = ids === "text" && field !== "country";
  }

  /** How many rows of the current page are left. */
  get remaining(): number {
    return this.#page.rows - this.#next;
  }

  /** Reads the next page. */
  async load(): Promise<void> {
    const before = this.#page;
    const page = await this.#pages.next();
    this.#page = page;
    this.#next = 0;
    if (page.isDictionary && before.values === page.values) return;
    if (this.#isText) this.#texts = this.#textsOf(page.values);
    else this.#numbers = this.#numbersOf(page.values);
  }

  /** Ends the next rows: they were looked at. */
  advance(rows: number): void {
    this.#next += rows;
  }

  /**
   * Writes what stands for the next rows in a block into a column of it: from 0 on, -1 where a row
   * has none.
   */
  fill(into: Float64Array, rows: number, block: StreamBlock): void {
    const from = this.#next;
    const { places } = this.#page;
    if (this.#isText) {
      const texts = this.#texts;
      for (let i = 0; i < rows; i++) {
        const place = places === undefined ? from + i : places[from + i];
        const text = place < 0 ? undefined : texts[place];
        into[i] = text === undefined ? NONE : block.texts.put(text, 0, text.length);
      }
    } else if (places === undefined) {
      into.set(this.#numbers.subarray(from, from + rows));
    } else {
      const numbers = this.#numbers;
      for (let i = 0; i < rows; i++) {
        const place = places[from + i];
        into[i] = place < 0 ? NONE : numbers[place];
      }
    }
  }

  /** The value of one of the next rows as bytes; nothing for a null. */
  bytesAt(row: number): Uint8Array | undefined {
    const { places, values } = this.#page;
    const place = places === undefined ? this.#next + row : places[this.#next + row];
    return place < 0 ? undefined : this.#bytes(values[place]);
  }

  #numbersOf(values: DecodedArray): Float64Array {
    if (values instanceof BigInt64Array) return numbersOf64(values);
    const numbers = new Float64Array(values.length);
    if (values instanceof Int32Array) {
      if (isUnsigned(this.#chunk)) {
        for (let i = 0; i < values.length; i++) numbers[i] = values[i] >>> 0;
      } else for (let i = 0; i < values.length; i++) numbers[i] = Math.max(values[i], NONE);
      return numbers;
    }
    const parse = this.field === "country" ? countryOf : numberOf;
    for (let i = 0; i < values.length; i++) numbers[i] = parse(values[i] as Uint8Array);
    return numbers;
  }

  #textsOf(values: DecodedArray): Uint8Array[] {
    return Array.from(values as ArrayLike<unknown>, (value) => this.#bytes(value));
  }

  #bytes(value: unknown): Uint8Array {
    if (!(value instanceof Uint8Array)) return this.#encoder.encode(this.#digits(value));
    return isUuid(this.#chunk) ? this.#encoder.encode(uuidText(value)) : value;
  }

  #digits(value: unknown): string {
    if (!isUnsigned(this.#chunk)) return String(value);
    return typeof value === "bigint"
      ? String(BigInt.asUintN(64, value))
      : String(Number(value) >>> 0);
  }
}

/** Why a row is no stream, from the values of song, user and country, one of which is none. */
export function reasonOf(
  values: readonly (Uint8Array | undefined)[],
  codes: readonly number[],
): RejectReason {
  if (values.some((value) => value !== undefined && value.length > MAX_ROW_BYTES)) {
    return "too-long";
  }
  if (values.every((value) => value === undefined)) return "empty";
  if (values.some((value) => value !== undefined && !isUtf8(value))) return "syntax";
  if (values.includes(undefined)) return "fields";
  return codes[0] < 0 ? "song" : codes[1] < 0 ? "user" : "country";
}

const decoder = new TextDecoder("utf-8", { fatal: true });

function isUtf8(bytes: Uint8Array): boolean {
  try {
    decoder.decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/** Whether a column holds UUIDs, of 16 bytes each. */
export function isUuid({ element }: Pick<ColumnChunk, "element">): boolean {
  return element.logical_type?.type === "UUID" && element.type_length === 16;
}

function uuidText(bytes: Uint8Array): string {
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** 64-bit numbers as doubles, half by half; what is negative or above 2^53 - 1 is none. */
function numbersOf64(values: BigInt64Array): Float64Array {
  const numbers = new Float64Array(values.length);
  const halves = new Int32Array(values.buffer, values.byteOffset, 2 * values.length);
  for (let i = 0; i < values.length; i++) {
    const high = halves[2 * i + 1];
    // 2^21 * 2^32 = 2^53
    numbers[i] = high >>> 21 === 0 ? high * 2 ** 32 + (halves[2 * i] >>> 0) : NONE;
  }
  return numbers;
}

/** Reads digits, and nothing around them, as an id. */
function numberOf(bytes: Uint8Array): number {
  if (bytes.length === 0 || bytes.length > 16) return NONE;
  let number = 0;
  for (let i = 0; i < bytes.length; i++) {
    const digit = bytes[i] - 48;
    if (digit < 0 || digit > 9) return NONE;
    number = number * 10 + digit;
  }
  return number > MAX_ID ? NONE : number;
}

/** Reads two capital letters, and nothing around them, as a country key. */
function countryOf(bytes: Uint8Array): number {
  const [first, second] = bytes;
  const isCode = bytes.length === 2 && first >= 65 && first <= 90 && second >= 65 && second <= 90;
  return isCode ? countryKey(first, second) : NONE;
}
