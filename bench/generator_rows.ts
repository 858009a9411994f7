/**
 * The rows of generated logs as bytes, streams and rows that are none.
 *
 * @module
 */

import type { Day } from "../core/day.ts";
import type { IdKind } from "../core/streams.ts";
import type { GeneratorOptions } from "./generator.ts";

/** No row is longer, in bytes: two rows of ten digits each on one line, or of texts. */
export const MAX_ROW_BYTES = { number: 64, text: 112 } as const;

/** The codes of ISO 3166-1 and XK, the large markets first. */
export const COUNTRY_CODES = (
  "US GB DE FR BR MX ES IT CA AU NL SE IN ID PH PL TR AR CO CL JP NO DK FI BE CH AT IE PT PE " +
  "TH MY SG TW HK KR ZA CZ GR HU RO VN IL NZ EC EG SA AE MA UA RU NG KE CR GT DO UY BO PY SV " +
  "HN PA BG SK HR RS LT LV EE SI PK BD LK CY LU IS MT TN DZ JO LB KW QA BH OM IQ KZ GE AM AZ " +
  "UZ BY MD AL MK BA ME XK GH TZ UG ZM ZW MZ AO CM CI SN BW NA RW MG MU NI VE JM TT BS BB BZ " +
  "GY SR HT CU PR FJ PG KH LA MM NP BT MV MN MO BN TL LY SD ET YE CN AD MC LI SM RE GP MQ GF " +
  "NC PF CW AW BM KY GL FO GI JE GG IM AX BJ BF ML NE TG TD GA CG CD CF GQ GM GN GW LR SL MR " +
  "MW LS SZ BI SO DJ ER SS KM SC CV ST SH IR SY AF PS KG TJ TM KP WS TO VU SB KI TV NR PW MH " +
  "FM GU MP AS VI VG AI AG DM GD KN LC VC MS TC BQ SX MF BL PM WF YT CK NU TK NF CX CC IO FK " +
  "GS BV HM TF AQ UM PN SJ EH VA"
).split(" ");

/**
 * The kinds of rows that are no streams. S stands for a song, U for a user, C for a country, c for
 * the country in lower case; any other character is one byte.
 */
const CORRUPT_KINDS = [
  "SU|C", // an id glued to the next
  "S,U,C",
  "",
  "S|U|CCC",
  "-1|U|C",
  "S|-1|C",
  "S||C",
  "S| |C",
  "S|null|C",
  "S|U|CS|U|C", // two rows on one line
  "S|U|C S|U|C",
  "S|U|c",
  "S|U",
  "S|U|C|",
  "9007199254740992|U|C", // 2^53
  "S|U|\xef\xbf",
];

/** Some rows of a log before they are written. */
export class Rows {
  readonly songs: Int32Array;
  readonly users: Int32Array;
  /** Positions in {@linkcode COUNTRY_CODES}. */
  readonly countries: Uint8Array;
  count = 0;

  constructor(rowLimit: number) {
    this.songs = new Int32Array(rowLimit);
    this.users = new Int32Array(rowLimit);
    this.countries = new Uint8Array(rowLimit);
  }
}

/** Pseudo-random 32-bit numbers: sfc32 by Chris Doty-Humphrey (PractRand). */
export class Random {
  readonly #state: Int32Array;

  constructor(seed: number, day: Day, use: number) {
    this.#state = Int32Array.of(seed, day, use, 1);
    for (let i = 0; i < 16; i++) this.next();
  }

  /** Returns the next number, from -2^31 to 2^31 - 1. */
  next(): number {
    const state = this.#state;
    const b = state[1];
    const c = state[2];
    const counter = state[3];
    const result = (state[0] + b + counter) | 0;
    state[3] = counter + 1;
    state[0] = b ^ (b >>> 9);
    state[1] = (c + (c << 3)) | 0;
    state[2] = (((c << 21) | (c >>> 11)) + result) | 0;
    return result;
  }

  /** Returns the next number as a fraction, from 0 to below 1. */
  fraction(): number {
    return (this.next() >>> 0) / 2 ** 32;
  }
}

