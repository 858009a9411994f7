/** Charts as plain data, printed by a writer: what the tests of the writers have in common. */
import { ByteBuffer } from "../../../core/bytes.ts";
import type { ChartKind, ChartRow, ChartShape } from "../../../core/chart.ts";
import { parseCountry } from "../../../core/country.ts";
import type { IdKind } from "../../../core/streams.ts";
import { TextArena } from "../../../core/texts.ts";
import type { Writer } from "../../../formats/interface.ts";

export const MOST = Number.MAX_SAFE_INTEGER;

/** A key with its songs, best first; users and songs are numbers or texts. */
export interface ChartKey {
  readonly key: number | string;
  readonly songs: readonly (readonly [song: number | string, streams: number])[];
}

export interface Chart {
  readonly what: string;
  readonly kind: ChartKind;
  readonly ids: IdKind;
  readonly keys: readonly ChartKey[];
}

/** A row of a report: `[key, rank, song, streams]`. */
export type ReportRow = [key: number | string, rank: number, song: number | string, n: number];

export function rowsOf({ keys }: Chart): ReportRow[] {
  return keys.flatMap(({ key, songs }) =>
    songs.map(([song, streams], i): ReportRow => [key, i + 1, song, streams])
  );
}

/** Ids that a reader of text may take for something else; all are one text of 1 to 256 bytes. */
export const HOSTILE = [
  "a,b",
  'say "hi"',
  '"',
  '""',
  "'quoted'",
  ",",
  " blank first",
  "blank last ",
  " ",
  "=1+1",
  "+1",
  "-1",
  "@SUM(A1:A9)",
  "#no comment",
  "back\\slash",
  "\\n",
  "\\",
  "\\u0041",
  "%2C",
  "|;:\t".slice(0, 3),
  "{}[]",
  "</script>",
  "null",
  "NULL",
  "true",
  "NaN",
  "1e3",
  "007",
  "0x10",
  "2021-12-01",
  "9007199254740993",
  "key",
  "world",
  "../../etc",
  "e\u0301\u00e9",
  "\u2028\u2029",
  "\ufeffmark",
  "\u{1f3b5}\u{10ffff}",
  "\uffff",
  "\u00a0",
  "x".repeat(256),
  '"'.repeat(256),
  "\u{1f3b5}".repeat(64),
];

const songsOf = (songs: readonly (number | string)[]): ChartKey["songs"] =>
  songs.map((song, i) => [song, songs.length - i]);

/** Charts of every kind of key and of ids, small and awkward ones. */
export const CHARTS: readonly Chart[] = [
  { what: "of no keys", kind: "country", ids: "number", keys: [] },
  { what: "of no users with text ids", kind: "user", ids: "text", keys: [] },
  {
    what: "of countries",
    kind: "country",
    ids: "number",
    keys: [
      { key: "AA", songs: [[0, 1]] },
      { key: "FR", songs: [[9, 12], [7, 1], [8, 1]] },
      { key: "NA", songs: [[1, 100], [2, 10], [3, 9]] },
      { key: "ZZ", songs: [[MOST, MOST]] },
    ],
  },
  {
    what: "of users by number",
    kind: "user",
    ids: "number",
    keys: [
      { key: 0, songs: [[0, 1]] },
      { key: 42, songs: [[99999999, 10000], [100000000, 9999]] },
      { key: MOST, songs: [[MOST, MOST], [MOST - 1, MOST]] },
    ],
  },
  { what: "of the world", kind: "world", ids: "number", keys: [{ key: "world", songs: [[5, 7]] }] },
  {
    what: "of countries with text ids",
    kind: "country",
    ids: "text",
    keys: [{ key: "FR", songs: songsOf(HOSTILE) }, { key: "US", songs: [["a", 1]] }],
  },
  {
    what: "of the world with text ids",
    kind: "world",
    ids: "text",
    keys: [{ key: "world", songs: songsOf(HOSTILE) }],
  },
  {
    what: "of users with text ids",
    kind: "user",
    ids: "text",
    keys: HOSTILE.map((key, i) => ({ key, songs: songsOf(HOSTILE.slice(i)) })),
  },
];

/** As many users with so many songs each; all numbers are different ones. */
export function largeChart(users: number, songs: number, ids: IdKind = "number"): Chart {
  const id = (value: number): number | string => ids === "text" ? `id-${value}` : value;
  const keys = Array.from({ length: users }, (_, user) => ({
    key: id(user * 3),
    songs: Array.from(
      { length: songs },
      (_, i) => [id((user * 7919 + i) * 31), songs - i] as const,
    ),
  }));
  return { what: "of many users", kind: "user", ids, keys };
}

export function shapeOf({ kind, ids }: Chart): ChartShape {
  return { kind, ids, top: 50 };
}

/** Makes the row that the core would hand to a printer, in arrays that the next key overwrites. */
export function* chartRows(chart: Chart): Generator<ChartRow> {
  const arena = new TextArena();
  const songs = new Float64Array(1000);
  const streams = new Float64Array(1000);
  const value = (id: number | string): number => {
    if (typeof id === "number") return id;
    const bytes = new TextEncoder().encode(id);
    const reference = arena.put(bytes, 0, bytes.length);
    if (reference < 0) throw new Error(`no id: ${JSON.stringify(id)}`);
    return reference;
  };
  for (const { key, songs: list } of chart.keys) {
    arena.clear();
    // What stands behind the count is not of this key.
    songs.fill(999);
    streams.fill(999);
    for (const [i, [song, n]] of list.entries()) [songs[i], streams[i]] = [value(song), n];
    const number = chart.ids === "text" || chart.kind === "user"
      ? value(key)
      : chart.kind === "country"
      ? parseCountry(String(key))!
      : 0;
    yield { key: number, songs, streams, count: list.length, texts: arena.bytes };
  }
}

export interface Printing {
  /** Bytes of the buffer at first. */
  readonly capacity?: number;
  /** The buffer is emptied when it holds so many bytes; never by default. */
  readonly drainBytes?: number;
}

/** Prints a chart as the core does: one printer, one buffer that is emptied now and then. */
export function printed(
  writer: Writer,
  chart: Chart,
  { capacity = 1 << 16, drainBytes = Infinity }: Printing = {},
): Uint8Array {
  const printer = writer.printer(shapeOf(chart));
  const out = new ByteBuffer(capacity);
  const parts: Uint8Array[] = [];
  const drain = (): void => {
    parts.push(out.used().slice());
    out.length = 0;
  };
  printer.begin?.(out);
  for (const row of chartRows(chart)) {
    printer.print(row, out);
    if (out.length >= drainBytes) drain();
  }
  printer.end?.(out);
  drain();
  return joined(parts);
}

/** Prints every key by a printer of its own, the first begun and the last ended. */
export function printedApart(writer: Writer, chart: Chart): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const [i, row] of [...chartRows(chart)].entries()) {
    const printer = writer.printer(shapeOf(chart));
    const out = new ByteBuffer();
    if (i === 0) printer.begin?.(out);
    printer.print([...chartRows({ ...chart, keys: [chart.keys[i]] })][0] ?? row, out);
    if (i === chart.keys.length - 1) printer.end?.(out);
    parts.push(out.used());
  }
  return joined(parts);
}

export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

export const textOf = (bytes: Uint8Array): string =>
  new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
