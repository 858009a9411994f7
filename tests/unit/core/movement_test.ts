import assert from "node:assert/strict";
import { type EarlierChart, type Movement, MovementFinder } from "../../../core/movement.ts";
import { test } from "./_support.ts";

interface Case {
  readonly name: string;
  /** The songs of the chart shown. */
  readonly now: string;
  readonly earlier: readonly (readonly [when: EarlierChart["when"], songs: string, top?: number])[];
  /** What is expected of the first song. */
  readonly first: Movement;
}

const CASES: readonly Case[] = [
  {
    name: "up from a greater rank",
    now: "a b",
    earlier: [["compared", "b c a"]],
    first: { kind: "up", previous: 3, daysOnChart: 2, peak: 1 },
  },
  {
    name: "the same rank",
    now: "a b",
    earlier: [["compared", "a b"]],
    first: { kind: "same", previous: 1, daysOnChart: 2, peak: 1 },
  },
  {
    name: "new where no chart up to the compared one has it",
    now: "a",
    earlier: [["compared", "b"], ["before", "b c"]],
    first: { kind: "new", daysOnChart: 1, peak: 1 },
  },
  {
    name: "a re-entry where only an older chart has it",
    now: "a",
    earlier: [["compared", "b"], ["before", "b a"]],
    first: { kind: "re-entry", daysOnChart: 2, peak: 1 },
  },
  {
    name: "new since the compared date where a later chart has it",
    now: "a",
    earlier: [["after", "c a"], ["compared", "b"]],
    first: { kind: "new", daysOnChart: 2, peak: 1 },
  },
  {
    name: "unknown where there is no chart to compare with, never new",
    now: "a",
    earlier: [["before", "b"], ["after", "a"]],
    first: { kind: "unknown", daysOnChart: 2, peak: 1 },
  },
  {
    name: "new where the key had no streams on the compared date",
    now: "a",
    earlier: [["compared", ""]],
    first: { kind: "new", daysOnChart: 1, peak: 1 },
  },
];

for (const { name, now, earlier, first } of CASES) {
  test(`MovementFinder says ${name}`, () => {
    assert.deepEqual(found(now, earlier)[0], first);
  });
}

function found(now: string, earlier: Case["earlier"]): Movement[] {
  const words = (text: string): string[] => text === "" ? [] : text.split(" ");
  const finder = new MovementFinder(new Map([["FR", words(now)]]));
  for (const [when, songs, top = 50] of earlier) {
    finder.take({ when, top, songs: new Map(songs === "" ? [] : [["FR", words(songs)]]) });
  }
  return finder.of("FR");
}

test("MovementFinder says down, and the best rank of all charts", () => {
  const [, second] = found("b a", [["compared", "a b"], ["before", "c d a"]]);
  assert.deepEqual(second, { kind: "down", previous: 1, daysOnChart: 3, peak: 1 });
});

test("MovementFinder cannot tell of ranks below a compared chart that is full", () => {
  const kinds = (top: number): string[] =>
    found("a b x y", [["compared", "a b", top]]).map(({ kind }) => kind);
  assert.deepEqual(kinds(2), ["same", "same", "unknown", "unknown"]);
  assert.deepEqual(kinds(3), ["same", "same", "new", "new"], "a chart with room holds all songs");
});

test("MovementFinder says new of a rank that a full compared chart has", () => {
  const movements = found("x a b", [["compared", "a b c", 3]]);
  assert.deepEqual(movements.map(({ kind }) => kind), ["new", "down", "down"]);
});

test("MovementFinder knows nothing of a key that it was not asked of", () => {
  assert.deepEqual(new MovementFinder(new Map()).of("DE"), []);
});
