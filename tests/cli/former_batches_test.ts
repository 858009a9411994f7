/**
 * Batches of former versions of the program, kept as they were written: read, or refused by name.
 *
 * Each folder of golden_batches/ is a version of the format and what is particular of it; all
 * were made of the logs in logs/.
 */
import assert from "node:assert/strict";
import { BATCH_VERSION } from "../../core/batch_format.ts";
import { assertSameText } from "./_compare.ts";
import { type Place, testProgram } from "./program.ts";

const GOLDEN = new URL("../golden_batches/", import.meta.url);
const WORDS = ["--date", "20211201", "--days", "2", "--max-rejected", "30%"];
const REPORTS = ["country_top50_20211201.txt", "user_top50_20211201.txt"];

const versions = Array.from(Deno.readDirSync(GOLDEN), ({ name }) => name)
  .filter((name) => /^\d/.test(name)).sort();

function copyInto(place: Place, from: string, to: string): void {
  for (const { name, isDirectory } of Deno.readDirSync(new URL(`${from}/`, GOLDEN))) {
    if (isDirectory) copyInto(place, `${from}/${name}`, `${to}/${name}`);
    else place.write(`${to}/${name}`, Deno.readFileSync(new URL(`${from}/${name}`, GOLDEN)));
  }
}

function assertReports(place: Place, version: string): void {
  for (const name of REPORTS) {
    const expected = Deno.readTextFileSync(new URL(`${version}/expected/${name}`, GOLDEN));
    assertSameText(place.read(`results/${name}`), expected, name);
  }
}

function wordsOf(version: string): string[] {
  return [...WORDS, "--ids", version.endsWith("texts") ? "text" : "number"];
}

Deno.test("there is a golden batch of every version up to this one", () => {
  for (let version = 1; version <= BATCH_VERSION; version++) {
    assert.ok(versions.some((name) => name.startsWith(`${version}-`)), `version ${version}`);
  }
});

for (const version of versions) {
  testProgram(`run reads the batches ${version} without their logs`, async (place) => {
    copyInto(place, `${version}/batch`, "batch");
    Deno.mkdirSync(place.path("logs"));
    await place.run(...wordsOf(version));
    assertReports(place, version);
    const summary = JSON.parse(place.read("results/run_20211201.json"));
    assert.deepEqual(summary.daysUsed, ["2021-11-30", "2021-12-01"]);
  });

  testProgram(`run takes the batches ${version} for those of their logs`, async (place) => {
    copyInto(place, `${version}/batch`, "batch");
    copyInto(place, "logs", "logs");
    for (const day of ["20211130", "20211201"]) {
      const at = new Date("2021-12-02T03:00:00Z");
      Deno.utimeSync(place.path(`logs/listen-${day}.log`), at, at);
    }
    const { stderr } = await place.run(...wordsOf(version));
    assert.match(stderr, /^ {2}reused +2 +2 +9 /m);
    assertReports(place, version);
  });
}

/** Makes a manifest say that its batch is of another version. */
function ofVersion(place: Place, version: number): void {
  for (const day of ["20211130", "20211201"]) {
    for (const name of ["country", "user"]) {
      const path = `batch/${day}/${name}.batch`;
      const bytes = Deno.readFileSync(place.path(path));
      bytes[8] = version;
      place.write(path, bytes);
    }
  }
}

testProgram("run rebuilds batches of a later version, and names what is lost", async (place) => {
  copyInto(place, "1-several-logs/batch", "batch");
  ofVersion(place, 2);
  Deno.mkdirSync(place.path("logs"));
  const message = await place.runFails(1, ...WORDS);
  assert.match(
    message,
    /^Cannot read batch ".*\/20211130\/country\.batch" at byte 0: batch version 2, expected version 1; the log of 2021-11-30 is gone, expected the log to build the batch again\n$/,
  );
  copyInto(place, "logs", "logs");
  await place.run(...WORDS);
  assertReports(place, "1-several-logs");
});
