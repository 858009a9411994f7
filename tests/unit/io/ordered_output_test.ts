import assert from "node:assert/strict";
import { crc32 } from "node:zlib";
import fc from "npm:fast-check@4.10.2";
import { createTurns, endOfTurns, OrderedOutput } from "../../../io/ordered_output.ts";
import { MemoryStore } from "./stores.ts";

const NO_PERMISSIONS = { permissions: "none" } as const;

function makeOutput(head: string) {
  const store = new MemoryStore({ "/out/report": head });
  return { store, turns: createTurns(head.length), text: () => store.files.get("/out/report")! };
}

function jobOf(store: MemoryStore, turns: SharedArrayBuffer, bufferBytes: number): OrderedOutput {
  return new OrderedOutput(store.openToWrite("/out/report"), turns, new Uint8Array(bufferBytes));
}

/** Two jobs in one thread: neither can wait for the other, so a wait that ends is no wait. */
function twoJobs(bufferBytes: number, head = "") {
  const { store, turns, text } = makeOutput(head);
  const [first, second] = [0, 1].map(() => jobOf(store, turns, bufferBytes));
  return { first, second, text, turns };
}

function put(output: OrderedOutput, index: number, parts: readonly string[]) {
  output.begin(index);
  for (const part of parts) output.write(new TextEncoder().encode(part));
  return output.finish();
}

Deno.test("OrderedOutput.finish() keeps a range until its turn", NO_PERMISSIONS, () => {
  const { first, second, text, turns } = twoJobs(64, "head ");
  put(second, 1, ["one ", "and "]);
  put(second, 2, ["two "]);
  assert.equal(text(), "head ");
  put(first, 0, ["zero "]);
  assert.equal(text(), "head zero ");
  second.flush();
  assert.equal(text(), "head zero one and two ");
  assert.equal(endOfTurns(turns), text().length);
});

Deno.test("OrderedOutput.finish() writes at once when it is the turn", NO_PERMISSIONS, () => {
  const { first, second, text } = twoJobs(64);
  put(second, 1, ["one "]);
  put(first, 0, ["zero "]);
  put(second, 2, ["two "]);
  assert.equal(text(), "zero one two ", "what waited goes first");
});

Deno.test(
  "OrderedOutput.write() goes through a buffer that is too small",
  NO_PERMISSIONS,
  () => {
    const { first, second, text } = twoJobs(8);
    const range = put(first, 0, ["123456", "789", "a part that is longer than the buffer", "end"]);
    const whole = "123456789a part that is longer than the bufferend";
    assert.equal(text(), whole);
    assert.deepEqual(range, { sizeBytes: whole.length, crc32: crc32(whole) });
    put(second, 1, ["one"]);
    put(second, 2, ["two"]);
    put(first, 3, ["three"]);
    assert.equal(text(), `${whole}onetwothree`);
  },
);

Deno.test("OrderedOutput writes empty ranges", NO_PERMISSIONS, () => {
  const { first, second, text, turns } = twoJobs(8);
  assert.deepEqual(put(second, 1, []), { sizeBytes: 0, crc32: 0 });
  put(first, 0, []);
  put(first, 2, ["two"]);
  second.flush();
  first.flush();
  assert.equal(text(), "two");
  assert.equal(endOfTurns(turns), 3);
});

Deno.test("OrderedOutput gives the ranges in order, whichever ends first", NO_PERMISSIONS, () => {
  const range = fc.record({ place: fc.nat(), parts: fc.array(fc.string({ maxLength: 9 })) });
  fc.assert(
    fc.property(fc.array(range, { maxLength: 20 }), (ranges) => {
      const { store, turns, text } = makeOutput("head ");
      // Each range by a job of its own, with room for all of it.
      const jobs = ranges.map(({ place, parts }, index) => {
        const output = jobOf(store, turns, 1 << 14);
        return { output, place, index, parts };
      });
      for (const job of jobs.toSorted((a, b) => a.place - b.place)) {
        put(job.output, job.index, job.parts);
      }
      for (const { output } of jobs) output.flush();
      const whole = new TextEncoder().encode(
        `head ${ranges.flatMap(({ parts }) => parts).join("")}`,
      );
      assert.equal(text(), String.fromCharCode(...whole));
    }),
  );
});
