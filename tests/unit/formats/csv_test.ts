/** The readers `csv` and `tsv`: the odd corners of RFC 4180. */
import assert from "node:assert/strict";
import { FormatError } from "../../../core/streams.ts";
import { csv, tsv } from "../../../formats/csv.ts";
import { readText, type Setting } from "./_rows.ts";

const HEADER = "song,user,country\n";
const GOOD = "8,9,DE\n";

function test(name: string, body: () => void): void {
  Deno.test(name, { permissions: "none" }, body);
}

/** Rows behind the header, and what comes of them before the good row that follows. */
const ROWS: readonly [what: string, rows: string, streams: string[], rejected: string[]][] = [
  ["quotes around every field", '"1","2","FR"\n', ["1|2|FR"], []],
  ["quotes around some fields", '1,"2",FR\n', ["1|2|FR"], []],
  ["CR before LF", "1,2,FR\r\n", ["1|2|FR"], []],
  ["CR before LF behind a quote", '1,2,"FR"\r\n', ["1|2|FR"], []],
  ["blanks around fields", " 1,\t2 , FR\n", ["1|2|FR"], []],
  ["blanks in quotes", '" 1 ",2,FR\n', ["1|2|FR"], []],
  ["leading zeros", "0001,002,FR\n", ["1|2|FR"], []],
  ["the largest id", "9007199254740991,2,FR\n", ["9007199254740991|2|FR"], []],
  ["one above the largest id", "9007199254740992,2,FR\n", [], ["2 song"]],
  ["17 digits", "00000000000000001,2,FR\n", [], ["2 song"]],
  ["an empty line", "\n", [], ["2 empty"]],
  ["a line of blanks", " \t\n", [], ["2 empty"]],
  ["empty fields", ",,\n", [], ["2 song"]],
  ["an empty field in quotes", '"",2,FR\n', [], ["2 song"]],
  ["too few fields", "1,2\n", [], ["2 fields"]],
  ["too many fields", "1,2,FR,\n", [], ["2 fields"]],
  ["doubled quotes", '"1""",2,FR\n', [], ["2 song"]],
  ["a quote inside a field", '1"2,3,FR\n', [], ["2 syntax"]],
  ["text behind a closing quote", '"1"x,2,FR\n', [], ["2 syntax"]],
  ["a blank before a quote", ' "1",2,FR\n', [], ["2 syntax"]],
  ["a lone CR inside a field", "1\r,2,FR\n", [], ["2 song"]],
  ["a lone CR at the end of a field", "1,2,FR\r,\n", [], ["2 fields"]],
  ["two CR before LF", "1,2,FR\r\r\n", [], ["2 country"]],
  ["NUL", "1\0,2,FR\n", [], ["2 song"]],
  ["a delimiter in quotes", '"1,2",3,FR\n', [], ["2 song"]],
  ["a line end in quotes", '"1\n2",3,FR\n', [], ["2 song"]],
  ["CRLF in quotes", '"1\r\n2",3,FR\n', [], ["2 song"]],
  ["another delimiter", "1;2;FR\n", [], ["2 fields"]],
  ["small letters", "1,2,fr\n", [], ["2 country"]],
  ["a quote that is never closed", '"1,2,FR\n', [], ["2 syntax"]],
];

for (const [what, rows, streams, rejected] of ROWS) {
  test(`csv reads ${what}`, () => {
    // Many good rows before and behind: the rows are met at full speed, too.
    for (const count of [1, 40]) {
      const text = HEADER + rows + GOOD.repeat(count);
      const good = Array.from({ length: count }, () => "8|9|DE");
      assert.deepEqual(readText(csv, text), [...streams, ...good, ...rejected]);
    }
  });
}

test("csv counts the lines of a row of several", () => {
  const text = `${HEADER}"1\n\n",2,FR\n${GOOD}x,1,FR\n`;
  assert.deepEqual(readText(csv, text), ["8|9|DE", "2 song", "6 song"]);
});

test("csv keeps quotes, delimiters, blanks and line ends of ids that are text", () => {
  const columns = { song: 3, user: 1, country: 2 };
  const text = '"a ""b"", c",FR, d \n"\u00e9\u{1f3b5}",FR,""""\n" x "" y ",FR,z\n';
  assert.deepEqual(readText(csv, text, { ids: "text", columns }), [
    ' d |a "b", c|FR',
    '"|\u00e9\u{1f3b5}|FR',
    'z| x " y |FR',
  ]);
});

test("csv finds its columns in any place, with quotes and a BOM in the header", () => {
  const text = '\ufeff"cc","a ""b""",extra,"track,id"\nFR,5,"x\n,y",7\n' +
    'DE,6,"",8\n'.repeat(30);
  const columns = { song: "track,id", user: 'a "b"', country: "cc" };
  assert.deepEqual(readText(csv, text, { columns }), [
    "7|5|FR",
    ...Array.from({ length: 30 }, () => "8|6|DE"),
  ]);
});

test("csv takes very long fields of other columns", () => {
  const long = "x".repeat(60_000);
  const columns = { song: 1, user: 2, country: 4 };
  const text = `1,2,${long},FR\n1,2,"${long}",FR\n1,2,${long}${long},FR\n8,9,,DE\n`;
  assert.deepEqual(readText(csv, text, { columns }), [
    "1|2|FR",
    "1|2|FR",
    "8|9|DE",
    "3 too-long",
  ]);
});

test("csv takes the number of fields of the first row where there is no header", () => {
  const setting: Setting = { columns: { song: 1, user: 2, country: 3 } };
  assert.deepEqual(readText(csv, "1,2,FR\n1,2,FR,4\n", setting), ["1|2|FR", "2 fields"]);
});

test("tsv is csv with tabs", () => {
  const text = 'song\tuser\tcountry\n1\t"2"\tFR\n3,4\t5\tFR\n';
  assert.deepEqual(readText(tsv, text), ["1|2|FR", "3 song"]);
});

const REFUSED: readonly [what: string, text: string, message: RegExp][] = [
  ["without the column", "song,user,cc\n1,2,FR\n", /^no column "country" in its header/],
  ["with the column twice", "song,user,song,country\n", /^column "song" twice in its header/],
  ["that is not whole", '"song,user,country\n', /^a first line that is no header/],
];

for (const [what, text, message] of REFUSED) {
  test(`csv refuses a header ${what}`, () => {
    assert.throws(() => readText(csv, text), (error: Error) => {
      assert.ok(error instanceof FormatError);
      assert.match(error.message, message);
      return true;
    });
  });
}
