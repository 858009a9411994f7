/**
 * The writer `html`: a page, one self-contained file that needs no server and no script.
 *
 * All that is shown is in the markup; the script only finds a country by typing. What comes from
 * a log is text: it is escaped, and the page's own policy runs no script and no style but the two
 * that are in it, and loads nothing.
 *
 * @module
 */

import { createHash } from "node:crypto";
import type { ByteSink } from "../core/bytes.ts";
import { formatDay } from "../core/day.ts";
import { rejectedCount } from "../core/streams.ts";
import { countryName } from "./country_names.ts";
import { qualityPart } from "./html_quality.ts";
import { SCRIPT } from "./html_script.ts";
import { songTable } from "./html_songs.ts";
import { STYLE } from "./html_style.ts";
import {
  counted,
  escaped,
  figure,
  longDay,
  longWindow,
  percent,
  shortDay,
  sparkOf,
  type SparkSize,
  sparkText,
  TextSink,
  weekday,
} from "./html_text.ts";
import type { PageChart, PageData, PageWriter } from "./page.ts";

/** One page a date, for people. */
export const html = {
  name: "html",
  description: "a page to look at, charts_YYYYMMDD.html: countries and the world, never users",
  extension: "html",
  page(data: PageData, sink: ByteSink): void {
    const out = new TextSink(sink);
    out.write(head(data));
    out.write(`<body>\n<a class="skip" href="#countries">Skip to the countries</a>\n`);
    out.write(banner(data));
    out.write(`<main>\n<div class="columns">\n`);
    out.write(worldPart(data));
    for (const part of countryParts(data)) out.write(part);
    out.write(`</div>\n${qualityPart(data)}</main>\n${footer(data)}`);
    out.write(`<script>${SCRIPT}</script>\n</body>\n</html>\n`);
    out.flush();
  },
} satisfies PageWriter;

const POLICY = [
  "default-src 'none'",
  `script-src '${hashOf(SCRIPT)}'`,
  `style-src '${hashOf(STYLE)}'`,
  "img-src data:",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

function hashOf(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}

/** The icon is empty: a browser that has none would ask the server for one. */
function head({ date }: PageData): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="topstreams">
<title>Charts of ${longDay(date)}</title>
<link rel="icon" href="data:,">
<style>${STYLE}</style>
</head>
`;
}

/** What the signs and columns mean. */
function footer({ date, compared }: PageData): string {
  const comparison = compared === undefined
    ? `There is no chart of ${longDay(date - 1)} to compare with.`
    : `Movement compares with the chart of ${longDay(compared)}:`;
  return `<footer>
<p>Ranks are by streams over the window. ${comparison}
<span class="key"><i class="u"></i> up</span>, <span class="key"><i class="d"></i> down</span>,
<span class="key"><i class="e"></i> same rank</span>, <em>new</em>: not on a chart before,
<em>re-entry</em>: on an earlier chart, <span class="key"><i class="x"></i> unknown</span>: nothing to compare
with. <em>Days</em> counts the charts that a song has been on, <em>peak</em> is its best rank.</p>
<p>Made by topstreams. This file needs no server and loads nothing.</p>
</footer>
`;
}

/** The title, the figures of the whole, and the streams of the world by day. */
function banner(data: PageData): string {
  const { date, days, missing, streams, countries, logs } = data;
  const rows = logs.reduce((sum, log) => sum + log.rows, 0);
  const rejected = logs.reduce((sum, log) => sum + rejectedCount(log.rejected), 0);
  const used = days.length - missing.length;
  const figures: [name: string, value: string, more: string][] = [
    ["Streams", figure(streams), ""],
    ...countries === undefined
      ? []
      : [["Countries", figure(countries.length), ""] as [string, string, string]],
    ["Days", figure(used), missing.length === 0 ? "" : `of ${days.length}`],
    ["Rejected rows", percent(rejected, rows), `of ${figure(rows)}`],
  ];
  const list = figures.map(([name, value, more]) =>
    `<div><dt>${name}</dt><dd>${value}${more === "" ? "" : ` <small>${more}</small>`}</dd></div>\n`
  );
  return `<header class="banner">
<div>
<p class="over">Most played songs</p>
<h1>Charts of <time datetime="${formatDay(date)}">${longDay(date)}</time></h1>
<p class="window">${counted(days.length, "day")}: ${longWindow(days)}</p>
<nav aria-label="Parts of this page"><a href="#world">World</a> <a href="#countries">Countries</a> \
<a href="#quality">Data quality</a></nav>
</div>
<dl>
${list.join("")}</dl>
${dayFigure(data)}</header>
`;
}

const LARGE: SparkSize = { columnWidth: 6, gap: 4, height: 40 };
const SMALL: SparkSize = { columnWidth: 5, gap: 2, height: 22 };

/** The most days of which each has a label below its column. */
const MOST_LABELS = 10;

/** The streams of all countries by day, as columns. */
function dayFigure({ daily, days }: PageData): string {
  const { width, path } = sparkOf(daily, LARGE);
  const spoken = sparkText(daily, days);
  const labels = days.length <= MOST_LABELS
    ? days.map((day, i) => {
      const none = daily[i] === undefined ? ` class="none"` : "";
      return `<span${none}>${weekday(day)}<br>${shortDay(day)}</span>`;
    })
    : [days[0], days[days.length - 1]].map((day) => `<span>${shortDay(day)}</span>`);
  return `<figure class="days">
<svg viewBox="${-LARGE.gap / 2} 0 ${
    width + LARGE.gap
  } ${LARGE.height}" preserveAspectRatio="none" role="img" \
aria-label="${spoken}"><path class="col" stroke-width="${LARGE.columnWidth}" d="${path}"/></svg>
<div class="labels${days.length <= MOST_LABELS ? "" : " ends"}" aria-hidden="true">${
    labels.join("")
  }</div>
