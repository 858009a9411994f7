/**
 * Movement: where the songs of a chart stood on earlier charts. docs/charts.md has the definitions.
 *
 * Nothing of it is stored: it is derived from the charts of earlier dates whenever it is shown.
 *
 * @module
 */

/** How a song came to its rank. */
export interface Movement {
  readonly kind: "up" | "down" | "same" | "new" | "re-entry" | "unknown";
  /** The rank on the chart that is compared with, where the song was on it. */
  readonly previous?: number;
  /** The dates whose charts have the song, the date of this chart among them. */
  readonly daysOnChart?: number;
  /** The best rank on these charts. */
  readonly peak?: number;
}

/** A chart that movement is asked of: the songs of each key, best first. */
export type SongsByKey = ReadonlyMap<string, readonly string[]>;

/** The chart of an earlier date. */
export interface EarlierChart {
  /** A key that is not there had no streams. */
  readonly songs: SongsByKey;
  /** The most songs of a key. */
  readonly top: number;
  /** Its date: before the one that is compared with, that one, or after it. */
  readonly when: "before" | "compared" | "after";
}

/** What was seen of a song. */
interface Seen {
  previous?: number;
  wasBefore: boolean;
  days: number;
  peak: number;
}

/**
 * Collects where the songs of a chart stood on earlier charts, which may come in any order, each
 * date once.
 *
 * Cost: O(songs of the keys) for each earlier chart. Memory: O(songs of the chart).
 *
 * @example
 * ```ts
 * import { MovementFinder } from "./movement.ts";
 * const finder = new MovementFinder(new Map([["FR", ["71", "88"]]]));
 * finder.take({ songs: new Map([["FR", ["88"]]]), top: 50, when: "compared" });
 * const [first, second] = finder.of("FR");
 * if (first.kind !== "new" || second.kind !== "down" || second.previous !== 1) throw new Error();
 * ```
 */
export class MovementFinder {
  readonly #seen = new Map<string, Map<string, Seen>>();
  /** How many ranks of the chart that is compared with are known, by key. */
  readonly #depths = new Map<string, number>();

  /** @param chart its songs are in the order of their ranks, from 1 on */
  constructor(chart: SongsByKey) {
    for (const [key, songs] of chart) {
      const seen = songs.map((song, i): [string, Seen] => [
        song,
        { wasBefore: false, days: 1, peak: i + 1 },
      ]);
      this.#seen.set(key, new Map(seen));
    }
  }

  /** Takes an earlier chart of the same kind, the same number of days and the same kind of ids. */
  take({ songs, top, when }: EarlierChart): void {
    for (const [key, seen] of this.#seen) {
      const earlier = songs.get(key) ?? [];
      for (const [i, song] of earlier.entries()) {
        const found = seen.get(song);
        if (found === undefined) continue;
        found.days++;
        found.peak = Math.min(found.peak, i + 1);
        if (when === "compared") found.previous = i + 1;
        if (when === "before") found.wasBefore = true;
      }
      if (when === "compared") this.#depths.set(key, earlier.length < top ? Infinity : top);
    }
  }

  /** The movement of the songs of a key, in the order of their ranks. */
  of(key: string): Movement[] {
    const depth = this.#depths.get(key) ?? 0;
    return [...this.#seen.get(key) ?? []].map(([, { days, peak, previous, wasBefore }], i) => ({
      kind: kindOf({ rank: i + 1, previous, wasBefore, depth }),
      ...(previous === undefined ? {} : { previous }),
      daysOnChart: days,
      peak,
    }));
  }
}

/** What decides the kind of a movement. */
interface Standing {
  readonly rank: number;
  readonly previous: number | undefined;
  readonly wasBefore: boolean;
  /** So many ranks of the chart that is compared with are known. */
  readonly depth: number;
}

function kindOf({ rank, previous, wasBefore, depth }: Standing): Movement["kind"] {
  if (previous !== undefined) return previous > rank ? "up" : previous < rank ? "down" : "same";
  if (rank > depth) return "unknown";
  return wasBefore ? "re-entry" : "new";
}
