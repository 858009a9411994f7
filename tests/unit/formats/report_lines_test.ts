/** Users found in reports by halving, against reading all lines. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { type ByteSource, sourceOf } from "../../../core/bytes.ts";
import { findUserLines, type LineForm } from "../../../formats/report_lines.ts";

const NO_PERMISSIONS = { permissions: "none" } as const;

/** A report of users: each has as many songs as the function says. */
function report(form: LineForm, users: readonly string[], songsOf: (i: number) => number): string {
  const lines = users.map((user, i) => {
    const songs = Array.from({ length: songsOf(i) }, (_, s) => [100 + s, 1 + (i + s) % 12]);
    if (form === "txt") return `${user}|${songs.map(([song, n]) => `${song}:${n}`).join(",")}\n`;
    if (form === "csv") {
      return songs.map(([song, n], s) => `${user},${s + 1},${song},${n}\n`).join("");
    }
    const rows = songs.map(([song, streams], s) => ({ rank: s + 1, song, streams }));
    return `{"key":${user},"songs":${JSON.stringify(rows)}}\n`;
  });
  return (form === "csv" ? "key,rank,song,streams\n" : "") + lines.join("");
}

function counting(text: string): ByteSource & { bytesRead: number } {
  const source = sourceOf(Buffer.from(text));
  return {
    ...source,
    bytesRead: 0,
    read(into, offset) {
      const count = source.read(into, offset);
      this.bytesRead += count;
      return count;
    },
  };
}

for (const form of ["txt", "csv", "jsonl"] as const) {
  Deno.test(`findUserLines() finds each user of a ${form}, and no other`, NO_PERMISSIONS, () => {
    const users = Array.from({ length: 3000 }, (_, i) => String(3 + 7 * i));
    // One in a thousand has a line that is longer than what is read at once.
    const text = report(form, users, (i) => i % 1000 === 500 ? 9000 : 1 + i % 9);
    const source = counting(text);
    for (const i of [0, 1, 2, 499, 500, 501, 999, 1500, 2500, 2998, 2999]) {
      const found = findUserLines(source, form, users[i])!;
      const without = text.slice(0, found.from) + text.slice(found.to);
      const songs = i % 1000 === 500 ? 9000 : 1 + i % 9;
      const expected = report(form, users.filter((_, at) => at !== i), (at) => {
        const own = at < i ? at : at + 1;
        return own % 1000 === 500 ? 9000 : 1 + own % 9;
      });
      // The streams differ with the place of a user; the shape of what is left tells enough.
      assert.equal(without.split("\n").length, expected.split("\n").length, users[i]);
      const cut = text.slice(found.from, found.to);
      const key = form === "jsonl"
        ? `{"key":${users[i]},`
        : form === "csv"
        ? `${users[i]},`
        : `${users[i]}|`;
      assert.ok(cut.startsWith(key), cut.slice(0, 20));
      assert.equal(cut.split("\n").length - 1, form === "csv" ? songs : 1);
      assert.equal(text.slice(found.to).startsWith(key), false);
      const streams = Array.from({ length: songs }, (_, s) => 1 + (i + s) % 12);
      assert.equal(found.streams, streams.reduce((a, b) => a + b));
    }
    for (const user of ["0", "4", "20998", "9007199254740991", "x"]) {
      assert.equal(findUserLines(source, form, user), undefined, user);
    }
  });

  Deno.test(`findUserLines() reads little of a large ${form}`, NO_PERMISSIONS, () => {
    const users = Array.from({ length: 100_000 }, (_, i) => String(3 + 7 * i));
    const source = counting(report(form, users, () => 3));
    for (const user of [users[0], users[51_234], "8", users[99_999]]) {
      source.bytesRead = 0;
      findUserLines(source, form, user);
      assert.ok(source.bytesRead < 2 ** 20, `${source.bytesRead} bytes for ${user}`);
    }
  });

  Deno.test(`findUserLines() finds nobody in a ${form} of nobody`, NO_PERMISSIONS, () => {
    for (const text of [report(form, [], () => 0), "\n", "junk"]) {
      assert.equal(findUserLines(sourceOf(Buffer.from(text)), form, "5"), undefined);
    }
  });
}

Deno.test("findUserLines() finds texts as each format writes them", NO_PERMISSIONS, () => {
  const cases: readonly [LineForm, string, user: string, line: string][] = [
    ["txt", "a%7Cb|1:2\nc|3:4\n", "a|b", "a%7Cb|1:2\n"],
    ["txt", "100%25|1:2\nc|3:4\n", "100%", "100%25|1:2\n"],
    ["csv", 'key,rank,song,streams\n"a,""b",1,s,2\nc,1,s,3\n', 'a,"b', '"a,""b",1,s,2\n'],
    ["jsonl", '{"key":"a\\"b","songs":[{"rank":1,"song":"x","streams":2}]}\n', 'a"b', ""],
    ["txt", "007|1:2\n7|3:4\n", "7", "7|3:4\n"],
    ["txt", "10|1:2\n9|3:4\n", "9", "9|3:4\n"],
  ];
  for (const [form, text, user, line] of cases) {
    const found = findUserLines(sourceOf(Buffer.from(text)), form, user);
    assert.ok(found !== undefined, user);
    if (line !== "") assert.equal(text.slice(found.from, found.to), line);
  }
});
