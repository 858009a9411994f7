/** `topstreams forget`: what leaves, what stays, what comes back and what does not. */
import assert from "node:assert/strict";
import { compactDay, daysOf, formatDay, windowEnding } from "../../core/day.ts";
import { lockFolder } from "../../io/lock.ts";
import { linesOf, parseRow } from "../oracle.ts";
import { assertSameText } from "./_compare.ts";
import {
  assertSummary,
  forget,
  plainReport,
  playedIn,
  userChart,
  userReport,
  usersIn,
  without,
} from "./_forget.ts";
import { assertSession } from "./_readme.ts";
import { batchName, deliver, deliverDays, LAST, logOf, takeAway } from "./_week.ts";
import { type Place, testProgram } from "./program.ts";

const WEEK = daysOf(windowEnding(LAST, 7));
const LOGS = WEEK.map((day) => logOf(day));
const USERS = usersIn(LOGS);
/** The user with most streams: in the batches of every day. */
const USER = USERS[0];

async function withCharts(place: Place, ...options: string[]): Promise<void> {
  deliverDays(place, LAST, 7);
  await place.run("--date", "2021-12-01", ...options);
}

/** What tells one file from another, and whether it was written again. */
function fileAt(place: Place, name: string): string {
  const { ino, mtime, size } = Deno.statSync(place.path(name));
  return `${ino} ${mtime?.getTime()} ${size}`;
}

testProgram("forget takes a user out of batches and reports of every format", async (place) => {
  await withCharts(place, "--writer", "top,csv,jsonl,parquet");
  const country = place.read("results/country_top50_20211201.txt");
  const countries = WEEK.map((day) => fileAt(place, batchName(day, "country.batch")));
  const { status, stdout, stderr } = await forget(place, "user", USER);
  assert.deepEqual([status, stderr], [0, ""]);
  const days = WEEK.map((day) => [formatDay(day), playedIn(logOf(day), USER)] as const);
  const all = days.reduce((sum, [, { streams }]) => sum + streams, 0);
  assert.equal(
    stdout.split("The user is in the list")[0],
    `Forgot user ${USER}\n` +
      days.map(([day, { streams, songs }]) =>
        `  batch of ${day}: ${streams} streams of ${songs} songs\n`
      ).join("") +
      ["csv", "jsonl", "parquet", "txt"].map((extension) =>
        `  ${userReport(LAST, extension)}: ${shown(USER)} streams\n`
      ).join(""),
  );
  assert.match(stdout, /\):\nlogs of today and before are read without\n/);
  assert.match(stdout, /\nLogs are not changed: 7 in ".*logs" still hold streams of the user\n$/);
  assertSameText(plainReport(place, userReport(LAST)), userChart(LOGS, USER), "the report");
  assert.equal(place.read("results/country_top50_20211201.txt"), country, "countries name nobody");
  assert.deepEqual(WEEK.map((day) => fileAt(place, batchName(day, "country.batch"))), countries);
  const streams = LOGS.flatMap(linesOf).filter((line) => typeof parseRow(line) !== "string").length;
  assertSummary(place, LAST, USERS.length - 1, streams - all);
  const names = ["top", "user", USER, "--batch", place.path("batch")];
  const top = await place.topstreams(...names);
  assert.match(top.stderr, /^Cannot find user ".*": no streams in the batches/);
  // The same reports, byte for byte, of the batches that are left, and of the logs.
  const reports = place.contents("results");
  for (const drop of [[], WEEK.map((day) => batchName(day))]) {
    for (const name of drop) place.remove(name);
    await place.run("--date", "2021-12-01", "--writer", "top,csv,jsonl,parquet", "--jobs", "2");
    for (const [name, text] of Object.entries(reports)) {
      if (!name.startsWith("run_")) assertSameText(place.contents("results")[name], text, name);
    }
    assertSummary(place, LAST, USERS.length - 1, streams - all);
  }
});

/** The streams of a user that a report of 50 songs shows. */
function shown(user: string): number {
  const songs = new Map<bigint | string, number>();
  for (const line of LOGS.flatMap(linesOf)) {
    const row = parseRow(line);
    if (typeof row === "string" || String(row[1]) !== user) continue;
    songs.set(row[0], (songs.get(row[0]) ?? 0) + 1);
  }
  return [...songs.values()].sort((a, b) => b - a).slice(0, 50).reduce((a, b) => a + b, 0);
}

