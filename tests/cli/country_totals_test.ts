/** The streams by country that manifests tell, against the oracle. */
import assert from "node:assert/strict";
import { chartOf } from "../oracle.ts";
import { batchName, daysRead, deliverDays, LAST, logOf, summaryIn } from "./_week.ts";
import { testProgram } from "./program.ts";

/** Adds up the oracle's chart of all songs by country. */
function totalsOf(log: string): Record<string, number> {
  const lines = chartOf([log], "country", Infinity).trimEnd().split("\n");
  return Object.fromEntries(lines.map((line) => {
    const [country, songs] = line.split("|");
    const streams = songs.split(",").map((song) => Number(song.split(":")[1]));
    return [country, streams.reduce((sum, each) => sum + each, 0)];
  }));
}

const WAYS: readonly (readonly string[])[] = [
  ["--jobs", "1"],
  ["--jobs", "2"],
  ["--jobs", "2", "--ids", "text", "--max-rejected", "50%"],
];

for (const way of WAYS) {
  testProgram(`run ${way.join(" ")} writes the streams by country`, async (place) => {
    deliverDays(place, LAST, 2);
    await place.run("--date", "20211201", "--days", "2", ...way);
    const { batches } = JSON.parse(place.read(batchName(LAST, "manifest.json")));
    if (!way.includes("text")) assert.deepEqual(batches.country.countries, totalsOf(logOf(LAST)));
    const streams: number[] = Object.values(batches.country.countries);
    assert.equal(streams.reduce((sum, each) => sum + each, 0), batches.country.streamCount);
    assert.equal(batches.user.countries, undefined);
    assert.equal(daysRead(summaryIn(place, LAST)).length, 2);
  });
}
