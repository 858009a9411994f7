import assert from "node:assert/strict";
import { countryCode } from "../../../core/country.ts";
import {
  createStreamBlock,
  type RejectReason,
  type RowTally,
  SHOWN_REJECTED_ROWS,
} from "../../../core/streams.ts";
import { MAX_ROW_BYTES } from "../../../formats/fields.ts";
import { pipe } from "../../../formats/pipe.ts";

const NO_PERMISSIONS = { permissions: "none" } as const;
const BOM = "\xef\xbb\xbf";
const MOST = "9007199254740991";

type Stream = readonly [song: number, user: number, country: string];

interface Parsed {
  readonly streams: Stream[];
  readonly tally: RowTally;
}

interface Feeding {
  /** A call of the parser gets at most this many new bytes. */
  readonly chunkBytes?: number;
  /** Streams of a block. */
  readonly capacity?: number;
}

/** Feeds a log, one character a byte, to a parser as a caller with a buffer does. */
function parse(log: string, { chunkBytes = 1 << 16, capacity = 1000 }: Feeding = {}): Parsed {
  const parser = pipe.parser();
  const block = createStreamBlock(capacity);
  const streams: Stream[] = [];
  // Behind the bytes in use stands what a former read left there: rows and line ends.
  const buffer = new Uint8Array(2 * (MAX_ROW_BYTES + 2) + chunkBytes).fill(10);
  for (let held = 0, read = 0, isLast = false; !isLast;) {
    const fresh = Math.min(chunkBytes, log.length - read);
    for (let i = 0; i < fresh; i++) buffer[held + i] = log.charCodeAt(read + i);
    read += fresh;
    isLast = read === log.length;
    const to = held + fresh;
    let at = 0;
    do {
      block.length = 0;
      at = parser.parse(buffer, at, to, isLast, block);
      for (let i = 0; i < block.length; i++) {
        streams.push([block.songs[i], block.users[i], countryCode(block.countries[i])]);
      }
    } while (block.length === capacity);
    buffer.copyWithin(0, at, to);
    held = to - at;
    assert.ok(held <= MAX_ROW_BYTES + 1, `${held} bytes are left to be held`);
    if (isLast) assert.equal(held, 0, "everything is consumed");
  }
  return { streams, tally: parser.tally };
}

