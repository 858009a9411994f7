/** Damaged batches: noticed, rebuilt where their log is there, refused by name where it is gone. */
import assert from "node:assert/strict";
import { decodeManifest, encodeManifest, type Manifest } from "../../core/manifest.ts";
import { setWhole } from "../../core/batch_format.ts";
import { crc32 } from "../../core/crc32.ts";
import { assertSameFiles } from "./_compare.ts";
import {
  assertCharts,
  batchName,
  bytesOf,
  DAYS,
  daysRead,
  deliver,
  deliverDays,
  LAST,
  logOf,
  summaryIn,
  takeAway,
  texts,
} from "./_week.ts";
import { type Place, testProgram } from "./program.ts";

const WORDS = ["--date", "20211201", "--days", "3"];
const WINDOW = [LAST - 2, LAST - 1, LAST];
/** The day whose batch is damaged. */
const DAY = LAST - 1;

/** Changes the bytes of a file. */
function edit(place: Place, name: string, change: (bytes: Uint8Array) => Uint8Array | void): void {
  const bytes = Deno.readFileSync(place.path(name));
  place.write(name, change(bytes) ?? bytes);
}

function editManifest(place: Place, change: (manifest: Manifest) => Manifest): void {
  const name = batchName(DAY, "manifest.json");
  const manifest = decodeManifest(place.read(name));
  assert.ok(typeof manifest !== "string");
  place.write(name, encodeManifest(change(manifest)));
}

/** A kind of damage, and what messages say of it. */
interface Damage {
  readonly name: string;
  readonly harm: (place: Place) => void;
  /** The warning with which the batch is built again; none where it is seen before. */
  readonly warning?: RegExp;
  /** The message where the log is gone. */
  readonly refusal: RegExp;
}

const USER = batchName(DAY, "user.batch");
const COUNTRY = batchName(DAY, "country.batch");
const GONE = /the log of 2021-11-30 is gone, expected the log to build the batch again/;

const DAMAGES: readonly Damage[] = [
  {
    name: "with a flipped byte in a block of the user batch",
    harm: (place) => edit(place, USER, (bytes) => void (bytes[120] ^= 0x10)),
    warning: /user\.batch" at byte \d+: /,
    refusal: GONE,
  },
  {
    name: "with a flipped byte in a block of the country batch",
    harm: (place) => edit(place, COUNTRY, (bytes) => void (bytes[90] ^= 1)),
    warning: /country\.batch" at byte \d+: /,
    refusal: GONE,
  },
  {
    name: "with a flipped byte in its header",
    harm: (place) => edit(place, USER, (bytes) => void (bytes[12] ^= 1)),
    warning: /user\.batch" at byte 0: damaged header/,
    refusal: GONE,
  },
  {
    name: "with a flipped byte in its trailer",
    harm: (place) => edit(place, USER, (bytes) => void (bytes[bytes.length - 40] ^= 1)),
    warning: /user\.batch" at byte \d+: damaged or cut short/,
    refusal: GONE,
  },
  {
    name: "that is cut short",
    harm: (place) => edit(place, USER, (bytes) => bytes.slice(0, bytes.length >> 1)),
    warning: /user\.batch" at byte \d+: damaged or cut short/,
    refusal: GONE,
  },
  {
    name: "that is empty",
    harm: (place) => edit(place, COUNTRY, () => new Uint8Array()),
    warning: /country\.batch" at byte 0: 0 bytes, expected a batch/,
    refusal: GONE,
  },
  {
    name: "without its user batch",
    harm: (place) => place.remove(USER),
    warning: /user\.batch" at byte 0: not found, expected a batch/,
    refusal: GONE,
  },
  {
    name: "with the user batch of another day",
    harm: (place) => Deno.copyFileSync(place.path(batchName(LAST, "user.batch")), place.path(USER)),
    warning: /user\.batch" at byte 0: not what the manifest says, expected .*2021-11-30 by user/,
    refusal: GONE,
  },
  {
    name: "with the country batch in the place of the user batch",
    harm: (place) => Deno.copyFileSync(place.path(COUNTRY), place.path(USER)),
    warning: /user\.batch" at byte 0: not what the manifest says/,
    refusal: GONE,
  },
  {
    name: "with a garbled manifest",
    harm: (place) => edit(place, batchName(DAY, "manifest.json"), (b) => void (b[200] ^= 1)),
    refusal: /^Cannot use the batch of 2021-11-30: damaged manifest, .*; its log is gone, expected/,
  },
  {
    name: "with a manifest that is cut short",
    harm: (place) => edit(place, batchName(DAY, "manifest.json"), (bytes) => bytes.slice(0, 99)),
    refusal:
      /^Cannot use the batch of 2021-11-30: damaged manifest, expected JSON; its log is gone/,
  },
  {
    name: "with the manifest of another day",
    harm: (place) =>
      Deno.copyFileSync(
        place.path(batchName(LAST, "manifest.json")),
        place.path(batchName(DAY, "manifest.json")),
      ),
    refusal: /^Cannot use the batch of 2021-11-30: manifest of another day, .*; its log is gone/,
  },
  {
    name: "of another version, as its manifest says",
    harm: (place) =>
      editManifest(place, ({ shape, ...manifest }) => ({
        ...manifest,
        shape: { ...shape, batchVersion: 2 },
      })),
    refusal: /^Cannot use the batch of 2021-11-30: batch version 2, expected version 1; its log is/,
  },
  {
    name: "of another version, as its file says",
    harm: (place) =>
      edit(place, USER, (bytes) => {
        const view = new DataView(bytes.buffer);
        view.setUint16(8, 2, true);
        view.setUint32(20, crc32(bytes.subarray(0, 20)), true);
      }),
    warning: /user\.batch" at byte 0: batch version 2, expected version 1/,
    refusal: /batch version 2, expected version 1; the log of 2021-11-30 is gone/,
  },
  {
    name: "whose root is said to be beyond its end",
    harm: (place) =>
      edit(place, USER, (bytes) => {
        const trailer = bytes.subarray(bytes.length - 48);
        const view = new DataView(trailer.buffer, trailer.byteOffset, 48);
        setWhole(view, 0, 2 ** 50);
        view.setUint32(44, crc32(trailer.subarray(0, 44)), true);
      }),
    warning: /user\.batch" at byte \d+: /,
    refusal: GONE,
  },
  {
    name: "made of other columns",
    harm: (place) =>
      editManifest(place, ({ shape, ...manifest }) => ({
        ...manifest,
        shape: { ...shape, columns: "song=1,user=3,country=2" },
      })),
    refusal:
      /^Cannot use the batch of 2021-11-30: columns song=1,user=3,country=2, expected as usual; its log/,
  },
];

