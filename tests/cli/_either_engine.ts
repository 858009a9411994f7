/**
 * What a run does with any engine: what is read, kept, refused, published and deleted.
 *
 * Where counts are is the engine's; so nothing here looks into the folder of the batches. Which days
 * were read, and which were there, is in the summary.
 *
 * @module
 */

import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { compactDay, formatDay } from "../../core/day.ts";
import { logName } from "../../core/names.ts";
import { chartOf } from "../oracle.ts";
import { assertSameFiles, assertSameText } from "./_compare.ts";
import {
  assertCharts,
  bytesOf,
  DAYS,
  daysRead,
  deliver,
  deliverDays,
  LAST,
  logOf,
  replaceUnseen,
  summaryIn,
  takeAway,
  texts,
} from "./_week.ts";
import type { Place } from "./program.ts";

const WEEK = DAYS.slice(0, 7);
const BEFORE = ["--date", formatDay(LAST - 1)];
const ON_LAST = ["--date", formatDay(LAST)];

/** A case: what it shows, and how. */
export type EngineCase = readonly [name: string, body: (place: Place) => Promise<void>];

/** Another log of a day: some songs are played more often. */
function otherLog(day: number): string {
  return `${logOf(day).replace(/\n?$/, "\n")}71|5|FR\n71|5|FR\n72|123456|DE\n`;
}

function oneCharacterAByte(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
}

