/**
 * The reader `parquet`: flat columns of ids and countries, row group by row group.
 *
 * Songs and users are whole numbers of 32 or 64 bits, or strings (of digits where ids are numbers);
 * countries are strings. Where ids are text, whole numbers are taken as their digits, and UUIDs as
 * their 36 characters. Rows count from 1; a row of nulls only is `empty`, one with a null among its
 * fields lacks `fields`, and one with a string that is not UTF-8 is no `syntax`. Values are taken
 * as they stand: nothing around them is dropped.
 *
 * The pages of the three columns are read side by side (see parquet_pages.ts), so that memory is
 * that of one page of each, however large a row group is. Checksums of pages are verified where
 * there are such.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import type { FileMetaData, ParquetType, RowGroup, SchemaElement } from "npm:hyparquet@1.31.5";
import type { ByteSource } from "../core/bytes.ts";
import {
  clearBlock,
  createRowTally,
  createStreamBlock,
  FormatError,
  type IdKind,
  type OnRejected,
  type RowTally,
  type StreamBlock,
} from "../core/streams.ts";
import { isByNumber, USUAL_COLUMNS } from "./columns.ts";
import { MAX_ROW_BYTES, RejectedRows } from "./fields.ts";
import { type Field, FIELDS, type ParserOptions, type TableReader } from "./interface.ts";
import {
  type ColumnChunk,
  ColumnPages,
  damaged,
  type Libraries,
  loadLibraries,
} from "./parquet_pages.ts";
import { FieldColumn, isUuid, reasonOf } from "./parquet_values.ts";

/** The footer may have this many bytes. */
const MAX_FOOTER_BYTES = 64 * 2 ** 20;

/** "PAR1": how a file begins and ends; "PARE" where its footer is encrypted. */
const MAGIC = [0x50, 0x41, 0x52, 0x31];

/** Parquet files with flat columns. */
export const parquet = {
  name: "parquet",
  description: "Parquet with flat columns, not compressed or by snappy, zstd, gzip or brotli",
  endings: ["parquet"],
  looksLike: (head) => MAGIC.every((byte, i) => head[i] === byte),
  takesColumns: true,
  read,
} satisfies TableReader;

/** A column of the file that holds a field. */
interface Column {
  readonly field: Field;
  readonly name: string;
  readonly element: SchemaElement & { readonly type: ParquetType };
}

async function* read(
  log: ByteSource,
  { ids = "number", columns = USUAL_COLUMNS, onRejected }: ParserOptions,
  take: (block: StreamBlock) => void,
): AsyncGenerator<number, RowTally> {
  if (isByNumber(columns)) {
    throw new FormatError("columns by number, expected the names of columns (--columns)");
  }
  const tools = await loadLibraries();
  const footer = readFooter(log, tools);
  const fields = FIELDS.map((field) => columnOf(footer.schema, field, columns[field], ids));
  const total = Number(footer.num_rows);
  const rows = new RowReader(ids, take, onRejected);
  let doneBytes = 0;
  for (const group of footer.row_groups) {
    const chunks = fields.map(({ field, name, element }) => {
      const chunk = chunkOf(group, name, element);
      return new FieldColumn(field, ids, chunk, new ColumnPages(log, chunk, tools));
    });
    for (let left = Number(group.num_rows); left > 0;) {
      for (const column of chunks) if (column.remaining === 0) await column.load();
      left -= rows.read(chunks);
      const bytes = Math.floor(log.sizeBytes * Math.min(rows.tally.rows / total, 1));
      yield bytes - doneBytes;
      doneBytes = bytes;
    }
  }
  rows.finish();
  if (rows.tally.rows !== total) {
    throw damaged(`${total} rows in the footer, ${rows.tally.rows} in the row groups`);
  }
  yield log.sizeBytes - doneBytes;
  return rows.tally;
}

/** Puts rows of columns together to streams. */
class RowReader {
  readonly tally: RowTally = createRowTally();
  readonly #rejected: RejectedRows;
  readonly #ids: IdKind;
  readonly #take: (block: StreamBlock) => void;
  readonly #block = createStreamBlock();
  readonly #columns = FIELDS.map(() => new Float64Array(this.#block.capacity));

  constructor(ids: IdKind, take: (block: StreamBlock) => void, onRejected?: OnRejected) {
    this.#rejected = new RejectedRows(this.tally, onRejected);
    this.#ids = ids;
    this.#take = take;
  }