testProgram("forget writes nothing again that does not hold the user", async (place) => {
  // A user of one day only, and a report of an earlier window that has nobody of that day.
  deliverDays(place, LAST, 7);
  deliver(place, LAST, `${logOf(LAST)}\n71|777777|FR\n`);
  await place.run("--date", formatDay(LAST - 1), "--days", "6");
  await place.run("--date", formatDay(LAST));
  const untouched = [
    ...WEEK.flatMap((day) => [
      batchName(day, "country.batch"),
      ...day === LAST ? [] : [batchName(day, "user.batch")],
    ]),
    `results/${userReport(LAST - 1)}`,
    `results/run_${compactDay(LAST - 1)}.json`,
    `results/country_top50_${compactDay(LAST)}.txt`,
  ];
  const before = untouched.map((name) => fileAt(place, name));
  const { stdout } = await forget(place, "user", "777777");
  assert.match(stdout, /^Forgot user 777777\n {2}batch of 2021-12-01: 1 stream of 1 song\n/);
  assert.match(stdout, /Logs are not changed: 1 in ".*" still holds streams of the user\n$/);
  assert.deepEqual(untouched.map((name) => fileAt(place, name)), before);
  assertSameText(plainReport(place, userReport(LAST)), userChart(LOGS, "777777"), "the report");
});

testProgram("forget finds users wherever they stand in a report, and gzip too", async (place) => {
  await withCharts(place, "--writer", "top,csv,jsonl,parquet", "--compress", "gz");
  const ascending = [...USERS].sort((a, b) => Number(a) - Number(b));
  const gone = [ascending[0], ascending[ascending.length - 1], ascending[30]];
  let logs = LOGS;
  for (const user of gone) {
    assert.equal((await forget(place, "user", user)).status, 0);
    logs = logs.map((log) => without(log, user));
    assertSameText(
      plainReport(place, userReport(LAST, "txt.gz")),
      userChart(logs, user),
      `without ${user}`,
    );
  }
  const left = place.contents("results");
  await place.run("--date", "2021-12-01", "--writer", "top,csv,jsonl,parquet", "--compress", "gz");
  for (const [name, text] of Object.entries(place.contents("results"))) {
    if (!name.startsWith("run_")) assertSameText(left[name], text, `${name} as a run makes it`);
  }
});

