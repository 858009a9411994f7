import assert from "node:assert/strict";
import { hintOf, likelyWord } from "../../../cli/suggest.ts";

Deno.test(
  "likelyWord() finds the word with the fewest edits, or none",
  { permissions: "none" },
  () => {
    const words = ["top", "csv", "jsonl", "parquet", "html"];
    const cases: readonly [typed: string, likely: string | undefined][] = [
      ["htlm", "html"],
      ["HTML", "html"],
      ["json", "jsonl"],
      ["parqet", "parquet"],
      ["parket", "parquet"],
      ["cvs", "csv"],
      ["tpo", "top"],
      ["xml", undefined],
      ["", undefined],
      ["spreadsheet", undefined],
    ];
    for (const [typed, likely] of cases) assert.equal(likelyWord(typed, words), likely, typed);
    assert.equal(likelyWord("fish", ["bash", "zsh"]), undefined);
    assert.equal(hintOf("htlm", words), ' (did you mean "html"?)');
    assert.equal(hintOf("xml", words), "");
  },
);
