import assert from "node:assert/strict";
import { BATCH_VERSION } from "../../../core/batch_format.ts";
import {
  type BatchShape,
  decodeManifest,
  encodeManifest,
  isSameLog,
  isSound,
  type Manifest,
  shapeDifference,
  shapeOf,
} from "../../../core/manifest.ts";
import { manifestOf, SHAPE, test } from "./_support.ts";

const MANIFEST = manifestOf(18962, {
  logCrc32: 4_294_967_295,
  log: { name: 'listen-"ü\u2028".log', sizeBytes: 2 ** 40, modifiedMs: 1638403200000.123 },
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
  const { log } = MANIFEST;
  assert.ok(isSameLog(log, { ...log }));
  assert.ok(!isSameLog(log, { ...log, name: "listen-20211201.log" }));
  assert.ok(!isSameLog(log, { ...log, sizeBytes: log.sizeBytes + 1 }));
  assert.ok(!isSameLog(log, { ...log, modifiedMs: log.modifiedMs + 0.001 }));
});

test("shapeOf() is of the version of batches that is written", () => {
  assert.deepEqual(shapeOf("pipe", ["user"]), {
    reader: "pipe",
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
  ["another reader", { reader: "csv" }, {}, "made by reader csv, expected reader pipe"],
  ["another version", { batchVersion: 9 }, {}, "batch version 9, expected version 1"],
  [
    "the version before all else",
    { batchVersion: 0, reader: "csv", keys: [] },
    {},
    "batch version 0, expected version 1",
  ],
  ["another kind of ids", { ids: "text" as "number" }, {}, "ids of kind text, expected number"],
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
  assert.ok(!isSound({ ...manifest, tally: { ...manifest.tally, rows: 101 } }));
  const shape: BatchShape = { ...SHAPE, keys: ["user"] };
  assert.ok(isSound({ ...manifest, shape, batches: { user: manifest.batches.user } }));
});
