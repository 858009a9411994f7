/**
 * What is said of faults, word by word: what a person sees who has to do something about it.
 *
 * What the command line says is in unit/cli; logs that are no files are in not_ready_test.ts.
 */
import assert from "node:assert/strict";
import { CASES } from "../../docs/promises.ts";
import { Buffer } from "node:buffer";
import { gzipSync } from "node:zlib";
import { decodeManifest, encodeManifest } from "../../core/manifest.ts";
import { lockFolder } from "../../io/lock.ts";
import { type Place, testProgram } from "./program.ts";

/** A run of 2021-12-01 and the day before. */
const WORDS = ["--date", "20211201", "--days", "2"];
const ROWS = "71|5|FR\n71|6|FR\n88|5|DE\n";
const AGAIN = "expected the log to build the batch again";

/** Delivers both logs, and makes their batches. */
async function withBatches(place: Place): Promise<void> {
  for (const day of ["20211130", "20211201"]) place.write(`logs/listen-${day}.log`, ROWS);
  await place.run(...WORDS);
}

function edit(place: Place, name: string, change: (bytes: Uint8Array) => Uint8Array): void {
  place.write(name, change(Deno.readFileSync(place.path(name))));
}

function flip(at: number): (bytes: Uint8Array) => Uint8Array {
  return (bytes) => bytes.with(at < 0 ? bytes.length + at : at, 0x2a);
}

/** A file of a batch that is damaged, where that is noticed, and what is said of it. */
const DAMAGES: readonly [file: string, (bytes: Uint8Array) => Uint8Array, at: number, string][] = [
  ["country", () => new Uint8Array(0), 0, "0 bytes, expected a batch"],
  ["country", flip(0), 0, "no batch, expected its magic bytes"],
  ["user", flip(8), 0, "batch version 42, expected version 1"],
  ["user", flip(12), 0, "damaged header, expected its checksum"],
  ["user", (bytes) => bytes.subarray(0, 30), 30, "cut short, expected the trailer"],
  ["user", flip(-20), 0, "damaged or cut short, expected the trailer"],
  ["country", flip(40), 24, "damaged block, expected its checksum"],
  ["country", flip(29), 24, "cut short, expected the rest of a block"],
  ["country", flip(31), 24, "damaged block, expected its length"],
];

for (const [kind, harm, at, reason] of DAMAGES) {
  testProgram(`run says of a ${kind} batch: ${reason}`, async (place) => {
    await withBatches(place);
    const name = `batch/20211130/${kind}.batch`;
    const size = Deno.statSync(place.path(name)).size;
    edit(place, name, harm);
    const where = reason.includes("or cut short") ? size - 48 : at;
    const text = `read batch "${place.path(name)}" at byte ${where}: ${reason}`;
    const log = place.path("logs/listen-20211130.log");
    Deno.renameSync(log, place.path("aside"));
    assert.equal(
      await place.runFails(1, ...WORDS),
      `Cannot ${text}; the log of 2021-11-30 is gone, ${AGAIN}\n`,
    );
    Deno.renameSync(place.path("aside"), log);
    const { stderr } = await place.run(...WORDS, "--quiet");
    assert.equal(stderr, `Warning: cannot ${text}; building it again from its log\n`);
  });
}

testProgram("run --jobs 2 says of a user batch that its index is damaged", async (place) => {
  await withBatches(place);
  const name = "batch/20211130/user.batch";
  const whole = Deno.readFileSync(place.path(name));
  const root = new DataView(whole.buffer).getUint32(whole.length - 48, true);
  place.remove("logs/listen-20211130.log");
  for (
    const [at, reason] of [
      [whole.length - 50, "damaged index, expected its checksum"],
      [root + 7, "damaged index, expected its length"],
    ] as const
  ) {
    place.write(name, flip(at)(whole));
    assert.equal(
      await place.runFails(1, ...WORDS, "--jobs", "2"),
      `Cannot read batch "${place.path(name)}" at byte ${root}: ${reason}; ` +
        `the log of 2021-11-30 is gone, ${AGAIN}\n`,
    );
  }
});

