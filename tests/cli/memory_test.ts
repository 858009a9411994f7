/** The memory budget: any that is enough gives the same bytes, one that is not is refused. */
import assert from "node:assert/strict";
import { generateLog, generatorOptions } from "../../bench/generator.ts";
import { engineOf } from "../../core/engine.ts";
import { planMemory } from "../../core/memory.ts";
import { Piece } from "../../core/piece.ts";
import { assertSameFiles } from "./_compare.ts";
import { LAST, summaryIn } from "./_week.ts";
import { PROGRAM, testProgram } from "./program.ts";

const MIB = 2 ** 20;
const ROWS = 1_100_000;

/** How many streams fit at once; two texts of 22 characters take at least their bytes. */
const CAPACITIES = {
  number: (bytes: number) => new Piece(new ArrayBuffer(bytes)).capacity,
  text: (bytes: number) => bytes / 46,
} as const;

for (const ids of ["number", "text"] as const) {
  testProgram(
    `run gives the same bytes with every --memory that is enough and any --jobs, ids as ${ids}`,
    async (place) => {
      place.write("logs/listen-20211201.log", "");
      const log = Deno.openSync(place.path("logs/listen-20211201.log"), { write: true });
      for (
        const chunk of generateLog(
          LAST,
          generatorOptions({ rowCount: ROWS, songCount: 50_000, ids }),
        )
      ) {
        log.writeSync(chunk);
      }
      log.close();
      const refusal = await place.runFails(2, "--memory", "1MiB", "--ids", ids);
      const [, number] = /^Cannot use "--memory 1MiB": .*expected at least (\d+)MiB\n$/.exec(
        refusal,
      )!;
      const least = Number(number);
      assert.match(
        await place.runFails(2, "--memory", `${least - 1}MiB`, "--ids", ids),
        /at least/,
      );
      assert.ok(least <= 256, "256MiB works");
      const engine = engineOf(ids);
      const plan = planMemory(least * MIB, { top: 50, jobs: 1, engine });
      assert.ok(
        typeof plan !== "number" && CAPACITIES[ids](plan.workBytes) < ROWS,
        "more than fits at once",
      );

      const made = [];
      const budgets = [[least, 1], [least + 1, 1], [256, 1], [256, 2], [512, 2], [512, 5]];
      for (const [mebibytes, jobs] of budgets) {
        for (const name of ["batch", "results"]) {
          if (made.length > 0) place.remove(name);
        }
        await place.run("--memory", `${mebibytes}MiB`, "--jobs", String(jobs), "--ids", ids);
        made.push(place.contents("results"));
        // In this process there is more than the program.
        if (PROGRAM === undefined) continue;
        const { peakMemoryBytes } = summaryIn(place, LAST);
        assert.ok(
          peakMemoryBytes <= mebibytes * MIB,
          `${peakMemoryBytes} bytes at ${mebibytes}MiB, ${jobs} jobs`,
        );
      }
      for (const reports of made) assertSameFiles(reports, made[0]);
      assert.equal(Object.keys(made[0]).length, 2);
    },
  );
}

testProgram(
  "run tells the least --memory that works, which is more for a large --top",
  async (place) => {
    place.write("logs/listen-20211201.log", "1|2|DE\n");
    const message = await place.runFails(2, "--memory", "128MiB", "--top", "1000000");
    const [, least] = /expected at least (\d+)MiB\n$/.exec(message)!;
    await place.run("--memory", `${least}MiB`, "--top", "1000000");
    assert.match(place.read("results/user_top1000000_20211201.txt"), /^2\|1:1\n$/);
  },
);
