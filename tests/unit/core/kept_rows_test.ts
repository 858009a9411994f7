import assert from "node:assert/strict";
import { ByteBuffer } from "../../../core/bytes.ts";
import { type KeptRow, rowKeeper } from "../../../core/kept_rows.ts";
import { chartRows, CHARTS, HOSTILE, MOST, shapeOf } from "../formats/sample_charts.ts";
import { test } from "./_support.ts";

for (const chart of CHARTS) {
  for (const most of [1, 2, 50]) {
    test(`rowKeeper() keeps the first ${most} songs of a chart ${chart.what}`, () => {
      const rows: KeptRow[] = [];
      const out = new ByteBuffer();
      const keeper = rowKeeper(shapeOf(chart), most, rows);
      for (const row of chartRows(chart)) keeper.print(row, out);
      assert.equal(out.length, 0, "nothing is printed");
      assert.deepEqual(
        rows,
        chart.keys.map(({ key, songs }) => {
          const kept = songs.slice(0, most);
          return {
            key: String(key),
            songs: kept.map(([song]) => String(song)),
            streams: kept.map(([, streams]) => streams),
          };
        }),
      );
    });
  }
}

test("rowKeeper() keeps every kind of id", () => {
  const songs = CHARTS.flatMap(({ keys }) => keys.flatMap((key) => key.songs.map(([id]) => id)));
  assert.ok(songs.includes(MOST) && HOSTILE.every((id) => songs.includes(id)));
});
