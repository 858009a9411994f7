/**
 * Running the steps of the core so that signals and timers get their turn.
 *
 * @module
 */

import type { Step } from "../core/batching.ts";

/** Thrown where a run was stopped from outside. */
export class StoppedError extends Error {
  override readonly name = "StoppedError";
}

/** Steps run this long before others get a turn. */
const TURN_MS = 40;

/**
 * Runs all steps.
 *
 * @param onStep told of every step
 * @param signal stops the work between two steps
 * @returns what the steps return
 * @throws {StoppedError} where the signal was given
 */
export async function drive<T>(
  steps: Generator<Step, T>,
  onStep: (step: Step) => void,
  signal?: AbortSignal,
): Promise<T> {
  let turnEnds = performance.now() + TURN_MS;
  for (;;) {
    const result = steps.next();
    if (result.done) return result.value;
    onStep(result.value);
    if (performance.now() < turnEnds) continue;
    await new Promise((resolve) => setTimeout(resolve, 0));
    if (signal?.aborted) {
      steps.return(undefined as never);
      throw new StoppedError("Stopped");
    }
    turnEnds = performance.now() + TURN_MS;
  }
}
