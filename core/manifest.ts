/**
 * The manifest of a batch: which log it was made of, what shaped it, and what it holds.
 *
 * @module
 */

import { BATCH_VERSION, type BatchTrailer } from "./batch_format.ts";
import type { CountryTotals } from "./country_totals.ts";
import { crc32 } from "./crc32.ts";
import { type Day, formatDay, parseDay } from "./day.ts";
import type { ForgottenRecord } from "./forgotten.ts";
import {
  addTally,
  createRowTally,
  type IdKind,
  type KeyKind,
  rejectedCount,
  type RowTally,
} from "./streams.ts";

/** What tells one log from another. */
export interface LogIdentity {
  readonly name: string;
  readonly sizeBytes: number;
  /** Last modification, milliseconds since 1970. */
  readonly modifiedMs: number;
}

/** Everything besides the logs that decides what is in a batch. */
export interface BatchShape {
  /** The name of the reader; of several that read logs of one day, with `+` between them. */
  readonly reader: string;
  /** The columns of the fields as `--columns` has them; nothing where they are the usual ones. */
  readonly columns: string;
  /** The kind of the ids of songs and users. */
  readonly ids: IdKind;
  /** The kinds of key there are batches by. */
  readonly keys: readonly KeyKind[];
  readonly batchVersion: number;
}

/** The reader of a wanted shape where each log's is found by its name or its first bytes. */
export const AUTO_READER = "auto";

/** A log as it was read. */
export interface LogRecord extends LogIdentity {
  /** CRC-32 of the bytes of the file. */
  readonly crc32: number;
  /** The name of the reader. */
  readonly reader: string;
  /** How it was compressed, where it was. */
  readonly compression?: string;
  readonly tally: RowTally;
}

/** What a batch file holds: its trailer, and its size. */
export interface BatchSize extends Omit<BatchTrailer, "rootOffset"> {
  readonly sizeBytes: number;
  /** Streams by country; only of the batch by country, and not there in former manifests. */
  readonly countries?: CountryTotals;
}

/** The file that keeps the rejected rows of a batch. */
export interface QuarantineRecord {
  readonly name: string;
  readonly sizeBytes: number;
  /** CRC-32 of the bytes of the file. */
  readonly crc32: number;
  readonly keptRows: number;
  /** Rejected rows that did not fit, or were not told of by a reader from outside. */
  readonly leftOutRows: number;
  /** Rows that may name users who are forgotten; not there where there are none. */
  readonly forgottenRows?: number;
}

/** What is known of a batch without opening it. */
export interface Manifest {
  readonly day: Day;
  /** The logs of the day, by name; one unless there may be several. */
  readonly logs: readonly LogRecord[];
  readonly shape: BatchShape;
  readonly batches: Readonly<Partial<Record<KeyKind, BatchSize>>>;
  /** Where the rejected rows were kept. */
  readonly quarantine?: QuarantineRecord;
  /** Who was left out of the batch by user; not there where nobody was. */
  readonly forgotten?: ForgottenRecord;
}

/** The shape of what this version makes. */
export function shapeOf(
  reader: string,
  keys: readonly KeyKind[],
  { ids = "number", columns = "" }: Partial<Pick<BatchShape, "ids" | "columns">> = {},
): BatchShape {
  return { reader, columns, ids, keys, batchVersion: BATCH_VERSION };
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
  return upgraded({ ...plain, day } as unknown as Manifest | FormerManifest);
}

/** As manifests were before a day could have several logs. */
interface FormerManifest extends Omit<Manifest, "logs" | "shape"> {
  readonly log: LogIdentity;
  readonly logCrc32: number;
  readonly tally: Omit<RowTally, "lines">;
  readonly shape: Omit<BatchShape, "columns">;
}

/** Makes the manifest of a former version one of this. */
function upgraded(stored: Manifest | FormerManifest): Manifest {
  if ("logs" in stored) return stored;
  const { day, log, logCrc32, shape, tally, batches } = stored;
  const rejected = { ...createRowTally().rejected, ...tally.rejected };
  const full = { ...tally, lines: tally.rows, rejected };
  const record = { ...log, crc32: logCrc32, reader: shape.reader, tally: full };
  return { day, logs: [record], shape: { ...shape, columns: "" }, batches };
}

function checksumOf(plain: unknown): number {
  return crc32(new TextEncoder().encode(JSON.stringify(plain)));
}

/** Whether two identities are those of one log that did not change. */
export function isSameLog(a: LogIdentity, b: LogIdentity): boolean {
  return a.name === b.name && a.sizeBytes === b.sizeBytes && a.modifiedMs === b.modifiedMs;
}

/** Whether a batch was made of these logs, unchanged. */
export function hasSameLogs(
  stored: readonly LogIdentity[],
  found: readonly LogIdentity[],
): boolean {
  return stored.length === found.length && stored.every((log, i) => isSameLog(log, found[i]));
}

/** The rows of all logs of a batch, with the first rejected rows of each. */
export function tallyOf({ logs }: Manifest): RowTally {
  const tally = createRowTally();
  for (const log of logs) addTally(tally, log.tally);
  return tally;
}

/**
 * Says how the shape of a batch differs from the wanted one, or `undefined` where it serves.
 * A batch by more kinds of key than are wanted serves.
 */
export function shapeDifference(stored: BatchShape, wanted: BatchShape): string | undefined {
  if (stored.batchVersion !== wanted.batchVersion) {
    return `batch version ${stored.batchVersion}, expected version ${wanted.batchVersion}`;
  }
  if (wanted.reader !== AUTO_READER && stored.reader !== wanted.reader) {
    return `made by reader ${stored.reader}, expected reader ${wanted.reader}`;
  }
  if (stored.columns !== wanted.columns) {
    return `columns ${stored.columns || "as usual"}, expected ${wanted.columns || "as usual"}`;
  }
  if (stored.ids !== wanted.ids) return `ids of kind ${stored.ids}, expected ${wanted.ids}`;
  const absent = wanted.keys.filter((kind) => !stored.keys.includes(kind));
  if (absent.length === 0) return undefined;
  return `no batch by ${absent.join(" and ")}, expected batches by ${wanted.keys.join(" and ")}`;
}

/** Whether the numbers of a manifest agree with each other. */
export function isSound(manifest: Manifest): boolean {
  const { rows, rejected } = tallyOf(manifest);
  const { shape, batches, forgotten } = manifest;
  const streams = rows - rejectedCount(rejected);
  const totals = Object.values(batches.country?.countries ?? { all: streams });
  const leftOut = (kind: KeyKind): number => kind === "user" ? forgotten?.streams ?? 0 : 0;
  return shape.keys.every((kind) => batches[kind]?.streamCount === streams - leftOut(kind)) &&
    (!shape.keys.includes("country") || totals.reduce((sum, each) => sum + each, 0) === streams);
}