<figcaption>Streams by day${
    daily.includes(undefined) ? "; a gap is a day that is missing" : ""
  }</figcaption>
</figure>
`;
}

function worldPart(data: PageData): string {
  const { world, days } = data;
  const body = world === undefined
    ? `<p class="note">There is no chart of the world in this run: <code>--by country,world</code> \
makes one.</p>\n`
    : songTable(world, {
      id: "world-songs",
      caption: `Top ${world.songs.length} of the world, ${longWindow(days)}`,
      titles: data.titles,
    });
  return `<section id="world" aria-labelledby="world-title"${
    world === undefined ? ` class="empty"` : ""
  }>
<h2 id="world-title">World</h2>
${body}</section>
`;
}

/** The countries by streams, each with its songs below it. */
function* countryParts(data: PageData): Generator<string> {
  const { countries } = data;
  yield `<section id="countries" aria-labelledby="countries-title" tabindex="-1">
<h2 id="countries-title">Countries</h2>
`;
  if (countries === undefined) {
    yield `<p class="note">There are no charts of countries in this run: <code>--by \
country,world</code> makes them.</p>\n</section>\n`;
    return;
  }
  yield `<div class="find" id="find-box" hidden>
<label for="find">Find a country</label>
<input id="find" type="search" autocomplete="off" autocapitalize="off" spellcheck="false" \
aria-describedby="found" placeholder="Name or code">
<p id="found" role="status">${counted(countries.length, "country", "countries")}</p>
</div>
<noscript><p class="note">The list is complete; only finding a country by typing needs \
JavaScript.</p></noscript>
<ol id="list">
`;
  const sorted = [...countries].sort((a, b) => b.streams - a.streams || (a.key < b.key ? -1 : 1));
  for (const [i, chart] of sorted.entries()) {
    yield countryPart(chart, data, { rank: i + 1, most: sorted[0].streams });
  }
  yield `</ol>\n</section>\n`;
}

function countryPart(
  chart: PageChart,
  data: PageData,
  { rank, most }: { rank: number; most: number },
): string {
  const { key, streams, daily, songs } = chart;
  const code = escaped(key);
  const name = countryName(key);
  const title = name === undefined ? code : escaped(name);
  const { width, path } = sparkOf(daily, SMALL);
  const spoken = sparkText(daily, data.days);
  const bar = Math.max(1, Math.round(100 * streams / most));
  const table = songTable(chart, {
    id: code,
    caption: `Top ${songs.length} of ${title}, ${longWindow(data.days)}`,
    titles: data.titles,
  });
  return `<li><details><summary class="w${bar}"><span>${rank}</span><h3>${title}${
    name === undefined ? "" : ` <small>${code}</small>`
  }</h3>
<svg class="spark" width="${width}" height="${SMALL.height}" viewBox="0 0 ${width} \
${SMALL.height}" role="img" aria-label="${spoken}"><path class="col" stroke-width="${SMALL.columnWidth}" \
d="${path}"/></svg>
<p>${figure(streams)} <small>streams, ${percent(streams, data.streams)}</small></p></summary>
${table}</details></li>
`;
}
