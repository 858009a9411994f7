/**
 * The songs of a chart as a table of a page.
 *
 * Ends of cells and rows are left out, as HTML allows: they would be a third of a page.
 *
 * @module
 */

import type { Movement } from "../core/movement.ts";
import { escaped, figure } from "./html_text.ts";
import type { PageChart, PageData, PageSong } from "./page.ts";

/** What a table says besides its songs. */
export interface TableOptions {
  /** Where links to the chart lead. */
  readonly id: string;
  /** Markup. */
  readonly caption: string;
  readonly titles: PageData["titles"];
}

const HEADER = `<thead><tr><th scope="col"><b>Rank</b><th scope="col"><b>Movement</b>` +
  `<th scope="col">Song<th scope="col">Streams<th scope="col">Days<th scope="col">Peak</thead>`;

/** Makes the table of a chart. */
export function songTable({ songs }: PageChart, { id, caption, titles }: TableOptions): string {
  const rows = songs.map((song, i) => row(song, { rank: i + 1, most: songs[0].streams, titles }));
  return `<table id="${id}"><caption>${caption}</caption>${HEADER}<tbody>\n${
    rows.join("")
  }</tbody></table>\n`;
}

function row(
  { song, streams, movement }: PageSong,
  { rank, most, titles }: { rank: number; most: number; titles: PageData["titles"] },
): string {
  const bar = Math.max(1, Math.round(100 * streams / most));
  const { daysOnChart, peak } = movement;
  return `<tr><td>${rank}${movementCell(rank, movement)}<th scope="row">${
    songName(song, titles)
  }<td class="w${bar}">${figure(streams)}<td>${known(daysOnChart)}<td>${known(peak)}\n`;
}

function known(value: number | undefined): string {
  return value === undefined ? "–" : figure(value);
}

/** Words in `b` are for those who listen; the style puts a sign in their place. */
function movementCell(rank: number, { kind, previous }: Movement): string {
  const by = Math.abs((previous ?? rank) - rank);
  switch (kind) {
    case "up":
      return `<td class="u"><b>up </b>${by}`;
    case "down":
      return `<td class="d"><b>down </b>${by}`;
    case "same":
      return `<td class="e"><b>same rank</b>`;
    case "new":
      return `<td class="n">new`;
    case "re-entry":
      return `<td class="n">re-entry`;
    case "unknown":
      return `<td class="x"><b>unknown</b>`;
  }
}

/** A title with the artist and the id, or the id alone. What is text keeps its direction to itself. */
function songName(song: string, titles: PageData["titles"]): string {
  const id = /^\d+$/.test(song) ? song : `<bdi>${escaped(song)}</bdi>`;
  const found = titles?.get(song);
  if (found === undefined || found.title === "") return id;
  const artist = found.artist === "" ? "" : `<bdi>${escaped(found.artist)}</bdi> `;
  return `<bdi>${escaped(found.title)}</bdi> <small>${artist}<span>${id}</span></small>`;
}
