/**
 * Doing a command in a worker that may touch no more than the command's own files.
 *
 * The permissions of a process are given when it starts, before anyone knows which folders the
 * command line names: to read and to write anywhere. A worker can be given fewer. So the main
 * thread only reads the command line and the configuration; whatever touches logs, batches and
 * results is in a worker that is let into the folders of this command, and the workers that do the
 * jobs of a run are given no more than it has. Neither can reach the network but for the servers
 * that are named, start a process or look at the environment, nor can a format from outside.
 *
 * A command that writes nothing, runs no code from outside and is to answer at once has no worker:
 * starting one takes longer than such a command. Its thread gives up the permission to write.
 *
 * @module
 */

import { type JobStart, startJobHere } from "../io/job_starter.ts";
import { type Access, accessOf } from "./access.ts";
import type { CommandToDo } from "./command_line.ts";
import { printError } from "./console.ts";
import { cannotUse, type ExitStatus, tellError, type UsageError } from "./errors.ts";
import { withLinksFollowed } from "./links.ts";
import type { Facts, World } from "./world.ts";

/** What the worker is told: what to do, with which status to stop, which job of its has failed. */
export type CommandMessage =
  | { readonly toDo: CommandToDo; readonly facts: Facts }
  | { readonly stop: ExitStatus }
  | { readonly crashed: number; readonly message: string };

/** What the worker says: that it is done, or which worker it needs and needs no more. */
export type CommandAnswer =
  | { readonly status: ExitStatus }
  | { readonly startJob: JobStart }
  | { readonly endJob: number };

/** Does a command with narrowed permissions. */
export async function performNarrowed(toDo: CommandToDo, world: World): Promise<ExitStatus> {
  return toDo.command === "top"
    ? await performReading(toDo, world)
    : await performApart(toDo, world);
}

/** Does a command that only reads, in this thread. */
async function performReading(toDo: CommandToDo, world: World): Promise<ExitStatus> {
  Deno.permissions.revokeSync({ name: "write" });
  const { perform } = await import("./perform.ts");
  return await perform(toDo, world);
}

/** Does a command in a worker, and starts the workers that it asks for. */
async function performApart(toDo: CommandToDo, world: World): Promise<ExitStatus> {
  const { stop, ...facts } = world;
  const access = withLinksFollowed(accessOf(toDo, isThere), toDo);
  const closed = access.net.find((host) => !mayConnect(host));
  if (closed !== undefined) return tellError(noNetwork(closed), facts.isVerbose);
  const options = narrowedTo(access);
  const url = new URL("./command_worker.ts", import.meta.url);
  const worker = new Worker(url, { ...options, type: "module", name: "command" });
  const tell = (message: CommandMessage): void => worker.postMessage(message);
  const tellStop = (): void => tell({ stop: stop.reason });
  const jobs = new Map<number, () => void>();
  const take = (answer: Exclude<CommandAnswer, { readonly status: ExitStatus }>): void => {
    if ("endJob" in answer) return jobs.get(answer.endJob)?.();
    const crashed = answer.startJob.start.job;
    const onCrash = (message: string): void => tell({ crashed, message });
    jobs.set(crashed, startJobHere(answer.startJob, onCrash, options));
  };
  try {
    return await new Promise((resolve) => {
      worker.onmessage = ({ data }: MessageEvent<CommandAnswer>) => {
        if ("status" in data) resolve(data.status);
        else take(data);
      };
      worker.onerror = (event) => {
        event.preventDefault();
        printError(`Cannot go on: ${event.message}`);
        resolve(1);
      };
      tell({ toDo, facts });
      if (stop.aborted) tellStop();
      else stop.addEventListener("abort", tellStop);
    });
  } finally {
    stop.removeEventListener("abort", tellStop);
    worker.terminate();
    for (const end of jobs.values()) end();
  }
}

/** The plain executable has no permission for the network, and can give none. */
function mayConnect(host: string): boolean {
  return Deno.permissions.querySync({ name: "net", host }).state === "granted";
}

function noNetwork(host: string): UsageError {
  return cannotUse(
    "--clickhouse",
    `this program may not connect to ${host}, expected one that may (the executable ` +
      "topstreams-cluster, or deno run with --allow-net)",
  );
}

/** Options of workers that Deno calls unstable; deno.json asks for them. */
interface DenoWorkerOptions extends WorkerOptions {
  readonly deno: { readonly permissions: Deno.PermissionOptionsObject };
}

/** What lets a worker touch these paths, speak to these servers, and nothing else. */
function narrowedTo({ read, write, net }: Access): DenoWorkerOptions {
  const permissions = {
    read: [...read, ...ownFiles()],
    write: [...write],
    net: net.length === 0 ? false : [...net],
    ...{ env: false, run: false, ffi: false, import: false },
    sys: "inherit",
  } satisfies Deno.PermissionOptionsObject;
  return { deno: { permissions } };
}

/** An executable has its files inside; with `deno run` the workers load the checkout's. */
function ownFiles(): URL[] {
  return Deno.build.standalone ? [] : [new URL("../", import.meta.url)];
}

function isThere(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch (error) {
    // What may not be looked at is there, and may not be used either: the command will tell.
    return !(error instanceof Deno.errors.NotFound);
  }
}
