import type { IdKind } from "../../../core/streams.ts";
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { MemorySink } from "../../../core/bytes.ts";
import { parseDay } from "../../../core/day.ts";
import {
  idsIn,
  lastLine,
  MIN_QUARANTINE_BYTES,
  quarantineLine,
  QuarantineWriter,
  rowOfLine,
  totalsOf,
} from "../../../formats/quarantine.ts";

const NO_PERMISSIONS = { permissions: "none" } as const;
const DAY = parseDay("2021-12-01")!;

function row(text: string | Uint8Array, isCut = false) {
  const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
  return { line: 17, reason: "song", bytes, isCut } as const;
}

/** The bytes of a row as a line has them. */
function bytesIn(line: string): Uint8Array {
  const { row, base64 } = JSON.parse(line);
  return base64 === undefined ? Buffer.from(row) : Buffer.from(base64, "base64");
}

Deno.test("quarantineLine() keeps every byte of a row", NO_PERMISSIONS, () => {
  const texts = ["", "1|5|fr", '{"song":"a\\u0000"}', "\0\x1b\r\t\u2028\ufeff", "\u{1f3b5}|x"];
  for (const text of texts) {
    const line = quarantineLine("a.log", row(text));
    assert.equal(JSON.parse(line).row, text);
    assert.equal(JSON.parse(line).base64, undefined);
  }
  for (let byte = 0; byte < 256; byte++) {
    const bytes = Uint8Array.of(0x31, byte, 0x7c, byte, 0xff);
    const line = quarantineLine("a.log", row(bytes));
    assert.deepEqual([...bytesIn(line)], [...bytes]);
    assert.match(line, /^\{[^\n]*\}\n$/);
  }
});

Deno.test("quarantineLine() shows what is UTF-8 of a row that is not", NO_PERMISSIONS, () => {
  const line = quarantineLine("a.log", row(Uint8Array.of(0x31, 0x7c, 0xff, 0x7c, 0x46, 0x52)));
  assert.equal(
    line,
    '{"log":"a.log","line":17,"reason":"song","row":"1|\ufffd|FR","base64":"MXz/fEZS"}\n',
  );
});

Deno.test("quarantineLine() says of a row that it goes on", NO_PERMISSIONS, () => {
  assert.equal(JSON.parse(quarantineLine("a.log", row("1|", true))).cut, true);
});

Deno.test(
  "QuarantineWriter holds the first rows that fit, and counts the rest",
  NO_PERMISSIONS,
  () => {
    const rows = Array.from({ length: 100 }, (_, i) => row("x".repeat((i * 7) % 90)));
    const lines = rows.map((each) => quarantineLine("a.log", each));
    for (const limit of [MIN_QUARANTINE_BYTES, 3000, 9000, 2 ** 20]) {
      const sink = new MemorySink();
      const writer = new QuarantineWriter(sink, limit);
      for (const each of rows) writer.add("a.log", each);
      writer.finish(DAY, rows.length);
      const text = new TextDecoder().decode(sink.toBytes());
      assert.ok(text.length <= limit, `${text.length} bytes of ${limit}`);
      const { keptRows } = writer;
      const last = { day: "2021-12-01", rejectedRows: 100, keptRows, leftOutRows: 100 - keptRows };
      assert.equal(text, lines.slice(0, keptRows).join("") + JSON.stringify(last) + "\n");
      assert.equal(writer.isFull, keptRows < rows.length);
      if (keptRows < rows.length) assert.ok(text.length + lines[keptRows].length > limit - 160);
    }
  },
);

Deno.test("idsIn() lists what stands alone in a row", NO_PERMISSIONS, () => {
  const cases: readonly [row: string, ids: IdKind, expected: string[]][] = [
    ["1|5|fr", "number", ["1", "5"]],
    ["1|0005| 7 ", "number", ["1", "5", "7"]],
    ["5", "number", ["5"]],
    ["1|x5|F7R", "number", ["1"]],
    ["00|9007199254740991", "number", ["0", "9007199254740991"]],
    ["12345678901234567|3", "number", ["3"]],
    ['{"song":1,"user":"05"}', "number", ["1", "5"]],
    ["1\\u0005|-5|6.7", "number", ["1", "5", "6", "7"]],
    ["", "number", []],
    ["1| Zo\u00eb |FR|x", "text", ["1", "Zo\u00eb", "FR", "x"]],
    ['a,"b c",d', "text", ["a", '"b c"', "d", "b c"]],
    ['{"user":"Zo\\u00eb"}', "text", ['{"user":"Zo\\u00eb"}', "user", "Zo\u00eb"]],
    ["", "text", []],
  ];
  for (const [text, ids, expected] of cases) {
    assert.deepEqual([...idsIn(text, ids)].sort(), [...expected].sort(), `${text} ${ids}`);
  }
});

Deno.test("rowOfLine() finds rows, and none in the last line", NO_PERMISSIONS, () => {
  assert.equal(rowOfLine(quarantineLine("5.log", row("1|5|fr"))), "1|5|fr");
  const last = lastLine(18962, { rejectedRows: 5, keptRows: 3, forgottenRows: 1 });
  assert.equal(rowOfLine(last), undefined);
  assert.deepEqual(totalsOf(last), { rejectedRows: 5, keptRows: 3, forgottenRows: 1 });
  assert.equal(JSON.parse(last).leftOutRows, 1);
});
