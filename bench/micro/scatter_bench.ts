import assert from "node:assert/strict";
import type { ByteSink } from "../../core/bytes.ts";
import { partitionsOf } from "../../core/partitions.ts";
import { type ChunkList, chunksOf, Scatter } from "../../core/scatter.ts";
import { blockOf, logOf, ROW_COUNT } from "./_data.ts";

const block = blockOf(logOf());
const user = partitionsOf(block.users.slice(0, 20_000), 64, "user");
const size = `${ROW_COUNT} rows, ${user.count} partitions`;
const memory = new ArrayBuffer(1 << 21);
const written = new Uint8Array(ROW_COUNT * 8);

/** Scatters by users and leaves the chunks in `written`. */
function scatter(): ChunkList {
  let at = 0;
  const sink: ByteSink = {
    write(bytes) {
      written.set(bytes, at);
      at += bytes.length;
    },
  };
  const all = new Scatter({ partitions: { user }, memory, sink });
  all.take(block);
  return all.finish().user!;
}

type Pair = [user: number, song: number];

function partitionOf(key: number): number {
  const slot = Math.floor((key - user.least) / user.width);
  return user.ofSlot[Math.max(0, Math.min(user.ofSlot.length - 1, slot))];
}

function scatterNaively(): Pair[][] {
  const lists = new Map<number, Pair[]>();
  for (let i = 0; i < block.length; i++) {
    const partition = partitionOf(block.users[i]);
    const list = lists.get(partition) ?? [];
    if (list.push([block.users[i], block.songs[i]]) === 1) lists.set(partition, list);
  }
  return [...lists].sort(([a], [b]) => a - b).map(([, list]) => list);
}

function scatteredPairs(list: ChunkList, partition: number): Pair[] {
  return chunksOf(list, partition).flatMap(({ offset, count }) => {
    const ids = new Uint32Array(written.buffer, offset, 2 * count);
    return Array.from({ length: count }, (_, i): Pair => [ids[i], ids[count + i]]);
  });
}

const list = scatter();
for (const [partition, pairs] of scatterNaively().entries()) {
  assert.deepEqual(scatteredPairs(list, partition), pairs);
}

Deno.bench({ name: `Scatter: ${size}`, group: "scatter" }, () => void scatter());
Deno.bench(
  { name: `Map of arrays: ${size}`, group: "scatter", baseline: true },
  () => void scatterNaively(),
);
