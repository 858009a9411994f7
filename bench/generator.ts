/**
 * Makes logs of any size that behave like the real ones, for the demo, tests and benchmarks.
 *
 * Only whole numbers and the exactly rounded operations `+ - * /` and square root shape a log, so
 * that its bytes are the same on every machine and with every version of the runtime.
 *
 * @module
 */

import type { Day } from "../core/day.ts";
import type { IdKind } from "../core/streams.ts";
import { COUNTRY_CODES, hash, MAX_ROW_BYTES, Random, Rows, writeRows } from "./generator_rows.ts";

/** What the logs look like; {@linkcode generatorOptions} fills in what is left out. */
export interface GeneratorOptions {
  /** Rows of a log, rejected ones included: its lines. 0 to 1000000000; default 30000000. */
  readonly rowCount: number;
  /**
   * Users that there are. 1 to 1000000000; default a fifth of the rows in `wide` (6 million of 30),
   * a twenty-fifth in `sample` (1.2 million, of whom 630 thousand listen on a day).
   */
  readonly userCount: number;
  /** Songs that there are. 1 to 1000000000; default 4000000. */
  readonly songCount: number;
  /** Countries that there are, the largest first. 1 to 250; default 160. */
  readonly countryCount: number;
  /**
   * How users listen; default `wide`. In `wide` a user has a few streams a day, nearly all of
   * different songs, spread over the log. In `sample` a user who listens on a day has 47.6 streams
   * of 35.3 songs on average, and they stand together.
   */
  readonly profile: "wide" | "sample";
  /**
   * What ids are; default `number`: up to 2^31 - 1. As `text` they are 22 letters and digits, made
   * of those numbers, and the logs hold the same streams.
   */
  readonly ids: IdKind;
  /** Picks another world of users and listening. 0 to 4294967295; default 1. */
  readonly seed: number;
  /** Share of the rows that are no streams. 0 to 1; default 0.002. */
  readonly corruptShare: number;
}

/** The largest count taken; indexes below it, plus one, keep to 31 bits. */
const MAX_COUNT = 1_000_000_000;

/** Rows of one chunk: about 1 MiB at 24 bytes a row. */
const CHUNK_ROWS = 43_690;

/** Streams of a user who listens on a day, on average, in the profile `sample`. */
const SAMPLE_STREAMS_A_USER = 47.6;

/**
 * Share of a user's streams, in the profile `sample`, that repeat a song of that day. It is less
 * than the 26 % that are wanted, because popular songs also repeat by chance.
 */
const SAMPLE_REPEAT_SHARE = 0.25;

/** How many of a user's latest songs a repeat is chosen from; a power of two. */
const REPEAT_SONGS = 1024;

/** Share of the streams that a user has in its home country, in parts of 65536: 98 %. */
const HOME_PARTS = 64_225;

/** Countries agree on songs by blocks of this many ranks, within which each has an order its own. */
const TASTE_SONGS = 256;

/** Parts into which a distribution is cut to be drawn from by the upper 16 bits of a number. */
const PARTS = 65_536;

/**
 * The popularity of the song of rank r, from 0, is as 1 / (r + flatness). With 9.8, the first song
 * is played six times as often as the fiftieth; with 3.5, 29.8 of 30 million rows are different
 * pairs of user and song.
 */
const FLATNESS = { wide: 3.5, sample: 9.8 } as const;

/**
 * Fills in the options that are left out, and checks them all.
 *
 * @param partial options to be used instead of the defaults
 * @returns options with which {@linkcode generateLog} works
 * @throws {RangeError} where an option is out of its range
 *
 * @example
 * ```ts
 * import { generatorOptions } from "./generator.ts";
 * const options = generatorOptions({ rowCount: 20_000 });
 * if (options.userCount !== 4000 || options.profile !== "wide") throw new Error();
 * ```
 */
export function generatorOptions(partial: Partial<GeneratorOptions> = {}): GeneratorOptions {
  const { profile = "wide", rowCount = 30_000_000 } = partial;
  if (profile !== "wide" && profile !== "sample") {
    throw new RangeError(
      `Cannot generate a log with "profile": it is "${profile}", expected "wide" or "sample"`,
    );
  }
  checkWhole("rowCount", rowCount, 0, MAX_COUNT);
  const rowsAUser = profile === "wide" ? 5 : 25;
  const {
    userCount = Math.max(1, Math.ceil(rowCount / rowsAUser)),
    songCount = 4_000_000,
    countryCount = 160,
    ids = "number",
    seed = 1,
    corruptShare = 0.002,
  } = partial;
  checkWhole("userCount", userCount, 1, MAX_COUNT);
  checkWhole("songCount", songCount, 1, MAX_COUNT);
  checkWhole("countryCount", countryCount, 1, COUNTRY_CODES.length);
  checkWhole("seed", seed, 0, 2 ** 32 - 1);
  if (!(corruptShare >= 0 && corruptShare <= 1)) {
    throw outOfRange("corruptShare", corruptShare, "a number from 0 to 1");
  }
  return { rowCount, userCount, songCount, countryCount, profile, ids, seed, corruptShare };
}

