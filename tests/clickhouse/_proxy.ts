/**
 * A line to a server that can be cut: bytes pass through, and the test sees what is asked.
 *
 * @module
 */

/** What a test is told of a connection. */
export interface Passing {
  /** The beginning of what is asked, percent signs and all. */
  readonly request: string;
  readonly sentBytes: number;
  readonly answeredBytes: number;
  /** Ends the connection in both directions. */
  cut(): void;
}

/** Told whenever bytes have passed, before they are handed on. */
export type Watcher = (passing: Passing) => void | Promise<void>;

const HEAD_BYTES = 4096;

/** A line to a server. */
export class Proxy {
  readonly url: string;
  watch: Watcher = () => {};
  readonly #listener: Deno.TcpListener;
  readonly #target: URL;
  readonly #open = new Set<Deno.TcpConn>();

  constructor(target: string) {
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    this.#target = new URL(target);
    this.url = `http://127.0.0.1:${this.#listener.addr.port}`;
    this.#accept();
  }

  async #accept(): Promise<void> {
    for await (const client of this.#listener) this.#connect(client).catch(() => {});
  }

  async #connect(client: Deno.TcpConn): Promise<void> {
    const { hostname, port } = this.#target;
    let server: Deno.TcpConn;
    try {
      server = await Deno.connect({ hostname, port: Number(port) });
    } catch {
      // As if nobody listened here either.
      return client.close();
    }
    this.#open.add(client).add(server);
    const cut = (): void => {
      for (const each of [client, server]) {
        if (!this.#open.delete(each)) continue;
        try {
          each.close();
        } catch {
          // It was closed by the other side.
        }
      }
    };
    const passing = { request: "", sentBytes: 0, answeredBytes: 0, cut };
    const decoder = new TextDecoder("latin1");
    const up = this.#pass(client, server, async (bytes) => {
      if (passing.request.length < HEAD_BYTES) passing.request += decoder.decode(bytes);
      passing.sentBytes += bytes.length;
      await this.watch(passing);
    });
    const down = this.#pass(server, client, async (bytes) => {
      passing.answeredBytes += bytes.length;
      await this.watch(passing);
    });
    await Promise.all([up, down]).finally(cut);
  }

  async #pass(
    from: Deno.TcpConn,
    to: Deno.TcpConn,
    seen: (bytes: Uint8Array) => Promise<void>,
  ): Promise<void> {
    const buffer = new Uint8Array(1 << 16);
    for (let size; (size = await from.read(buffer)) !== null;) {
      const bytes = buffer.slice(0, size);
      await seen(bytes);
      for (let at = 0; at < size;) at += await to.write(bytes.subarray(at));
    }
    await to.closeWrite();
  }

  end(): void {
    this.#listener.close();
    for (const each of this.#open) each.close();
    this.#open.clear();
  }
}
