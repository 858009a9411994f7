/**
 * Files as the byte sources and sinks of the core.
 *
 * @module
 */

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

/** A file that is written from its start to its end. */
export class FileSink implements ByteSink {
  sizeBytes = 0;
  readonly #file: OpenFile;

  /** @param file opened for writing, empty, and now this object's to close */
  constructor(file: OpenFile) {
    this.#file = file;
  }

  write(bytes: Uint8Array): void {
    this.#file.writeAt(bytes, this.sizeBytes);
    this.sizeBytes += bytes.length;
  }

  /** The file's path, for others to write to it. */
  get path(): string {
    return this.#file.path;
  }

  /** Goes on behind bytes that others wrote. */
  passOver(count: number): void {
    this.sizeBytes += count;
  }

  /** Makes safe on disk what is there so far, while others go on. */
  syncSoFar(): Promise<void> {
    return this.#file.syncSoFar();
  }

  /** Makes the bytes safe on disk and closes the file. */
  finish(): void {
    try {
      this.#file.sync();
    } finally {
      this.#file.close();
    }
  }

  /** Closes the file without making it safe. */
  close(): void {
    this.#file.close();
  }
}
