/** A log that takes a while to load, and runs on it. */
import { crc32 } from "node:zlib";
import { generateLog, generatorOptions } from "../../bench/generator.ts";
import { type Day, formatDay } from "../../core/day.ts";
import { logName } from "../../core/names.ts";
import { LAST } from "../cli/_week.ts";
import { type Ended, endOf, type Place } from "../cli/program.ts";

/** Puts a log of so many rows into the folder of the logs. */
export function deliverRows(
  place: Place,
  day: Day,
  rowCount: number,
  userCount = Math.ceil(rowCount / 5),
): void {
  const shape = { profile: "wide", songCount: 4_000_000, corruptShare: 0.001 } as const;
  const options = generatorOptions({ rowCount, userCount, ...shape });
  Deno.mkdirSync(place.path("logs"), { recursive: true });
  const file = Deno.openSync(place.path(`logs/${logName(day)}`), {
    write: true,
    create: true,
    truncate: true,
  });
  // A part is overwritten by the next one.
  for (const part of generateLog(day, options)) {
    for (let at = 0; at < part.length;) at += file.writeSync(part.subarray(at));
  }
  file.close();
  const at = new Date("2021-12-02T03:00:00Z");
  Deno.utimeSync(place.path(`logs/${logName(day)}`), at, at);
}

/** The words of a run of the last day alone. */
export const ONE_DAY = ["--date", formatDay(LAST), "--days", "1"];

/** Checksums of the reports, by their names. */
export function checksums(place: Place, folder = "results"): Record<string, number> {
  return Object.fromEntries(
    place.names(folder).filter((name) => /\.(?:txt|csv)$/.test(name)).map((name) => [
      name,
      crc32(Deno.readFileSync(place.path(`${folder}/${name}`))),
    ]),
  );
}

/** Makes the same charts with batches in a folder, and gives their checksums. */
export async function embedded(place: Place, ...words: string[]): Promise<Record<string, number>> {
  const { engineWords } = place;
  place.engineWords = [];
  const folders = ["--batch", place.path("embedded-batch"), "--results", place.path("embedded")];
  const ended = await place.topstreams(...place.runWords(...words), ...folders);
  place.engineWords = engineWords;
  if (ended.status !== 0) throw new Error(ended.stderr);
  return checksums(place, "embedded");
}

/** Starts a run and does something with it; waits for its end. */
export async function during(
  place: Place,
  words: readonly string[],
  act: (process: Deno.ChildProcess) => Promise<void>,
): Promise<Ended> {
  const process = place.start(...place.runWords(...words));
  const ended = endOf(process);
  await act(process);
  return await ended;
}
