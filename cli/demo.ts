/**
 * The command `demo`: the daily run on logs that are made for it.
 *
 * @module
 */

import { generatorOptions } from "../bench/generator.ts";
import { type Day, daysOf, formatDay, parseDay, windowEnding } from "../core/day.ts";
import type { RunSummary } from "../core/summary.ts";
import { readText } from "../io/publication.ts";
import { denoStore } from "../io/store.ts";
import { print } from "./console.ts";
import { counted, grouped } from "./figures.ts";
import { writeLog } from "./generate.ts";
import { type DemoOptions, readOptions } from "./options.ts";
import { makeCharts } from "./make_charts.ts";
import { summaryText } from "./summary_text.ts";
import type { World } from "./world.ts";

const LAST_DAY = parseDay("2021-12-01")!;
const LOG_DAYS = 8;
const ROWS = 20000;

/** An empty file that says whose the folder is. */
const MARK = ".topstreams-demo";

/** The songs that are shown of a key. */
const SHOWN_SONGS = 5;
const SHOWN_COUNTRIES = 4;

/** Makes eight days of logs, does the daily run of the last two days, and shows what came out. */
export async function demo(options: DemoOptions, world: World): Promise<void> {
  const { out, seed } = options;
  claimFolder(out);
  const generator = generatorOptions({
    rowCount: ROWS,
    userCount: 1500,
    songCount: 6000,
    countryCount: 20,
    corruptShare: 0.004,
    seed,
  });
  print(`1. Logs of ${LOG_DAYS} days, ${grouped(ROWS)} rows each, a few of them corrupt\n`);
  for (const day of daysOf(windowEnding(LAST_DAY, LOG_DAYS))) {
    await writeLog(`${out}/logs`, day, generator, world.stop);
  }
  print(`   ${out}/logs\n\n2. The daily run, as on the morning after ${formatDay(LAST_DAY - 1)}\n`);
  await runOf(LAST_DAY - 1, out, world);
  print("\n3. The daily run a day later: one new log, six batches are there\n");
  const summary = await runOf(LAST_DAY, out, world);
  print(`\n4. What the reports say\n${excerpts(summary, `${out}/results`)}`);
  print(`\nLook at them: ${out}/results\nYour own logs: topstreams run --logs DIR\n`);
}

/** Takes a folder that is new, empty, or was made by an earlier demo; others are someone's own. */
function claimFolder(out: string): void {
  const names = denoStore.list(out) ?? [];
  if (names.length > 0 && !names.includes(MARK)) {
    throw new Error(
      `Cannot make a demo in "${out}": the folder holds other files, ` +
        "expected a new or empty folder, or one of an earlier demo (--out DIR)",
    );
  }
  denoStore.makeFolder(out);
  denoStore.create(`${out}/${MARK}`).close();
}

async function runOf(date: Day, out: string, world: World): Promise<RunSummary> {
  const folders = { logs: `${out}/logs`, batch: `${out}/batch`, results: `${out}/results` };
  const notes: string[] = [];
  const reporter = {
    warn: (text: string) => print(`   Warning: ${text}\n`),
    note: (text: string) => void notes.push(text),
    progress: () => {},
  };
  const options = { ...readOptions("run"), ...folders, date };
  const [summary] = await makeCharts(options, { reporter, world });
  const deleted = notes.filter((note) => note.startsWith("Deleting"));
  const text = [summaryText(summary, folders.results), ...deleted.map((note) => `  ${note}`)];
  print(text.join("\n").replace(/^(?=.)/gm, "   ") + "\n");
  return summary;
}

/** The first songs of some countries and of one user, from the reports. */
function excerpts(summary: RunSummary, folder: string): string {
  const blocks = summary.reports.map(({ name, kind }) => {
    const lines = readText(denoStore, `${folder}/${name}`).trimEnd().split("\n");
    const shown = kind === "country" ? largest(lines) : [lines[Math.floor(lines.length / 2)]];
    return shown.map((line) => excerpt(kind, line)).join("");
  });
  return blocks.join("");
}

/** The countries whose first song has the most streams. */
function largest(lines: readonly string[]): string[] {
  const streams = (line: string): number => Number(/:(\d+)/.exec(line)?.[1]);
  return [...lines].sort((a, b) => streams(b) - streams(a)).slice(0, SHOWN_COUNTRIES);
}

function excerpt(kind: string, line: string): string {
  const [key, songs] = line.split("|");
  const entries = songs.split(",").map((entry) => entry.split(":"));
  const rows = entries.slice(0, SHOWN_SONGS).map(([song, streams], i) =>
    `   ${String(i + 1).padStart(3)}. song ${song.padEnd(12)} ${streams.padStart(6)} streams\n`
  );
  return `   ${kind} ${key} (${counted(entries.length, "song")} in its chart)\n${rows.join("")}`;
}
