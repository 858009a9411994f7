/**
 * Where one song stands among all songs of a key: its rank, its ties, and who is next to it.
 *
 * @module
 */

import type { Engine, Merger, Selection } from "./engine.ts";
import type { EntryList } from "./entries.ts";
import type { Step } from "./steps.ts";

/** Another song of the key. */
export interface OtherSong {
  readonly rank: number;
  readonly song: string;
  readonly streams: number;
  /** Whether it stands first where both have as many streams: its id is the smaller one. */
  readonly isFirstInTie: boolean;
}

/** Where a song stands. Order: streams descending, then song ascending. */
export interface Standing {
  /** Its streams; where it has none, the rest tells where a song of no streams would stand. */
  readonly streams: number;
  /** Its rank from 1. */
  readonly rank: number;
  /** Streams of all songs of the key. */
  readonly streamCount: number;
  /** Songs of the key that have streams. */
  readonly songCount: number;
  /** Songs that have exactly as many streams, and its place among them from 1; 0 without streams. */
  readonly tied: { readonly songs: number; readonly place: number };
  /** The song one place above. */
  readonly above?: OtherSong;
  /** The song one place below. */
  readonly below?: OtherSong;
  /** The last song of the chart, where there are enough songs to fill it. */
  readonly last?: OtherSong;
}

/** The song that is looked for. */
export interface WantedSong {
  readonly song: string;
  /** Its streams in all inputs of the merge. */
  readonly streams: number;
  /** How many songs a chart has. */
  readonly top: number;
}

/** Entries that are looked at between two steps. */
const STEP_ENTRIES = 1 << 18;

/**
 * Finds where a song stands among all that a merge of one key gives.
 *
 * Cost: O(entries). Memory: the chart's choice of songs, whatever the key has.
 */
export function* standingOf(
  merger: Merger,
  wanted: WantedSong,
  engine: Engine,
): Generator<Step, Standing> {
  const finder = new StandingFinder(wanted, engine);
  let entries = 0;
  while (merger.next()) {
    const { segment, texts, isLast } = merger;
    finder.take(segment, texts, isLast);
    entries += segment.to - segment.from;
    if (entries < STEP_ENTRIES) continue;
    yield { logBytes: 0, entries };
    entries = 0;
  }
  yield { logBytes: 0, entries };
  return finder.standing();
}

/** A song that may be the next one above or below. */
interface Neighbour {
  readonly song: string;
  readonly streams: number;
  readonly isFirstInTie: boolean;
}

/** Counts songs above, beside and below one. */
class StandingFinder {
  readonly #wanted: WantedSong;
  readonly #engine: Engine;
  readonly #compare: (song: number, texts: Uint8Array) => number;
  readonly #selection: Selection;
  #songCount = 0;
  #streamCount = 0;
  #songsAbove = 0;
  #tied = 0;
  #tiedAbove = 0;
  #above: Neighbour | undefined;
  #below: Neighbour | undefined;
  #last: Omit<OtherSong, "rank"> | undefined;

  constructor(wanted: WantedSong, engine: Engine) {
    this.#wanted = wanted;
    this.#engine = engine;
    this.#compare = engine.songOrder(wanted.song);
    this.#selection = engine.selection(wanted.top);
  }

  /** Takes songs of the key; they come ascending over all calls. */
  take(list: EntryList, texts: Uint8Array, isLast: boolean): void {
    const { songs, counts, from, to } = list;
    const { streams } = this.#wanted;
    let leastAbove = this.#above?.streams ?? Infinity;
    let mostBelow = this.#below?.streams ?? 0;
    let aboveAt = -1;
    let belowAt = -1;
    this.#songCount += to - from;
    for (let i = from; i < to; i++) {
      const count = counts[i];
      const order = count === streams ? this.#compare(songs[i], texts) : streams - count;
      if (count === streams) this.#tied++;
      if (order < 0) {
        this.#songsAbove++;
        if (count === streams) this.#tiedAbove++;
        // Songs ascend: of those with as many streams the last one is the nearest.
        if (count > leastAbove) continue;
        leastAbove = count;
        aboveAt = i;
      } else if (order > 0 && count > mostBelow) {
        mostBelow = count;
        belowAt = i;
      }
    }
    if (aboveAt >= 0) this.#above = this.#songAt(list, aboveAt, texts);
    if (belowAt >= 0) this.#below = this.#songAt(list, belowAt, texts);
    this.#streamCount += this.#selection.offer(list, texts, isLast);
    if (isLast) this.#chooseLast(texts);
  }

  #songAt({ songs, counts }: EntryList, i: number, texts: Uint8Array): Neighbour {
    return {
      song: this.#engine.songName(songs[i], texts),
      streams: counts[i],
      isFirstInTie: this.#compare(songs[i], texts) < 0,
    };
  }

  #chooseLast(texts: Uint8Array): void {
    const { top } = this.#wanted;
    const row = this.#selection.rowOf(0, texts);
    if (row.count < top) return;
    const song = row.songs[top - 1];
    this.#last = {
      song: this.#engine.songName(song, row.texts),
      streams: row.streams[top - 1],
      isFirstInTie: this.#compare(song, row.texts) < 0,
    };
  }

  standing(): Standing {
    const { streams, top } = this.#wanted;
    const rank = this.#songsAbove + 1;
    return {
      streams,
      rank,
      streamCount: this.#streamCount,
      songCount: this.#songCount,
      tied: { songs: this.#tied, place: this.#tied === 0 ? 0 : this.#tiedAbove + 1 },
      above: this.#above && { rank: rank - 1, ...this.#above },
      below: this.#below && { rank: rank + 1, ...this.#below },
      last: this.#last && { rank: top, ...this.#last },
    };
  }
}

/** How many more streams a song needs to stand where another one stands. */
export function streamsNeeded(streams: number, other: OtherSong): number {
  return other.streams - streams + (other.isFirstInTie ? 1 : 0);
}
