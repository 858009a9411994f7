/**
 * The real program in a folder of its own.
 *
 * With the permissions of the README a test cannot start a process, so the program runs in this
 * one: the same `main()` that `cli.ts` calls, its outputs kept. Where processes may be started
 * (`deno test -A`), the same tests start `deno run cli.ts`, or the executable that is named behind
 * two dashes: `deno test -A tests/cli -- --program dist/topstreams`.
 *
 * @module
 */

import assert from "node:assert/strict";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { type Outputs, withOutputs } from "../../cli/console.ts";
import { main } from "../../cli/main.ts";
import { perform } from "../../cli/perform.ts";

/** How a command ended. */
export interface Ended {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The words that start the program as a process; `undefined` where it runs in this one. */
export const PROGRAM: readonly string[] | undefined = programWords();

/** Whether the program is an executable that needs no Deno, nor anything of the environment. */
export const IS_COMPILED = PROGRAM?.length === 1;

function programWords(): readonly string[] | undefined {
  const { state, partial } = Deno.permissions.querySync({ name: "run" });
  const mayRun = state === "granted" && partial !== true;
  const at = Deno.args.indexOf("--program");
  if (at >= 0) {
    const path = Deno.args[at + 1];
    assert.ok(path !== undefined && mayRun, "--program needs a path, and --allow-run");
    return [resolve(path)];
  }
  if (!mayRun) return undefined;
  const cli = fileURLToPath(new URL("../../cli.ts", import.meta.url));
  const permissions = ["--no-prompt", "--allow-read", "--allow-write"];
  return [Deno.execPath(), "run", ...permissions, cli];
}

/**
 * Defines a test of the program, which has a folder of its own. Where the test fails, the message
 * shows the commands, both outputs and status of the last one, and what is in the folder.
 *
 * @param options `needsProcess` where the program must be a process
 */
export function testProgram(
  name: string,
  body: (place: Place) => Promise<void>,
  { needsProcess = false } = {},
): void {
  const isIgnored = needsProcess && PROGRAM === undefined;
  Deno.test({
    name: isIgnored ? `${name} (needs --allow-run)` : name,
    ignore: isIgnored,
    fn: () => inPlace(body),
  });
}

/**
 * Hands over a folder of its own; a failure shows what was done there.
 *
 * @param dir the folder that it is in; the system's for temporary files if none is said
 */
export async function inPlace(
  body: (place: Place) => Promise<void>,
  dir?: string,
): Promise<void> {
  const place = new Place(Deno.makeTempDirSync({ dir, prefix: "topstreams-cli-" }));
  try {
    await body(place);
  } catch (error) {
    if (error instanceof Error) error.message += `\n\n${place.shown()}`;
    throw error;
  } finally {
    Deno.removeSync(place.folder, { recursive: true });
  }
}

/** A folder with logs, batches and results, and the commands that were done there. */
export class Place {
  readonly folder: string;
  /** Words that every `run` has besides: those of an engine. */
  engineWords: readonly string[] = [];
  readonly #done: { readonly words: readonly string[]; readonly ended: Ended }[] = [];

  constructor(folder: string) {
    this.folder = folder;
  }

  /** The path of something in the folder. */
  path(name: string): string {
    return `${this.folder}/${name}`;
  }

  /** Does any command of the program; relative paths are not those of the folder. */
  async topstreams(...argv: string[]): Promise<Ended> {
    const ended = PROGRAM === undefined
      ? await inThisProcess(argv)
      : await endOf(this.start(...argv));
    this.#done.push({ words: argv, ended });
    return ended;
  }

