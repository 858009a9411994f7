/**
 * What `explain` writes: for people, and as one JSON document.
 *
 * @module
 */

import { formatDay } from "../core/day.ts";
import { type OtherSong, streamsNeeded } from "../core/standing.ts";
import { rejectedCount } from "../core/streams.ts";
import { hexadecimal } from "../core/summary.ts";
import type { IdKind } from "../core/streams.ts";
import { type BatchWindow, spanOf } from "../io/batch_window.ts";
import type { FoundStanding } from "../io/standing_lookup.ts";
import { counted, grouped } from "./figures.ts";
import { columnsOf, harmless } from "./terminal_text.ts";

/** Explains for people. */
export function explanationText(
  found: FoundStanding,
  { window }: BatchWindow,
  top: number,
): string {
  const { kind, key, song, streams, streamCount, songCount } = found;
  const where = kind === "world" ? "the world" : `${kind} ${harmless(key)}`;
  const lines = [
    `Song ${harmless(song)}, ${where}, ${spanOf(window)}: ${counted(streams, "stream")}`,
    ...rankLines(found, top),
    `All: ${counted(songCount, "song")}, ${counted(streamCount, "stream")}`,
    "",
    ...dayTable(found),
  ];
  return lines.map((line) => `${line}\n`).join("");
}

function rankLines(found: FoundStanding, top: number): string[] {
  const { streams, rank, songCount, tied, above, below, last } = found;
  if (streams === 0) {
    return [
      "It has no rank: it was not played on any of these days",
      ...last === undefined ? [] : [`${named(last)}: ${needs(found, last)}`],
    ];
  }
  const isOnChart = rank <= top;
  const place = `Rank ${grouped(rank)} of ${grouped(songCount)}`;
  return [
    `${place}: ${isOnChart ? "on" : "not on"} the chart of ${counted(top, "song")}`,
    tied.songs === 1
      ? "No other song has as many streams"
      : `${grouped(tied.songs)} songs have as many streams: it is number ${grouped(tied.place)} ` +
        "of them, the smaller id first",
    above === undefined ? "No song stands above it" : `${named(above)}: ${needs(found, above)}`,
    ...below === undefined ? [] : [`${named(below)}: ${lacks(found, below)}`],
    ...last === undefined ? [] : [lastLine(found, last)],
  ];
}

function lastLine(found: FoundStanding, last: OtherSong): string {
  const { rank } = found;
  if (rank === last.rank) return `It is the last song of the chart`;
  return `${named(last)}: ${rank < last.rank ? lacks(found, last) : needs(found, last)}`;
}

function named({ rank, song, streams }: OtherSong): string {
  return `Rank ${grouped(rank)} is song ${harmless(song)} with ${counted(streams, "stream")}`;
}

/** How far above another song is. */
function needs({ streams }: FoundStanding, other: OtherSong): string {
  return `${counted(streamsNeeded(streams, other), "more stream")} would take its place`;
}

/** How far below another song is. */
function lacks({ streams }: FoundStanding, other: OtherSong): string {
  const fewer = streams - other.streams;
  return fewer === 0 ? "as many streams, a greater id" : `${grouped(fewer)} fewer`;
}

/** The days of the window: streams of the song, and the logs that they were counted from. */
function dayTable({ days }: FoundStanding): string[] {
  const rows = days.flatMap(({ day, streams, logs }) =>
    logs.map(({ name, sizeBytes, tally, crc32 }, i) => [
      i === 0 ? formatDay(day) : "",
      i === 0 ? grouped(streams) : "",
      harmless(name),
      grouped(tally.rows),
      grouped(rejectedCount(tally.rejected)),
      grouped(sizeBytes),
      hexadecimal(crc32),
    ])
  );
  const head = ["day", "streams", "log", "rows", "rejected", "bytes", "CRC-32"];
  const all = [head, ...rows];
  const widths = head.map((_, i) => Math.max(...all.map((row) => columnsOf(row[i]))));
  return all.map((row) =>
    row.map((cell, i) => {
      const pad = " ".repeat(widths[i] - columnsOf(cell));
      return [0, 2].includes(i) ? cell + pad : pad + cell;
    }).join("  ").trimEnd()
  );
}

/** Explains for scripts. */
export function explanationData(found: FoundStanding, batches: BatchWindow, top: number): unknown {
  const { ids, window } = batches;
  const { kind, key, song, streams, rank, songCount, streamCount, tied, days } = found;
  const other = (each: OtherSong | undefined): unknown =>
    each && {
      rank: each.rank,
      song: plainId(each.song, ids),
      streams: each.streams,
      difference: each.streams - streams,
      ...each.rank < rank || streams === 0 ? { streamsNeeded: streamsNeeded(streams, each) } : {},
    };
  return {
    kind,
    key: kind === "user" ? plainId(key, ids) : key,
    song: plainId(song, ids),
    from: formatDay(window.from),
    date: formatDay(window.to),
    daysUsed: batches.days.map(formatDay),
    daysMissing: batches.daysMissing.map(formatDay),
    top,
    streams,
    rank: streams === 0 ? null : rank,
    isOnChart: streams > 0 && rank <= top,
    tied,
    above: streams === 0 ? undefined : other(found.above),
    below: streams === 0 ? undefined : other(found.below),
    last: other(found.last),
    songs: songCount,
    allStreams: streamCount,
    days: days.map(({ day, streams, logs }) => ({
      day: formatDay(day),
      streams,
      logs: logs.map(({ name, reader, compression, sizeBytes, crc32, tally }) => ({
        ...{ name, reader, compression, sizeBytes, crc32: hexadecimal(crc32) },
        rows: tally.rows,
        streams: tally.rows - rejectedCount(tally.rejected),
        rejectedRows: rejectedCount(tally.rejected),
      })),
    })),
  };
}

/** Ids that are numbers are numbers, as in the writer `jsonl`. */
function plainId(id: string, ids: IdKind): string | number {
  return ids === "number" ? Number(id) : id;
}
