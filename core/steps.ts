/**
 * Steps of long work: generators yield them, and whoever runs them decides what happens in between.
 *
 * @module
 */

/** What steps report: how much of the work is done since the last report. */
export interface Step {
  /** Bytes of logs that were read. */
  readonly logBytes: number;
  /** Rows that were read, where the work is reading. */
  readonly rows?: number;
  /** Entries that were merged. */
  readonly entries: number;
  /**
   * What must be settled before the next step; where it is rejected, the error is thrown where the
   * generator waits.
   */
  readonly wait?: Promise<unknown>;
}

/** Waits for a promise: `const value = yield* awaited(promise)`. */
export function* awaited<T>(promise: Promise<T>): Generator<Step, T> {
  let result: { readonly value: T } | undefined;
  yield { logBytes: 0, entries: 0, wait: promise.then((value) => void (result = { value })) };
  return result!.value;
}

/**
 * Runs all steps of work that waits for nothing, and returns what it returns.
 *
 * @throws {TypeError} where it does wait
 */
export function finished<T>(steps: Generator<Step, T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
    if (value.wait === undefined) continue;
    throw new TypeError("Cannot wait here: the work is asynchronous, expected work that is not");
  }
}
