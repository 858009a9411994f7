/**
 * The same streams as logs of every format.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { constants, gzipSync, zstdCompressSync } from "node:zlib";
import { parquetWriteBuffer } from "npm:hyparquet-writer@0.17.0";

/** A stream as text. */
export type Row = readonly [song: string, user: string, country: string];

/** Where the fields stand: names, or numbers from 1. */
export type Names = readonly [song: string | number, user: string | number, country: string];

const USUAL: Names = ["song", "user", "country"];

/** Writes streams as a log, in the format that the ending of its name tells. */
export function logAs(
  fileName: string,
  rows: readonly Row[],
  { names = USUAL, isText = false }: { names?: Names; isText?: boolean } = {},
): Uint8Array {
  const [, format, compression] = /\.(\w+?)(?:\.(gz|zst))?$/.exec(fileName)!;
  const plain = format === "parquet" ? parquetOf(rows, names, isText) : Buffer.from(
    format === "jsonl" ? jsonLines(rows, names, isText) : separated(format, rows, names),
  );
  if (compression === "gz") return gzipSync(plain);
  return compression === "zst" ? zstdOf(plain) : plain;
}

/** Cuts a frame in two, each with a checksum. */
function zstdOf(plain: Uint8Array): Uint8Array {
  const params = { [constants.ZSTD_c_checksumFlag]: 1 };
  const half = plain.length >> 1;
  return Buffer.concat(
    [plain.subarray(0, half), plain.subarray(half)].map((part) =>
      zstdCompressSync(part, { params })
    ),
  );
}

const DELIMITERS: Readonly<Record<string, string>> = { log: "|", csv: ",", tsv: "\t" };

function separated(format: string, rows: readonly Row[], names: Names): string {
  const delimiter = DELIMITERS[format];
  const isQuoted = format !== "log";
  const field = (text: string): string =>
    isQuoted && /["\r\n]|^$/.test(text.replaceAll(delimiter, "\n"))
      ? `"${text.replaceAll('"', '""')}"`
      : text;
  const byNumber = typeof names[0] === "number";
  const header = isQuoted && !byNumber ? [names.join(delimiter)] : [];
  const places = byNumber ? names.map((place) => Number(place) - 1) : [0, 1, 2];
  const lines = rows.map((row) => {
    const fields: string[] = [];
    row.forEach((text, i) => fields[places[i]] = field(text));
    return fields.join(delimiter);
  });
  return [...header, ...lines].map((line) => `${line}\n`).join("");
}

function jsonLines(rows: readonly Row[], names: Names, isText: boolean): string {
  return rows.map((row, line) => {
    const object: Record<string, unknown> = {};
    row.forEach((text, i) => {
      const keys = String(names[i]).split(".");
      const last = keys.pop()!;
      let inner = object;
      for (const key of keys) inner = (inner[key] ??= {}) as Record<string, unknown>;
      inner[last] = i < 2 && !isText && line % 2 === 0 ? Number(text) : text;
    });
    return `${JSON.stringify(object)}\n`;
  }).join("");
}

function parquetOf(rows: readonly Row[], names: Names, isText: boolean): Uint8Array {
  const ids = (i: number) => ({
    name: String(names[i]),
    data: rows.map((row) => isText ? row[i] : BigInt(row[i])),
    type: isText ? "STRING" as const : "INT64" as const,
  });
  const country = { name: names[2], data: rows.map((row) => row[2]), type: "STRING" as const };
  const columnData = [ids(0), ids(1), country];
  return new Uint8Array(parquetWriteBuffer({ columnData, rowGroupSize: 300 }));
}
