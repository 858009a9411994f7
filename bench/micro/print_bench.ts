import assert from "node:assert/strict";
import { ByteBuffer } from "../../core/bytes.ts";
import { NO_TEXTS } from "../../core/texts.ts";
import { top } from "../../formats/top.ts";
import { blockOf, logOf, ROW_COUNT } from "./_data.ts";

/** Keys of 25 songs each, as users have them in a week. */
const KEY_SONGS = 25;
const KEYS = ROW_COUNT / KEY_SONGS;

const { songs, users } = blockOf(logOf());
const streams = Float64Array.from(songs, (_, i) => i % 40 === 0 ? 12 : 1 + i % 3);
const printer = top.printer({ kind: "user", top: 50, ids: "number" });
const out = new ByteBuffer(1 << 22);

/** The columns of each key, made once as the selection has them. */
const columns = Array.from({ length: KEYS }, (_, key) => {
  const [from, to] = [key * KEY_SONGS, (key + 1) * KEY_SONGS];
  const part = { songs: songs.subarray(from, to), streams: streams.subarray(from, to) };
  return { key: users[key], count: KEY_SONGS, texts: NO_TEXTS, ...part };
});

function print(): Uint8Array {
  out.length = 0;
  for (const row of columns) printer.print(row, out);
  return out.used();
}

function printNaively(): Uint8Array {
  const lines = columns.map(({ key, songs, streams }) =>
    `${key}|${Array.from(songs, (song, i) => `${song}:${streams[i]}`).join(",")}\n`
  );
  return new TextEncoder().encode(lines.join(""));
}

assert.deepEqual(print(), printNaively());

const size = `${ROW_COUNT} entries, ${out.length} bytes`;
Deno.bench({ name: `top: ${size}`, group: "print" }, () => void print());
Deno.bench(
  { name: `template strings: ${size}`, group: "print", baseline: true },
  () => void printNaively(),
);
