/**
 * The reader `pipe`: `song|user|country`, a line a stream.
 *
 * A strict row (digits, digits, two letters, LF) is read by a loop over bytes that allocates
 * nothing; every other row goes to a slow path that knows blanks, CR and the reasons of
 * rejection.
 *
 * @module
 */

import {
  createRowTally,
  type RejectReason,
  type RowParser,
  type StreamBlock,
} from "../core/streams.ts";
import {
  appendStream,
  type IdField,
  idField,
  MAX_ROW_BYTES,
  RejectedRows,
  skipBlanks,
  skipBlanksBack,
} from "./fields.ts";
import type { ParserOptions, Reader } from "./interface.ts";
import { readStrictId, strictIdEnd } from "./strict_ids.ts";

const LF = 0x0a;
const CR = 0x0d;
const PIPE = 0x7c;

/** More bytes than a strict row has: 16 digits twice, two letters, three signs. */
const STRICT_ROW_BYTES = 40;

/** No text of a row, read as {@linkcode TextArena.putUntil} reads, goes beyond this. */
const STRICT_TEXT_ROW_BYTES = 536;

/** Rows of `song|user|country`. */
export const pipe = {
  name: "pipe",
  description: "song|user|country, a line a stream",
  isCutAtLines: true,
  endings: [],
  looksLike,
  takesColumns: false,
  parser: (options: ParserOptions = {}): RowParser => new PipeParser(options),
} satisfies Reader;

class PipeParser implements RowParser {
  readonly tally = createRowTally();
  readonly #rejected: RejectedRows;
  /** A line that is too long was counted, and its end has not been seen. */
  #isSkipping = false;
  #isStart: boolean;
  readonly #isText: boolean;
  readonly #id: IdField;
  /** Where song, user and country of the current row begin and end. */
  readonly #fields = new Int32Array(6);

  constructor({ isStart = true, ids = "number", onRejected }: ParserOptions) {
    this.#rejected = new RejectedRows(this.tally, onRejected);
    this.#isStart = isStart;
    this.#isText = ids === "text";
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
    if (this.#isSkipping) at = this.#skipLine(bytes, at, to);
    while (at < to && block.length < block.capacity) {
      at = this.#isText
        ? this.#parseStrictTexts(bytes, at, to, block)
        : this.#parseStrict(bytes, at, to, block);
      if (at === to || block.length === block.capacity) break;
      const end = this.#parseLine(bytes, at, to, isLast, block);
      if (end === at) break;
      at = end;
    }
    return at;
  }

  /** Reads strict rows for as long as there are any; returns where the first other row begins. */
  #parseStrict(bytes: Uint8Array, from: number, to: number, block: StreamBlock): number {
    const { songs, users, countries, capacity } = block;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const limit = to - STRICT_ROW_BYTES;
    let length = block.length;
    let row = from;
    while (row <= limit && length < capacity) {
      const song = readStrictId(view, row);
      if (song < 0 || bytes[strictIdEnd] !== PIPE) break;
      const user = readStrictId(view, strictIdEnd + 1);
      if (user < 0 || bytes[strictIdEnd] !== PIPE) break;
      const at = strictIdEnd + 1;
      const first = bytes[at] - 65;
      const second = bytes[at + 1] - 65;
      if (first >>> 0 > 25 || second >>> 0 > 25 || bytes[at + 2] !== LF) break;
      songs[length] = song;
      users[length] = user;
      countries[length++] = first * 26 + second;
      row = at + 3;
    }
    this.tally.rows += length - block.length;
    this.tally.lines += length - block.length;
    block.length = length;
    return row;
  }

