import assert from "node:assert/strict";
import { generateLog, type GeneratorOptions, generatorOptions } from "../../../bench/generator.ts";

const DAY = 18962;
const SMALL = { rowCount: 2000, userCount: 200, songCount: 300, countryCount: 12 };
const PROFILES = ["wide", "sample"] as const;

/** The kinds of corrupt rows, with N for an id. */
const KINDS = [
  "",
  "-1|N|US",
  "2^53|N|US",
  "N,N,US",
  "NN|US",
  "N| |US",
  "N|-1|US",
  "N|N",
  "N|N|US N|N|US",
  "N|N|USN|N|US",
  "N|N|USUSUS",
  "N|N|US|",
  "N|N|us",
  "N|N|\xef\xbf",
  "N|null|US",
  "N||US",
];

/** A row that is a stream, as text. */
interface Stream {
  readonly song: string;
  readonly user: string;
  readonly country: string;
}

interface Log {
  readonly text: string;
  readonly lines: string[];
  readonly streams: Stream[];
  readonly rejected: string[];
}

function logOf(partial: Partial<GeneratorOptions>, day = DAY): Log {
  const decoder = new TextDecoder("latin1");
  let text = "";
  for (const chunk of generateLog(day, generatorOptions(partial))) text += decoder.decode(chunk);
  const lines = text.split("\n");
  assert.equal(lines.pop(), "", "the last row ends with LF");
  const streams: Stream[] = [];
  const rejected: string[] = [];
  for (const line of lines) {
    const fields = /^([1-9]\d{0,9})\|([1-9]\d{0,9})\|([A-Z]{2})$/.exec(line);
    if (fields === null) rejected.push(line);
    else streams.push({ song: fields[1], user: fields[2], country: fields[3] });
  }
  return { text, lines, streams, rejected };
}

function countsBy(streams: Stream[], keyOf: (stream: Stream) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const stream of streams) counts.set(keyOf(stream), (counts.get(keyOf(stream)) ?? 0) + 1);
  return counts;
}

const songOf = ({ song }: Stream): string => song;
const userOf = ({ user }: Stream): string => user;
const pairOf = ({ song, user }: Stream): string => `${user}|${song}`;

/** The counts of a country's songs, the most played first. */
function playsIn(streams: Stream[], country: string): number[] {
  const inside = streams.filter((stream) => stream.country === country);
  return [...countsBy(inside, songOf).values()].sort((a, b) => b - a);
}

/** The most played song of a country. */
function firstSongIn(streams: Stream[], country: string): string {
  const inside = streams.filter((stream) => stream.country === country);
  return [...countsBy(inside, songOf)].sort((a, b) => b[1] - a[1])[0][0];
}

function assertWithin(actual: number, min: number, max: number): void {
  assert.ok(actual >= min && actual <= max, `${actual} is not within ${min} to ${max}`);
}

function test(name: string, run: () => void): void {
  Deno.test(name, { permissions: "none" }, run);
}

test("generatorOptions() fills in a day of 30 million rows", () => {
  assert.deepEqual(generatorOptions(), {
    rowCount: 30_000_000,
    userCount: 6_000_000,
    songCount: 4_000_000,
    countryCount: 160,
    profile: "wide",
    ids: "number",
    seed: 1,
    corruptShare: 0.002,
  });
  assert.equal(generatorOptions({ profile: "sample" }).userCount, 1_200_000);
});

const OUT_OF_RANGE: [Partial<GeneratorOptions>, string][] = [
  [{ rowCount: -1 }, '"rowCount": it is -1, expected a whole number from 0 to 1000000000'],
  [{ userCount: 0 }, '"userCount": it is 0, expected a whole number from 1 to 1000000000'],
  [{ songCount: 1.5 }, '"songCount": it is 1.5, expected a whole number from 1 to 1000000000'],
  [{ countryCount: 251 }, '"countryCount": it is 251, expected a whole number from 1 to 250'],
  [{ seed: NaN }, '"seed": it is NaN, expected a whole number from 0 to 4294967295'],
  [{ corruptShare: 1.1 }, '"corruptShare": it is 1.1, expected a number from 0 to 1'],
  [{ profile: "x" as "wide" }, '"profile": it is "x", expected "wide" or "sample"'],
];
for (const [partial, message] of OUT_OF_RANGE) {
  test(`generatorOptions() refuses ${Object.keys(partial)[0]} out of its range`, () => {
    const expected = { name: "RangeError", message: `Cannot generate a log with ${message}` };
    assert.throws(() => generatorOptions(partial), expected);
  });
}

