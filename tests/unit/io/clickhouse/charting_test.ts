import assert from "node:assert/strict";
import { Results } from "../../../../io/clickhouse/charting.ts";
import { partOf, type WholeOptions } from "../../../../io/clickhouse/server.ts";

/** Asks for results of these sizes with room for 10 bytes; returns how each was asked for. */
async function asked(sizes: readonly number[]): Promise<string[]> {
  const results = new Results(10, new AbortController().signal);
  const found: string[] = [];
  for (const size of sizes) {
    let how = "";
    const bytes = new Uint8Array(size);
    const parts = await results.ask(
      {
        // deno-lint-ignore require-await -- servers have to be waited for
        async whole(_act: string, _sql: string, { mostBytes }: WholeOptions) {
          how += "whole ";
          return size > mostBytes ? undefined : bytes;
        },
        // deno-lint-ignore require-await -- servers have to be waited for
        async open() {
          how += "parts";
          return partOf(bytes);
        },
      },
      "ask",
      "SELECT 1",
    );
    assert.equal(await parts.read(), bytes);
    found.push(how.trim());
  }
  return found;
}

Deno.test("Results are asked for part by part where they are too large as a whole", async () => {
  assert.deepEqual(await asked([9, 11, 10]), ["whole", "whole parts", "whole"]);
});

Deno.test("Results are not tried as a whole once most were too large", async () => {
  assert.deepEqual(await asked([11, 11, 9]), ["whole parts", "parts", "parts"]);
  const mixed = await asked([9, 11, 11, 11, 9]);
  assert.deepEqual(mixed, ["whole", "whole parts", "whole parts", "parts", "parts"]);
});
