/**
 * Comparing texts and folders, with messages that fit on a screen.
 *
 * @module
 */

import assert from "node:assert/strict";

/** Asserts that two texts are equal; shows the first line that differs. */
export function assertSameText(actual: string, expected: string, what: string): void {
  if (actual === expected) return;
  const lines = expected.split("\n");
  const others = actual.split("\n");
  const first = lines.findIndex((line, i) => line !== others[i]);
  const at = first < 0 ? lines.length : first;
  assert.fail(
    `${what} differs in line ${at + 1}:\n  is       ${shown(others[at])}\n  expected ${
      shown(lines[at])
    }`,
  );
}

function shown(line: string | undefined): string {
  return line === undefined ? "the end" : JSON.stringify(line.slice(0, 100));
}

/** Files, or other texts, by their names. */
export type Texts = Readonly<Record<string, string>>;

/** Asserts that two folders hold the same files with the same bytes; shows which differ. */
export function assertSameFiles(actual: Texts, expected: Texts, what = "a folder"): void {
  const names = new Set([...Object.keys(actual), ...Object.keys(expected)]);
  const differences = [...names].flatMap((name) => {
    if (actual[name] === expected[name]) return [];
    if (actual[name] === undefined) return [`${name} is gone`];
    return expected[name] === undefined ? [`${name} is too much`] : [`${name} has other bytes`];
  });
  if (differences.length > 0) assert.fail(`${what}: ${differences.join(", ")}`);
}
