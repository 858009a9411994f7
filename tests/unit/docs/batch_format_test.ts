/** docs/batch-format.md against the code: its bytes, numbers and messages. */
import assert from "node:assert/strict";
import { BatchEncoder } from "../../../core/batch_encoder.ts";
import * as format from "../../../core/batch_format.ts";
import { BatchReader } from "../../../core/batch_reader.ts";
import { batchLog, memoryScratch, mergeToRun } from "../../../core/batching.ts";
import { type ByteSource, MemorySink, sourceOf } from "../../../core/bytes.ts";
import { readTotals } from "../../../core/country_totals.ts";
import { crc32 } from "../../../core/crc32.ts";
import { NUMBERS, TEXTS } from "../../../core/engine.ts";
import * as textBlocks from "../../../core/text_blocks.ts";
import { NO_TEXTS } from "../../../core/texts.ts";
import { dayOf } from "../../../core/day.ts";
import { EntryList } from "../../../core/entries.ts";
import { encodeManifest, type Manifest, shapeOf } from "../../../core/manifest.ts";
import { planRun } from "../../../core/planning.ts";
import { finished } from "../../../core/steps.ts";
import { KEY_KINDS, type KeyKind, type LogPart } from "../../../core/streams.ts";
import {
  COLUMN_SLACK_BYTES,
  columnBytes,
  decodeColumn,
  encodeColumn,
} from "../../../core/vbyte.ts";
import { pipe } from "../../../formats/pipe.ts";

const PAGE = Deno.readTextFileSync(new URL("../../../docs/batch-format.md", import.meta.url));
const NO_PERMISSIONS = { permissions: "none" } as const;
const DAY = dayOf(2021, 12, 1)!;

/** The block of text between fences that follows a heading. */
function fencedAfter(heading: string): string {
  const [, text] = PAGE.slice(PAGE.indexOf(`\n${heading}`)).split(/^```.*\n/m);
  return text;
}

/** Fails where the page does not say this, however its lines are broken. */
function assertSays(text: string): void {
  assert.ok(PAGE.replace(/\s+/g, " ").includes(text), `docs/batch-format.md does not say: ${text}`);
}

const LOG = fencedAfter("## A complete example");

const TOOLS = {
  scratch: memoryScratch(),
  checksum: crc32,
  fanIn: 2,
  cursorBytes: 0,
  engine: NUMBERS,
};

/** Makes the batches of the page's log, or of another one. */
function batchesOf(text = LOG): { manifest: Manifest } & Record<KeyKind, Uint8Array> {
  const log = sourceOf(new TextEncoder().encode(text));
  const sinks = { country: new MemorySink(), user: new MemorySink() };
  const room = { memory: new ArrayBuffer(1 << 16), buffer: new Uint8Array(1 << 18) };
  const steps = batchLog({ day: DAY, log, ...pipe, sinks, ...room }, TOOLS);
  let step = steps.next();
  while (!step.done) step = steps.next();
  const { tally, sizes, crc32: logCrc32, sizeBytes } = step.value;
  const sizeOf = (kind: KeyKind) => {
    const { rootOffset: _, ...size } = sizes[kind]!;
    return size;
  };
  const batch = NUMBERS.openBatch(sourceOf(sinks.country.toBytes()), crc32);
  const countries = finished(readTotals(NUMBERS.merger([{ batch }], TOOLS), NUMBERS));
  const name = "listen-20211201.log";
  const manifest: Manifest = {
    day: DAY,
    logs: [{
      name,
      sizeBytes,
      modifiedMs: Date.UTC(2021, 11, 2),
      crc32: logCrc32,
      reader: "pipe",
      tally,
    }],
    shape: shapeOf("pipe", KEY_KINDS),
    batches: { country: { ...sizeOf("country"), countries }, user: sizeOf("user") },
  };
  return { manifest, country: sinks.country.toBytes(), user: sinks.user.toBytes() };
}

/** Makes a run of every row of the page's log, and merges them. */
function mergedOfRows(kind: KeyKind): Uint8Array {
  const runs = [...LOG.matchAll(/.+\n/g)].map(([row]) => batchesOf(row)[kind]);
  const sink = new MemorySink();
  const inputs = runs.map((run) => ({ batch: new BatchReader(sourceOf(run), crc32) }));
  for (const _ of mergeToRun(inputs, sink, TOOLS));
  return sink.toBytes();
}

/** Lines of an offset, two blanks, bytes, two blanks, and what they are; no byte left out. */
function readHexDump(dump: string): string {
  let bytes = "";
  for (const line of dump.split("\n")) {
    const [, offset, hex] = /^([0-9a-f]{4}) {2}((?:[0-9a-f]{2} )*[0-9a-f]{2}) {2,}\S/.exec(line) ??
      [];
    assert.ok(hex !== undefined || /^[a-z]*$/.test(line), `no line of a hex dump: ${line}`);
    if (hex === undefined) continue;
    assert.equal(parseInt(offset, 16) * 3, bytes.length, `offset of the line: ${line}`);
    bytes += `${hex} `;
  }
  return bytes.trim();
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
}

for (const kind of KEY_KINDS) {
  Deno.test(`docs/batch-format.md draws the bytes of ${kind}.batch`, NO_PERMISSIONS, () => {
    const [, sizeBytes] = new RegExp(`^### ${kind}\\.batch, (\\d+) bytes$`, "m").exec(PAGE) ?? [];
    const drawn = readHexDump(fencedAfter(`### ${kind}.batch`));
    const inOnePart = batchesOf()[kind];
    assert.equal(drawn, hexOf(inOnePart));
    assert.equal(drawn, hexOf(mergedOfRows(kind)));
    assert.equal(Number(sizeBytes), inOnePart.length);
  });
}

