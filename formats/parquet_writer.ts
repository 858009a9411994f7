/**
 * The writer `parquet`: the columns `key`, `rank`, `song` and `streams`, a row a song of a key.
 *
 * Row groups are made of 20000 rows, 10000 where ids are text and fewer where they are long, and
 * printed as soon as they are full: memory is that of one row group, and a few kilobytes for each
 * of them in the footer. What decides where a row group ends is the chart alone, so that the same
 * chart gives the same bytes. All values are required; pages are compressed with Snappy.
 *
 * | column    | countries, world | users, numbers | users, texts |
 * | --------- | ---------------- | -------------- | ------------ |
 * | `key`     | string           | INT64          | string       |
 * | `rank`    | INT32            | INT32          | INT32        |
 * | `song`    | as ids are: INT64 or string       |||
 * | `streams` | INT64            | INT64          | INT64        |
 *
 * Movement, where it is asked for, is four more columns: `movement` (string), `previous_rank` (INT32,
 * null where there is none), `days_on_chart` and `peak_rank` (INT32, never null).
 *
 * @module
 */

import type { ByteBuffer } from "../core/bytes.ts";
import type { Movement } from "../core/movement.ts";
import { textBytes } from "../core/texts.ts";
import type { ByteWriter, ParquetWriter } from "npm:hyparquet-writer@0.17.0";
import type { ChartPrinter, ChartRow, ChartShape, Writer } from "./interface.ts";
import { keyBytes } from "./print.ts";

type Library = typeof import("npm:hyparquet-writer@0.17.0");
type Column = Parameters<ParquetWriter["write"]>[0]["columnData"][number];
type SchemaElement = ConstructorParameters<typeof ParquetWriter>[0]["schema"][number];

/** The most rows of a row group: more take more memory, and with text much more. */
const ROW_GROUP_ROWS = { number: 20_000, text: 10_000 } as const;

/** A row group ends when its texts take this many bytes or more. */
const ROW_GROUP_TEXT_BYTES = 1 << 19;

let library: Library | undefined;

/** Parquet files of flat columns. */
export const parquetWriter = {
  name: "parquet",
  description: "Parquet with the columns key, rank, song, streams, a row a song of a key",
  extension: "parquet",
  isCutAtKeys: false,
  takesMovement: true,
  load: async (): Promise<void> => {
    library ??= await import("npm:hyparquet-writer@0.17.0");
  },
  printer: (shape: ChartShape): ChartPrinter => {
    if (library === undefined) {
      throw new Error("Cannot print Parquet: load() has not ended, expected it to be awaited");
    }
    return new ParquetPrinter(shape, library);
  },
} satisfies Writer;

/** A column of numbers, or of texts as bytes. */
interface Values {
  readonly numbers: BigInt64Array;
  readonly texts: Uint8Array[];
  readonly isText: boolean;
}

class ParquetPrinter implements ChartPrinter {
  readonly #bytes: ByteWriter;
  readonly #file: ParquetWriter;
  readonly #keyBytes: (value: number, texts: Uint8Array) => Uint8Array;
  readonly #keys: Values;
  readonly #songs: Values;
  readonly #ranks: Int32Array;
  readonly #streams: BigInt64Array;
  /** As long as the row group, where the chart has movement. */
  readonly #movements: Movement[] = [];
  readonly #hasMovement: boolean;
  readonly #capacity: number;
  #length = 0;
  #textBytes = 0;