/** A row alone, and what it is: a stream, or the reason why it is none. */
const ROWS: readonly [row: string, expected: Stream | RejectReason][] = [
  // Strict rows.
  ["1|2|FR", [1, 2, "FR"]],
  ["0|0|AA", [0, 0, "AA"]],
  ["1895018295|619262838|ZZ", [1895018295, 619262838, "ZZ"]],
  ["1|2|NA", [1, 2, "NA"]],
  ["1|2|XK", [1, 2, "XK"]],
  // Every number of digits that is read in another way.
  ["999999999|999999999|FR", [999999999, 999999999, "FR"]],
  ["1000000000|1000000000|FR", [1000000000, 1000000000, "FR"]],
  ["2147483648|4294967295|FR", [2147483648, 4294967295, "FR"]],
  ["4294967296|12345678901|FR", [4294967296, 12345678901, "FR"]],
  ["999999999999999|100000000000001|FR", [999999999999999, 100000000000001, "FR"]],
  ["1234567890123456|1000000000000000|FR", [1234567890123456, 1000000000000000, "FR"]],
  // The largest id, one more, and more digits.
  [`${MOST}|${MOST}|FR`, [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, "FR"]],
  ["9007199254740990|1|FR", [9007199254740990, 1, "FR"]],
  ["9007199254740992|1|FR", "song"],
  ["1|9007199254740992|FR", "user"],
  ["9007199254740993|1|FR", "song"],
  ["1|9007199254740993|FR", "user"],
  ["9999999999999999|1|FR", "song"],
  ["1|9999999999999999|FR", "user"],
  ["10000000000000000|1|FR", "song"],
  ["1|12345678901234567|FR", "user"],
  ["3165949491076833777|1|FR", "song"],
  // Leading zeros.
  ["0365536183|0001|FR", [365536183, 1, "FR"]],
  ["0000000000000001|0000000000000000|FR", [1, 0, "FR"]],
  ["00000000000000001|1|FR", "song"],
  ["1|00000000000000000|FR", "user"],
  // Blanks around fields, and other white space.
  [" 1 | 2 | FR ", [1, 2, "FR"]],
  ["\t1\t|\t \t2 \t|FR\t", [1, 2, "FR"]],
  ["1|2|  FR", [1, 2, "FR"]],
  ["1|2|FR ", [1, 2, "FR"]],
  [" 1|2|FR", [1, 2, "FR"]],
  ["1 2|3|FR", "song"],
  ["1|2 3|FR", "user"],
  ["1|2|F R", "country"],
  ["\v1|2|FR", "song"],
  ["1|\f2|FR", "user"],
  ["1|2|FR\xa0", "country"],
  ["1|2|FR\0", "country"],
  // CR: one before the line end is dropped, no other.
  ["1|2|FR\r", [1, 2, "FR"]],
  ["1|2|FR \t\r", [1, 2, "FR"]],
  ["1|2|FR\r\r", "country"],
  ["1|2|FR\r ", "country"],
  ["1\r|2|FR", "song"],
  ["\r1|2|FR", "song"],
  // Nothing in it.
  ["", "empty"],
  ["\r", "empty"],
  [" ", "empty"],
  [" \t \t", "empty"],
  ["\t\r", "empty"],
  ["\r\r", "fields"],
  // Fields.
  ["abc", "fields"],
  ["1", "fields"],
  ["1|2", "fields"],
  ["|", "fields"],
  ["1|2|FR|", "fields"],
  ["|1|2|FR", "fields"],
  ["|||", "fields"],
  ["1|2|FR3|4|DE", "fields"],
  ["1|2|FR 3|4|DE", "fields"],
  ["1,2,FR", "fields"],
  ["1;2;FR", "fields"],
  ["12|FR", "fields"],
  // Songs and users.
  ["||", "song"],
  [" | | ", "song"],
  ["|2|FR", "song"],
  ["1||FR", "user"],
  ["1| |FR", "user"],
  ["-1|2|FR", "song"],
  ["1|-1|FR", "user"],
  ["+1|2|FR", "song"],
  ["1|+2|FR", "user"],
  ["1.0|2|FR", "song"],
  ["1|2e3|FR", "user"],
  ["0x1|2|FR", "song"],
  ["1|null|FR", "user"],
  ["1|NaN|FR", "user"],
  ["1/|2|FR", "song"],
  ["1|:2|FR", "user"],
  ["\xef\xbc\x91|2|FR", "song"], // a fullwidth 1
  ["1|\xd9\xa2|FR", "user"], // an Arabic-Indic 2
  ["\xff\xfe|2|FR", "song"],
  // Countries.
  ["1|2|", "country"],
  ["1|2| ", "country"],
  ["1|2|F", "country"],
  ["1|2|FRA", "country"],
  ["1|2|FRFRFR", "country"],
  ["1|2|fr", "country"],
  ["1|2|Fr", "country"],
  ["1|2|fR", "country"],
  ["1|2|F1", "country"],
  ["1|2|@A", "country"],
  ["1|2|A[", "country"],
  ["1|2|12", "country"],
  ["1|2|\xff\xfe", "country"],
  ["1|2|\xc3\x89", "country"], // a capital E with acute
  ["1|2|null", "country"],
  // The first reason of several.
  ["x|y", "fields"],
  ["x|y|z", "song"],
  ["1|y|z", "user"],
  ["1|2|z", "country"],
  ["|y|z", "song"],
  ["x|y|z|", "fields"],
];

/** Where a row stands; the parser reads rows near the end of its bytes in another way. */
const PLACES: readonly [place: string, before: string, after: string][] = [
  ["alone", "", ""],
  ["alone, with a line end", "", "\n"],
  ["at the start", "", "\n7|8|DE\n7|8|DE\n7|8|DE\n7|8|DE\n7|8|DE\n7|8|DE\n"],
  ["at the end", "7|8|DE\n7|8|DE\n7|8|DE\n7|8|DE\n7|8|DE\n7|8|DE\n", "\n"],
  ["at the end, with no line end", "7|8|DE\n", ""],
  ["after a byte order mark", BOM, "\n7|8|DE\n7|8|DE\n7|8|DE\n7|8|DE\n7|8|DE\n7|8|DE\n"],
  ["after an empty line", "\n", "\n"],
];

