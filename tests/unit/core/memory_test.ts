import assert from "node:assert/strict";
import { MIN_CURSOR_BYTES } from "../../../core/batch_reader.ts";
import { NUMBERS, TEXTS } from "../../../core/engine.ts";
import { type MemoryPlan, planMemory as planFor } from "../../../core/memory.ts";
import { MAX_FAN_IN, mergeBytes } from "../../../core/merge.ts";
import { topSongsBytes } from "../../../core/top_songs.ts";
import { test } from "./_support.ts";

const MIB = 2 ** 20;

/** What DESIGN measured of the runtime with two idle workers: nothing planned may count on it. */
const RUNTIME_BYTES = 60 * MIB;

function planMemory(memoryBytes: number, top: number, jobs = 1): MemoryPlan | number {
  return planFor(memoryBytes, { top, jobs, engine: NUMBERS });
}

function plannedBytes({ fanIn, cursorBytes, workBytes, logBufferBytes }: MemoryPlan): number {
  return mergeBytes(fanIn, cursorBytes) + workBytes + logBufferBytes;
}

/** What is set aside for the runtime and for what has no size in a plan. */
function otherBytes(top: number): number {
  const least = Number(planMemory(0, top));
  return least - plannedBytes(planMemory(least, top) as MemoryPlan);
}

/** Checks a plan against its promise; returns whether there is one. */
function isPlanned(memoryBytes: number, top: number): boolean {
  const plan = planMemory(memoryBytes, top);
  const what = `${memoryBytes} bytes, top ${top}`;
  if (typeof plan === "number") {
    assert.ok(plan > memoryBytes, `the least is more than ${what}`);
    return false;
  }
  const sum = otherBytes(top) + plannedBytes(plan);
  assert.ok(sum <= memoryBytes, `${sum} bytes planned of ${what}`);
  assert.ok(plan.workBytes >= 4 * MIB, what);
  assert.ok(Number.isInteger(plan.workBytes), what);
  assert.ok(plan.cursorBytes >= MIN_CURSOR_BYTES, what);
  assert.ok(plan.fanIn >= 8 && plan.fanIn <= MAX_FAN_IN, what);
  assert.ok(plan.logBufferBytes >= 2 * 65_538, "two of the longest lines");
  return true;
}

test("planMemory() sets aside the runtime and the selection of songs", () => {
  for (const top of [1, 50, 1_000_000]) {
    assert.ok(otherBytes(top) >= RUNTIME_BYTES + topSongsBytes(top), `top ${top}`);
  }
});

test("planMemory() never plans more than was promised", () => {
  for (const top of [1, 50, 1000, 100_000]) {
    for (let memoryBytes = 1; memoryBytes < 2 ** 45; memoryBytes = Math.ceil(memoryBytes * 1.07)) {
      isPlanned(memoryBytes, top);
    }
  }
});

test("planMemory() works with 256MiB and with the default of 512MiB", () => {
  for (const memoryBytes of [256 * MIB, 512 * MIB]) assert.ok(isPlanned(memoryBytes, 50));
});

test("planMemory() names the least that works, to the byte", () => {
  for (const top of [1, 50, 10_000, 1_000_000]) {
    for (const memoryBytes of [0, 1, 1000 * 1000, 64 * MIB]) {
      const least = planMemory(memoryBytes, top);
      assert.ok(typeof least === "number");
      assert.ok(isPlanned(least, top), `${least} bytes`);
      assert.equal((planMemory(least, top) as MemoryPlan).workBytes, 4 * MIB);
      assert.equal(planMemory(least - 1, top), least);
    }
  }
});

test("planMemory() sets memory aside for a page, which fits in 256MiB with two jobs", () => {
  for (const engine of [NUMBERS, TEXTS]) {
    const needs = { top: 50, jobs: 2, engine };
    const [without, withPage] = [false, true].map((hasPage) => planFor(0, { ...needs, hasPage }));
    assert.equal(Number(withPage) - Number(without), 16 * MIB);
    assert.ok(Number(withPage) <= 256 * MIB, engine.ids);
  }
});

test("planMemory() needs more for a greater top", () => {
  const [few, many] = [50, 1_000_000].map((top) => planMemory(0, top));
  assert.ok(typeof few === "number" && typeof many === "number" && few < many);
  assert.equal(typeof planMemory(256 * MIB, 10 ** 9), "number");
});

test("planMemory() merges no fewer inputs where there is more memory", () => {
  let before: MemoryPlan | undefined;
  for (let memoryBytes = 160 * MIB; memoryBytes < 4096 * MIB; memoryBytes += MIB) {
    const plan = planMemory(memoryBytes, 50);
    if (typeof plan === "number") continue;
    if (before !== undefined) {
      assert.ok(plan.fanIn >= before.fanIn, `${memoryBytes} bytes`);
      const isSameMerge = plan.fanIn === before.fanIn && plan.cursorBytes === before.cursorBytes;
      if (isSameMerge) assert.ok(plan.workBytes >= before.workBytes, `${memoryBytes} bytes`);
    }
    before = plan;
  }
});
