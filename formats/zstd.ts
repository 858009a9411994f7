/**
 * Logs compressed by Zstandard (RFC 8878): frames one behind the other.
 *
 * The frames are walked here, block by block, so that one that is cut short is noticed; the blocks
 * are decompressed by `fzstd`, which checks no checksum, so that is done here, too.
 *
 * @module
 */

import { FormatError } from "../core/streams.ts";
import type { Compression } from "./compression.ts";

const MAGIC = 0xfd2fb528;
const SKIPPABLE = 0x184d2a50;

/** A window may be this large; more would take more memory than a run is promised to. */
const MAX_WINDOW_BYTES = 8 * 2 ** 20;

/** zstd; each frame's checksum is verified where it has one. */
export const zstd = {
  name: "zstd",
  endings: ["zst"],
  looksLike: (head) => {
    if (head.length < 4) return false;
    const magic = new DataView(head.buffer, head.byteOffset).getUint32(0, true);
    return magic === MAGIC || isSkippable(magic);
  },
  decompress,
} satisfies Compression;

function isSkippable(magic: number): boolean {
  return magic - SKIPPABLE >>> 4 === 0;
}

/** What the frames are decompressed and checked with. */
interface Libraries {
  readonly Decompress: typeof import("npm:fzstd@0.1.1").Decompress;
  readonly create64: Awaited<
    ReturnType<typeof import("npm:xxhash-wasm@1.1.0").default>
  >["create64"];
}

let libraries: Promise<Libraries> | undefined;

async function loadLibraries(): Promise<Libraries> {
  const { Decompress } = await import("npm:fzstd@0.1.1");
  const { default: xxhash } = await import("npm:xxhash-wasm@1.1.0");
  const { create64 } = await xxhash();
  return { Decompress, create64 };
}

async function* decompress(
  compressed: AsyncIterable<Uint8Array>,
  warn: (text: string) => void,
): AsyncGenerator<Uint8Array> {
  const tools = await (libraries ??= loadLibraries());
  const input = new ByteReader(compressed);
  let hasWarned = false;
  try {
    while (!await input.isAtEnd()) {
      const magic = (await input.take(4)).getUint32(0, true);
      if (isSkippable(magic)) {
        await input.skip((await input.take(4)).getUint32(0, true));
        continue;
      }
      if (magic !== MAGIC) throw new FormatError("damaged zstd (no frame), expected a frame");
      const frame = new Frame(tools, await readHeader(input));
      yield* frame.decompress(input);
      if (frame.hasChecksum || hasWarned) continue;
      hasWarned = true;
      warn("a zstd frame without a checksum: damage would not be noticed");
    }
  } finally {
    await input.end();
  }
}

/** What a frame says of itself at its start. */
interface FrameHeader {
  /** Its bytes, with the magic. */
  readonly bytes: Uint8Array;
  readonly hasChecksum: boolean;
  /** The size of what is in it, where it is told. */
  readonly contentBytes?: number;
}

async function readHeader(input: ByteReader): Promise<FrameHeader> {
  const descriptor = (await input.take(1)).getUint8(0);
  if ((descriptor & 8) !== 0) {
    throw new FormatError("damaged zstd (reserved bit), expected a frame");
  }
  const isSingle = (descriptor & 32) !== 0;
  const windowBytes = isSingle ? 0 : 1;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3];
  const sizeBytes = [isSingle ? 1 : 0, 2, 4, 8][descriptor >> 6];
  const view = await input.take(windowBytes + dictionaryBytes + sizeBytes);
  const bytes = new Uint8Array(5 + view.byteLength);
  bytes.set([0x28, 0xb5, 0x2f, 0xfd, descriptor]);
  bytes.set(new Uint8Array(view.buffer), 5);
  let dictionary = 0;
  for (let i = dictionaryBytes; i-- > 0;) {
    dictionary = dictionary * 256 + view.getUint8(windowBytes + i);
  }
  if (dictionary !== 0) {
    throw new FormatError(`zstd with dictionary ${dictionary}, expected zstd without one`);
  }
  const contentBytes = contentSize(view, windowBytes + dictionaryBytes, sizeBytes);
  const window = isSingle ? contentBytes! : windowSize(view.getUint8(0));
  if (window > MAX_WINDOW_BYTES) {
    throw new FormatError(
      `zstd with a window of ${Math.ceil(window / 2 ** 20)} MiB, expected at most ` +
        `${MAX_WINDOW_BYTES / 2 ** 20} MiB (zstd without --long and --ultra)`,
    );
  }
  return { bytes, hasChecksum: (descriptor & 4) !== 0, contentBytes };
}

