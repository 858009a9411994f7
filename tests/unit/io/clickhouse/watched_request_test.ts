import assert from "node:assert/strict";
import { WatchedRequest } from "../../../../io/clickhouse/watched_request.ts";

const PATIENCE_MS = 40;

/** Never ends by itself. */
function silence(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(new Error("ended")));
  });
}

function request(ask: (signal: AbortSignal) => Promise<void>, signal?: AbortSignal) {
  const broken = (error: unknown): Error => new Error(`Cannot ask: ${(error as Error).message}`);
  return new WatchedRequest("ask", { ask, patienceMs: PATIENCE_MS, broken, signal });
}

Deno.test("WatchedRequest gives up a server that gives no sign of life", async () => {
  const given = request(silence);
  await assert.rejects(given.wait(() => silence(given.signal)), {
    message: "Cannot ask: no answer within 0.04 s",
  });
  assert.equal(given.signal.aborted, true, "what is sent ends, too");
});

Deno.test("WatchedRequest waits for as long as the server answers anything", async () => {
  let asked = 0;
  const given = request(() => {
    asked++;
    // A server that refuses to answer this is one that lives, too.
    return asked % 2 === 0 ? Promise.reject(new Error("404")) : Promise.resolve();
  });
  const work = async (): Promise<string> => {
    while (asked < 8) await new Promise((resolve) => setTimeout(resolve, 5));
    return "done";
  };
  assert.equal(await given.wait(work), "done");
  const before = asked;
  await new Promise((resolve) => setTimeout(resolve, 2 * PATIENCE_MS));
  assert.equal(asked, before, "nothing is asked once the work is done");
});

Deno.test("WatchedRequest takes one sign that is late for nothing", async () => {
  let asked = 0;
  const given = request((signal) => ++asked % 2 === 1 ? silence(signal) : Promise.resolve());
  const work = async (): Promise<void> => {
    while (asked < 9) await new Promise((resolve) => setTimeout(resolve, 5));
  };
  await given.wait(work);
  assert.equal(given.signal.aborted, false);
});

Deno.test("WatchedRequest ends where its caller wants it, and with what went wrong", async () => {
  const stop = new AbortController();
  const given = request(() => Promise.resolve(), stop.signal);
  const waiting = given.wait(() => silence(given.signal));
  stop.abort();
  await assert.rejects(waiting, { message: "Cannot ask: ended" });
  const refused = given.wait(() => Promise.reject(new Error("no space")));
  await assert.rejects(refused, { message: "Cannot ask: no space" });
});

Deno.test("WatchedRequest that was given up is not waited for, whatever the platform does", async () => {
  const given = request(silence);
  const never = (): Promise<never> => new Promise(() => {});
  const message = { message: "Cannot ask: no answer within 0.04 s" };
  await assert.rejects(given.wait(never), message);
  await assert.rejects(given.wait(never), message);
});