Deno.test("docs/batch-format.md draws the bytes of a batch of texts", NO_PERMISSIONS, () => {
  const heading = "### A batch of texts, ";
  const [, , , dump] = PAGE.slice(PAGE.indexOf(heading)).split(/^```.*\n/m);
  const log = sourceOf(new TextEncoder().encode(fencedAfter(heading)));
  const sink = new MemorySink();
  const room = { memory: new ArrayBuffer(1 << 20), buffer: new Uint8Array(1 << 18) };
  const parser = ({ isStart }: LogPart) => pipe.parser({ isStart, ids: "text" });
  const job = { day: DAY, log, parser, isCutAtLines: true, sinks: { user: sink }, ...room };
  const steps = batchLog(job, { ...TOOLS, engine: TEXTS });
  while (!steps.next().done);
  const bytes = sink.toBytes();
  assert.equal(readHexDump(dump), hexOf(bytes));
  assert.ok(PAGE.includes(`${heading}${bytes.length} bytes\n`));
});

Deno.test("docs/batch-format.md shows the manifest of its log", NO_PERMISSIONS, () => {
  const { manifest } = batchesOf();
  assert.equal(fencedAfter("### manifest.json"), encodeManifest(manifest));
  assertSays(`\`${manifest.logs[0].name}\`, three rows, ${LOG.length} bytes`);
});

Deno.test("docs/batch-format.md names every field of the manifest", NO_PERMISSIONS, () => {
  const shown = JSON.parse(fencedAfter("### manifest.json"));
  const fields = Object.entries(shown).flatMap(([field, value]) => {
    if (field === "logs") {
      const { tally, ...log } = shown.logs[0];
      return [
        ...Object.keys(log).map((inner) => `logs.${inner}`),
        ...Object.keys(tally).map((inner) => `logs.tally.${inner}`),
      ];
    }
    if (field === "batches") {
      const inner = Object.keys(shown.batches.user).map((name) => `batches.KIND.${name}`);
      return [...inner, "batches.country.countries"];
    }
    const isPlain = typeof value !== "object" || value === null;
    return isPlain ? [field] : Object.keys(value).map((inner) => `${field}.${inner}`);
  });
  const rows = [...PAGE.matchAll(/^\| `([a-z][\w.]*)` /gim)].map(([, name]) => name);
  assert.deepEqual(rows.filter((name) => fields.includes(name)), fields);
});

Deno.test(
  "docs/batch-format.md states the constants of core/batch_format.ts",
  NO_PERMISSIONS,
  () => {
    const stated = [...PAGE.matchAll(/^\| `([A-Z_]+)` +\| (\d+) /gm)];
    assert.ok(stated.length >= 10);
    const constants: Readonly<Record<string, unknown>> = { ...format, ...textBlocks };
    for (const [, name, value] of stated) assert.equal(constants[name], Number(value), name);
  },
);

