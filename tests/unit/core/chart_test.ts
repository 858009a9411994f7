import assert from "node:assert/strict";
import { type ByteBuffer, MemorySink } from "../../../core/bytes.ts";
import {
  type ChartJob,
  type ChartPrinter,
  type ChartRow,
  type ChartSize,
  chartSteps,
} from "../../../core/chart.ts";
import type { Entry } from "./_support.ts";
import {
  countingScratch,
  encodeBatch,
  finished,
  mergedNaively,
  openBatch,
  randomOf,
  test,
  toolsWith,
} from "./_support.ts";

/** Prints one byte a key, and keeps what it was given. */
function keepingPrinter(): ChartPrinter & { readonly rows: [number, [number, number][]][] } {
  const rows: [number, [number, number][]][] = [];
  return {
    rows,
    print({ key, songs, streams, count }: ChartRow, out: ByteBuffer) {
      rows.push([key, Array.from({ length: count }, (_, i) => [songs[i], streams[i]])]);
      out.reserve(1);
      out.bytes[out.length++] = key & 255;
    },
  };
}

type Made = { rows: [number, [number, number][]][]; size: ChartSize; printed: Uint8Array };

function chartOf(
  inputs: readonly Entry[][],
  job: Partial<ChartJob> = {},
  tools = toolsWith(),
): Made {
  const printer = keepingPrinter();
  const sink = new MemorySink();
  const batches = inputs.map((entries) => openBatch(encodeBatch(entries)));
  const size = finished(chartSteps({ batches, top: 3, printer, sink, ...job }, tools));
  return { rows: printer.rows, size, printed: sink.toBytes() };
}

function rowsNaively(inputs: readonly Entry[][], top: number): [number, [number, number][]][] {
  const rows = new Map<number, [number, number][]>();
  for (const [key, song, count] of mergedNaively(inputs)) {
    rows.set(key, [...rows.get(key) ?? [], [song, count]]);
  }
  return [...rows].map(([key, songs]) => [
    key,
    songs.sort(([a, n], [b, m]) => m - n || a - b).slice(0, top),
  ]);
}

/** Seven days of a few long keys and many short ones. */
function sevenDays(): Entry[][] {
  const next = randomOf(40);
  return Array.from({ length: 7 }, () => {
    const entries: Entry[] = [];
    for (let i = 0; i < 5000; i++) {
      const key = next() % 3 === 0 ? 7 : next() % 2 === 0 ? 8 : next() % 900;
      entries.push([key, next() % 6000, 1 + (next() % 40 === 0 ? next() % 400 : 0)]);
    }
    return mergedNaively([entries]);
  });
}

const DAYS = sevenDays();
const STREAMS = DAYS.flat().reduce((sum, [, , count]) => sum + count, 0);

for (const top of [1, 3, 50, 9000]) {
  test(`chartSteps() prints the top ${top} of every key, keys ascending`, () => {
    const { rows, size, printed } = chartOf(DAYS, { top });
    assert.deepEqual(rows, rowsNaively(DAYS, top));
    assert.deepEqual(size, { keyCount: rows.length, streamCount: STREAMS });
    assert.deepEqual([...printed], rows.map(([key]) => key & 255));
  });
}

test("chartSteps() makes the same chart with any fan-in, and removes its runs", () => {
  const whole = chartOf(DAYS);
  for (const fanIn of [2, 3, 6]) {
    const scratch = countingScratch();
    assert.deepEqual(chartOf(DAYS, {}, toolsWith({ fanIn, scratch })), whole, `fan-in ${fanIn}`);
    assert.ok(scratch.made > 0);
    assert.equal(scratch.open.size, 0);
  }
});

test("chartSteps() makes a chart in ranges of keys that add up to the whole", () => {
  const whole = chartOf(DAYS);
  for (const cuts of [[0, 8, Infinity], [0, 1, 7, 8, 9, 450, 900, Infinity]]) {
    const parts = cuts.slice(1).map((to, i) => chartOf(DAYS, { range: { from: cuts[i], to } }));
    assert.deepEqual(parts.flatMap((part) => part.rows), whole.rows);
    assert.deepEqual(parts.flatMap((part) => [...part.printed]), [...whole.printed]);
    const sum = (what: keyof ChartSize) => parts.reduce((all, part) => all + part.size[what], 0);
    assert.equal(sum("keyCount"), whole.size.keyCount);
    assert.equal(sum("streamCount"), whole.size.streamCount);
  }
});

test("chartSteps() makes an empty chart of empty batches and of none", () => {
  for (const inputs of [[], [[]], [[], []]]) {
    const { rows, size, printed } = chartOf(inputs);
    assert.deepEqual(rows, []);
    assert.deepEqual(size, { keyCount: 0, streamCount: 0 });
    assert.equal(printed.length, 0);
  }
});

test("chartSteps() adds up the days before it chooses", () => {
  const days: Entry[][] = [
    [[1, 10, 5], [1, 20, 4], [1, 30, 3]],
    [[1, 20, 1], [1, 30, 3], [1, 40, 5]],
  ];
  const expected = [[1, [[30, 6], [10, 5], [20, 5]]]];
  assert.deepEqual(chartOf(days).rows, expected);
});

test("chartSteps() hands over printed bytes in pieces and loses none", () => {
  const keys = 3000;
  const entries = Array.from({ length: keys }, (_, key): Entry => [key, 1, 1]);
  const filler = new Uint8Array(1000);
  const printer: ChartPrinter = {
    print({ key }, out) {
      out.reserve(filler.length);
      out.bytes.set(filler.fill(key & 255), out.length);
      out.length += filler.length;
    },
  };
  const { printed } = chartOf([entries], { printer });
  assert.equal(printed.length, keys * filler.length);
  for (let key = 0; key < keys; key++) {
    assert.equal(printed[key * 1000], key & 255);
    assert.equal(printed[key * 1000 + 999], key & 255);
  }
});
