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

/** As many zeros as are written at once. */
const ZEROS = new Uint8Array(1 << 16);

/**
 * Writes all parts, no faster than they are decompressed. Never throws.
 *
 * zlib passes over all that follows a member and begins with a zero, and then is over. Only zeros
 * may follow: so those at the end of what is there are held back until something else comes, and
 * what is written but for them ends with a byte that must not be passed over.
 */
async function feed(
  compressed: AsyncIterable<Uint8Array>,
  gunzip: Gunzip,
  source: Source,
): Promise<void> {
  // A stream that is destroyed meanwhile may leave a write without an answer.
  const closed = new Promise<void>((resolve) => gunzip.once("close", resolve));
  const write = async (bytes: Uint8Array): Promise<void> => {
    const written = new Promise<unknown>((resolve) => gunzip.write(bytes, resolve));
    await Promise.race([written, closed]);
  };
  let zeros = 0;
  const writeZeros = async (): Promise<void> => {
    while (zeros > 0 && !isOver(gunzip) && !gunzip.destroyed) {
      const count = Math.min(zeros, ZEROS.length);
      await write(ZEROS.slice(0, count));
      zeros -= count;
    }
  };
  try {
    for await (const part of compressed) {
      const length = part.findLastIndex((byte) => byte !== 0) + 1;
      if (length > 0) {
        await writeZeros();
        if (!isOver(gunzip)) {
          if (gunzip.destroyed) return;
          await write(part.slice(0, length));
        }
        if (isOver(gunzip)) throw formatError("something behind its end that is no member");
        zeros = 0;
      }
      zeros += part.length - length;
    }
    await writeZeros();
    gunzip.end();
  } catch (error) {
    source.failure = { error };
    gunzip.destroy(error instanceof Error ? error : new Error(String(error)));
  }
}

/** Whether zlib has told that nothing more will come. */
function isOver(gunzip: Gunzip): boolean {
  const { _readableState: state } = gunzip as { _readableState?: { readonly ended?: boolean } };
  return state?.ended === true;
}

function formatError(error: unknown): FormatError {
  const what = error instanceof Error ? error.message : String(error);
  const reason = /unexpected end/.test(what)
    ? "gzip that is cut short, expected its end"
    : `damaged gzip (${what}), expected gzip`;
  return new FormatError(reason, { cause: error });
}
