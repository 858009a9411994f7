/**
 * Guessing how a log can be read that could not be read as it was tried.
 *
 * @module
 */

import { clearBlock, createStreamBlock, FormatError, type IdKind } from "../core/streams.ts";
import { rejectedCount } from "../core/streams.ts";
import { csv, tsv } from "./csv.ts";
import { type Columns, columnsText, type Field, FIELDS, type Reader } from "./interface.ts";
import { jsonl } from "./jsonl.ts";
import { pipe } from "./pipe.ts";

/** A way to read a log. */
export interface Way {
  readonly reader: Reader;
  readonly ids: IdKind;
  readonly columns?: Columns;
  /** Whether song and user may be the other way round: nothing says which is which. */
  readonly isOrderGuessed?: boolean;
}

/** A way that rejects more of the first rows than this does not fit. */
const MOST_REJECTED = 0.05;

/** Rows that are looked at to find out what is in columns. */
const ROWS = 200;

/**
 * Finds a way to read a log: one by which its first rows are streams.
 *
 * @param head the first bytes of the log, not compressed
 * @returns the first way that fits, or `undefined`
 *
 * @example
 * ```ts
 * import { likelyWay, wayText } from "./guess.ts";
 * const head = new TextEncoder().encode("track_id,cc,listener\n71,FR,5\n88,DE,6\n");
 * const text = wayText(likelyWay(head)!);
 * if (text !== "--reader csv --columns song=track_id,user=listener,country=cc") throw new Error(text);
 * ```
 */
export function likelyWay(head: Uint8Array): Way | undefined {
  const lines = linesOf(head);
  for (const ids of ["number", "text"] as const) {
    const ways = [
      { reader: pipe, ids },
      ...[[csv, ","], [tsv, "\t"]].flatMap(([reader, mark]) =>
        waysOfTable(reader as Reader, ids, lines.map((line) => fieldsOf(line, mark as string)))
      ),
      ...waysOfObjects(ids, lines),
    ];
    const found = ways.find((way) => fits(way, head));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Writes a way as the options that ask for it. */
export function wayText({ reader, ids, columns, isOrderGuessed }: Way): string {
  const options = [`--reader ${reader.name}`];
  if (columns !== undefined) options.push(`--columns ${quoted(columnsText(columns))}`);
  if (ids === "text") options.push("--ids text");
  return options.join(" ") + (isOrderGuessed ? " (or with song and user the other way round)" : "");
}

function quoted(word: string): string {
  return /^[\w.,=-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** The whole lines of a text, without their ends. */
function linesOf(head: Uint8Array): string[] {
  const lines = new TextDecoder().decode(head).split(/\r?\n/);
  // The last one may be cut, unless it is all there is.
  return lines.slice(0, lines.length > 2 ? -1 : 2).filter((line) => line.trim() !== "")
    .slice(0, ROWS);
}

function fieldsOf(line: string, mark: string): string[] {
  return line.split(mark).map((field) => field.trim().replace(/^"(.*)"$/, "$1"));
}

/** A column: what it is called, and what is in it. */
interface Column {
  readonly name: string | number;
  readonly values: readonly string[];
}

function waysOfTable(reader: Reader, ids: IdKind, rows: readonly string[][]): Way[] {
  const [first = []] = rows;
  if (first.length < 3) return [];
  const hasHeader = first.every((field) => /\D/.test(field) && !isCountry(field));
  const body = hasHeader ? rows.slice(1) : rows;
  const columns = first.map((field, i): Column => ({
    name: hasHeader ? field : i + 1,
    values: body.map((row) => row[i] ?? ""),
  }));
  return waysOf(reader, ids, columns);
}

function waysOfObjects(ids: IdKind, lines: readonly string[]): Way[] {
  const columns = new Map<string, string[]>();
  for (const line of lines) {
    for (const [name, value] of leavesOf(parsed(line))) {
      columns.set(name, [...columns.get(name) ?? [], String(value)]);
    }
  }
  return waysOf(jsonl, ids, Array.from(columns, ([name, values]) => ({ name, values })));
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** The values of an object that are no objects, by their keys with dots between them. */
function leavesOf(value: unknown, path = ""): [name: string, value: unknown][] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return path === "" ? [] : [[path, value]];
  }
  return Object.entries(value).flatMap(([key, inner]) =>
    leavesOf(inner, path === "" ? key : `${path}.${key}`)
  );
}

/** What columns of each field are often called. */
const NAMES: Readonly<Record<Field, RegExp>> = {
  song: /song|track|title|recording/i,
  user: /user|listener|account|customer|member|subscriber/i,
  country: /country|market|territory|region|(?:^|[._])(?:cc|geo)$/i,
};

function isCountry(text: string): boolean {
  return /^[A-Z]{2}$/.test(text);
}

function mostly(values: readonly string[], test: (value: string) => boolean): boolean {
  return values.length > 0 && values.filter(test).length > (1 - MOST_REJECTED) * values.length;
}

/** Finds which columns are song, user and country: by their names, or else by what is in them. */
function waysOf(reader: Reader, ids: IdKind, columns: readonly Column[]): Way[] {
  const isId = (value: string): boolean => ids === "text" ? value !== "" : /^\d{1,16}$/.test(value);
  const countries = columns.filter(({ values }) => mostly(values, isCountry));
  const others = columns.filter((each) => !countries.includes(each))
    .filter(({ values }) => mostly(values, isId));
  const called = (field: Field, among: readonly Column[]): Column | undefined => {
    const fitting = among.filter(({ name }) => NAMES[field].test(String(name)));
    // Of song_title and song_id it is the id.
    return fitting.find(({ name }) => /id$/i.test(String(name))) ?? fitting[0];
  };
  const country = called("country", countries) ?? countries[0];
  const named = { song: called("song", others), user: called("user", others) };
  const rest = others.filter((each) => each !== named.song && each !== named.user);
  const isOrderGuessed = named.song === undefined && named.user === undefined;
  const song = named.song ?? rest[0];
  const user = named.user ?? rest.find((each) => each !== song);
  if (country === undefined || song === undefined || user === undefined || song === user) return [];
  const found = { song, user, country };
  const names = Object.fromEntries(FIELDS.map((field) => [field, found[field].name])) as Columns;
  return [{
    reader,
    ids,
    ...FIELDS.every((field) => names[field] === field) ? {} : { columns: names },
    ...isOrderGuessed ? { isOrderGuessed } : {},
  }];
}

/** Whether the first rows of a log are streams when they are read in this way. */
function fits({ reader, ids, columns }: Way, head: Uint8Array): boolean {
  const parser = reader.parser({ ids, columns });
  const block = createStreamBlock();
  const bytes = head.slice(
    0,
    Math.max(head.lastIndexOf(0x0a) + 1, head.length < 1 << 16 ? head.length : 0),
  );
  try {
    for (let at = 0;;) {
      clearBlock(block);
      at = parser.parse(bytes, at, bytes.length, true, block);
      if (block.length < block.capacity) break;
    }
  } catch (error) {
    if (error instanceof FormatError) return false;
    throw error;
  }
  const { rows, rejected } = parser.tally;
  return rows > 0 && rejectedCount(rejected) <= MOST_REJECTED * rows;
}