/** Hashes a number under a seed to 32 bits: the finalizer of MurmurHash3 by Austin Appleby. */
export function hash(value: number, seed: number): number {
  let h = Math.imul(value, 0x9e3779b1) ^ Math.imul(seed, 0x85ebca77);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** The tens and the ones of 0 to 99 as ASCII digits. */
const TENS = Uint8Array.from({ length: 100 }, (_, value) => 48 + Math.floor(value / 10));
const ONES = Uint8Array.from({ length: 100 }, (_, value) => 48 + value % 10);

const FIRST_LETTERS = Uint8Array.from(COUNTRY_CODES, (code) => code.charCodeAt(0));
const SECOND_LETTERS = Uint8Array.from(COUNTRY_CODES, (code) => code.charCodeAt(1));

/** Writes an id and returns where it ends. */
type IdWriter = (bytes: Uint8Array, start: number, id: number) => number;

/** Writes the ids of songs and of users. */
interface IdWriters {
  readonly song: IdWriter;
  readonly user: IdWriter;
}

const ID_WRITERS: Readonly<Record<IdKind, IdWriters>> = {
  number: { song: writeId, user: writeId },
  text: {
    song: (bytes, start, id) => writeTextId(bytes, start, id, 1),
    user: (bytes, start, id) => writeTextId(bytes, start, id, 2),
  },
};

/** Writes rows, a share of them as rows that are no streams, and returns the bytes used. */
export function writeRows(
  bytes: Uint8Array,
  rows: Rows,
  random: Random,
  { corruptShare, ids }: GeneratorOptions,
): number {
  const corruptBelow = corruptShare * 2 ** 32;
  const writers = ID_WRITERS[ids];
  let at = 0;
  for (let i = 0; i < rows.count; i++) {
    const kind = (random.next() >>> 0) < corruptBelow ? (random.next() >>> 0) : -1;
    at = kind < 0
      ? writeRow(bytes, at, rows, i, writers)
      : writeCorruptRow(bytes, at, rows, i, { writers, kind });
    bytes[at++] = 10;
  }
  return at;
}

function writeRow(
  bytes: Uint8Array,
  start: number,
  rows: Rows,
  i: number,
  writers: IdWriters,
): number {
  let at = writers.song(bytes, start, rows.songs[i]);
  bytes[at++] = 124;
  at = writers.user(bytes, at, rows.users[i]);
  bytes[at++] = 124;
  return writeCountry(bytes, at, rows.countries[i], 0);
}

function writeCountry(bytes: Uint8Array, at: number, country: number, caseBit: number): number {
  bytes[at] = FIRST_LETTERS[country] | caseBit;
  bytes[at + 1] = SECOND_LETTERS[country] | caseBit;
  return at + 2;
}

function writeCorruptRow(
  bytes: Uint8Array,
  start: number,
  rows: Rows,
  i: number,
  { writers, kind }: { readonly writers: IdWriters; readonly kind: number },
): number {
  let at = start;
  for (const part of CORRUPT_KINDS[kind % CORRUPT_KINDS.length]) {
    if (part === "S") at = writers.song(bytes, at, rows.songs[i]);
    else if (part === "U") at = writers.user(bytes, at, rows.users[i]);
    else if (part === "C") at = writeCountry(bytes, at, rows.countries[i], 0);
    else if (part === "c") at = writeCountry(bytes, at, rows.countries[i], 0x20);
    else bytes[at++] = part.charCodeAt(0);
  }
  return at;
}

const TEXT_ID_CHARACTERS = 22;
const BASE_62 = Uint8Array.from(
  "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
  (character) => character.charCodeAt(0),
);

/** Writes 22 letters and digits that stand for an id, five of them from each hash of it. */
function writeTextId(bytes: Uint8Array, start: number, id: number, seed: number): number {
  let rest = 0;
  for (let i = 0; i < TEXT_ID_CHARACTERS; i++) {
    if (i % 5 === 0) rest = hash(id, 8 * seed + i / 5) >>> 0;
    bytes[start + i] = BASE_62[rest % 62];
    rest = Math.floor(rest / 62);
  }
  return start + TEXT_ID_CHARACTERS;
}

/** Writes an id of 1 to 2^31 - 1 in decimal and returns where it ends. */
function writeId(bytes: Uint8Array, start: number, id: number): number {
  const end = start + digitCount(id);
  let at = end;
  let rest = id;
  while (rest >= 10) {
    const hundreds = (rest / 100) | 0;
    const pair = rest - hundreds * 100;
    bytes[--at] = ONES[pair];
    bytes[--at] = TENS[pair];
    rest = hundreds;
  }
  if (at > start) bytes[start] = 48 + rest;
  return end;
}

function digitCount(id: number): number {
  let digits = 1;
  for (let limit = 10; digits < 10 && id >= limit; limit *= 10) digits++;
  return digits;
}
