/**
 * The kinds of values that say where a cluster is and how it is logged in to.
 *
 * @module
 */

import type { ValueKind } from "./values.ts";

/**
 * The kind of addresses of a server: `http://host:8123`; the value has no slash at its end. A
 * password in an address would be in the list of processes and in the server's log, so it is refused,
 * and not shown.
 *
 * @example
 * ```ts
 * import { serverUrl } from "./cluster_values.ts";
 * const { value } = serverUrl.read("http://db1:8123/") as { value: string };
 * if (value !== "http://db1:8123") throw new Error();
 * ```
 */
export const serverUrl: ValueKind<string> = {
  expected: "the address of a server's HTTP port, such as http://db1:8123",
  read(text) {
    if (text === "") return { problem: "nothing given" };
    const shown = withoutSecrets(text);
    if (/[@?#]/.test(text)) {
      return {
        problem: "more than an address, a user or a password perhaps",
        shown,
        hint: " (--login NAME, --password-file FILE)",
      };
    }
    if (!/^https?:\/\/[^/\s]/i.test(text)) {
      return { problem: "no address that begins with http", shown };
    }
    if (!URL.canParse(text)) return { problem: "not an address", shown };
    const url = new URL(text);
    return { value: `${url.origin}${url.pathname.replace(/\/+$/, "")}` };
  },
};

/**
 * Cuts from an address all that may be a login: what stands between the scheme, where there is one,
 * and the last `@`, and what follows a question mark or a hash; where there are both, all but the
 * scheme.
 */
export function withoutSecrets(text: string): string {
  const [, scheme = "", rest] = /^([a-z][a-z\d+.-]*:\/\/)?([^]*)$/i.exec(text)!;
  const host = rest.slice(rest.lastIndexOf("@") + 1);
  const isCut = host.length < rest.length;
  const end = /[?#]/.exec(rest)?.index ?? rest.length;
  // An `@` may be a part of what follows a question mark.
  if (isCut && end < rest.length) return `${scheme}...`;
  if (isCut) return `${scheme}...@${host}`;
  return end < rest.length ? `${scheme}${rest.slice(0, end)}...` : text;
}

/** The kind of names of a database. */
export const databaseName: ValueKind<string> = {
  expected: "a letter and then letters, digits or _",
  read: (text) => /^[A-Za-z_]\w{0,63}$/.test(text) ? { value: text } : { problem: "no such name" },
};

/** The kind of names of a cluster, as a configuration has them. */
export const clusterName: ValueKind<string> = {
  expected: "a letter and then letters, digits, _, - or .",
  read: (text) =>
    /^[A-Za-z_][\w.-]{0,63}$/.test(text) ? { value: text } : { problem: "no such name" },
};

/** The kind of names of a user. */
export const userName: ValueKind<string> = {
  expected: "the name of a user",
  read(text) {
    if (text === "") return { problem: "nothing given" };
    return /\p{Cc}/u.test(text) ? { problem: "a control character in it" } : { value: text };
  },
};
