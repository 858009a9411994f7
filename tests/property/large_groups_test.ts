/** Both charts against the oracle where a country's songs fill many blocks in each of many runs. */
import assert from "node:assert/strict";
import { generateLog, generatorOptions } from "../../bench/generator.ts";
import { type DayLog, makeCharts } from "../../core/make_charts.ts";
import { BLOCK_ENTRIES } from "../../core/batch_format.ts";
import { NARROW_STREAM_BYTES } from "../../core/piece.ts";
import { pipe } from "../../formats/pipe.ts";
import { top } from "../../formats/top.ts";
import { chartOf } from "../oracle.ts";

const seed = Math.floor(Math.random() * 2 ** 31);

/** Writes the seed once, so that a failure can be made again. */
console.log(`large groups seed ${seed}`);

const FIRST_DAY = 18960;
const DAYS = 3;
const ROWS = 20_000;

/** Room for so many streams of 32-bit ids, and how many inputs a merge takes. */
const SETTINGS: readonly [streams: number, fanIn: number][] = [
  [30_000, 2],
  [6000, 2],
  [1000, 3],
  [1000, 64],
  [64, 2],
  [64, 64],
];

const textOf = (bytes: Uint8Array) => new TextDecoder("latin1").decode(bytes);

function generated(profile: "wide" | "sample", day: number): string {
  const options = { rowCount: ROWS, countryCount: 3, corruptShare: 0.01, profile, seed };
  return Array.from(generateLog(day, generatorOptions(options)), textOf).join("");
}

/** Makes every seventh id of the later rows longer than 32 bits. */
function withWideIds(log: string, day: number): string {
  let row = 0;
  return log.replaceAll(/^(\d+)\|(\d+)\|/gm, (fields, song, user) => {
    if (++row < ROWS / 2 || day === FIRST_DAY) return fields;
    return `${row % 7 === 0 ? 9_000_000_000_000_000 + Number(song) % 4000 : song}|` +
      `${row % 7 === 3 ? 8_000_000_000 + Number(user) : user}|`;
  });
}

function distinctSongs(logs: readonly string[], country: string): number {
  const songs = logs.flatMap((log) => [...log.matchAll(/^(\d+)\|\d+\|([A-Z]{2})$/gm)])
    .filter((fields) => fields[2] === country).map((fields) => fields[1]);
  return new Set(songs).size;
}

const LOGS: Readonly<Record<string, (day: number) => string>> = {
  "wide": (day) => generated("wide", day),
  "sample": (day) => generated("sample", day),
  "wide, ids of 53 bits from the second day on": (day) => withWideIds(generated("wide", day), day),
};

for (const [what, logOf] of Object.entries(LOGS)) {
  Deno.test(`makeCharts() equals the oracle with groups of many blocks (${what})`, {
    permissions: "none",
  }, () => {
    const days = Array.from({ length: DAYS }, (_, i) => FIRST_DAY + i);
    const texts = days.map(logOf);
    assert.ok(distinctSongs(texts, "US") > 3 * BLOCK_ENTRIES, `seed ${seed}: many songs in US`);
    const logs = texts.map((text, i): DayLog => ({
      day: days[i],
      bytes: Uint8Array.from(text, (c) => c.charCodeAt(0)),
    }));
    const expected = { country: chartOf(texts, "country", 50), user: chartOf(texts, "user", 50) };
    for (const [streams, fanIn] of SETTINGS) {
      const options = { workBytes: streams * NARROW_STREAM_BYTES, fanIn };
      const made = makeCharts(logs, { reader: pipe, writer: top, ...options });
      for (const kind of ["country", "user"] as const) {
        const isEqual = textOf(made[kind]) === expected[kind];
        assert.ok(isEqual, `seed ${seed}: by ${kind}, ${streams} streams, fan-in ${fanIn}`);
      }
    }
  });
}
