/**
 * Where symbolic links lead: Deno judges a path by where it ends.
 *
 * @module
 */

import { dayOfLog } from "../core/names.ts";
import type { Access } from "./access.ts";
import type { CommandToDo } from "./command_line.ts";

/**
 * Adds to the paths that a command may touch the places that links lead to: folders that are
 * links, and logs that are. Of what is in the folder of the logs only what is called as a log is
 * followed, and only to a file, so that nothing else is opened by a link.
 */
export function withLinksFollowed({ read, write, net }: Access, toDo: CommandToDo): Access {
  return {
    net,
    read: [...read, ...read.flatMap(endToBe), ...linkedLogs(toDo)],
    write: [...write, ...write.flatMap(endToBe)],
  };
}

function linkedLogs({ command, options }: CommandToDo): string[] {
  if (command !== "run") return [];
  const { logs, logName } = options;
  return linksIn(logs).filter((name) => dayOfLog(name, logName) !== undefined)
    .flatMap((name) => endOf(`${logs}/${name}`))
    .filter((path) => Deno.statSync(path).isFile);
}

function linksIn(folder: string): string[] {
  try {
    return Array.from(Deno.readDirSync(folder)).filter((entry) => entry.isSymlink)
      .map((entry) => entry.name);
  } catch {
    return []; // The command will tell what is wrong with the folder.
  }
}

/** Where a path ends; nothing where nothing is there, or this user may not look. */
function endOf(path: string): string[] {
  try {
    return [Deno.realPathSync(path)];
  } catch {
    return [];
  }
}

/** Where a path ends, or will end once it is made in the folder that is there. */
function endToBe(path: string): string[] {
  const ends = endOf(path);
  if (ends.length > 0) return ends;
  const [, above, slash, name] = /^(.*?)(\/*)([^/]+)\/*$/.exec(path) ?? ["", path, "", ""];
  const folder = above === "" ? slash === "" ? "." : "/" : above;
  return endOf(folder).map((end) => `${end === "/" ? "" : end}/${name}`);
}
