/**
 * The manifest of a batch: which log it was made of, what shaped it, and what it holds.
 *
 * @module
 */

import { BATCH_VERSION, type BatchTrailer } from "./batch_format.ts";
import { crc32 } from "./crc32.ts";
import { type Day, formatDay, parseDay } from "./day.ts";
import { type KeyKind, rejectedCount, type RowTally } from "./streams.ts";

/** What tells one log from another. */
export interface LogIdentity {
  readonly name: string;
  readonly sizeBytes: number;
  /** Last modification, milliseconds since 1970. */
  readonly modifiedMs: number;
}

/** Everything besides the log that decides what is in a batch. */
export interface BatchShape {
  /** The name of the reader. */
  readonly reader: string;
  /** The kind of the ids of songs and users. */
  readonly ids: "number";
  /** The kinds of key there are batches by. */
  readonly keys: readonly KeyKind[];
  readonly batchVersion: number;
}

/** What a batch file holds: its trailer, and its size. */
export type BatchSize = Omit<BatchTrailer, "rootOffset"> & { readonly sizeBytes: number };

/** What is known of a batch without opening it. */
export interface Manifest {
  readonly day: Day;
  readonly log: LogIdentity;
  /** CRC-32 of the bytes of the log. */
  readonly logCrc32: number;
  readonly shape: BatchShape;
  readonly tally: RowTally;
  readonly batches: Readonly<Partial<Record<KeyKind, BatchSize>>>;
}

/** The shape of what this version makes. */
export function shapeOf(reader: string, keys: readonly KeyKind[]): BatchShape {
  return { reader, ids: "number", keys, batchVersion: BATCH_VERSION };
}

/** Writes a manifest as JSON, with a checksum of itself. */
export function encodeManifest(manifest: Manifest): string {
  const plain = { ...manifest, day: formatDay(manifest.day) };
  return JSON.stringify({ checksum: checksumOf(plain), ...plain }, null, 1) + "\n";
}

/**
 * Reads a manifest.
 *
 * @returns the manifest, or what is wrong with it
 */
export function decodeManifest(text: string): Manifest | string {
  let stored: Record<string, unknown>;
  try {
    stored = JSON.parse(text);
  } catch {
    return "damaged manifest, expected JSON";
  }
  if (typeof stored !== "object" || stored === null) return "damaged manifest, expected an object";
  const { checksum, ...plain } = stored;
  if (checksum !== checksumOf(plain)) return "damaged manifest, expected its checksum";
  const day = parseDay(String(plain.day));
  if (day === undefined) return "damaged manifest, expected a day";
  return { ...plain, day } as unknown as Manifest;
}

function checksumOf(plain: unknown): number {
  return crc32(new TextEncoder().encode(JSON.stringify(plain)));
}

/** Whether two identities are those of one log that did not change. */
export function isSameLog(a: LogIdentity, b: LogIdentity): boolean {
  return a.name === b.name && a.sizeBytes === b.sizeBytes && a.modifiedMs === b.modifiedMs;
}

/**
 * Says how the shape of a batch differs from the wanted one, or `undefined` where it serves.
 * A batch by more kinds of key than are wanted serves.
 */
export function shapeDifference(stored: BatchShape, wanted: BatchShape): string | undefined {
  if (stored.batchVersion !== wanted.batchVersion) {
    return `batch version ${stored.batchVersion}, expected version ${wanted.batchVersion}`;
  }
  if (stored.reader !== wanted.reader) {
    return `made by reader ${stored.reader}, expected reader ${wanted.reader}`;
  }
  if (stored.ids !== wanted.ids) return `ids of kind ${stored.ids}, expected ${wanted.ids}`;
  const absent = wanted.keys.filter((kind) => !stored.keys.includes(kind));
  if (absent.length === 0) return undefined;
  return `no batch by ${absent.join(" and ")}, expected batches by ${wanted.keys.join(" and ")}`;
}

/** Whether the numbers of a manifest agree with each other. */
export function isSound({ tally, batches, shape }: Manifest): boolean {
  const streams = tally.rows - rejectedCount(tally.rejected);
  return shape.keys.every((kind) => batches[kind]?.streamCount === streams);
}
