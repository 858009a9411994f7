/**
 * Every byte of a small batch flipped, and every truncation, through the whole daily run: rebuilt
 * from the log, refused by name, or harmless; never another chart.
 */
import assert from "node:assert/strict";
import { CASES } from "../../docs/promises.ts";
import { ID_KINDS } from "../../core/streams.ts";
import { damageBatch } from "../cli/_every_byte.ts";

/** The lowest bit, the highest one, and all. */
const PATTERNS = [0x01, 0x80, 0xff];

for (const ids of ID_KINDS) {
  Deno.test(`dailyRun() never makes another chart of a damaged batch of ${ids}s`, async () => {
    const outcomes = await damageBatch(ids, {
      patterns: PATTERNS,
      withLog: [0xff],
      step: 1,
      withTwoJobs: true,
    });
    const { damages, unnoticed, unnoticedByTwo } = outcomes;
    console.log(
      `${damages} damages of a batch of ${ids}s, all without its log, half of them with it, too`,
    );
    assert.ok(damages >= CASES.leastDamages, "all files were damaged everywhere");
    // One job does not read the index of the users, two do; the manifest may end without LF.
    assert.deepEqual(unnoticedByTwo, []);
    const others = unnoticed.filter(({ file }) => file !== "user.batch").map(({ what }) => what);
    assert.equal(others.length, 1);
    assert.match(others[0], /^manifest\.json cut to /);
  });
}