  /** Starts the program as a process, in the folder. Wait for it with {@linkcode endOf}. */
  start(...argv: string[]): Deno.ChildProcess {
    const [program, ...own] = PROGRAM!;
    const words = this.engineWords.length === 0 || IS_COMPILED ? own : withNetwork(own);
    return new Deno.Command(program, {
      args: [...words, ...argv],
      cwd: this.folder,
      clearEnv: IS_COMPILED,
      env: IS_COMPILED ? timeZone() : {},
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  }

  /**
   * The words of `run` with the three folders of this place, and others. There is one job if
   * nothing else is said, for workers take longer to start than these logs to be read.
   */
  runWords(...argv: string[]): string[] {
    const folders = ["logs", "batch", "results"].flatMap((name) => [`--${name}`, this.path(name)]);
    return ["run", ...folders, "--jobs", "1", ...this.engineWords, ...argv];
  }

  /** Does a daily run, which must succeed. */
  async run(...argv: string[]): Promise<Ended> {
    const ended = await this.topstreams(...this.runWords(...argv));
    assert.equal(ended.status, 0, "exit status");
    assert.equal(ended.stdout, "", "run writes nothing to standard output");
    return ended;
  }

  /** Does a daily run, which must fail, and returns its standard error. */
  async runFails(status: 1 | 2, ...argv: string[]): Promise<string> {
    const ended = await this.topstreams(...this.runWords(...argv));
    assert.equal(ended.status, status, "exit status");
    assert.equal(ended.stdout, "", "run writes nothing to standard output");
    assert.match(ended.stderr, /^[A-Z][^]*[^.\s]\n$/, "a message: a capital, no final period");
    assert.doesNotMatch(ended.stderr, /\bat .*\.ts:\d|^\w*Error:/m, "no stack trace");
    return ended.stderr;
  }

  /** Writes a file, and the folders that it is in. */
  write(name: string, content: string | Uint8Array): void {
    const path = this.path(name);
    Deno.mkdirSync(path.slice(0, path.lastIndexOf("/")), { recursive: true });
    if (typeof content === "string") Deno.writeTextFileSync(path, content);
    else Deno.writeFileSync(path, content);
  }

  /** Reads a file as text. */
  read(name: string): string {
    return Deno.readTextFileSync(this.path(name));
  }

  /** Deletes a file, or a folder with all that is in it. */
  remove(name: string): void {
    Deno.removeSync(this.path(name), { recursive: true });
  }

  /** Lists what is below a folder, sorted; folders have a slash behind their name. */
  names(below = ""): string[] {
    return namesBelow(this.path(below));
  }

  /** Reads all files below a folder, by their names; those that hold times are left out. */
  contents(below: string): Record<string, string> {
    const names = this.names(below).filter((name) => !/\/$|^run_\d+\.json$/.test(name));
    return Object.fromEntries(names.map((name) => {
      const bytes = Deno.readFileSync(this.path(`${below}/${name}`));
      return [name, new TextDecoder("latin1").decode(bytes)];
    }));
  }

  /** What a person needs to see where a test failed. */
  shown(): string {
    const last = this.#done.at(-1);
    const commands = this.#done.map(({ words, ended }) =>
      `$ topstreams ${words.join(" ")}  # status ${ended.status}`
    );
    const outputs = last === undefined ? [] : [
      `--- stdout of the last command\n${last.ended.stdout}`,
      `--- stderr of the last command\n${last.ended.stderr}`,
    ];
    const listing = this.names().map((name) => {
      const { size, mtime } = Deno.lstatSync(this.path(name));
      return `${String(size).padStart(9)}  ${mtime?.toISOString()}  ${name}`;
    });
    const way = PROGRAM === undefined ? "in this process" : PROGRAM.join(" ");
    return [`--- program: ${way}`, ...commands, ...outputs, `--- ${this.folder}`, ...listing]
      .join("\n");
  }
}

/** The words of `deno run`, with loopback allowed. */
function withNetwork([run, ...words]: readonly string[]): string[] {
  return [run, "--allow-net=127.0.0.1", ...words];
}

/** Waits for the end of a process. */
export async function endOf(process: Deno.ChildProcess): Promise<Ended> {
  const { code, stdout, stderr } = await process.output();
  const decoder = new TextDecoder();
  return { status: code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

/** Runs the program in this process, with its outputs kept. */
async function inThisProcess(argv: readonly string[]): Promise<Ended> {
  const kept = { stdout: new KeptOutput(), stderr: new KeptOutput() } satisfies Outputs;
  const world = { stop: new AbortController().signal, color: false };
  const status = await withOutputs(kept, () => main(argv, world, perform));
  return { status, stdout: kept.stdout.text, stderr: kept.stderr.text };
}

class KeptOutput {
  text = "";
  readonly #decoder = new TextDecoder();

  writeSync(bytes: Uint8Array): number {
    this.text += this.#decoder.decode(bytes, { stream: true });
    return bytes.length;
  }
}

/** The local time zone, which decides what today is. */
function timeZone(): Record<string, string> {
  const zone = Deno.env.get("TZ");
  return zone === undefined ? {} : { TZ: zone };
}

function namesBelow(folder: string): string[] {
  return Array.from(Deno.readDirSync(folder)).flatMap((entry) => {
    if (!entry.isDirectory) return [entry.name];
    const below = namesBelow(`${folder}/${entry.name}`).map((name) => `${entry.name}/${name}`);
    return [`${entry.name}/`, ...below];
  }).sort();
}
