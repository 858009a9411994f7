/**
 * A small batch whose bytes are damaged one after another, each time with a whole daily run.
 *
 * Two days are charted by country, by user and of the world. One of them has a batch of which
 * every file is damaged: where the log is there, the reports are the oracle's; where it is gone,
 * they are the oracle's, too, or the run refuses that batch by name and publishes nothing.
 *
 * @module
 */

import assert from "node:assert/strict";
import { CHART_KINDS } from "../../core/chart.ts";
import { formatDay } from "../../core/day.ts";
import type { IdKind } from "../../core/streams.ts";
import { dailyRun, type DailyRunOptions } from "../../io/daily_run.ts";
import { denoStore } from "../../io/store.ts";
import { chartOf } from "../oracle.ts";
import { watchedStore } from "../unit/io/stores.ts";
import { assertSameFiles, type Texts } from "./_compare.ts";
import { SILENT, smallRun } from "./_usual.ts";
import { batchName, deliver, LAST } from "./_week.ts";
import { inPlace, type Place } from "./program.ts";

/** The day whose batch is damaged. */
const DAY = LAST - 1;
const FILES = ["country.batch", "user.batch", "manifest.json"];

/** Logs by the kind of their ids: of the damaged day, then of the other. */
const LOGS: Readonly<Record<IdKind, readonly [string, string]>> = {
  number: [
    "71|5|FR\n71|6|FR\n88|5|FR\n4294967296|9007199254740991|DE\n3|6|DE\nno stream\n71|5|FR\n",
    "88|5|FR\n71|5|DE\n88|7|FR\n",
  ],
  text: [
    "abc|eva|FR\nabc|udo|FR\nb:d|eva|FR\n\xc3\xa9t\xc3\xa9|ina|DE\na|udo|DE\nno stream\nabc|eva|FR\n",
    "b:d|eva|FR\nabc|eva|DE\nb:d|zoe|FR\n",
  ],
};

/** The disk, with nothing waiting for it. */
const QUICK = watchedStore(denoStore, () => {});

function optionsIn(place: Place, ids: IdKind, logs: string): DailyRunOptions {
  const charts = CHART_KINDS.map((kind) => ({ kind, top: 50 }));
  return smallRun(place, { ids, charts, logs: place.path(logs), maxRejected: 0.2 });
}

/** Which damages are tried. */
export interface Damages {
  /** The bits that are flipped: the byte is xored with each of these. */
  readonly patterns: readonly number[];
  /** Those of them that are tried with the log, too, as every truncation is. */
  readonly withLog: readonly number[];
  /** Every so many bytes; 1 for all. */
  readonly step: number;
  /** Whether what one job does not notice is tried with two. */
  readonly withTwoJobs: boolean;
}

/** What became of damages. */
export interface Outcomes {
  /** How many were tried. */
  damages: number;
  /** What a run with one job did not notice, to no harm. */
  readonly unnoticed: Damage[];
  /** What of these in the batches a run with two jobs did not notice, either: it reads the index. */
  readonly unnoticedByTwo: string[];
}

/** A damage. */
export interface Damage {
  readonly file: string;
  /** Where in the file. */
  readonly at: number;
  readonly bytes: Uint8Array;
  readonly what: string;
}

/** A folder of memory, where there is one: thousands of small files are written. */
const MEMORY_FOLDER = "/dev/shm";

