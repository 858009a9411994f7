/** Rejected rows of any log: the same quarantine whatever the ranges, the buffer and the limit. */
import fc from "npm:fast-check@4.10.2";
import assert from "node:assert/strict";
import { MemorySink, sourceOf } from "../../core/bytes.ts";
import { crc32 } from "../../core/crc32.ts";
import { alignedToLines, cutIntoRanges, readRange } from "../../core/log_ranges.ts";
import { keptRows, RejectedRowKeeper } from "../../core/rejected_rows.ts";
import { rejectedCount } from "../../core/streams.ts";
import type { Reader } from "../../formats/interface.ts";
import { jsonl } from "../../formats/jsonl.ts";
import { pipe } from "../../formats/pipe.ts";
import { checkedReader } from "../../formats/plugin.ts";
import { QuarantineWriter } from "../../formats/quarantine.ts";

const seed = Math.floor(Math.random() * 2 ** 31);
console.log(`property seed ${seed}`);

const outside = checkedReader({
  reader: { name: "outside", description: "d", readLine: () => undefined },
}, "outside.js") as Reader;

interface Way {
  readonly reader: Reader;
  readonly rangeBytes: number;
  readonly bufferBytes: number;
  readonly limitBytes: number;
}

interface Made {
  readonly text: string;
  readonly rejectedRows: number;
  readonly keptRows: number;
}

/** Reads a log range by range, each by its own parser, and writes the quarantine of it. */
function quarantineOf(bytes: Uint8Array, way: Way): Made {
  const { reader, rangeBytes, bufferBytes, limitBytes } = way;
  const log = sourceOf(bytes);
  const scratch = new MemorySink();
  const keeper = new RejectedRowKeeper(scratch, limitBytes);
  let rejectedRows = 0;
  let linesBefore = 0;
  const buffer = new Uint8Array(bufferBytes);
  const leastBytes = Math.max(rangeBytes, bytes.length / 40);
  const ranges = cutIntoRanges(bytes.length, Math.ceil(leastBytes)).map((cut) => {
    const range = alignedToLines(log, cut, buffer);
    const kept = keeper.begin();
    const parser = reader.parser({ isStart: cut.from === 0, onRejected: kept.take });
    const steps = readRange({ log, range, parser, buffer, checksum: crc32, take: () => {} });
    while (!steps.next().done) { /* one step after another */ }
    rejectedRows += rejectedCount(parser.tally.rejected);
    linesBefore += parser.tally.lines;
    return { part: kept.finish(), linesBefore: linesBefore - parser.tally.lines };
  });
  const sink = new MemorySink();
  const writer = new QuarantineWriter(sink, limitBytes);
  const source = sourceOf(scratch.toBytes());
  for (const { part, linesBefore } of ranges) {
    for (const row of keptRows(source, part)) {
      writer.add("a.log", { ...row, line: row.line + linesBefore });
    }
    if (!part.isWhole) writer.fill();
  }
  writer.finish(0, rejectedRows);
  const text = new TextDecoder().decode(sink.toBytes());
  return { text, rejectedRows, keptRows: writer.keptRows };
}

/** A line: its text, a number of bytes of x, or bytes. */
const line = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom<string | number>("1|5|FR", "71|5|fr", "", "x|5|FR", "\r", "1|2"),
  },
  { weight: 3, arbitrary: fc.uint8Array({ maxLength: 40 }) },
  { weight: 1, arbitrary: fc.constantFrom(65535, 65536, 65537, 65538, 70_000, 140_000) },
);

const lines = fc.array(line, { maxLength: 12 });

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Makes a log of lines. */
function logOf(lines: readonly (string | number | Uint8Array)[], hasEnd: boolean): Uint8Array {
  const sink = new MemorySink();
  for (const [i, each] of lines.entries()) {
    const isBytes = each instanceof Uint8Array;
    if (isBytes) sink.write(each);
    else sink.write(typeof each === "string" ? bytesOf(each) : new Uint8Array(each).fill(0x78));
    if (hasEnd || i < lines.length - 1) sink.write(Uint8Array.of(10));
  }
  return sink.toBytes();
}

/** The rows of a log as its lines are; too long ones are cut. */
function linesOf(bytes: Uint8Array): Uint8Array[] {
  const lines: Uint8Array[] = [];
  for (let at = 0; at < bytes.length;) {
    const found = bytes.indexOf(10, at);
    const end = found < 0 ? bytes.length : found;
    const isCr = end > at && bytes[end - 1] === 13;
    lines.push(bytes.slice(at, isCr ? end - 1 : end).slice(0, 65536));
    at = end + 1;
  }
  return lines;
}

for (const reader of [pipe, jsonl, outside]) {
  Deno.test(
    `${reader.name}: the quarantine is a function of the log`,
    { permissions: "none" },
    () => {
      const ways = fc.record({
        rangeBytes: fc.constantFrom(1, 7, 1000, 66_000, Infinity),
        bufferBytes: fc.constantFrom(2 * 65_600, 3 * 65_536, 1 << 20),
        limitBytes: fc.constantFrom(1024, 3000, 100_000, 2 ** 24),
      });
      fc.assert(
        fc.property(lines, fc.boolean(), ways, (given, hasEnd, way) => {
          const bytes = logOf(given, hasEnd);
          const whole = { reader, rangeBytes: Infinity, bufferBytes: 1 << 20 };
          const expected = quarantineOf(bytes, { ...whole, limitBytes: way.limitBytes });
          assert.equal(quarantineOf(bytes, { reader, ...way }).text, expected.text);
          const lines = expected.text.trimEnd().split("\n").map((each) => JSON.parse(each));
          const last = lines.pop();
          assert.ok(new TextEncoder().encode(expected.text).length <= way.limitBytes);
          assert.equal(last.keptRows, lines.length);
          assert.equal(last.keptRows + last.leftOutRows, expected.rejectedRows);
          const rows = linesOf(bytes);
          for (const { line, row, base64 } of lines) {
            const isBom = line === 1 && rows[0][0] === 0xef && rows[0][1] === 0xbb;
            if (isBom) continue;
            const found = base64 === undefined
              ? bytesOf(row)
              : Uint8Array.from(atob(base64), (each) => each.charCodeAt(0));
            assert.deepEqual(found, rows[line - 1]);
          }
          const all = quarantineOf(bytes, { ...whole, limitBytes: 2 ** 24 });
          assert.equal(all.keptRows, all.rejectedRows);
          const kept = expected.text.slice(0, expected.text.lastIndexOf('{"day"'));
          assert.ok(all.text.startsWith(kept));
        }),
        { seed, numRuns: 100 },
      );
    },
  );
}