Deno.test("docs/batch-format.md writes its two columns as vbyte.ts does", NO_PERMISSIONS, () => {
  const columns = [...PAGE.matchAll(/^(narrow|wide) {2}([\d ]+)\n([0-9a-f ]+)$/gm)];
  assert.deepEqual(columns.map(([, width]) => width), ["narrow", "wide"]);
  for (const [, width, list, hex] of columns) {
    const values = Float64Array.from(list.split(" "), Number);
    const isWide = width === "wide";
    const bytes = new Uint8Array(columnBytes(values.length) + COLUMN_SLACK_BYTES);
    const view = new DataView(bytes.buffer);
    const end = encodeColumn(values, values.length, isWide, view, 0);
    assert.equal(hexOf(bytes.subarray(0, end)), hex.replaceAll("  ", " "));
    const decoded = new Float64Array(values.length);
    assert.equal(decodeColumn(view, 0, values.length, isWide, decoded), end);
    assert.deepEqual(decoded, values);
  }
});

/** A source that counts what is read of it. */
class CountingSource implements ByteSource {
  readonly name = "counted";
  readonly sizeBytes: number;
  reads = 0;
  bytes = 0;
  readonly #source: ByteSource;

  constructor(bytes: Uint8Array) {
    this.#source = sourceOf(bytes);
    this.sizeBytes = bytes.length;
  }

  read(into: Uint8Array, offset: number): number {
    const count = this.#source.read(into, offset);
    this.reads++;
    this.bytes += count;
    return count;
  }
}

/** A batch by user of four songs each, of so many full pages. */
function batchOfPages(pages: number): Uint8Array {
  const sink = new MemorySink();
  const encoder = new BatchEncoder({ kind: "user", day: DAY }, sink, TOOLS);
  const list = EntryList.withRoom(4);
  list.to = 4;
  list.counts.fill(1);
  const users = pages * format.PAGE_BLOCKS * format.BLOCK_ENTRIES / 4;
  for (let user = 0; user < users; user++) {
    for (let i = 0; i < 4; i++) list.songs[i] = i * 1_000_000 + user % 1_000_000;
    encoder.blocks.addEntries(user, list, NO_TEXTS);
  }
  encoder.finish();
  return sink.toBytes();
}

Deno.test("docs/batch-format.md says how much is read to find one user", NO_PERMISSIONS, () => {
  const source = new CountingSource(batchOfPages(3));
  const reader = new BatchReader(source, crc32);
  assert.equal(reader.root.length, 3);
  assertSays("96 bytes and 24 for each page, in 4 reads");
  assert.deepEqual([source.reads, source.bytes], [4, 96 + 24 * 3]);

  assertSays("At most 3096 bytes, in 2 reads");
  source.reads = source.bytes = 0;
  assert.equal(reader.blocksOf(1).length, format.PAGE_BLOCKS);
  assert.deepEqual([source.reads, source.bytes], [2, 3096]);

  assertSays("One read takes 148512 bytes");
  // In the middle of a block, and the first of one: that one may have begun in the block before.
  for (const user of [200_100, 1024 * 200]) {
    source.reads = source.bytes = 0;
    const cursor = reader.cursor({ from: user, to: user + 1 });
    assert.ok(cursor.next());
    assert.deepEqual(
      Array.from(cursor.segment.songs.slice(cursor.segment.from, cursor.segment.to)),
      [0, 1, 2, 3].map((i) => i * 1_000_000 + user),
    );
    assert.equal(cursor.next(), false);
    assert.deepEqual([source.reads, source.bytes], [3, 3096 + 148512]);
  }
  assertSays(
    "7 reads of together 153072 bytes: 1464 to open, 3096 for the page, 148512 for the blocks",
  );
  assert.equal(96 + 24 * 57 + 3096 + 148512, 153072);
});

Deno.test(
  "docs/batch-format.md says how a batch of another version is refused",
  NO_PERMISSIONS,
  () => {
    const { manifest, user } = batchesOf();
    const [, ofManifest, , ofFile] = PAGE.slice(PAGE.indexOf("\n## Versions")).split(/^```.*\n/m);
    const other = { ...manifest, shape: { ...manifest.shape, batchVersion: 2 } };
    const request = { today: DAY + 1, windowDays: 7, keepBatchDays: 7, shape: manifest.shape };
    const batches = [{ day: DAY, manifest: other }];
    const messageOf = (act: () => unknown): string => {
      try {
        act();
      } catch (error) {
        return `${(error as Error).message}\n`;
      }
      return "";
    };
    assert.equal(`${planRun(request, { logs: [], batches }).refusals[0]}\n`, ofManifest);
    const logs = manifest.logs.map((log) => ({ day: DAY, ...log }));
    assert.equal(planRun(request, { logs, batches }).days.at(-1)?.act, "build");

    user[8] = 2;
    const source = sourceOf(user, "batch/20211201/user.batch");
    assert.equal(messageOf(() => new BatchReader(source, crc32)), ofFile);
  },
);