function memoryFolder(): string | undefined {
  try {
    return Deno.statSync(MEMORY_FOLDER).isDirectory ? MEMORY_FOLDER : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Damages a batch of ids of one kind, one place after another, and asserts what comes of it.
 *
 * @throws {AssertionError} where a chart is another one, or a refusal does not name the batch
 */
export async function damageBatch(ids: IdKind, damages: Damages): Promise<Outcomes> {
  let batch: DamagedBatch | undefined;
  await inPlace(async (place) => {
    batch = await DamagedBatch.make(place, ids);
    await batch.everywhere(damages);
    if (damages.withTwoJobs) await batch.unnoticedByTwoJobs();
  }, memoryFolder());
  return batch!.outcomes;
}

/** Damages a batch in every place. */
class DamagedBatch {
  readonly outcomes: Outcomes = { damages: 0, unnoticed: [], unnoticedByTwo: [] };
  readonly #place: Place;
  readonly #ids: IdKind;
  readonly #batches: ReadonlyMap<string, Uint8Array>;
  readonly #reports: Texts;

  private constructor(place: Place, ids: IdKind, reports: Texts) {
    this.#place = place;
    this.#ids = ids;
    this.#reports = reports;
    this.#batches = new Map(
      FILES.map((file) => [file, Deno.readFileSync(place.path(batchName(DAY, file)))]),
    );
  }

  /** Makes the batch; its charts are held against the oracle. */
  static async make(place: Place, ids: IdKind): Promise<DamagedBatch> {
    const logs = LOGS[ids];
    for (const [i, log] of logs.entries()) deliver(place, DAY + i, log);
    Deno.mkdirSync(place.path("no-logs"));
    await dailyRun(optionsIn(place, ids, "logs"), { store: QUICK, reporter: SILENT });
    const reports = place.contents("results");
    const expected = CHART_KINDS.map((kind) => chartOf(logs, kind, 50, ids));
    const names = CHART_KINDS.map((kind) => `${kind}_top50_20211201.txt`);
    assert.deepEqual(reports, Object.fromEntries(names.map((name, i) => [name, expected[i]])));
    return new DamagedBatch(place, ids, reports);
  }

  /** Flips bits of the bytes of each file, by each of the patterns, and cuts it before each. */
  async everywhere({ patterns, withLog, step }: Damages): Promise<void> {
    for (const [file, whole] of this.#batches) {
      for (let at = 0; at < whole.length; at += step) {
        for (const pattern of patterns) {
          const bytes = whole.slice();
          bytes[at] ^= pattern;
          const what = `byte ${at} of ${file} flipped by ${pattern}`;
          await this.#try({ file, at, bytes, what }, withLog.includes(pattern));
        }
        const cut = { file, at, bytes: whole.subarray(0, at), what: `${file} cut to ${at} bytes` };
        await this.#try(cut, true);
      }
    }
  }

  /** Tries again with two jobs what one did not notice in the batches, once for each byte. */
  async unnoticedByTwoJobs(): Promise<void> {
    const tried = new Set<string>();
    for (const damage of this.outcomes.unnoticed) {
      const place = `${damage.file} ${damage.at}`;
      if (damage.file === "manifest.json" || tried.has(place)) continue;
      tried.add(place);
      if (!(await this.#isNoticed(damage, 2))) this.outcomes.unnoticedByTwo.push(damage.what);
    }
  }

  async #try(damage: Damage, isWithLog: boolean): Promise<void> {
    this.outcomes.damages++;
    if (isWithLog) await this.#withLog(damage);
    if (!(await this.#isNoticed(damage))) this.outcomes.unnoticed.push(damage);
  }

  async #withLog(damage: Damage): Promise<void> {
    this.#harm(damage);
    await this.#run("logs").catch((error) => assert.fail(`${damage.what}: ${error}`));
    assertSameFiles(this.#place.contents("results"), this.#reports, damage.what);
  }

  /** Runs without the log: refused by name, or to no harm. */
  async #isNoticed(damage: Damage, jobs = 1): Promise<boolean> {
    this.#harm(damage);
    const refusal = await this.#run("no-logs", jobs).then(() => undefined, (error) => error);
    const reports = this.#place.contents("results");
    if (refusal === undefined) assertSameFiles(reports, this.#reports, damage.what);
    else {
      assert.match(refusal.message, this.#refusalOf(damage.file), damage.what);
      assert.deepEqual(reports, {}, `${damage.what}: published although it was refused`);
    }
    return refusal !== undefined;
  }

  /** Both messages name the day, and say what would help. */
  #refusalOf(file: string): RegExp {
    const day = formatDay(DAY);
    const gone = `gone, expected the log to build the batch again`;
    return file === "manifest.json"
      ? new RegExp(
        `^Cannot use the batch of ${day}: (?:damaged )?manifest.*, expected .*; its log is ${gone}; ` +
          'folder ".*/no-logs" is empty, expected logs \\(--logs DIR\\)$',
      )
      : new RegExp(
        `^Cannot read batch "${this.#place.path(batchName(DAY, file))}" at byte \\d+: ` +
          `.*, expected .*; the log of ${day} is ${gone}$`,
      );
  }

  async #run(logs: string, jobs = 1): Promise<void> {
    const options = { ...optionsIn(this.#place, this.#ids, logs), jobs };
    await dailyRun(options, { store: jobs === 1 ? QUICK : denoStore, reporter: SILENT });
  }

  /** Puts the batch as it was, with one file damaged, and no reports. */
  #harm({ file, bytes }: Pick<Damage, "file" | "bytes">): void {
    for (const [name, whole] of this.#batches) {
      Deno.writeFileSync(this.#place.path(batchName(DAY, name)), name === file ? bytes : whole);
    }
    for (const name of this.#place.names("results")) this.#place.remove(`results/${name}`);
  }
}