  /** As {@linkcode PipeParser.#parseStrict}, where ids are text. */
  #parseStrictTexts(bytes: Uint8Array, from: number, to: number, block: StreamBlock): number {
    const { songs, users, countries, texts, capacity } = block;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const limit = to - STRICT_TEXT_ROW_BYTES;
    let length = block.length;
    let row = from;
    while (row <= limit && length < capacity) {
      const song = texts.length;
      const songEnd = texts.putUntil(view, row, PIPE);
      const user = texts.length;
      const userEnd = songEnd < 0 ? -1 : texts.putUntil(view, songEnd + 1, PIPE);
      const first = bytes[userEnd + 1] - 65;
      const second = bytes[userEnd + 2] - 65;
      if (userEnd < 0 || first >>> 0 > 25 || second >>> 0 > 25 || bytes[userEnd + 3] !== LF) {
        texts.length = song;
        break;
      }
      songs[length] = song;
      users[length] = user;
      countries[length++] = first * 26 + second;
      row = userEnd + 4;
    }
    this.tally.rows += length - block.length;
    this.tally.lines += length - block.length;
    block.length = length;
    return row;
  }

  /** Reads one line of any form; returns `from` where its end is not there yet. */
  #parseLine(
    bytes: Uint8Array,
    from: number,
    to: number,
    isLast: boolean,
    block: StreamBlock,
  ): number {
    let end = bytes.indexOf(LF, from);
    const hasEnd = end >= 0 && end < to;
    if (!hasEnd) {
      if (to - from > MAX_ROW_BYTES + 1) {
        this.tally.lines++;
        this.#rejected.add("too-long", bytes, from, to);
        this.#isSkipping = true;
        return to;
      }
      if (!isLast) return from;
      end = to;
    }
    const next = hasEnd ? end + 1 : to;
    if (end > from && bytes[end - 1] === CR) end--;
    const reason = end - from > MAX_ROW_BYTES
      ? "too-long"
      : this.#parseFields(bytes, from, end, block);
    this.tally.lines++;
    if (reason === undefined) this.tally.rows++;
    else this.#rejected.add(reason, bytes, from, end);
    return next;
  }

  /** Appends the stream of the line `bytes[from, to)`, or says why it is none. */
  #parseFields(
    bytes: Uint8Array,
    from: number,
    to: number,
    block: StreamBlock,
  ): RejectReason | undefined {
    if (skipBlanks(bytes, from, to) === to) return "empty";
    const firstBar = indexOfBar(bytes, from, to);
    const secondBar = indexOfBar(bytes, firstBar + 1, to);
    if (secondBar >= to || indexOfBar(bytes, secondBar + 1, to) < to) return "fields";
    const fields = this.#fields;
    this.#setField(0, bytes, from, firstBar);
    this.#setField(1, bytes, firstBar + 1, secondBar);
    this.#setField(2, bytes, secondBar + 1, to);
    return appendStream(bytes, fields, this.#id, block);
  }

  /** Sets a field without the blanks around it. */
  #setField(field: number, bytes: Uint8Array, from: number, to: number): void {
    const start = skipBlanks(bytes, from, to);
    this.#fields[2 * field] = start;
    this.#fields[2 * field + 1] = skipBlanksBack(bytes, start, to);
  }

  /** Goes on behind the end of a line that is too long, as far as it is there. */
  #skipLine(bytes: Uint8Array, from: number, to: number): number {
    const end = bytes.indexOf(LF, from);
    if (end < 0 || end >= to) return to;
    this.#isSkipping = false;
    return end + 1;
  }
}

/** Lines that are looked at to tell the format of a log. */
const SHOWN_LINES = 100;

/** Whether at least half of the first lines have two bars: some may be corrupt. */
function looksLike(head: Uint8Array): boolean {
  let lines = 0;
  let ours = 0;
  for (let at = 0; at < head.length && lines < SHOWN_LINES; lines++) {
    const end = head.indexOf(LF, at);
    const line = head.subarray(at, end < 0 ? head.length : end);
    if (line.filter((byte) => byte === PIPE).length === 2) ours++;
    at += line.length + 1;
  }
  return lines > 0 && 2 * ours >= lines;
}

function indexOfBar(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  while (at < to && bytes[at] !== PIPE) at++;
  return at;
}