const OTHERS: Stream = [7, 8, "DE"];

for (const [place, before, after] of PLACES) {
  Deno.test(`PipeParser.parse() knows each row for what it is, ${place}`, NO_PERMISSIONS, () => {
    for (const [row, expected] of ROWS) {
      // A line of no bytes at the very end of a log is no line.
      if (row === "" && after === "") continue;
      const { streams, tally } = parse(before + row + after);
      const what = JSON.stringify(row);
      const isStream = typeof expected !== "string";
      const own = streams.filter((stream) => String(stream) !== String(OTHERS));
      assert.deepEqual(own, isStream ? [expected] : [], what);
      const emptyLines = place === "after an empty line" ? 1 : 0;
      for (const [reason, count] of Object.entries(tally.rejected)) {
        const extra = reason === "empty" ? emptyLines : 0;
        assert.equal(count - extra, reason === expected ? 1 : 0, `${what}, ${reason}`);
      }
    }
  });
}

const FEEDINGS: readonly Feeding[] = [
  { chunkBytes: 1 },
  { chunkBytes: 2 },
  { chunkBytes: 3 },
  { chunkBytes: 7 },
  { chunkBytes: 41 },
  { capacity: 1 },
  { capacity: 2, chunkBytes: 50 },
];

Deno.test("PipeParser.parse() needs no certain chunks or blocks", NO_PERMISSIONS, () => {
  for (const start of ["", BOM]) {
    for (const end of ["", "\n", "\r\n"]) {
      const log = start + ROWS.map(([row]) => row).join("\n") + end;
      const whole = parse(log);
      assert.equal(whole.tally.rows, ROWS.length);
      assert.deepEqual(
        whole.streams,
        ROWS.flatMap(([, row]) => typeof row === "string" ? [] : [row]),
      );
      for (const feeding of FEEDINGS) {
        assert.deepEqual(parse(log, feeding), whole, JSON.stringify(feeding));
      }
    }
  }
});

/** Whole logs: their rows, their streams, and the reasons of the rejected rows in order. */
const LOGS: readonly [what: string, log: string, rows: number, streams: number, reasons: string][] =
  [
    ["of no bytes", "", 0, 0, ""],
    ["of one line end", "\n", 1, 0, "empty"],
    ["of CR and LF", "\r\n", 1, 0, "empty"],
    ["of one CR", "\r", 1, 0, "empty"],
    ["of a byte order mark", BOM, 0, 0, ""],
    ["of a byte order mark and a line end", `${BOM}\n`, 1, 0, "empty"],
    ["of a byte order mark and a row", `${BOM}1|2|FR`, 1, 1, ""],
    ["with blanks behind the byte order mark", `${BOM} 1|2|FR\n`, 1, 1, ""],
    ["with two byte order marks", `${BOM}${BOM}1|2|FR\n`, 1, 0, "song"],
    ["with a byte order mark in the second line", `1|2|FR\n${BOM}1|2|FR\n`, 2, 1, "song"],
    ["of a part of a byte order mark", "\xef\xbb", 1, 0, "fields"],
    ["of one byte of a byte order mark", "\xef", 1, 0, "fields"],
    ["that begins with a part of a byte order mark", "\xef\xbb1|2|FR\n", 1, 0, "song"],
    ["of two bytes", "1\n", 1, 0, "fields"],
    ["with CRLF everywhere", "1|2|FR\r\n3|4|DE\r\n", 2, 2, ""],
    ["with CRLF and no last line end", "1|2|FR\r\n3|4|DE", 2, 2, ""],
    ["that ends with CR", "1|2|FR\n3|4|DE\r", 2, 2, ""],
    ["with empty lines at its end", "1|2|FR\n\n\n", 3, 1, "empty empty"],
    ["that ends with a blank", "1|2|FR\n ", 2, 1, "empty"],
    ["with NUL bytes for its second half", "1|2|FR\n\0\0\0\0\0\0", 2, 1, "fields"],
    ["in UTF-16", "\xff\xfe1\0|\x002\0|\0F\0R\0\n\0", 2, 0, "song fields"],
  ];

