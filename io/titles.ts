/**
 * Reading the titles of songs from a file.
 *
 * @module
 */

import { type Title, TitleReader, type WantedTitles } from "../formats/titles.ts";
import { FileSource } from "./byte_files.ts";
import type { Store } from "./store.ts";

/** The file is read in parts of this size. */
const PART_BYTES = 1 << 20;

/**
 * Looks whether there is a file of titles, before the work that ends with reading it.
 *
 * @throws {Error} where there is none
 */
export function checkTitles(store: Store, path: string): void {
  const info = store.info(path);
  if (info?.isFile === true) return;
  const what = info === undefined ? "not found" : info.isFolder ? "it is a folder" : "no file";
  throw new Error(`Cannot read titles "${path}": ${what}, expected a CSV file`);
}

/**
 * Reads titles; songs without one are not in the result.
 *
 * @throws {StoreError} where the file cannot be read
 * @throws {Error} where it is no CSV, with the line
 */
export function readTitles(
  store: Store,
  path: string,
  wanted: WantedTitles,
): ReadonlyMap<string, Title> {
  const source = new FileSource(store.openToRead(path));
  const reader = new TitleReader(wanted);
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(PART_BYTES);
  try {
    for (let at = 0;;) {
      const count = source.read(buffer, at);
      reader.take(decoder.decode(buffer.subarray(0, count), { stream: count > 0 }));
      if (count === 0) break;
      at += count;
    }
    reader.finish();
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new Error(`Cannot read titles "${path}": ${error.message}`, { cause: error });
  } finally {
    source.close();
  }
  return reader.titles;
}
