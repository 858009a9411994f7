/** `verify`: what is wrong, where, and which command mends it; nothing is changed for it. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { crc32 } from "node:zlib";
import { formatDay } from "../../core/day.ts";
import { decodeManifest, encodeManifest, type Manifest } from "../../core/manifest.ts";
import { lockFolder } from "../../io/lock.ts";
import type { Finding, Verified } from "../../io/verify.ts";
import { assertSession } from "./_readme.ts";
import { batchName, bytesOf, DAYS, deliver, deliverDays, LAST, logOf, takeAway } from "./_week.ts";
import { type Ended, endOf, type Place, testProgram } from "./program.ts";

const RUN = ["--days", "3", "--max-rejected", "5%"];

function verifyWords(place: Place, ...argv: string[]): string[] {
  const folders = ["logs", "batch"].flatMap((name) => [`--${name}`, place.path(name)]);
  return ["verify", ...folders, "--jobs", "1", ...argv];
}

async function verify(place: Place, ...argv: string[]): Promise<Ended> {
  return await place.topstreams(...verifyWords(place, ...argv));
}

/** What is verified, as a document; the exit status says whether anything is wrong. */
async function verified(place: Place, ...argv: string[]): Promise<Verified> {
  const ended = await verify(place, "--json", ...argv);
  const document: Verified = JSON.parse(ended.stdout);
  const count = document.findings.length;
  assert.equal(ended.status, count === 0 ? 0 : 1);
  const expected = `: ${count} thing${count === 1 ? "" : "s"} wrong, expected none\n`;
  assert.ok(count === 0 ? ended.stderr === "" : ended.stderr.endsWith(expected), ended.stderr);
  return document;
}

const results = (place: Place) => ["--results", place.path("results")];

/** Everything that is there, with times and bytes. */
function traces(place: Place): string[] {
  return place.names().map((name) => {
    const { size, mtime, isFile } = Deno.lstatSync(place.path(name));
    const bytes = isFile ? crc32(Deno.readFileSync(place.path(name))) : 0;
    // The scratch folder comes and goes in the folder of the batches.
    return `${name} ${isFile ? size : ""} ${name === "batch/" ? "" : mtime?.getTime()} ${bytes}`;
  });
}

function manifestOf(place: Place, day = LAST): Manifest {
  const manifest = decodeManifest(place.read(batchName(day, "manifest.json")));
  assert.ok(typeof manifest !== "string");
  return manifest;
}

/** Changes bytes of a file. */
function patch(place: Place, name: string, change: (bytes: Buffer) => Buffer | void): void {
  const bytes = Buffer.from(Deno.readFileSync(place.path(name)));
  place.write(name, change(bytes) ?? bytes);
}

/** Finds the only thing that is wrong, mends it as it says, and asserts that nothing is then. */
async function assertMended(
  place: Place,
  expected: Partial<Finding> & { readonly path: string },
  ...argv: string[]
): Promise<void> {
  const before = traces(place);
  const { findings } = await verified(place, ...argv);
  assert.deepEqual(traces(place), before);
  assert.equal(findings.length, 1, JSON.stringify(findings));
  const [{ path, what, mend }] = findings;
  assert.equal(path, place.path(expected.path));
  assert.match(what, new RegExp(expected.what ?? ""));
  const text = await verify(place, ...argv);
  const line = text.stdout.split("\n").find((each) => each.startsWith("  to mend it: "));
  assert.equal(line, `  to mend it: ${mend}`);
  await mended(place, mend);
  assert.deepEqual((await verified(place, ...argv)).findings, []);
}

/** Does what is said to mend: deletes what is named, and runs with the options of the week. */
async function mended(place: Place, mend: string): Promise<void> {
  for (const command of mend.split(" && ")) {
    const [program, ...words] = command.split(" ");
    if (program === "rm") {
      assert.equal(words[0], "-r");
      Deno.removeSync(words[1], { recursive: true });
    } else {
      assert.equal(program, "topstreams");
      const where = words.includes("--results") ? [] : results(place);
      const others = words[0] === "run" ? [...where, "--jobs", "1", ...RUN] : [];
      const { status, stderr } = await place.topstreams(...words, ...others);
      assert.equal(status, 0, stderr);
    }
  }
}