testProgram(
  "forget of an unknown user keeps logs that come later from having it",
  async (place) => {
    const day = LAST - 1;
    deliver(place, day);
    await place.run("--date", formatDay(day), "--days", "1");
    const batches = fileAt(place, batchName(day, "user.batch"));
    const { status, stdout } = await forget(place, "user", "0031415926");
    assert.equal(status, 0);
    assert.match(stdout, /^Found nothing of user 0031415926\nThe user is in the list/);
    assert.equal(fileAt(place, batchName(day, "user.batch")), batches);
    assert.equal(Deno.statSync(place.path("batch/forgotten.key")).mode! & 0o777, 0o600);
    assert.doesNotMatch(place.read("batch/forgotten.json"), /31415926/);
    deliver(place, LAST, `${logOf(LAST)}\n71|31415926|FR\n71|31415926|FR\n`);
    const { stderr } = await place.run("--date", formatDay(LAST), "--days", "2", "--verbose");
    assert.doesNotMatch(stderr, /Reading log ".*20211130/, "the other batch is as it is to be");
    const logs = [logOf(day), logOf(LAST)];
    assertSameText(plainReport(place, userReport(LAST)), userChart(logs, "31415926"), "the report");
    const counted = `${logOf(LAST)}\n71|31415926|FR\n71|31415926|FR\n`;
    const french = await place.topstreams(
      ...["top", "country", "FR", "--batch", place.path("batch"), "--days", "1", "--json"],
    );
    const expected = linesOf(counted).map((line) => parseRow(line))
      .filter((row) => typeof row !== "string" && row[2] === "FR").length;
    assert.equal(JSON.parse(french.stdout).streams, expected, "countries count all streams");
    const again = await forget(place, "user", "31415926");
    assert.match(again.stdout, /^Found nothing of user 31415926\nThe user was in the list/);
  },
);

testProgram("forget takes rejected rows that may name the user", async (place) => {
  const odd = "1| 0077 |fr\nx|77|FR\n77\n1|770|de\n77|5|zz\n1|a77|fr\n1|5|fr\n";
  deliver(place, LAST, `${logOf(LAST)}\n${odd}71|77|FR\n`);
  const options = ["--days", "1", "--max-rejected", "50%"];
  const quarantine = ["--quarantine", place.path("rejected")];
  await place.run(...options, ...quarantine);
  const name = `rejected/rejected-${compactDay(LAST)}.jsonl`;
  const before = place.read(name).trimEnd().split("\n").map((line) => JSON.parse(line));
  const warned = await forget(place, "user", "1234567");
  assert.match(
    warned.stderr,
    /^Warning: rejected rows of 2021-12-01 were kept, and are not looked into \(--quarantine DIR\)\n$/,
  );
  const { stdout } = await forget(place, "user", "77", ...quarantine);
  assert.match(stdout, /\n {2}rejected-20211201\.jsonl: 4 rows\n/);
  const after = place.read(name).trimEnd().split("\n").map((line) => JSON.parse(line));
  const isNamed = ({ row }: { row?: string }) =>
    ["1| 0077 |fr", "x|77|FR", "77", "77|5|zz"].includes(row ?? "");
  const rows = before.slice(0, -1);
  assert.deepEqual(after.slice(0, -1), rows.filter((row) => !isNamed(row)));
  assert.deepEqual(after.at(-1), {
    ...before.at(-1),
    keptRows: rows.length - 4,
    forgottenRows: 4,
  });
  const { rejectedRows, keptRows, leftOutRows } = after.at(-1);
  assert.deepEqual([keptRows + 4, leftOutRows], [rejectedRows, 0]);
  assert.doesNotMatch(place.read(batchName(LAST, "manifest.json")), /"text": ".*\b0*77\b/);
  const [file, manifest] = [
    place.read(name),
    JSON.parse(place.read(batchName(LAST, "manifest.json"))),
  ];
  const told = JSON.parse(place.read("results/run_20211201.json")).quarantines[0];
  assert.deepEqual([told.sizeBytes, told.keptRows], [file.length, keptRows]);
  // The same of the log, read again.
  place.remove("batch/20211201");
  await place.run(...options, ...quarantine);
  assertSameText(place.read(name), file, "rejected rows");
  const built = JSON.parse(place.read(batchName(LAST, "manifest.json")));
  assert.deepEqual(
    [built.logs, built.forgotten, built.quarantine],
    [manifest.logs, manifest.forgotten, manifest.quarantine],
  );
});

testProgram("forget takes ids that are text", async (place) => {
  const log = "a|Zoë|FR\na|Zoë|FR\nb|7|FR\nc|007|DE\nd|x,y|DE\n";
  place.write("logs/listen-20211201.log", log);
  const words = ["--days", "1", "--ids", "text", "--writer", "top,csv,jsonl,parquet"];
  await place.run(...words);
  for (
    const [user, left] of [["Zoë", ["007", "7", "x,y"]], ["7", ["007", "x,y"]], ["x,y", [
      "007",
    ]]] as const
  ) {
    assert.equal((await forget(place, "user", user)).status, 0);
    const keys = plainReport(place, userReport(LAST)).trimEnd().split("\n").map((line) =>
      decodeURIComponent(line.split("|")[0])
    );
    assert.deepEqual(keys, left);
    const reports = place.contents("results");
    await place.run(...words);
    for (const [name, text] of Object.entries(place.contents("results"))) {
      if (!name.startsWith("run_")) assertSameText(reports[name], text, `${name} without ${user}`);
    }
  }
});

testProgram("a batch that was brought back is built again, or refused by name", async (place) => {
  await withCharts(place);
  const folder = batchName(LAST - 2);
  const former = place.names(folder).map((name) =>
    [name, Deno.readFileSync(place.path(`${folder}/${name}`))] as const
  );
  await forget(place, "user", USER);
  const expected = place.read(`results/${userReport(LAST)}`);
  const bringBack = (): void =>
    former.forEach(([name, bytes]) => place.write(`${folder}/${name}`, bytes));
  bringBack();
  const shown = await place.topstreams("top", "user", USER, "--batch", place.path("batch"));
  assert.match(
    shown.stderr,
    /^Cannot read batch ".*20211129.*": made before users were forgotten; topstreams run builds/,
  );
  const run = await place.run("--date", "2021-12-01", "--verbose");
  assert.match(run.stderr, /Reading log ".*20211129\.log" \(made before users were forgotten\)\n/);
  assertSameText(place.read(`results/${userReport(LAST)}`), expected, "the report");
  bringBack();
  takeAway(place, LAST - 2);
  const refused = await place.topstreams(...place.runWords("--date", "2021-12-01"));
  assert.equal(refused.status, 1);
  assert.match(
    refused.stderr,
    /^Cannot use the batch of 2021-11-29: made before users were forgotten; its log is gone, expected the log to build the batch again, or topstreams forget again\n$/,
  );
  const again = await forget(place, "again");
  assert.match(
    again.stdout,
    /^Forgot users of the list\n {2}batch of 2021-11-29: \d+ streams of \d+ songs\n$/,
  );
  await place.run("--date", "2021-12-01");
  assertSameText(place.read(`results/${userReport(LAST)}`), expected, "the report");
  const nothing = await forget(place, "again");
  assert.equal(nothing.stdout, "Found nothing of users of the list\n");
});

testProgram("verify --deep --results agrees with what forget left", async (place) => {
  await withCharts(place, "--writer", "top,csv,jsonl,parquet");
  const verify = async (): Promise<string[]> => {
    const folders = ["logs", "batch", "results"].flatMap((name) => [`--${name}`, place.path(name)]);
    const { stdout } = await place.topstreams("verify", "--deep", "--json", ...folders);
    const { findings, rebuilt, reports, notVerified } = JSON.parse(stdout);
    if (findings.length === 0) {
      assert.deepEqual([rebuilt.length, reports.length, notVerified], [7, 8, []]);
    }
    return findings.map(({ what, mend }: { what: string; mend: string }) => `${what}: ${mend}`);
  };
  const former = Deno.readFileSync(place.path(batchName(LAST, "user.batch")));
  const manifest = place.read(batchName(LAST, "manifest.json"));
  await forget(place, "user", USER);
  assert.deepEqual(await verify(), []);
  await forget(place, "user", "1234567890");
  assert.deepEqual(await verify(), []);
  place.write(batchName(LAST, "user.batch"), former);
  place.write(batchName(LAST, "manifest.json"), manifest);
  assert.match(
    (await verify())[0],
    /^made before users were forgotten: rm -r .* && topstreams run/,
  );
  takeAway(place, LAST);
  assert.match(
    (await verify())[0],
    /^made before users were forgotten: topstreams forget again --batch /,
  );
  await forget(place, "again");
  assert.equal((await place.topstreams("verify", "--batch", place.path("batch"))).status, 0);
});

testProgram("a list or a key that is lost or damaged is refused by name", async (place) => {
  await withCharts(place);
  await forget(place, "user", USER);
  const list = place.read("batch/forgotten.json");
  const key = Deno.readFileSync(place.path("batch/forgotten.key"));
  await forget(place, "user", USERS[1]);
  const newer = place.read("batch/forgotten.json");
  const refused = async (message: RegExp): Promise<void> => {
    const before = place.contents("results");
    for (const words of [place.runWords("--date", "2021-12-01"), undefined]) {
      const ended = words
        ? await place.topstreams(...words)
        : await forget(place, "user", USERS[2]);
      assert.equal(ended.status, 1, ended.stdout);
      assert.match(ended.stderr, message);
    }
    assert.deepEqual(place.contents("results"), before);
  };
  place.write("batch/forgotten.json", newer.replace('"version": 1', '"version": 2'));
  await refused(/^Cannot use ".*forgotten\.json": damaged, expected its checksum \(bring it back/);
  place.write("batch/forgotten.json", list);
  await refused(
    /^Cannot use ".*forgotten\.json": it lacks users that were left out of the batch of 2021-11-25, /,
  );
  place.remove("batch/forgotten.json");
  await refused(/^Cannot use ".*forgotten\.json": it lacks users /);
  place.write("batch/forgotten.json", newer);
  place.remove("batch/forgotten.key");
  place.remove(batchName(LAST));
  await refused(
    /^Cannot use ".*forgotten\.json": its key forgotten\.key is not there \(bring it back/,
  );
  place.write("batch/forgotten.key", key.subarray(1));
  await refused(/^Cannot use ".*forgotten\.key": 31 bytes, expected 32\n$/);
  place.write("batch/forgotten.key", key);
  await place.run("--date", "2021-12-01");
  const logs = LOGS.map((log) => without(log, USERS[1]));
  assertSameText(plainReport(place, userReport(LAST)), userChart(logs, USER), "both are forgotten");
});

testProgram(
  "forget changes nothing where something is damaged, and says what mends it",
  async (place) => {
    await withCharts(place, "--writer", "top,parquet", "--compress", "gz");
    const damaged = async (name: string, at: number, message: RegExp): Promise<void> => {
      const bytes = Deno.readFileSync(place.path(name));
      const bad = bytes.slice();
      bad[(at + bad.length) % bad.length] ^= 4;
      place.write(name, bad);
      const before = { ...place.contents("batch"), ...place.contents("results") };
      const { status, stdout, stderr } = await forget(place, "user", USER);
      assert.deepEqual([status, stdout], [1, ""], name);
      assert.match(stderr, message);
      assert.deepEqual({ ...place.contents("batch"), ...place.contents("results") }, before);
      place.write(name, bytes);
    };
    const day = LAST - 3;
    const mending = "; topstreams run builds the batch again from its log\\n$";
    await damaged(
      batchName(day, "user.batch"),
      100,
      new RegExp(`^Cannot read batch ".*" at byte 24: damaged block.*${mending}`),
    );
    await damaged(
      batchName(day, "user.batch"),
      3,
      new RegExp(`^Cannot read batch ".*" at byte 0: .*${mending}`),
    );
    await damaged(
      batchName(day, "user.batch"),
      -3,
      new RegExp(`^Cannot read batch ".*" at byte \\d+: damaged or cut short.*${mending}`),
    );
    await damaged(
      batchName(day, "manifest.json"),
      30,
      new RegExp(`^Cannot read batch ".*manifest\\.json": damaged manifest.*${mending}`),
    );
    const again = "\\(topstreams run makes it again, or delete it\\)\\n$";
    await damaged(
      `results/${userReport(LAST, "txt.gz")}`,
      40,
      new RegExp(`^Cannot read ".*txt\\.gz": damaged gzip.*${again}`),
    );
    assert.equal((await forget(place, "user", USER)).status, 0, "nothing was left in the way");
  },
);

testProgram("forget waits for a run in progress, or is refused", async (place) => {
  await withCharts(place);
  for (const folder of ["batch", "results"]) {
    const before = place.contents("batch");
    const lock = await lockFolder(place.path(folder));
    const refused = await forget(place, "user", USER);
    assert.equal(refused.status, 1);
    assert.match(
      refused.stderr,
      /^Cannot lock ".*": another run holds the lock.*\(--wait SECONDS waits for its end\)\n$/,
    );
    lock.release();
    assert.deepEqual(place.contents("batch"), before);
  }
  const lock = await lockFolder(place.path("batch"));
  const waiting = forget(place, "user", USER, "--wait", "60");
  setTimeout(() => lock.release(), 1500);
  const ended = await waiting;
  assert.equal(ended.status, 0);
  // A process that starts slowly may find the lock free.
  assert.match(
    ended.stderr,
    /^(?:Warning: another run holds the lock.*; waiting for up to 60 s\n)?$/,
  );
});

testProgram("forget refuses what is no user", async (place) => {
  await withCharts(place);
  const fails = async (words: string[], message: RegExp): Promise<void> => {
    const ended = await forget(place, ...words);
    assert.deepEqual([ended.status, ended.stdout], [2, ""], words.join(" "));
    assert.match(ended.stderr, message);
  };
  await fails(["user", "x"], /^Cannot use "forget user x": no number, expected 1 to 16 digits/);
  await fails(
    ["user", "9007199254740992"],
    /^Cannot use "forget user 9007199254740992": no number/,
  );
  await fails(
    ["user"],
    /^Cannot use "forget user": no user given, expected one: forget user 12345\n$/,
  );
  await fails(
    ["again", "5"],
    /^Cannot use "forget again 5": a user, expected forget again alone\n$/,
  );
  await fails(["country", "FR"], /^Cannot use "country": /);
  assert.equal(place.names("batch").includes("forgotten.json"), false);
  const absent = await place.topstreams("forget", "user", "5", "--batch", place.path("nowhere"));
  assert.equal(absent.status, 1);
  assert.match(
    absent.stderr,
    /^Cannot read folder ".*nowhere": not found, expected the folder of the batches/,
  );
});

testProgram("forget --json tells the same, and what it cannot look into", async (place) => {
  await withCharts(place);
  place.write(`results/${userReport(LAST, "mine")}`, `${USER}: a format from outside\n`);
  const { stdout, stderr } = await forget(place, "user", USER, "--json");
  const told = JSON.parse(stdout);
  assert.equal(told.wasForgotten, false);
  assert.deepEqual(
    told.days,
    WEEK.map((day) => ({ day: formatDay(day), ...playedIn(logOf(day), USER) })),
  );
  assert.deepEqual(told.reports, [{ name: userReport(LAST), streams: shown(USER) }]);
  assert.equal(told.logs.length, 7);
  assert.deepEqual(told.unsearched, [userReport(LAST, "mine")]);
  assert.match(
    stderr,
    /^Warning: report ".*\.mine" is not looked into, its format is none of the program's own; /,
  );
});

testProgram("README shows what forget writes", async (place) => {
  await assertSession(place, "topstreams generate --rows 5k --days 2 --date 2021-12-01");
});
