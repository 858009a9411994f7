/**
 * A server of ClickHouse, spoken to over HTTP.
 *
 * User and password go in headers, so neither is in an address, a query or the server's log of
 * them. A result is complete on the server before its first byte is sent: a query that fails does so
 * by its status, never in the middle of what looks like rows.
 *
 * @module
 */

import { lowerFirst } from "../../core/messages.ts";
import { EngineError } from "../run_engine.ts";
import { Insert } from "./insert.ts";
import { WatchedRequest } from "./watched_request.ts";

/** How servers are logged in to, all in the same way. */
export interface Login {
  readonly user: string;
  readonly password: string;
  readonly database: string;
  /** For how long a server may answer nothing at all, in ms; a minute by default. */
  readonly patienceMs?: number;
}

/** The servers of a cluster and how they are spoken to: plain data, for it passes to workers. */
export interface Connection extends Login {
  /** One address a shard. */
  readonly urls: readonly string[];
  /** What the servers' configuration calls the cluster; where there is one shard it is not used. */
  readonly cluster: string;
}

/** Settings of a query. */
export type Settings = Readonly<Record<string, string | number>>;

/** What went wrong with a server: what was asked of which, and what came back. */
export class ClickHouseError extends EngineError {
  override readonly name = "ClickHouseError";
  /** The server's own number of the error; none where it was not reached. */
  readonly code?: number;

  constructor(message: string, options: ErrorOptions & { readonly code?: number } = {}) {
    super(message, options);
    this.code = options.code;
  }
}

/** How long a server may take to say what it is. */
const GREETING_MS = 10_000;

/** How long it may take for a statement that reads no streams. */
const STATEMENT_MS = 300_000;

/** How long it may take for one that reads all streams of a window. */
const COUNTING_MS = 24 * 3_600_000;

/** A server that is busy says so; one that says nothing for so long is given up. */
const PATIENCE_MS = 60_000;

/** So much of a result is kept in the server's memory until it is complete; the rest on its disk. */
const RESULT_BUFFER_BYTES = 32 * 2 ** 20;

/** The most of a server's own words that is shown. */
const MOST_SHOWN = 300;

/** The code for a partition that is larger than the configuration lets anybody drop. */
export const TOO_LARGE_TO_DROP = 359;

/** A code of ClickHouse for which there is a better word than the server's, and what to do. */
const EXPECTED: Readonly<Record<number, string>> = {
  192: "a user that it knows (--login NAME)",
  193: "the user's password (--password-file FILE)",
  194: "the user's password (--password-file FILE)",
  243: "room on its disk",
  252: "time to merge (fewer --jobs, or a greater parts_to_throw_insert in its configuration)",
  [TOO_LARGE_TO_DROP]:
    "max_partition_size_to_drop in its configuration to allow it (0 for any size)",
  516: "a user that it knows and the user's password (--login, --password-file)",
};

/** Codes for a login that is refused. */
const LOGIN_REFUSED: readonly number[] = [192, 193, 194, 516];

/** What servers call a result that is larger than it may be. */
const TOO_MUCH: readonly number[] = [158, 307, 396];

/** How a result is asked for as a whole. */
export interface WholeOptions {
  readonly settings: Settings;
  readonly mostBytes: number;
  /** Gives it up. */
  readonly signal: AbortSignal;
}

/** One server. */
export class Server {
  readonly url: string;
  readonly #login: Login;
  readonly #client: Deno.HttpClient;

  constructor(url: string, login: Login) {
    this.url = url;
    this.#login = login;
    // A connection that is not used for some seconds may be closed by the server at any moment.
    this.#client = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });
  }

  /** Lets go of what was kept for the connection. */
  close(): void {
    this.#client.close();
  }

