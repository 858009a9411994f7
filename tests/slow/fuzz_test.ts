/**
 * Hostile logs: real ones cut, joined, flipped and filled with what nobody would write, in every
 * format. No crash, no hang, rows that add up; charts of `pipe` equal the oracle.
 */
import fc from "npm:fast-check@4.10.2";
import assert from "node:assert/strict";
import { CASES } from "../../docs/promises.ts";
import { Buffer } from "node:buffer";
import { gzipSync } from "node:zlib";
import { makeCharts } from "../../core/make_charts.ts";
import { sourceOf } from "../../core/bytes.ts";
import {
  createStreamBlock,
  FormatError,
  ID_KINDS,
  type IdKind,
  rejectedCount,
} from "../../core/streams.ts";
import { READERS } from "../../formats/built_in.ts";
import { COMPRESSIONS } from "../../formats/compression.ts";
import type { Reader } from "../../formats/interface.ts";
import { parquet } from "../../formats/parquet.ts";
import { pipe } from "../../formats/pipe.ts";
import { top } from "../../formats/top.ts";
import { chartOf } from "../oracle.ts";
import { logAs, type Row } from "../cli/_logs.ts";
import { LAST, logOf } from "../cli/_week.ts";
import { readTable } from "../unit/formats/tables.ts";
import { DICTIONARY, mutated } from "./mutator.ts";
import { randomFrom } from "./random.ts";

const seed = Number(Deno.env.get("SEED") ?? Math.floor(Math.random() * 2 ** 31));
console.log(`fuzz seed ${seed}`);

const text = logOf(LAST).split("\n").slice(0, 60).join("\n");
const rows: Row[] = Array.from({ length: 50 }, (_, i) => [String(i * 7), String(i), "FR"]);
const SEEDS: Readonly<Record<string, Uint8Array>> = {
  pipe: Buffer.from(text, "latin1"),
  csv: logAs("a.csv", rows),
  tsv: logAs("a.tsv", rows),
  jsonl: logAs("a.jsonl", rows),
};

/** Reads in parts of random sizes, and all at once: the same. */
function readInParts(reader: Reader, log: Uint8Array, ids: IdKind, cut: () => number) {
  const parser = reader.parser({ ids });
  const block = createStreamBlock(7);
  const buffer = new Uint8Array(2 * 65536 + log.length + 1024);
  const songs: number[] = [];
  let [held, used, streams, turns] = [0, 0, 0, 0];
  for (let isLast = false; !isLast;) {
    const part = log.subarray(used, used + cut());
    buffer.set(part, held);
    used += part.length;
    isLast = used === log.length;
    const to = held + part.length;
    let at = 0;
    do {
      block.length = 0;
      block.texts.clear();
      at = parser.parse(buffer, at, to, isLast, block);
      streams += block.length;
      if (ids === "number") songs.push(...block.songs.subarray(0, block.length));
      assert.ok(turns++ < 10 * log.length + 100, "it goes on and on");
    } while (block.length === block.capacity);
    buffer.copyWithin(0, at, to);
    held = to - at;
  }
  assert.equal(parser.tally.rows, streams + rejectedCount(parser.tally.rejected));
  return { tally: parser.tally, songs };
}

/** What was read, or why it was refused. */
function outcomeOf(reader: Reader, log: Uint8Array, ids: IdKind, cut: () => number): unknown {
  try {
    return readInParts(reader, log, ids, cut);
  } catch (error) {
    if (error instanceof FormatError) return error.message;
    throw error;
  }
}

const LOGS = CASES.hostileLogs;
/** Logs of fast-check, which take longer to make. */
const MADE_LOGS = CASES.madeLogs;

for (const reader of READERS.filter((each): each is Reader => "parser" in each)) {
  Deno.test(`${reader.name}: ${LOGS} hostile logs, in parts and at once`, () => {
    const random = randomFrom(seed);
    for (let i = 0; i < LOGS; i++) {
      const log = mutated(SEEDS[reader.name], random);
      const ids = ID_KINDS[i % 2];
      const whole = outcomeOf(reader, log, ids, () => Infinity);
      const parts = outcomeOf(reader, log, ids, () => 1 + Math.floor(random() * 400));
      assert.deepEqual(parts, whole, `seed ${seed}, log ${i}`);
    }
  });
}

