/**
 * Running the steps of the core so that signals and timers get their turn.
 *
 * @module
 */

import type { Step } from "../core/steps.ts";

/** Thrown where a run was stopped from outside. */
export class StoppedError extends Error {
  override readonly name = "StoppedError";
}

/** Steps run this long before others get a turn. */
export const TURN_MS = 40;

/**
 * Runs all steps.
 *
 * @param onStep told of every step
 * @param signal stops the work between two steps
 * @param turnMs how long steps run before others get a turn; `Infinity` where nobody waits for one
 * @returns what the steps return
 * @throws {StoppedError} where the signal was given
 */
export async function drive<T>(
  steps: Generator<Step, T>,
  onStep: (step: Step) => void,
  signal?: { readonly aborted: boolean },
  turnMs = TURN_MS,
): Promise<T> {
  let error: { readonly thrown: unknown } | undefined;
  let turnEnds = performance.now() + turnMs;
  for (;;) {
    const result = error === undefined ? steps.next() : steps.throw(error.thrown);
    error = undefined;
    if (result.done) return result.value;
    onStep(result.value);
    if (result.value.wait !== undefined) {
      try {
        await result.value.wait;
      } catch (thrown) {
        error = { thrown };
      }
    }
    if (performance.now() >= turnEnds) {
      await new Promise((resolve) => setTimeout(resolve, 0));
      turnEnds = performance.now() + turnMs;
    }
    if (signal?.aborted) {
      steps.return(undefined as never);
      throw new StoppedError("Stopped");
    }
  }
}
