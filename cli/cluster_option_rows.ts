/**
 * The options that choose an engine, and say where a cluster is.
 *
 * @module
 */

import { clusterName, databaseName, serverUrl, userName } from "./cluster_values.ts";
import { file } from "./format_values.ts";
import type { OptionRow } from "./option_row.ts";
import { oneOf } from "./values.ts";

/** What `run` and `clickhouse` have in common. */
export const CLUSTER_OPTION_ROWS = [
  {
    flag: "--engine",
    placeholder: "NAME",
    otherwise: "embedded",
    help: "embedded or clickhouse",
    kind: oneOf(["embedded", "clickhouse"]),
    commands: ["run", "status", "verify", "top", "explain", "forget", "service"],
  },
  {
    flag: "--clickhouse",
    placeholder: "URL",
    otherwise: "none",
    help: "address, once for each shard",
    kind: serverUrl,
    isRepeated: true,
    use: "connect",
    commands: ["run", "clickhouse"],
  },
  {
    flag: "--login",
    placeholder: "NAME",
    default: "default",
    help: "name that servers know",
    kind: userName,
    commands: ["run", "clickhouse"],
  },
  {
    flag: "--password-file",
    placeholder: "FILE",
    otherwise: "no password",
    help: "file with the password",
    kind: file,
    use: "read",
    commands: ["run", "clickhouse"],
  },
  {
    flag: "--database",
    placeholder: "NAME",
    default: "topstreams",
    help: "database of the tables",
    kind: databaseName,
    commands: ["run", "clickhouse"],
  },
  {
    flag: "--cluster",
    placeholder: "NAME",
    default: "topstreams",
    help: "how servers call it",
    kind: clusterName,
    commands: ["run", "clickhouse"],
  },
  {
    flag: "--print",
    help: "only print the statements",
    commands: ["clickhouse"],
  },
] as const satisfies readonly OptionRow[];
