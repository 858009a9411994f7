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
    if (!/^https?:\/\/[^/?#\s]/i.test(text)) return { problem: "no address that begins with http" };
    if (text.includes("@")) {
      return {
        problem: "a user or a password in an address",
        shown: text.replace(/\/\/.*@/, "//...@"),
        hint: " (--login NAME, --password-file FILE)",
      };
    }
    if (!URL.canParse(text)) return { problem: "not an address" };
    const url = new URL(text);
    if (url.search !== "" || url.hash !== "") return { problem: "more than an address" };
    return { value: `${url.origin}${url.pathname.replace(/\/+$/, "")}` };
  },
};

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
