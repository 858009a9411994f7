/** Logs that are no files, cannot be read, or claim the same day: each refused with its message. */
import assert from "node:assert/strict";
import { CASES } from "../../docs/promises.ts";
import { assertSameFiles } from "./_compare.ts";
import { assertCharts, bytesOf, deliver, deliverDays, LAST, logOf, takeAway } from "./_week.ts";
import { endOf, IS_COMPILED, type Place, PROGRAM, testProgram } from "./program.ts";

const TWO_DAYS = ["--date", "20211201", "--days", "2"];
const WINDOW = [LAST - 1, LAST];
const LOG = "logs/listen-20211201.log";

/** Makes a link in the place of the newest log. */
function link(place: Place, target: string): void {
  Deno.symlinkSync(target, place.path(LOG));
}

testProgram("run follows links that lead to a log", async (place) => {
  deliver(place, LAST - 1);
  place.write("elsewhere/tuesday.txt", bytesOf(logOf(LAST)));
  link(place, "../elsewhere/second");
  Deno.symlinkSync("tuesday.txt", place.path("elsewhere/second"));
  await place.run(...TWO_DAYS);
  assertCharts(place, LAST, WINDOW);
});

testProgram("run follows links in the place of its folders", async (place) => {
  deliverDays(place, LAST, 2);
  Deno.renameSync(place.path("logs"), place.path("logs-of-today"));
  for (const name of ["batch", "results", "logs"]) {
    Deno.mkdirSync(place.path(`${name}-of-today`), { recursive: true });
    Deno.symlinkSync(`${name}-of-today`, place.path(name));
  }
  for (const jobs of ["1", "2"]) {
    await place.run(...TWO_DAYS, "--jobs", jobs);
    assertCharts(place, LAST, WINDOW);
    for (const name of place.names("batch-of-today")) {
      if (name.endsWith("manifest.json")) place.remove(`batch-of-today/${name}`);
    }
  }
});

testProgram("run makes its folders in a folder that a link leads to", async (place) => {
  deliver(place, LAST);
  Deno.mkdirSync(place.path("disk"));
  Deno.symlinkSync("disk", place.path("link"));
  const folders = [
    "--batch",
    place.path("link/new/batch"),
    "--results",
    place.path("link/results"),
  ];
  await place.run("--days", "1", ...folders);
  await place.run("--days", "1", ...folders);
  assert.deepEqual(place.names("disk/results").filter((name) => name.startsWith("user")), [
    "user_top50_20211201.txt",
  ]);
});

testProgram("run reads the log again when its link leads to another one", async (place) => {
  deliver(place, LAST - 1);
  place.write("elsewhere/first", bytesOf(logOf(LAST)));
  place.write("elsewhere/second", bytesOf(logOf(LAST - 3)));
  link(place, "../elsewhere/first");
  await place.run(...TWO_DAYS);
  place.remove(LOG);
  link(place, "../elsewhere/second");
  await place.run(...TWO_DAYS);
  assertCharts(place, LAST, WINDOW, { logs: { [LAST]: logOf(LAST - 3) } });
});

/** What stands in the place of the newest log, and how the message calls it. */
const NO_FILES: readonly [what: string, make: (place: Place) => void, text: string][] = [
  ["a link that leads nowhere", (place) => link(place, "gone.log"), "a link that leads nowhere"],
  ["a link to itself", (place) => link(place, "listen-20211201.log"), "a link that leads nowhere"],
  ["a folder", (place) => Deno.mkdirSync(place.path(LOG)), "it is a folder"],
  ["a link to a folder", (place) => link(place, "."), "it is a folder"],
  ["a device", (place) => link(place, "/dev/null"), "it is a FIFO, a socket or a device"],
];

for (const [what, make, text] of NO_FILES) {
  testProgram(`run refuses ${what} in the place of a log`, async (place) => {
    deliver(place, LAST - 1);
    make(place);
    const expected = `Cannot read log "${place.path(LOG)}": ${text}, expected a file\n`;
    assert.equal(await place.runFails(1, ...TWO_DAYS), expected);
    assert.equal(await place.runFails(1, "--days", "2"), expected, "it is the newest day, too");
    assert.deepEqual(place.names().filter((name) => !name.startsWith("logs/")), []);
    // What is before the window does not matter.
    await place.run("--date", "20211130", "--days", "1");
  });
}

testProgram("run uses the batch of a log whose link leads nowhere by now", async (place) => {
  deliverDays(place, LAST, 2);
  await place.run(...TWO_DAYS);
  const before = place.contents("results");
  takeAway(place, LAST);
  link(place, "gone.log");
  await place.run(...TWO_DAYS);
  assertSameFiles(place.contents("results"), before);
});

