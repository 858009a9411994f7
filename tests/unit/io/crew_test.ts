import assert from "node:assert/strict";
import { crc32 } from "node:zlib";
import { BatchEncoder } from "../../../core/batch_encoder.ts";
import { BatchError, type BatchHeader } from "../../../core/batch_format.ts";
import { MIN_CURSOR_BYTES } from "../../../core/batch_reader.ts";
import { MemorySink } from "../../../core/bytes.ts";
import { BUILT_IN } from "../../../formats/built_in.ts";
import { NUMBERS } from "../../../core/engine.ts";
import { NO_TEXTS } from "../../../core/texts.ts";
import { createCrew } from "../../../io/crew.ts";
import { createTurns, endOfTurns } from "../../../io/ordered_output.ts";
import { denoStore, denoStoreWith, StoreError } from "../../../io/store.ts";
import { createClaims } from "../../../io/claims.ts";
import { NO_PLUGINS } from "../../../io/formats.ts";
import type { ChartTask } from "../../../io/tasks.ts";

const MEMORY = {
  fanIn: 8,
  cursorBytes: MIN_CURSOR_BYTES,
  workBytes: 1 << 20,
  logBufferBytes: 1 << 18,
  outputBufferBytes: 1 << 10,
};
const PARTS = { memory: MEMORY, engine: NUMBERS, formats: BUILT_IN, plugins: NO_PLUGINS };
const KEYS = 2_000_000;
const RANGES = 4000;
const HEADER: BatchHeader = { kind: "user", day: 1 };

/** A batch of a song a key, with one byte changed in its middle where it is to be damaged. */
function batchBytes(isDamaged: boolean): Uint8Array {
  const sink = new MemorySink();
  const encoder = new BatchEncoder(HEADER, sink, { checksum: crc32, engine: NUMBERS });
  const songs = new Float64Array([5]);
  for (let key = 0; key < KEYS; key++) encoder.blocks.addSongs(key, songs, 0, 1, NO_TEXTS);
  encoder.finish();
  const bytes = sink.toBytes();
  if (isDamaged) bytes[bytes.length >> 1] ^= 1;
  return bytes;
}

/** A chart of one batch in very many ranges, of which a job can fail at one while others go on. */
function chartTask(folder: string): ChartTask {
  Deno.writeTextFileSync(`${folder}/out`, "");
  const step = KEYS / RANGES;
  return {
    type: "chart",
    claims: createClaims(),
    inputs: [{ path: `${folder}/user.batch` }],
    ranges: Array.from({ length: RANGES }, (_, i) => ({ from: i * step, to: (i + 1) * step })),
    outputs: [{ output: `${folder}/out`, turns: createTurns(0), writer: "top", top: 50 }],
    kind: "user",
    top: 50,
  };
}

async function inFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = Deno.makeTempDirSync({ prefix: "topstreams-crew-" });
  try {
    await body(folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

/** How far the jobs are with a task: ranges claimed, and bytes written in their order. */
function placeOf(task: ChartTask): string {
  return `${new Int32Array(task.claims)[0]} ${endOfTurns(task.outputs[0].turns)}`;
}

for (const jobs of [1, 2, 3]) {
  Deno.test(`a crew of ${jobs} fails with the error of the job that fails, and nothing goes on`, () =>
    inFolder(async (folder) => {
      Deno.writeFileSync(`${folder}/user.batch`, batchBytes(true));
      const crew = createCrew(jobs, denoStore, PARTS);
      const task = chartTask(folder);
      await assert.rejects(crew.do(task, () => {}), (error) => {
        assert.ok(error instanceof BatchError);
        assert.match(error.message, /user\.batch".*: damaged block, expected its checksum$/);
        return true;
      });
      await new Promise((resolve) => setTimeout(resolve, 200));
      const place = placeOf(task);
      assert.ok(new Int32Array(task.claims)[0] < RANGES, "it stopped before the end");
      await new Promise((resolve) => setTimeout(resolve, 300));
      assert.equal(placeOf(task), place, "nothing is left running");

      Deno.writeFileSync(`${folder}/user.batch`, batchBytes(false));
      const again = chartTask(folder);
      const results = (await crew.do(again, () => {})).flat();
      assert.equal(results.length, RANGES, "the crew can be used again");
      assert.equal(results.reduce((sum, { size }) => sum + size.keyCount, 0), KEYS);
      assert.equal(Deno.statSync(`${folder}/out`).size, endOfTurns(again.outputs[0].turns));
      crew.end();
    }));

  Deno.test(`a crew of ${jobs} tells which file a job cannot read`, () =>
    inFolder(async (folder) => {
      const crew = createCrew(jobs, denoStore, PARTS);
      await assert.rejects(crew.do(chartTask(folder), () => {}), (error) => {
        assert.equal(
          (error as Error).message,
          `Cannot read "${folder}/user.batch": not found, expected a file`,
        );
        return jobs > 1 || error instanceof StoreError;
      });
      crew.end();
    }));

  Deno.test(`a crew of ${jobs} makes its own files with the mode of all files`, () =>
    inFolder(async (folder) => {
      Deno.writeFileSync(`${folder}/user.batch`, batchBytes(false));
      const crew = createCrew(jobs, denoStoreWith(0o600), PARTS);
      const inputs = [{ path: `${folder}/user.batch` }];
      const runs = await crew.do({
        type: "narrow",
        claims: createClaims(),
        groups: [inputs, inputs],
        isWorld: false,
        runFolder: folder,
      }, () => {});
      const paths = runs.flat().map(({ path }) => path);
      assert.equal(paths.length, 2);
      for (const path of paths) assert.equal(Deno.statSync(path).mode! & 0o777, 0o600, path);
      crew.end();
    }));
}