testProgram("verify finds nothing wrong where nothing is, and changes nothing", async (place) => {
  deliverDays(place, LAST, 4);
  await place.run("--date", formatDay(LAST - 1), ...RUN);
  await place.run("--by", "country:5,world:9,user", "--writer", "top,csv,html", ...RUN);
  const before = traces(place);
  const plain = await verified(place);
  assert.deepEqual(plain.batches, DAYS.slice(5).map(formatDay));
  assert.deepEqual([plain.rebuilt, plain.reports, plain.notVerified, plain.running], [
    [],
    [],
    [],
    null,
  ]);
  const all = await verified(place, "--deep", ...results(place));
  assert.deepEqual(all.rebuilt, plain.batches);
  const { reports } = JSON.parse(place.read("results/run_20211201.json"));
  assert.deepEqual(all.reports, reports.map(({ name }: { name: string }) => name));
  assert.equal(all.reports.length, 7);
  assert.ok(plain.entries > 1000);
  assert.equal(plain.entries, all.entries);
  assert.deepEqual(traces(place), before);
  const { stdout } = await verify(place, "--deep", ...results(place));
  assert.equal(stdout, "3 batches, 3 logs read again, 7 reports: nothing wrong\n");
  assert.equal((await verify(place)).stdout, "3 batches, 0 reports: nothing wrong\n");
});

for (const jobs of ["1", "2"]) {
  testProgram(`verify --deep --results of ids that are text, --jobs ${jobs}`, async (place) => {
    const rows = "b\u00e9|x|FR\nb|y|FR\nb|y|DE\nbb|x|FR\nb|yy|FR\n".repeat(30);
    deliver(place, LAST, Buffer.from(rows).toString("latin1"));
    await place.run(
      "--days",
      "1",
      "--ids",
      "text",
      "--compress",
      "gz",
      "--movement",
      "--writer",
      "csv",
    );
    const { rebuilt, reports } = await verified(place, "--deep", "--jobs", jobs, ...results(place));
    assert.deepEqual(rebuilt, ["2021-12-01"]);
    assert.deepEqual(reports, ["country_top50_20211201.csv.gz", "user_top50_20211201.csv.gz"]);
  });
}

testProgram(
  "verify --deep reads several logs of a day, of other formats and columns",
  async (place) => {
    place.write("logs/20211201-b.csv", "cc,s,u\nFR,1,5\nDE,2,6\n");
    place.write("logs/20211201-a.csv", "s,u,cc\n1,5,FR\n");
    const argv = ["--log-name", "{YYYYMMDD}-*"];
    await place.run("--days", "1", ...argv, "--columns", "song=s,user=u,country=cc");
    assert.deepEqual((await verified(place, "--deep", ...argv)).rebuilt, ["2021-12-01"]);
  },
);

/** What is done to the batch of the last day, and what is found. */
const DAMAGES: readonly [
  what: string,
  file: string,
  damage: (place: Place, name: string) => void,
  found: string,
  byteOffset?: number,
][] = [
  [
    "a flipped bit in a block",
    "user.batch",
    (place, name) => patch(place, name, (bytes) => void (bytes[60] ^= 1)),
    "^damaged block, expected its checksum$",
    24,
  ],
  [
    "a flipped bit in the index",
    "country.batch",
    (place, name) => patch(place, name, (bytes) => void (bytes[bytes.length - 60] ^= 1)),
    "^damaged index, expected its checksum$",
  ],
  [
    "a batch that is cut short",
    "user.batch",
    (place, name) => patch(place, name, (bytes) => bytes.subarray(0, bytes.length - 5)),
    "^damaged or cut short, expected the trailer$",
  ],
  [
    "a batch of another day",
    "user.batch",
    (place, name) =>
      Deno.copyFileSync(place.path(batchName(LAST - 1, "user.batch")), place.path(name)),
    "^not what the manifest says, expected the batch of 2021-12-01 by user$",
    0,
  ],
  ["a batch that is gone", "user.batch", (place, name) => place.remove(name), "^not found", 0],
  [
    "a damaged manifest",
    "manifest.json",
    (place, name) => place.write(name, "{"),
    "^damaged manifest, expected JSON$",
  ],
  [
    "figures that do not agree",
    "manifest.json",
    (place, name) => {
      const manifest = manifestOf(place);
      const { user } = manifest.batches;
      const batches = { ...manifest.batches, user: { ...user!, streamCount: 1 } };
      place.write(name, encodeManifest({ ...manifest, batches }));
    },
    "^damaged manifest, expected figures that agree$",
  ],
  [
    "other streams by country",
    "country.batch",
    (place) => {
      const manifest = manifestOf(place);
      const { country } = manifest.batches;
      const [[first, a], [second, b], ...rest] = Object.entries(country!.countries!);
      const countries = Object.fromEntries([[first, a + 1], [second, b - 1], ...rest]);
      const batches = { ...manifest.batches, country: { ...country!, countries } };
      place.write(batchName(LAST, "manifest.json"), encodeManifest({ ...manifest, batches }));
    },
    "^other streams by country than the manifest says",
    0,
  ],
];