for (const { name, harm, warning, refusal } of DAMAGES) {
  testProgram(`run builds a batch ${name} again, and refuses it without its log`, async (place) => {
    deliverDays(place, LAST, 3);
    await place.run(...WORDS);
    const batches = place.contents("batch");
    place.remove("results");
    harm(place);
    const { stderr } = await place.run(...WORDS);
    assertCharts(place, LAST, WINDOW);
    assert.deepEqual(daysRead(summaryIn(place, LAST)), texts(DAY), "only its log is read");
    if (warning === undefined) assert.doesNotMatch(stderr, /Warning/);
    else assert.match(stderr, new RegExp(`^Warning: .*${warning.source}.*building it again`));
    assertSameFiles(place.contents("batch"), batches, "the batches are as before");

    harm(place);
    takeAway(place, DAY);
    const before = place.contents("");
    assert.match(await place.runFails(1, ...WORDS), refusal);
    assertSameFiles(place.contents(""), before, "former results and all batches stay");
  });
}

testProgram("run --jobs 2 builds every batch again where all are damaged", async (place) => {
  deliverDays(place, LAST, 7);
  await place.run("--date", "20211201");
  for (const day of DAYS.slice(1)) {
    const file = day % 2 === 0 ? "user.batch" : "country.batch";
    edit(place, batchName(day, file), (bytes) => void (bytes[100] ^= 4));
  }
  await place.run("--date", "20211201", "--jobs", "2");
  assertCharts(place, LAST);
  assert.equal(daysRead(summaryIn(place, LAST)).length, 7);
});

testProgram("run takes a batch without a manifest for none", async (place) => {
  deliverDays(place, LAST, 3);
  await place.run(...WORDS);
  place.remove(batchName(DAY, "manifest.json"));
  await place.run(...WORDS);
  assertCharts(place, LAST, WINDOW);
  assert.deepEqual(daysRead(summaryIn(place, LAST)), texts(DAY));
});

testProgram("run does not look at a damaged batch outside the window", async (place) => {
  deliverDays(place, LAST, 3);
  await place.run(...WORDS);
  edit(place, batchName(LAST, "manifest.json"), () => bytesOf("{"));
  takeAway(place, LAST);
  await place.run("--date", "20211130", "--days", "2");
  assertCharts(place, LAST - 1, [LAST - 2, LAST - 1]);
});

testProgram("run deletes a damaged batch that has left the window", async (place) => {
  deliverDays(place, LAST, 3);
  await place.run(...WORDS);
  edit(place, batchName(LAST - 2, "manifest.json"), () => bytesOf("{"));
  await place.run("--date", "20211201", "--days", "2", "--replace");
  assert.equal(place.names("batch").includes("20211129/"), false);
});

testProgram("run refuses a rebuilt batch whose log became bad meanwhile", async (place) => {
  deliver(place, LAST);
  await place.run("--days", "1");
  const before = place.contents("results");
  edit(place, batchName(LAST, "user.batch"), (bytes) => void (bytes[100] ^= 4));
  deliver(place, LAST, "garbage\n".repeat(logOf(LAST).length >> 3));
  assert.match(await place.runFails(1, "--days", "1"), /rows rejected, 100 % \(fields/);
  assertSameFiles(place.contents("results"), before);
});
