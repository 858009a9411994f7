/**
 * Tests on real servers of ClickHouse.
 *
 * @module
 */

import { Servers, WHY_NOT } from "../../bench/clickhouse/servers.ts";

export { LOGIN, PASSWORD, Servers } from "../../bench/clickhouse/servers.ts";

/** Defines a test that needs servers; where there are none, its name says why it is not run. */
export function testServers(
  name: string,
  fn: () => Promise<void>,
  otherReason?: string,
): void {
  const why = WHY_NOT ?? otherReason;
  const isIgnored = why !== undefined;
  Deno.test({
    name: isIgnored ? `${name} (not run: ${why})` : name,
    ignore: isIgnored,
    fn,
    // Servers are shared by tests, and live longer than one.
    sanitizeOps: false,
    sanitizeResources: false,
  });
}

let shared: Promise<Servers> | undefined;

/** Two servers for all tests of a file that leave them as they are; ended with the file. */
export function sharedServers(): Promise<Servers> {
  shared ??= Servers.start(2).then((servers) => {
    globalThis.addEventListener("unload", () => servers.endNow());
    return servers;
  });
  return shared;
}

let databases = 0;

/** A name of a database that no other test has. */
export function newDatabase(): string {
  return `t${++databases}`;
}