test("generateLog() refuses options out of their range", () => {
  const options = { ...generatorOptions(SMALL), songCount: 0 };
  assert.throws(() => generateLog(DAY, options).next(), RangeError);
});

for (const profile of PROFILES) {
  const small = { ...SMALL, profile };

  test(`generateLog() gives the same bytes for the same seed and day (${profile})`, () => {
    assert.equal(logOf(small).text, logOf(small).text);
  });

  test(`generateLog() gives other rows for another seed or day (${profile})`, () => {
    const rows = new Set(logOf(small).lines);
    for (const other of [logOf({ ...small, seed: 2 }), logOf(small, DAY + 1)]) {
      assertWithin(other.lines.filter((line) => rows.has(line)).length, 0, 500);
    }
  });

  test(`generateLog() counts corrupt rows as rows (${profile})`, () => {
    const { lines, streams } = logOf({ ...small, rowCount: 100_001, corruptShare: 0.01 });
    assert.equal(lines.length, 100_001);
    assertWithin(lines.length - streams.length, 900, 1100);
  });

  test(`generateLog() changes no stream with the share of corrupt rows (${profile})`, () => {
    const clean = logOf({ ...small, corruptShare: 0 });
    const corrupt = logOf({ ...small, corruptShare: 0.1 });
    assert.equal(clean.streams.length, small.rowCount);
    const changed = corrupt.lines.filter((line, i) => line !== clean.lines[i]);
    assert.deepEqual(changed, corrupt.rejected);
  });

  test(`generateLog() writes about 24 bytes a row with ids up to 2^31 (${profile})`, () => {
    const { text, streams } = logOf({ profile, rowCount: 50_000, songCount: 100_000 });
    assertWithin(text.length / 50_000, 23.5, 24.5);
    const songs = streams.map(({ song }) => Number(song));
    assertWithin(Math.max(...songs), 2_100_000_000, 2 ** 31 - 1);
  });

  test(`generateLog() draws from all small sets of songs and countries (${profile})`, () => {
    const { streams } = logOf({ ...small, rowCount: 20_000 });
    assert.equal(countsBy(streams, ({ country }) => country).size, 12);
    assertWithin(countsBy(streams, songOf).size, 290, 300);
    assert.equal(countsBy(streams, userOf).size, 200);
  });

  test(`generateLog() works with one of everything (${profile})`, () => {
    const one = { userCount: 1, songCount: 1, countryCount: 1, corruptShare: 0, profile };
    const { lines } = logOf({ ...one, rowCount: 3 });
    assert.match(lines[0], /^\d+\|\d+\|US$/);
    assert.equal(new Set(lines).size, 1);
    assert.equal(logOf({ ...one, rowCount: 0 }).text, "");
  });

  test(`generateLog() keeps songs, users and homes from day to day (${profile})`, () => {
    const many = { ...small, rowCount: 20_000, corruptShare: 0 };
    const days = [DAY, DAY + 1, DAY + 2, DAY + 3].flatMap((day) => logOf(many, day).streams);
    assertWithin(countsBy(days, userOf).size, 1, 200);
    assertWithin(countsBy(days, songOf).size, 1, 300);
    const homes = new Map<string, number>();
    for (const [key, count] of countsBy(days, ({ user, country }) => `${user}|${country}`)) {
      const user = key.split("|")[0];
      homes.set(user, Math.max(homes.get(user) ?? 0, count));
    }
    const atHome = [...homes.values()].reduce((sum, count) => sum + count, 0);
    assertWithin(atHome / days.length, 0.97, 0.995);
  });
}

test("generateLog() keeps the most played song of a country from day to day", () => {
  const days = [DAY, DAY + 1].map((day) => logOf({ ...SMALL, rowCount: 50_000 }, day).streams);
  assert.equal(firstSongIn(days[0], "US"), firstSongIn(days[1], "US"));
});

