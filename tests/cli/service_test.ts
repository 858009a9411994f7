/** `topstreams service`: units for any folders, and what systemd's own tool says of them. */
import assert from "node:assert/strict";
import { file } from "../../cli/format_values.ts";
import type { OptionRow } from "../../cli/options.ts";
import { RUN_SETTING_ROWS } from "../../cli/run_option_rows.ts";
import { folder } from "../../cli/values.ts";
import { nextStarts, startText } from "../../cli/next_starts.ts";
import { analyze, testWithTool } from "./_systemd.ts";
import { inPlace, type Place, testProgram } from "./program.ts";

const DEPLOY = new URL("../../deploy/", import.meta.url);
const UNITS = ["topstreams.service", "topstreams.timer", "topstreams-failure@.service"];
const MAX_EXPOSURE = 0.8;

/** The units that were printed, by name. */
function printed(stdout: string, folder = "/etc/systemd/system"): Record<string, string> {
  const parts = stdout.split(new RegExp(`^# ${folder}/(topstreams\\S*)\n`, "m"));
  assert.equal(parts[0], "");
  const names = parts.filter((_, i) => i % 2 === 1);
  return Object.fromEntries(names.map((name, i) => {
    const isLast = i === names.length - 1;
    return [name, isLast ? parts[2 * i + 2] : parts[2 * i + 2].slice(0, -1)];
  }));
}

async function install(place: Place, ...argv: string[]) {
  return await place.topstreams("service", "install", "--unit-dir", place.path("units"), ...argv);
}

testProgram("service print prints the units of deploy/ by default", async (place) => {
  const { status, stdout } = await place.topstreams("service", "print");
  assert.equal(status, 0);
  const units = printed(stdout);
  assert.deepEqual(Object.keys(units), UNITS);
  for (const name of UNITS) {
    assert.equal(units[name], Deno.readTextFileSync(new URL(name, DEPLOY)), name);
  }
  assert.deepEqual(place.names(), []);
});

testProgram("service print tells what to type then, and the next three starts", async (place) => {
  const before = new Date();
  const { stderr } = await place.topstreams("service", "print", "--at", "05:30");
  const starts = [before, new Date()].map((now) => nextStarts("05:30", now, 3).map(startText));
  const [, commands, times] = /^\nThen:\n([^]*)\n\nIt starts:\n([^]*)\n$/.exec(stderr)!;
  assert.deepEqual(commands.split("\n"), [
    "  sudo systemctl daemon-reload",
    "  sudo systemctl enable --now topstreams.timer",
    "  systemctl list-timers topstreams.timer",
  ]);
  assert.ok(starts.some((each) => each.map((start) => `  ${start}`).join("\n") === times), times);
});

testProgram("service print passes the options of run on, as they were typed", async (place) => {
  const words = ["--logs", "/srv/a b/100%/$x", "--batch", "/srv/b", "--results", "/srv/r"];
  const others = [
    "--strict",
    "--titles",
    "/srv/t.csv",
    "--keep-batches",
    "9",
    "--keep-results",
    "30",
    "--metrics",
    "/m/t.prom",
  ];
  place.write("my.json", '{"days": 9, "memory": "1GiB", "logs": "/elsewhere"}');
  const columns = ["--columns", 'song=a "b",user=b\\,country=c%', "--reader", "/opt/my/reader.js"];
  const given = [...words, ...others, ...columns, "--config", place.path("my.json")];
  const { status, stdout, stderr } = await place.topstreams("service", "print", ...given);
  assert.equal(status, 0, stderr);
  const unit = printed(stdout)["topstreams.service"];
  assert.ok(unit.includes(`
ExecStart=/usr/local/bin/topstreams run \\
    --logs "/srv/a b/100%%/$$x" \\
    --batch /srv/b \\
    --results /srv/r \\
    --reader /opt/my/reader.js \\
    --columns "song=a \\"b\\",user=b\\\\,country=c%%" \\
    --titles /srv/t.csv \\
    --config ${place.path("my.json")} \\
    --metrics /m/t.prom \\
    --strict \\
    --keep-batches 9 \\
    --keep-results 30

`));
  for (
    const line of [
      'BindReadOnlyPaths="-/srv/a b/100%%/$x"',
      `BindReadOnlyPaths=-${place.path("my.json")}`,
      "BindReadOnlyPaths=-/opt/my/reader.js",
      "BindReadOnlyPaths=-/srv/t.csv",
      "ReadWritePaths=/srv/b",
      "ReadWritePaths=/srv/r",
      "ReadWritePaths=/m",
      "User=topstreams",
      "MemoryMax=2G",
    ]
  ) assert.ok(unit.includes(`\n${line}\n`), line);
  assert.ok(!unit.includes("\nStateDirectory="));
  assert.match(
    stderr,
    /^ {2}sudo install -d -o topstreams -g topstreams -m 0750 \/srv\/b \/srv\/r$/m,
  );
});

