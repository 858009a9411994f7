/**
 * Requests that take as long as they take, while the server answers at all: a query of hours is no
 * reason to end it, a machine that stands still is.
 *
 * @module
 */

/** How a request is watched. */
export interface WatchOptions {
  /** Asks the server for a sign of life, until `signal` ends that. */
  readonly ask: (signal: AbortSignal) => Promise<void>;
  /** For how long the server may give no sign. */
  readonly patienceMs: number;
  /** The error to be shown for one of the platform. */
  readonly broken: (error: unknown) => Error;
  /** Gives the request up. */
  readonly signal?: AbortSignal;
}

/** What is asked of a server. */
export class WatchedRequest {
  /** What is done, with a word that leads to the server. */
  readonly act: string;
  /** Ends what is sent and read for the request. */
  readonly signal: AbortSignal;
  readonly #options: WatchOptions;
  readonly #tooLate = new AbortController();

  constructor(act: string, options: WatchOptions) {
    this.act = act;
    this.#options = options;
    const { signal } = this.#tooLate;
    this.signal = options.signal === undefined ? signal : AbortSignal.any([options.signal, signal]);
  }

  /**
   * Waits for a part of the request, while the server gives signs of life.
   *
   * @throws {Error} what is to be shown, where the server refuses, is gone, or gives no sign
   */
  async wait<T>(work: () => Promise<T>): Promise<T> {
    const end = this.#watch();
    const { signal } = this.#tooLate;
    const tooLate = Promise.withResolvers<never>();
    const giveUp = (): void => tooLate.reject(signal.reason);
    signal.addEventListener("abort", giveUp);
    if (signal.aborted) giveUp();
    try {
      // Reading a body does not always end with the signal of its request.
      return await Promise.race([work(), tooLate.promise]);
    } catch (error) {
      throw this.#options.broken(signal.aborted ? signal.reason : error);
    } finally {
      signal.removeEventListener("abort", giveUp);
      end();
    }
  }

  /** Gives the request up, as one that was not answered for so long. */
  giveUp(milliseconds: number): void {
    this.#tooLate.abort(new Error(`no answer within ${milliseconds / 1000} s`));
  }

  /** Asks for signs of life; of two that do not come within the patience it gives up. */
  #watch(): () => void {
    const { ask, patienceMs } = this.#options;
    let silences = 0;
    let asking: AbortController | undefined;
    const look = async (): Promise<void> => {
      // What was asked last was not answered in time.
      if (asking !== undefined) {
        silences++;
        asking.abort();
        if (silences === 2) return this.giveUp(patienceMs);
      }
      const own = asking = new AbortController();
      try {
        await ask(own.signal);
        silences = 0;
      } catch {
        // A server that is gone breaks the request itself: only silence is looked for.
      }
      if (asking === own) asking = undefined;
    };
    const timer = setInterval(() => void look(), patienceMs / 2);
    return () => {
      clearInterval(timer);
      asking?.abort();
    };
  }
}
