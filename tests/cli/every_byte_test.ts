/** A sample of `tests/slow/every_byte_test.ts`, which damages every byte. */
import assert from "node:assert/strict";
import { ID_KINDS } from "../../core/streams.ts";
import { damageBatch } from "./_every_byte.ts";
import { IS_COMPILED } from "./program.ts";

for (const ids of ID_KINDS) {
  const name = `dailyRun() never makes another chart of a batch of ${ids}s damaged in places`;
  Deno.test({
    name: IS_COMPILED ? `${name} (no executable)` : name,
    ignore: IS_COMPILED,
    fn: async () => {
      const damages = { patterns: [0x04, 0xff], withLog: [0x04], step: 7, withTwoJobs: false };
      assert.ok((await damageBatch(ids, damages)).damages > 450);
    },
  });
}