for (const [what, file, damage, found, byteOffset] of DAMAGES) {
  testProgram(`verify finds ${what}, and says what mends it`, async (place) => {
    deliverDays(place, LAST, 3);
    await place.run(...RUN);
    damage(place, batchName(LAST, file));
    if (byteOffset !== undefined) {
      assert.equal((await verified(place)).findings[0].byteOffset, byteOffset);
    }
    await assertMended(place, { path: batchName(LAST, file), what: found });
  });
}

testProgram("verify finds every byte of a batch that is changed", async (place) => {
  deliver(place, LAST, "1|5|FR\n2|5|DE\n1|6|FR\n");
  await place.run("--days", "1");
  for (const file of ["country.batch", "user.batch", "manifest.json"]) {
    const name = batchName(LAST, file);
    const bytes = Deno.readFileSync(place.path(name));
    // Each byte once in every eleven places; all of them are damaged in tests of the core.
    for (let at = 0; at < bytes.length; at += 11) {
      patch(place, name, (each) => void (each[at] ^= 0x10));
      const { findings } = await verified(place);
      assert.equal(findings.length, 1, `byte ${at} of ${file}`);
      assert.equal(findings[0].path, place.path(name));
      place.write(name, bytes);
    }
  }
});

testProgram(
  "verify says of a damaged batch whose log is gone to bring the log back",
  async (place) => {
    deliver(place, LAST);
    await place.run("--days", "1", "--max-rejected", "5%");
    takeAway(place, LAST);
    place.write(batchName(LAST, "manifest.json"), "{");
    const [{ mend }] = (await verified(place)).findings;
    assert.match(mend, /^bring the log back, then rm -r .*20211201 && topstreams run --logs /);
  },
);

testProgram("verify --deep finds a batch that is sound, and not of its log", async (place) => {
  deliverDays(place, LAST, 3);
  await place.run(...RUN);
  const other = new Date("2021-12-02T03:00:00Z");
  deliver(place, LAST, logOf(LAST).replace("|5|", "|6|"), other);
  assert.deepEqual((await verified(place)).findings, []);
  await assertMended(
    place,
    { path: batchName(LAST, "manifest.json"), what: "^another checksum of log listen-20211201" },
    "--deep",
  );
});

testProgram("verify --deep finds entries that its log has not", async (place) => {
  deliverDays(place, LAST, 3);
  await place.run(...RUN);
  const stored = manifestOf(place);
  // The batch of a log with another song, said to be that of the log which is there.
  const other = logOf(LAST).replace("\n9007199254740991|", "\n9007199254740990|");
  assert.notEqual(other, logOf(LAST));
  deliver(place, LAST, other, new Date(1e12));
  await place.run(...RUN);
  deliver(place, LAST);
  const { batches } = manifestOf(place);
  place.write(batchName(LAST, "manifest.json"), encodeManifest({ ...stored, batches }));
  const what = "^other entries than its log has, expected the same$";
  await assertMended(place, { path: batchName(LAST, "country.batch"), what }, "--deep");
});

