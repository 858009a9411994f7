import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { daysOf, windowEnding } from "../../../core/day.ts";
import { html } from "../../../formats/html.ts";
import type { PageSong } from "../../../formats/page.ts";
import {
  attributeOf,
  byId,
  countriesOf,
  elementsBelow,
  parsed,
  type ShownSong,
  songsOf,
  tagged,
  textOf,
} from "./page_dom.ts";
import { codes, HOSTILE_TEXTS, hostilePage, pageOf, written } from "./sample_pages.ts";

const NO_PERMISSIONS = { permissions: "none" } as const;

function test(name: string, body: () => void): void {
  Deno.test(name, NO_PERMISSIONS, body);
}

const SMALL = pageOf({ countries: 12, songs: 6, days: 7 });
const grouped = (value: number) => value.toLocaleString("en-US");

const WORDS = ["same rank", "up 3", "down 2", "new", "re-entry", "unknown"];

/** What people are to read of a song. */
function shown({ song, streams, movement }: PageSong, i: number): ShownSong {
  const { kind, previous = 0, daysOnChart, peak } = movement;
  const by = Math.abs(previous - (i + 1));
  const words = { same: "same rank", up: `up ${by}`, down: `down ${by}` };
  return {
    rank: String(i + 1),
    movement: kind in words ? words[kind as keyof typeof words] : kind,
    song,
    streams: grouped(streams),
    daysOnChart: daysOnChart === undefined ? "–" : String(daysOnChart),
    peak: peak === undefined ? "–" : String(peak),
  };
}

test("html.page() shows every song of every chart, best first", () => {
  const page = parsed(written(SMALL));
  for (const { key, songs } of SMALL.countries!) {
    assert.deepEqual(songsOf(page, key), songs.map(shown), key);
  }
  assert.deepEqual(songsOf(page, "world-songs"), SMALL.world!.songs.map(shown));
  const words = songsOf(page, "FR").map(({ movement }) => movement);
  assert.deepEqual(words.slice(2), WORDS.slice(2));
  assert.equal(new Set(words.map((word) => word.replace(/\d+/, ""))).size, 6, "all kinds");
});

