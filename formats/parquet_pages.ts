/**
 * The pages of a column of a Parquet file, one after another, as values and the nulls among them.
 *
 * One page of a column is held at a time, and its dictionary. Encodings are undone by `hyparquet`;
 * checksums and lengths are checked here.
 *
 * @module
 */

import { brotliDecompressSync, crc32, gunzipSync } from "node:zlib";
import type { DecodedArray, PageHeader, ParquetType, SchemaElement } from "npm:hyparquet@1.31.5";
import type { ByteSource } from "../core/bytes.ts";
import { FormatError } from "../core/streams.ts";
import { zstd } from "./zstd.ts";

/** What pages are decoded with. */
export interface Libraries {
  readonly parquetMetadata: typeof import("npm:hyparquet@1.31.5").parquetMetadata;
  readonly parquetHeader: typeof import("npm:hyparquet@1.31.5/src/column.js").parquetHeader;
  readonly readPlain: typeof import("npm:hyparquet@1.31.5/src/plain.js").readPlain;
  readonly encoding: typeof import("npm:hyparquet@1.31.5/src/encoding.js");
  readonly delta: typeof import("npm:hyparquet@1.31.5/src/delta.js");
  readonly snappyUncompress: typeof import("npm:hysnappy@1.0.0").snappyUncompress;
}

let libraries: Promise<Libraries> | undefined;

/** Loads the packages, once. */
export function loadLibraries(): Promise<Libraries> {
  return libraries ??= (async () => ({
    parquetMetadata: (await import("npm:hyparquet@1.31.5")).parquetMetadata,
    parquetHeader: (await import("npm:hyparquet@1.31.5/src/column.js")).parquetHeader,
    readPlain: (await import("npm:hyparquet@1.31.5/src/plain.js")).readPlain,
    encoding: await import("npm:hyparquet@1.31.5/src/encoding.js"),
    delta: await import("npm:hyparquet@1.31.5/src/delta.js"),
    snappyUncompress: (await import("npm:hysnappy@1.0.0")).snappyUncompress,
  }))();
}

/** A column of a row group, as the footer of the file tells of it. */
export interface ColumnChunk {
  readonly name: string;
  readonly element: SchemaElement & { readonly type: ParquetType };
  readonly codec: string;
  /** Where its first page begins, in bytes, and where its last one ends. */
  readonly offset: number;
  readonly end: number;
  /** Its rows, nulls included. */
  readonly rows: number;
}

/** The rows of a page. */
export interface Page {
  readonly rows: number;
  /** The value of each row: its place among the values, or in the dictionary; -1 for a null. */
  readonly places: Int32Array | undefined;
  /** The values that are not null; those of the dictionary where `isDictionary`. */
  readonly values: DecodedArray;
  readonly isDictionary: boolean;
}

/** A page may have this many bytes, not compressed, and rows: three of them are held. */
const MAX_PAGE_BYTES = 32 * 2 ** 20;
const MAX_PAGE_ROWS = 4 * 2 ** 20;

/** The header of a page is looked for in this many bytes, then in ever more: it holds statistics. */
const HEADER_BYTES = 1 << 12;
const MAX_HEADER_BYTES = 1 << 20;

/** Places in a dictionary are decoded up to this width. */
const MAX_PLACE_BITS = 24;

/** What is wrong with a file that is no good Parquet. */
export function damaged(what: string, cause?: unknown): FormatError {
  return new FormatError(`damaged Parquet (${what}), expected a whole file`, { cause });
}

/** Reads the pages of a column of a row group, in their order. */
export class ColumnPages {
  readonly #log: ByteSource;
  readonly #chunk: ColumnChunk;
  readonly #tools: Libraries;
  #offset: number;
  #rows = 0;
  #dictionary: DecodedArray | undefined;

  constructor(log: ByteSource, chunk: ColumnChunk, tools: Libraries) {
    this.#log = log;
    this.#chunk = chunk;
    this.#tools = tools;
    this.#offset = chunk.offset;
  }

