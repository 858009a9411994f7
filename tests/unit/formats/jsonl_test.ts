/** The reader `jsonl`: which values are ids, nesting, and what is no JSON. */
import assert from "node:assert/strict";
import { jsonl } from "../../../formats/jsonl.ts";
import { readText } from "./_rows.ts";

function test(name: string, body: () => void): void {
  Deno.test(name, { permissions: "none" }, body);
}

/** The value of `song`, and the id or the reason. */
const SONGS: readonly [json: string, outcome: string][] = [
  ["7", "7"],
  ["0", "0"],
  ['"7"', "7"],
  ['"007"', "7"],
  ['"\\u0037"', "7"],
  ["9007199254740991", "9007199254740991"],
  ['"9007199254740991"', "9007199254740991"],
  ["9007199254740992", "song"],
  ["9007199254740993", "song"],
  ['"9007199254740993"', "song"],
  ["1.0", "song"],
  ["1e3", "song"],
  ["1E0", "song"],
  ["-0", "song"],
  ["-1", "song"],
  ["true", "song"],
  ["null", "song"],
  ["[7]", "song"],
  ['{"id":7}', "song"],
  ['""', "song"],
  ['" 7"', "song"],
  ['"x"', "song"],
  ["007", "syntax"],
  ["+7", "syntax"],
  ["0x7", "syntax"],
  [".5", "syntax"],
  ["NaN", "syntax"],
  ["'7'", "syntax"],
  ["7,", "syntax"],
];

for (const [json, outcome] of SONGS) {
  test(`jsonl reads a song of ${json} as ${outcome}`, () => {
    const row = `{"song":${json},"user":2,"country":"FR"}\n`;
    const expected = /^\d/.test(outcome) ? [`${outcome}|2|FR`] : [`1 ${outcome}`];
    assert.deepEqual(readText(jsonl, row), expected);
  });
}

/** Whole lines, and what comes of them. */
const LINES: readonly [what: string, line: string, outcome: string][] = [
  ["blanks", ' { "song" : 1 , "user" : 2 , "country" : "FR" } ', "1|2|FR"],
  ["other keys of any value", '{"a":[1,{"song":9}],"song":1,"b":null,"user":2,"country":"FR"}', ""],
  ["another order", '{"country":"FR","user":2,"song":1}', ""],
  ["an escaped key", '{"s\\u006fng":1,"user":2,"country":"FR"}', ""],
  ["a key twice: the last one", '{"song":9,"song":1,"user":2,"country":"FR"}', ""],
  ["an empty line", "", "1 empty"],
  ["a list", "[1,2,3]", "1 syntax"],
  ["a string", '"x"', "1 syntax"],
  ["no JSON", "song=1", "1 syntax"],
  ["an object that is not closed", '{"song":1,"user":2,"country":"FR"', "1 syntax"],
  ["something behind the object", '{"song":1,"user":2,"country":"FR"}}', "1 syntax"],
  ["a comma too many", '{"song":1,"user":2,"country":"FR",}', "1 syntax"],
  ["a missing key", '{"song":1,"country":"FR"}', "1 fields"],
  ["an empty object", "{}", "1 fields"],
  ["a country in small letters", '{"song":1,"user":2,"country":"fr"}', "1 country"],
  ["a country that is a number", '{"song":1,"user":2,"country":33}', "1 country"],
];

for (const [what, line, outcome] of LINES) {
  test(`jsonl reads ${what}`, () => {
    assert.deepEqual(readText(jsonl, `${line}\n`), [outcome === "" ? "1|2|FR" : outcome]);
  });
}

test("jsonl reads nested keys", () => {
  const columns = { song: "track.id", user: "by.user.name", country: "cc" };
  const rows = '{"track":{"id":7},"by":{"user":{"name":5}},"cc":"FR"}\n' +
    '{"track":7,"by":{"user":{"name":5}},"cc":"FR"}\n';
  assert.deepEqual(readText(jsonl, rows, { columns }), ["7|5|FR", "2 fields"]);
});

test("jsonl reads ids that are text, and takes no numbers for them silently changed", () => {
  const rows = '{"song":"a\\"b\\u00e9","user":"\u{1f3b5}","country":"FR"}\n' +
    '{"song":"a\\u0000","user":"u","country":"FR"}\n';
  assert.deepEqual(readText(jsonl, rows, { ids: "text" }), ['a"b\u00e9|\u{1f3b5}|FR', "2 song"]);
});
