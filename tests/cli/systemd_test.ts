/**
 * The service where a systemd runs: installed with the executable, started, and its reports read.
 *
 * The unit and the executable have names of their own, and are taken away afterwards.
 */
import assert from "node:assert/strict";
import { compactDay } from "../../core/day.ts";
import { assertSameText } from "./_compare.ts";
import { LAST, logOf } from "./_week.ts";
import { IS_COMPILED, PROGRAM } from "./program.ts";
import { chartOf } from "../oracle.ts";

const NAME = "topstreams-test";
const UNIT = `/run/systemd/system/${NAME}.service`;
const EXECUTABLE = `/usr/local/bin/${NAME}`;
const LOGS = `/var/log/${NAME}`;
const STATE = `/var/lib/${NAME}`;

/** Why the service cannot be started here, or `undefined` where it can. */
function whyNot(): string | undefined {
  if (!IS_COMPILED) return "needs the executable (deno task test:compiled)";
  if (Deno.uid() !== 0) return "needs root";
  const first = Deno.readTextFileSync("/proc/1/comm").trim();
  return first === "systemd" ? undefined : `process 1 is ${first}, expected systemd`;
}

function systemctl(...args: string[]): void {
  const { success, stderr } = new Deno.Command("systemctl", { args }).outputSync();
  assert.ok(success, `systemctl ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
}

/** What the service said. */
function journal(): string {
  const args = ["--unit", NAME, "--no-pager", "--lines", "50"];
  return new TextDecoder().decode(new Deno.Command("journalctl", { args }).outputSync().stdout);
}

function removed(path: string): void {
  try {
    Deno.removeSync(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

const why = whyNot();
const name = "topstreams.service makes the reports where a systemd runs";
// deno-lint-ignore no-console -- a test that was not run must not go unseen
if (why !== undefined) console.log(`not run: ${name}: ${why}`);

Deno.test({
  name: why === undefined ? name : `${name} (not run: ${why})`,
  ignore: why !== undefined,
  fn: () => {
    const service = Deno.readTextFileSync(
      new URL("../../deploy/topstreams.service", import.meta.url),
    );
    const unit = service.replaceAll("/usr/local/bin/topstreams", EXECUTABLE)
      .replaceAll("/var/log/listen", LOGS)
      .replaceAll("/var/lib/topstreams", STATE)
      .replace("StateDirectory=topstreams", `StateDirectory=${NAME}`)
      .replace(/^OnFailure=.*$/m, "");
    try {
      Deno.copyFileSync(PROGRAM![0], EXECUTABLE);
      Deno.chmodSync(EXECUTABLE, 0o755);
      Deno.mkdirSync(LOGS, { mode: 0o755 });
      const log = logOf(LAST).slice(0, 4000);
      Deno.writeTextFileSync(`${LOGS}/listen-${compactDay(LAST)}.log`, log, { mode: 0o644 });
      Deno.mkdirSync("/run/systemd/system", { recursive: true });
      Deno.writeTextFileSync(UNIT, unit);
      systemctl("daemon-reload");
      try {
        systemctl("start", `${NAME}.service`);
      } catch (error) {
        assert.fail(`${error}\n${journal()}`);
      }
      for (const kind of ["country", "user"] as const) {
        const report = `${STATE}/results/${kind}_top50_${compactDay(LAST)}.txt`;
        assertSameText(Deno.readTextFileSync(report), chartOf([log], kind, 50), report);
      }
    } finally {
      const { success } = new Deno.Command("systemctl", { args: ["stop", NAME] }).outputSync();
      for (const path of [UNIT, EXECUTABLE, LOGS, STATE, `/var/lib/private/${NAME}`]) removed(path);
      if (success) systemctl("daemon-reload");
    }
  },
});
