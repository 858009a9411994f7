/**
 * The simple form of a format from outside: a reader that is handed lines as text, and a writer that
 * returns text. What is handed over and what comes back is turned into what the program needs here.
 *
 * @module
 */

import {
  createRowTally,
  type RejectReason,
  type RowParser,
  type RowTally,
  type StreamBlock,
} from "../core/streams.ts";
import { textBytes } from "../core/texts.ts";
import { appendStream, type IdField, idField, MAX_ROW_BYTES, RejectedRows } from "./fields.ts";
import type { ChartPrinter, ChartRow, ChartShape, ParserOptions } from "./interface.ts";
import { appendBytes, keyBytes } from "./print.ts";

const LF = 0x0a;
const CR = 0x0d;

/** A stream as a reader of lines gives it: ids and a country, as text or as numbers. */
export interface LineStream {
  readonly song: string | number | bigint;
  readonly user: string | number | bigint;
  readonly country: string;
}

/**
 * Reads one line, without its line end.
 *
 * @returns its stream; `null` for a line that is no row, such as a header; `undefined` for a row that
 * is to be rejected
 */
export type ReadLine = (line: string) => LineStream | null | undefined;

/** A reader from outside in its simple form: what a module exports as `reader`. */
export interface LineReader {
  /** Lower-case letters, digits and `-`; none of the built-in ones. */
  readonly name: string;
  /** One sentence for people. */
  readonly description: string;
  readonly readLine: ReadLine;
}

/** What a chart holds of one key, as a writer of text is handed it. */
export interface KeyOfChart {
  readonly key: string;
  /** The top songs, in their order. */
  readonly songs: readonly {
    /** From 1. */
    readonly rank: number;
    readonly song: string;
    readonly streams: number;
  }[];
}

/** Says what is wrong with a format from outside. */
export type Fail = (what: string, cause?: unknown) => never;

/** Cuts logs into lines, and hands them to a reader from outside. */
export class LineParser implements RowParser {
  readonly tally: RowTally = createRowTally();
  readonly #rejected: RejectedRows;
  readonly #readLine: ReadLine;
  readonly #fail: Fail;
  readonly #id: IdField;
  readonly #decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  readonly #encoder = new TextEncoder();
  /** The fields of a line as bytes, and where each begins and ends. */
  #fieldBytes = new Uint8Array(1 << 10);
  readonly #fields = new Int32Array(6);
  #isStart: boolean;
  #isSkipping = false;

  constructor(
    readLine: ReadLine,
    fail: Fail,
    { isStart = true, ids = "number", onRejected }: ParserOptions = {},
  ) {
    this.#rejected = new RejectedRows(this.tally, onRejected);
    this.#readLine = readLine;
    this.#fail = fail;
    this.#isStart = isStart;
    this.#id = idField(ids);
  }

  parse(bytes: Uint8Array, from: number, to: number, isLast: boolean, block: StreamBlock): number {
    let at = from;
    if (this.#isStart) {
      if (to - at < 3 && !isLast) return at;
      this.#isStart = false;
      if (to - at >= 3 && bytes[at] === 0xef && bytes[at + 1] === 0xbb && bytes[at + 2] === 0xbf) {
        at += 3;
      }
    }
    while (at < to && block.length < block.capacity) {
      const found = bytes.subarray(0, to).indexOf(LF, at);
      const end = found < 0 ? to : found;
      const next = found < 0 ? to : found + 1;
      if (this.#isSkipping) {
        this.#isSkipping = found < 0;
      } else if (end - at > MAX_ROW_BYTES + 1) {
        this.#rejectRow("too-long", bytes, at, end);
        this.#isSkipping = found < 0;
      } else if (found < 0 && !isLast) {
        return at;
      } else {
        this.#line(bytes, at, end > at && bytes[end - 1] === CR ? end - 1 : end, block);
      }
      at = next;
    }
    return at;
  }