testProgram("run says of batches without a file, or of another day", async (place) => {
  await withBatches(place);
  const user = "batch/20211130/user.batch";
  const cannot = `Cannot read batch "${place.path(user)}" at byte 0: `;
  const gone = `; the log of 2021-11-30 is gone, ${AGAIN}\n`;
  place.remove("logs/listen-20211130.log");
  place.remove(user);
  assert.equal(await place.runFails(1, ...WORDS), `${cannot}not found, expected a batch${gone}`);
  Deno.copyFileSync(place.path("batch/20211201/user.batch"), place.path(user));
  assert.equal(
    await place.runFails(1, ...WORDS),
    `${cannot}not what the manifest says, expected the batch of 2021-11-30 by user${gone}`,
  );
});

/** What becomes of a manifest, and what is said of it. */
const MANIFESTS: readonly [change: (text: string) => string, reason: string][] = [
  [() => "{", "damaged manifest, expected JSON"],
  [() => "7", "damaged manifest, expected an object"],
  [(text) => text.replace('"rows": 3', '"rows": 4'), "damaged manifest, expected its checksum"],
  [(text) => changed(text, { day: 1 }), "manifest of another day, expected this folder's"],
  [(text) => changed(text, { batches: {} }), "damaged manifest, expected figures that agree"],
  [(text) => changed(text, {}, { batchVersion: 0 }), "batch version 0, expected version 1"],
  [(text) => changed(text, {}, { ids: "text" }), "ids of kind text, expected number"],
  [(text) => changed(text, {}, { columns: "song=2" }), "columns song=2, expected as usual"],
  [
    (text) => changed(text, {}, { keys: ["user"] }),
    "no batch by country, expected batches by country and user",
  ],
];

function changed(text: string, parts: object, shape: object = {}): string {
  const manifest = decodeManifest(text);
  assert.ok(typeof manifest !== "string");
  return encodeManifest({ ...manifest, ...parts, shape: { ...manifest.shape, ...shape } });
}

for (const [change, reason] of MANIFESTS) {
  testProgram(`run says of a batch: ${reason}`, async (place) => {
    await withBatches(place);
    const name = "batch/20211130/manifest.json";
    const text = change(place.read(name));
    assert.notEqual(text, place.read(name));
    place.write(name, text);
    const log = place.path("logs/listen-20211130.log");
    Deno.renameSync(log, place.path("aside"));
    assert.equal(
      await place.runFails(1, ...WORDS),
      `Cannot use the batch of 2021-11-30: ${reason}; its log is gone, ${AGAIN}\n`,
    );
    Deno.renameSync(place.path("aside"), log);
    const { stderr } = await place.run(...WORDS, "--verbose");
    assert.ok(stderr.startsWith("Batch of 2021-12-01 is there: 3 rows\n"), stderr);
    assert.ok(stderr.includes(`\nReading log "${log}" (${reason})\n`), stderr);
  });
}

const GZIP = gzipSync(ROWS.repeat(30));
const ZSTD = Deno.readFileSync(new URL("../unit/data/log.zst", import.meta.url));
const MEMBER_END = Buffer.from([0x1f, 0x8b, 8]);

/** Compressed logs that are not whole. What zlib says stands in brackets. */
const COMPRESSED: readonly [ending: string, bytes: Uint8Array, reason: string][] = [
  ["gz", GZIP.subarray(0, -5), "gzip that is cut short, expected its end"],
  ["gz", Buffer.concat([GZIP, MEMBER_END]), "gzip that is cut short, expected its end"],
  ["gz", flip(-8)(GZIP), "damaged gzip (incorrect data check), expected gzip"],
  ["gz", Buffer.from(ROWS), "no gzip, expected what its name says (.gz)"],
  ["zst", ZSTD.subarray(0, -5), "zstd that is cut short, expected its end"],
  ["zst", flip(-1)(ZSTD), "damaged zstd, expected the checksum of its frame"],
  [
    "zst",
    Buffer.concat([ZSTD, Buffer.from(ROWS)]),
    "damaged zstd (no frame), expected a frame",
  ],
  ["zst", Buffer.from(ROWS), "no zstd, expected what its name says (.zst)"],
];

