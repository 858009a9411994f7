/**
 * Reads a log with the reader of its name, as an ingesting job does: its CRC-32 is computed too.
 *
 * `deno run -A bench/readers/ours.ts PATH TIMES [decompress]`
 *
 * @module
 */

import { crc32 } from "node:zlib";
import { readParts, readRange } from "../../core/log_ranges.ts";
import type { StreamBlock } from "../../core/streams.ts";
import { BUILT_IN, named } from "../../formats/built_in.ts";
import { COMPRESSIONS } from "../../formats/compression.ts";
import { FileSource } from "../../io/byte_files.ts";
import { drive } from "../../io/drive.ts";
import { LogParts } from "../../io/log_parts.ts";
import { denoStore } from "../../io/store.ts";
import { noSums, type Sums, timed } from "./sums.ts";

const [path, times, only] = Deno.args;
const [, ending, compressed] = /\.(\w+?)(?:\.(gz|zst))?$/.exec(path)!;
const reader = named(BUILT_IN.readers, ending === "log" ? "pipe" : ending, "reader");
const compression = COMPRESSIONS.find(({ endings }) => endings.includes(compressed));
const buffer = new Uint8Array(1 << 20);

function adder(sums: Sums): (block: StreamBlock) => void {
  return ({ songs, users, countries, length }) => {
    let [a, b, c] = [0, 0, 0];
    for (let i = 0; i < length; i++) {
      a += songs[i];
      b += users[i];
      c += countries[i];
    }
    sums.rows += length;
    sums.songs += a;
    sums.users += b;
    // A key is (first - 65) * 26 + (second - 65).
    sums.countries += c + length * 65 * 27;
  };
}

async function read(): Promise<Sums> {
  const sums = noSums();
  const take = adder(sums);
  const log = new FileSource(denoStore.openToRead(path));
  const ignore = (): void => {};
  try {
    if (compression !== undefined) {
      const file = new LogParts(log);
      const plain = compression.decompress(file, ignore);
      if (only === "decompress") {
        for await (const part of plain) sums.rows += part.length;
        return sums;
      }
      if (!("parser" in reader)) throw new Error("Cannot measure a compressed table");
      const parts = plain[Symbol.asyncIterator]();
      const doneBytes = () => file.takeProgress();
      await drive(readParts({ parts, parser: reader.parser(), buffer, take, doneBytes }), ignore);
    } else if ("parser" in reader) {
      const range = { from: 0, to: log.sizeBytes };
      const parser = reader.parser();
      await drive(readRange({ log, range, parser, buffer, checksum: crc32, take }), ignore);
    } else {
      const file = new LogParts(log);
      for await (const _ of file);
      for await (const _ of reader.read(log, {}, take));
    }
  } finally {
    log.close();
  }
  return sums;
}

await timed(Number(times), read);
