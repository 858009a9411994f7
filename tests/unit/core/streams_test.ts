import assert from "node:assert/strict";
import {
  createRowTally,
  createStreamBlock,
  REJECT_REASONS,
  rejectedCount,
} from "../../../core/streams.ts";
import { test } from "./_support.ts";

test("createStreamBlock() makes an empty block with room for its capacity", () => {
  const block = createStreamBlock(5);
  assert.deepEqual([block.length, block.capacity], [0, 5]);
  for (const column of [block.songs, block.users, block.countries]) assert.equal(column.length, 5);
});

test("createRowTally() knows every reason, each tally its own", () => {
  const [tally, other] = [createRowTally(), createRowTally()];
  assert.deepEqual(Object.keys(tally.rejected).sort(), [...REJECT_REASONS].sort());
  tally.rejected.empty++;
  tally.firstRejected.push({ line: 1, reason: "empty", text: "" });
  assert.deepEqual([other.rejected.empty, other.firstRejected.length, other.rows], [0, 0, 0]);
});

test("rejectedCount() adds up all reasons", () => {
  const { rejected } = createRowTally();
  assert.equal(rejectedCount(rejected), 0);
  for (const [i, reason] of REJECT_REASONS.entries()) rejected[reason] = 10 ** i;
  assert.equal(rejectedCount(rejected), 1111111);
});
