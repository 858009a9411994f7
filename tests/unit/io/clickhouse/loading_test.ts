import assert from "node:assert/strict";
import { createStreamBlock } from "../../../../core/streams.ts";
import { Insert } from "../../../../io/clickhouse/insert.ts";
import { Loading, waitingBytes } from "../../../../io/clickhouse/loading.ts";

const MEGABYTE = 2 ** 20;

Deno.test("waitingBytes() is a share of the memory, a megabyte at most and a block at least", () => {
  assert.equal(waitingBytes(256 * MEGABYTE, 2), MEGABYTE);
  assert.equal(waitingBytes(256 * MEGABYTE, 4 * 64), MEGABYTE / 2);
  assert.equal(waitingBytes(1024, 4 * 64), 1024 * 26);
  for (const tables of [1, 2, 16, 128]) {
    for (const memory of [16, 64, 256]) {
      const all = waitingBytes(memory * MEGABYTE, tables) * tables;
      assert.ok(all <= memory * MEGABYTE / 2, `${tables} tables, ${memory} MiB: ${all}`);
    }
  }
});

/** The songs in blocks of four columns: a day, a load, a user and a song that are numbers. */
function songsIn(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const songs: number[] = [];
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let scale = 1;; scale *= 128) {
      const byte = bytes[at++];
      value += byte % 128 * scale;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    assert.equal(varint(), 4, "columns");
    const rows = varint();
    for (const width of [2, 8, 8, 8]) {
      for (let head = 0; head < 2; head++) {
        const length = varint();
        at += length;
      }
      at += width * rows;
    }
    for (let i = rows; i > 0; i--) songs.push(Number(view.getBigUint64(at - 8 * i, true)));
  }
  return songs;
}

/** A server that keeps the songs of every insert; the second one is refused where it is to be. */
function fakeServer(refusal?: string) {
  const inserts: number[][] = [];
  let begun = 0;
  const insert = (_act: string, _sql: string, _settings = {}, waiting?: number): Insert => {
    const number = ++begun;
    return new Insert(async (body) => {
      const bytes = new Uint8Array(await new Response(body).arrayBuffer());
      if (number === 2 && refusal !== undefined) throw new Error(refusal);
      inserts.push(songsIn(bytes));
    }, waiting);
  };
  return { inserts, insert };
}

const CONNECTION = { urls: ["http://a"], user: "u", password: "p", database: "d", cluster: "c" };
const TASK = { connection: CONNECTION, load: { day: 18961, load: 5 }, kinds: ["user"] } as const;
const ROWS = 1000;

/** Loads so many blocks of 1000 streams, each of a song of its own. */
async function loadBlocks(server: ReturnType<typeof fakeServer>, blocks: number): Promise<void> {
  const options = { ids: "number", workBytes: 0, insertRows: 5000 } as const;
  const loading = new Loading([server], TASK, options);
  const block = createStreamBlock(ROWS);
  for (let i = 0; i < blocks; i++) {
    block.songs.forEach((_, at) => block.songs[at] = i * ROWS + at);
    block.users.fill(i);
    block.length = ROWS;
    loading.take(block);
    await loading.room();
  }
  await loading.finish();
  assert.deepEqual(loading.sent, [blocks * ROWS]);
}

Deno.test("Loading ends an insert that is long enough and begins another; no stream is lost", async () => {
  const server = fakeServer();
  await loadBlocks(server, 23);
  const lengths = server.inserts.map((songs) => songs.length);
  // A block has 1024 rows, so five of them are enough.
  assert.deepEqual(lengths, [5120, 5120, 5120, 5120, 2520]);
  const songs = server.inserts.flat().sort((a, b) => a - b);
  assert.deepEqual(songs, Array.from({ length: 23 * ROWS }, (_, i) => i));
});

Deno.test("Loading tells that an insert in the middle was refused", async () => {
  await assert.rejects(loadBlocks(fakeServer("no room"), 23), /no room/);
  // It is the last but one: only the end can tell.
  await assert.rejects(loadBlocks(fakeServer("no room"), 11), /no room/);
});
