/** `topstreams explain`: where songs stand, held against the naive oracle, and what it refuses. */
import assert from "node:assert/strict";
import { crc32 } from "node:zlib";
import { daysOf, formatDay, windowEnding } from "../../core/day.ts";
import { lockFolder } from "../../io/lock.ts";
import { chartOf, linesOf } from "../oracle.ts";
import { batchName, bytesOf, deliver, deliverDays, LAST, logOf } from "./_week.ts";
import { assertSession } from "./_readme.ts";
import { countsIn } from "./_top.ts";
import { type Ended, type Place, testProgram } from "./program.ts";

const WEEK = daysOf(windowEnding(LAST, 7));

async function withBatches(place: Place, ...options: string[]): Promise<void> {
  deliverDays(place, LAST, 8);
  await place.run("--date", "2021-12-01", "--days", "8", ...options);
}

function explain(place: Place, ...words: string[]): Promise<Ended> {
  return place.topstreams("explain", ...words, "--batch", place.path("batch"));
}

/** All songs of a key in the order of its chart, with their streams. */
function ranking(kind: "country" | "user" | "world", key: string, days = WEEK): [string, number][] {
  const logs = days.map((day) => logOf(day));
  const line = chartOf(logs, kind, 1e9).split("\n").find((each) => each.startsWith(`${key}|`))!;
  return line.slice(line.indexOf("|") + 1).split(",").map((each) => {
    const [song, streams] = each.split(":");
    return [song, Number(streams)];
  });
}

for (const [kind, key] of [["country", "US"], ["user", "5"], ["world", "world"]] as const) {
  testProgram(
    `explain ${kind} tells ranks, ties and neighbours as the oracle has them`,
    async (place) => {
      await withBatches(place);
      place.remove("logs");
      const all = ranking(kind, key);
      const top = Math.min(20, all.length - 1);
      const ranks = new Set([1, 2, 3, top - 1, top, top + 1, all.length >> 1, all.length]);
      for (const rank of [...ranks].filter((rank) => rank >= 1 && rank <= all.length)) {
        const [song, streams] = all[rank - 1];
        const words = [...kind === "world" ? [] : [key], song, "--top", String(top), "--json"];
        const { status, stdout, stderr } = await explain(place, kind, ...words);
        assert.deepEqual([status, stderr], [0, ""]);
        const found = JSON.parse(stdout);
        const ties = all.filter((each) => each[1] === streams).map(([id]) => id);
        const place_ = { songs: ties.length, place: ties.indexOf(song) + 1 };
        assert.deepEqual(
          [found.rank, found.streams, found.isOnChart, found.tied, found.songs],
          [rank, streams, rank <= top, place_, all.length],
        );
        assert.deepEqual(placeOf(found.above), placeIn(all, rank - 1), "above");
        assert.deepEqual(placeOf(found.below), placeIn(all, rank + 1), "below");
        assert.deepEqual(placeOf(found.last), placeIn(all, top), "last of the chart");
        const byDay = found.days.map(({ streams }: { streams: number }) => streams);
        assert.equal(byDay.reduce((a: number, b: number) => a + b), streams);
        if (kind === "user") continue;
        assert.deepEqual(
          byDay,
          WEEK.map((day) => {
            const counts = countsIn(logOf(day), song);
            return kind === "country"
              ? counts[key] ?? 0
              : Object.values(counts).reduce((a, b) => a + b, 0);
          }),
        );
      }
    },
  );
}

const placeOf = (each: { rank: number; song: number; streams: number } | undefined) =>
  each && [each.rank, String(each.song), each.streams];

const placeIn = (all: readonly [string, number][], rank: number) =>
  all[rank - 1] && [rank, ...all[rank - 1]];

testProgram("explain names the logs with what tells them from others", async (place) => {
  await withBatches(place);
  const found = JSON.parse((await explain(place, "country", "NA", "1", "--json")).stdout);
  assert.deepEqual(
    found.days.map(({ day, logs: [{ name, sizeBytes, crc32, rows }] }: DayFound) => [
      ...[day, name, sizeBytes, crc32, rows],
    ]),
    WEEK.map((day) => {
      const bytes = bytesOf(logOf(day));
      const sum = crc32(bytes).toString(16).padStart(8, "0");
      const name = `listen-${formatDay(day).replaceAll("-", "")}.log`;
      return [formatDay(day), name, bytes.length, sum, linesOf(logOf(day)).length];
    }),
  );
});

interface DayFound {
  readonly day: string;
  readonly logs: readonly [
    { readonly name: string; readonly sizeBytes: number; readonly crc32: string; rows: number },
  ];
}

