/**
 * Hostile logs: real ones cut, joined, flipped and filled with what nobody would write, in every
 * format. No crash, no hang, rows that add up; charts of `pipe` equal the oracle.
 */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { gzipSync } from "node:zlib";
import { makeCharts } from "../../core/make_charts.ts";
import { sourceOf } from "../../core/bytes.ts";
import { createStreamBlock, FormatError, ID_KINDS, rejectedCount } from "../../core/streams.ts";
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
import { randomFrom } from "./random.ts";

const seed = Number(Deno.env.get("SEED") ?? Math.floor(Math.random() * 2 ** 31));
console.log(`fuzz seed ${seed}`);

/** What is put into logs: borders of numbers, signs of all formats, bytes that are no text. */
const DICTIONARY = [
  ...["0", "-1", "4294967295", "4294967296", "9007199254740991", "9007199254740992", "1e9", "1.0"],
  ...["18446744073709551616", "99999999999999999999", "007", "+5", "NaN", "Infinity", "0x10"],
  ...["|", "||", ",", "\t", '"', '""', "\\", "\\u0000", "{", "}", "[", ":", "null", "true"],
  ...["\n", "\r\n", "\r", "\n\n", "\0", "\xef\xbb\xbf", "\xff", "\xc3", "\xc3\x28", "\xed\xa0\x80"],
  ...["=1+1", "../../etc/passwd", "<script>", "%00", "FR", "ZZ", "fr", " ", "\x7f", "\x1b[2J"],
].map((text) => Buffer.from(text, "latin1"));

/** Changes a few places of a log. */
function mutated(log: Uint8Array, random: () => number): Uint8Array {
  let bytes = Buffer.from(log);
  const below = (limit: number): number => Math.floor(random() * limit);
  for (let changes = 1 + below(6); changes > 0; changes--) {
    const at = below(bytes.length + 1);
    const end = Math.min(bytes.length, at + below(30));
    const word = DICTIONARY[below(DICTIONARY.length)];
    const kind = below(7);
    if (kind === 0 && at < bytes.length) bytes[at] ^= 1 << below(8);
    else if (kind === 1) bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(end)]);
    else if (kind === 2) bytes = bytes.subarray(0, at);
    else if (kind === 3) {
      bytes = Buffer.concat([bytes.subarray(0, end), bytes.subarray(at)]);
    } else if (kind === 4 && below(8) === 0) {
      const huge = Buffer.alloc(65_530 + below(20), word);
      bytes = Buffer.concat([bytes.subarray(0, at), huge, bytes.subarray(at)]);
    } else bytes = Buffer.concat([bytes.subarray(0, at), word, bytes.subarray(at)]);
  }
  return bytes;
}

const text = logOf(LAST).split("\n").slice(0, 60).join("\n");
const rows: Row[] = Array.from({ length: 50 }, (_, i) => [String(i * 7), String(i), "FR"]);
const SEEDS: Readonly<Record<string, Uint8Array>> = {
  pipe: Buffer.from(text, "latin1"),
  csv: logAs("a.csv", rows),
  tsv: logAs("a.tsv", rows),
  jsonl: logAs("a.jsonl", rows),
};

/** Reads in parts of random sizes, and all at once: the same. */
function readInParts(reader: Reader, log: Uint8Array, ids: "number" | "text", cut: () => number) {
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

const LOGS = 4000;

for (const reader of READERS.filter((each): each is Reader => "parser" in each)) {
  Deno.test(`${reader.name}: ${LOGS} hostile logs, in parts and at once`, () => {
    const random = randomFrom(seed);
    for (let i = 0; i < LOGS; i++) {
      const log = mutated(SEEDS[reader.name], random);
      const ids = ID_KINDS[i % 2];
      const outcome = (cut: () => number): unknown => {
        try {
          return readInParts(reader, log, ids, cut);
        } catch (error) {
          if (error instanceof FormatError) return error.message;
          throw error;
        }
      };
      const whole = outcome(() => Infinity);
      const parts = outcome(() => 1 + Math.floor(random() * 400));
      assert.deepEqual(parts, whole, `seed ${seed}, log ${i}`);
    }
  });
}

Deno.test(`charts of ${LOGS} hostile logs equal the oracle`, () => {
  const random = randomFrom(seed + 1);
  for (let i = 0; i < LOGS; i++) {
    const ids = ID_KINDS[i % 2];
    const log = mutated(SEEDS.pipe, random);
    const options = { reader: pipe, writer: top, workBytes: 1 << 16, top: 5, ids };
    const made = makeCharts([{ day: 0, bytes: log }], options);
    const latin1 = Buffer.from(log).toString("latin1");
    const chart = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");
    assert.equal(chart(made.country), chartOf([latin1], "country", 5, ids), `log ${i}`);
    assert.equal(chart(made.user), chartOf([latin1], "user", 5, ids), `log ${i}`);
  }
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