testProgram("service install writes the units, and over those it made", async (place) => {
  const first = await install(place);
  assert.deepEqual([first.status, first.stdout], [0, ""]);
  assert.match(first.stderr, /^Written: .*\/units\/topstreams\.service\nWritten: /);
  const made = place.contents("units");
  assert.deepEqual(Object.keys(made), [...UNITS].sort());
  assert.equal(Deno.statSync(place.path("units/topstreams.timer")).mode! & 0o777, 0o644);
  assert.equal((await install(place, "--at", "23:59")).status, 0);
  assert.match(place.read("units/topstreams.timer"), /^OnCalendar=\*-\*-\* 23:59:00$/m);
  assert.equal((await install(place)).status, 0);
  assert.deepEqual(place.contents("units"), made);
});

testProgram("service install does not write over a unit that was edited by hand", async (place) => {
  await install(place);
  for (const edit of ["# mine\n", "[Unit]\nDescription=another's\n"]) {
    const name = "units/topstreams.timer";
    const text = edit.startsWith("#") ? place.read(name) + edit : edit;
    place.write(name, text);
    const before = place.contents("units");
    const { status, stderr } = await install(place, "--at", "07:00");
    assert.equal(status, 1);
    assert.match(
      stderr,
      /^Cannot write ".*\/topstreams\.timer": it was edited by hand, expected .*--force/,
    );
    assert.deepEqual(place.contents("units"), before, "none is written");
    assert.equal((await install(place, "--at", "07:00", "--force")).status, 0);
    assert.match(place.read(name), /^OnCalendar=\*-\*-\* 07:00:00$/m);
  }
});

for (
  const [words, message] of [
    [[], 'Cannot use "topstreams service": its ACTION is missing, expected print or install (see'],
    [
      ["prnt"],
      'Cannot use "prnt": unknown "prnt", expected print or install (did you mean "print"?)',
    ],
    [["print", "more"], 'Cannot use "print": excess argument'],
    [
      ["print", "--logs", "logs"],
      'Cannot use "--logs logs": a relative path, expected an absolute',
    ],
    [["print", "--writer", "./w.js"], 'Cannot use "./w.js": a relative path, expected an absolute'],
    [["print", "--at", "6:00"], 'Cannot use "--at 6:00": no such time, expected a time of the day'],
    [
      ["print", "--logs", "/a\nb"],
      'Cannot use "--logs /a\\x0ab": a control character, expected none',
    ],
    [
      ["print", "--log-name", "{YYYYMMDD}\nx"],
      'Cannot use "--log-name {YYYYMMDD}\\x0ax": a control',
    ],
    [["print", "--days", "0"], 'Cannot use "--days 0": 0 days, expected a whole number'],
    [["print", "--keep-batches", "3"], 'Cannot use "--keep-batches 3": 3 days, expected at least'],
    [["print", "--memory", "9MiB"], 'Cannot use "--memory 9MiB": too little memory for 1 job'],
    [["print", "--quiet"], 'Cannot use "--quiet": unknown option'],
  ] as const
) {
  testProgram(`service ${JSON.stringify(words)} is refused`, async (place) => {
    const { status, stdout, stderr } = await place.topstreams("service", ...words);
    assert.deepEqual([status, stdout], [2, ""]);
    assert.ok(stderr.startsWith(message), stderr);
  });
}

testProgram("service lets the run write the folder of rejected rows", async (place) => {
  const shown = await place.topstreams("service", "print", "--quarantine", "/srv/rejected");
  assert.equal(shown.status, 0);
  assert.match(shown.stdout, /^ReadWritePaths=\/srv\/rejected$/m);
  assert.match(shown.stdout, /--quarantine \/srv\/rejected/);
  const below = await place.topstreams("service", "print", "--quarantine", "/var/lib/topstreams/q");
  assert.doesNotMatch(below.stdout, /^ReadWritePaths/m);
});