test("generateLog() has another order of songs in each country", () => {
  const { streams } = logOf({ ...SMALL, rowCount: 50_000 });
  const firsts = ["US", "GB", "DE"].map((country) => firstSongIn(streams, country));
  assert.equal(new Set(firsts).size, 3);
});

test("generateLog() gives these bytes on every machine and version", () => {
  const rows = PROFILES.map((profile) => logOf({ ...SMALL, profile }).lines.slice(0, 2));
  assert.deepEqual(rows, [
    ["913080000|2105878567|FR", "1179050499|1074586652|US"],
    ["1727300043|510076677|ES", "1189464362|510076677|ES"],
  ]);
});

test("generateLog() yields chunks of whole rows that share a buffer", () => {
  const options = generatorOptions({ rowCount: 100_000, songCount: 1000 });
  const buffers = new Set<ArrayBufferLike>();
  const sizes: number[] = [];
  for (const chunk of generateLog(DAY, options)) {
    assert.equal(chunk.at(-1), 10);
    buffers.add(chunk.buffer);
    sizes.push(chunk.length);
  }
  assert.equal(buffers.size, 1);
  assertWithin(sizes[0], 1_000_000, 1_100_000);
  assert.equal(sizes.length, 3);
});

test("generateLog() draws nearly only different pairs of user and song in wide", () => {
  const { streams } = logOf({ rowCount: 150_000 });
  assertWithin(countsBy(streams, pairOf).size / streams.length, 0.992, 0.997);
  assertWithin(streams.length / countsBy(streams, userOf).size, 4.9, 5.3);
  const neighbours = streams.filter(({ user }, i) => i > 0 && user === streams[i - 1].user);
  assertWithin(neighbours.length, 0, 50);
});

test("generateLog() gives the charts of wide clear first places", () => {
  const { streams } = logOf({ rowCount: 150_000 });
  const plays = playsIn(streams, "US");
  assert.equal(new Set(plays.slice(0, 6)).size, 6);
  assertWithin(plays[0] / plays[49], 12, 18);
});

test("generateLog() draws 47.6 streams of 35.3 songs a user in sample", () => {
  const { streams } = logOf({ profile: "sample", rowCount: 150_000, corruptShare: 0 });
  const users = countsBy(streams, userOf).size;
  assertWithin(streams.length / users, 47.5, 47.7);
  assertWithin(countsBy(streams, pairOf).size / users, 34.6, 36);
  assertWithin(countsBy(streams, pairOf).size / streams.length, 0.73, 0.75);
});

test("generateLog() keeps the rows of a user together in sample", () => {
  const { streams } = logOf({ profile: "sample", rowCount: 100_000 });
  const stretches = streams.filter(({ user }, i) => i === 0 || user !== streams[i - 1].user);
  assert.equal(stretches.length, countsBy(streams, userOf).size);
});

test("generateLog() plays a first song six times as often as the fiftieth in sample", () => {
  const { streams } = logOf({ profile: "sample", rowCount: 200_000, countryCount: 4 });
  const plays = playsIn(streams, "US");
  assertWithin(plays[0] / plays[49], 5, 7);
});

test("generateLog() has 250 countries, Namibia and Kosovo among them", () => {
  const { streams } = logOf({ rowCount: 150_000, countryCount: 250, songCount: 10 });
  const counts = countsBy(streams, ({ country }) => country);
  assert.equal(counts.size, 250);
  assert.ok(counts.has("NA") && counts.has("XK"));
  assert.equal(Math.max(...counts.values()), counts.get("US"));
});

test("generateLog() makes every kind of corrupt row and no stream of any", () => {
  const options = { ...SMALL, rowCount: 1000, countryCount: 1, corruptShare: 1 };
  const { rejected } = logOf(options);
  const streams = rejected.filter((line) => {
    const fields = /^\s*(\d{1,16})\s*\|\s*(\d{1,16})\s*\|\s*[A-Z]{2}\s*$/.exec(line);
    return fields !== null && fields.slice(1).map(Number).every(Number.isSafeInteger);
  });
  assert.deepEqual(streams, []);
  const kinds = rejected.map((line) =>
    line.replace("9007199254740992", "2^53").replaceAll(/\d{13,}/g, "NN").replaceAll(/\d{5,}/g, "N")
  );
  assert.deepEqual([...new Set(kinds)].sort(), KINDS.sort());
});