function windowSize(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >> 3));
  return base + base / 8 * (descriptor & 7);
}

function contentSize(view: DataView, at: number, sizeBytes: number): number | undefined {
  switch (sizeBytes) {
    case 1:
      return view.getUint8(at);
    case 2:
      return view.getUint16(at, true) + 256;
    case 4:
      return view.getUint32(at, true);
    case 8:
      return view.getUint32(at, true) + view.getUint32(at + 4, true) * 2 ** 32;
  }
  return undefined;
}

class Frame {
  readonly hasChecksum: boolean;
  readonly #header: FrameHeader;
  readonly #hash: ReturnType<Libraries["create64"]>;
  readonly #decoder: InstanceType<Libraries["Decompress"]>;
  #parts: Uint8Array[] = [];
  #sizeBytes = 0;

  constructor({ Decompress, create64 }: Libraries, header: FrameHeader) {
    this.#header = header;
    this.hasChecksum = header.hasChecksum;
    this.#hash = create64();
    this.#decoder = new Decompress((part) => void this.#parts.push(part));
  }

  async *decompress(input: ByteReader): AsyncGenerator<Uint8Array> {
    this.#push(this.#header.bytes);
    for (let isLast = false; !isLast;) {
      const view = await input.take(3);
      const head = view.getUint8(0) | view.getUint8(1) << 8 | view.getUint8(2) << 16;
      isLast = (head & 1) === 1;
      const type = head >> 1 & 3;
      const size = head >> 3;
      if (type === 3 || size > 1 << 17) {
        throw new FormatError("damaged zstd (block of no known type or size), expected a block");
      }
      // Head and body at once: the decoder copies what it could not use yet.
      const body = await input.take(type === 1 ? 1 : size);
      const block = new Uint8Array(3 + body.byteLength);
      block.set(new Uint8Array(view.buffer));
      block.set(new Uint8Array(body.buffer), 3);
      this.#push(block);
      yield* this.#drain();
    }
    const stored = this.hasChecksum ? (await input.take(4)).getUint32(0, true) : undefined;
    if (stored !== undefined) this.#push(littleEndian(stored));
    yield* this.#drain();
    const { contentBytes } = this.#header;
    if (contentBytes !== undefined && contentBytes !== this.#sizeBytes) {
      throw new FormatError(
        `damaged zstd (a frame of ${this.#sizeBytes} bytes), expected ${contentBytes} bytes`,
      );
    }
    if (stored !== undefined && stored !== Number(this.#hash.digest() & 0xffffffffn)) {
      throw new FormatError("damaged zstd, expected the checksum of its frame");
    }
  }

  #push(bytes: Uint8Array): void {
    try {
      this.#decoder.push(bytes);
    } catch (error) {
      const what = error instanceof Error ? error.message : String(error);
      throw new FormatError(`damaged zstd (${what}), expected zstd`, { cause: error });
    }
  }

  *#drain(): Generator<Uint8Array> {
    const parts = this.#parts;
    this.#parts = [];
    for (const part of parts) {
      this.#hash.update(part);
      this.#sizeBytes += part.length;
      if (part.length > 0) yield part;
    }
  }
}

function littleEndian(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}

/** Takes bytes from parts, however they are cut. */
class ByteReader {
  readonly #parts: AsyncIterator<Uint8Array>;
  #bytes: Uint8Array = new Uint8Array(0);
  #at = 0;

  constructor(parts: AsyncIterable<Uint8Array>) {
    this.#parts = parts[Symbol.asyncIterator]();
  }

  async #more(): Promise<boolean> {
    while (this.#at === this.#bytes.length) {
      const { done, value } = await this.#parts.next();
      if (done) return false;
      this.#bytes = value;
      this.#at = 0;
    }
    return true;
  }

  async isAtEnd(): Promise<boolean> {
    return !await this.#more();
  }

  /** Takes so many bytes. */
  async take(count: number): Promise<DataView> {
    const taken = new Uint8Array(count);
    for (let filled = 0; filled < count;) {
      if (!await this.#more()) throw new FormatError("zstd that is cut short, expected its end");
      const part = this.#bytes.subarray(this.#at, this.#at + count - filled);
      taken.set(part, filled);
      this.#at += part.length;
      filled += part.length;
    }
    return new DataView(taken.buffer);
  }

  async skip(count: number): Promise<void> {
    for (let left = count; left > 0;) {
      if (!await this.#more()) throw new FormatError("zstd that is cut short, expected its end");
      const skipped = Math.min(left, this.#bytes.length - this.#at);
      this.#at += skipped;
      left -= skipped;
    }
  }

  async end(): Promise<void> {
    await this.#parts.return?.();
  }
}
