/**
 * Which files and folders a command may touch: those that its options name, and no others.
 *
 * @module
 */

import type { CommandToDo } from "./command_line.ts";
import type { FormatName } from "./format_values.ts";
import { fieldOf, optionsOf } from "./options.ts";

/**
 * What a command does with the path of an option: it reads what is there, writes there too, or
 * puts a file in its place, for which it writes beside it; or it only writes the path's name down.
 */
export type PathUse = "read" | "write" | "replace" | "name";

/**
 * Paths that may be read, and that may be written, each with all that is below it; and the servers
 * that may be spoken to.
 */
export interface Access {
  /** Hosts with their ports. */
  readonly net: readonly string[];
  readonly read: readonly string[];
  readonly write: readonly string[];
}

/**
 * Lists the paths that a command may touch, and the servers.
 *
 * Of a folder that is written and not there yet, it is the outermost folder that is missing, as the
 * ones above it have to be made. A module with a format may use what is in its folder.
 *
 * @param isThere whether there is something at a path
 *
 * @example
 * ```ts
 * import { accessOf } from "./access.ts";
 * import { readOptions } from "./options.ts";
 * const toDo = { command: "demo", options: readOptions("demo", { out: "/tmp/a/b" }) } as const;
 * const { read, write } = accessOf(toDo, (path) => path === "/tmp");
 * if (String(read) !== "/tmp/a" || String(write) !== "/tmp/a") throw new Error();
 * ```
 */
export function accessOf({ command, options }: CommandToDo, isThere: IsThere): Access {
  const values = options as Readonly<Record<string, unknown>>;
  const uses = optionsOf(command).flatMap(({ flag, use }) => {
    const value = values[fieldOf(flag)];
    return use === undefined || value === undefined
      ? []
      : [value].flat().map((path) => ({ use, path: path as string }));
  });
  const isConnected = values.engine === "clickhouse" || command === "clickhouse";
  const servers = isConnected ? uses.filter(({ use }) => use === "connect") : [];
  const written = uses.filter(({ use }) => use === "write" || use === "replace").map((
    { use, path },
  ) => outermostMissing(use === "replace" ? folderOf(path) : path, isThere));
  const read = uses.filter(({ use }) => use === "read").map(({ path }) => path);
  return {
    read: [...read, ...moduleFolders(values), ...written],
    write: written,
    net: servers.map(({ path }) => hostOf(path)),
  };
}

/** Tells whether there is something at a path. */
export type IsThere = (path: string) => boolean;

/** The folders of the modules that are named where formats are. */
function moduleFolders({ reader, writer }: Readonly<Record<string, unknown>>): string[] {
  const formats = [reader, writer].flat() as readonly (FormatName | undefined)[];
  return formats.filter((format) => format !== undefined).filter(({ isModule }) => isModule).map((
    { name },
  ) => folderOf(name));
}

/** The host of an address, always with its port. */
function hostOf(address: string): string {
  const { protocol, hostname, port } = new URL(address);
  return `${hostname}:${port === "" ? protocol === "https:" ? 443 : 80 : port}`;
}

function outermostMissing(path: string, isThere: IsThere): string {
  if (isThere(path)) return path;
  const above = folderOf(path);
  return above === path || isThere(above) ? path : outermostMissing(above, isThere);
}

/** The folder that a path is in: `.` where it names none. */
function folderOf(path: string): string {
  const parts = /^(.*[^/])?(\/+)[^/]+\/*$/.exec(path);
  if (parts === null) return path.startsWith("/") ? "/" : ".";
  return parts[1] ?? "/";
}
