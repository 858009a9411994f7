/** Movement against a naive oracle: any charts of any dates, in any order. */
import fc from "npm:fast-check@4.10.2";
import assert from "node:assert/strict";
import { type Movement, MovementFinder } from "../../core/movement.ts";

const seed = Number(Math.floor(Math.random() * 2 ** 31));
console.log(`property seed ${seed}`);

/** The chart of one key on a date. */
interface Dated {
  readonly day: number;
  readonly top: number;
  readonly songs: readonly string[];
}

/** The definitions of docs/charts.md, word by word. */
function expected(now: Dated, earlier: readonly Dated[], compare: number): Movement[] {
  return now.songs.map((song, i) => {
    const rank = i + 1;
    const compared = earlier.find(({ day }) => day === compare);
    const on = earlier.filter(({ songs }) => songs.includes(song));
    const ranks = [rank, ...on.map(({ songs }) => songs.indexOf(song) + 1)];
    const rest = { daysOnChart: ranks.length, peak: Math.min(...ranks) };
    const previous = (compared?.songs.indexOf(song) ?? -1) + 1;
    if (previous > 0) {
      const kind = previous > rank ? "up" : previous < rank ? "down" : "same";
      return { kind, previous, ...rest };
    }
    const isFull = compared !== undefined && compared.songs.length === compared.top;
    if (compared === undefined || isFull && rank > compared.top) {
      return { kind: "unknown", ...rest };
    }
    return { kind: on.some(({ day }) => day < compare) ? "re-entry" : "new", ...rest };
  });
}

const chart = fc.record({
  top: fc.integer({ min: 1, max: 6 }),
  songs: fc.uniqueArray(fc.constantFrom(..."abcdefgh"), { maxLength: 8 }),
}).map(({ top, songs }) => ({ top, songs: songs.slice(0, top) }));

Deno.test("MovementFinder equals the oracle for any charts of any dates", () => {
  const world = fc.record({
    now: chart,
    earlier: fc.uniqueArray(fc.record({ day: fc.integer({ min: 1, max: 12 }), chart }), {
      selector: ({ day }) => day,
      maxLength: 9,
    }),
    compare: fc.integer({ min: 1, max: 12 }),
  });
  fc.assert(
    fc.property(world, ({ now, earlier, compare }) => {
      const finder = new MovementFinder(new Map([["FR", now.songs], ["DE", []]]));
      for (const { day, chart: { top, songs } } of earlier) {
        const when = day < compare ? "before" : day > compare ? "after" : "compared";
        finder.take({ when, top, songs: new Map(songs.length === 0 ? [] : [["FR", songs]]) });
      }
      const dated = earlier.map((each) => ({ day: each.day, ...each.chart }));
      assert.deepEqual(finder.of("FR"), expected({ day: 13, ...now }, dated, compare));
      assert.deepEqual(finder.of("DE"), []);
    }),
    { seed, numRuns: 3000 },
  );
});
