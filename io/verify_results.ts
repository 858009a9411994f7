/**
 * Verifying results: the newest reports against their checksums, and made again from the batches.
 *
 * @module
 */

import { crc32 } from "node:zlib";
import { type ChartKind } from "../core/chart.ts";
import { type Day, daysOf, formatDay, parseDay, windowEnding } from "../core/day.ts";
import { engineOf } from "../core/engine.ts";
import type { Manifest } from "../core/manifest.ts";
import { dateOfResult, summaryName } from "../core/names.ts";
import type { RunPlan } from "../core/plan.ts";
import {
  type AskedSummary,
  hexadecimal,
  type ReportSummary,
  runIn,
  type RunSummary,
} from "../core/summary.ts";
import { compressionNamed } from "../formats/compression.ts";
import { EmbeddedEngine } from "./embedded_engine.ts";
import { FileSource } from "./byte_files.ts";
import { createCrew } from "./crew.ts";
import { History } from "./history.ts";
import { readManifest } from "./inventory.ts";
import { LogParts } from "./log_parts.ts";
import { Meter, startCourse } from "./meter.ts";
import { readText } from "./publication.ts";
import { makeReports } from "./report_stage.ts";
import type { Store } from "./store.ts";
import { StoppedError } from "./drive.ts";
import type { Finding, Findings, VerifyContext, VerifyOptions } from "./verify.ts";

/** How results are verified. */
export interface ResultsToVerify extends VerifyOptions {
  readonly results: string;
  /** Where reports are made again. */
  readonly scratch: string;
}

/** How often reports are verified again that were published meanwhile. */
const MOST_TRIES = 3;

/** Verifies the reports of the newest date that has a run summary. */
export async function verifyResults(
  options: ResultsToVerify,
  context: VerifyContext,
  found: Findings,
): Promise<void> {
  const { results } = options;
  const { store } = context;
  for (let tries = 1;; tries++) {
    const names = store.list(results) ?? [];
    const dates = names.flatMap((name) => dateOfResult(name, []) ?? []);
    if (dates.length === 0) return void found.notVerified.push("results: there is no run summary");
    const date = Math.max(...dates);
    const path = `${results}/${summaryName(date)}`;
    const text = readText(store, path);
    const now = new ResultVerifier(date, options, context);
    await now.verify(text);
    const isReplaced = now.findings.length > 0 &&
      (store.info(path) === undefined || readText(store, path) !== text);
    if (isReplaced && tries < MOST_TRIES) continue;
    if (isReplaced) found.notVerified.push("results: published while they were read");
    else found.findings.push(...now.findings);
    found.reports.push(...now.reports);
    found.notVerified.push(...now.notVerified);
    return;
  }
}

/** Verifies the reports of a date. */
class ResultVerifier {
  readonly findings: Finding[] = [];
  readonly reports: string[] = [];
  readonly notVerified: string[] = [];
  readonly #date: Day;
  readonly #options: ResultsToVerify;
  readonly #context: VerifyContext;
  readonly #store: Store;

  constructor(date: Day, options: ResultsToVerify, context: VerifyContext) {
    this.#date = date;
    this.#options = options;
    this.#context = context;
    this.#store = context.store;
  }

