/**
 * Finding the lines of one user in a report of users: those of the writers `top`, `csv` and `jsonl`.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import type { ByteSource } from "../core/bytes.ts";
import type { IdKind } from "../core/streams.ts";
import { compareBytes } from "../core/text_compare.ts";

/** The forms of reports whose lines can be found, by the endings of their names. */
export type LineForm = "txt" | "csv" | "jsonl";

/** The lines of a user: bytes from `from` to before `to`. */
export interface UserLines {
  readonly from: number;
  readonly to: number;
  /** Streams in them. */
  readonly streams: number;
}

const LF = 0x0a;

/** So much is looked at one line after another. */
const NEAR_BYTES = 1 << 12;

/** A key and what stands before it fit in the first bytes of a line. */
const HEAD_BYTES = 2048;

/** How the lines of a form are read. */
interface Lines {
  /** Whether the first line is a header. */
  readonly hasHeader: boolean;
  /** The key of a line, of which there is the head. */
  keyOf(head: string): string | undefined;
  /** The streams of the lines of one key. */
  streamsOf(text: string): number;
}

const FORMS: Readonly<Record<LineForm, Lines>> = {
  txt: {
    hasHeader: false,
    keyOf: (head) => decoded(/^[^|\n]*(?=\|)/.exec(head)?.[0]),
    streamsOf: (text) => sumOf(text, /:(\d+)(?=[,\n])/g),
  },
  csv: {
    hasHeader: true,
    keyOf: (head) => {
      const [, quoted, plain] = /^(?:"((?:[^"]|"")*)"|([^,"\n]*)),/.exec(head) ?? [];
      return quoted?.replaceAll('""', '"') ?? plain;
    },
    streamsOf: (text) => sumOf(text, /,(\d+)\n/g),
  },
  jsonl: {
    hasHeader: false,
    keyOf: (head) => {
      const key = /^\{"key":("(?:[^"\\]|\\.)*"|\d+),/.exec(head)?.[1];
      return key === undefined ? undefined : String(JSON.parse(key));
    },
    streamsOf: (text) => sumOf(text, /"streams":(\d+)\}/g),
  },
};

/** Turns `%7C` and the like into what they stand for; other signs were not replaced. */
function decoded(text: string | undefined): string | undefined {
  return text?.replace(/%(25|7C|3A|2C)/g, (_, code) => String.fromCharCode(parseInt(code, 16)));
}

function sumOf(text: string, streams: RegExp): number {
  let sum = 0;
  for (const [, count] of text.matchAll(streams)) sum += Number(count);
  return sum;
}

/**
 * Finds the lines of a user by halving: keys of a report ascend.
 *
 * Both orders that ids have are tried, numbers and texts, as a report does not tell its own.
 * Cost: O(log bytes) reads, and the user's lines.
 */
export function findUserLines(
  source: ByteSource,
  form: LineForm,
  user: string,
): UserLines | undefined {
  const orders: IdKind[] = /^(?:0|[1-9]\d*)$/.test(user) ? ["number", "text"] : ["text"];
  for (const ids of orders) {
    const found = new LineSearch(source, FORMS[form], ids).find(user);
    if (found !== undefined) return found;
  }
  return undefined;
}

class LineSearch {
  readonly #source: ByteSource;
  readonly #lines: Lines;
  readonly #ids: IdKind;
  readonly #buffer = Buffer.alloc(NEAR_BYTES);

  constructor(source: ByteSource, lines: Lines, ids: IdKind) {
    this.#source = source;
    this.#lines = lines;
    this.#ids = ids;
  }

  find(user: string): UserLines | undefined {
    const end = this.#source.sizeBytes;
    const start = this.#lines.hasHeader ? this.#nextLine(0) : 0;
    const from = this.#firstFrom(user, start, end);
    let to = from;
    while (to < end && this.#keyAt(to) === user) to = this.#nextLine(to);
    if (from === to) return undefined;
    const bytes = Buffer.alloc(to - from);
    this.#source.read(bytes, from);
    return { from, to, streams: this.#lines.streamsOf(bytes.toString("latin1")) };
  }

  /** The first line whose key is the user's, or one behind it. */
  #firstFrom(user: string, start: number, end: number): number {
    let [low, high] = [start, end];
    while (high - low > NEAR_BYTES) {
      const middle = this.#nextLine(low + Math.floor((high - low) / 2));
      if (middle >= high) break;
      if (this.#compare(middle, user) < 0) low = this.#nextLine(middle);
      else high = middle;
    }
    while (low < high && this.#compare(low, user) < 0) low = this.#nextLine(low);
    return low;
  }

  /** Where the line behind the one at `at` begins. */
  #nextLine(at: number): number {
    for (let from = at;;) {
      const count = this.#source.read(this.#buffer, from);
      if (count === 0) return this.#source.sizeBytes;
      const found = this.#buffer.subarray(0, count).indexOf(LF);
      if (found >= 0) return from + found + 1;
      from += count;
    }
  }

  /** Compares the key of a line with the user; a line without a key counts as one before it. */
  #compare(at: number, user: string): number {
    const key = this.#keyAt(at);
    if (key === undefined) return -1;
    if (this.#ids === "number") return Number(key) - Number(user);
    return compareBytes(Buffer.from(key), Buffer.from(user));
  }

  #keyAt(at: number): string | undefined {
    const head = this.#buffer.subarray(0, HEAD_BYTES);
    const length = this.#source.read(head, at);
    return this.#lines.keyOf(head.toString("utf8", 0, length));
  }
}