/** The cases. */
export const ENGINE_CASES: readonly EngineCase[] = [
  ["makes both charts of seven days of logs", async (place) => {
    deliverDays(place, LAST - 1, 7);
    await place.run(...BEFORE);
    assertCharts(place, LAST - 1, WEEK);
    const summary = summaryIn(place, LAST - 1);
    assert.deepEqual(daysRead(summary), texts(...WEEK));
    const streams = summary.logs.reduce((sum, log) => sum + log.streams, 0);
    for (const report of summary.reports) assert.equal(report.streams, streams, report.name);
  }],
  ["makes them with two jobs", async (place) => {
    deliverDays(place, LAST - 1, 7);
    await place.run(...BEFORE, "--jobs", "2");
    assertCharts(place, LAST - 1, WEEK);
  }],
  ["uses six days that are there on the second day, and deletes the expired one", async (place) => {
    deliverDays(place, LAST - 1, 7);
    await place.run(...BEFORE);
    for (const day of WEEK) replaceUnseen(place, day);
    deliver(place, LAST);
    await place.run(...ON_LAST);
    assertCharts(place, LAST);
    assert.deepEqual(daysRead(summaryIn(place, LAST)), texts(LAST));
    takeAway(place, DAYS[0]);
    const again = await place.runFails(1, ...BEFORE);
    assert.match(
      again,
      /^Cannot replace the charts of 2021-11-30: 6 days used, expected at least 7/,
    );
    assert.match(again, /without 2021-11-24/);
  }],
  ["once more gives the same bytes and reads no log", async (place) => {
    deliverDays(place, LAST, 7);
    await place.run(...ON_LAST);
    const first = place.contents("results");
    for (const day of DAYS.slice(1)) replaceUnseen(place, day);
    await place.run(...ON_LAST);
    assertSameFiles(place.contents("results"), first);
    assert.deepEqual(daysRead(summaryIn(place, LAST)), []);
  }],
  ["replaces a day whose log was delivered again", async (place) => {
    deliverDays(place, LAST, 7);
    await place.run(...ON_LAST);
    const logs = { [DAYS[3]]: otherLog(DAYS[3]) };
    deliver(place, DAYS[3], logs[DAYS[3]], new Date("2021-12-02T09:00:00Z"));
    await place.run(...ON_LAST);
    assert.deepEqual(daysRead(summaryIn(place, LAST)), texts(DAYS[3]));
    assertCharts(place, LAST, DAYS.slice(1), { logs });
  }],
  ["uses days whose logs are gone", async (place) => {
    deliverDays(place, LAST, 7);
    await place.run(...ON_LAST);
    for (const day of DAYS.slice(1, 5)) takeAway(place, day);
    await place.run(...ON_LAST);
    assertCharts(place, LAST);
  }],
  ["names missing days, and refuses them with --strict", async (place) => {
    for (const day of [LAST, LAST - 2]) deliver(place, day);
    const { stderr } = await place.run(...ON_LAST);
    assert.match(stderr, /Warning: neither log nor batch of 2021-11-25, .*, 2021-11-30: missing/);
    assertCharts(place, LAST, [LAST - 2, LAST]);
    const former = place.contents("results");
    const refused = await place.runFails(1, ...ON_LAST, "--strict");
    assert.match(refused, /^Cannot make charts with --strict: neither log nor batch of 2021-11-25/);
    assertSameFiles(place.contents("results"), former);
  }],
  ["refuses a poorer window, and publishes it with --replace", async (place) => {
    deliverDays(place, LAST, 3);
    await place.run(...ON_LAST, "--days", "3");
    const words = [...ON_LAST, "--days", "1"];
    assert.match(
      await place.runFails(1, ...words),
      /^Cannot replace the charts of 2021-12-01: 1 days/,
    );
    assertCharts(place, LAST, DAYS.slice(-3));
    await place.run(...words, "--replace");
    assertCharts(place, LAST, [LAST]);
  }],
  ["refuses a log with too many rejected rows; former results and days stay", async (place) => {
    deliverDays(place, LAST, 2);
    await place.run(...ON_LAST, "--days", "2");
    const former = place.contents("results");
    const bad = "no stream\n".repeat(400) + logOf(LAST);
    deliver(place, LAST, bad, new Date("2021-12-02T09:00:00Z"));
    const refused = await place.runFails(1, ...ON_LAST, "--days", "2");
    assert.match(refused, /^Cannot use log ".*listen-20211201.log": 40\d of 1306 rows rejected/);
    assertSameFiles(place.contents("results"), former);
    await place.run(...ON_LAST, "--days", "2", "--max-rejected", "50%");
    assertCharts(place, LAST, DAYS.slice(-2), { logs: { [LAST]: bad } });
    assert.deepEqual(daysRead(summaryIn(place, LAST)), texts(LAST));
    // What is there is judged by the same limit.
    assert.match(await place.runFails(1, ...ON_LAST, "--days", "2"), /^Cannot use log .*rejected/);
  }],
  ["--by country, world and user make the charts that are asked for", async (place) => {
    deliverDays(place, LAST, 3);
    const words = [...ON_LAST, "--days", "3", "--top", "7"];
    await place.run(...words, "--by", "country:5,world:30");
    const logs = DAYS.slice(-3).map((day) => logOf(day));
    const read = (name: string): string => place.read(`results/${name}_20211201.txt`);
    assertSameText(read("country_top5"), chartOf(logs, "country", 5), "countries");
    assertSameText(read("world_top30"), chartOf(logs, "world", 30), "the world");
    await place.run(...words, "--by", "user");
    assertSameText(read("user_top7"), chartOf(logs, "user", 7), "users");
    assert.deepEqual(daysRead(summaryIn(place, LAST)), texts(...DAYS.slice(-3)));
    for (const day of DAYS.slice(-3)) takeAway(place, day);
    const refused = await place.runFails(1, ...words, "--by", "country");
    assert.match(refused, /^Cannot use the batch of 2021-11-29: no batch by country, expected/);
  }],
  ["--ids text makes charts of texts, and refuses days of numbers", async (place) => {
    const rows = [
      "b\u00fc\u00df|Zo\u00eb|FR",
      "a,b:c|Zo\u00eb|FR",
      "\u97f3\u4e50|7|DE",
      "71|07|FR",
    ];
    const long = `${"x".repeat(256)}|${"y".repeat(200)}|NL`;
    const utf8 = new TextEncoder().encode(`${[...rows, rows[0], long].join("\n")}\n`);
    const bytes = oneCharacterAByte(utf8);
    deliver(place, LAST, bytes);
    deliver(place, LAST - 1);
    const words = [...ON_LAST, "--days", "2", "--by", "country,user,world"];
    await place.run(...words, "--ids", "text");
    const logs = [logOf(LAST - 1), bytes];
    for (const kind of ["country", "user", "world"] as const) {
      const path = place.path(`results/${kind}_top50_20211201.txt`);
      const report = Array.from(Deno.readFileSync(path), (byte) => String.fromCharCode(byte)).join(
        "",
      );
      assertSameText(report, chartOf(logs, kind, 50, "text"), kind);
    }
    takeAway(place, LAST - 1);
    assert.match(
      await place.runFails(1, ...words, "--max-rejected", "100%"),
      /^Cannot use the batch of 2021-11-30: ids of kind text, expected number; its log is gone/,
    );
  }],
  ["takes several logs a day, compressed ones among them", async (place) => {
    const [first, second] = [logOf(LAST), logOf(LAST - 1)];
    place.write("logs/p-20211201-a.log", bytesOf(first));
    place.write("logs/p-20211201-b.log.gz", gzipSync(bytesOf(second)));
    const words = [...ON_LAST, "--days", "1", "--log-name", "p-{YYYYMMDD}-*"];
    await place.run(...words);
    for (const kind of ["country", "user"] as const) {
      const report = place.read(`results/${kind}_top50_20211201.txt`);
      assertSameText(report, chartOf([first, second], kind, 50), kind);
    }
    const { logs } = summaryIn(place, LAST);
    assert.equal(logs.length, 2);
  }],
  ["writes by every writer, compressed too, with movement", async (place) => {
    deliverDays(place, LAST, 3);
    const words = ["--days", "2", "--by", "country,user,world", "--writer"];
    await place.run("--date", formatDay(LAST - 1), ...words, "csv,html,top");
    await place.run(...ON_LAST, ...words, "csv,jsonl,top,html", "--movement");
    const names = Object.keys(place.contents("results")).filter((name) =>
      name.includes("20211201")
    );
    const expected = ["country", "user", "world"].flatMap((kind) =>
      ["csv", "jsonl", "txt"].map((ending) => `${kind}_top50_20211201.${ending}`)
    );
    assert.deepEqual(names.sort(), [...expected, "charts_20211201.html"].sort());
    const [, row] = place.read("results/country_top50_20211201.csv").split("\n");
    assert.match(row, /^[A-Z]{2},1,\d+,\d+,(?:up|down|same|new|re-entry),/);
  }],
  ["publishes several dates, each log read once", async (place) => {
    for (const day of DAYS) deliver(place, day);
    await place.run("--from", formatDay(LAST - 2), "--to", formatDay(LAST), "--days", "3");
    for (const date of [LAST - 2, LAST - 1, LAST]) {
      assertCharts(place, date, [date - 2, date - 1, date]);
    }
    assert.deepEqual(daysRead(summaryIn(place, LAST)), texts(LAST));
  }],
  ["--keep-batches keeps more days than the window has", async (place) => {
    deliverDays(place, LAST, 4);
    await place.run("--date", formatDay(LAST - 3), "--days", "1");
    await place.run(...ON_LAST, "--days", "1", "--keep-batches", "4");
    takeAway(place, LAST - 3);
    await place.run("--date", formatDay(LAST - 3), "--days", "1");
    assertCharts(place, LAST - 3, [LAST - 3]);
    await place.run(...ON_LAST, "--days", "1");
    const gone = await place.runFails(1, "--date", formatDay(LAST - 3), "--days", "1");
    assert.match(gone, /^Cannot make charts of 2021-11-28 to 2021-11-28: neither log nor batch/);
  }],
  ["makes charts of days without streams", async (place) => {
    deliver(place, LAST, "");
    deliver(place, LAST - 1);
    const { stderr } = await place.run(...ON_LAST, "--days", "2", "--by", "country,user,world");
    assert.match(stderr, /Warning: log "listen-20211201.log" has 0 bytes: a day of no streams/);
    assertCharts(place, LAST, [LAST - 1]);
    const words = ["--date", formatDay(LAST), "--days", "1", "--replace"];
    await place.run(...words, "--by", "country,user,world");
    for (const name of ["country", "user", "world"]) {
      assert.equal(place.read(`results/${name}_top50_${compactDay(LAST)}.txt`), "", name);
    }
  }],
  ["refuses a log that is no file; nothing stays of it", async (place) => {
    Deno.mkdirSync(place.path(`logs/${logName(LAST)}`), { recursive: true });
    const refused = await place.runFails(1, ...ON_LAST, "--days", "1");
    assert.match(refused, /^Cannot read log ".*listen-20211201.log": it is a folder/);
    Deno.removeSync(place.path(`logs/${logName(LAST)}`));
    deliver(place, LAST);
    await place.run(...ON_LAST, "--days", "1");
    assertCharts(place, LAST, [LAST]);
  }],
];