for (const [what, log, rows, streams, reasons] of LOGS) {
  Deno.test(`PipeParser.parse() reads a log ${what}`, NO_PERMISSIONS, () => {
    for (const chunkBytes of [1, 2, 1000]) {
      const made = parse(log, { chunkBytes });
      assert.equal(made.tally.rows, rows);
      assert.equal(made.streams.length, streams);
      assert.equal(made.tally.firstRejected.map(({ reason }) => reason).join(" "), reasons);
    }
  });
}

/** A line of so many bytes that is a stream, and one that would be `empty` or `fields`. */
const lineOf = (sizeBytes: number) => "1|2|FR".padStart(sizeBytes);
const LONG_LINES: readonly [what: string, line: string, expected: Stream | RejectReason][] = [
  ["65536 bytes", lineOf(65536), [1, 2, "FR"]],
  ["65537 bytes", lineOf(65537), "too-long"],
  ["65538 bytes", lineOf(65538), "too-long"],
  ["65536 bytes and CR", `${lineOf(65536)}\r`, [1, 2, "FR"]],
  ["65537 bytes and CR", `${lineOf(65537)}\r`, "too-long"],
  ["65535 bytes and two CR", `${lineOf(65535)}\r\r`, "country"],
  ["65536 bytes and two CR", `${lineOf(65536)}\r\r`, "too-long"],
  ["65536 blanks", " ".repeat(65536), "empty"],
  ["65537 blanks", " ".repeat(65537), "too-long"],
  ["65536 bars", "|".repeat(65536), "fields"],
  ["65537 bars", "|".repeat(65537), "too-long"],
  ["65537 letters", "x".repeat(65537), "too-long"],
  ["200000 digits", "1".repeat(200_000), "too-long"],
];

for (const [what, line, expected] of LONG_LINES) {
  Deno.test(
    `PipeParser.parse() judges a line of ${what} by its length first`,
    NO_PERMISSIONS,
    () => {
      const isStream = typeof expected !== "string";
      for (const chunkBytes of [997, 65_536, 65_537, 65_538, 65_539, 300_000]) {
        for (
          const [before, after] of [["", ""], ["", "\n"], ["7|8|DE\n", "\n7|8|DE\nx\n"], [
            BOM,
            "\n",
          ]]
        ) {
          const { streams, tally } = parse(before + line + after, { chunkBytes });
          const own = streams.filter((stream) => String(stream) !== String(OTHERS));
          assert.deepEqual(own, isStream ? [expected] : [], `in chunks of ${chunkBytes} bytes`);
          const others = after.length > 1;
          assert.equal(tally.rows, others ? 4 : 1);
          if (others) assert.equal(streams.filter(([song]) => song === 7).length, 2);
          const reasons = tally.firstRejected.map(({ line, reason }) => `${line} ${reason}`);
          const ownLine = others ? 2 : 1;
          const rejected = isStream ? [] : [`${ownLine} ${expected}`];
          assert.deepEqual(reasons, others ? [...rejected, "4 fields"] : rejected);
        }
      }
    },
  );
}

Deno.test("PipeParser.parse() counts a line of 3 MB as one rejected row", NO_PERMISSIONS, () => {
  for (const unit of ["x", "|", " ", "1|2|FR\r"]) {
    const line = unit.repeat(Math.ceil(3_000_000 / unit.length));
    for (const chunkBytes of [10_007, 65_538, 1 << 20]) {
      const alone = parse(line, { chunkBytes });
      assert.deepEqual([alone.tally.rows, alone.tally.rejected["too-long"]], [1, 1]);
      const inside = parse(`1|2|FR\n${line}\n3|4|DE\n`, { chunkBytes });
      assert.deepEqual(inside.streams, [[1, 2, "FR"], [3, 4, "DE"]]);
      assert.deepEqual([inside.tally.rows, inside.tally.rejected["too-long"]], [3, 1]);
    }
  }
});

