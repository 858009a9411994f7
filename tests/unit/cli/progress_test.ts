import assert from "node:assert/strict";
import { withOutputs } from "../../../cli/console.ts";
import { print, printError } from "../../../cli/console.ts";
import {
  endProgress,
  plainLine,
  progressShower,
  terminalLine,
  timeLeft,
} from "../../../cli/progress.ts";
import { parseDay } from "../../../core/day.ts";
import type { Progress } from "../../../io/meter.ts";

const NO_PERMISSIONS = { permissions: "none" } as const;

const READING: Progress = {
  activity: "reading",
  day: parseDay("2021-12-01"),
  rows: 12_345_678,
  bytes: 296_296_296,
  seconds: 2,
  share: 0.349,
  secondsLeft: 41,
};
const MERGING: Progress = { ...READING, activity: "merging", kind: "country" };
const PUBLISHING: Progress = { ...READING, activity: "publishing", rows: 0, bytes: 0, share: 1 };

Deno.test("terminalLine() leaves out what there is no room for", NO_PERMISSIONS, () => {
  const cases: readonly [progress: Progress, columns: number, line: string][] = [
    [READING, 79, "Reading 2021-12-01  6.2 M rows/s  148 MB/s  34 %  about 40 s left"],
    [MERGING, 79, "Merging country 2021-12-01  6.2 M rows/s  148 MB/s  34 %  about 40 s left"],
    [READING, 64, "Reading 2021-12-01  6.2 M rows/s  148 MB/s  34 %  40 s"],
    [READING, 50, "Reading 2021-12-01  6.2 M rows/s  34 %  40 s"],
    [READING, 39, "Reading 2021-12-01  34 %  40 s"],
    [MERGING, 39, "Merging country 2021-12-01  34 %  40 s"],
    [READING, 24, "Reading 2021-12-01  34 %"],
    [READING, 23, "34 %"],
    [READING, 3, ""],
    [PUBLISHING, 79, "Publishing 2021-12-01  100 %  about 40 s left"],
    [{ ...READING, seconds: 0.1 }, 79, "Reading 2021-12-01  34 %  about 40 s left"],
    [
      { ...READING, rows: 900, bytes: 21_600 },
      79,
      "Reading 2021-12-01  450 rows/s  0.0 MB/s  34 %  about 40 s left",
    ],
    [{ ...READING, rows: 90_000 }, 50, "Reading 2021-12-01  45 k rows/s  34 %  40 s"],
  ];
  for (const [progress, columns, line] of cases) {
    assert.equal(terminalLine(progress, columns).text, line);
    for (let width = 0; width <= columns; width++) {
      assert.ok(terminalLine(progress, width).text.length <= width, `${line} in ${width}`);
    }
  }
});

Deno.test("plainLine() says the same in a sentence", NO_PERMISSIONS, () => {
  const cases: readonly [progress: Progress, line: string][] = [
    [
      READING,
      "Reading 2021-12-01: 12 345 678 rows at 6.2 M rows/s and 148 MB/s; 34 % done, about 40 s left",
    ],
    [
      { ...MERGING, seconds: 0 },
      "Merging country 2021-12-01: 12 345 678 rows; 34 % done, about 40 s left",
    ],
    [PUBLISHING, "Publishing 2021-12-01: 100 % done, about 40 s left"],
  ];
  for (const [progress, line] of cases) assert.equal(plainLine(progress), line);
});

Deno.test("timeLeft() is no finer than is known", NO_PERMISSIONS, () => {
  const cases = [[0, "1 s"], [7.6, "8 s"], [22, "20 s"], [87, "85 s"], [89, "1 min"]] as const;
  for (const [seconds, text] of cases) assert.equal(timeLeft(seconds), text);
  assert.equal(timeLeft(3540), "59 min");
  assert.equal(timeLeft(4800), "1 h 20 min");
});

/** Does something, and returns what went to the outputs, in the order in which it was written. */
async function writtenBy(action: () => void): Promise<string[]> {
  const texts: string[] = [];
  const output = {
    writeSync: (bytes: Uint8Array) => {
      texts.push(new TextDecoder().decode(bytes));
      return bytes.length;
    },
  };
  await withOutputs({ stdout: output, stderr: output }, () => {
    action();
    return Promise.resolve();
  });
  return texts;
}

/** A clock that is set by hand. */
function createClock() {
  const clock = { ms: 1000, now: () => clock.ms };
  return clock;
}

Deno.test("progressShower() refreshes a line, which goes before other texts", async () => {
  const clock = createClock();
  const show = progressShower({ columns: 40, color: false }, clock.now);
  const texts = await writtenBy(() => {
    show(READING);
    show({ ...READING, share: 0.5 });
    clock.ms += 100;
    show({ ...READING, share: 0.5, secondsLeft: 4 });
    show(MERGING);
    printError("Warning: look");
    print("data\n");
    show({ ...MERGING, share: 0.9 });
    clock.ms += 100;
    show({ ...MERGING, share: 0.95 });
    endProgress();
    endProgress();
  });
  assert.deepEqual(texts, [
    "\rReading 2021-12-01  34 %  40 s",
    "\rReading 2021-12-01  50 %  4 s ",
    "\rMerging country 2021-12-01  34 %  40 s",
    `\r${" ".repeat(38)}\r`,
    "Warning: look\n",
    "data\n",
    "\rMerging country 2021-12-01  95 %  40 s",
    `\r${" ".repeat(38)}\r`,
  ]);
});

Deno.test("progressShower() sets the percentage in bold where there is colour", async () => {
  const show = progressShower({ columns: 80, color: true }, createClock().now);
  const texts = await writtenBy(() => (show(PUBLISHING), endProgress()));
  assert.equal(texts[0], "\rPublishing 2021-12-01  \x1b[1m100 %\x1b[22m  about 40 s left");
  assert.equal(texts[1], `\r${" ".repeat(45)}\r`, "what is not seen has no width");
});

Deno.test("progressShower() without a terminal writes a line every 30 seconds", async () => {
  const clock = createClock();
  const show = progressShower(undefined, clock.now);
  const texts = await writtenBy(() => {
    for (let second = 0; second <= 95; second++) {
      show({ ...READING, share: second / 100 });
      clock.ms += 1000;
    }
  });
  const shares = texts.map((text) => /; (\d+) % done, about 40 s left\n$/.exec(text)?.[1]);
  assert.deepEqual(shares, ["30", "60", "90"]);
});