testProgram("run refuses links that lead nowhere among the logs of a day", async (place) => {
  const pattern = ["--log-name", "listen-{YYYYMMDD}-*.log"];
  for (const part of ["a", "b"]) place.write(`logs/listen-20211201-${part}.log`, "5|2|FR\n");
  await place.run("--days", "1", ...pattern);
  place.remove("logs/listen-20211201-b.log");
  Deno.symlinkSync("gone.log", place.path("logs/listen-20211201-b.log"));
  assert.equal(
    await place.runFails(1, "--days", "1", ...pattern),
    `Cannot read log "${place.path("logs/listen-20211201-b.log")}": a link that leads nowhere, ` +
      "expected a file\n",
  );
});

/** How long a run may take that must not wait for anything. */
const HANG_MS = 30_000;

testProgram("run refuses a FIFO, and does not wait for who writes to it", async (place) => {
  deliver(place, LAST - 1);
  const made = await new Deno.Command("mkfifo", { args: [place.path(LOG)] }).output();
  assert.ok(made.success);
  const process = place.start(...place.runWords(...TWO_DAYS));
  const timer = setTimeout(() => process.kill("SIGKILL"), HANG_MS);
  const { status, stderr } = await endOf(process);
  clearTimeout(timer);
  assert.equal(
    stderr,
    `Cannot read log "${place.path(LOG)}": it is a FIFO, a socket or a device, expected a file\n`,
  );
  assert.equal(status, 1);
}, { needsProcess: true });

testProgram("run refuses two logs that claim one day", async (place) => {
  deliver(place, LAST - 1);
  deliver(place, LAST);
  place.write(`${LOG}.gz`, "compressed");
  assert.equal(
    await place.runFails(1, ...TWO_DAYS),
    "Cannot choose the log of 2021-12-01: listen-20211201.log and listen-20211201.log.gz are " +
      "there, expected one (a * in --log-name lets a day have several)\n",
  );
  assert.deepEqual(place.names().filter((name) => !name.startsWith("logs/")), []);
});

/** A user who may read only what is open to all. */
const NOBODY = 65534;

/** Why what follows cannot be run, if it cannot: root reads everything, whatever the mode is. */
const notRun = await reasonNotToRun();

async function reasonNotToRun(): Promise<string | undefined> {
  const folder = Deno.makeTempDirSync({ prefix: "topstreams-closed-" });
  try {
    Deno.chmodSync(folder, 0);
    Array.from(Deno.readDirSync(folder));
  } catch {
    return undefined;
  } finally {
    Deno.removeSync(folder);
  }
  if (!IS_COMPILED) return "not run: this user reads everything, and only dist/ runs as another";
  try {
    const words = { args: ["--version"], uid: NOBODY, gid: NOBODY, clearEnv: true };
    const { success } = await new Deno.Command(PROGRAM![0], words).output();
    return success ? undefined : "not run: this user reads everything; as another it fails";
  } catch (error) {
    return `not run: this user reads everything; as another: ${error}`;
  }
}

/** Runs as this user, or as nobody where this one reads everything. */
async function failsUnreadable(place: Place): Promise<string> {
  if (!IS_COMPILED) return await place.runFails(1, ...TWO_DAYS);
  const [path, ...words] = [...PROGRAM!, ...place.runWords(...TWO_DAYS)];
  const process = new Deno.Command(path, {
    args: words,
    ...Deno.uid() === 0 ? { uid: NOBODY, gid: NOBODY } : {},
    clearEnv: true,
    stdout: "piped",
    stderr: "piped",
  });
  const { status, stderr } = await endOf(process.spawn());
  assert.equal(status, 1, stderr);
  return stderr;
}

for (
  const [what, close, message] of [
    ["a log", LOG, (path: string) => `Cannot read "${path}": permission denied, expected a file`],
    [
      "a folder of logs",
      "logs",
      (path: string) => `Cannot read folder "${path}": permission denied, expected a folder`,
    ],
  ] as const
) {
  const name = `run refuses ${what} that it may not read`;
  if (notRun !== undefined) {
    Deno.test.ignore(`${name} (${notRun})`, () => {});
    continue;
  }
  testProgram(name, async (place) => {
    deliverDays(place, LAST, 2);
    for (const folder of ["batch", "results"]) {
      Deno.mkdirSync(place.path(folder));
      if (IS_COMPILED && Deno.uid() === 0) Deno.chownSync(place.path(folder), NOBODY, NOBODY);
    }
    Deno.chmodSync(place.folder, 0o755);
    Deno.chmodSync(place.path(close), 0);
    try {
      assert.equal(
        await failsUnreadable(place),
        `${message(place.path(close))} that this user may use\n`,
      );
      const left = place.names().filter((each) => /^(?:batch|results)\/.*[^/]$/.test(each));
      assert.deepEqual(left.filter((each) => !each.startsWith("batch/20211130/")), []);
    } finally {
      Deno.chmodSync(place.path(close), 0o755);
    }
  });
}

Deno.test("not_ready_test.ts has as many cases as docs/promises.ts says", () => {
  assert.equal(NO_FILES.length, CASES.noFiles);
});
