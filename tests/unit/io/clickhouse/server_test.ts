import assert from "node:assert/strict";
import {
  networkReason,
  quoted,
  quotedName,
  serverReason,
} from "../../../../io/clickhouse/server.ts";

const REASONS: readonly [text: string, code: number | undefined, reason: string][] = [
  [
    "Code: 193, e.displayText() = DB::Exception: Wrong password for user default, " +
    "e.what() = DB::Exception\n",
    193,
    "wrong password for user default",
  ],
  [
    "Code: 516. DB::Exception: default: Authentication failed: password is incorrect. " +
    "(AUTHENTICATION_FAILED) (version 24.8.4.13 (official build))\n",
    516,
    "default: Authentication failed: password is incorrect. (AUTHENTICATION_FAILED) " +
    "(version 24.8.4.13 (official build))",
  ],
  [
    "Code: 243, e.displayText() = DB::Exception: Cannot reserve 1.00 MiB, not enough space, " +
    "e.what() = DB::Exception",
    243,
    "cannot reserve 1.00 MiB, not enough space",
  ],
  [
    "Code: 210, e.displayText() = DB::NetException: Connection refused (h:9000)\n\n, e.what() = x",
    210,
    "connection refused (h:9000)",
  ],
  ["<h1>Bad  gateway</h1>\n", undefined, "<h1>Bad gateway</h1>"],
  ["", undefined, ""],
];

for (const [text, code, reason] of REASONS) {
  Deno.test(`serverReason() reads ${JSON.stringify(text.slice(0, 30))}`, () => {
    assert.deepEqual(serverReason(text), { code, reason });
  });
}

Deno.test("serverReason() shows no more than a few lines", () => {
  assert.equal(serverReason(`Code: 1, ${"x".repeat(9999)}`).reason.length, 303);
});

Deno.test("networkReason() has the innermost words of the platform", () => {
  const refused = new TypeError(
    "error sending request for url (http://127.0.0.1:1/): client error (Connect): " +
      "tcp connect error: Connection refused (os error 111)",
  );
  assert.equal(networkReason(refused), "connection refused");
  assert.equal(
    networkReason(new Error("outer", { cause: new Error("a: Inner words") })),
    "inner words",
  );
  assert.equal(networkReason(new Error("")), "the connection broke");
  assert.equal(networkReason("plain"), "plain");
});

Deno.test("quoted() and quotedName() leave nothing that ends a text", () => {
  assert.equal(quoted("it's a \\"), "'it\\'s a \\\\'");
  assert.equal(quotedName("a`b\\"), "`a\\`b\\\\`");
});
