/**
 * The engine: all that depends on what ids are, numbers or texts, behind one interface.
 *
 * Whoever drives the work (batching.ts, chart.ts, io/) uses these parts and does not ask what ids
 * are. A *value* in the columns is the id itself where ids are numbers, and a reference into an
 * array of texts where they are text (see texts.ts).
 *
 * @module
 */

import {
  type BatchFileSize,
  type BatchPart,
  BlockEncoder,
  writeBatchEnd,
} from "./batch_encoder.ts";
import { ALL_KEYS, BatchReader, type KeyRange } from "./batch_reader.ts";
import { type BatchWalk, NumberWalk, TextWalk } from "./batch_walk.ts";
import type { ByteSink, ByteSource } from "./bytes.ts";
import type { Checksum } from "./crc32.ts";
import type { ChartRow } from "./chart.ts";
import { COUNTRY_KEYS, parseCountry } from "./country.ts";
import type { EntryList } from "./entries.ts";
import { keyRanges } from "./key_ranges.ts";
import { KeyMerger, mergeBytes } from "./merge.ts";
import { type LogSample, type Partitions, partitionsOf } from "./partitions.ts";
import { Piece } from "./piece.ts";
import { removalOf, type RemovalParts } from "./removal.ts";
import { type ChunkList, mostPartitions, Scatter, type ScatterParts } from "./scatter.ts";
import { type KeyCount, songCounts } from "./song_lookup.ts";
import type { IdKind, KeyKind, StreamBlock } from "./streams.ts";
import { TextBatchReader } from "./text_batch_reader.ts";
import { TextBlockEncoder, writeTextBatchEnd } from "./text_blocks.ts";
import { compareBytes } from "./text_compare.ts";
import { rangeOfTextKey, rangesOfTextKeys, textKeyRanges } from "./text_key_ranges.ts";
import { textMergeBytes, TextMerger } from "./text_merge.ts";
import { textPartitionsOf } from "./text_partitions.ts";
import { TEXT_STREAM_BYTES, TextPiece } from "./text_piece.ts";
import { MIN_TEXT_WORK_BYTES, mostTextPartitions, TextScatter } from "./text_scatter.ts";
import { textRemovalOf } from "./text_removal.ts";
import { TextSelection, textSelectionBytes } from "./text_selection.ts";
import { textSongCounts } from "./text_song_lookup.ts";
import { textBytes } from "./texts.ts";
import { TopSongs, topSongsBytes } from "./top_songs.ts";

/** The least memory to batch numbers in. */
const MIN_WORK_BYTES = 1024;

/** Scatters streams over partitions; see scatter.ts. */
export interface StreamScatter {
  take(block: StreamBlock): void;
  /** Writes what is left. */
  finish(): Partial<Record<KeyKind, ChunkList>>;
}

/** A piece of a partition in memory; see piece.ts. */
export interface SortedPiece extends Pick<Piece, "length" | "reset" | "clear" | "readChunk"> {
  /** Sorts the streams and hands them on to blocks of the same engine. Their order is lost. */
  encode(blocks: Blocks): void;
}

/** Encodes blocks of a batch; see batch_encoder.ts. */
export type Blocks = Pick<BlockEncoder, "addSongs" | "addEntries" | "finish">;

/** A batch or a run that is open; see batch_reader.ts. */
export type OpenBatch = Pick<BatchReader, "header" | "trailer">;

/** A merge; see merge.ts. */
export type Merger = Pick<KeyMerger, "key" | "segment" | "isLast" | "texts" | "next" | "restart">;

/** The choice of the top songs of a key; see top_songs.ts. */
export interface Selection {
  /**
   * As {@linkcode TopSongs.offer}; where ids are text, songs refer to `texts` until the next call.
   *
   * @param isLast whether no more entries of the key follow
   */
  offer(list: EntryList, texts: Uint8Array, isLast: boolean): number;
  /** As {@linkcode TopSongs.rowOf}; `key` refers to `texts` where ids are text. */
  rowOf(key: number, texts: Uint8Array): ChartRow;
  reset(): void;
}

/** An input of a merge. */
export interface MergeInput {
  readonly batch: OpenBatch;
  /** Only these keys, until the merge is restarted; all by default. */
  readonly range?: KeyRange;
}

/** How inputs are merged. */
export interface MergeOptions {
  /** The read buffer of each input, in bytes. */
  readonly cursorBytes: number;
  /** All keys count as one, the world. */
  readonly isWorld?: boolean;
  /** Whether no more is read than the blocks that are asked for; else the buffers are filled. */
  readonly isExact?: boolean;
}

