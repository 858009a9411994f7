/**
 * What each reader is to find in a log: numbers that differ where any stream does.
 *
 * @module
 */

/** Sums over the streams of a log. */
export interface Sums {
  rows: number;
  songs: number;
  users: number;
  /** Of the first letter times 26 and the second one, as numbers of ASCII. */
  countries: number;
}

/** Sums over nothing. */
export function noSums(): Sums {
  return { rows: 0, songs: 0, users: 0, countries: 0 };
}

/** Adds a stream. */
export function addRow(sums: Sums, song: number, user: number, country: string): void {
  sums.rows++;
  sums.songs += song;
  sums.users += user;
  sums.countries += country.charCodeAt(0) * 26 + country.charCodeAt(1);
}

/** How a process says what it found: the seconds of each time, and the sums. */
export interface Timed {
  readonly seconds: readonly number[];
  readonly sums: Sums;
}

/** Reads a log several times, and prints how long it took. */
export async function timed(times: number, read: () => Promise<Sums>): Promise<void> {
  const seconds: number[] = [];
  let sums = noSums();
  for (let i = 0; i < times; i++) {
    const start = performance.now();
    sums = await read();
    seconds.push((performance.now() - start) / 1000);
  }
  console.log(JSON.stringify({ seconds, sums } satisfies Timed));
}