Deno.test(
  "PipeParser.parse() keeps the first rejected rows with their lines",
  NO_PERMISSIONS,
  () => {
    const log = ["1|2|FR", "a", "1|2|FR", "", "-1|2|FR", "1||FR", "1|2|fr", "b", "c"].join("\n");
    for (const chunkBytes of [1, 1000]) {
      const { tally } = parse(log, { chunkBytes });
      assert.equal(SHOWN_REJECTED_ROWS, 5);
      assert.deepEqual(tally.firstRejected, [
        { line: 2, reason: "fields", text: "a" },
        { line: 4, reason: "empty", text: "" },
        { line: 5, reason: "song", text: "-1|2|FR" },
        { line: 6, reason: "user", text: "1||FR" },
        { line: 7, reason: "country", text: "1|2|fr" },
      ]);
      assert.equal(tally.rows, 9);
    }
  },
);

const EXCERPTS: readonly [row: string, text: string][] = [
  ["abc", "abc"],
  ["a\tb", "a\\x09b"],
  ["\x1b[31mred", "\\x1b[31mred"],
  ["\xef\xbf\xbd", "\\xef\\xbf\\xbd"],
  ["\0\x7f~ ", "\\x00\\x7f~ "],
  ["abc\r", "abc"],
  ["abc\r\r", "abc\\x0d"],
  ["x".repeat(60), "x".repeat(60)],
  ["x".repeat(61), `${"x".repeat(60)}...`],
  [`${"x".repeat(60)}\r`, "x".repeat(60)],
  ["y".repeat(70_000), `${"y".repeat(60)}...`],
];

Deno.test(
  "PipeParser.parse() shows a rejected row's first bytes, made harmless",
  NO_PERMISSIONS,
  () => {
    for (const [row, text] of EXCERPTS) {
      for (const log of [row, `${row}\n`, `${row}\n1|2|FR\n`]) {
        for (const chunkBytes of [5, 100_000]) {
          const { firstRejected } = parse(log, { chunkBytes }).tally;
          assert.deepEqual(firstRejected.map((rejected) => rejected.text), [text]);
        }
      }
    }
  },
);

Deno.test("PipeParser.parse() reads from and to the given positions only", NO_PERMISSIONS, () => {
  const bytes = new TextEncoder().encode("9|9|DE\n1|2|FR\n9|9|DE\n");
  const block = createStreamBlock();
  const parser = pipe.parser();
  assert.equal(parser.parse(bytes, 7, 13, false, block), 7, "a row without its end waits");
  assert.equal(block.length, 0);
  assert.equal(parser.parse(bytes, 7, 14, false, block), 14);
  assert.deepEqual([block.length, block.songs[0], parser.tally.rows], [1, 1, 1]);
  assert.equal(parser.parse(bytes, 14, 14, true, block), 14);
  assert.equal(parser.tally.rows, 1);
});

Deno.test(
  "PipeParser.parse() appends to a block and stops where it is full",
  NO_PERMISSIONS,
  () => {
    const bytes = new TextEncoder().encode("1|1|FR\n".repeat(50));
    const block = createStreamBlock(20);
    const parser = pipe.parser();
    block.length = 5;
    assert.equal(parser.parse(bytes, 0, bytes.length, true, block), 15 * 7);
    assert.equal(block.length, 20);
    assert.equal(
      parser.parse(bytes, 105, bytes.length, true, block),
      105,
      "a full block takes none",
    );
    assert.equal(parser.tally.rows, 15);
  },
);

Deno.test("pipe.parser() begins a log of its own each time", NO_PERMISSIONS, () => {
  assert.equal(pipe.name, "pipe");
  const [first, second] = [pipe.parser(), pipe.parser()];
  first.parse(new TextEncoder().encode("x\n"), 0, 2, true, createStreamBlock());
  assert.deepEqual([first.tally.rows, second.tally.rows], [1, 0]);
});
