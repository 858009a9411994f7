/** Progress on a real pseudo-terminal: util-linux' script(1) makes one. */
import assert from "node:assert/strict";
import { stripVTControlCharacters } from "node:util";
import { assertCharts, deliverDays, LAST } from "./_week.ts";
import { hasTerminal, onTerminal } from "./_terminal.ts";
import { type Place, testProgram } from "./program.ts";

/** What a terminal gets of a run of two days. */
function ofRun(
  place: Place,
  columns: number,
  env: Record<string, string>,
  ...argv: string[]
): Promise<string> {
  const words = place.runWords("--date", "20211201", "--days", "2", ...argv);
  return onTerminal(place, columns, env, words);
}

/** Plays what a terminal got: the lines that stand there in the end, and all that ever stood. */
function played(text: string): { readonly screen: string[]; readonly widest: number } {
  const screen: string[] = [];
  let widest = 0;
  for (const row of stripVTControlCharacters(text).split("\n")) {
    let line = "";
    for (const part of row.split("\r")) {
      line = part + line.slice(part.length);
      widest = Math.max(widest, part.length);
    }
    screen.push(line.trimEnd());
  }
  return { screen, widest };
}

const hasScript = hasTerminal();

for (const columns of [80, 40]) {
  const name = `run shows its progress in ${columns} columns and clears it at the end`;
  testProgram(hasScript ? name : `${name} (not run: no script(1))`, async (place) => {
    if (!hasScript) return;
    deliverDays(place, LAST, 3);
    const text = await ofRun(place, columns, {});
    const { screen, widest } = played(text);
    for (const task of ["Reading 2021-11-30", "Sorting 2021-12-01", "Merging user 2021-12-01"]) {
      assert.ok(text.includes(`\r${task}  `), `${task} in ${JSON.stringify(text)}`);
    }
    // deno-lint-ignore no-control-regex
    assert.match(text, /\rPublishing 2021-12-01 {2}\x1b\[1m\d+ %\x1b\[22m {2}/);
    assert.ok(screen[0].startsWith("Charts of 2021-12-01: 2 of 2 days used"), screen[0]);
    assert.ok(!screen.some((line) => /Reading|Merging|Publishing/.test(line)), screen.join("\n"));
    if (columns === 80) assert.ok(widest < columns);
    const progress = text.split("\r").filter((part) => /^(?:Read|Sort|Merg|Publ)ing/.test(part));
    for (const line of progress) assert.ok(stripVTControlCharacters(line).length < columns, line);
    assertCharts(place, LAST, [LAST - 1, LAST]);
  }, { needsProcess: true });
}

testProgram("run has no colour with NO_COLOR, and no progress with --quiet", async (place) => {
  if (!hasScript) return;
  deliverDays(place, LAST, 3);
  const plain = await ofRun(place, 80, { NO_COLOR: "1" }, "--days", "3");
  assert.ok(plain.includes("\rMerging user 2021-12-01  ") && !plain.includes("\x1b"), plain);
  assert.equal(await ofRun(place, 80, {}, "--quiet", "--replace"), "");
  const warned = await ofRun(place, 80, {}, "--days", "4", "--quiet");
  // deno-lint-ignore no-control-regex
  assert.match(warned, /^\x1b\[33mWarning\x1b\[39m: neither log nor batch of 2021-11-28: /);
}, { needsProcess: true });
