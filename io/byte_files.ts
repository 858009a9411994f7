/**
 * Files as the byte sources and sinks of the core.
 *
 * @module
 */

import { crc32 } from "node:zlib";
import type { ByteSink, ByteSource } from "../core/bytes.ts";
import type { OpenFile } from "./store.ts";

/** A file that is read anywhere. Close it after use. */
export class FileSource implements ByteSource {
  readonly name: string;
  readonly sizeBytes: number;
  readonly #file: OpenFile;

  /** @param file opened for reading, and now this object's to close */
  constructor(file: OpenFile) {
    this.#file = file;
    this.name = file.path;
    this.sizeBytes = file.sizeBytes();
  }

  read(into: Uint8Array, offset: number): number {
    let filled = 0;
    while (filled < into.length) {
      const count = this.#file.readAt(into.subarray(filled), offset + filled);
      if (count === 0) break;
      filled += count;
    }
    return filled;
  }

  close(): void {
    this.#file.close();
  }
}

/** A file that is written from its start to its end, with the checksum of what was written. */
export class FileSink implements ByteSink {
  sizeBytes = 0;
  /** CRC-32 of all that was written. */
  crc32 = 0;
  readonly #file: OpenFile;

  /** @param file opened for writing, empty, and now this object's to close */
  constructor(file: OpenFile) {
    this.#file = file;
  }

  write(bytes: Uint8Array): void {
    this.crc32 = crc32(bytes, this.crc32);
    this.sizeBytes += bytes.length;
    this.#file.writeAll(bytes);
  }

  /** Makes the bytes safe on disk and closes the file. */
  finish(): void {
    this.#file.sync();
    this.#file.close();
  }

  /** Closes the file without making it safe. */
  close(): void {
    this.#file.close();
  }
}
