/**
 * How a log is to be read: its compression and its reader, by its name and its first bytes.
 *
 * @module
 */

import { FormatError } from "../core/streams.ts";
import { named, readerFor } from "../formats/built_in.ts";
import { type Compression, compressionOf, COMPRESSIONS } from "../formats/compression.ts";
import type { AnyReader } from "../formats/interface.ts";
import type { Store } from "./store.ts";

/** How a log is read. */
export interface LogFormat {
  readonly reader: AnyReader;
  readonly compression?: Compression;
}

/** The first bytes of a log that are looked at. */
const HEAD_BYTES = 1 << 16;

/**
 * Looks at a log's name and first bytes.
 *
 * @param readers those to choose from; the first one is taken where nothing speaks for another
 * @param wanted the one that was asked for, if one was
 * @throws {StoreError} where the log cannot be read
 */
export async function formatOfLog(
  store: Store,
  path: string,
  { readers, wanted }: { readonly readers: readonly AnyReader[]; readonly wanted?: string },
): Promise<LogFormat> {
  const raw = headOf(store, path);
  const compression = compressionOf(raw);
  if (wanted !== undefined) return { reader: named(readers, wanted, "reader"), compression };
  const head = compression === undefined ? raw : await decompressedHead(compression, raw);
  const endings = COMPRESSIONS.flatMap((each) => each.endings.map((ending) => `.${ending}`));
  const name = path.slice(path.lastIndexOf("/") + 1);
  const ending = endings.find((each) => name.toLowerCase().endsWith(each)) ?? "";
  const plainName = name.slice(0, name.length - ending.length);
  return { reader: readerFor(readers, { name: plainName, head, usual: readers[0] }), compression };
}

function headOf(store: Store, path: string): Uint8Array {
  const file = store.openToRead(path);
  try {
    const head = new Uint8Array(HEAD_BYTES);
    return head.subarray(0, file.readAt(head, 0));
  } finally {
    file.close();
  }
}

/** The first bytes of what is compressed; as many as there are before it is cut or damaged. */
async function decompressedHead(compression: Compression, raw: Uint8Array): Promise<Uint8Array> {
  try {
    for await (const part of compression.decompress(partsOf([raw]), () => {})) {
      return part.slice(0, HEAD_BYTES);
    }
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
  }
  return new Uint8Array(0);
}

async function* partsOf(parts: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* parts;
}
