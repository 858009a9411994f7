/**
 * Files to measure with: read once to be in the page cache, and checksums of reports.
 *
 * @module
 */

import { crc32 } from "node:zlib";
import { hexadecimal, type RunSummary } from "../core/summary.ts";

const PIECE_BYTES = 1 << 20;

function* piecesOf(path: string): Generator<Uint8Array> {
  using file = Deno.openSync(path);
  const buffer = new Uint8Array(PIECE_BYTES);
  for (let count; (count = file.readSync(buffer)) !== null;) yield buffer.subarray(0, count);
}

/** Reads all logs of a folder, so that they are in the page cache as far as it is large enough. */
export function warmPageCache(folder: string): void {
  for (const { name } of Deno.readDirSync(folder)) {
    for (const _ of piecesOf(`${folder}/${name}`));
  }
}

/** Computes the CRC-32 of a file, in eight hexadecimal digits. */
export function fileCrc32(path: string): string {
  let crc = 0;
  for (const piece of piecesOf(path)) crc = crc32(piece, crc);
  return hexadecimal(crc);
}

/**
 * Holds the checksums of a run summary against the bytes of its reports.
 *
 * @returns the checksums, in the order of the summary
 * @throws {Error} where a report is not what the summary says
 */
export function checkedReports(folder: string, { reports }: RunSummary): string[] {
  return reports.map(({ name, crc32 }) => {
    const found = fileCrc32(`${folder}/${name}`);
    if (found === crc32) return crc32;
    throw new Error(`Cannot trust "${name}": its CRC-32 is ${found}, expected ${crc32}`);
  });
}

/** The bytes of all files below a folder. */
export function bytesBelow(folder: string): number {
  return Array.from(Deno.readDirSync(folder)).reduce((sum, { name, isDirectory }) => {
    const path = `${folder}/${name}`;
    return sum + (isDirectory ? bytesBelow(path) : Deno.statSync(path).size);
  }, 0);
}

/** Removes a folder if it is there. */
export function removeFolder(path: string): void {
  try {
    Deno.removeSync(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