  constructor(shape: ChartShape, { ByteWriter, ParquetWriter }: Library) {
    const capacity = ROW_GROUP_ROWS[shape.ids];
    this.#capacity = capacity;
    this.#hasMovement = shape.hasMovement ?? false;
    this.#keys = valuesOf(shape.ids === "text" || shape.kind !== "user", capacity);
    this.#songs = valuesOf(shape.ids === "text", capacity);
    this.#ranks = new Int32Array(capacity);
    this.#streams = new BigInt64Array(capacity);
    this.#keyBytes = keyBytes(shape);
    this.#bytes = new ByteWriter();
    this.#file = new ParquetWriter({
      writer: this.#bytes,
      schema: schemaOf(this.#keys.isText, this.#songs.isText, this.#hasMovement),
      createdBy: "topstreams",
    });
  }

  begin(out: ByteBuffer): void {
    this.#drain(out);
  }

  print(row: ChartRow, out: ByteBuffer): void {
    const { texts } = row;
    const key = this.#keys.isText ? this.#copy(this.#keyBytes(row.key, texts)) : undefined;
    for (let i = 0; i < row.count; i++) {
      const at = this.#length++;
      if (key !== undefined) this.#keys.texts.push(key);
      else this.#keys.numbers[at] = BigInt(row.key);
      this.#ranks[at] = i + 1;
      if (this.#songs.isText) {
        this.#songs.texts.push(this.#copy(textBytes(texts, row.songs[i])));
      } else this.#songs.numbers[at] = BigInt(row.songs[i]);
      this.#streams[at] = BigInt(row.streams[i]);
      if (row.movements !== undefined) this.#movements.push(row.movements[i]);
      if (this.#length === this.#capacity || this.#textBytes >= ROW_GROUP_TEXT_BYTES) {
        this.#endGroup(out);
      }
    }
  }

  end(out: ByteBuffer): void {
    this.#endGroup(out);
    this.#file.finish();
    this.#drain(out);
  }

  /** Copies a text, which the next key of the chart overwrites. */
  #copy(bytes: Uint8Array): Uint8Array {
    this.#textBytes += bytes.length;
    return bytes.slice();
  }

  #endGroup(out: ByteBuffer): void {
    const length = this.#length;
    if (length === 0) return;
    const columnData: Column[] = [
      { name: "key", data: dataOf(this.#keys, length) },
      { name: "rank", data: this.#ranks.subarray(0, length) },
      { name: "song", data: dataOf(this.#songs, length) },
      { name: "streams", data: this.#streams.subarray(0, length) },
      ...this.#hasMovement ? movementColumns(this.#movements) : [],
    ];
    this.#file.write({ columnData, rowGroupSize: length });
    this.#keys.texts.length = 0;
    this.#songs.texts.length = 0;
    this.#movements.length = 0;
    this.#length = 0;
    this.#textBytes = 0;
    this.#drain(out);
  }

  /** Moves what the library wrote to the buffer; the library counts offsets apart from that. */
  #drain(out: ByteBuffer): void {
    const bytes = this.#bytes.getBytes();
    out.reserve(bytes.length);
    out.bytes.set(bytes, out.length);
    out.length += bytes.length;
    this.#bytes.index = 0;
  }
}

function valuesOf(isText: boolean, capacity: number): Values {
  return { numbers: new BigInt64Array(isText ? 0 : capacity), texts: [], isText };
}

function dataOf({ numbers, texts, isText }: Values, length: number): Column["data"] {
  return isText ? texts : numbers.subarray(0, length);
}

function movementColumns(movements: readonly Movement[]): Column[] {
  const encoder = new TextEncoder();
  return [
    { name: "movement", data: movements.map(({ kind }) => encoder.encode(kind)) },
    { name: "previous_rank", data: movements.map(({ previous }) => previous ?? null) },
    { name: "days_on_chart", data: movements.map(({ daysOnChart }) => daysOnChart ?? null) },
    { name: "peak_rank", data: movements.map(({ peak }) => peak ?? null) },
  ];
}

function schemaOf(
  isTextKey: boolean,
  isTextSong: boolean,
  hasMovement: boolean,
): SchemaElement[] {
  const column = (
    name: string,
    type: "INT32" | "INT64" | "BYTE_ARRAY",
    repetition_type: "REQUIRED" | "OPTIONAL" = "REQUIRED",
  ): SchemaElement => {
    const text = type === "BYTE_ARRAY" ? { converted_type: "UTF8" } as const : {};
    return { name, type, repetition_type, ...text };
  };
  const movement = [
    column("movement", "BYTE_ARRAY"),
    ...["previous_rank", "days_on_chart", "peak_rank"].map((name) =>
      column(name, "INT32", "OPTIONAL")
    ),
  ];
  return [
    { name: "chart", num_children: hasMovement ? 8 : 4 },
    column("key", isTextKey ? "BYTE_ARRAY" : "INT64"),
    column("rank", "INT32"),
    column("song", isTextSong ? "BYTE_ARRAY" : "INT64"),
    column("streams", "INT64"),
    ...hasMovement ? movement : [],
  ];
}