  /**
   * Asks for the version.
   *
   * @throws {ClickHouseError} where the server does not answer in time, or refuses the login
   */
  async version(): Promise<string> {
    return (await this.#text("use", "SELECT version()", GREETING_MS)).trim();
  }

  /**
   * Has a statement carried out.
   *
   * @param act what is done, with a word that leads to the server: `load streams into`
   * @returns what came back, as text
   * @throws {ClickHouseError} where the server refuses, or does not answer within some minutes
   */
  async text(act: string, sql: string): Promise<string> {
    return await this.#text(act, sql, STATEMENT_MS);
  }

  /**
   * Reads rows as objects; whole numbers of 64 bits are texts.
   *
   * @param isLarge whether streams are counted, which may take long
   */
  async rows<T>(act: string, sql: string, isLarge = false): Promise<T[]> {
    const limitMs = isLarge ? COUNTING_MS : STATEMENT_MS;
    const text = await this.#text(act, `${sql} FORMAT JSONEachRow`, limitMs);
    return text.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
  }

  /** Begins a result whose bytes are read part by part; ends where `signal` is given. */
  async open(
    act: string,
    sql: string,
    settings: Settings,
    signal: AbortSignal,
  ): Promise<ResultParts> {
    const request = this.#request(act, signal);
    const response = await request.wait(() => this.#post(request, sql, settings));
    const reader = response.body!.getReader();
    return { read: () => request.wait(async () => (await reader.read()).value) };
  }

  /**
   * Asks for a result as a whole: many times as fast as part by part, where it is small.
   *
   * @returns the bytes, or `undefined` where there are more than `mostBytes`
   */
  async whole(
    act: string,
    sql: string,
    { mostBytes, signal, settings }: WholeOptions,
  ): Promise<Uint8Array | undefined> {
    const limits = { max_result_bytes: mostBytes, result_overflow_mode: "throw" };
    const request = this.#request(act, signal);
    try {
      return await request.wait(async () => {
        const response = await this.#post(request, sql, { ...settings, ...limits });
        return new Uint8Array(await response.arrayBuffer());
      });
    } catch (error) {
      if (error instanceof ClickHouseError && TOO_MUCH.includes(error.code ?? 0)) return undefined;
      throw error;
    }
  }

  /** Begins an insert: what is written to it goes to the server while it is written. */
  insert(act: string, sql: string, settings: Settings = {}, waitingBytes?: number): Insert {
    return new Insert(async (body, signal) => {
      const request = this.#request(act, signal);
      await request.wait(async () => {
        const response = await this.#post(request, body, { ...settings, query: sql });
        await response.text();
      });
    }, waitingBytes);
  }

  async #text(act: string, sql: string, limitMs: number): Promise<string> {
    const request = this.#request(act);
    const timer = setTimeout(() => request.giveUp(limitMs), limitMs);
    try {
      return await request.wait(async () => (await this.#post(request, sql, {})).text());
    } finally {
      clearTimeout(timer);
    }
  }

  #request(act: string, signal?: AbortSignal): WatchedRequest {
    const ask = async (patience: AbortSignal): Promise<void> => {
      const response = await fetch(`${this.url}/ping`, {
        signal: patience,
        redirect: "manual",
        client: this.#client,
      });
      await response.body?.cancel();
    };
    const { patienceMs = PATIENCE_MS } = this.#login;
    const broken = (error: unknown): Error => this.#broken(act, error);
    return new WatchedRequest(act, { ask, patienceMs, broken, signal });
  }

  async #post(
    { act, signal }: WatchedRequest,
    body: string | ReadableStream<Uint8Array>,
    settings: Settings,
  ): Promise<Response> {
    const { user, password } = this.#login;
    const query = new URLSearchParams({
      wait_end_of_query: "1",
      buffer_size: String(RESULT_BUFFER_BYTES),
      ...Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, String(value)])),
    });
    const response = await fetch(`${this.url}/?${query}`, {
      method: "POST",
      headers: { "X-ClickHouse-User": user, "X-ClickHouse-Key": password },
      body,
      signal,
      redirect: "manual",
      client: this.#client,
    });
    if (response.status === 200) return response;
    const text = await response.text().catch(() => "");
    throw this.#refused(act, response.status, text);
  }

  /** The server was not reached, or went away. */
  #broken(act: string, error: unknown): ClickHouseError {
    if (error instanceof ClickHouseError) return error;
    return new ClickHouseError(
      `Cannot ${act} ClickHouse "${this.url}": ${networkReason(error)}, ` +
        "expected a server that answers (--clickhouse URL)",
      { cause: error },
    );
  }

  /** The server answered that it will not. */
  #refused(act: string, status: number, text: string): ClickHouseError {
    const { code, reason } = serverReason(text);
    const what = code === undefined
      ? `HTTP status ${status}${
        reason === "" ? "" : ` (${reason})`
      }, expected ClickHouse's HTTP port`
      : `${reason} (code ${code}), expected ${expectedOf(code, reason)}`;
    return new ClickHouseError(`Cannot ${act} ClickHouse "${this.url}": ${what}`, { code });
  }
}

/** What was expected of a server. A server that passes on what another one said says so first. */
function expectedOf(code: number, reason: string): string {
  if (LOGIN_REFUSED.includes(code) && reason.startsWith("received from ")) {
    return "a login that this shard takes in remote_servers of its configuration";
  }
  return EXPECTED[code] ?? "the server to do it";
}

/** Bytes that come part by part. */
export interface ResultParts {
  /** Reads the next part; `undefined` where there is none. */
  read(): Promise<Uint8Array | undefined>;
}

/** Makes parts of bytes that are there: one. */
export function partOf(bytes: Uint8Array): ResultParts {
  let part: Uint8Array | undefined = bytes;
  return {
    // deno-lint-ignore require-await -- others have to wait
    async read() {
      const given = part;
      part = undefined;
      return given;
    },
  };
}

/** The server's number and words of an error: one line, the words of its own exception only. */
export function serverReason(text: string): { readonly code?: number; readonly reason: string } {
  const line = text.replace(/\s+/g, " ").trim();
  const parts = /^Code: (\d+)[.,] (?:e\.displayText\(\) = )?(.*?)(?:, e\.what\(\) = .*)?$/.exec(
    line,
  );
  const words = (parts?.[2] ?? line).replace(/^DB::\w+: /, "").replace(/[,.\s]+$/, "");
  const reason = words.length > MOST_SHOWN ? `${words.slice(0, MOST_SHOWN)}...` : words;
  return { code: parts === null ? undefined : Number(parts[1]), reason: lowerFirst(reason) };
}

/** Why a server was not reached: the innermost of what the platform says. */
export function networkReason(error: unknown): string {
  let innermost = error;
  while (innermost instanceof Error && innermost.cause instanceof Error) {
    innermost = innermost.cause;
  }
  const message = innermost instanceof Error ? innermost.message : String(innermost);
  const words = message.replace(/ ?\(os error \d+\)$/, "").split(": ").pop()!.trim();
  return words === "" ? "the connection broke" : lowerFirst(words);
}

/** Writes a text as SQL does. */
export function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, "\\$&")}'`;
}

/** Writes a name of a database, a table or a column as SQL does. */
export function quotedName(name: string): string {
  return `\`${name.replace(/[\\`]/g, "\\$&")}\``;
}
