/**
 * Logs compressed by gzip (RFC 1952): members one behind the other, perhaps zeros behind the last.
 *
 * @module
 */

import { createGunzip, type Gunzip } from "node:zlib";
import { FormatError } from "../core/streams.ts";
import type { Compression } from "./compression.ts";

/** Decompressed bytes come in parts of this size. */
const PART_BYTES = 1 << 18;

/** gzip; its own checksums and lengths are verified by zlib. */
export const gzip = {
  name: "gzip",
  endings: ["gz"],
  looksLike: (head) => head.length >= 2 && head[0] === 0x1f && head[1] === 0x8b,
  decompress,
} satisfies Compression;

async function* decompress(compressed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip({ chunkSize: PART_BYTES });
  const source: Source = {};
  const feeding = feed(compressed, gunzip, source);
  try {
    for await (const part of gunzip) yield part;
    await feeding;
  } catch (error) {
    throw source.failure?.error ?? formatError(error);
  } finally {
    gunzip.destroy();
    await feeding;
  }
  if (source.failure !== undefined) throw source.failure.error;
}

/** What went wrong with the bytes that come in, if something did. */
interface Source {
  failure?: { readonly error: unknown };
}

/** Writes all parts, no faster than they are decompressed. Never throws. */
async function feed(
  compressed: AsyncIterable<Uint8Array>,
  gunzip: Gunzip,
  source: Source,
): Promise<void> {
  try {
    // A stream that is destroyed meanwhile may leave a write without an answer.
    const closed = new Promise<void>((resolve) => gunzip.once("close", resolve));
    let isEnded = false;
    gunzip.once("end", () => isEnded = true);
    for await (const part of compressed) {
      if (isEnded) {
        refuseGarbage(part);
        continue;
      }
      if (gunzip.destroyed) return;
      const before = gunzip.bytesWritten;
      const written = new Promise<unknown>((resolve) => gunzip.write(part.slice(), resolve));
      await Promise.race([written, closed]);
      if (gunzip.destroyed && !isEnded) return;
      refuseGarbage(part.subarray(gunzip.bytesWritten - before));
    }
    gunzip.end();
  } catch (error) {
    source.failure = { error };
    gunzip.destroy(error instanceof Error ? error : new Error(String(error)));
  }
}

/**
 * zlib passes over what follows a member and does not begin as one; only zeros may.
 *
 * @throws {FormatError} where there is anything else
 */
function refuseGarbage(rest: Uint8Array): void {
  if (rest.every((byte) => byte === 0)) return;
  const what = "something behind the end of a member that is no member";
  throw new FormatError(`damaged gzip (${what}), expected gzip`);
}

function formatError(error: unknown): FormatError {
  const what = error instanceof Error ? error.message : String(error);
  const reason = /unexpected end/.test(what)
    ? "gzip that is cut short, expected its end"
    : `damaged gzip (${what}), expected gzip`;
  return new FormatError(reason, { cause: error });
}
