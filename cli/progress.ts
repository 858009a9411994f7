/**
 * How far a run is, for people: one refreshed line on a terminal, else a plain line now and then.
 *
 * @module
 */

import { formatDay } from "../core/day.ts";
import type { Progress } from "../io/meter.ts";
import { clearStatus, printError, showStatus } from "./console.ts";
import { grouped } from "./figures.ts";

/** What is known of the terminal that standard error is. */
export interface Terminal {
  /** How wide it is. */
  readonly columns: number;
  /** Whether texts may be coloured. */
  readonly color: boolean;
}

/** The refreshed line is written at most so often, unless something else is being done. */
const REFRESH_MS = 100;

/** Where there is no terminal, a line is written so often. */
const PLAIN_LINE_MS = 30_000;

/** A speed that was measured for less time is none yet. */
const LEAST_SECONDS = 0.2;

/**
 * Makes what shows progress: call it with every report, and the line is refreshed when it is time.
 *
 * @param terminal the terminal, where there is one
 * @param clock milliseconds since some moment
 */
export function progressShower(
  terminal: Terminal | undefined,
  clock = (): number => performance.now(),
): (progress: Progress) => void {
  return terminal === undefined ? plainShower(clock) : terminalShower(terminal, clock);
}

function terminalShower(terminal: Terminal, clock: () => number): (progress: Progress) => void {
  let shownMs = -Infinity;
  let shownTask = "";
  return (progress) => {
    const now = clock();
    const task = taskOf(progress);
    if (now - shownMs < REFRESH_MS && task === shownTask) return;
    shownMs = now;
    shownTask = task;
    // A line as wide as the terminal would wrap on some.
    const { text, bold } = terminalLine(progress, terminal.columns - 1);
    const styled = terminal.color && bold !== ""
      ? text.replace(bold, `\x1b[1m${bold}\x1b[22m`)
      : text;
    showStatus({ text: styled, columns: text.length });
  };
}

function plainShower(clock: () => number): (progress: Progress) => void {
  let shownMs = clock();
  return (progress) => {
    if (clock() - shownMs < PLAIN_LINE_MS) return;
    shownMs = clock();
    printError(plainLine(progress));
  };
}

/** Ends what is shown. */
export const endProgress: () => void = clearStatus;

/**
 * Writes progress as a line of at most `columns` characters; what there is no room for is left out,
 * the least wanted first.
 *
 * @returns the line, and the part of it that may stand out
 */
export function terminalLine(
  progress: Progress,
  columns: number,
): { readonly text: string; readonly bold: string } {
  const { rows, bytes } = speedsOf(progress);
  const percent = percentOf(progress);
  const [task, left] = [taskOf(progress), timeLeft(progress.secondsLeft)];
  const forms = [
    [task, rows, bytes, percent, `about ${left} left`],
    [task, rows, bytes, percent, left],
    [task, rows, percent, left],
    [task, percent, left],
    [task, percent],
  ];
  const texts = forms.map((parts) => parts.filter((part) => part !== "").join("  "));
  const text = texts.find((each) => each.length <= columns);
  if (text !== undefined) return { text, bold: percent };
  return { text: percent.length <= columns ? percent : "", bold: "" };
}

/** Writes progress as a line that stands by itself. */
export function plainLine(progress: Progress): string {
  const { rows, bytes } = speedsOf(progress);
  const speed = rows === "" ? "" : ` at ${rows} and ${bytes}`;
  const through = progress.rows > 0 ? `${grouped(Math.round(progress.rows))} rows${speed}; ` : "";
  return `${taskOf(progress)}: ${through}${percentOf(progress)} done, ` +
    `about ${timeLeft(progress.secondsLeft)} left`;
}

function taskOf({ activity, kind, day }: Progress): string {
  const name = activity.charAt(0).toUpperCase() + activity.slice(1);
  return [name, ...kind === undefined ? [] : [kind], ...day === undefined ? [] : [formatDay(day)]]
    .join(" ");
}

function percentOf({ share }: Progress): string {
  return `${Math.floor(100 * share)} %`;
}

/** The speeds of what is done; empty where there is none yet. */
function speedsOf({ rows, bytes, seconds }: Progress): { rows: string; bytes: string } {
  if (seconds < LEAST_SECONDS || rows <= 0) return { rows: "", bytes: "" };
  return {
    rows: `${thousands(rows / seconds)} rows/s`,
    bytes: `${megabytes(bytes / seconds)} MB/s`,
  };
}

function thousands(value: number): string {
  if (value >= 1e6) return `${(value / 1e6).toFixed(1)} M`;
  return value >= 1e4 ? `${Math.round(value / 1e3)} k` : String(Math.round(value));
}

function megabytes(bytes: number): string {
  return bytes >= 1e7 ? String(Math.round(bytes / 1e6)) : (bytes / 1e6).toFixed(1);
}

/** Writes a time that is guessed, no finer than it is known: `8 s`, `45 s`, `3 min`, `1 h 20 min`. */
export function timeLeft(seconds: number): string {
  if (seconds < 20) return `${Math.max(1, Math.round(seconds))} s`;
  if (seconds < 88) return `${5 * Math.round(seconds / 5)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
