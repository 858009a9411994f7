import assert from "node:assert/strict";
import { named, readerFor, READERS } from "../../../formats/built_in.ts";
import { pipe } from "../../../formats/pipe.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

Deno.test("named() finds a format by its name, and names all where there is none", () => {
  for (const reader of READERS) assert.equal(named(READERS, reader.name, "reader"), reader);
  const names = READERS.map(({ name }) => name).join(", ");
  assert.throws(() => named(READERS, "xml", "reader"), {
    name: "RangeError",
    message: `Cannot use reader "xml": unknown, expected one of ${names}`,
  });
});

Deno.test("readerFor() goes by the ending, then by the first bytes, then by what is usual", () => {
  const cases: readonly [name: string, head: string, reader: string][] = [
    ["a.csv", "71|5|FR\n", "csv"],
    ["a.TSV", "", "tsv"],
    ["a.jsonl", "", "jsonl"],
    ["a.parquet", "", "parquet"],
    ["a.log", '{"song":71}\n', "jsonl"],
    ["a.log", "PAR1....", "parquet"],
    ["a.log", "71|5|FR\n", "pipe"],
    ["log", "", "pipe"],
  ];
  for (const [name, head, expected] of cases) {
    const found = readerFor(READERS, { name, head: bytes(head), usual: pipe });
    assert.equal(found.name, expected, `${name}, ${head}`);
  }
});