testProgram("verify --deep says where a log changed, and where it is gone", async (place) => {
  deliverDays(place, LAST, 3);
  await place.run(...RUN);
  takeAway(place, LAST - 1);
  const { notVerified, rebuilt } = await verified(place, "--deep");
  assert.deepEqual(notVerified, ["batch of 2021-11-30 against its log: the log is gone"]);
  assert.deepEqual(rebuilt, ["2021-11-29", "2021-12-01"]);
  deliver(place, LAST, logOf(LAST) + "\n1|1|FR\n");
  await assertMended(
    place,
    { path: batchName(LAST, "manifest.json"), what: "^made of another log than" },
    "--deep",
  );
});

testProgram("verify --results finds reports that are not as they were published", async (place) => {
  deliverDays(place, LAST, 3);
  await place.run(...RUN);
  const name = "results/country_top50_20211201.txt";
  const words = results(place);
  patch(place, name, (bytes) => void (bytes[0] ^= 1));
  await assertMended(place, { path: name, what: "^other bytes than were published" }, ...words);
  place.remove(name);
  await assertMended(place, { path: name, what: "^not found, expected a report$" }, ...words);
});

testProgram("verify --results finds reports that the batches do not give", async (place) => {
  deliverDays(place, LAST, 3);
  await place.run(...RUN);
  const name = "results/user_top50_20211201.txt";
  const text = place.read(name).replace(/\d$/m, "9");
  place.write(name, text);
  const run = JSON.parse(place.read("results/run_20211201.json"));
  run.reports[1].crc32 = crc32(text).toString(16).padStart(8, "0");
  place.write("results/run_20211201.json", JSON.stringify(run));
  const what = "^other bytes than the batches give, expected the same$";
  await assertMended(place, { path: name, what }, ...results(place));
});

testProgram("verify --results reads summaries of former versions", async (place) => {
  deliverDays(place, LAST, 3);
  await place.run("--compress", "gz", ...RUN);
  const { asked, ...former } = JSON.parse(place.read("results/run_20211201.json"));
  assert.deepEqual(asked.charts.length, 2);
  place.write("results/run_20211201.json", JSON.stringify(former));
  assert.equal((await verified(place, ...results(place))).reports.length, 2);
  place.write("results/run_20211201.json", "{}");
  const what = "^damaged, expected a run summary$";
  await assertMended(place, { path: "results/run_20211201.json", what }, ...results(place));
});

testProgram("verify --results says what it could not make again", async (place) => {
  deliverDays(place, LAST, 3);
  assert.deepEqual(await verified(place, ...results(place)).catch(() => undefined), undefined);
  const writer = `export const writer = { name: "mine", description: "d", extension: "mine",
    writeKey: ({ key }) => key + "\\n" };`;
  place.write("mine.js", writer);
  await place.run("--writer", `top,${place.path("mine.js")}`, ...RUN);
  const { notVerified, reports } = await verified(place, ...results(place));
  assert.equal(reports.length, 2);
  assert.deepEqual(
    notVerified,
    ["country", "user"].map((kind) =>
      `report ${kind}_top50_20211201.mine: writer "mine" is not built in (--writer FILE)`
    ),
  );
  const known = await verified(place, ...results(place), "--writer", place.path("mine.js"));
  assert.deepEqual([known.reports.length, known.notVerified], [4, []]);
  place.remove(batchName(LAST - 1));
  assert.deepEqual((await verified(place, ...results(place))).notVerified, [
    "reports of 2021-12-01 against the batch of 2021-11-30: it is gone",
  ]);
});

const FOREIGN: readonly [what: string, name: string, content: string, found: string][] = [
  ["a stray file", "batch/notes.txt", "x", "^not of this program"],
  ["a stray file in a batch", "batch/20211201/notes.txt", "x", "^not of this program"],
  ["a file aside", "batch/20211201/.user.batch.aside", "x", "^left by a run that was killed"],
  ["runs", "batch/.runs/run-0-1", "x", "^left by a run that was killed"],
  ["a report aside", "results/.a.txt.aside", "x", "^left by a run that was killed"],
];

for (const [what, name, content, found] of FOREIGN) {
  testProgram(`verify finds ${what}, and says what mends it`, async (place) => {
    deliverDays(place, LAST, 3);
    await place.run(...RUN);
    place.write(name, content);
    const path = name.startsWith("batch/.runs") ? "batch/.runs" : name;
    const words = name.startsWith("results") ? results(place) : [];
    await assertMended(place, { path, what: found }, ...words);
  });
}