/** The parts that depend on what ids are. */
export interface Engine {
  readonly ids: IdKind;
  /** The least memory to scatter and to sort in, in bytes. */
  readonly leastWorkBytes: number;
  /** Cuts the keys of a sample into ranges; see partitions.ts. */
  partitionsOf(sample: LogSample, wanted: number, kind: KeyKind): Partitions;
  /** The most partitions that streams can be scattered over. */
  mostPartitions(memoryBytes: number, kinds: number): number;
  /** Partitions are chosen for about so many streams: sorting one stays in a core's cache. */
  readonly partitionStreams: number;
  /** Bytes of memory that a stream takes in a piece, about. */
  readonly streamBytes: number;
  scatter(parts: ScatterParts): StreamScatter;
  piece(memory: ArrayBuffer): SortedPiece;
  blocks(sink: ByteSink, checksum: Checksum): Blocks;
  /** Writes index and trailer behind the blocks of a batch. */
  writeBatchEnd(parts: readonly BatchPart[], sink: ByteSink, checksum: Checksum): BatchFileSize;
  openBatch(source: ByteSource, checksum: Checksum): OpenBatch;
  /** Goes over all of a batch; see batch_walk.ts. */
  walk(batch: OpenBatch): BatchWalk;
  /** A merge before its first key, of all keys; at most as many inputs as its memory was made for. */
  merger(inputs: readonly MergeInput[], options: MergeOptions): Merger;
  /** The memory that a merge takes at most, in bytes. */
  mergeBytes(fanIn: number, cursorBytes: number): number;
  /** Ranges of keys with about so many entries each; see key_ranges.ts. */
  keyRanges(batches: readonly OpenBatch[], entries: number): KeyRange[];
  /** A range for each key of a batch by country. */
  rangesOfKeys(batch: OpenBatch): KeyRange[];
  /** The range of one key: a country's code, or a user's id as text. */
  rangeOfKey(kind: KeyKind, key: string): KeyRange;
  /** What taking users out of a batch needs; see removal.ts. */
  removal(batch: OpenBatch): RemovalParts;
  /** Finds how often a song was played in each country; see song_lookup.ts. */
  songCounts(batch: OpenBatch, song: string): KeyCount[];
  /** Compares songs with one: below 0 where they stand before it among songs of as many streams. */
  songOrder(song: string): (value: number, texts: Uint8Array) => number;
  /** Writes a song as people know it. */
  songName(value: number, texts: Uint8Array): string;
  selection(top: number): Selection;
  /** The memory of a selection of `top` songs, in bytes. */
  selectionBytes(top: number): number;
}

/** The engine for ids that are numbers. */
export const NUMBERS: Engine = {
  ids: "number",
  leastWorkBytes: MIN_WORK_BYTES,
  partitionsOf: (sample, wanted, kind) =>
    partitionsOf(kind === "user" ? sample.users : sample.countries, wanted, kind),
  mostPartitions,
  partitionStreams: 1 << 18,
  streamBytes: 16,
  scatter: (parts) => new Scatter(parts),
  piece: (memory) => new Piece(memory),
  blocks: (sink, checksum) => new BlockEncoder(sink, checksum),
  writeBatchEnd,
  openBatch: (source, checksum) => new BatchReader(source, checksum),
  walk: (batch) => new NumberWalk(batch as BatchReader),
  merger: (inputs, { cursorBytes, isWorld, isExact }) => {
    const options = { asKey: isWorld ? 0 : undefined, isExact };
    const cursors = inputs.map(({ batch, range }) =>
      (batch as BatchReader).cursor(range, cursorBytes, options)
    );
    return new KeyMerger(cursors);
  },
  mergeBytes,
  keyRanges: (batches, entries) => keyRanges(batches as readonly BatchReader[], entries),
  rangesOfKeys: (batch) => {
    const cursor = (batch as BatchReader).cursor(undefined, undefined, { isExact: true });
    const ranges: KeyRange[] = [];
    for (let from = 0; from < COUNTRY_KEYS; from = cursor.key + 1) {
      cursor.seek({ from, to: ALL_KEYS.to });
      if (!cursor.next()) break;
      ranges.push({ from: cursor.key, to: cursor.key + 1 });
    }
    return ranges;
  },
  rangeOfKey: (kind, key) => {
    const from = kind === "user" ? Number(key) : parseCountry(key) ?? NaN;
    return { from, to: from + 1 };
  },
  removal: (batch) => removalOf(batch as BatchReader),
  songCounts: (batch, song) => songCounts(batch as BatchReader, Number(song)),
  songOrder: (song) => {
    const id = Number(song);
    return (value) => value - id;
  },
  songName: (value) => String(value),
  selection: (top) => new TopSongs(top),
  selectionBytes: topSongsBytes,
};

/** A byte order mark is a part of an id as any other sign. */
const DECODER = new TextDecoder("utf-8", { ignoreBOM: true });

/** The engine for ids that are text. */
export const TEXTS: Engine = {
  ids: "text",
  leastWorkBytes: MIN_TEXT_WORK_BYTES,
  partitionsOf: textPartitionsOf,
  mostPartitions: mostTextPartitions,
  partitionStreams: 1 << 15,
  streamBytes: TEXT_STREAM_BYTES,
  scatter: (parts) => new TextScatter(parts),
  piece: (memory) => new TextPiece(memory),
  blocks: (sink, checksum) => new TextBlockEncoder(sink, checksum),
  writeBatchEnd: writeTextBatchEnd,
  openBatch: (source, checksum) => new TextBatchReader(source, checksum),
  walk: (batch) => new TextWalk(batch as TextBatchReader),
  merger: (inputs, options) => new TextMerger(inputs, options),
  mergeBytes: textMergeBytes,
  keyRanges: (batches, entries) => textKeyRanges(batches as readonly TextBatchReader[], entries),
  rangesOfKeys: (batch) => rangesOfTextKeys(batch as TextBatchReader),
  rangeOfKey: (_kind, key) => rangeOfTextKey(new TextEncoder().encode(key)),
  removal: (batch) => textRemovalOf(batch as TextBatchReader),
  songCounts: (batch, song) =>
    textSongCounts(batch as TextBatchReader, new TextEncoder().encode(song)),
  songOrder: (song) => {
    const id = new TextEncoder().encode(song);
    return (value, texts) => compareBytes(textBytes(texts, value), id);
  },
  songName: (value, texts) => DECODER.decode(textBytes(texts, value)),
  selection: (top) => new TextSelection(top),
  selectionBytes: textSelectionBytes,
};

/** The engine for a kind of ids. */
export function engineOf(ids: IdKind): Engine {
  return ids === "number" ? NUMBERS : TEXTS;
}
