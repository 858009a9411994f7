import assert from "node:assert/strict";
import { ByteBuffer } from "../../../core/bytes.ts";
import type { ChartRow, ChartShape } from "../../../core/chart.ts";
import { csvWriter } from "../../../formats/csv_writer.ts";
import type { Writer } from "../../../formats/interface.ts";
import { jsonlWriter } from "../../../formats/jsonl_writer.ts";

const SHAPE: ChartShape = { kind: "user", top: 3, ids: "number", hasMovement: true };

/** One that rose, one that is new, one of which nothing is known. */
const ROW: ChartRow = {
  key: 5,
  songs: Float64Array.of(71, 88, 9),
  streams: Float64Array.of(4, 2, 1),
  count: 3,
  texts: new Uint8Array(0),
  movements: [
    { kind: "up", previous: 3, daysOnChart: 12, peak: 1 },
    { kind: "new", previous: undefined, daysOnChart: 1, peak: 2 },
    { kind: "unknown", previous: undefined, daysOnChart: undefined, peak: undefined },
  ],
};

function printed(writer: Writer): string {
  const out = new ByteBuffer(16);
  const printer = writer.printer(SHAPE);
  printer.begin?.(out);
  printer.print(ROW, out);
  printer.end?.(out);
  return new TextDecoder().decode(out.bytes.subarray(0, out.length));
}

Deno.test("csvWriter.printer() leaves a figure of a movement empty that is not known", () => {
  const [, ...lines] = printed(csvWriter).trimEnd().split("\n");
  assert.deepEqual(lines, ["5,1,71,4,up,3,12,1", "5,2,88,2,new,,1,2", "5,3,9,1,unknown,,,"]);
});

Deno.test("jsonlWriter.printer() leaves a figure of a movement out that is not known", () => {
  assert.deepEqual(JSON.parse(printed(jsonlWriter)).songs, [
    {
      rank: 1,
      song: 71,
      streams: 4,
      movement: "up",
      previousRank: 3,
      daysOnChart: 12,
      peakRank: 1,
    },
    { rank: 2, song: 88, streams: 2, movement: "new", daysOnChart: 1, peakRank: 2 },
    { rank: 3, song: 9, streams: 1, movement: "unknown" },
  ]);
});