testProgram("verify --deep clears what another that was killed has left", async (place) => {
  deliverDays(place, LAST, 3);
  await place.run(...RUN);
  place.write("batch/.verify/20211201/user.batch", "x");
  await assertMended(place, { path: "batch/.verify", what: "^left by" });
  assert.ok(!place.names("batch").some((name) => name.startsWith(".verify")));
});

testProgram("verify works beside a run, and says that there is one", async (place) => {
  deliverDays(place, LAST, 3);
  await place.run(...RUN);
  place.write("batch/20211201/.user.batch.aside", "on its way");
  place.write("batch/.runs/run-0-1", "x");
  const lock = await lockFolder(place.path("batch"));
  try {
    const { running, findings } = await verified(place, "--deep", ...results(place));
    assert.equal(running?.pid, Deno.pid);
    assert.deepEqual(findings, []);
    const { stdout } = await verify(place);
    assert.match(stdout, /^A run is in progress \(process \d+, since .*Z\): what it works on/);
  } finally {
    lock.release();
  }
  assert.equal((await verified(place)).findings.length, 2);
});

testProgram("verify that meets batches being replaced finds nothing wrong", async (place) => {
  deliverDays(place, LAST, 3);
  await place.run(...RUN);
  for (let i = 0; i < 4; i++) {
    const running = place.start(...place.runWords(...RUN, "--columns", `song=${i}`));
    running.stdout.cancel();
    running.stderr.cancel();
    deliver(place, LAST, logOf(LAST - (i % 3)), new Date(1e12 + i));
    const run = place.start(...place.runWords(...RUN, "--wait", "60"));
    const check = place.start(...verifyWords(place, "--json"));
    const [ended, verified] = await Promise.all([endOf(run), endOf(check), running.status]);
    assert.equal(ended.status, 0, ended.stderr);
    assert.deepEqual(JSON.parse(verified.stdout).findings, []);
  }
}, { needsProcess: true });

testProgram("verify stops within a second, and leaves no scratch", async (place) => {
  place.write("logs/listen-20211201.log", bytesOf("1|2|FR\n7|8|DE\n".repeat(2e6)));
  await place.run("--days", "1");
  const check = place.start(...verifyWords(place, "--deep"));
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    if (place.names("batch").some((name) => name.startsWith(".verify/20211201"))) break;
  }
  check.kill("SIGTERM");
  const { status, stderr } = await endOf(check);
  assert.equal(status, 143);
  assert.equal(stderr, "Stopped: former results are untouched\n");
  assert.ok(!place.names("batch").some((name) => name.startsWith(".verify")));
}, { needsProcess: true });

const WRONG: readonly [argv: readonly string[], status: number, message: RegExp][] = [
  [
    ["--date", "2021-12-01"],
    2,
    /^Cannot use "--date": unknown option, expected one of the options/,
  ],
  [["--memory", "1MiB", "--deep"], 2, /^Cannot use "--memory 1MiB": too little memory for 1 job/],
  [["--reader", "nothing"], 2, /^Cannot use "--reader nothing": unknown "nothing"/],
];

for (const [argv, status, message] of WRONG) {
  testProgram(`verify ${argv.join(" ")} is refused`, async (place) => {
    deliver(place, LAST);
    await place.run("--days", "1", "--max-rejected", "5%");
    const ended = await verify(place, ...argv);
    assert.equal(ended.status, status);
    assert.match(ended.stderr, message);
  });
}

testProgram(
  "verify refuses a folder that is not there, and finds nothing in an empty one",
  async (place) => {
    const absent = await verify(place);
    assert.equal(absent.status, 1);
    assert.match(absent.stderr, /^Cannot read folder ".*batch": not found, expected the folder/);
    Deno.mkdirSync(place.path("batch"));
    assert.equal((await verify(place)).stdout, "0 batches, 0 reports: nothing wrong\n");
  },
);

testProgram("README shows what verify writes", async (place) => {
  await assertSession(place, "topstreams generate --rows 5k --days 3 --date 2021-12-01 --seed 5");
});