/** Both charts of a log are the oracle's. */
function assertOracle(log: Uint8Array, ids: IdKind): void {
  const options = { reader: pipe, writer: top, workBytes: 1 << 16, top: 5, ids };
  const made = makeCharts([{ day: 0, bytes: log }], options);
  const latin1 = Buffer.from(log).toString("latin1");
  const chart = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");
  for (const kind of ["country", "user"] as const) {
    assert.equal(chart(made[kind]), chartOf([latin1], kind, 5, ids), `by ${kind}, seed ${seed}`);
  }
}

Deno.test(`charts of ${LOGS} hostile logs equal the oracle`, () => {
  const random = randomFrom(seed + 1);
  for (let i = 0; i < LOGS; i++) assertOracle(mutated(SEEDS.pipe, random), ID_KINDS[i % 2]);
});

/** Any bytes at all, signs of the formats, whole rows, and lines around the limit of 64 KiB. */
const piece = fc.oneof(
  { weight: 60, arbitrary: fc.constantFrom(...DICTIONARY) },
  { weight: 30, arbitrary: fc.uint8Array({ maxLength: 20 }) },
  {
    weight: 40,
    arbitrary: fc.tuple(fc.nat(), fc.nat(99), fc.constantFrom("FR", "de", "X")).map(rowOf),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.constantFrom("7", "\0", " ", "|"), fc.integer({ min: -3, max: 3 }))
      .map(([sign, more]) => Buffer.alloc(65536 + more, sign)),
  },
);
const logs = fc.array(piece, { maxLength: 40 }).map((pieces) => Buffer.concat(pieces));

function rowOf([song, user, country]: [number, number, string]): Buffer {
  return Buffer.from(`${song}|${user}|${country}\n`);
}

for (const reader of READERS.filter((each): each is Reader => "parser" in each)) {
  Deno.test(`${reader.name}: ${MADE_LOGS} logs of fast-check, in parts and at once`, () => {
    const head = reader.name === "csv" || reader.name === "tsv"
      ? Buffer.from("song,user,country\n".replaceAll(",", reader.name === "csv" ? "," : "\t"))
      : Buffer.alloc(0);
    fc.assert(
      fc.property(logs, fc.constantFrom(...ID_KINDS), fc.integer({ min: 3, max: 100 }), (
        log,
        ids,
        cuts,
      ) => {
        const whole = outcomeOf(reader, Buffer.concat([head, log]), ids, () => Infinity);
        const parts = outcomeOf(
          reader,
          Buffer.concat([head, log]),
          ids,
          () => 1 + Math.ceil(log.length / cuts),
        );
        assert.deepEqual(parts, whole);
      }),
      { numRuns: MADE_LOGS, seed },
    );
  });
}

Deno.test(`charts of ${MADE_LOGS} logs of fast-check equal the oracle`, () => {
  fc.assert(
    fc.property(logs, fc.constantFrom(...ID_KINDS), assertOracle),
    { numRuns: MADE_LOGS, seed },
  );
});

Deno.test(`parquet: ${LOGS} hostile files`, async () => {
  const random = randomFrom(seed + 2);
  const good = logAs("a.parquet", rows);
  for (let i = 0; i < LOGS; i++) {
    try {
      await readTable(parquet, sourceOf(mutated(good, random)), { ids: ID_KINDS[i % 2] });
    } catch (error) {
      assert.ok(error instanceof FormatError, `seed ${seed}, file ${i}: ${error}`);
    }
  }
});

Deno.test(`gzip and zstd: ${LOGS} hostile logs are the log or refused`, async () => {
  const random = randomFrom(seed + 3);
  const plain = Buffer.from(SEEDS.pipe);
  const zst = Deno.readFileSync(new URL("../unit/data/log.zst", import.meta.url));
  const good = [gzipSync(plain), zst];
  for (const [c, compression] of COMPRESSIONS.entries()) {
    const expected = await decompressed(good[c], c);
    for (let i = 0; i < LOGS / 2; i++) {
      const log = mutated(good[c], random);
      if (!compression.looksLike(log)) continue;
      try {
        const found = await decompressed(log, c);
        const isKnown = found.equals(expected) || log.length > good[c].length;
        assert.ok(isKnown, `seed ${seed}, ${compression.name} ${i}: ${found.length} bytes`);
      } catch (error) {
        assert.ok(error instanceof FormatError, `seed ${seed}, ${compression.name} ${i}: ${error}`);
      }
    }
  }
});

async function decompressed(log: Uint8Array, compression: number): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  const source = async function* () {
    yield log;
  };
  for await (const part of COMPRESSIONS[compression].decompress(source(), () => {})) {
    parts.push(part.slice());
  }
  return Buffer.concat(parts);
}