function checkWhole(name: keyof GeneratorOptions, value: number, min: number, max: number): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  throw outOfRange(name, value, `a whole number from ${min} to ${max}`);
}

function outOfRange(name: keyof GeneratorOptions, value: number, expected: string): RangeError {
  return new RangeError(
    `Cannot generate a log with "${name}": it is ${value}, expected ${expected}`,
  );
}

/**
 * Generates the log of a day, as chunks of about 1 MiB that end at the end of a row.
 *
 * The rows are `song|user|country` and LF, about 24 bytes each. Songs, their popularity, users and
 * their home countries are the same on every day; what is played is drawn anew for each day. The
 * same day and options give the same bytes. Two logs that differ in `corruptShare` alone hold the
 * same streams, save where a row is corrupt in one of them.
 *
 * All chunks share one buffer: a chunk is valid until the next one is asked for. Time grows with
 * the rows and, at the start, with the songs; memory is about 4 MB whatever the size.
 *
 * @param day the day of the log: any whole number
 * @param options as {@linkcode generatorOptions} returns them
 * @throws {RangeError} where an option is out of its range, when the first chunk is asked for
 *
 * @example
 * ```ts
 * import { generateLog, generatorOptions } from "./generator.ts";
 * const options = generatorOptions({ rowCount: 3, songCount: 100, corruptShare: 0 });
 * let log = "";
 * for (const chunk of generateLog(18962, options)) log += new TextDecoder().decode(chunk);
 * if (!/^(\d+\|\d+\|[A-Z]{2}\n){3}$/.test(log)) throw new Error(log);
 * ```
 */
export function* generateLog(day: Day, options: GeneratorOptions): Generator<Uint8Array> {
  const world = new World(generatorOptions(options));
  const random = new Random(world.seed, day, 1);
  const drawing = options.profile === "wide"
    ? new WideDrawing(world, random)
    : new SampleDrawing(world, random);
  const corruption = new Random(world.seed, day, 2);
  const rowLimit = Math.min(CHUNK_ROWS, options.rowCount);
  const rows = new Rows(rowLimit);
  const bytes = new Uint8Array(rowLimit * MAX_ROW_BYTES[options.ids]);
  for (let left = options.rowCount; left > 0; left -= rows.count) {
    rows.count = Math.min(left, rowLimit);
    drawing.draw(rows);
    yield bytes.subarray(0, writeRows(bytes, rows, corruption, options));
  }
}

/** What stays the same from day to day: the home of every user and the taste of every country. */
class World {
  readonly rowCount: number;
  readonly userCount: number;
  readonly songCount: number;
  readonly seed: number;
  readonly #countryByPart: Uint8Array;
  readonly #rankByPart: Float64Array;
  readonly #tastes: Int32Array;

  constructor(options: GeneratorOptions) {
    this.rowCount = options.rowCount;
    this.userCount = options.userCount;
    this.songCount = options.songCount;
    this.seed = options.seed;
    this.#countryByPart = countryByPart(options.countryCount);
    this.#rankByPart = rankByPart(options.songCount, FLATNESS[options.profile]);
    const tasteCount = Math.min(TASTE_SONGS, options.songCount);
    this.#tastes = Int32Array.from(
      { length: options.countryCount },
      (_, country) => (hash(~country, options.seed) >>> 0) % tasteCount,
    );
  }

  /** Returns the country in which a user listens: mostly its home, at times one drawn. */
  countryOf(user: number, drawn: number): number {
    const isAtHome = (drawn & (PARTS - 1)) < HOME_PARTS;
    return this.#countryByPart[(isAtHome ? hash(user, this.seed) : drawn) >>> 16];
  }

  /** Returns the number of the song that is played in a country, by the popularity of songs. */
  songOf(country: number, drawn: number): number {
    const part = drawn >>> 16;
    const low = this.#rankByPart[part];
    const high = this.#rankByPart[part + 1];
    const rank = Math.floor(low + (high - low) * ((drawn & (PARTS - 1)) / PARTS));
    // Its own inverse, so that no song has two ranks in a country.
    const song = rank ^ this.#tastes[country];
    return song < this.songCount ? song : rank;
  }
}

/** Draws each row by itself: few streams of many users, in no order. */
class WideDrawing {
  readonly #world: World;
  readonly #random: Random;

  constructor(world: World, random: Random) {
    this.#world = world;
    this.#random = random;
  }

  draw(rows: Rows): void {
    const world = this.#world;
    const random = this.#random;
    for (let i = 0; i < rows.count; i++) {
      // The slope makes the first user nine times as active as the last.
      const fraction = random.fraction();
      const user = Math.floor(fraction * (0.2 + 0.8 * fraction) * world.userCount);
      const country = world.countryOf(user, random.next());
      rows.songs[i] = songId(world.songOf(country, random.next()));
      rows.users[i] = userId(user);
      rows.countries[i] = country;
    }
  }
}

