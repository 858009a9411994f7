/** `--metrics`: what a monitor is told, read by a parser from npm and held against the rules. */
import assert from "node:assert/strict";
import parsePrometheus from "npm:parse-prometheus-text-format@1.1.1";
import { VERSION } from "../../cli/version.ts";
import { failedMetricsText } from "../../core/metrics.ts";
import { replaceFile } from "../../io/replace_file.ts";
import { StoreError } from "../../io/store.ts";
import { diskFull, MemoryStore, watchedStore } from "../unit/io/stores.ts";
import { deliver, deliverDays, LAST, summaryIn, takeAway } from "./_week.ts";
import { type Place, testProgram } from "./program.ts";

/** A family as the parser gives it. */
interface Family {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly metrics: readonly {
    readonly value: string;
    readonly labels?: Readonly<Record<string, string>>;
  }[];
}

/** What the file says: by name and labels, the value. */
function valuesIn(text: string): Record<string, number> {
  assertOpenMetrics(text);
  const families = parsePrometheus(text) as readonly Family[];
  return Object.fromEntries(families.flatMap(({ name, type, help, metrics }) => {
    assert.deepEqual([type, help !== ""], ["GAUGE", true], name);
    return metrics.map(({ labels = {}, value }) => {
      const pairs = Object.entries(labels).map(([label, text]) => `${label}=${text}`);
      return [[name, ...pairs].join(" "), Number(value)];
    });
  }));
}

/** Holds a text against what OpenMetrics 1.0 asks for beyond the format of Prometheus. */
function assertOpenMetrics(text: string): void {
  assert.ok(text.endsWith("\n# EOF\n"), "the end");
  const lines = text.slice(0, -"# EOF\n".length - 1).split("\n");
  const ended = new Set<string>();
  const seen = new Set<string>();
  let family = "";
  let described: string[] = [];
  for (const line of lines) {
    const [, what, name, rest] = /^# (TYPE|UNIT|HELP) ([a-z_]+) (.+)$/.exec(line) ?? [];
    if (what === undefined) {
      const sample = /^([a-z_]+)(\{[a-z0-9_]+="(?:[^"\\\n]|\\["\\n])*"(?:,[^{}]+)?\})? (\S+)$/
        .exec(line);
      assert.ok(sample !== null, `no sample: ${line}`);
      assert.equal(sample[1], family, "samples follow their family");
      assert.ok(Number.isFinite(Number(sample[3])), line);
      const id = `${sample[1]}${sample[2] ?? ""}`;
      assert.ok(!seen.has(id), `twice: ${id}`);
      seen.add(id);
      continue;
    }
    if (name !== family) {
      if (family !== "") ended.add(family);
      assert.ok(!ended.has(name), `${name} is not in one piece`);
      [family, described] = [name, []];
    }
    assert.ok(!described.includes(what), `${what} of ${name} twice`);
    described.push(what);
    if (what === "TYPE") assert.equal(rest, "gauge");
    if (what === "UNIT") assert.ok(name.endsWith(`_${rest}`), line);
    assert.match(name, /^topstreams_/);
  }
  assert.doesNotMatch(text, /\n\n|\r/, "no empty lines");
}

/** Does a run that must publish, with metrics; gives what they say. */
async function metricsOf(place: Place, ...argv: string[]): Promise<Record<string, number>> {
  await place.run("--metrics", place.path("metrics/topstreams.prom"), ...argv);
  return valuesIn(place.read("metrics/topstreams.prom"));
}

testProgram("run --metrics tells what the summary tells", async (place) => {
  deliverDays(place, LAST, 3);
  Deno.mkdirSync(place.path("metrics"));
  await place.run("--date", "20211130", "--days", "2");
  const before = Math.floor(Date.now() / 1000);
  const values = await metricsOf(place, "--days", "4");
  const summary = summaryIn(place, LAST);
  const { [`topstreams_last_success_timestamp_seconds`]: success } = values;
  assert.ok(success >= before && success <= Date.now() / 1000);
  const expected: Record<string, number> = {
    topstreams_last_run_success: 1,
    topstreams_last_run_timestamp_seconds: success,
    topstreams_last_success_timestamp_seconds: success,
    topstreams_chart_date_timestamp_seconds: Date.UTC(2021, 11, 1) / 1000,
    topstreams_days_used: 3,
    topstreams_days_missing: 1,
    "topstreams_rows from=log": summary.logs[2].rows,
    "topstreams_rows from=batch": summary.logs[0].rows + summary.logs[1].rows,
    topstreams_peak_memory_bytes: summary.peakMemoryBytes,
    "topstreams_report_bytes kind=user writer=top": summary.reports[1].sizeBytes,
    "topstreams_report_keys kind=country writer=top": summary.reports[0].keys,
    "topstreams_log_bytes from=log": Deno.statSync(place.path("logs/listen-20211201.log")).size,
  };
  for (const [reason, count] of Object.entries(summary.logs[0].rejected)) {
    expected[`topstreams_rejected_rows reason=${reason}`] = count +
      summary.logs[1].rejected[reason] + summary.logs[2].rejected[reason];
  }
  for (const [name, value] of Object.entries(expected)) assert.equal(values[name], value, name);
  for (const stage of ["batching", "charting", "publishing"]) {
    assert.ok(values[`topstreams_stage_seconds stage=${stage}`] >= 0, stage);
  }
  const info = Object.keys(values).find((name) => name.startsWith("topstreams_build_info "));
  assert.ok(info?.includes(` topstreams=${VERSION} `), info);
  assert.equal(values[info!], 1);
});

