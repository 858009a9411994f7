import assert from "node:assert/strict";
import type { Step } from "../../../core/steps.ts";
import { drive, StoppedError } from "../../../io/drive.ts";

const NO_PERMISSIONS = { permissions: "none" } as const;
const STEP: Step = { logBytes: 1, entries: 2 };

/** Takes steps without end; says when it is closed. */
function* endless(onClose: () => void): Generator<Step, never> {
  try {
    for (;;) yield STEP;
  } finally {
    onClose();
  }
}

Deno.test("drive() runs all steps and returns what they return", NO_PERMISSIONS, async () => {
  const seen: Step[] = [];
  const end = await drive(
    (function* () {
      yield STEP;
      yield STEP;
      return "the end";
    })(),
    (step) => void seen.push(step),
  );
  assert.equal(end, "the end");
  assert.deepEqual(seen, [STEP, STEP]);
});

Deno.test("drive() lets timers run between two steps", NO_PERMISSIONS, async () => {
  let isDue = false;
  setTimeout(() => void (isDue = true), 0);
  await drive(
    (function* () {
      while (!isDue) yield STEP;
    })(),
    () => {},
  );
});

Deno.test("drive() stops between two steps, and closes them", NO_PERMISSIONS, async () => {
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 0);
  let isClosed = false;
  const driven = drive(endless(() => void (isClosed = true)), () => {}, stop.signal);
  await assert.rejects(driven, StoppedError);
  assert.ok(isClosed, "files that the steps have open are closed");
});

Deno.test("drive() throws what a step throws", NO_PERMISSIONS, async () => {
  const error = new Error("a step failed");
  const driven = drive(
    (function* (): Generator<Step, void> {
      yield STEP;
      throw error;
    })(),
    () => {},
  );
  await assert.rejects(driven, error);
});
