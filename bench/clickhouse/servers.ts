/**
 * Real servers of ClickHouse on loopback, each a process with a folder and ports of its own.
 *
 * @module
 */

import { cpuSecondsOf, highWaterMark } from "../measure.ts";
import { type Connection, Server } from "../../io/clickhouse/server.ts";

/** What the servers ask of whoever logs in. A part of it would be found in any text. */
export const PASSWORD = "s3cret-Zw\u00fc1f";
export const LOGIN = "loader";

const HERE = new URL("./", import.meta.url);

/** Why there is no server here, or `undefined` where there is one. */
export const WHY_NOT: string | undefined = await whyNot();

async function whyNot(): Promise<string | undefined> {
  for (const name of ["run", "net"] as const) {
    const { state, partial } = Deno.permissions.querySync({ name });
    if (state !== "granted" || partial === true) return `needs --allow-${name}`;
  }
  try {
    // Whether it is there: not all versions end well after their help.
    const output = { stdout: "null", stderr: "null" } as const;
    await new Deno.Command("clickhouse-server", { args: ["--help"], ...output }).output();
    return undefined;
  } catch {
    return "no clickhouse-server here: Debian's packages clickhouse-server and clickhouse-client";
  }
}

/** How the servers are spoken to from here. */
export function connectionTo(urls: readonly string[], database: string): Connection {
  // A header carries UTF-8 as one character a byte.
  const bytes = new TextEncoder().encode(PASSWORD);
  const password = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return { urls, user: LOGIN, password, database, cluster: "topstreams" };
}

/** How servers are started. */
export interface ServersOptions {
  /** A folder for the data of a server, by its number; in its own folder by default. */
  readonly data?: Readonly<Record<number, string>>;
  /** How much they write into their logs. */
  readonly logLevel?: "warning" | "trace";
  /** The largest partition that may be dropped, in bytes; any by default. */
  readonly largestDrop?: number;
  /** The password that they have for each other; the right one by default. */
  readonly shardPassword?: string;
}

/** Servers that are a cluster of as many shards, called `topstreams`. */
export class Servers {
  readonly folder: string;
  readonly urls: readonly string[];
  readonly #starts: readonly (() => Deno.ChildProcess)[];
  readonly #processes: (Deno.ChildProcess | undefined)[];

  private constructor(
    folder: string,
    urls: readonly string[],
    starts: readonly (() => Deno.ChildProcess)[],
  ) {
    this.folder = folder;
    this.urls = urls;
    this.#starts = starts;
    this.#processes = starts.map(() => undefined);
  }

  /** Starts as many servers; they answer when this returns. */
  static async start(
    count: number,
    { data = {}, logLevel = "warning", largestDrop = 0, shardPassword = PASSWORD }: ServersOptions =
      {},
  ): Promise<Servers> {
    const folder = Deno.makeTempDirSync({ prefix: "topstreams-clickhouse-" });
    const ports = freePorts(2 * count);
    const shards = Array.from(
      { length: count },
      (_, i) => filled("shard.xml", { TCP: String(ports[2 * i + 1]), PASSWORD: shardPassword }),
    ).join("");
    const starts = Array.from({ length: count }, (_, i) => {
      const own = `${folder}/${i + 1}`;
      Deno.mkdirSync(`${own}/tmp`, { recursive: true });
      const values = {
        FOLDER: own,
        DATA: data[i] ?? `${own}/data`,
        HTTP: String(ports[2 * i]),
        TCP: String(ports[2 * i + 1]),
        SHARDS: shards,
        LEVEL: logLevel,
        DROP: String(largestDrop),
      };
      Deno.writeTextFileSync(`${own}/server.xml`, filled("server.xml", values));
      Deno.writeTextFileSync(`${own}/users.xml`, filled("users.xml", { PASSWORD }));
      return () =>
        new Deno.Command("clickhouse-server", {
          args: [`--config-file=${own}/server.xml`],
          cwd: own,
          stdin: "null",
          stdout: "null",
          stderr: "null",
        }).spawn();
    });
    Deno.writeTextFileSync(`${folder}/password`, `${PASSWORD}\n`);
    const urls = starts.map((_, i) => `http://127.0.0.1:${ports[2 * i]}`);
    const servers = new Servers(folder, urls, starts);
    try {
      for (let i = 0; i < count; i++) await servers.begin(i);
    } catch (error) {
      await servers.end();
      throw error;
    }
    return servers;
  }

