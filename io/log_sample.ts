/**
 * Looking at a log before it is read, whatever its format is.
 *
 * @module
 */

import { type LogSample, sampleLog, SampleTaker } from "../core/partitions.ts";
import {
  clearBlock,
  createStreamBlock,
  FormatError,
  type RowParser,
  type StreamBlock,
} from "../core/streams.ts";
import type { ParserOptions, TableReader } from "../formats/interface.ts";
import type { FileSource } from "./byte_files.ts";
import type { LogFormat } from "./log_format.ts";
import { LogParts } from "./log_parts.ts";

/** Room to look at a log: twice the longest row that a parser leaves. */
const BUFFER_BYTES = 1 << 18;

/** Streams that are enough where a log is only looked at from its start. */
const ENOUGH_STREAMS = 1 << 15;

/**
 * Takes a sample of a log: all over it where that can be, else of its start. What is wrong with the
 * log is found when it is read; here it only ends the sample.
 */
export async function sampleOf(
  log: FileSource,
  { reader, compression }: LogFormat,
  options: ParserOptions,
): Promise<LogSample> {
  try {
    if ("read" in reader) return await sampleTable(log, reader, compression !== undefined, options);
    const buffer = new Uint8Array(BUFFER_BYTES);
    const parser = ({ isStart }: { isStart: boolean }): RowParser =>
      reader.parser({ ...options, isStart });
    if (compression === undefined) {
      return sampleLog({ log, parser, isCutAtLines: reader.isCutAtLines, buffer });
    }
    const parts = new LogParts(log);
    return await sampleParts(
      parts,
      compression.decompress(parts, () => {}),
      parser({ isStart: true }),
    );
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return new SampleTaker().sample(1);
  }
}

async function sampleParts(
  file: LogParts,
  plain: AsyncIterable<Uint8Array>,
  parser: RowParser,
): Promise<LogSample> {
  const taker = new SampleTaker();
  const block = createStreamBlock();
  for await (const part of plain) {
    const bytes = part.slice();
    let at = 0;
    do {
      clearBlock(block);
      at = parser.parse(bytes, at, bytes.length, true, block);
      taker.take(block);
    } while (block.length === block.capacity);
    if (taker.length >= ENOUGH_STREAMS) break;
  }
  return taker.sample(shareOf(file.sizeBytes, file.source.sizeBytes));
}

/** A compressed table is not looked at: nothing is known of it but its size. */
async function sampleTable(
  log: FileSource,
  reader: TableReader,
  isCompressed: boolean,
  options: ParserOptions,
): Promise<LogSample> {
  const taker = new SampleTaker();
  if (isCompressed) return taker.sample(1);
  let bytes = 0;
  const take = (block: StreamBlock): void => {
    if (taker.length < ENOUGH_STREAMS) taker.take(block);
  };
  for await (const done of reader.read(log, options, take)) {
    bytes += done;
    if (taker.length >= ENOUGH_STREAMS) break;
  }
  return taker.sample(shareOf(bytes, log.sizeBytes));
}

function shareOf(bytes: number, sizeBytes: number): number {
  return bytes <= 0 || sizeBytes <= 0 ? 1 : Math.min(1, bytes / sizeBytes);
}
