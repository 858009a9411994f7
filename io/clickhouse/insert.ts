/**
 * An insert on its way: bytes go to the server while they are written, no faster than it takes them.
 *
 * @module
 */

/** So many bytes may wait to be sent where nothing else is said; more would not be faster. */
export const WAITING_BYTES = 1 << 20;

/** Sends a body; settles when the server has answered. */
export type Sender = (body: ReadableStream<Uint8Array>, signal: AbortSignal) => Promise<void>;

/** An insert. Whoever writes to it waits for {@linkcode room} before more is written. */
export class Insert {
  readonly #stop = new AbortController();
  readonly #answer: Promise<void>;
  #body!: ReadableStreamDefaultController<Uint8Array>;
  #isAnswered = false;
  #wake = (): void => {};

  /** @param waitingBytes there is no room while so many bytes wait to be sent */
  constructor(send: Sender, waitingBytes = WAITING_BYTES) {
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => void (this.#body = controller),
      pull: () => this.#wake(),
      cancel: () => this.#wake(),
    }, new ByteLengthQueuingStrategy({ highWaterMark: waitingBytes }));
    this.#answer = send(body, this.#stop.signal).finally(() => {
      this.#isAnswered = true;
      this.#wake();
    });
    // It is looked at by those who wait; until then it is not unheard.
    this.#answer.catch(() => {});
  }

  /** Whether the server has answered: after {@linkcode finish}, or because it takes no more. */
  get isAnswered(): boolean {
    return this.#isAnswered;
  }

  /** Whether nothing should be written until there is room. */
  get isFull(): boolean {
    return !this.#isAnswered && (this.#body.desiredSize ?? 0) <= 0;
  }

  /** Writes bytes, which belong to the insert from now on. */
  write(bytes: Uint8Array): void {
    try {
      this.#body.enqueue(bytes);
    } catch {
      // It was given up: the answer says why.
    }
  }

  /**
   * Waits until there is room.
   *
   * @throws {Error} where the server has refused the insert, or is gone
   */
  async room(): Promise<void> {
    while (this.isFull) await new Promise<void>((resolve) => this.#wake = resolve);
    if (this.#isAnswered) await this.#answer;
  }

  /**
   * Ends the insert and waits until the server has it all.
   *
   * @throws {Error} where it has not
   */
  async finish(): Promise<void> {
    try {
      this.#body.close();
    } catch {
      // It was given up: the answer says why.
    }
    await this.#answer;
  }

  /** Gives the insert up: what the server has of it may stay there. */
  abandon(): void {
    this.#stop.abort();
  }
}
