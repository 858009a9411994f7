import assert from "node:assert/strict";
import { createRowTally } from "../../../core/streams.ts";
import { lowerFirst, percent, tooManyRejected } from "../../../core/messages.ts";

const NO_PERMISSIONS = { permissions: "none" } as const;

Deno.test("percent() writes at most two decimals", NO_PERMISSIONS, () => {
  const cases = [[0, "0 %"], [0.01, "1 %"], [0.005, "0.5 %"], [1 / 3, "33.33 %"], [1, "100 %"]];
  for (const [share, text] of cases as [number, string][]) assert.equal(percent(share), text);
});

Deno.test("lowerFirst() leaves an abbreviation as it is", NO_PERMISSIONS, () => {
  const cases = [["Cannot use it", "cannot use it"], ["A log", "a log"], [
    "TLS failed",
    "TLS failed",
  ]];
  for (const [text, lowered] of [...cases, ["", ""]]) assert.equal(lowerFirst(text), lowered);
});

Deno.test(
  "tooManyRejected() names the log, figures, reasons and first rows",
  NO_PERMISSIONS,
  () => {
    const tally = createRowTally();
    tally.rows = 200;
    tally.rejected.song = 2;
    tally.rejected["too-long"] = 1;
    tally.firstRejected.push({ line: 3, reason: "song", text: "x|1|DE" });
    tally.firstRejected.push({ line: 9, reason: "too-long", text: "1|1|1..." });
    assert.equal(
      tooManyRejected("logs/listen-20211201.log", tally, 0.01),
      'Cannot use log "logs/listen-20211201.log": 3 of 200 rows rejected, 1.5 % ' +
        "(song 2, too-long 1), expected at most 1 % (--max-rejected)\n" +
        "  line 3 (song): x|1|DE\n" +
        "  line 9 (too-long): 1|1|1...",
    );
  },
);
