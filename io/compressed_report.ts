/**
 * Reports that are compressed after they were printed.
 *
 * @module
 */

import { crc32 } from "node:zlib";
import { hexadecimal, type ReportSummary } from "../core/summary.ts";
import { compressed } from "../formats/compress.ts";
import { type FileSink, FileSource } from "./byte_files.ts";
import { LogParts } from "./log_parts.ts";
import type { Publication } from "./publication.ts";
import type { Store } from "./store.ts";

/** A report to be compressed. */
export interface PlainReport {
  readonly store: Store;
  readonly publication: Publication;
  /** What was printed; it is gone afterwards. */
  readonly plain: FileSink;
  /** The name of the report without the ending of the compression. */
  readonly name: string;
}

/** Compresses a report into the publication. */
export async function compressReport(
  { store, publication, plain, name }: PlainReport,
): Promise<Pick<ReportSummary, "name" | "sizeBytes" | "crc32">> {
  const source = new FileSource(store.openToRead(plain.path));
  const compressedName = `${name}.gz`;
  const sink = publication.create(compressedName);
  let crc = 0;
  try {
    for await (const part of compressed(new LogParts(source))) {
      sink.write(part);
      crc = crc32(part, crc);
    }
  } finally {
    source.close();
  }
  publication.finish(sink);
  publication.discard(plain);
  return { name: compressedName, sizeBytes: sink.sizeBytes, crc32: hexadecimal(crc) };
}
