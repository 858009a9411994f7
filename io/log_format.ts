/**
 * How a log is to be read: its compression and its reader, by its name and its first bytes.
 *
 * @module
 */

import { FormatError } from "../core/streams.ts";
import { named as formatNamed, readerFor } from "../formats/built_in.ts";
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
 * @throws {Error} where the log cannot be read, or its name speaks of a compression that it has not
 */
export async function formatOfLog(
  store: Store,
  path: string,
  { readers, wanted }: { readonly readers: readonly AnyReader[]; readonly wanted?: string },
): Promise<LogFormat> {
  const raw = headOf(store, path);
  const compression = compressionOf(raw);
  const byName = compressionByName(path);
  if (byName !== undefined && compression !== byName.compression) {
    throw new Error(
      `Cannot read log "${path}": no ${byName.compression.name}, ` +
        `expected what its name says (.${byName.ending})`,
    );
  }
  if (wanted !== undefined) return { reader: formatNamed(readers, wanted, "reader"), compression };
  const head = compression === undefined ? raw : await decompressedHead(compression, raw);
  const name = path.slice(path.lastIndexOf("/") + 1).slice(0, byName && -byName.ending.length - 1);
  return { reader: readerFor(readers, { name, head, usual: readers[0] }), compression };
}

/** The first bytes of a log, decompressed. */
export async function plainHeadOf(store: Store, path: string): Promise<Uint8Array> {
  const raw = headOf(store, path);
  const compression = compressionOf(raw);
  return compression === undefined ? raw : await decompressedHead(compression, raw);
}

/** The compression that the name of a file speaks of, with the ending that says so. */
function compressionByName(
  path: string,
): { readonly compression: Compression; readonly ending: string } | undefined {
  const ending = path.slice(path.lastIndexOf(".") + 1).toLowerCase();
  const compression = COMPRESSIONS.find((each) => each.endings.includes(ending));
  return compression === undefined ? undefined : { compression, ending };
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
