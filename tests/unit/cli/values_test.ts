import assert from "node:assert/strict";
import {
  count,
  day,
  folder,
  listed,
  oneOf,
  orWord,
  type Reading,
  share,
  size,
  someOf,
  type ValueKind,
  wholeNumber,
} from "../../../cli/values.ts";

const NO_PERMISSIONS = { permissions: "none" } as const;

/** A text, with what it is to be read as. */
type Case = readonly [text: string, reading: Reading<unknown>];

function testReadings(name: string, kind: ValueKind<unknown>, cases: readonly Case[]): void {
  Deno.test(name, NO_PERMISSIONS, () => {
    for (const [text, reading] of cases) assert.deepEqual(kind.read(text), reading, `"${text}"`);
  });
}

testReadings(
  "wholeNumber() takes digits within its range",
  wholeNumber({ min: 1, max: 3650, unit: "days" }),
  [
    ["1", { value: 1 }],
    ["3650", { value: 3650 }],
    ["007", { value: 7 }],
    ["0", { problem: "0 days" }],
    ["3651", { problem: "3651 days" }],
    ["9".repeat(400), { problem: `${"9".repeat(400)} days` }],
    ["", { problem: "nothing given" }],
    ["x", { problem: "not a whole number" }],
    ["-3", { problem: "not a whole number" }],
    ["+3", { problem: "not a whole number" }],
    ["7.0", { problem: "not a whole number" }],
    ["1e2", { problem: "not a whole number" }],
    ["0x10", { problem: "not a whole number" }],
    [" 7", { problem: "not a whole number" }],
    ["7\n", { problem: "not a whole number" }],
    ["1_000", { problem: "not a whole number" }],
    ["٣", { problem: "not a whole number" }],
  ],
);

testReadings(
  "wholeNumber() shows a number with no unit where it has none",
  wholeNumber({ min: 0, max: 9 }),
  [["10", { problem: "10" }]],
);

testReadings(
  "count() takes underscores and the suffixes k, M and G",
  count({ min: 1, max: 1_000_000_000, unit: "rows" }),
  [
    ["30000000", { value: 30_000_000 }],
    ["30_000_000", { value: 30_000_000 }],
    ["30M", { value: 30_000_000 }],
    ["30m", { value: 30_000_000 }],
    ["5k", { value: 5000 }],
    ["5K", { value: 5000 }],
    ["1G", { value: 1_000_000_000 }],
    ["1_0k", { value: 10_000 }],
    ["2G", { problem: "2G rows" }],
    ["0", { problem: "0 rows" }],
    ["0M", { problem: "0M rows" }],
    ["", { problem: "nothing given" }],
    ["M", { problem: "not a whole number" }],
    ["_1", { problem: "not a whole number" }],
    ["1_", { problem: "not a whole number" }],
    ["1__0", { problem: "not a whole number" }],
    ["1.5M", { problem: "not a whole number" }],
    ["5 k", { problem: "not a whole number" }],
    ["5T", { problem: "not a whole number" }],
  ],
);

testReadings("share reads percent as a share from 0 to 1, rounded once", share, [
  ["1%", { value: 0.01 }],
  ["0.5%", { value: 0.005 }],
  [".5%", { value: 0.005 }],
  ["0.7%", { value: 0.007 }],
  ["0%", { value: 0 }],
  ["100%", { value: 1 }],
  ["100.0%", { value: 1 }],
  ["100.1%", { problem: "100.1%" }],
  ["1", { problem: "no % sign" }],
  ["", { problem: "nothing given" }],
  ["%", { problem: "not a share" }],
  ["-1%", { problem: "not a share" }],
  ["1.%", { problem: "not a share" }],
  ["1%%", { problem: "not a share" }],
  ["one%", { problem: "not a share" }],
]);

testReadings("size reads a number with a unit as whole bytes", size, [
  ["512MiB", { value: 512 * 2 ** 20 }],
  ["512 mib", { value: 512 * 2 ** 20 }],
  ["1.5GiB", { value: 1.5 * 2 ** 30 }],
  ["64KiB", { value: 65_536 }],
  ["64KB", { value: 64_000 }],
  ["800MB", { value: 800_000_000 }],
  ["2GB", { value: 2_000_000_000 }],
  ["1000000B", { value: 1_000_000 }],
  ["1.9B", { value: 1 }],
  ["0MiB", { problem: "0 bytes" }],
  ["0.5B", { problem: "0 bytes" }],
  ["99999999GiB", { problem: "more than 2^53 - 1 bytes" }],
  ["512", { problem: "no unit" }],
  ["512M", { problem: 'unknown unit "M"' }],
  ["512TiB", { problem: 'unknown unit "TiB"' }],
  ["1constructor", { problem: 'unknown unit "constructor"' }],
  ["", { problem: "nothing given" }],
  ["MiB", { problem: "not a size" }],
  ["-1MiB", { problem: "not a size" }],
]);

testReadings("day reads both forms of a day of the calendar", day, [
  ["1970-01-02", { value: 1 }],
  ["19700102", { value: 1 }],
  ["2021-02-29", { problem: "not a day of the calendar" }],
  ["2021-1-1", { problem: "not a day of the calendar" }],
  ["yesterday", { problem: "not a day of the calendar" }],
  ["", { problem: "nothing given" }],
]);

testReadings("folder takes any path", folder, [
  ["logs", { value: "logs" }],
  ["/srv/my logs", { value: "/srv/my logs" }],
  ["-", { value: "-" }],
  ["", { problem: "nothing given" }],
  ["a\0b", { problem: "a NUL character in a path" }],
]);

testReadings("oneOf() takes one of its words as it is written", oneOf(["wide", "sample"]), [
  ["wide", { value: "wide" }],
  ["sample", { value: "sample" }],
  ["Wide", { problem: 'unknown "Wide"', hint: ' (did you mean "wide"?)' }],
  ["", { problem: "nothing given" }],
]);

testReadings("someOf() gives its words in its own order", someOf(["country", "user"]), [
  ["country,user", { value: ["country", "user"] }],
  ["user,country", { value: ["country", "user"] }],
  ["user, country", { value: ["country", "user"] }],
  ["user", { value: ["user"] }],
  ["user,user", { problem: '"user" given twice' }],
  ["users", { problem: 'unknown "users"', hint: ' (did you mean "user"?)' }],
  ["user;country", { problem: 'unknown "user;country"', hint: "" }],
  ["", { problem: "nothing given" }],
  ["user,", { problem: "nothing given" }],
]);

testReadings(
  "orWord() takes its word besides the values of a kind",
  orWord("all", wholeNumber({ min: 1, max: 9, unit: "days" })),
  [
    ["all", { value: "all" }],
    ["9", { value: 9 }],
    ["10", { problem: "10 days" }],
    ["none", { problem: "not a whole number" }],
  ],
);

Deno.test("listed() joins words as a sentence does", NO_PERMISSIONS, () => {
  assert.equal(listed([], "or"), "");
  assert.equal(listed(["a"], "or"), "a");
  assert.equal(listed(["a", "b"], "and"), "a and b");
  assert.equal(listed(["a", "b", "c"], "or"), "a, b or c");
});
