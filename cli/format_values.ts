/**
 * The kinds of values that say what formats, columns and charts there are to be.
 *
 * @module
 */

import { CHART_KINDS, type ChartKind } from "../core/chart.ts";
import { type LogPattern, parseLogPattern } from "../core/names.ts";
import { type Columns, FIELDS } from "../formats/interface.ts";
import { folder, listed, type Reading, unknownWord, type ValueKind } from "./values.ts";

/** A chart that was asked for. */
export interface WantedChart {
  readonly kind: ChartKind;
  /** The most songs of a key, where it is not that of all charts. */
  readonly top?: number;
}

/**
 * The kind of lists of charts, each once: `country,user`, `country:50,world:200`.
 *
 * @example
 * ```ts
 * import { charts } from "./format_values.ts";
 * const { value } = charts.read("world:200,country") as { value: unknown };
 * if (JSON.stringify(value) !== '[{"kind":"country"},{"kind":"world","top":200}]') throw new Error();
 * ```
 */
export const charts: ValueKind<readonly WantedChart[]> = {
  expected: `${listed(CHART_KINDS, "or")}, each with :N for its own size, ` +
    "or several with commas between them",
  words: CHART_KINDS,
  isList: true,
  read(text) {
    const found = new Map<ChartKind, WantedChart>();
    for (const part of text.split(",").map((word) => word.trim())) {
      const [, name, size] = /^([^:]*)(?::(.*))?$/.exec(part)!;
      const kind = CHART_KINDS.find((each) => each === name);
      if (kind === undefined) return unknownWord(name, CHART_KINDS);
      if (found.has(kind)) return { problem: `"${kind}" given twice` };
      const top = Number(size);
      if (size === undefined) found.set(kind, { kind });
      else if (/^\d{1,7}$/.test(size) && top >= 1 && top <= 1_000_000) {
        found.set(kind, { kind, top });
      } else return { problem: `"${part}" with a size that is no whole number from 1 to 1000000` };
    }
    return { value: CHART_KINDS.flatMap((kind) => found.get(kind) ?? []) };
  },
};

/** The kind of patterns of the names of logs: `listen-{YYYYMMDD}.log`. */
export const logPattern: ValueKind<LogPattern> = {
  expected: "a file name with {YYYYMMDD}, or {YYYY}, {MM} and {DD}, and perhaps a *",
  read(text) {
    const pattern = parseLogPattern(text);
    return typeof pattern === "string" ? { problem: pattern } : { value: pattern };
  },
};

/**
 * The kind of columns: `song=track_id,user=listener,country=cc`, or numbers from 1. A name with a
 * comma in it cannot be written so.
 */
export const columns: ValueKind<Columns> = {
  expected: "a column for song, user and country each, all by name, such as " +
    "song=track_id,user=listener,country=cc, or all by number, such as song=1,user=2,country=3",
  read(text) {
    const pairs = text.split(",").map((pair) => pair.split(/=(.*)/s).map((word) => word.trim()));
    const found = new Map<string, string>();
    for (const [field, column] of pairs) {
      if (!FIELDS.some((each) => each === field)) return unknownWord(field, FIELDS);
      if (column === undefined || column === "") return { problem: `no column for "${field}"` };
      if (found.has(field)) return { problem: `"${field}" given twice` };
      found.set(field, column);
    }
    return columnsOf(found);
  },
};

function columnsOf(found: ReadonlyMap<string, string>): Reading<Columns> {
  const absent = FIELDS.filter((field) => !found.has(field));
  if (absent.length > 0) return { problem: `no column for ${listed(absent, "and")}` };
  const numbers = FIELDS.filter((field) => /^[1-9]\d{0,3}$/.test(found.get(field)!));
  if (numbers.length > 0 && numbers.length < FIELDS.length) {
    return { problem: "some columns by name and some by number" };
  }
  if (new Set(found.values()).size < found.size) return { problem: "one column for two fields" };
  const isByNumber = numbers.length > 0;
  const entries = FIELDS.map((field) => {
    const column = found.get(field)!;
    return [field, isByNumber ? Number(column) : column];
  });
  return { value: Object.fromEntries(entries) as Columns };
}

/** The name of a built-in format, or the path of a module that holds one. */
export interface FormatName {
  readonly name: string;
  /** Whether it is a path: it has a `/`, or the ending of a module. */
  readonly isModule: boolean;
}

/** The kind of names of formats; whether there is such a format is for others to see. */
export const formatName: ValueKind<FormatName> = {
  expected: "the name of a format (see topstreams formats), or a path such as ./my-format.js",
  read(text) {
    if (text === "") return { problem: "nothing given" };
    if (text.includes("\0")) return { problem: "a NUL character in a path" };
    const isModule = /\/|\.[mc]?[jt]s$/.test(text);
    if (isModule || /^[a-z][a-z0-9-]*$/.test(text)) return { value: { name: text, isModule } };
    return { problem: "neither a name nor a path" };
  },
};

/** The kind of lists of names of formats, each once. */
export const formatNames: ValueKind<readonly FormatName[]> = {
  expected: `${formatName.expected}, or several with commas between them`,
  isList: true,
  read(text) {
    const names: FormatName[] = [];
    for (const word of text.split(",").map((each) => each.trim())) {
      const reading = formatName.read(word);
      if ("problem" in reading) return reading;
      if (names.some(({ name }) => name === word)) return { problem: `"${word}" given twice` };
      names.push(reading.value);
    }
    return { value: names };
  },
};

/** The kind of files: any path; whether the file is there is for others to see. */
export const file: ValueKind<string> = { ...folder, expected: "the path of a file" };
