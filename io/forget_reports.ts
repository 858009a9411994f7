/**
 * Taking a user out of published reports, and out of what run summaries tell of them.
 *
 * @module
 */

import { crc32 } from "node:zlib";
import type { ByteSink } from "../core/bytes.ts";
import { type Day, parseDay } from "../core/day.ts";
import { type UserReport, userReportOf } from "../core/names.ts";
import { hexadecimal, runIn } from "../core/summary.ts";
import { compressed } from "../formats/compress.ts";
import { gzip } from "../formats/gzip.ts";
import { FormatError } from "../core/streams.ts";
import { findUserRows, writeWithoutUser } from "../formats/parquet_rows.ts";
import { findUserLines, type LineForm } from "../formats/report_lines.ts";
import type { ForgottenRows } from "./forget_quarantine.ts";
import { FileSink, FileSource } from "./byte_files.ts";
import type { JointPublication } from "./joint_publication.ts";
import { LogParts } from "./log_parts.ts";
import { asideName, readText } from "./publication.ts";
import type { Store } from "./store.ts";

/** A report without the user, aside. */
export interface ForgottenReport {
  readonly name: string;
  readonly date: Day;
  /** The user's streams in it. */
  readonly streams: number;
  readonly sizeBytes: number;
  readonly crc32: number;
}

/** What reports are written with. */
export interface ReportTools {
  readonly store: Store;
  /** The folder of the results. */
  readonly folder: string;
  readonly publication: JointPublication;
  /** Lets others have their turn. @throws {StoppedError} */
  readonly pause: () => Promise<void>;
}

/** The reports of users in a folder: those that can be searched, and those of other formats. */
export function userReports(
  names: readonly string[],
): { readonly known: readonly UserReport[]; readonly others: readonly string[] } {
  const all = names.flatMap((name) => userReportOf(name) ?? []);
  const isKnown = ({ extension }: UserReport): boolean =>
    ["txt", "csv", "jsonl", "parquet"].includes(extension);
  return {
    known: all.filter(isKnown),
    others: all.filter((report) => !isKnown(report)).map(({ name }) => name),
  };
}

/**
 * Writes a report aside without a user; nothing where the user is not in it.
 *
 * Cost: a few reads where the user is not in it, else a copy. A compressed report is decompressed
 * aside first; of Parquet all keys are read.
 *
 * @throws {Error} where the report is damaged
 */
export async function writeReport(
  report: UserReport,
  user: string,
  tools: ReportTools,
): Promise<ForgottenReport | undefined> {
  const { store, folder } = tools;
  const path = `${folder}/${report.name}`;
  const source = new FileSource(store.openToRead(path));
  try {
    if (!report.isCompressed) return await cut(source, { report, user }, tools);
    return await cutCompressed(source, { report, user }, tools);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw new Error(
      `Cannot read "${path}": ${error.message} (topstreams run makes it again, or delete it)`,
      { cause: error },
    );
  } finally {
    source.close();
  }
}

interface Cut {
  readonly report: UserReport;
  readonly user: string;
}

async function cutCompressed(
  source: FileSource,
  cutting: Cut,
  tools: ReportTools,
): Promise<ForgottenReport | undefined> {
  const { store, folder } = tools;
  const plainPath = `${folder}/${asideName(`${cutting.report.name}.plain`)}`;
  const plain = new FileSink(store.create(plainPath));
  try {
    try {
      for await (const part of gzip.decompress(new LogParts(source))) {
        plain.write(part);
        await tools.pause();
      }
    } finally {
      plain.close();
    }
    const opened = new FileSource(store.openToRead(plainPath));
    try {
      return await cut(opened, cutting, tools);
    } finally {
      opened.close();
    }
  } finally {
    store.remove(plainPath);
  }
}

