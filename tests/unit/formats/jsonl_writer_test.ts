import assert from "node:assert/strict";
import { jsonlWriter } from "../../../formats/jsonl_writer.ts";
import {
  type Chart,
  CHARTS,
  largeChart,
  MOST,
  printed,
  printedApart,
  textOf,
} from "./sample_charts.ts";

const NO_PERMISSIONS = { permissions: "none" } as const;

/** The naive way: objects and JSON.stringify. */
function naive({ keys }: Chart): string {
  return keys.map(({ key, songs }) => {
    const list = songs.map(([song, streams], i) => ({ rank: i + 1, song, streams }));
    return `${JSON.stringify({ key, songs: list })}\n`;
  }).join("");
}

for (const chart of [...CHARTS, largeChart(300, 7), largeChart(300, 7, "text")]) {
  Deno.test(`jsonlWriter.printer() prints a chart ${chart.what}`, NO_PERMISSIONS, () => {
    const report = textOf(printed(jsonlWriter, chart));
    assert.equal(report, naive(chart));
    const objects = report.split("\n").slice(0, -1).map((line) => JSON.parse(line));
    const keys = objects.map(({ key, songs }) => ({
      key,
      songs: songs.map((song: { song: unknown; streams: unknown }) => [song.song, song.streams]),
    }));
    assert.deepEqual(keys, chart.keys, "read back");
  });

  Deno.test(`jsonlWriter.printer() needs no certain buffer, ${chart.what}`, NO_PERMISSIONS, () => {
    const whole = textOf(printed(jsonlWriter, chart));
    for (const capacity of [1, 7, 16, 63, 1000]) {
      assert.equal(textOf(printed(jsonlWriter, chart, { capacity })), whole);
      assert.equal(textOf(printed(jsonlWriter, chart, { capacity, drainBytes: 50 })), whole);
    }
    if (chart.keys.length > 0) assert.equal(textOf(printedApart(jsonlWriter, chart)), whole);
  });
}

Deno.test("jsonlWriter.printer() prints as the documentation shows", NO_PERMISSIONS, () => {
  const countries = [{ key: "FR", songs: [[123, 9], [4, 1]] as const }];
  assert.equal(
    textOf(printed(jsonlWriter, { what: "", kind: "country", ids: "number", keys: countries })),
    '{"key":"FR","songs":[{"rank":1,"song":123,"streams":9},{"rank":2,"song":4,"streams":1}]}\n',
  );
  const users = [{ key: MOST, songs: [[MOST, MOST]] as const }];
  assert.equal(
    textOf(printed(jsonlWriter, { what: "", kind: "user", ids: "number", keys: users })),
    `{"key":${MOST},"songs":[{"rank":1,"song":${MOST},"streams":${MOST}}]}\n`,
  );
  const texts = [{ key: 'a"\\', songs: [["7", 1]] as const }];
  assert.equal(
    textOf(printed(jsonlWriter, { what: "", kind: "user", ids: "text", keys: texts })),
    '{"key":"a\\"\\\\","songs":[{"rank":1,"song":"7","streams":1}]}\n',
  );
});

Deno.test("jsonlWriter is a writer of jsonl files whose parts can be put together", () => {
  const { name, extension, isCutAtKeys } = jsonlWriter;
  assert.deepEqual([name, extension, isCutAtKeys], ["jsonl", "jsonl", true]);
});