  /**
   * Reads the next page with rows. Called while rows of the column are missing.
   *
   * @throws {FormatError} where it is not there, damaged, or larger than can be held
   */
  async next(): Promise<Page> {
    try {
      for (;;) {
        if (this.#offset >= this.#chunk.end) {
          throw new Error(`${this.#rows} rows in its pages, ${this.#chunk.rows} in the footer`);
        }
        const page = await this.#page();
        if (page === undefined || page.rows === 0) continue;
        this.#rows += page.rows;
        if (this.#rows <= this.#chunk.rows) return page;
        throw new Error(`${this.#rows} rows in its pages, ${this.#chunk.rows} in the footer`);
      }
    } catch (error) {
      if (error instanceof FormatError) throw error;
      const { message } = error as Error;
      throw damaged(`column "${this.#chunk.name}", page before byte ${this.#offset}: ${message}`);
    }
  }

  async #page(): Promise<Page | undefined> {
    const header = this.#header();
    const { type, compressed_page_size: size } = header;
    this.#refuseLarge(Math.max(size, header.uncompressed_page_size), MAX_PAGE_BYTES, "bytes");
    if (!(size >= 0 && header.uncompressed_page_size >= 0)) throw new Error("negative size");
    const bytes = this.#read(size);
    this.#offset += size;
    if (header.crc !== undefined && (crc32(bytes) | 0) !== (header.crc | 0)) {
      throw new Error("its checksum is another");
    }
    if (type === "DICTIONARY_PAGE") {
      const count = header.dictionary_page_header?.num_values ?? 0;
      this.#refuseLarge(count, MAX_PAGE_ROWS, "values");
      const page = await this.#decompressed(bytes, header.uncompressed_page_size);
      this.#dictionary = this.#plain(readerOf(page), count);
      return undefined;
    }
    if (type === "DATA_PAGE") return await this.#dataPage(header, bytes);
    return type === "DATA_PAGE_V2" ? await this.#dataPageV2(header, bytes) : undefined;
  }

  /** Reads the header of the page at the offset, and moves the offset behind it. */
  #header(): PageHeader {
    for (let size = HEADER_BYTES;; size *= 4) {
      const bytes = new Uint8Array(Math.min(size, this.#log.sizeBytes - this.#offset));
      if (bytes.length === 0) throw new Error("behind the end of the file");
      this.#log.read(bytes, this.#offset);
      const reader = readerOf(bytes);
      try {
        const header = this.#tools.parquetHeader(reader);
        this.#offset += reader.offset;
        return header;
      } catch (error) {
        if (bytes.length < size || size >= MAX_HEADER_BYTES) throw error;
      }
    }
  }

  #read(size: number): Uint8Array {
    const bytes = new Uint8Array(size);
    if (this.#log.read(bytes, this.#offset) === size) return bytes;
    throw new Error("behind the end of the file");
  }

  async #dataPage(header: PageHeader, bytes: Uint8Array): Promise<Page> {
    const { num_values: rows, encoding } = known(header.data_page_header);
    this.#refuseLarge(rows, MAX_PAGE_ROWS, "rows");
    const page = await this.#decompressed(bytes, header.uncompressed_page_size);
    const reader = readerOf(page);
    const levels = this.#levels(reader, rows);
    return this.#rowsOf(reader, rows, levels, encoding);
  }

