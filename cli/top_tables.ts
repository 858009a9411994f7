/**
 * What `top` shows on a terminal.
 *
 * @module
 */

import { type Day, daysOf, formatDay, type Window } from "../core/day.ts";
import type { Movement } from "../core/movement.ts";
import { spanOf } from "../io/batch_window.ts";
import { type FoundChart, type FoundSong, sum } from "../io/chart_lookup.ts";
import { counted, grouped } from "./figures.ts";
import { bar, columnsOf, fitted, harmless, sparkline } from "./terminal_text.ts";
import type { Titles } from "./top.ts";

/** How a table is to look. */
export interface TableStyle {
  /** The most columns of a line. */
  readonly columns: number;
  readonly color: boolean;
  readonly window: Window;
  readonly titles: Titles;
}

/** A bar has so many columns, as far as there is room. */
const LEAST_BAR = 8;
const MOST_BAR = 30;
/** A song has at least so many. */
const LEAST_SONG = 12;
/** What a table takes at least; a narrower terminal wraps it. */
const LEAST_COLUMNS = 60;

/** What stands between two columns. */
const GAP = 2;
/** The width of the longest movement. */
const MOVEMENT = "re-entry".length;
/** So many days are shown as a line of columns, the last ones. */
const MOST_DAYS = 31;

/** Shows a chart: rank, song, streams, a bar, and movement. */
export function chartTable(chart: FoundChart, style: TableStyle): string {
  const { kind, key, songs, streams, streamCount, movements } = chart;
  const named = kind === "world" ? "The world" : `${capital(kind)} ${harmless(key)}`;
  const title = `${named}, ${spanOf(style.window)}: ${counted(streamCount, "stream")}`;
  const names = songs.map((song) => nameOf(song, style.titles));
  const figures = streams.map(grouped);
  const count = Math.max(7, ...figures.map(({ length }) => length));
  // Users have no history that would tell of days and peak.
  const history = kind === "user" ? [] : ["days", "peak"];
  const taken = sum([4, count, MOVEMENT, ...history.map(({ length }) => length)]);
  const room = Math.max(style.columns, LEAST_COLUMNS) - taken - GAP * (4 + history.length);
  const song = songColumns(names, room);
  const width = Math.min(MOST_BAR, room - song);
  const head = ["rank", fitted("song", song), "streams".padStart(count), fitted("", width)];
  const lines = songs.map((_, i) => [
    String(i + 1).padStart(4),
    fitted(names[i], song),
    figures[i].padStart(count),
    fitted(bar(streams[i] / streams[0], width), width),
    colored(movementText(movements[i], i + 1).padEnd(MOVEMENT), movements[i], style.color),
    ...history.map((name) => {
      const { daysOnChart, peak } = movements[i];
      return String((name === "days" ? daysOnChart : peak) ?? "–").padStart(name.length);
    }),
  ]);
  const all = [[...head, "movement".padEnd(MOVEMENT), ...history], ...lines];
  return `${bold(title, style.color)}\n${all.map(lineOf).join("")}`;
}

/** Shows where a song is played: country, streams, a bar, and the days of the window. */
export function songTable(
  { song, countries }: FoundSong,
  { days, top, ...style }: TableStyle & { readonly days: readonly Day[]; readonly top: number },
): string {
  const { window, titles, columns, color } = style;
  const world = days.map((_, i) => sum(countries.map(({ byDay }) => byDay[i])));
  const count = Math.max(7, grouped(sum(world)).length);
  const shownDays = daysOf(window).slice(-MOST_DAYS);
  const dayColumns = Math.max(6, shownDays.length);
  const room = Math.max(columns, LEAST_COLUMNS) - 7 - count - dayColumns - GAP * 3;
  const width = Math.min(MOST_BAR, room);
  const most = sum(countries[0].byDay);
  const row = (name: string, byDay: readonly number[], share: number): string[] => [
    name.padEnd(7),
    grouped(sum(byDay)).padStart(count),
    fitted(share > 0 ? bar(share, width) : "", width),
    sparkline(shownDays.map((day) => byDay[days.indexOf(day)] ?? 0)),
  ];
  const lines = [
    ["country", "streams".padStart(count), " ".repeat(width), "by day"],
    row("all", world, 0),
    ...countries.slice(0, top).map(({ key, byDay }) => row(key, byDay, sum(byDay) / most)),
  ];
  const title = `Song ${nameOf(song, titles)}, ${spanOf(window)}: ` +
    `${counted(sum(world), "stream")} in ${counted(countries.length, "country", "countries")}`;
  const byDay = days.map((day, i) => `${formatDay(day)} ${grouped(world[i])}`);
  return `${bold(title, color)}\n${lines.map(lineOf).join("")}${wrapped(byDay, columns)}`;
}

function lineOf(cells: readonly string[]): string {
  return `${cells.join(" ".repeat(GAP)).trimEnd()}\n`;
}

/** Puts items on lines that fit. */
function wrapped(items: readonly string[], columns: number): string {
  const lines: string[] = [];
  for (const item of items) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 2 + item.length <= columns) {
      lines[lines.length - 1] = `${last}, ${item}`;
    } else lines.push(item);
  }
  return lines.map((line) => `${line}\n`).join("");
}

/** How wide the column of songs is: as the longest, and no more than leaves room for a bar. */
function songColumns(names: readonly string[], room: number): number {
  const longest = Math.max(LEAST_SONG, ...names.map(columnsOf));
  return Math.max(LEAST_SONG, Math.min(longest, room - LEAST_BAR));
}

/** What a song is called: title and artist where they are known, else its id. */
export function nameOf(song: string, titles: Titles): string {
  const known = titles.get(song);
  if (known === undefined) return harmless(song);
  const { title, artist } = known;
  return harmless(artist === "" ? title : `${title} – ${artist}`);
}

const COLORS: Readonly<Record<Movement["kind"], number>> = {
  up: 32,
  down: 31,
  same: 39,
  new: 33,
  "re-entry": 33,
  unknown: 39,
};

/** Writes a movement: `▲ 3`, `▼ 2`, `=`, `new`, `re-entry`, or `–` where it is not known. */
export function movementText({ kind, previous = 0 }: Movement, rank: number): string {
  switch (kind) {
    case "up":
      return `▲ ${previous - rank}`;
    case "down":
      return `▼ ${rank - previous}`;
    case "same":
      return "=";
    case "unknown":
      return "–";
    default:
      return kind;
  }
}

function colored(text: string, { kind }: Movement, color: boolean): string {
  return color ? `\x1b[${COLORS[kind]}m${text}\x1b[39m` : text;
}

function capital(text: string): string {
  return text[0].toUpperCase() + text.slice(1);
}

function bold(text: string, color: boolean): string {
  return color ? `\x1b[1m${text}\x1b[22m` : text;
}
