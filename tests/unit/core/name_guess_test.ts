import assert from "node:assert/strict";
import { parseDay } from "../../../core/day.ts";
import { likelyPattern } from "../../../core/name_guess.ts";

Deno.test(
  "likelyPattern() finds the pattern that fits the most names",
  { permissions: "none" },
  () => {
    const cases: readonly [names: string[], pattern: string | undefined, count?: number][] = [
      [[], undefined],
      [["notes.txt", "20219999.log"], undefined],
      [["listen-20211201.csv"], "listen-{YYYYMMDD}.csv", 1],
      [["2021_12_01.log", "2021_12_02.log.gz"], "{YYYY}_{MM}_{DD}.log", 2],
      [["2021.12.01.log", "2021-12-02.log", "2021-12-03.log"], "{YYYY}-{MM}-{DD}.log", 2],
      [["p-2021-12-01-a.csv", "p-2021-12-01-b.csv"], "p-{YYYY}-{MM}-{DD}*.csv", 2],
      [["eu-20211201.csv", "us-20211201.csv"], "*{YYYYMMDD}*.csv", 2],
      [["x20211201120000.log"], undefined],
      [["odd{name}20211201.log"], undefined],
    ];
    for (const [names, pattern, count] of cases) {
      const guess = likelyPattern(names);
      assert.deepEqual(
        guess,
        pattern === undefined ? undefined : { pattern, count },
        String(names),
      );
    }
    assert.equal(parseDay("20219999"), undefined);
  },
);