  async #dataPageV2(header: PageHeader, bytes: Uint8Array): Promise<Page> {
    const v2 = known(header.data_page_header_v2);
    const { num_values: rows, encoding, definition_levels_byte_length: levelBytes } = v2;
    this.#refuseLarge(rows, MAX_PAGE_ROWS, "rows");
    const start = levelBytes + v2.repetition_levels_byte_length;
    if (!(start >= 0 && start <= bytes.length)) throw new Error(`levels of ${start} bytes`);
    const levels = levelBytes === 0
      ? undefined
      : this.#levels(readerOf(bytes.subarray(start - levelBytes, start)), rows, levelBytes);
    const rest = bytes.subarray(start);
    const size = header.uncompressed_page_size - start;
    const page = v2.is_compressed ? await this.#decompressed(rest, size) : rest;
    return this.#rowsOf(readerOf(page), rows, levels, encoding);
  }

  /** Reads which rows are null (0) and which are not (1); nothing where none can be. */
  #levels(reader: PageReader, rows: number, length?: number): Uint8Array | undefined {
    if (this.#chunk.element.repetition_type !== "OPTIONAL") return undefined;
    const levels = new Uint8Array(rows);
    this.#tools.encoding.readRleBitPackedHybrid(reader, 1, levels, length);
    return levels;
  }

  #rowsOf(
    reader: PageReader,
    rows: number,
    levels: Uint8Array | undefined,
    encoding: string,
  ): Page {
    let count = rows;
    if (levels !== undefined) { for (let i = 0; i < rows; i++) if (levels[i] === 0) count--; }
    const isDictionary = encoding === "PLAIN_DICTIONARY" || encoding === "RLE_DICTIONARY";
    if (!isDictionary) {
      const values = this.#values(reader, count, encoding);
      return { rows, places: count === rows ? undefined : placed(levels), values, isDictionary };
    }
    const values = this.#dictionary;
    if (values === undefined) throw new Error("no dictionary before it");
    const places = this.#places(reader, count, values.length);
    return { rows, places: count === rows ? places : placed(levels, places), values, isDictionary };
  }

  /** Reads places in the dictionary. */
  #places(reader: PageReader, count: number, size: number): Int32Array {
    const places = new Int32Array(count);
    if (count === 0) return places;
    const width = reader.view.getUint8(reader.offset++);
    if (width > MAX_PLACE_BITS) throw new Error(`places of ${width} bits`);
    if (width > 0) {
      const rest = reader.view.byteLength - reader.offset;
      this.#tools.encoding.readRleBitPackedHybrid(reader, width, places, rest);
    }
    for (let i = 0; i < count; i++) {
      if (places[i] >= size) throw new Error(`value ${places[i]} of a dictionary of ${size}`);
    }
    return places;
  }

  #values(reader: PageReader, count: number, encoding: string): DecodedArray {
    const { type, type_length: length } = this.#chunk.element;
    if (encoding === "PLAIN") return this.#plain(reader, count);
    if (count === 0) return [];
    if (encoding === "BYTE_STREAM_SPLIT") {
      return this.#tools.encoding.byteStreamSplit(reader, count, type, length);
    }
    if (encoding === "DELTA_BINARY_PACKED") {
      // Unsigned numbers of 32 bits may take 33 as deltas, which would not fit.
      const isShort = type === "INT32";
      const isWide = !isShort || isUnsigned(this.#chunk);
      const values = isWide ? new BigInt64Array(count) : new Int32Array(count);
      this.#tools.delta.deltaBinaryUnpack(reader, count, values);
      if (!isShort || values instanceof Int32Array) return values;
      const halves = new Int32Array(values.buffer);
      return Int32Array.from({ length: count }, (_, i) => halves[2 * i]);
    }
    const values: Uint8Array[] = new Array(count);
    if (encoding === "DELTA_LENGTH_BYTE_ARRAY") {
      this.#tools.delta.deltaLengthByteArray(reader, count, values);
    } else if (encoding === "DELTA_BYTE_ARRAY") {
      this.#tools.delta.deltaByteArray(reader, count, values);
    } else {
      throw new FormatError(
        `column "${this.#chunk.name}" in the encoding ${encoding}, expected PLAIN, a dictionary, ` +
          "a delta encoding or BYTE_STREAM_SPLIT",
      );
    }
    return values;
  }

  #plain(reader: PageReader, count: number): DecodedArray {
    const { type, type_length: length } = this.#chunk.element;
    return this.#tools.readPlain(reader, type, count, length);
  }

  async #decompressed(bytes: Uint8Array, size: number): Promise<Uint8Array> {
    const page = await this.#decompress(bytes, size);
    if (page.length === size) return page;
    throw new Error(`${page.length} bytes decompressed, ${size} in its header`);
  }

  #decompress(bytes: Uint8Array, size: number): Uint8Array | Promise<Uint8Array> {
    const { codec, name } = this.#chunk;
    if (codec === "UNCOMPRESSED" || size === 0) return bytes.subarray(0, size);
    if (codec === "GZIP") return gunzipSync(bytes, { maxOutputLength: size });
    if (codec === "ZSTD") return unzstd(bytes, size);
    if (codec === "BROTLI") return brotliDecompressSync(bytes, { maxOutputLength: size });
    if (codec === "SNAPPY") return this.#tools.snappyUncompress(bytes, size);
    const expected = "none, SNAPPY, GZIP, ZSTD or BROTLI";
    throw new FormatError(`column "${name}" compressed as ${codec}, expected ${expected}`);
  }

  #refuseLarge(count: number, most: number, unit: string): void {
    if (count <= most) return;
    throw new FormatError(
      `a page of ${count} ${unit} in column "${this.#chunk.name}", expected at most ${most} ` +
        "(write it with smaller row groups or pages)",
    );
  }
}

/** Bytes that are read one behind the other, as the library has them. */
interface PageReader {
  readonly view: DataView;
  offset: number;
}

function readerOf(bytes: Uint8Array): PageReader {
  return { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: 0 };
}

function known<T>(header: T | undefined): T {
  if (header === undefined) throw new Error("its header does not tell what it holds");
  return header;
}

/** Whether the whole numbers of a column have no sign. */
export function isUnsigned({ element }: Pick<ColumnChunk, "element">): boolean {
  const { logical_type: logical, converted_type: converted } = element;
  if (logical?.type === "INTEGER") return !logical.isSigned;
  return converted?.startsWith("UINT_") ?? false;
}

/** The places of the rows: those of the values in their order, and -1 for nulls. */
function placed(levels: Uint8Array | undefined, places?: Int32Array): Int32Array | undefined {
  if (levels === undefined) return places;
  const all = new Int32Array(levels.length);
  let next = 0;
  for (let row = 0; row < levels.length; row++) {
    if (levels[row] === 0) all[row] = -1;
    else all[row] = places === undefined ? next++ : places[next++];
  }
  return all;
}

async function unzstd(bytes: Uint8Array, size: number): Promise<Uint8Array> {
  const page = new Uint8Array(size);
  let length = 0;
  for await (const part of zstd.decompress(once(bytes), () => {})) {
    if (length + part.length > size) throw new Error(`more than the ${size} bytes of its header`);
    page.set(part, length);
    length += part.length;
  }
  return page.subarray(0, length);
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