  /** The file that holds the password. */
  get passwordFile(): string {
    return `${this.folder}/password`;
  }

  /** The words of `run` that name these servers, or some of them. */
  words(database: string, urls: readonly string[] = this.urls): string[] {
    return ["--engine", "clickhouse", ...this.clusterWords(database, urls)];
  }

  /** The words that say where the cluster is. */
  clusterWords(database: string, urls: readonly string[] = this.urls): string[] {
    return [
      ...urls.flatMap((url) => ["--clickhouse", url]),
      ...["--login", LOGIN, "--password-file", this.passwordFile, "--database", database],
    ];
  }

  /** Starts a server that was ended, and waits until it answers. */
  async begin(i: number): Promise<void> {
    this.#processes[i] = this.#starts[i]();
    await this.#ready(i);
  }

  async #ready(i: number): Promise<void> {
    for (let tries = 0; tries < 300; tries++) {
      try {
        const response = await fetch(`${this.urls[i]}/ping`);
        if ((await response.text()) === "Ok.\n") return;
      } catch {
        // It is not there yet.
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const errors = `${this.folder}/${i + 1}/errors.log`;
    throw new Error(
      `server ${i + 1} does not answer: ${Deno.readTextFileSync(errors).slice(-2000)}`,
    );
  }

  /** Ends a server at once, as a power cut does. */
  async kill(i: number): Promise<void> {
    const process = this.#processes[i];
    this.#processes[i] = undefined;
    process?.kill("SIGKILL");
    await process?.status;
  }

  /** Lets a server stand still, or go on. */
  signal(i: number, signal: "SIGSTOP" | "SIGCONT"): void {
    this.#processes[i]?.kill(signal);
  }

  /** Asks a server something. */
  async ask(i: number, sql: string): Promise<string> {
    const server = new Server(this.urls[i], connectionTo(this.urls, "default"));
    try {
      return (await server.text("test", sql)).trimEnd();
    } finally {
      server.close();
    }
  }

  /** The most memory that a server took so far, in bytes. */
  peakBytes(i: number): number {
    return highWaterMark(this.#processes[i]!.pid);
  }

  /** Seconds that all cores have worked for a server so far. */
  cpuSeconds(i: number): number {
    return cpuSecondsOf(this.#processes[i]!.pid);
  }

  /** Waits until no server has had anything to merge for a second. */
  async merged(): Promise<void> {
    for (let quiet = 0; quiet < 10;) {
      const counts = await this.askAll("SELECT count() FROM system.merges");
      quiet = counts.every((count) => count === "0") ? quiet + 1 : 0;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  /** Asks all servers the same. */
  async askAll(sql: string): Promise<string[]> {
    return await Promise.all(this.urls.map((_, i) => this.ask(i, sql)));
  }

  /** What the servers have written about themselves. */
  logs(): string {
    const names = ["server.log", "errors.log"];
    return this.urls.flatMap((_, i) =>
      names.map((name) => {
        try {
          return Deno.readTextFileSync(`${this.folder}/${i + 1}/${name}`);
        } catch {
          return "";
        }
      })
    ).join("");
  }

  /** Ends all servers, and deletes what was theirs. */
  async end(): Promise<void> {
    for (const i of this.urls.keys()) await this.kill(i);
    Deno.removeSync(this.folder, { recursive: true });
  }

  /** The same where nobody can wait. */
  endNow(): void {
    for (const process of this.#processes) process?.kill("SIGKILL");
    try {
      Deno.removeSync(this.folder, { recursive: true });
    } catch {
      // A server that is just ending may still have made a file.
    }
  }
}

/** Fills in a file of this folder. */
function filled(name: string, values: Readonly<Record<string, string>>): string {
  const text = Deno.readTextFileSync(new URL(name, HERE));
  return text.replace(/\{([A-Z]+)\}/g, (_, key: string) => values[key]);
}

/** Ports that nobody listens on: kept until all are found, so that they differ. */
function freePorts(count: number): number[] {
  const listeners = Array.from(
    { length: count },
    () => Deno.listen({ hostname: "127.0.0.1", port: 0 }),
  );
  const ports = listeners.map((listener) => (listener.addr as Deno.NetAddr).port);
  for (const listener of listeners) listener.close();
  return ports;
}
