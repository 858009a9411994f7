/** Movement in every writer that has it: the same rows come back. */
import assert from "node:assert/strict";
import { parquetReadObjects } from "npm:hyparquet@1.31.5";
import { MemorySink } from "../../../core/bytes.ts";
import type { IdKind } from "../../../core/streams.ts";
import { crc32 } from "../../../core/crc32.ts";
import { WRITERS } from "../../../formats/built_in.ts";
import type { Writer } from "../../../formats/interface.ts";
import type { MovedChart } from "../../../io/history.ts";
import { printMoved } from "../../../io/moved_report.ts";

const MOVEMENTS = [
  { kind: "up", previous: 3, daysOnChart: 12, peak: 1 },
  { kind: "new", daysOnChart: 1, peak: 2 },
  { kind: "unknown", daysOnChart: 400, peak: 3 },
] as const;

/** Charts of two countries with songs that are numbers, or texts that formats have to quote. */
function chartsOf(ids: IdKind): MovedChart[] {
  const songs = ids === "number" ? ["71", "88", "9007199254740991"] : ['a,"b"', "Zoë", "=1"];
  return ["DE", "FR"].map((key, i) => ({
    key,
    songs: songs.slice(i),
    streams: [9, 5, 1].slice(i),
    movements: MOVEMENTS.slice(i),
  }));
}

async function printed(writer: Writer, ids: IdKind): Promise<Uint8Array> {
  const sink = new MemorySink();
  const shape = { kind: "country", top: 50, ids } as const;
  const written = await printMoved(writer, { shape, charts: chartsOf(ids) }, sink);
  const bytes = sink.toBytes();
  assert.deepEqual(written, { sizeBytes: bytes.length, crc32: crc32(bytes) });
  return bytes;
}

const writerOf = (name: string): Writer => WRITERS.find((writer) => writer.name === name)!;

Deno.test("csv, jsonl and parquet have movement, and no other writer", () => {
  const names = WRITERS.filter(({ takesMovement }) => takesMovement).map(({ name }) => name);
  assert.deepEqual(names, ["csv", "jsonl", "parquet"]);
});

Deno.test("printMoved() prints csv", async () => {
  assert.equal(
    new TextDecoder().decode(await printed(writerOf("csv"), "text")),
    "key,rank,song,streams,movement,previous_rank,days_on_chart,peak_rank\n" +
      'DE,1,"a,""b""",9,up,3,12,1\nDE,2,Zoë,5,new,,1,2\nDE,3,"=1",1,unknown,,400,3\n' +
      'FR,1,Zoë,5,new,,1,2\nFR,2,"=1",1,unknown,,400,3\n',
  );
});

for (const ids of ["number", "text"] as const) {
  Deno.test(`printMoved() prints jsonl of ids that are ${ids}`, async () => {
    const text = new TextDecoder().decode(await printed(writerOf("jsonl"), ids));
    const rows = text.trimEnd().split("\n").map((line) => JSON.parse(line));
    const expected = chartsOf(ids).map(({ key, songs, streams, movements }) => ({
      key,
      songs: songs.map((song, i) => {
        const { kind, daysOnChart, peak } = movements[i];
        const moved = { movement: kind, daysOnChart, peakRank: peak };
        const previous = "previous" in movements[i] ? { previousRank: movements[i].previous } : {};
        const id = ids === "number" ? Number(song) : song;
        return { rank: i + 1, song: id, streams: streams[i], ...moved, ...previous };
      }),
    }));
    assert.deepEqual(rows, expected);
  });

  Deno.test(`printMoved() prints parquet of ids that are ${ids}`, async () => {
    const { buffer } = await printed(writerOf("parquet"), ids);
    const rows = await parquetReadObjects({ file: buffer as ArrayBuffer });
    const expected = chartsOf(ids).flatMap(({ key, songs, streams, movements }) =>
      songs.map((song, i) => ({
        ...{ key, rank: i + 1, song: ids === "number" ? BigInt(song) : song },
        ...{ streams: BigInt(streams[i]), movement: movements[i].kind },
        previous_rank: movements[i].previous ?? null,
        ...{ days_on_chart: movements[i].daysOnChart, peak_rank: movements[i].peak },
      }))
    );
    assert.deepEqual(rows, expected);
  });
}
