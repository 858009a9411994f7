/** The systemd units: what they say, and what systemd's own tool says of them. */
import assert from "node:assert/strict";
import { optionsOf, readOptions } from "../../cli/options.ts";
import { analyze, testWithTool } from "./_systemd.ts";

const DEPLOY = new URL("../../deploy/", import.meta.url);
const SERVICE = "topstreams.service";
const TIMER = "topstreams.timer";
const FAILURE = "topstreams-failure@.service";
const UNITS = [SERVICE, TIMER, FAILURE];
const PROGRAM = "/usr/local/bin/topstreams";
/** The exposure that the service may have at most, of 10; the tool's threshold is of 100. */
const MAX_EXPOSURE = 0.8;

/** A unit file: the values of each setting, as `Section.Setting`, in the order of the file. */
type Unit = ReadonlyMap<string, readonly string[]>;

function readUnit(name: string): Unit {
  const text = Deno.readTextFileSync(new URL(name, DEPLOY)).replace(/\\\n\s*/g, "");
  const unit = new Map<string, string[]>();
  let section = "";
  for (const line of text.split("\n")) {
    if (line === "" || line.startsWith("#")) continue;
    const [, title] = /^\[(\w+)\]$/.exec(line) ?? [];
    const [, key, value] = /^(\w+)=(.*)$/.exec(line) ?? [];
    assert.ok(title ?? key, `${name}: a line that is no setting: ${line}`);
    if (title !== undefined) section = title;
    else unit.set(`${section}.${key}`, [...unit.get(`${section}.${key}`) ?? [], value]);
  }
  return unit;
}

function settingOf(unit: Unit, setting: string): string {
  const values = unit.get(setting) ?? [];
  assert.equal(values.length, 1, `${setting} stands ${values.length} times, expected once`);
  return values[0];
}

/** The words of the service's command, with its environment filled in as systemd does. */
function commandOf(service: Unit): string[] {
  const variables = (service.get("Service.Environment") ?? []).map((pair) => pair.split("="));
  const valueOf = Object.fromEntries(variables);
  const command = settingOf(service, "Service.ExecStart");
  return command.replace(/\$\{(\w+)\}/g, (_, name: string) => valueOf[name]).split(/\s+/);
}

/** What the service's command gives `run`, by flag. */
function optionsGiven(service: Unit): Map<string, string> {
  const [program, command, ...words] = commandOf(service);
  assert.deepEqual([program, command], [PROGRAM, "run"]);
  const given = new Map<string, string>();
  for (let i = 0; i < words.length; i += 2) given.set(words[i], words[i + 1]);
  return given;
}

Deno.test("topstreams.timer starts every day at 06:00 and makes up for a missed morning", () => {
  const timer = readUnit(TIMER);
  assert.equal(settingOf(timer, "Timer.OnCalendar"), "*-*-* 06:00:00");
  assert.equal(settingOf(timer, "Timer.Persistent"), "true");
  assert.equal(settingOf(timer, "Install.WantedBy"), "timers.target");
});

Deno.test("topstreams.service gives only options that `run` has, with values it takes", () => {
  const given = optionsGiven(readUnit(SERVICE));
  const flags: string[] = optionsOf("run").map((row) => row.flag);
  for (const flag of given.keys()) assert.ok(flags.includes(flag), `${flag} is no option of run`);
  const typed = Object.fromEntries([...given].map(([flag, value]) => [flag.slice(2), value]));
  assert.equal(readOptions("run", typed).logs, given.get("--logs"));
});

Deno.test("topstreams.service runs once, as a user of its own, under the limits it needs", () => {
  const service = readUnit(SERVICE);
  for (
    const [setting, value] of [
      ["Type", "oneshot"],
      ["DynamicUser", "yes"],
      ["ProtectSystem", "strict"],
      ["PrivateNetwork", "yes"],
      ["CapabilityBoundingSet", ""],
      // V8 compiles at run time: with "yes" the program would not start.
      ["MemoryDenyWriteExecute", "no"],
    ]
  ) assert.equal(settingOf(service, `Service.${setting}`), value, setting);
  assert.notEqual(settingOf(service, "Service.TimeoutStartSec"), "infinity");
});

Deno.test("topstreams.service writes to its StateDirectory and shows the logs read-only", () => {
  const service = readUnit(SERVICE);
  const given = optionsGiven(service);
  const state = `/var/lib/${settingOf(service, "Service.StateDirectory")}`;
  assert.equal(given.get("--batch"), `${state}/batch`);
  assert.equal(given.get("--results"), `${state}/results`);
  assert.equal(settingOf(service, "Service.BindReadOnlyPaths"), `-${given.get("--logs")}`);
});

Deno.test("topstreams.service lets the process have what --memory promises, twice", () => {
  const service = readUnit(SERVICE);
  const { memory } = readOptions("run", { memory: optionsGiven(service).get("--memory") });
  const [, number, unit] = /^(\d+)([MG])$/.exec(settingOf(service, "Service.MemoryMax"))!;
  assert.ok(Number(number) * (unit === "G" ? 2 ** 30 : 2 ** 20) >= 2 * memory);
});

Deno.test("topstreams.service names a unit of this folder to be started when it fails", () => {
  const name = settingOf(readUnit(SERVICE), "Unit.OnFailure");
  assert.equal(name.replace(/@%N\./, "@."), FAILURE);
  assert.match(settingOf(readUnit(FAILURE), "Service.ExecStart"), /%i failed/);
});

/** Copies the units to a folder, with a program that is there in place of ours, which is not. */
function withUnits(body: (folder: string) => void): void {
  const folder = Deno.makeTempDirSync({ prefix: "topstreams-units-" });
  try {
    for (const name of UNITS) {
      const text = Deno.readTextFileSync(new URL(name, DEPLOY));
      Deno.writeTextFileSync(`${folder}/${name}`, text.replace(`=${PROGRAM} `, "=/bin/true "));
    }
    body(folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

testWithTool(
  "systemd-analyze verify finds nothing wrong with the units",
  247,
  () =>
    withUnits((folder) => {
      for (const name of UNITS) {
        const { success, output, shown } = analyze("verify", `${folder}/${name}`);
        // What it says of other units of the machine is not ours.
        assert.ok(success && !output.includes("topstreams"), shown);
      }
    }),
);

testWithTool("systemd-analyze calendar reads OnCalendar as every day at 06:00", 240, () => {
  const value = settingOf(readUnit(TIMER), "Timer.OnCalendar");
  const { success, output, shown } = analyze("calendar", "--iterations=2", value);
  assert.ok(success, shown);
  assert.match(output, /Normalized form: \*-\*-\* 06:00:00$/m, shown);
  assert.equal(output.match(/\d{4}-\d\d-\d\d 06:00:00 /g)?.length, 2, shown);
});

testWithTool(
  `systemd-analyze security scores at most ${MAX_EXPOSURE}`,
  250,
  () =>
    withUnits((folder) => {
      const threshold = `--threshold=${MAX_EXPOSURE * 10}`;
      const unit = `${folder}/${SERVICE}`;
      const { success, output, shown } = analyze("security", "--offline=true", threshold, unit);
      const [, exposure] = /exposure level for \S+: (\d+\.\d+)/.exec(output) ?? [];
      assert.ok(success && Number(exposure) <= MAX_EXPOSURE, shown);
    }),
);
