/**
 * The command `clickhouse`: makes the tables of a cluster, or prints the statements that do.
 *
 * @module
 */

import { connectionOf } from "./cluster.ts";
import { print, printError } from "./console.ts";
import { cannotUse } from "./errors.ts";
import { counted } from "./figures.ts";
import type { ClickhouseOptions } from "./options.ts";

/** Makes what is missing on all servers, or only prints how. */
export async function clickhouse(options: ClickhouseOptions): Promise<void> {
  const { database, clickhouse: urls } = options;
  if (options.print) {
    const { statements } = await import("../io/clickhouse/tables.ts");
    print(statements(database));
    return;
  }
  if (urls.length === 0) {
    throw cannotUse("clickhouse init", "no --clickhouse URL, expected one for each shard");
  }
  const { openCluster } = await import("../io/clickhouse/cluster.ts");
  const cluster = await openCluster(connectionOf(options));
  cluster.close();
  const shards = cluster.servers.map(({ url }, i) => `\n  ${i + 1}  ${url}`).join("");
  printError(
    `Database "${database}" is ready: ${counted(urls.length, "shard")}, ` +
      `ClickHouse ${cluster.versions.join(", ")}${shards}`,
  );
}
