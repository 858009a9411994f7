import assert from "node:assert/strict";
import { Insert } from "../../../../io/clickhouse/insert.ts";

/** Reads a body as slowly as the test wants. */
function slowReader(waitingBytes?: number): {
  readonly insert: Insert;
  readonly read: () => Promise<number>;
  readonly answer: (error?: Error) => void;
  readonly isStopped: () => boolean;
} {
  let reader!: ReadableStreamDefaultReader<Uint8Array>;
  let answer!: (error?: Error) => void;
  let signal!: AbortSignal;
  const insert = new Insert((body, given) => {
    reader = body.getReader();
    signal = given;
    return new Promise((resolve, reject) => {
      answer = (error) => error === undefined ? resolve() : reject(error);
      given.addEventListener("abort", () => reject(new Error("aborted")));
    });
  }, waitingBytes);
  const read = async (): Promise<number> => (await reader.read()).value?.length ?? -1;
  return { insert, read, answer: (error) => answer(error), isStopped: () => signal.aborted };
}

const MEGABYTE = 2 ** 20;

Deno.test("Insert has no room while a megabyte waits to be sent", async () => {
  const { insert, read, answer } = slowReader();
  insert.write(new Uint8Array(MEGABYTE / 2));
  assert.equal(insert.isFull, false);
  insert.write(new Uint8Array(MEGABYTE));
  assert.equal(insert.isFull, true);
  let hasRoom = false;
  const room = insert.room().then(() => hasRoom = true);
  await new Promise((resolve) => setTimeout(resolve, 5));
  assert.equal(hasRoom, false, "nothing was read yet");
  assert.equal(await read(), MEGABYTE / 2);
  assert.equal(await read(), MEGABYTE);
  await room;
  assert.equal(insert.isFull, false);
  const end = insert.finish();
  assert.equal(await read(), -1);
  answer();
  await end;
  assert.equal(insert.isAnswered, true);
});

Deno.test("Insert has no room while as many bytes wait as it was given", async () => {
  const { insert, read } = slowReader(100);
  insert.write(new Uint8Array(99));
  assert.equal(insert.isFull, false);
  insert.write(new Uint8Array(1));
  assert.equal(insert.isFull, true);
  await read();
  assert.equal(insert.isFull, false);
});

Deno.test("Insert tells who waits for room that the server refuses", async () => {
  const { insert, answer } = slowReader();
  insert.write(new Uint8Array(2 * MEGABYTE));
  const room = insert.room();
  answer(new Error("no space"));
  await assert.rejects(room, /no space/);
  await assert.rejects(insert.room(), /no space/);
  await assert.rejects(insert.finish(), /no space/);
});

Deno.test("Insert that is abandoned stops the request; what is written then is lost", async () => {
  const { insert, isStopped } = slowReader();
  insert.write(new Uint8Array(10));
  insert.abandon();
  assert.equal(isStopped(), true);
  insert.write(new Uint8Array(10));
  await assert.rejects(insert.finish(), /aborted/);
});