testProgram("run --metrics keeps the last success where a run fails", async (place) => {
  deliverDays(place, LAST, 2);
  Deno.mkdirSync(place.path("metrics"));
  const before = await metricsOf(place, "--days", "2");
  deliver(place, LAST, "no stream\n");
  const file = place.path("metrics/topstreams.prom");
  const text = place.read("metrics/topstreams.prom");
  Deno.writeTextFileSync(file, text.replaceAll(/(timestamp_seconds) \d+$/gm, "$1 7"));
  await place.runFails(1, "--days", "2", "--metrics", file);
  const after = valuesIn(place.read("metrics/topstreams.prom"));
  assert.equal(after.topstreams_last_run_success, 0);
  assert.ok(after.topstreams_last_run_timestamp_seconds > 7);
  assert.equal(after.topstreams_last_success_timestamp_seconds, 7);
  assert.equal(after["topstreams_rows from=log"], before["topstreams_rows from=log"]);
  deliver(place, LAST);
  assert.deepEqual(Object.keys(await metricsOf(place, "--days", "2")), Object.keys(before));
  place.remove("metrics/topstreams.prom");
  takeAway(place, LAST);
  await place.runFails(1, "--date", "20211001", "--metrics", file);
  const first = valuesIn(place.read("metrics/topstreams.prom"));
  assert.deepEqual(Object.keys(first), [
    "topstreams_last_run_success",
    "topstreams_last_run_timestamp_seconds",
  ]);
});

testProgram("run --metrics makes a file that a monitor may read", async (place) => {
  deliverDays(place, LAST, 2);
  Deno.mkdirSync(place.path("metrics"));
  await metricsOf(place, "--days", "2");
  const mode = (): number => Deno.statSync(place.path("metrics/topstreams.prom")).mode! & 0o777;
  assert.equal(mode(), 0o644);
  await metricsOf(place, "--days", "2", "--file-mode", "600");
  assert.equal(mode(), 0o600);
  assert.deepEqual(place.names("metrics"), ["topstreams.prom"], "nothing else is left");
});

testProgram(
  "run --metrics warns where the file cannot be written, and publishes",
  async (place) => {
    deliverDays(place, LAST, 2);
    const file = place.path("nowhere/topstreams.prom");
    const { stderr } = await place.run("--days", "2", "--quiet", "--metrics", file);
    assert.match(stderr, /^Warning: Cannot write ".*\/nowhere\/\.topstreams\.prom\.aside": .*\n$/);
    assert.equal(summaryIn(place, LAST).daysUsed.length, 2);
  },
);

Deno.test("replaceFile() leaves the former file where any act fails", () => {
  for (const failing of ["create", "writeAt", "sync", "rename"]) {
    const memory = new MemoryStore({ "/m/a.prom": "former" });
    const store = watchedStore(memory, ({ act, path }) => {
      if (act === failing) throw new StoreError("write", path, diskFull());
    });
    assert.throws(() => replaceFile(store, "/m/a.prom", "fresh text"), StoreError, failing);
    assert.deepEqual(memory.contents(), { "/m/a.prom": "former" }, failing);
    assert.equal(memory.openFiles, 0, failing);
  }
  const memory = new MemoryStore({ "/m/a.prom": "former" });
  const acts: string[] = [];
  const store = watchedStore(memory, ({ act, path }) => void acts.push(`${act} ${path}`));
  replaceFile(store, "/m/a.prom", "fresh");
  assert.deepEqual(memory.contents(), { "/m/a.prom": "fresh" });
  assert.deepEqual(acts, [
    "create /m/.a.prom.aside",
    "writeAt /m/.a.prom.aside",
    "sync /m/.a.prom.aside",
    "rename /m/.a.prom.aside",
    "syncFolder /m",
  ]);
});

Deno.test("failedMetricsText() drops a text that is not ours, or not whole", () => {
  const first = failedMetricsText(undefined, 60);
  for (const former of ["", "x 1\n", "# EOF\n", "other_metric 1\n# EOF\n", "topstreams_rows 1\n"]) {
    assert.equal(failedMetricsText(former, 60), first, former);
  }
  assertOpenMetrics(first);
});
