/**
 * The cluster that options name.
 *
 * @module
 */

import type { Connection } from "../io/clickhouse/server.ts";
import { readText } from "../io/publication.ts";
import { denoStore } from "../io/store.ts";
import { cannotUse } from "./errors.ts";
import type { ClickhouseOptions } from "./options.ts";

/** The options that name a cluster. */
export type ClusterOptions = Omit<ClickhouseOptions, "action" | "print">;

/**
 * Makes what is needed to speak to a cluster; reads the password.
 *
 * @throws {UsageError} where the file of the password cannot be used; it is never shown
 */
export function connectionOf(options: ClusterOptions): Connection {
  const { clickhouse: urls, login, passwordFile, database, cluster } = options;
  const [user, password] = [login, passwordIn(passwordFile)].map(headerText);
  return { urls, user, password, database, cluster };
}

function passwordIn(path: string | undefined): string {
  if (path === undefined) return "";
  const typed = `--password-file ${path}`;
  const info = denoStore.info(path);
  if (info?.isFile !== true) {
    const what = info === undefined ? "not found" : "no file";
    throw cannotUse(typed, `${what}, expected a file with the password`);
  }
  const password = readText(denoStore, path).replace(/\r?\n$/, "");
  if (/\p{Cc}/u.test(password)) {
    throw cannotUse(typed, "more than one line, or a control character, expected the password");
  }
  if (password !== password.trim()) {
    throw cannotUse(typed, "a blank at its beginning or end, expected the password without one");
  }
  return password;
}

/** Headers are bytes: UTF-8, one character a byte. */
function headerText(text: string): string {
  return Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join("");
}
