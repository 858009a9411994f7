/**
 * Partitions: the keys of a log cut into ranges that hold about as many streams each.
 *
 * @module
 */

import type { ByteSource } from "./bytes.ts";
import { COUNTRY_KEYS } from "./country.ts";
import type { Engine } from "./engine.ts";
import { readRange } from "./log_ranges.ts";
import {
  KEY_KINDS,
  type KeyKind,
  type LogPart,
  type RowParser,
  type StreamBlock,
} from "./streams.ts";
import { TextArena } from "./texts.ts";

/**
 * Ranges of keys, ascending, that together hold all keys. Keys are looked up by *slots*: `width`
 * keys each from `least` on; smaller keys count to the first slot and greater ones to the last.
 */
export interface Partitions {
  readonly count: number;
  readonly least: number;
  readonly width: number;
  /** The partition of each slot, ascending. */
  readonly ofSlot: Uint16Array;
}

/** The partitions of each kind of key that is wanted. */
export type PartitionsByKind = Readonly<Partial<Record<KeyKind, Partitions>>>;

const USER_SLOTS = 4096;

/** The most partitions of a log by one kind of key. */
export const MAX_PARTITIONS = 1024;

/** All keys in one partition. */
export const ONE_PARTITION: Partitions = {
  count: 1,
  least: 0,
  width: 1,
  ofSlot: new Uint16Array(1),
};

/**
 * Cuts the keys so that each partition has about the same share of a sample.
 *
 * The slots leave out the least and the greatest of the sample, a partition's share of each but at
 * most a fiftieth, so that some far ids do not make them wide. Keys that crowd in few slots give
 * partitions that are unlike in size, and fewer.
 *
 * @param keys the sample; sorted afterwards
 * @param wanted how many partitions, 1 to {@linkcode MAX_PARTITIONS}
 */
export function partitionsOf(
  keys: Float64Array,
  wanted: number,
  kind: KeyKind,
  userSlots = USER_SLOTS,
): Partitions {
  if (wanted <= 1 || keys.length === 0) return ONE_PARTITION;
  keys.sort();
  const at = (share: number): number => keys[Math.floor((keys.length - 1) * share)];
  const tail = Math.min(0.02, 1 / wanted);
  const least = kind === "country" ? 0 : at(tail);
  const slots = kind === "country" ? COUNTRY_KEYS : userSlots;
  const width = kind === "country" ? 1 : Math.max(1, (at(1 - tail) - least + 1) / slots);
  const ofSlot = new Uint16Array(slots);
  let partition = 0;
  for (let slot = 0, below = 0, share = 0; slot < slots; slot++) {
    const shareHere = Math.floor(below * wanted / keys.length);
    if (shareHere > share && shareHere < wanted) partition++;
    share = shareHere;
    ofSlot[slot] = partition;
    while (below < keys.length && keys[below] < least + (slot + 1) * width) below++;
  }
  return { count: partition + 1, least, width, ofSlot };
}

/** A log to be looked at before it is read. */
export interface SampledLog {
  readonly log: ByteSource;
  /** Makes a parser for a part of the log. */
  readonly parser: (part: LogPart) => RowParser;
  /** Whether the log may be looked at anywhere, or only at its start. */
  readonly isCutAtLines: boolean;
  readonly buffer: Uint8Array;
}

/** Streams from all over a log, and how many streams the whole log may have. */
export interface LogSample {
  /** Users; where ids are text, what `texts` holds of each. */
  readonly users: Float64Array;
  /** The texts, where ids are text (see texts.ts). */
  readonly texts: Uint8Array;
  readonly countries: Float64Array;
  readonly expectedStreams: number;
}

const SAMPLED_PLACES = 16;
const SAMPLED_BYTES = 1 << 15;

/** Collects the streams of a sample. */
export class SampleTaker {
  readonly #users: number[] = [];
  readonly #countries: number[] = [];
  readonly #texts = new TextArena();

  /** Takes the streams of a block. */
  take(block: StreamBlock): void {
    const start = this.#texts.append(block.texts);
    for (let i = 0; i < block.length; i++) {
      this.#users.push(start + block.users[i]);
      this.#countries.push(block.countries[i]);
    }
  }

  /** How many streams were taken. */
  get length(): number {
    return this.#users.length;
  }

  /** The sample, which was taken of a share (more than 0, at most 1) of a log. */
  sample(share: number): LogSample {
    return {
      users: Float64Array.from(this.#users),
      countries: Float64Array.from(this.#countries),
      texts: this.#texts.bytes.subarray(0, this.#texts.length),
      expectedStreams: Math.ceil(this.#users.length / share),
    };
  }
}

/**
 * Takes a sample of a log. Rows that are cut at the ends of a part are no matter: the parser
 * rejects them, or takes them with the end of their song.
 *
 * Cost: half a megabyte is read at most, whatever the log holds.
 */
export function sampleLog({ log, parser, isCutAtLines, buffer }: SampledLog): LogSample {
  const places = isCutAtLines ? SAMPLED_PLACES : 1;
  const taker = new SampleTaker();
  const take = (block: StreamBlock): void => taker.take(block);
  let bytes = 0;
  for (let place = 0; place < places; place++) {
    const from = Math.floor(log.sizeBytes / places * place);
    const range = { from, to: Math.min(log.sizeBytes, from + SAMPLED_BYTES) };
    const job = { log, range, parser: parser({ isStart: place === 0 }), buffer, take };
    for (const step of readRange({ ...job, checksum: () => 0 })) bytes += step.logBytes;
  }
  return taker.sample(bytes === 0 ? 1 : Math.min(1, bytes / log.sizeBytes));
}

/** Chooses partitions of which each fits in the memory, as far as one can tell. */
export function partitionSample(
  sample: LogSample,
  kinds: readonly KeyKind[],
  memoryBytes: number,
  engine: Engine,
): PartitionsByKind {
  const mostStreams = Math.floor(memoryBytes / engine.streamBytes / 2);
  const mostPartitions = engine.mostPartitions(memoryBytes, kinds.length);
  return choosePartitions(sample, kinds, { mostStreams, mostPartitions }, engine);
}

/** What bounds the partitions of a log. */
export interface PartitionLimits {
  /** How many streams a partition should have at most. */
  readonly mostStreams: number;
  /** At least 1. */
  readonly mostPartitions: number;
}

/** Chooses the partitions of a log. */
export function choosePartitions(
  sample: LogSample,
  kinds: readonly KeyKind[],
  { mostStreams, mostPartitions }: PartitionLimits,
  engine: Pick<Engine, "partitionsOf" | "partitionStreams">,
): PartitionsByKind {
  const streams = Math.max(1, Math.min(engine.partitionStreams, mostStreams));
  const most = Math.min(MAX_PARTITIONS, mostPartitions);
  const wanted = Math.max(1, Math.min(most, Math.ceil(sample.expectedStreams / streams)));
  return Object.fromEntries(
    KEY_KINDS.filter((kind) => kinds.includes(kind))
      .map((kind) => [kind, engine.partitionsOf(sample, wanted, kind)]),
  );
}
