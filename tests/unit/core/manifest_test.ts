import assert from "node:assert/strict";
import { BATCH_VERSION } from "../../../core/batch_format.ts";
import { crc32 } from "../../../core/crc32.ts";
import {
  type BatchShape,
  decodeManifest,
  encodeManifest,
  hasSameLogs,
  isSameLog,
  isSound,
  type Manifest,
  shapeDifference,
  shapeOf,
  tallyOf,
} from "../../../core/manifest.ts";
import { logRecordOf, manifestOf, SHAPE, test } from "./_support.ts";

const MANIFEST = manifestOf(18962, {
  logs: [
    logRecordOf(18962, {
      crc32: 4_294_967_295,
      name: 'listen-"ü\u2028".log',
      sizeBytes: 2 ** 40,
      modifiedMs: 1638403200000.123,
    }),
  ],
});

test("decodeManifest() gives back what encodeManifest() wrote", () => {
  for (const manifest of [MANIFEST, manifestOf(-719162), manifestOf(0, { batches: {} })]) {
    assert.deepEqual(decodeManifest(encodeManifest(manifest)), manifest);
  }
});

test("encodeManifest() writes JSON that people can read, with its day as a date", () => {
  const text = encodeManifest(manifestOf(18962));
  assert.ok(text.endsWith("}\n"));
  assert.equal(JSON.parse(text).day, "2021-12-01");
  assert.equal(typeof JSON.parse(text).checksum, "number");
});

test("decodeManifest() notices any flipped, missing or added character", () => {
  const text = encodeManifest(MANIFEST);
  const assertNoticed = (damaged: string, what: string) => {
    const found = decodeManifest(damaged);
    // White space between the words of JSON says nothing.
    if (typeof found !== "string") assert.deepEqual(found, MANIFEST, what);
    else assert.match(found, /^damaged manifest, expected /);
  };
  let noticed = 0;
  for (let at = 0; at < text.length; at++) {
    for (const bit of [1, 2, 4, 16, 32]) {
      const flipped = String.fromCharCode(text.charCodeAt(at) ^ bit);
      const damaged = text.slice(0, at) + flipped + text.slice(at + 1);
      assertNoticed(damaged, `character ${at} flipped to "${flipped}"`);
      if (typeof decodeManifest(damaged) === "string") noticed++;
    }
    assertNoticed(text.slice(0, at) + text.slice(at + 1), `character ${at} missing`);
    assertNoticed(text.slice(0, at) + "0" + text.slice(at), `0 before character ${at}`);
    assertNoticed(text.slice(0, at), `cut to ${at} characters`);
  }
  assert.ok(noticed > text.length * 4, `${noticed} flips noticed`);
});

const DAMAGED: readonly [text: string, problem: string][] = [
  ["", "damaged manifest, expected JSON"],
  ["{", "damaged manifest, expected JSON"],
  ["\0\0\0\0", "damaged manifest, expected JSON"],
  ["null", "damaged manifest, expected an object"],
  ["7", "damaged manifest, expected an object"],
  ['"text"', "damaged manifest, expected an object"],
  ["[]", "damaged manifest, expected its checksum"],
  ["{}", "damaged manifest, expected its checksum"],
  ['{"checksum": 0}', "damaged manifest, expected its checksum"],
];

test("decodeManifest() says what is wrong", () => {
  for (const [text, problem] of DAMAGED) assert.equal(decodeManifest(text), problem, text);
});

test("isSameLog() compares name, size and time of modification", () => {
  const [log] = MANIFEST.logs;
  assert.ok(isSameLog(log, { ...log }));
  assert.ok(!isSameLog(log, { ...log, name: "listen-20211201.log" }));
  assert.ok(!isSameLog(log, { ...log, sizeBytes: log.sizeBytes + 1 }));
  assert.ok(!isSameLog(log, { ...log, modifiedMs: log.modifiedMs + 0.001 }));
});

test("shapeOf() is of the version of batches that is written", () => {
  assert.deepEqual(shapeOf("pipe", ["user"]), {
    reader: "pipe",
    columns: "",
    ids: "number",
    keys: ["user"],
    batchVersion: BATCH_VERSION,
  });
});

