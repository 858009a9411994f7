/**
 * Titles of songs: CSV with song, title and artist.
 *
 * Quotes are those of RFC 4180; a quote counts only at the start of a field. Where the first line
 * has a field `song` it is a header, which says where song, title and artist are, in any order and
 * among others; else they are the first three. The artist may be left out. Of several lines of a
 * song the first counts.
 *
 * @module
 */

import type { IdKind } from "../core/streams.ts";

/** What a song is called. */
export interface Title {
  readonly title: string;
  /** Empty where it is not known. */
  readonly artist: string;
}

/** Which titles are wanted. */
export interface WantedTitles {
  /** Songs as a chart has them. */
  readonly songs: ReadonlySet<string>;
  readonly ids: IdKind;
}

/** Where the fields are, from 0. */
interface Places {
  readonly song: number;
  readonly title: number;
  readonly artist: number;
}

const USUAL: Places = { song: 0, title: 1, artist: 2 };

/**
 * Finds the titles of wanted songs in a text that comes in parts.
 *
 * Cost: O(text). Memory: O(wanted songs) and the longest line.
 *
 * @example
 * ```ts
 * import { TitleReader } from "./titles.ts";
 * const reader = new TitleReader({ songs: new Set(["71"]), ids: "number" });
 * reader.take('71,"Hello, you",An Artist\n88,Other,');
 * reader.finish();
 * if (reader.titles.get("71")?.title !== "Hello, you") throw new Error();
 * if (reader.titles.size !== 1) throw new Error();
 * ```
 */
export class TitleReader {
  /** What was found so far, by song. */
  readonly titles = new Map<string, Title>();
  readonly #wanted: WantedTitles;
  #places?: Places;
  #rest = "";
  #line = 1;
  #isStart = true;

  constructor(wanted: WantedTitles) {
    this.#wanted = wanted;
  }

  /** @throws {SyntaxError} where the header names no title */
  take(part: string): void {
    let text = this.#rest + part;
    if (this.#isStart && text !== "") {
      this.#isStart = false;
      if (text.startsWith("\ufeff")) text = text.slice(1);
    }
    let from = 0;
    for (;;) {
      const end = endOfRecord(text, from);
      if (end < 0) break;
      this.#takeRecord(text.slice(from, text[end - 1] === "\r" && end > from ? end - 1 : end));
      from = end + 1;
    }
    this.#rest = text.slice(from);
  }

  /** @throws {SyntaxError} where a quote is not closed */
  finish(): void {
    if (this.#rest === "") return;
    if (endOfRecord(this.#rest + "\n", 0) < 0) {
      throw new SyntaxError(`line ${this.#line}: a quote that is not closed, expected its end`);
    }
    this.#takeRecord(this.#rest.replace(/\r$/, ""));
    this.#rest = "";
  }

  #takeRecord(record: string): void {
    const isFirst = this.#places === undefined;
    this.#line += 1 + (record.match(/\n/g)?.length ?? 0);
    if (record === "") return;
    if (isFirst && this.#takeHeader(record)) return;
    const places = this.#places!;
    // Most songs are not wanted: the first field is looked at before the line is taken apart.
    if (places.song === 0 && record[0] !== '"') {
      const comma = record.indexOf(",");
      if (!this.#wanted.songs.has(this.#idOf(comma < 0 ? record : record.slice(0, comma)))) return;
    }
    const fields = fieldsOf(record);
    const song = this.#idOf(fields[places.song] ?? "");
    const title = fields[places.title]?.trim() ?? "";
    if (title === "" || !this.#wanted.songs.has(song) || this.titles.has(song)) return;
    this.titles.set(song, { title, artist: fields[places.artist]?.trim() ?? "" });
  }

  /** Takes the first line; says whether it was a header. */
  #takeHeader(record: string): boolean {
    const names = fieldsOf(record).map((name) => name.trim().toLowerCase());
    const song = names.indexOf("song");
    this.#places = song < 0
      ? USUAL
      : { song, title: names.indexOf("title"), artist: names.indexOf("artist") };
    if (this.#places.title >= 0) return song >= 0;
    throw new SyntaxError('line 1: a header without "title", expected song,title,artist');
  }

  /** The song as charts have it. */
  #idOf(field: string): string {
    const text = field.trim();
    return this.#wanted.ids === "number" && /^\d{1,16}$/.test(text) ? String(Number(text)) : text;
  }
}

/** The position of the line end behind a record, or -1 where the text ends before. */
function endOfRecord(text: string, from: number): number {
  for (let at = from;;) {
    const end = text.indexOf("\n", at);
    if (end < 0) return -1;
    if (!text.slice(at, end).includes('"')) return end;
    at = endOfField(text, at);
    if (at < 0 || text[at] === "\n") return at;
    at++;
  }
}

/** The position of the comma or line end behind a field, or -1 where the text ends before. */
function endOfField(text: string, from: number): number {
  let at = from;
  if (text[at] === '"') {
    do {
      at = text.indexOf('"', at + 1) + 1;
      if (at === 0) return -1;
    } while (text[at] === '"');
  }
  while (at < text.length && text[at] !== "," && text[at] !== "\n") at++;
  return at < text.length ? at : -1;
}

/** Takes a record apart. */
function fieldsOf(record: string): string[] {
  const fields: string[] = [];
  const text = record + "\n";
  for (let from = 0; from < text.length;) {
    const end = endOfField(text, from);
    const to = end < 0 ? text.length - 1 : end;
    const field = text.slice(from, to);
    fields.push(field.startsWith('"') ? unquoted(field) : field);
    from = to + 1;
  }
  return fields;
}

function unquoted(field: string): string {
  const end = field.lastIndexOf('"');
  return end === 0 ? field.slice(1) : field.slice(1, end).replaceAll('""', '"') +
    field.slice(end + 1);
}
