/**
 * Measuring whole processes: seconds, and peak resident memory seen from outside.
 *
 * @module
 */

import { type RunSummary } from "../core/summary.ts";

/** How a process went. */
export interface Measured {
  readonly seconds: number;
  /** The kernel's high-water mark of resident memory. */
  readonly peakBytes: number;
  /** Seconds that all cores have worked for it, as of the last look. */
  readonly cpuSeconds: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How often the high-water mark is read; it only grows, so only the very end can be missed. */
const POLL_MS = 20;

/** How a process ended that may have failed. */
export interface Outcome extends Measured {
  readonly code: number;
  /** It was killed at the time limit. */
  readonly isTimedOut: boolean;
}

/** Runs a command to its end, or until it has taken `limitSeconds`, and then kills it. */
export async function outcomeOf(
  command: string,
  args: readonly string[],
  limitSeconds = Infinity,
): Promise<Outcome> {
  const start = performance.now();
  const child = new Deno.Command(command, { args: [...args], stdout: "piped", stderr: "piped" })
    .spawn();
  const elapsed = (): number => (performance.now() - start) / 1000;
  let peakBytes = 0;
  let cpuSeconds = 0;
  let isTimedOut = false;
  const poll = setInterval(() => {
    peakBytes = Math.max(peakBytes, highWaterMark(child.pid));
    cpuSeconds = Math.max(cpuSeconds, cpuSecondsOf(child.pid));
    if (isTimedOut || elapsed() < limitSeconds) return;
    isTimedOut = true;
    child.kill("SIGKILL");
  }, POLL_MS);
  const { code, stdout, stderr } = await child.output();
  clearInterval(poll);
  const seconds = elapsed();
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  const work = { seconds, peakBytes, cpuSeconds };
  return { ...work, stdout: text(stdout), stderr: text(stderr), code, isTimedOut };
}

/**
 * Runs a command to its end.
 *
 * @throws {Error} where it fails, with what it printed
 */
export async function measure(command: string, args: readonly string[]): Promise<Measured> {
  const outcome = await outcomeOf(command, args);
  if (outcome.code === 0) return outcome;
  throw new Error(
    `Cannot measure "${command} ${args.join(" ")}": status ${outcome.code}\n${outcome.stderr}`,
  );
}

/** Linux counts in these, in /proc, on all of its platforms. */
const CLOCK_TICKS = 100;

/** Seconds that all cores have worked for a process so far; 0 where it is gone. */
export function cpuSecondsOf(pid: number): number {
  try {
    const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11]) + Number(fields[12])) / CLOCK_TICKS;
  } catch {
    return 0;
  }
}

/** The most memory that a process took so far, in bytes; 0 where it is gone. */
export function highWaterMark(pid: number): number {
  try {
    const status = Deno.readTextFileSync(`/proc/${pid}/status`);
    return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

/** The program under `deno run`, with the permissions that it needs and no more. */
export const PROGRAM = ["run", "--no-prompt", "--allow-read", "--allow-write", "cli.ts"];

/** Runs the program. */
export function measureProgram(...args: string[]): Promise<Measured> {
  return measure(Deno.execPath(), [...PROGRAM, ...args]);
}

/** Reads the run summary of a date, written as YYYYMMDD. */
export function readSummary(folder: string, date: string): RunSummary {
  return JSON.parse(Deno.readTextFileSync(`${folder}/run_${date}.json`));
}

/** The middle value; of an even number of values the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** What a result depends on besides the code: machine, versions, commit, command. */
export async function circumstances(command: string): Promise<Record<string, string>> {
  const commit = await measure("git", ["rev-parse", "--short", "HEAD"]);
  const dirty = await measure("git", ["status", "--porcelain", "--untracked-files=no"]);
  const cpu = /model name\s*: (.*)/.exec(Deno.readTextFileSync("/proc/cpuinfo"))?.[1] ?? "unknown";
  const memory = Math.round(Deno.systemMemoryInfo().total / 2 ** 30);
  return {
    command,
    commit: commit.stdout.trim() + (dirty.stdout === "" ? "" : " with changes"),
    machine: `${navigator.hardwareConcurrency} cores (${cpu}), ${memory} GiB`,
    system: Deno.build.os + " " + Deno.osRelease(),
    deno: `${Deno.version.deno}, V8 ${Deno.version.v8}`,
  };
}

/** A label for the folder of a result: no names of hosts. */
export function machineLabel(): string {
  const memory = Math.round(Deno.systemMemoryInfo().total / 2 ** 30);
  return `${navigator.hardwareConcurrency}core-${memory}g`;
}

/** Writes facts as a list in Markdown. */
export function factList(facts: Readonly<Record<string, string>>): string {
  return Object.entries(facts).map(([name, fact]) => `- ${name}: ${fact}\n`).join("");
}

/** Writes a result as Markdown and JSON to `bench/runs/DATE-LABEL/`. */
export function keepResult(name: string, markdown: string, result: unknown): void {
  const date = new Date().toISOString().slice(0, 10);
  const folder = `bench/runs/${date}-${machineLabel()}`;
  Deno.mkdirSync(folder, { recursive: true });
  Deno.writeTextFileSync(`${folder}/${name}.md`, markdown);
  Deno.writeTextFileSync(`${folder}/${name}.json`, JSON.stringify(result, null, 2) + "\n");
  console.log(`${markdown}\nKept in ${folder}/${name}.md`);
}

/** Writes a table in Markdown as `deno fmt` leaves it. */
export function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = heads.map((head, column) =>
    Math.max(3, head.length, ...rows.map((row) => row[column].length))
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column])).join(" | ")} |`;
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
  return [line(heads), rule, ...rows.map(line)].join("\n") + "\n";
}
