/**
 * Which engine is asked for, and what goes with it.
 *
 * @module
 */

import type { CommandToDo } from "./command_line.ts";
import { cannotUse } from "./errors.ts";
import type { RunOptions } from "./options.ts";

const EMBEDDED = "--engine embedded";

/** @throws {UsageError} where a cluster is named and not used, or used and not named */
export function refuseNoCluster({ engine, clickhouse, dryRun, quarantine }: RunOptions): void {
  if (engine === undefined && clickhouse.length > 0) {
    throw cannotUse(`--clickhouse ${clickhouse[0]}`, "no --engine clickhouse, expected both");
  }
  if (engine !== "clickhouse") return;
  const typed = "--engine clickhouse";
  if (clickhouse.length === 0) {
    throw cannotUse(typed, "no --clickhouse URL, expected one for each shard");
  }
  if (dryRun) {
    throw cannotUse(`--dry-run ${typed}`, `it looks at batches on disk, expected ${EMBEDDED}`);
  }
  if (quarantine !== undefined) {
    const reason = `rejected rows are kept with batches on disk, expected ${EMBEDDED}`;
    throw cannotUse(`--quarantine ${quarantine} ${typed}`, reason);
  }
}

/** @throws {UsageError} where a command needs batches on disk, and counts are in a cluster */
export function refuseOtherEngine({ command, options }: CommandToDo): void {
  if (command === "run" || !("engine" in options) || options.engine !== "clickhouse") return;
  const why = command === "service"
    ? "the units that are made have no network"
    : "it looks at batches on disk, and a cluster has none";
  throw cannotUse(`${command} --engine clickhouse`, `${why}, expected ${EMBEDDED}`);
}
