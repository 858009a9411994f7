/** Logs that are made to take memory: a line of 1 GiB, more keys than fit. */
import assert from "node:assert/strict";
import { LAST, summaryIn } from "../cli/_week.ts";
import { inPlace, type Place, PROGRAM } from "../cli/program.ts";

const LEAST_MEMORY = { "1": 127, "2": 256 } as const;
const MIB = 2 ** 20;

function testSizes(name: string, body: (place: Place) => Promise<void>): void {
  Deno.test({ name, ignore: PROGRAM === undefined, fn: () => inPlace(body) });
}

function assertPeak(place: Place, mebibytes: number): void {
  const { peakMemoryBytes } = summaryIn(place, LAST);
  assert.ok(peakMemoryBytes <= mebibytes * MIB, `${peakMemoryBytes} bytes at ${mebibytes} MiB`);
}

for (const jobs of ["1", "2"] as const) {
  const memory = LEAST_MEMORY[jobs];
  const words = ["--days", "1", "--jobs", jobs, "--memory", `${memory}MiB`];

  testSizes(`a line of 1 GiB without a line end costs no memory, --jobs ${jobs}`, async (place) => {
    place.write("logs/listen-20211201.log", "71|5|FR\n");
    const log = Deno.openSync(place.path("logs/listen-20211201.log"), { write: true });
    log.truncateSync(2 ** 30);
    log.close();
    await place.run(...words, "--max-rejected", "50%");
    assertPeak(place, memory);
    assert.equal(place.read("results/user_top50_20211201.txt"), "5|71:1\n");
    const [{ rows, rejected }] = summaryIn(place, LAST).logs;
    assert.deepEqual([rows, rejected["too-long"]], [2, 1]);
  });

  testSizes(`ten million users in ${memory} MiB, --jobs ${jobs}`, async (place) => {
    const size = ["--rows", "10M", "--users", "1000M", "--corrupt", "0%", "--date", "20211201"];
    await place.topstreams("generate", "--out", place.path("logs"), ...size);
    await place.run(...words);
    assertPeak(place, memory);
    const manifest = JSON.parse(place.read("batch/20211201/manifest.json"));
    assert.ok(
      manifest.batches.user.keyCount > 9_900_000,
      `${manifest.batches.user.keyCount} users`,
    );
    assert.equal(manifest.batches.user.streamCount, 10_000_000);
  });
}