async function cut(
  plain: FileSource,
  { report, user }: Cut,
  tools: ReportTools,
): Promise<ForgottenReport | undefined> {
  const { extension, name, date, top } = report;
  if (extension === "parquet") {
    const rows = await findUserRows(plain, user);
    if (rows === undefined) return undefined;
    const write = (sink: ByteSink): Promise<void> =>
      writeWithoutUser(plain, { user, top }, sink, tools.pause);
    return { name, date, streams: rows.streams, ...await written(report, write, tools) };
  }
  const lines = findUserLines(plain, extension as LineForm, user);
  if (lines === undefined) return undefined;
  const write = async (sink: ByteSink): Promise<void> => {
    for (const [from, to] of [[0, lines.from], [lines.to, plain.sizeBytes]]) {
      for (const part of partsOf(plain, from, to)) {
        sink.write(part);
        await tools.pause();
      }
    }
  };
  return { name, date, streams: lines.streams, ...await written(report, write, tools) };
}

/** Read at a time. */
const PART_BYTES = 1 << 22;

function* partsOf(source: FileSource, from: number, to: number): Generator<Uint8Array> {
  const buffer = new Uint8Array(PART_BYTES);
  for (let at = from; at < to;) {
    const part = buffer.subarray(0, source.read(buffer.subarray(0, to - at), at));
    if (part.length === 0) throw new FormatError("cut short, expected the rest of a report");
    yield part;
    at += part.length;
  }
}

/** Writes the file of a report, compressed where it is. */
async function written(
  { name, isCompressed }: UserReport,
  write: (sink: ByteSink) => Promise<void>,
  { store, folder, publication, pause }: ReportTools,
): Promise<Pick<ForgottenReport, "sizeBytes" | "crc32">> {
  const sink = publication.create("results", name);
  const summed = new SummedSink(sink);
  if (!isCompressed) await write(summed);
  else {
    const path = `${folder}/${asideName(`${name}.cut`)}`;
    const plain = new FileSink(store.create(path));
    try {
      await write(plain);
      const source = new FileSource(store.openToRead(path));
      try {
        for await (const part of compressed(new LogParts(source))) {
          summed.write(part);
          await pause();
        }
      } finally {
        source.close();
      }
    } finally {
      plain.close();
      store.remove(path);
    }
  }
  publication.finish(sink);
  return { sizeBytes: sink.sizeBytes, crc32: summed.crc32 };
}

class SummedSink implements ByteSink {
  crc32 = 0;
  readonly #sink: ByteSink;

  constructor(sink: ByteSink) {
    this.#sink = sink;
  }

  write(bytes: Uint8Array): void {
    this.crc32 = crc32(bytes, this.crc32);
    this.#sink.write(bytes);
  }
}

/** How many streams a user had on days, as far as it is known. */
export type StreamsOn = (days: readonly Day[]) => number | undefined;

/** What changes in a folder of results. */
export interface ForgottenResults {
  readonly reports: readonly ForgottenReport[];
  /** Files of rejected rows, in another folder, of which summaries tell. */
  readonly rows: readonly ForgottenRows[];
  readonly streamsOn: StreamsOn;
}

/**
 * Makes a run summary tell of files as they are going to be.
 *
 * The streams of the user are those of the batches of its days; where they are gone, those that
 * stood in the report.
 *
 * @returns its text, or `undefined` where it tells of none of them, or is no summary
 */
export function summaryWithout(
  store: Store,
  path: string,
  { reports, rows, streamsOn }: ForgottenResults,
): string | undefined {
  const text = readText(store, path);
  const summary = runIn(text);
  if (summary === undefined) return undefined;
  const days = summary.daysUsed.map((day) => parseDay(day)!);
  const changed = {
    ...summary,
    reports: summary.reports.map((told) => {
      const report = reports.find(({ name }) => name === told.name);
      if (report === undefined) return told;
      const { sizeBytes } = report;
      const streams = told.streams - Math.max(report.streams, streamsOn(days) ?? 0);
      return { ...told, sizeBytes, crc32: hexadecimal(report.crc32), keys: told.keys - 1, streams };
    }),
    ...summary.quarantines === undefined ? {} : {
      quarantines: summary.quarantines.map((told) => {
        const record = rows.find(({ name }) => name === told.name)?.record;
        return record === undefined
          ? told
          : { ...told, ...record, crc32: hexadecimal(record.crc32) };
      }),
    },
  };
  const written = JSON.stringify(changed, null, 2) + "\n";
  return written === JSON.stringify(summary, null, 2) + "\n" ? undefined : written;
}
