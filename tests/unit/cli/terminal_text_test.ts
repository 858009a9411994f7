import assert from "node:assert/strict";
import { bar, columnsOf, fitted, harmless, sparkline } from "../../../cli/terminal_text.ts";

const NO_PERMISSIONS = { permissions: "none" } as const;

Deno.test("harmless() leaves nothing that a terminal would act on", NO_PERMISSIONS, () => {
  const cases: readonly [string, string, string][] = [
    ["plain text stays", "Für Elise – 日本 🎵", "Für Elise – 日本 🎵"],
    ["an escape sequence", "a\x1b[2J\x1b]0;x\x07b", "a\ufffd[2J\ufffd]0;x\ufffdb"],
    ["a one-byte control sequence (C1)", "a\x9b31mb", "a\ufffd31mb"],
    ["ends of lines", "a\nb\r\nc\u2028d\u2029e\x85f", "a\ufffdb\ufffd\ufffdc\ufffdd\ufffde\ufffdf"],
    ["a change of direction", "a\u202eb\u2066c\u2069\u200f", "abc"],
    ["what is not seen", "a\u200bb\u200dc\ufeffd\u{e0041}", "abcd"],
    ["half a character", "a\ud83d", "a\ufffd"],
    ["a pile of marks", `a${"\u0301".repeat(40)}b`, "a\u0301\u0301\u0301b"],
    ["a NUL and a DEL", "\0\x7f", "\ufffd\ufffd"],
  ];
  for (const [name, text, expected] of cases) assert.equal(harmless(text), expected, name);
});

Deno.test("columnsOf() counts what a terminal shows", NO_PERMISSIONS, () => {
  const cases: readonly [string, number][] = [
    ["", 0],
    ["abc", 3],
    ["é", 1],
    ["e\u0301", 1],
    ["日本", 4],
    ["ｆｕｌｌ", 8],
    ["ﾊﾝｶｸ", 4],
    ["한국", 4],
    ["\u1112\u1161\u11ab", 2],
    ["🎵", 2],
    ["🇫🇷", 2],
    ["नमस्ते", 4],
    ["–…", 2],
  ];
  for (const [text, expected] of cases) assert.equal(columnsOf(text), expected, text);
});

Deno.test("fitted() takes exactly the columns that are asked for", NO_PERMISSIONS, () => {
  const texts = [
    "",
    "a",
    "abcdefghij",
    "日本の歌をうたう",
    "e\u0301e\u0301e\u0301e\u0301",
    "a日b本c",
  ];
  for (const text of texts) {
    for (let columns = 1; columns < 14; columns++) {
      const cut = fitted(text, columns);
      assert.equal(columnsOf(cut), columns, `${text} in ${columns}: "${cut}"`);
      const isWhole = columnsOf(text) <= columns;
      assert.equal(cut.trimEnd().endsWith("…"), !isWhole);
      if (isWhole) assert.equal(cut.trimEnd(), text);
    }
  }
});

Deno.test("bar() and sparkline() draw shares", NO_PERMISSIONS, () => {
  assert.deepEqual([1, 0.5, 0.26, 0.125, 0].map((share) => bar(share, 4)), [
    "████",
    "██",
    "█",
    "▌",
    "▏",
  ]);
  assert.equal(sparkline([0, 1, 4, 8]), " ▁▄█");
  assert.equal(sparkline([1000000, 1]), "█▁");
});