for (const [ending, bytes, reason] of COMPRESSED) {
  testProgram(`run says of a log .${ending} of ${bytes.length} bytes: ${reason}`, async (place) => {
    const name = `logs/listen-20211201.log.${ending}`;
    place.write(name, bytes);
    const message = await place.runFails(1, "--days", "1", "--max-rejected", "100%");
    assert.equal(message, `Cannot read log "${place.path(name)}": ${reason}\n`);
    assert.deepEqual(place.names(), ["logs/", name], "nothing is left");
  });
}

testProgram("run says which rows were rejected where they are too many", async (place) => {
  const bad = "x|1|DE\n1|1|DEU\n1,1,DE\n\n1|99999999999999999|DE\n71|5|FR\r\n\x1b[2J|1|DE\n";
  place.write("logs/listen-20211201.log", bad);
  assert.equal(
    await place.runFails(1, "--days", "1", "--max-rejected", "0.5%"),
    `Cannot use log "${place.path("logs/listen-20211201.log")}": 6 of 7 rows rejected, 85.71 % ` +
      "(empty 1, fields 1, song 2, user 1, country 1), expected at most 0.5 % (--max-rejected)\n" +
      "  line 1 (song): x|1|DE\n" +
      "  line 2 (country): 1|1|DEU\n" +
      "  line 3 (fields): 1,1,DE\n" +
      "  line 4 (empty): \n" +
      "  line 5 (user): 1|99999999999999999|DE\n" +
      "  no reader fits it: topstreams formats lists them, " +
      "docs/writing-a-format.md tells of one's own\n",
  );
});

testProgram("run says who holds the lock, and that it waited in vain", async (place) => {
  place.write("logs/listen-20211201.log", ROWS);
  for (const folder of ["batch", "results"]) Deno.mkdirSync(place.path(folder));
  for (const folder of ["batch", "results"]) {
    const lock = await lockFolder(place.path(folder));
    try {
      const { since } = JSON.parse(place.read(`${folder}/.lock`));
      assert.equal(new Date(since).toISOString(), since);
      const holder = `another run holds the lock (process ${Deno.pid}, since ${since})`;
      assert.equal(
        await place.runFails(1, "--days", "1"),
        `Cannot lock "${place.path(folder)}": ${holder}, ` +
          "expected one run at a time (--wait SECONDS waits for its end)\n",
      );
      assert.equal(
        await place.runFails(1, "--days", "1", "--wait", "1"),
        `Warning: ${holder}; waiting for up to 1 s\n` +
          `Cannot lock "${place.path(folder)}": ${holder}, expected its end within 1 s\n`,
      );
    } finally {
      lock.release();
    }
  }
  const { stderr } = await place.run("--days", "1", "--quiet");
  assert.equal(stderr, "");
});

testProgram("run says what a killed run had begun to publish", async (place) => {
  await withBatches(place);
  const names = ["country_top50_20211201.txt", "user_top50_20211201.txt", "run_20211201.json"];
  place.write("results/.publish.json", JSON.stringify({ files: names, removals: [] }));
  const { stderr } = await place.run(...WORDS, "--quiet");
  assert.equal(
    stderr,
    `Warning: completed what an earlier run had begun to publish: ${names.join(", ")}\n`,
  );
});

testProgram("run says which days a chart would lose", async (place) => {
  await withBatches(place);
  place.remove("batch/20211130");
  place.remove("logs/listen-20211130.log");
  assert.equal(
    await place.runFails(1, ...WORDS),
    "Cannot replace the charts of 2021-12-01: 1 days used, expected at least 2 as published " +
      "(without 2021-11-30; --replace publishes all the same)\n",
  );
  const { stderr } = await place.run(...WORDS, "--replace", "--quiet");
  assert.equal(
    stderr,
    "Warning: neither log nor batch of 2021-11-30: missing in the charts\n",
  );
  assert.equal(
    await place.runFails(1, ...WORDS, "--strict"),
    "Cannot make charts with --strict: neither log nor batch of 2021-11-30, " +
      "expected every day of the window\n",
  );
});

Deno.test("messages_test.ts has as many cases as docs/promises.ts says", () => {
  assert.equal(DAMAGES.length + MANIFESTS.length, CASES.damageMessages);
  assert.equal(COMPRESSED.length, CASES.compressedMessages);
});
