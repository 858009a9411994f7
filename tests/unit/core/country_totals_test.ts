import assert from "node:assert/strict";
import { MemorySink, sourceOf } from "../../../core/bytes.ts";
import { addedTotals, CountryCounter, readTotals } from "../../../core/country_totals.ts";
import { countryKey, parseCountry } from "../../../core/country.ts";
import { BatchEncoder } from "../../../core/batch_encoder.ts";
import { NUMBERS, TEXTS } from "../../../core/engine.ts";
import { EntryList } from "../../../core/entries.ts";
import { TextArena } from "../../../core/texts.ts";
import { encodeBatch, finished, openBatch, randomOf, test, toolsWith } from "./_support.ts";

/** Entries of some countries, one of which takes several blocks. */
function entries(): [number, number, number][] {
  const random = randomOf(5);
  const keys = [0, countryKey(70, 82), countryKey(85, 83), 675];
  return keys.flatMap((key, i) =>
    Array.from({ length: i === 1 ? 9000 : 7 }, (_, song): [number, number, number] => [
      key,
      song * 3,
      1 + Math.floor(random() * 9),
    ])
  );
}

function sumOf(code: string): number {
  const key = parseCountry(code);
  return entries().filter(([each]) => each === key).reduce((sum, [, , count]) => sum + count, 0);
}

const EXPECTED = { AA: sumOf("AA"), FR: sumOf("FR"), US: sumOf("US"), ZZ: sumOf("ZZ") };

test("readTotals() counts the streams of every country of a batch", () => {
  const merger = NUMBERS.merger([{ batch: openBatch(encodeBatch(entries())) }], toolsWith());
  const totals = finished(readTotals(merger, NUMBERS));
  assert.deepEqual(totals, EXPECTED);
  assert.deepEqual(Object.keys(totals), ["AA", "FR", "US", "ZZ"]);
});

test("CountryCounter counts entries, and songs as often as they are there", () => {
  const plain = new MemorySink();
  const counted = new MemorySink();
  const tools = toolsWith();
  const header = { kind: "country", day: 1 } as const;
  const encoders = [plain, counted].map((sink) => new BatchEncoder(header, sink, tools));
  const counter = new CountryCounter(encoders[1].blocks, "number");
  const list = EntryList.withRoom(3);
  list.songs.set([4, 5, 6]);
  list.counts.set([100, 2, 3]);
  list.from = 1;
  list.to = 3;
  for (const blocks of [encoders[0].blocks, counter]) {
    blocks.addSongs(82, Float64Array.of(9, 7, 7, 8, 9), 1, 4);
    blocks.addEntries(147, list);
    blocks.addSongs(147, Float64Array.of(9), 0, 1);
  }
  assert.deepEqual(counter.totals(), { DE: 3, FR: 6 });
  assert.deepEqual(counter.finish().streamCount, 9);
  encoders[0].blocks.finish();
  assert.deepEqual(counted.toBytes(), plain.toBytes());
});

test("CountryCounter and readTotals() read countries that are texts", () => {
  const sink = new MemorySink();
  const tools = toolsWith({ engine: TEXTS });
  const encoder = new BatchEncoder({ kind: "country", day: 1 }, sink, tools);
  const counter = new CountryCounter(encoder.blocks, "text");
  const arena = new TextArena();
  const reference = (text: string) => {
    const bytes = new TextEncoder().encode(text);
    return arena.put(bytes, 0, bytes.length);
  };
  const [de, fr, song] = [reference("DE"), reference("FR"), reference("a song")];
  counter.addSongs(de, Float64Array.of(song, song), 0, 2, arena.bytes);
  counter.addSongs(fr, Float64Array.of(song), 0, 1, arena.bytes);
  const part = counter.finish();
  TEXTS.writeBatchEnd([part], sink, tools.checksum);
  assert.deepEqual(counter.totals(), { DE: 2, FR: 1 });
  const batch = TEXTS.openBatch(sourceOf(sink.toBytes()), tools.checksum);
  const read = finished(readTotals(TEXTS.merger([{ batch }], tools), TEXTS));
  assert.deepEqual(read, { DE: 2, FR: 1 });
});

test("addedTotals() adds up parts, codes ascending", () => {
  assert.deepEqual(addedTotals([]), {});
  const sum = addedTotals([{ US: 1, ZZ: 2 }, { AA: 5 }, { US: 3 }]);
  assert.deepEqual(Object.entries(sum), [["AA", 5], ["US", 4], ["ZZ", 2]]);
});
