/**
 * Taking rows out of files of rejected rows.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { crc32 } from "node:zlib";
import type { ByteSource } from "../core/bytes.ts";
import { type Day } from "../core/day.ts";
import type { QuarantineRecord } from "../core/manifest.ts";
import { quarantineName } from "../core/names.ts";
import { lastLine, type NamesForgotten, rowOfLine, totalsOf } from "../formats/quarantine.ts";
import { FileSource } from "./byte_files.ts";
import type { JointPublication } from "./joint_publication.ts";
import type { Store } from "./store.ts";

/** Rows that were taken out of a file of rejected rows. */
export interface ForgottenRows {
  readonly name: string;
  readonly rows: number;
  /** What the file is going to be. */
  readonly record: QuarantineRecord;
}

/** Read at a time. */
const PART_BYTES = 1 << 20;

/**
 * Writes the rejected rows of a day aside without those that name someone; nothing where there are
 * none of them.
 *
 * @throws {Error} where the file is damaged
 */
export function* writeQuarantine(
  store: Store,
  { folder, day, isNamed, publication }: {
    readonly folder: string;
    readonly day: Day;
    readonly isNamed: NamesForgotten;
    readonly publication: JointPublication;
  },
): Generator<{ readonly logBytes: 0; readonly entries: 0 }, ForgottenRows | undefined> {
  const name = quarantineName(day);
  const path = `${folder}/${name}`;
  const source = new FileSource(store.openToRead(path));
  try {
    let rows = 0;
    for (const line of linesIn(source)) if (isGone(line, isNamed, path)) rows++;
    if (rows === 0) return undefined;
    yield { logBytes: 0, entries: 0 };
    const sink = publication.create("quarantine", name);
    let crc = 0;
    let keptRows = 0;
    let forgottenRows = 0;
    let leftOutRows = 0;
    for (const line of linesIn(source)) {
      if (isGone(line, isNamed, path)) continue;
      const totals = rowOfLine(line) === undefined ? totalsOf(line) : undefined;
      if (totals === undefined) keptRows++;
      else {
        forgottenRows = totals.forgottenRows + rows;
        leftOutRows = totals.rejectedRows - keptRows - forgottenRows;
      }
      const bytes = Buffer.from(
        totals === undefined ? line : lastLine(day, { ...totals, keptRows, forgottenRows }),
      );
      crc = crc32(bytes, crc);
      sink.write(bytes);
    }
    publication.finish(sink);
    const { sizeBytes } = sink;
    const record = { name, sizeBytes, crc32: crc, keptRows, leftOutRows, forgottenRows };
    return { name, rows, record };
  } finally {
    source.close();
  }
}

function isGone(line: string, isNamed: NamesForgotten, path: string): boolean {
  try {
    const row = rowOfLine(line);
    return row !== undefined && isNamed(row);
  } catch (cause) {
    throw new Error(
      `Cannot read "${path}": a line that is no JSON, expected rejected rows ` +
        "(delete it, or bring it back from a backup)",
      { cause },
    );
  }
}

/** The lines of a file, with their ends. */
function* linesIn(source: ByteSource): Generator<string> {
  const buffer = Buffer.alloc(PART_BYTES);
  let rest: Uint8Array[] = [];
  for (let offset = 0;;) {
    const count = source.read(buffer, offset);
    if (count === 0) break;
    offset += count;
    let start = 0;
    for (let end; (end = buffer.subarray(0, count).indexOf(10, start)) >= 0; start = end + 1) {
      yield Buffer.concat([...rest, buffer.subarray(start, end + 1)]).toString();
      rest = [];
    }
    rest.push(Buffer.from(buffer.subarray(start, count)));
  }
  const last = Buffer.concat(rest).toString();
  if (last !== "") yield last;
}
