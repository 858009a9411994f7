import assert from "node:assert/strict";
import { withOutputs } from "../../../cli/console.ts";
import type { ExitStatus } from "../../../cli/errors.ts";
import { main } from "../../../cli/main.ts";
import { perform } from "../../../cli/perform.ts";

/** More bytes than are read before the first look at the signal. */
const LOG = "123456|7890|DE\n".repeat(3_000_000);

/** Does a command line that was stopped from the start; its exit status and standard error. */
async function stopped(argv: string[], reason: ExitStatus): Promise<[ExitStatus, string]> {
  let said = "";
  const output = {
    writeSync: (bytes: Uint8Array) => {
      said += new TextDecoder().decode(bytes);
      return bytes.length;
    },
  };
  const world = { stop: AbortSignal.abort(reason), color: false };
  const status = await withOutputs(
    { stdout: output, stderr: output },
    () => main(argv, world, perform),
  );
  return [status, said];
}

for (const jobs of ["1", "2"]) {
  Deno.test(`main() of run --jobs ${jobs} ends with the reason of the signal`, async () => {
    const folder = Deno.makeTempDirSync({ prefix: "topstreams-main-" });
    try {
      Deno.mkdirSync(`${folder}/logs`);
      Deno.writeTextFileSync(`${folder}/logs/listen-20211201.log`, LOG);
      const folders = ["logs", "batch", "results"].flatMap((
        name,
      ) => [`--${name}`, `${folder}/${name}`]);
      for (const reason of [130, 143] as const) {
        const ended = await stopped(["run", "--days", "1", "--jobs", jobs, ...folders], reason);
        assert.deepEqual(ended, [reason, "Stopped: former results are untouched\n"]);
        assert.deepEqual(Array.from(Deno.readDirSync(folder), (entry) => entry.name), ["logs"]);
      }
    } finally {
      Deno.removeSync(folder, { recursive: true });
    }
  });
}

Deno.test("main() of generate ends with the reason of the signal and leaves no log", async () => {
  const folder = Deno.makeTempDirSync({ prefix: "topstreams-main-" });
  try {
    const ended = await stopped(["generate", "--rows", "100k", "--out", folder], 130);
    assert.deepEqual(ended, [130, "Stopped: former results are untouched\n"]);
    assert.deepEqual(Array.from(Deno.readDirSync(folder)), []);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});
