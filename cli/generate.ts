/**
 * The command `generate`.
 *
 * @module
 */

import { generateLog, type GeneratorOptions, generatorOptions } from "../bench/generator.ts";
import { type Day, daysOf, windowEnding } from "../core/day.ts";
import { logName } from "../core/names.ts";
import { StoppedError } from "../io/drive.ts";
import { Publication, recover } from "../io/publication.ts";
import { denoStore } from "../io/store.ts";
import { printError } from "./console.ts";
import { bytes, counted } from "./figures.ts";
import type { GenerateOptions } from "./options.ts";
import { today } from "./make_charts.ts";

/** Makes the logs that were asked for and tells on standard error which. */
export async function generate(options: GenerateOptions, signal: AbortSignal): Promise<void> {
  const { out, date, days, rows, users, songs, countries, corrupt, seed, profile, ids } = options;
  const wanted = daysOf(windowEnding(date ?? today() - 1, days));
  denoStore.makeFolder(out);
  if (!options.replace) refuseReplacing(out, wanted);
  const generator = generatorOptions({
    rowCount: rows,
    ...(users === undefined ? {} : { userCount: users }),
    songCount: songs,
    countryCount: countries,
    corruptShare: corrupt,
    seed,
    profile,
    ids,
  });
  for (const day of wanted) {
    const sizeBytes = await writeLog(out, day, generator, signal);
    printError(`Made "${out}/${logName(day)}": ${counted(rows, "row")}, ${bytes(sizeBytes)}`);
  }
}

/** A log that is there may be a real one. */
function refuseReplacing(folder: string, days: readonly Day[]): void {
  const there = days.map((day) => `${folder}/${logName(day)}`)
    .find((path) => denoStore.info(path) !== undefined);
  if (there === undefined) return;
  throw new Error(
    `Cannot make log "${there}": it is there, expected no such file ` +
      "(--out DIR makes it elsewhere, --replace writes over it)",
  );
}

/**
 * Writes the generated log of a day, which appears complete or not at all.
 *
 * @returns its size in bytes
 */
export async function writeLog(
  folder: string,
  day: Day,
  options: GeneratorOptions,
  signal: AbortSignal,
): Promise<number> {
  denoStore.makeFolder(folder);
  recover(denoStore, folder);
  const publication = new Publication(denoStore, folder);
  try {
    const sink = publication.create(logName(day));
    for (const chunk of generateLog(day, options)) {
      sink.write(chunk);
      await new Promise((resolve) => setTimeout(resolve, 0));
      if (signal.aborted) throw new StoppedError("Stopped");
    }
    publication.finish(sink);
    publication.commit();
    return sink.sizeBytes;
  } catch (error) {
    publication.abandon();
    throw error;
  }
}
