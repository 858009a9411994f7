/** What the program does not do to files that are not its own, and what it does before all else. */
import assert from "node:assert/strict";
import { lockFolder } from "../../io/lock.ts";
import { type Place, testProgram } from "./program.ts";

testProgram("generate refuses to write over a log unless --replace says so", async (place) => {
  place.write("logs/listen-20211201.log", "5|2|FR\n");
  const words = ["generate", "--rows", "10", "--date", "2021-12-01", "--out", place.path("logs")];
  const refused = await place.topstreams(...words);
  assert.equal(refused.status, 1);
  assert.match(
    refused.stderr,
    /^Cannot make log ".*listen-20211201\.log": it is there, expected no/,
  );
  assert.equal(place.read("logs/listen-20211201.log"), "5|2|FR\n");
  assert.equal((await place.topstreams(...words, "--replace")).status, 0);
  assert.notEqual(place.read("logs/listen-20211201.log"), "5|2|FR\n");
});

testProgram("generate deletes what a killed one has left aside", async (place) => {
  place.write("logs/.listen-20211130.log.aside", "half");
  const words = ["generate", "--rows", "10", "--date", "2021-12-01", "--out", place.path("logs")];
  assert.equal((await place.topstreams(...words)).status, 0);
  assert.deepEqual(place.names("logs"), ["listen-20211201.log"]);
});

testProgram("demo refuses a folder that is not its own", async (place) => {
  place.write("mine/logs/listen-20211201.log", "5|2|FR\n");
  const refused = await place.topstreams("demo", "--out", place.path("mine"));
  assert.equal(refused.status, 1);
  assert.match(refused.stderr, /^Cannot make a demo in ".*mine": the folder holds other files/);
  assert.equal(place.read("mine/logs/listen-20211201.log"), "5|2|FR\n");
});

testProgram("run takes no notice of a file that has the name of a batch folder", async (place) => {
  place.write("logs/listen-20211201.log", "5|2|FR\n");
  place.write("batch/20211106", "a stray file");
  await place.run("--days", "1");
  assert.equal(place.read("results/country_top50_20211201.txt"), "FR|5:1\n");
  assert.equal(place.read("batch/20211106"), "a stray file");
});

testProgram(
  "run that fails leaves none of the folders that it made, outer ones too",
  async (place) => {
    place.write("logs/listen-20211201.log", "5|2|FR\n");
    const folders = ["--batch", place.path("x/y/b"), "--results", place.path("x/z/r")];
    await place.runFails(1, "--date", "2020-01-01", ...folders);
    assert.deepEqual(place.names(""), ["logs/", "logs/listen-20211201.log"]);
  },
);

testProgram("run completes a publication before it looks at the logs", async (place) => {
  place.write("results/.publish.json", '{"files":["run_20211201.json"],"removals":[]}');
  place.write("results/.run_20211201.json.aside", "{}");
  await place.runFails(1);
  assert.deepEqual(place.names("results"), ["run_20211201.json"]);
});

testProgram("run names the newest day when its log is compressed", async (place) => {
  place.write("logs/listen-20211110.log", "5|2|FR\n");
  place.write("logs/listen-20211201.log.gz", "compressed");
  const message = await place.runFails(1, "--days", "1");
  assert.match(message, /^Cannot read log ".*listen-20211201\.log\.gz": no gzip, expected what/);
});

testProgram(
  "run makes files of --file-mode and folders that others cannot enter",
  async (place) => {
    place.write("logs/listen-20211201.log", "5|2|FR\n");
    await place.run("--days", "1", "--file-mode", "0666");
    assertModes(place, 0o666);
    place.remove("results");
    place.remove("batch");
    await place.run("--days", "1");
    assertModes(place, 0o640);
    const message = await place.runFails(2, "--file-mode", "0999");
    assert.equal(
      message,
      'Cannot use "--file-mode 0999": "0999", expected three octal digits such as 640, ' +
        "the owner's rights among them\n",
    );
  },
);

/** Folders may be narrower than 0750 by the umask, never wider. */
function assertModes(place: Place, mode: number): void {
  for (const name of place.names().filter((each) => /^(?:batch|results)\//.test(each))) {
    const found = Deno.statSync(place.path(name)).mode! & 0o777;
    if (name.endsWith("/")) assert.equal(found & ~0o750, 0, name);
    else assert.equal(found, mode, `${name}: ${found.toString(8)}`);
  }
}

testProgram("run --wait waits for the end of another run, and says for whom", async (place) => {
  place.write("logs/listen-20211201.log", "5|2|FR\n");
  Deno.mkdirSync(place.path("batch"));
  const lock = await lockFolder(place.path("batch"));
  // Later than the slowest start of the program.
  setTimeout(() => lock.release(), 5000);
  const { stderr } = await place.run("--days", "1", "--wait", "60");
  const holder = `process ${Deno.pid}, since .*Z`;
  assert.match(
    stderr,
    new RegExp(`^Warning: another run holds the lock \\(${holder}\\); waiting for up to 60 s\n`),
  );
  assert.equal(place.read("results/country_top50_20211201.txt"), "FR|5:1\n");
});

testProgram("run --wait gives up in time", async (place) => {
  place.write("logs/listen-20211201.log", "5|2|FR\n");
  Deno.mkdirSync(place.path("batch"));
  const lock = await lockFolder(place.path("batch"));
  try {
    const message = await place.runFails(1, "--days", "1", "--wait", "1");
    assert.match(
      message,
      /\nCannot lock ".*batch": another run .*, expected its end within 1 s\n$/,
    );
  } finally {
    lock.release();
  }
});
