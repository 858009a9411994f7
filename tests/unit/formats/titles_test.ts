import assert from "node:assert/strict";
import { TitleReader } from "../../../formats/titles.ts";
import type { IdKind } from "../../../core/streams.ts";

const WANTED = ["1", "2", "3"];

/** Reads a text in parts of so many characters. */
function titlesIn(text: string, partSize = Infinity, ids: IdKind = "number") {
  const reader = new TitleReader({ songs: new Set(WANTED), ids });
  const size = Math.min(partSize, Math.max(1, text.length));
  for (let at = 0; at < text.length; at += size) reader.take(text.slice(at, at + size));
  reader.finish();
  return Object.fromEntries([...reader.titles].map(([song, { title, artist }]) => [
    song,
    `${title}/${artist}`,
  ]));
}

const CASES: readonly [name: string, text: string, expected: Record<string, string>][] = [
  ["nothing", "", {}],
  ["lines without a header", "1,One,A\n2,Two,B\n", { 1: "One/A", 2: "Two/B" }],
  ["a header", "song,title,artist\n1,One,A\n", { 1: "One/A" }],
  ["a header in another order", "artist,x,Title,SONG\nA,?,One,1\n", { 1: "One/A" }],
  ["a header without an artist", "song,title\n1,One\n", { 1: "One/" }],
  ["no artist", "1,One\n2,Two,\n", { 1: "One/", 2: "Two/" }],
  ["no last line end, CR and a BOM", "\ufeff1,One,A\r\n\r\n2,Two,B\r", { 1: "One/A", 2: "Two/B" }],
  ["only wanted songs", "7,Seven,X\n1,One,A\n11,Eleven,Y\n", { 1: "One/A" }],
  ["the first line of a song", "1,One,A\n1,Other,B\n", { 1: "One/A" }],
  ["leading zeros and blanks", " 001 , One , A \n", { 1: "One/A" }],
  [
    "quotes, commas and ends of lines in them",
    '1,"One, ""two""","A\nB"\n2,"",B\n"3","Three",C\n',
    { 1: 'One, "two"/A\nB', 3: "Three/C" },
  ],
  ["a quote within a field", '1,The 7" Mix,A\n2,Two,B\n', { 1: 'The 7" Mix/A', 2: "Two/B" }],
  ["lines that are too short", "1\n2,Two,B\n,,\n", { 2: "Two/B" }],
];

for (const [name, text, expected] of CASES) {
  Deno.test(`TitleReader reads ${name}, wherever it is cut`, { permissions: "none" }, () => {
    for (let size = 1; size <= text.length; size++) {
      assert.deepEqual(titlesIn(text, size), expected, `parts of ${size}`);
    }
    assert.deepEqual(titlesIn(text), expected);
  });
}

Deno.test("TitleReader leaves ids that are text as they are", { permissions: "none" }, () => {
  assert.deepEqual(titlesIn("1,One,A\n002,Two,B\n", 99, "text"), { 1: "One/A" });
});

Deno.test("TitleReader says what is wrong and where", { permissions: "none" }, () => {
  assert.throws(() => titlesIn('1,One,A\n2,"Two,B\n3,Three,C\n'), {
    name: "SyntaxError",
    message: "line 2: a quote that is not closed, expected its end",
  });
  assert.throws(() => titlesIn("song,name\n1,One\n"), {
    message: 'line 1: a header without "title", expected song,title,artist',
  });
});