Deno.test("the options with paths that service passes on are those whose paths it shows", () => {
  const paths: readonly unknown[] = [file, folder];
  const rows: readonly OptionRow[] = RUN_SETTING_ROWS;
  const isShown = ({ flag, use }: OptionRow): boolean =>
    use === "read" || ["--config", "--metrics", "--quarantine"].includes(flag);
  const flags = rows.filter(({ kind }) => kind !== undefined && paths.includes(kind));
  assert.ok(flags.length > 2);
  assert.deepEqual(flags.filter((row) => !isShown(row)), []);
});

Deno.test("nextStarts() gives the next times after now", () => {
  const now = new Date(2026, 10, 25, 6, 0, 0);
  const days = (at: string): number[] => nextStarts(at, now, 3).map((start) => start.getDate());
  assert.deepEqual(days("06:00"), [26, 27, 28]);
  assert.deepEqual(days("06:01"), [25, 26, 27]);
  assert.deepEqual(nextStarts("23:59", new Date(2026, 11, 31), 1)[0].getMonth(), 11);
});

/** Time zones with what systemd-analyze says of 02:30 in them, when their clocks are changed. */
const CHANGES = [
  ["Europe/Berlin", "2026-03-28T00:00:00Z", "2026-03-28T01:30:00Z 2026-03-30T00:30:00Z"],
  ["Europe/Berlin", "2026-10-24T10:00:00Z", "2026-10-25T00:30:00Z 2026-10-26T01:30:00Z"],
  ["America/New_York", "2026-03-07T20:00:00Z", "2026-03-09T06:30:00Z 2026-03-10T06:30:00Z"],
  ["Asia/Kolkata", "2026-03-07T20:00:00Z", "2026-03-07T21:00:00Z 2026-03-08T21:00:00Z"],
] as const;

for (const [zone, now, expected] of CHANGES) {
  const { state } = Deno.permissions.querySync({ name: "run", command: Deno.execPath() });
  Deno.test({
    name: `nextStarts() in ${zone} after ${now}${
      state === "granted" ? "" : " (needs --allow-run)"
    }`,
    ignore: state !== "granted",
    fn: () => {
      const url = new URL("../../cli/next_starts.ts", import.meta.url);
      const code = `import { nextStarts } from "${url}";
        const starts = nextStarts("02:30", new Date("${now}"), 2);
        console.log(starts.map((start) => start.toISOString().replace(".000", "")).join(" "));`;
      const args = ["eval", "--no-lock", code];
      const { stdout } = new Deno.Command(Deno.execPath(), { args, env: { TZ: zone } })
        .outputSync();
      assert.equal(new TextDecoder().decode(stdout), `${expected}\n`);
    },
  });
}

/** Options with paths that systemd must read as they are. */
const ODD = [
  "--logs",
  "/srv/a b/100%n/$HOME/c:d",
  "--batch",
  '/srv/"b"\\x',
  "--results",
  "/srv/r'r",
];

for (const [what, words] of [["the default folders", []], ["odd folders", ODD]] as const) {
  const about = `the units of service install with ${what}`;
  testWithTool(`systemd-analyze verifies and scores ${about}`, 250, () =>
    inPlace(async (place) => {
      const program = place.path("a program%.sh");
      Deno.writeTextFileSync(program, "#!/bin/sh\n", { mode: 0o755 });
      const given = [...words, "--program", program, "--metrics", "/srv/m m/t.prom"];
      assert.equal((await install(place, ...given)).status, 0);
      for (const name of UNITS) {
        const { success, output, shown } = analyze("verify", place.path(`units/${name}`));
        assert.ok(success && !output.includes("topstreams"), shown);
      }
      const unit = place.path("units/topstreams.service");
      const threshold = `--threshold=${MAX_EXPOSURE * 10}`;
      const { success, output, shown } = analyze("security", "--offline=true", threshold, unit);
      const [, exposure] = /exposure level for \S+: (\d+\.\d+)/.exec(output) ?? [];
      assert.ok(success && Number(exposure) <= MAX_EXPOSURE, shown);
    }));
}
