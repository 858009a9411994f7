/** Pages as plain data: small ones, a large one, and hostile ones. */
import { MemorySink } from "../../../core/bytes.ts";
import { type Day, daysOf, parseDay, windowEnding } from "../../../core/day.ts";
import { createRowTally } from "../../../core/streams.ts";
import { html } from "../../../formats/html.ts";
import type { Movement } from "../../../core/movement.ts";
import { HOSTILE } from "./sample_charts.ts";
import type {
  DailyStreams,
  PageChart,
  PageData,
  PageLog,
  PageSong,
} from "../../../formats/page.ts";

const DATE = parseDay("2021-12-01")!;

/** The codes of so many countries: those that people know first, then all others. */
export function codes(count: number): string[] {
  const known = ["US", "FR", "DE", "BR", "IN", "MX", "CI", "RE", "TR", "GB", "NA", "ZZ"];
  const letters = Array.from({ length: 26 }, (_, i) => String.fromCharCode(65 + i));
  const all = letters.flatMap((first) => letters.map((second) => first + second));
  return [...known, ...all.filter((code) => !known.includes(code))].slice(0, count);
}

const MOVEMENTS: readonly Movement[] = [
  { kind: "same", previous: 1, daysOnChart: 31, peak: 1 },
  { kind: "up", previous: 5, daysOnChart: 12, peak: 2 },
  { kind: "down", previous: 1, daysOnChart: 400, peak: 1 },
  { kind: "new", daysOnChart: 1, peak: 4 },
  { kind: "re-entry", daysOnChart: 9, peak: 3 },
  { kind: "unknown" },
];

export function movementOf(i: number): Movement {
  return MOVEMENTS[i % MOVEMENTS.length];
}

function chartOf(key: string, i: number, size: number, days: readonly Day[]): PageChart {
  const first = Math.round(4_000_000 / (i + 1));
  const daily: DailyStreams = days.map((_, day) =>
    day === 2 ? undefined : Math.round(first * (1 + Math.sin(i + day) / 3))
  );
  const songs = Array.from({ length: size }, (_, rank): PageSong => ({
    song: String(204_145_952 + (i * 7919 + rank * 104_729) % 80_000_000),
    streams: Math.max(1, Math.round(first / (rank + 2))),
    movement: movementOf(rank),
  }));
  const streams = daily.reduce<number>((sum, each) => sum + (each ?? 0), 0);
  return { key, streams, daily, songs };
}

/** A log of 30 million rows, some of them rejected. */
export function logOf(day: Day, name = `listen-${day}.log`): PageLog {
  const { rejected } = createRowTally();
  return { day, name, rows: 30_000_000, rejected: { ...rejected, song: 1234, fields: 5 } };
}

/** A page of so many countries, songs and days; the third day is missing. */
export function pageOf(
  { countries, songs, days }: { countries: number; songs: number; days: number },
): PageData {
  const window = daysOf(windowEnding(DATE, days));
  const charts = codes(countries).map((key, i) => chartOf(key, i, songs, window))
    .sort((a, b) => a.key < b.key ? -1 : 1);
  const sumOf = (daily: readonly DailyStreams[], day: number): number | undefined =>
    day === 2 ? undefined : daily.reduce((sum, each) => sum + (each[day] ?? 0), 0);
  const daily = window.map((_, day) => sumOf(charts.map((chart) => chart.daily), day));
  const streams = charts.reduce((sum, chart) => sum + chart.streams, 0);
  return {
    date: DATE,
    days: window,
    missing: window.slice(2, 3),
    world: { ...chartOf("world", 0, songs, window), streams, daily },
    countries: charts,
    streams,
    daily,
    compared: DATE - 1,
    logs: window.filter((_, day) => day !== 2).map((day) => logOf(day)),
  };
}

/** Texts that must stay texts; a log's name may hold more than an id. */
export const HOSTILE_TEXTS = [
  ...HOSTILE,
  "</script><script>alert(1)</script>",
  "</style></title></table><img src=x onerror=alert(1)>",
  "<!--",
  "]]>",
  "&lt;b&gt;&amp;",
  "' onload='alert(1)",
  "\u202egnp.exe\u202c",
  "\u2067right to left",
  "<bdi></bdi>",
];
const CONTROLS = "a\0b\u001b[31mc\rd\ne\u0085f\u007f";

/** A page of another with hostile ids, titles and names of logs. */
export function hostilePage(page: PageData): PageData {
  const songs = HOSTILE_TEXTS.map((song, i) => ({
    song,
    streams: 1000 - i,
    movement: movementOf(i),
  }));
  const titles = new Map(HOSTILE_TEXTS.map((text, i) => [
    text,
    { title: HOSTILE_TEXTS[(i + 1) % HOSTILE_TEXTS.length], artist: text },
  ]));
  const chart = page.countries!.find(({ key }) => key === "FR")!;
  return {
    ...page,
    countries: [{ ...chart, songs }],
    logs: [...HOSTILE_TEXTS, CONTROLS].map((name) => logOf(page.days[0], name)),
    world: { ...page.world!, songs },
    titles,
  };
}

/** Writes a page as text. */
export function written(data: PageData): string {
  const sink = new MemorySink();
  html.page(data, sink);
  return new TextDecoder("utf-8", { fatal: true }).decode(sink.toBytes());
}
