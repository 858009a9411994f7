/**
 * The compressions that logs may have, found by their first bytes.
 *
 * @module
 */

import { gzip } from "./gzip.ts";
import { zstd } from "./zstd.ts";

/** A way in which logs are compressed. */
export interface Compression {
  /** What the manifest calls it. */
  readonly name: "gzip" | "zstd";
  /** The endings of file names, in lower case, without the dot. */
  readonly endings: readonly string[];
  /** Whether the first bytes of a file are of this compression. */
  looksLike(head: Uint8Array): boolean;
  /**
   * Decompresses what comes in parts. Each part that goes in may be overwritten when the next is
   * asked for; what comes out may be, too. Memory: some MiB, whatever the log holds.
   *
   * @param warn told once of what cannot be checked
   * @throws {FormatError} where the bytes are damaged or cut short: what comes out before is not
   *   to be used then
   */
  decompress(
    compressed: AsyncIterable<Uint8Array>,
    warn: (text: string) => void,
  ): AsyncIterable<Uint8Array>;
}

/** All compressions. */
export const COMPRESSIONS: readonly Compression[] = [gzip, zstd];

/** The compression that a file's first bytes are of, if they are of one. */
export function compressionOf(head: Uint8Array): Compression | undefined {
  return COMPRESSIONS.find((compression) => compression.looksLike(head));
}

/** @throws {RangeError} where there is no such compression */
export function compressionNamed(name: string): Compression {
  const found = COMPRESSIONS.find((compression) => compression.name === name);
  if (found !== undefined) return found;
  throw new RangeError(`Cannot decompress "${name}": unknown, expected gzip or zstd`);
}
