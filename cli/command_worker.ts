/**
 * The worker that does a command; see narrowed.ts.
 *
 * @module
 */

import type { CommandAnswer, CommandMessage } from "./narrowed.ts";
import { perform } from "./perform.ts";

/** What a worker's global scope has; a compiled program checks this file as a window's. */
interface WorkerScope {
  onmessage: ((event: MessageEvent<CommandMessage>) => void) | null;
  postMessage(answer: CommandAnswer): void;
}

const scope = globalThis as unknown as WorkerScope;
const stop = new AbortController();

scope.onmessage = async ({ data }) => {
  if ("stop" in data) return stop.abort(data.stop);
  const status = await perform(data.toDo, { ...data.facts, stop: stop.signal });
  scope.postMessage({ status });
};