testProgram("explain shows why, in words", async (place) => {
  deliver(place, LAST - 1, "71|5|NL\n71|6|NL\n88|5|NL\n88|6|NL\n12|5|NL\n71|5|FR\nx|5|NL\n");
  deliver(place, LAST, "71|5|NL\n88|9|NL\n12|5|NL\n3|5|NL\n4|5|NL\n");
  await place.run("--days", "2", "--max-rejected", "50%");
  const show = async (...words: string[]): Promise<string> => {
    const { status, stdout } = await explain(place, ...words, "--days", "2");
    assert.equal(status, 0);
    return stdout;
  };
  const first = await show("country", "NL", "71", "--top", "3");
  assert.ok(
    first.startsWith(
      "Song 71, country NL, 2021-11-30 to 2021-12-01: 3 streams\n" +
        "Rank 1 of 5: on the chart of 3 songs\n" +
        "2 songs have as many streams: it is number 1 of them, the smaller id first\n" +
        "No song stands above it\n" +
        "Rank 2 is song 88 with 3 streams: as many streams, a greater id\n" +
        "Rank 3 is song 12 with 2 streams: 1 fewer\n" +
        "All: 5 songs, 10 streams\n" +
        "\n",
    ),
    first,
  );
  assert.match(first, /\n2021-11-30 {8}2 {2}listen-20211130\.log +7 +1 +55 {2}[0-9a-f]{8}\n/);
  assert.match(
    await show("country", "NL", "4", "--top", "3"),
    /^Song 4, .*: 1 stream\nRank 5 of 5: not on the chart of 3 songs\n2 songs have as many streams: it is number 2 of them, the smaller id first\nRank 4 is song 3 with 1 stream: 1 more stream would take its place\nRank 3 is song 12 with 2 streams: 1 more stream would take its place\nAll: /,
  );
  assert.match(
    await show("country", "NL", "99", "--top", "3"),
    /^Song 99, .*: 0 streams\nIt has no rank: it was not played on any of these days\nRank 3 is song 12 with 2 streams: 3 more streams would take its place\nAll: /,
  );
  assert.match(await show("user", "0005", "071"), /^Song 71, user 5, .*: 3 streams\nRank 1 of 5: /);
  assert.match(await show("world", "71"), /^Song 71, the world, .*: 4 streams\nRank 1 of 5: /);
});

testProgram("explain takes ids that are text", async (place) => {
  place.write(
    "logs/listen-20211201.log",
    "é|Zoë|FR\né|Zoë|FR\nb|Zoë|FR\na|Zoë|FR\nc|x|FR\nc|x|DE\n",
  );
  await place.run("--days", "1", "--ids", "text");
  const words = ["--days", "1", "--json", "--top", "2"];
  const found = JSON.parse((await explain(place, "country", "FR", "b", ...words)).stdout);
  assert.deepEqual([found.rank, found.tied, found.above.song, found.below.song, found.last.song], [
    3,
    { songs: 3, place: 2 },
    "a",
    "c",
    "a",
  ]);
  const user = JSON.parse((await explain(place, "user", "Zoë", "é", ...words)).stdout);
  assert.deepEqual([user.rank, user.streams, user.below.song], [1, 2, "a"]);
  const world = JSON.parse((await explain(place, "world", "c", ...words)).stdout);
  assert.deepEqual([world.rank, world.tied, world.below.song], [1, { songs: 2, place: 1 }, "é"]);
});

testProgram("explain fails with a message where there is nothing to explain", async (place) => {
  await withBatches(place, "--by", "country");
  const fails = async (words: string[], status: number, message: RegExp): Promise<void> => {
    const ended = await explain(place, ...words);
    assert.deepEqual([ended.status, ended.stdout], [status, ""], words.join(" "));
    assert.match(ended.stderr, message);
    assert.doesNotMatch(ended.stderr, /\bat .*\.ts:\d/, "no stack trace");
  };
  await fails(
    ["country", "ZZ", "1"],
    1,
    /^Cannot explain charts of country "ZZ": no streams in the batches of 2021-11-25 to 2021-12-01, expected some \(--date and --days choose other days\)\n$/,
  );
  await fails(
    ["user", "5", "1"],
    1,
    /^Cannot find charts by user of 2021-11-25: batches by country/,
  );
  await fails(["world", "1", "--date", "20210101"], 1, /^Cannot find charts of 2020-12-26 to /);
  await fails(
    ["country", "nl", "1"],
    2,
    /^Cannot use "explain country nl 1": no country, expected two letters A-Z \(did you mean "NL"\?\)\n$/,
  );
  await fails(["country", "NL", "x"], 2, /^Cannot use "explain country NL x": no number, expected/);
  await fails(
    ["country", "NL"],
    2,
    /^Cannot use "explain country NL": a song is missing, expected one country and one song: explain country NL 71\n$/,
  );
  await fails(["world", "1", "2"], 2, /^Cannot use "explain world 1 2": too many words, /);
  await fails(["song", "1"], 2, /^Cannot use "song": /);
});

testProgram("explain names a damaged batch and what helps, and needs no lock", async (place) => {
  await withBatches(place);
  const lock = await lockFolder(place.path("batch"));
  try {
    assert.equal((await explain(place, "country", "US", "1")).status, 0, "while a run is on");
  } finally {
    lock.release();
  }
  const path = batchName(LAST - 1, "country.batch");
  const bytes = Deno.readFileSync(place.path(path));
  bytes[40] ^= 4;
  place.write(path, bytes);
  const { status, stdout, stderr } = await explain(place, "world", "1");
  assert.deepEqual([status, stdout], [1, ""]);
  assert.match(
    stderr,
    /^Cannot read batch ".*20211130\/country\.batch" at byte \d+: damaged block.*; topstreams run builds the batch again from its log\n$/,
  );
});

testProgram("explain names days without a batch", async (place) => {
  deliver(place, LAST);
  await place.run("--date", "20211201");
  const { status, stderr } = await explain(place, "world", "1", "--days", "2");
  assert.deepEqual([status, stderr], [
    0,
    "Warning: no batch of 2021-11-30: missing in what is shown\n",
  ]);
});

testProgram("README shows what explain writes", async (place) => {
  await assertSession(place, "topstreams generate --rows 5k --days 3 --date 2021-12-01");
});