const DIFFERENCES: readonly [
  what: string,
  stored: Partial<BatchShape>,
  wanted: Partial<BatchShape>,
  difference: string | undefined,
][] = [
  ["nothing for equal shapes", {}, {}, undefined],
  ["nothing for more keys than wanted", {}, { keys: ["user"] }, undefined],
  ["nothing for the same keys in another order", { keys: ["user", "country"] }, {}, undefined],
  [
    "an absent key",
    { keys: ["country"] },
    {},
    "no batch by user, expected batches by country and user",
  ],
  [
    "the only absent key",
    { keys: ["user"] },
    { keys: ["country"] },
    "no batch by country, expected batches by country",
  ],
  [
    "all absent keys",
    { keys: [] },
    {},
    "no batch by country and user, expected batches by country and user",
  ],
  [
    "nothing for any reader where it is to be found",
    { reader: "csv" },
    { reader: "auto" },
    undefined,
  ],
  [
    "other columns",
    { columns: "song=1,user=2,country=3" },
    {},
    "columns song=1,user=2,country=3, expected as usual",
  ],
  [
    "the usual columns",
    {},
    { columns: "song=1,user=2,country=3" },
    "columns as usual, expected song=1,user=2,country=3",
  ],
  ["another reader", { reader: "csv" }, {}, "made by reader csv, expected reader pipe"],
  ["another version", { batchVersion: 9 }, {}, "batch version 9, expected version 1"],
  [
    "the version before all else",
    { batchVersion: 0, reader: "csv", keys: [] },
    {},
    "batch version 0, expected version 1",
  ],
  ["another kind of ids", { ids: "text" }, {}, "ids of kind text, expected number"],
];

for (const [what, stored, wanted, difference] of DIFFERENCES) {
  test(`shapeDifference() names ${what}`, () => {
    assert.equal(shapeDifference({ ...SHAPE, ...stored }, { ...SHAPE, ...wanted }), difference);
  });
}

test("isSound() holds the streams of every batch against the rows", () => {
  const manifest = manifestOf(1);
  const streams = (country: number, user: number): Manifest["batches"] => ({
    country: { ...manifest.batches.country!, streamCount: country },
    user: { ...manifest.batches.user!, streamCount: user },
  });
  assert.ok(isSound(manifest));
  assert.ok(!isSound({ ...manifest, batches: streams(90, 91) }));
  assert.ok(!isSound({ ...manifest, batches: streams(89, 90) }));
  assert.ok(!isSound({ ...manifest, batches: { user: manifest.batches.user } }));
  const [log] = manifest.logs;
  assert.ok(!isSound({ ...manifest, logs: [{ ...log, tally: { ...log.tally, rows: 101 } }] }));
  assert.ok(!isSound({ ...manifest, logs: [log, log] }));
  assert.ok(isSound({ ...manifest, logs: [log, log], batches: streams(180, 180) }));
  const told = (countries: Record<string, number>): Manifest => {
    const { country, user } = manifest.batches;
    return { ...manifest, batches: { country: { ...country!, countries }, user } };
  };
  assert.ok(isSound(told({ DE: 40, FR: 50 })));
  assert.ok(!isSound(told({ DE: 40, FR: 51 })));
  const shape: BatchShape = { ...SHAPE, keys: ["user"] };
  assert.ok(isSound({ ...manifest, shape, batches: { user: manifest.batches.user } }));
});

/** A manifest as version 0.1.0 wrote it, before a day could have several logs. */
const FORMER = {
  day: "2021-12-01",
  log: { name: "listen-20211201.log", sizeBytes: 1000, modifiedMs: 1.5 },
  logCrc32: 7,
  shape: { reader: "pipe", ids: "number", keys: ["country", "user"], batchVersion: 1 },
  tally: {
    rows: 100,
    rejected: { empty: 0, fields: 0, song: 7, user: 0, country: 0, "too-long": 3 },
    firstRejected: [{ line: 4, reason: "song", text: "x|\\x00" }],
  },
  batches: manifestOf(18962).batches,
};

test("decodeManifest() reads what the former version wrote", () => {
  const checksum = crc32(new TextEncoder().encode(JSON.stringify(FORMER)));
  const read = decodeManifest(JSON.stringify({ checksum, ...FORMER }));
  assert.deepEqual(read, manifestOf(18962));
  assert.ok(typeof read !== "string" && isSound(read));
});

test("hasSameLogs() compares all logs in their order", () => {
  const [a, b] = [logRecordOf(1), logRecordOf(2)];
  assert.ok(hasSameLogs([a, b], [{ ...a }, { ...b }]));
  assert.ok(hasSameLogs([], []));
  for (const other of [[a], [b, a], [a, b, b], [a, { ...b, sizeBytes: 1 }]]) {
    assert.ok(!hasSameLogs([a, b], other));
  }
});

test("tallyOf() adds up the logs of a day", () => {
  const manifest = manifestOf(1, { logs: [logRecordOf(1), logRecordOf(1)] });
  const { rows, lines, rejected, firstRejected } = tallyOf(manifest);
  assert.deepEqual([rows, lines, rejected.song, rejected["too-long"]], [200, 200, 14, 6]);
  assert.deepEqual(firstRejected.map(({ line }) => line), [4, 104]);
});
