/** Formats from outside: what is exported, and what they do, is checked. */
import assert from "node:assert/strict";
import { ByteBuffer } from "../../../core/bytes.ts";
import { createRowTally, createStreamBlock, type StreamBlock } from "../../../core/streams.ts";
import { NO_TEXTS } from "../../../core/texts.ts";
import type { Reader, RowParser } from "../../../formats/interface.ts";
import { pipe } from "../../../formats/pipe.ts";
import { checkedReader, checkedWriter } from "../../../formats/plugin.ts";
import { top } from "../../../formats/top.ts";

const PATH = "./mine.js";
const READER = { ...pipe, name: "mine" };
const WRITER = { ...top, name: "mine" };

function test(name: string, body: () => void): void {
  Deno.test(name, { permissions: "none" }, body);
}

test("checkedReader() takes a reader that keeps the contract", () => {
  const { parser, name } = checkedReader({ reader: READER }, PATH) as Reader;
  const bytes = new TextEncoder().encode("7|1|FR\nwrong\n8|2|DE\n");
  const block = createStreamBlock();
  const made = parser();
  assert.equal(made.parse(bytes, 0, bytes.length, true, block), bytes.length);
  assert.deepEqual([name, block.length, made.tally.rows], ["mine", 2, 3]);
});

const REFUSED: readonly [what: string, module: unknown, message: string][] = [
  ["no export", {}, 'no export "reader", expected an object of that name'],
  ["a default export", { default: READER }, 'no export "reader", expected an object of that name'],
  ["a function", { reader: () => {} }, 'no export "reader", expected an object of that name'],
  [
    "no name",
    { reader: { ...READER, name: 1 } },
    "name 1, expected lower-case letters, digits and -",
  ],
  [
    "a name with a slash",
    { reader: { ...READER, name: "a/b" } },
    'name "a/b", expected lower-case letters, digits and -',
  ],
  [
    "the name of a built-in reader",
    { reader: pipe },
    'name "pipe" is that of a built-in reader, expected another one',
  ],
  [
    "no parser",
    { reader: { ...READER, parser: undefined } },
    "neither of the functions, expected readLine or parser",
  ],
  [
    "a wrong type",
    { reader: { ...READER, isCutAtLines: "yes" } },
    "isCutAtLines is string, expected a boolean",
  ],
];

for (const [what, module, message] of REFUSED) {
  test(`checkedReader() refuses ${what}`, () => {
    assert.throws(() => checkedReader(module, PATH), {
      message: `Cannot use reader "./mine.js": ${message} (docs/writing-a-format.md)`,
    });
  });
}

type Parse = (block: StreamBlock, to: number) => unknown;

/** Parsers that break the contract, and what is said of them. */
const BROKEN: readonly [what: string, parse: Parse, message: string][] = [
  ["throws", () => assert.fail("oh"), 'it threw "oh", expected it not to throw'],
  [
    "returns nothing",
    () => undefined,
    "parse() returned undefined, expected a position from 0 to 9",
  ],
  ["goes too far", () => 10, "parse() returned 10, expected a position from 0 to 9"],
  [
    "returns a promise",
    () => Promise.resolve(9),
    "parse() returned [object Promise], expected a position from 0 to 9",
  ],
  [
    "leaves bytes of the end",
    () => 5,
    "parse() left 4 bytes of the end, expected all to be consumed",
  ],
  [
    "overfills the block",
    (block, to) => (block.length = 5, to),
    "the block has 5 streams, expected 0 to 4",
  ],
  [
    "does not count its rows",
    (block, to) => (block.length = 1, to),
    "a tally of 0 rows, expected 1 streams and 0 rejected rows",
  ],
  [
    "gives a song that is none",
    (block, to) => (block.songs[0] = -1, block.length = 1, to),
    "song -1, expected an id",
  ],
  [
    "gives a user that is none",
    (block, to) => (block.users[0] = 0.5, block.length = 1, to),
    "user 0.5, expected an id",
  ],
  [
    "gives a country that is none",
    (block, to) => (block.countries[0] = 676, block.length = 1, to),
    "country 676, expected a key from 0 to 675",
  ],
];

for (const [what, parse, message] of BROKEN) {
  test(`a reader from outside that ${what} is named in the error`, () => {
    const parser = (): RowParser => ({
      tally: createRowTally(),
      parse: (_bytes, _from, to, _isLast, block) => parse(block, to) as number,
    });
    const reader = checkedReader({ reader: { ...READER, parser } }, PATH) as Reader;
    const made = reader.parser();
    assert.throws(() => made.parse(new Uint8Array(9), 0, 9, true, createStreamBlock(4)), {
      message: `Cannot go on with reader "mine" (./mine.js): ${message}`,
    });
  });
}

test("a reader from outside whose parser() gives nonsense is named in the error", () => {
  for (const parser of [() => undefined, () => ({}), () => ({ parse: 1, tally: {} })]) {
    const reader = checkedReader({ reader: { ...READER, parser } }, PATH) as Reader;
    assert.throws(() => reader.parser(), {
      message: 'Cannot go on with reader "mine" (./mine.js): parser() gave no parser, ' +
        "expected an object with parse() and tally",
    });
  }
});

test("checkedWriter() takes a writer that keeps the contract, and refuses others", () => {
  const writer = checkedWriter({ writer: WRITER }, PATH);
  const out = new ByteBuffer();
  const row = { key: 7, songs: Float64Array.of(5), streams: Float64Array.of(2), count: 1 };
  writer.printer({ kind: "user", top: 1, ids: "number" }).print({ ...row, texts: NO_TEXTS }, out);
  assert.equal(new TextDecoder().decode(out.used()), "7|5:2\n");
  assert.throws(() => checkedWriter({ writer: { ...WRITER, extension: "../x" } }, PATH), {
    message:
      'Cannot use writer "./mine.js": extension "../x", expected lower-case letters and digits',
  });
  assert.throws(() => checkedWriter({ writer: top }, PATH), /is that of a built-in writer/);
});

test("a writer from outside that throws or breaks the buffer is named in the error", () => {
  const cases: [print: (out: ByteBuffer) => void, message: RegExp][] = [
    [
      () => assert.fail("oh"),
      /^ContractError: Cannot go on with writer "mine" \(\.\/mine\.js\): it threw "oh", expected/,
    ],
    [(out) => void (out.length = -1), /print\(\) left a length of -1, expected 0 to \d+$/],
    [(out) => void (out.length = 2 ** 40), /print\(\) left a length of 1099511627776/],
  ];
  for (const [print, message] of cases) {
    const printer = () => ({ print: (_row: unknown, out: ByteBuffer) => print(out) });
    const writer = checkedWriter({ writer: { ...WRITER, printer } }, PATH);
    const row = { key: 7, songs: NO_TEXTS, streams: NO_TEXTS, count: 1, texts: NO_TEXTS };
    assert.throws(
      () =>
        writer.printer({ kind: "user", top: 1, ids: "number" })
          .print(row as never, new ByteBuffer()),
      message,
    );
  }
});