  #rejectRow(reason: RejectReason, bytes: Uint8Array, from: number, to: number): void {
    this.tally.lines++;
    this.#rejected.add(reason, bytes, from, to);
  }

  #line(bytes: Uint8Array, from: number, to: number, block: StreamBlock): void {
    if (to === from) return this.#rejectRow("empty", bytes, from, to);
    if (to - from > MAX_ROW_BYTES) return this.#rejectRow("too-long", bytes, from, to);
    const text = this.#decoded(bytes, from, to);
    const stream = text === undefined ? undefined : this.#readLine(text);
    if (stream === null) {
      this.tally.lines++;
      return;
    }
    if (stream === undefined) return this.#rejectRow("syntax", bytes, from, to);
    this.#setFields(stream);
    const reason = appendStream(this.#fieldBytes, this.#fields, this.#id, block);
    if (reason !== undefined) return this.#rejectRow(reason, bytes, from, to);
    this.tally.lines++;
    this.tally.rows++;
  }

  #decoded(bytes: Uint8Array, from: number, to: number): string | undefined {
    try {
      return this.#decoder.decode(bytes.subarray(from, to));
    } catch {
      return undefined;
    }
  }

  #setFields(stream: LineStream): void {
    const texts = typeof stream === "object" ? [stream.song, stream.user, stream.country] : [];
    if (texts.length === 0 || texts.some((each) => !FIELD_TYPES.includes(typeof each))) {
      this.#fail(
        `readLine() returned ${shown(stream)}, expected { song, user, country } of strings or ` +
          "numbers, null for a line that is no row, or undefined for a wrong one",
      );
    }
    let length = 0;
    texts.forEach((each, i) => {
      const text = String(each);
      if (length + 3 * text.length > this.#fieldBytes.length) this.#grow(length + 3 * text.length);
      const { written } = this.#encoder.encodeInto(text, this.#fieldBytes.subarray(length));
      this.#fields[2 * i] = length;
      this.#fields[2 * i + 1] = length += written;
    });
  }

  #grow(size: number): void {
    const larger = new Uint8Array(2 * size);
    larger.set(this.#fieldBytes);
    this.#fieldBytes = larger;
  }
}

const FIELD_TYPES: readonly string[] = ["string", "number", "bigint"];

/** What came back from outside, on one short line. */
function shown(value: unknown): string {
  try {
    return (JSON.stringify(value, (_key, each) => typeof each === "bigint" ? `${each}` : each) ??
      String(value)).slice(0, 80);
  } catch {
    return String(value);
  }
}

/**
 * A writer from outside in its simple form: what a module exports as `writer`. What it returns is
 * joined as it is. Parts of a chart may be written by several workers at once, so that a key is
 * written from what is handed over alone.
 */
export interface KeyWriter {
  /** Lower-case letters, digits and `-`; none of the built-in ones. */
  readonly name: string;
  /** One sentence for people. */
  readonly description: string;
  /** The ending of a report's file name, without the dot. */
  readonly extension: string;
  /** What stands before the first key. */
  begin?(shape: ChartShape): string;
  /** What stands for one key; keys come ascending. */
  writeKey(key: KeyOfChart, shape: ChartShape): string;
  /** What stands behind the last key. */
  end?(shape: ChartShape): string;
}

/** Prints what a writer from outside returns. */
export function textPrinter(writer: KeyWriter, shape: ChartShape, fail: Fail): ChartPrinter {
  const encoder = new TextEncoder();
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const keyOf = keyBytes(shape);
  const songOf = (value: number, texts: Uint8Array): string =>
    shape.ids === "text" ? decoder.decode(textBytes(texts, value)) : String(value);
  const bytesOf = (text: unknown, name: string): Uint8Array => {
    if (typeof text === "string") return encoder.encode(text);
    return fail(`${name}() returned ${shown(text)}, expected a string`);
  };
  const keyWith = ({ key, songs, streams, count, texts }: ChartRow): KeyOfChart => ({
    key: decoder.decode(keyOf(key, texts)),
    songs: Array.from({ length: count }, (_, i) => ({
      rank: i + 1,
      song: songOf(songs[i], texts),
      streams: streams[i],
    })),
  });
  return {
    begin: (out) => appendBytes(bytesOf(writer.begin?.(shape) ?? "", "begin"), out),
    print: (row, out) =>
      appendBytes(bytesOf(writer.writeKey(keyWith(row), shape), "writeKey"), out),
    end: (out) => appendBytes(bytesOf(writer.end?.(shape) ?? "", "end"), out),
  };
}