  #find(name: string, what: string): void {
    const { results, folderWords } = this.#options;
    const mend = `topstreams run --date ${formatDay(this.#date)} --replace${folderWords}`;
    this.findings.push({ path: `${results}/${name}`, what, mend });
  }

  async verify(text: string): Promise<void> {
    const run = runIn(text);
    const name = summaryName(this.#date);
    if (run === undefined) return this.#find(name, "damaged, expected a run summary");
    const sound: ReportSummary[] = [];
    for (const report of run.reports) {
      if (await this.#isAsPublished(report)) sound.push(report);
    }
    const manifests = this.#manifestsOf(run);
    if (manifests === undefined) return;
    const again = sound.filter((report) => this.#canBeMade(report, run));
    if (again.length > 0) await this.#makeAgain(run, again, manifests);
  }

  /** Whether a report has the size and the checksum that the summary says. */
  async #isAsPublished({ name, sizeBytes, crc32: published }: ReportSummary): Promise<boolean> {
    const path = `${this.#options.results}/${name}`;
    if (this.#store.info(path)?.isFile !== true) {
      this.#find(name, "not found, expected a report");
      return false;
    }
    const parts = await this.#checksum(path, false);
    if (parts.sizeBytes === sizeBytes && parts.crc32 === published) return true;
    this.#find(name, "other bytes than were published, expected the checksum of the run summary");
    return false;
  }

  /** Size and checksum of a file, or of what is compressed in it. */
  async #checksum(
    path: string,
    isDecompressed: boolean,
  ): Promise<{ readonly sizeBytes: number; readonly crc32: string }> {
    const source = new FileSource(this.#store.openToRead(path));
    try {
      const file = new LogParts(source);
      const parts = isDecompressed ? compressionNamed("gzip").decompress(file, () => {}) : file;
      let [sizeBytes, crc] = [0, 0];
      for await (const part of parts) {
        sizeBytes += part.length;
        crc = crc32(part, crc);
        await this.#pause();
      }
      return { sizeBytes, crc32: hexadecimal(crc) };
    } finally {
      source.close();
    }
  }

  /** Lets a signal have its turn. */
  async #pause(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 0));
    if (this.#context.signal?.aborted) throw new StoppedError("Stopped");
  }

  /** The manifests of the days used, where they are of the same logs as then. */
  #manifestsOf(run: RunSummary): Map<Day, Manifest> | undefined {
    const manifests = new Map<Day, Manifest>();
    for (const text of run.daysUsed) {
      const day = parseDay(text)!;
      const manifest = readManifest(this.#store, this.#options.batch, day);
      if (manifest === undefined || typeof manifest === "string") {
        const why = manifest ?? "it is gone";
        this.notVerified.push(`reports of ${run.date} against the batch of ${text}: ${why}`);
        return undefined;
      }
      const then = run.logs.filter((log) => log.day === text);
      const isSame = then.length === manifest.logs.length &&
        then.every((log, i) =>
          log.name === manifest.logs[i].name && log.crc32 === hexadecimal(manifest.logs[i].crc32)
        );
      if (!isSame) {
        this.#find(
          summaryName(this.#date),
          `published before the log of ${text} changed, expected charts of the batches there are`,
        );
        return undefined;
      }
      manifests.set(day, manifest);
    }
    return manifests;
  }

  #canBeMade({ name, kind, writer }: ReportSummary, { asked }: RunSummary): boolean {
    const { writers, pages } = this.#options.formats;
    const isKnown = [...writers, ...pages].some((each) => each.name === writer);
    if (!isKnown) {
      this.notVerified.push(`report ${name}: writer "${writer}" is not built in (--writer FILE)`);
      return false;
    }
    const lacksTitles = kind === "page" && asked?.titles === true &&
      this.#options.titles === undefined;
    if (lacksTitles) this.notVerified.push(`page ${name}: it has titles (--titles FILE)`);
    return !lacksTitles;
  }

  /** Makes reports again, not compressed, and compares. */
  async #makeAgain(
    run: RunSummary,
    reports: readonly ReportSummary[],
    manifests: ReadonlyMap<Day, Manifest>,
  ): Promise<void> {
    const { scratch, shareOut, formats, plugins, batch, logs } = this.#options;
    const { store, reporter, signal } = this.#context;
    const { shape } = manifests.values().next().value!;
    const engine = engineOf(shape.ids);
    const asked = this.#chartsOf(run, reports);
    const { jobs, memory } = shareOut({
      ids: shape.ids,
      top: Math.max(...asked.charts.map(({ top }) => top)),
      hasPage: asked.pages.length > 0,
    });
    const results = `${scratch}/results`;
    store.makeFolder(results);
    const shelf = {
      ...{
        batchFolder: batch,
        runFolder: `${scratch}/runs`,
        logFolder: logs,
        shape,
        engine,
        memory,
      },
      readers: formats.readers,
      maxRejected: 1,
      warn: () => {},
    };
    const crew = createCrew(jobs, store, { memory, engine, formats, plugins });
    try {
      await makeReports({
        plan: planOf(run, manifests),
        options: { results, ...asked, ids: shape.ids, isCompressed: false },
        store,
        engine: new EmbeddedEngine(store, shelf),
        history: new History(store, batch, () => {}),
        historyFolder: `${scratch}/history`,
        meter: new Meter(crew, startCourse(), { reporter, signal }),
        manifests,
        summary: (made) => ({ ...run, reports: made }),
        warn: (text) => reporter.warn(text),
      });
    } finally {
      crew.end();
    }
    for (const { name } of reports) await this.#compare(name, results);
  }

  /** What the reports are made of. */
  #chartsOf({ asked }: RunSummary, reports: readonly ReportSummary[]) {
    const { formats, titles } = this.#options;
    const named = new Set(reports.map(({ writer }) => writer));
    return {
      charts: asked?.charts ?? chartsIn(reports),
      writers: formats.writers.filter(({ name }) => named.has(name)),
      pages: formats.pages.filter(({ name }) => named.has(name)),
      hasMovement: asked?.movement === true,
      titles: asked?.titles === true ? titles : undefined,
    };
  }

  async #compare(name: string, made: string): Promise<void> {
    const { results } = this.#options;
    const isCompressed = name.endsWith(".gz");
    const plain = isCompressed ? name.slice(0, -".gz".length) : name;
    const stored = await this.#checksum(`${results}/${name}`, isCompressed);
    const again = await this.#checksum(`${made}/${plain}`, false);
    if (stored.sizeBytes === again.sizeBytes && stored.crc32 === again.crc32) {
      this.reports.push(name);
    } else this.#find(name, "other bytes than the batches give, expected the same");
  }
}

/** The charts that reports are of: what was asked, where the summary does not say it. */
function chartsIn(reports: readonly ReportSummary[]): AskedSummary["charts"] {
  const charts = reports.filter(({ kind }) => kind !== "page");
  const kinds = [...new Set(charts.map(({ kind }) => kind as ChartKind))];
  return kinds.map((kind) => ({ kind, top: charts.find((each) => each.kind === kind)!.top }));
}

/** The plan of a run whose batches are all there. */
function planOf(run: RunSummary, manifests: ReadonlyMap<Day, Manifest>): RunPlan {
  const date = parseDay(run.date)!;
  const window = windowEnding(date, run.days);
  const none = { expired: [], expiredQuarantines: [], expiredHistory: [], expiredResults: [] };
  return {
    date,
    window,
    days: daysOf(window).map((day) => {
      const manifest = manifests.get(day);
      return manifest === undefined
        ? { act: "miss", day }
        : { act: "reuse", day, manifest, logs: [] };
    }),
    ...{ ...none, refusals: [], warnings: [] },
  };
}