  /**
   * Reads the rows that all columns have in their current pages, a block of them at most.
   *
   * @returns how many
   */
  read(columns: readonly FieldColumn[]): number {
    const block = this.#block;
    if (this.#ids === "text" || block.length === block.capacity) this.finish();
    const room = block.capacity - block.length;
    const rows = Math.min(room, ...columns.map((column) => column.remaining));
    columns.forEach((column, i) => column.fill(this.#columns[i], rows, block));
    const [songs, users, countries] = this.#columns;
    const { tally } = this;
    for (let i = 0; i < rows; i++) {
      if (songs[i] < 0 || users[i] < 0 || countries[i] < 0) {
        this.#reject(columns, i);
        continue;
      }
      tally.rows++;
      tally.lines++;
      block.songs[block.length] = songs[i];
      block.users[block.length] = users[i];
      block.countries[block.length++] = countries[i];
    }
    for (const column of columns) column.advance(rows);
    return rows;
  }

  /** Hands over what the block holds. */
  finish(): void {
    if (this.#block.length > 0) this.#take(this.#block);
    clearBlock(this.#block);
  }

  #reject(columns: readonly FieldColumn[], row: number): void {
    const values = columns.map((column) => column.bytesAt(row));
    const reason = reasonOf(values, this.#columns.map((column) => column[row]));
    const bytes = Buffer.concat(values.flatMap((value, i) => [
      Buffer.from(`${i === 0 ? "" : ","}${FIELDS[i]}=`),
      value?.subarray(0, MAX_ROW_BYTES + 1) ?? new Uint8Array(0),
    ]));
    this.tally.lines++;
    this.#rejected.add(reason, bytes, 0, bytes.length);
  }
}

function readFooter(log: ByteSource, tools: Libraries): FileMetaData {
  const tail = new Uint8Array(8);
  const from = log.sizeBytes - 8;
  const head = new Uint8Array(4);
  log.read(head, 0);
  const begins = log.sizeBytes >= 12 && MAGIC.every((byte, i) => head[i] === byte);
  if (!begins) {
    if (String.fromCharCode(...head) === "PARE") {
      throw new FormatError("encrypted Parquet, expected it not to be encrypted");
    }
    throw new FormatError('no Parquet (it does not begin with "PAR1"), expected a Parquet file');
  }
  log.read(tail, from);
  const size = new DataView(tail.buffer).getUint32(0, true);
  if (!MAGIC.every((byte, i) => tail[4 + i] === byte)) throw damaged("cut off: no footer");
  if (size > from - 4 || size > MAX_FOOTER_BYTES) throw damaged(`a footer of ${size} bytes`);
  const bytes = new Uint8Array(size + 8);
  log.read(bytes, from - size);
  try {
    return tools.parquetMetadata(bytes, { geoparquet: false });
  } catch (error) {
    throw damaged(`its footer: ${(error as Error).message}`, error);
  }
}

/** Finds the column of a field, and sees to it that it can be read as one. */
function columnOf(
  schema: readonly SchemaElement[],
  field: Field,
  name: string,
  ids: IdKind,
): Column {
  const element = flatColumns(schema).find((column) => column.name === name);
  if (element === undefined) {
    const names = flatColumns(schema).map((column) => column.name).join(",").slice(0, 200);
    throw new FormatError(
      `no column "${name}" in it (${names}), expected it to be there (--columns ` +
        "song=NAME,user=NAME,country=NAME)",
    );
  }
  const { type } = element;
  if (
    type === undefined || element.repetition_type === "REPEATED" || !isKnown(element, field, ids)
  ) {
    const expected = field === "country"
      ? "strings"
      : `whole numbers of 32 or 64 bits, or strings${ids === "text" ? "" : " of digits"}`;
    throw new FormatError(
      `column "${name}" holds ${typeText(element)}, expected ${expected} for a ${field}`,
    );
  }
  return { field, name, element: { ...element, type } };
}

/** The elements below the root, nested ones left out. */
function flatColumns(schema: readonly SchemaElement[]): SchemaElement[] {
  const columns: SchemaElement[] = [];
  for (let i = 1; i < schema.length;) {
    columns.push(schema[i]);
    for (let below = 1; below > 0; i++) below += (schema[i]?.num_children ?? 0) - 1;
  }
  return columns;
}

/** Kinds of columns that are read, by how their bytes are kept and what they stand for. */
function isKnown(element: SchemaElement, field: Field, ids: IdKind): boolean {
  const { type, logical_type: logical, converted_type: converted } = element;
  const kind = logical?.type ?? converted;
  if (type === "BYTE_ARRAY") {
    return [undefined, "STRING", "UTF8", "ENUM", "JSON"].includes(kind);
  }
  if (type === "FIXED_LEN_BYTE_ARRAY") {
    return kind === undefined ||
      ids === "text" && field !== "country" && isUuid({ element: { ...element, type } });
  }
  if (field === "country" || type !== "INT32" && type !== "INT64") return false;
  if (logical?.type === "DECIMAL") return logical.scale === 0;
  if (kind === "DECIMAL") return (element.scale ?? 0) === 0;
  return kind === undefined || kind === "INTEGER" || /^U?INT_(8|16|32|64)$/.test(kind);
}

/** What a column holds, in the words of Parquet. */
function typeText(element: SchemaElement): string {
  if (element.num_children) return "nested columns";
  const logical = element.logical_type?.type ?? element.converted_type;
  const type = `${element.type}${logical === undefined ? "" : ` (${logical})`}`;
  return element.repetition_type === "REPEATED" ? `lists of ${type}` : type;
}

function chunkOf(group: RowGroup, name: string, element: Column["element"]): ColumnChunk {
  const found = group.columns.find(({ meta_data: data }) =>
    data?.path_in_schema.length === 1 && data.path_in_schema[0] === name
  );
  const data = found?.meta_data;
  if (data === undefined) throw damaged(`no column "${name}" in a row group`);
  if (found?.file_path) {
    throw new FormatError(
      `column "${name}" in another file, "${found.file_path}", expected it here`,
    );
  }
  const rows = Number(data.num_values);
  if (rows !== Number(group.num_rows)) {
    throw damaged(`column "${name}" of ${rows} rows in a row group of ${group.num_rows}`);
  }
  const pages = Number(data.data_page_offset);
  const offset = Math.min(Number(data.dictionary_page_offset || pages), pages);
  const end = offset + Number(data.total_compressed_size);
  return { name, element, codec: data.codec, offset, end, rows };
}