/** Draws the rows of one user after the other: many streams, some of them repeats. */
class SampleDrawing {
  readonly #world: World;
  readonly #random: Random;
  readonly #userStep: number;
  /** The latest songs of the user, in a ring. */
  readonly #songs = new Int32Array(REPEAT_SONGS);
  #usersLeft: number;
  #rowsLeft: number;
  #user: number;
  #country = 0;
  #streams = 0;
  #streamsDone = 0;

  constructor(world: World, random: Random) {
    this.#world = world;
    this.#random = random;
    this.#rowsLeft = world.rowCount;
    this.#usersLeft = Math.max(
      1,
      Math.min(world.userCount, Math.round(world.rowCount / SAMPLE_STREAMS_A_USER)),
    );
    this.#user = Math.floor(random.fraction() * world.userCount);
    this.#userStep = coprimeFrom(
      1 + Math.floor(random.fraction() * world.userCount),
      world.userCount,
    );
  }

  draw(rows: Rows): void {
    for (let i = 0; i < rows.count;) {
      if (this.#streamsDone === this.#streams) this.#nextUser();
      const end = Math.min(rows.count, i + this.#streams - this.#streamsDone);
      this.#drawStreams(rows, i, end);
      i = end;
    }
  }

  /** Goes to another user, none of them twice, with streams so that the rows are used up at last. */
  #nextUser(): void {
    const { userCount } = this.#world;
    this.#user += this.#userStep;
    if (this.#user >= userCount) this.#user -= userCount;
    const fraction = this.#random.fraction();
    const mean = this.#rowsLeft / this.#usersLeft;
    this.#usersLeft--;
    this.#streams = this.#usersLeft === 0 ? this.#rowsLeft : Math.min(
      this.#rowsLeft - this.#usersLeft,
      1 + Math.round(3 * (mean - 1) * fraction * fraction),
    );
    this.#rowsLeft -= this.#streams;
    this.#streamsDone = 0;
    this.#country = this.#world.countryOf(this.#user, this.#random.next());
  }

  #drawStreams(rows: Rows, start: number, end: number): void {
    const user = userId(this.#user);
    let done = this.#streamsDone;
    for (let i = start; i < end; i++) {
      const song = this.#nextSong(done);
      this.#songs[done++ % REPEAT_SONGS] = song;
      rows.songs[i] = song;
      rows.users[i] = user;
      rows.countries[i] = this.#country;
    }
    this.#streamsDone = done;
  }

  #nextSong(done: number): number {
    const drawn = this.#random.next();
    const fraction = this.#random.fraction();
    if (done === 0 || fraction >= SAMPLE_REPEAT_SHARE) {
      return songId(this.#world.songOf(this.#country, drawn));
    }
    return this.#songs[(drawn >>> 0) % Math.min(done, REPEAT_SONGS)];
  }
}

/** Spreads the countries over the parts by their size, which falls from 17 % of 160 countries. */
function countryByPart(countryCount: number): Uint8Array {
  const weights = Array.from(
    { length: countryCount },
    (_, country) => 1 / ((country + 3) * Math.sqrt(country + 3)),
  );
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const parts = new Uint8Array(PARTS);
  let country = 0;
  let reached = weights[0];
  for (let part = 0; part < PARTS; part++) {
    while (country < countryCount - 1 && part * total >= reached * PARTS) {
      reached += weights[++country];
    }
    parts[part] = country;
  }
  return parts;
}

/**
 * Tabulates at which rank each part of the streams begins, the popularity of a rank being as
 * `1 / (rank + flatness)`; between two parts the rank is taken to rise evenly. One entry more than
 * parts: the last is the number of songs.
 */
function rankByPart(songCount: number, flatness: number): Float64Array {
  let total = 0;
  for (let rank = 0; rank < songCount; rank++) total += 1 / (rank + flatness);
  const ranks = new Float64Array(PARTS + 1).fill(songCount);
  let part = 0;
  let before = 0;
  for (let rank = 0; rank < songCount; rank++) {
    const share = PARTS / (total * (rank + flatness));
    for (; part < PARTS && part < before + share; part++) {
      ranks[part] = rank + (part - before) / share;
    }
    before += share;
  }
  return ranks;
}

/** Returns the least number from `value` on that has no divisor in common with `other`. */
function coprimeFrom(value: number, other: number): number {
  let coprime = value;
  while (greatestDivisor(coprime, other) !== 1) coprime++;
  return coprime;
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}

function songId(song: number): number {
  return scattered(song, 0x2c1b3c6d);
}

function userId(user: number): number {
  return scattered(user, 0x5bd1e995);
}

/** Maps numbers one to one to ids scattered from 1 to 2^31 - 1; each step can be undone. */
function scattered(index: number, factor: number): number {
  let id = Math.imul(index + 1, factor) & 0x7fffffff;
  id ^= id >>> 15;
  id = Math.imul(id, 0x297a2d39) & 0x7fffffff;
  return id ^ (id >>> 15);
}