test("html.page() has countries by streams, with names, shares and the days in words", () => {
  const page = parsed(written(SMALL));
  const sorted = [...SMALL.countries!].sort((a, b) => b.streams - a.streams);
  assert.deepEqual(countriesOf(page), sorted.map(({ key }) => key));
  const summaries = tagged(page, "summary").map(textOf);
  assert.match(summaries[0], /^1United States US\n\n22,649,931 streams, \d\d%$/);
  assert.ok(summaries.some((text) => /^\d+Côte d'Ivoire CI\n/.test(text)));
  assert.ok(summaries.some((text) => /^\d+ZZ\n/.test(text)), "no name");
  const sparks = tagged(page, "svg").map((svg) => attributeOf(svg, "aria-label"));
  assert.equal(sparks.length, 13);
  for (const spark of sparks) {
    assert.match(
      spark!,
      /^Streams by day: least [\d,]+ on \d+ (?:Nov|Dec), most .+; 1 day missing$/,
    );
  }
});

test("html.page() draws a column for every day that is not missing", () => {
  const page = parsed(written(SMALL));
  const columns = tagged(page, "path").map((path) => attributeOf(path, "d")!.match(/M/g)!.length);
  assert.deepEqual(new Set(columns), new Set([6]));
  const [, first] = tagged(page, "path");
  const { daily } = SMALL.countries!.find(({ key }) => key === "US")!;
  const most = Math.max(...daily.map((streams) => streams ?? 0));
  const expected = daily.flatMap((streams, i) =>
    streams === undefined ? [] : [`M${7 * i + 2.5} 22v-${Math.round(22 * streams / most)}`]
  );
  assert.equal(attributeOf(first, "d"), expected.join(""));
});

test("html.page() tells rows, rejected rows by reason and missing days", () => {
  const quality = byId(parsed(written(SMALL)), "quality")!;
  const [text] = tagged({ elements: elementsBelow(quality) }, "p").map(textOf);
  assert.equal(
    text,
    "1 day of the window is missing: 27 Nov. 7,434 of 180,000,000 rows were rejected (<0.01%): " +
      "wrong number of fields 30, no song 7,404.",
  );
  const rows = tagged({ elements: elementsBelow(quality) }, "tr").map(textOf);
  assert.equal(rows.length, 8);
  assert.equal(rows[3], "27 Novmissing: neither log nor batch\n");
  assert.match(rows[7], /^1 Dec.*30,000,0001,239 <0.01%: wrong number of fields 5, no song 1,234/);
});

const GAPS: readonly [missing: readonly number[], text: string][] = [
  [[], "No day of the window is missing."],
  [[0, 1, 2], "3 days of the window are missing: 25 Nov to 27 Nov."],
  [[0, 2, 3, 5], "4 days of the window are missing: 25 Nov, 27 Nov to 28 Nov, 30 Nov."],
];

for (const [missing, text] of GAPS) {
  test(`html.page() says: ${text}`, () => {
    const data = { ...SMALL, missing: missing.map((i) => SMALL.days[i]), logs: [] };
    const quality = textOf(byId(parsed(written(data)), "quality")!);
    assert.ok(quality.includes(`${text} No row of 0 was rejected.`), quality);
  });
}

test("html.page() gives the same bytes for the same data", () => {
  assert.equal(written(SMALL), written(structuredClone(SMALL)));
});

test("html.page() writes in pieces, whatever the size of the page", () => {
  const sizes: number[] = [];
  html.page(pageOf({ countries: 250, songs: 50, days: 30 }), {
    write: (bytes) => void sizes.push(bytes.length),
  });
  const total = sizes.reduce((sum, size) => sum + size, 0);
  assert.ok(Math.max(...sizes) < 200_000 && sizes.length > 10, `${sizes}`);
  assert.ok(total < 3_000_000, `${total} bytes for 250 countries of 50 songs and 30 days`);
});

test("html.page() is valid markup", () => {
  for (const data of [SMALL, pageOf({ countries: 1, songs: 1, days: 3 })]) {
    const page = parsed(written(data));
    assert.deepEqual(page.parseErrors, []);
    const ids = page.elements.flatMap((element) => attributeOf(element, "id") ?? []);
    assert.equal(new Set(ids).size, ids.length, "ids are there once");
    const targets = tagged(page, "a").map((link) => attributeOf(link, "href")!.slice(1));
    assert.deepEqual(targets.filter((id) => !ids.includes(id)), [], "links lead somewhere");
  }
});

test("html.page() names no outside address, and its policy allows only what is in it", () => {
  const text = written(SMALL);
  const page = parsed(text);
  assert.doesNotMatch(text, /https?:|\/\/|@import|url\(|\bsrc=|\bfetch\b|XMLHttp|import\(/);
  const policy = attributeOf(
    tagged(page, "meta").find((meta) => attributeOf(meta, "http-equiv") !== undefined)!,
    "content",
  )!;
  const hashOf = (tag: string) => {
    const [element, ...others] = tagged(page, tag);
    assert.deepEqual(others, [], `one ${tag}`);
    return createHash("sha256").update(textOf(element)).digest("base64");
  };
  assert.deepEqual(policy.split("; "), [
    "default-src 'none'",
    `script-src 'sha256-${hashOf("script")}'`,
    `style-src 'sha256-${hashOf("style")}'`,
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
  ]);
  const inline = page.elements.flatMap(({ attrs }) => attrs.map(({ name }) => name))
    .filter((name) => name === "style" || name.startsWith("on"));
  assert.deepEqual(inline, [], "no attribute that the policy would not run");
});

test("html.page() keeps ids, titles and names of logs as text, whatever they are", () => {
  const plain = { ...hostilePage(SMALL), titles: undefined };
  const page = parsed(written(plain));
  assert.deepEqual(page.parseErrors.filter((error) => !error.startsWith("noncharacter")), []);
  assert.deepEqual(songsOf(page, "FR").map(({ song }) => song), HOSTILE_TEXTS);
  assert.deepEqual(songsOf(page, "world-songs").map(({ song }) => song), HOSTILE_TEXTS);
  const names = tagged(page, "bdi").map(textOf).slice(-HOSTILE_TEXTS.length - 1);
  assert.deepEqual(names, [...HOSTILE_TEXTS, "a\ufffdb\ufffd[31mc\ufffdd\ufffde\ufffdf\ufffd"]);
  const tags = new Set(page.elements.map(({ tagName }) => tagName));
  assert.deepEqual(tags, new Set(parsed(written(SMALL)).elements.map((e) => e.tagName)).add("bdi"));
  assert.equal(tagged(page, "script").length, 1);
});

test("html.page() shows titles and artists where they are known, with the id", () => {
  const data = hostilePage(SMALL);
  const [first, ...others] = songsOf(parsed(written(data)), "FR");
  assert.equal(first.song, `${HOSTILE_TEXTS[1]} ${HOSTILE_TEXTS[0]} ${HOSTILE_TEXTS[0]}`);
  assert.equal(others.length, HOSTILE_TEXTS.length - 1);
  const titles = new Map([
    [SMALL.world!.songs[0].song, { title: "Title", artist: "" }],
    [SMALL.world!.songs[1].song, { title: "", artist: "Artist" }],
  ]);
  const songs = songsOf(parsed(written({ ...SMALL, titles })), "world-songs");
  assert.equal(songs[0].song, `Title ${SMALL.world!.songs[0].song}`);
  assert.equal(songs[1].song, SMALL.world!.songs[1].song);
});

test("html.page() says which charts there are none of", () => {
  const noWorld = parsed(written({ ...SMALL, world: undefined }));
  assert.match(textOf(byId(noWorld, "world")!), /There is no chart of the world in this run/);
  assert.equal(countriesOf(noWorld).length, 12);
  const noCountries = parsed(written({ ...SMALL, countries: undefined }));
  assert.match(textOf(byId(noCountries, "countries")!), /There are no charts of countries/);
  assert.equal(songsOf(noCountries, "world-songs").length, 6);
});

test("html.page() shows a window without streams, and one of a single day", () => {
  const days = daysOf(windowEnding(SMALL.date, 1));
  const nothing = { days, missing: [], daily: [0], streams: 0, countries: [], logs: [] };
  const empty = { ...SMALL.world!, songs: [], streams: 0, daily: [0] };
  const page = parsed(written({ ...SMALL, ...nothing, world: empty }));
  assert.deepEqual(page.parseErrors, []);
  assert.deepEqual(countriesOf(page), []);
  const [svg] = tagged(page, "svg");
  assert.equal(attributeOf(svg, "aria-label"), "Streams by day: 0 on 1 Dec");
});

test("html.page() draws at most 60 columns of a window of ten years", () => {
  const data = pageOf({ countries: 2, songs: 1, days: 3650 });
  const page = parsed(written(data));
  for (const path of tagged(page, "path")) {
    assert.equal(attributeOf(path, "d")!.match(/M/g)!.length, 60);
  }
});

test("html.page() names the countries of people's codes", () => {
  const page = parsed(written(pageOf({ countries: 40, songs: 1, days: 1 })));
  assert.deepEqual(new Set(countriesOf(page)), new Set(codes(40)));
});
