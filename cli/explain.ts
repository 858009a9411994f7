/**
 * The command `explain`: why a song stands where it stands in a chart.
 *
 * @module
 */

import { formatDay } from "../core/day.ts";
import type { IdKind } from "../core/streams.ts";
import { spanOf } from "../io/batch_window.ts";
import { type ChartPlace, StandingLookup } from "../io/standing_lookup.ts";
import { denoStore } from "../io/store.ts";
import { print, printError } from "./console.ts";
import { cannotUse } from "./errors.ts";
import { explanationData, explanationText } from "./explain_text.ts";
import type { ExplainOptions } from "./options.ts";
import { harmless } from "./terminal_text.ts";
import { checkCountry, idOf } from "./top_words.ts";
import type { World } from "./world.ts";

/**
 * Explains the place of a song.
 *
 * @throws {UsageError} where a word or an option cannot be used
 * @throws {Error} where the country, the user or the world has no streams
 */
export async function explain(options: ExplainOptions, world: World): Promise<void> {
  const [key, song] = wantedPlace(options);
  const { kind, batch, date, days, top, ids } = options;
  const warn = (text: string): void => printError(`Warning: ${text}`);
  const lookup = new StandingLookup(
    { batch, date, windowDays: days, top, ids },
    { store: denoStore, warn, signal: world.stop },
  );
  const found = await lookup.standing(placeOf({ kind, key, song }, lookup.batches.ids));
  const { batches } = lookup;
  if (found.songCount === 0) {
    const what = kind === "world" ? "the world" : `${kind} "${harmless(found.key)}"`;
    throw new Error(
      `Cannot explain charts of ${what}: no streams in the batches of ` +
        `${spanOf(batches.window)}, expected some (--date and --days choose other days)`,
    );
  }
  const missing = batches.daysMissing.map(formatDay);
  if (missing.length > 0) warn(`no batch of ${missing.join(", ")}: missing in what is shown`);
  if (options.json) print(JSON.stringify(explanationData(found, batches, top), null, 2) + "\n");
  else print(explanationText(found, batches, top));
}

/** The key and the song that are asked for; of the world the key is `world`. */
function wantedPlace({ kind, words }: ExplainOptions): readonly [key: string, song: string] {
  const typed = ["explain", kind, ...words].join(" ");
  const example = kind === "world" ? "71" : kind === "user" ? "12345 71" : "NL 71";
  const expected = `expected ${kind === "world" ? "one song" : `one ${kind} and one song`}: ` +
    `explain ${kind} ${example}`;
  const wanted = kind === "world" ? [kind, ...words] : words;
  if (wanted.length < 2) throw cannotUse(typed, `a song is missing, ${expected}`);
  if (wanted.length > 2) throw cannotUse(typed, `too many words, ${expected}`);
  if (kind === "country") checkCountry(wanted[0], typed);
  return [wanted[0], wanted[1]];
}

function placeOf({ kind, key, song }: ChartPlace, ids: IdKind): ChartPlace {
  const typed = ["explain", kind, ...kind === "world" ? [] : [key], song].join(" ");
  return {
    kind,
    key: kind === "user" ? idOf(key, ids, typed) : key,
    song: idOf(song, ids, typed),
  };
}
