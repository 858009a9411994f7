/**
 * The formats that the program has, and how one is found.
 *
 * @module
 */

import { html } from "./html.ts";
import type { AnyReader, Writer } from "./interface.ts";
import { csv, tsv } from "./csv.ts";
import { csvWriter } from "./csv_writer.ts";
import { jsonl } from "./jsonl.ts";
import { jsonlWriter } from "./jsonl_writer.ts";
import { parquet } from "./parquet.ts";
import { parquetWriter } from "./parquet_writer.ts";
import type { PageWriter } from "./page.ts";
import { pipe } from "./pipe.ts";
import { top } from "./top.ts";

/** The readers, in the order of the help. */
export const READERS: readonly AnyReader[] = [pipe, csv, tsv, jsonl, parquet];

/** The writers, in the order of the help. */
export const WRITERS: readonly Writer[] = [top, csvWriter, jsonlWriter, parquetWriter];

/** The writers of pages, which stand behind the writers in the help. */
export const PAGES: readonly PageWriter[] = [html];

/** Formats that there are to choose from: the built-in ones, and those from outside. */
export interface FormatList {
  readonly readers: readonly AnyReader[];
  readonly writers: readonly Writer[];
  readonly pages: readonly PageWriter[];
}

/** The formats that the program has. */
export const BUILT_IN: FormatList = { readers: READERS, writers: WRITERS, pages: PAGES };

/**
 * Finds a format by its name.
 *
 * @param noun what messages call it
 * @throws {RangeError} where there is none
 */
export function named<F extends { readonly name: string }>(
  formats: readonly F[],
  name: string,
  noun: "reader" | "writer",
): F {
  const format = formats.find((each) => each.name === name);
  if (format !== undefined) return format;
  const names = formats.map((each) => each.name).join(", ");
  throw new RangeError(`Cannot use ${noun} "${name}": unknown, expected one of ${names}`);
}

/**
 * Finds the reader of a log: by the ending of its name, or else by its first bytes.
 *
 * @param name the file name, without the ending of a compression
 * @param head the first bytes, not compressed
 * @param usual the one that is taken where neither says anything
 */
export function readerFor(
  readers: readonly AnyReader[],
  { name, head, usual }: { name: string; head: Uint8Array; usual: AnyReader },
): AnyReader {
  const ending = name.slice(name.lastIndexOf(".") + 1).toLowerCase();
  return readers.find((reader) => reader.endings.includes(ending)) ??
    readers.find((reader) => reader.looksLike(head)) ?? usual;
}
