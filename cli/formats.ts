/**
 * The command `formats`.
 *
 * @module
 */

import { PAGES, READERS, WRITERS } from "../formats/built_in.ts";
import { print } from "./console.ts";

/** Shows the formats of logs and of reports. */
export function formats(): void {
  print(`${formatsText()}\n`);
}

/** The formats as lines of at most 80 columns. */
export function formatsText(): string {
  return [
    "Formats of logs (--reader), found by the ending of the name or the first bytes:",
    ...READERS.map((reader) => line(reader, reader.endings)),
    "",
    "Any of them may be compressed by gzip (.gz) or zstd (.zst).",
    "",
    "Formats of reports (--writer, one or several):",
    ...[...WRITERS, ...PAGES].map((writer) => line(writer, [writer.extension])),
    "",
    "Your own, as docs/writing-a-format.md tells:",
    "  --reader ./my-reader.js --writer ./my-writer.js",
  ].join("\n");
}

/** Where descriptions begin, and the width of a terminal. */
const INDENT = 11;
const WIDTH = 80;

function line(format: { name: string; description: string }, endings: readonly string[]): string {
  const names = endings.map((ending) => `.${ending}`).join(" ");
  const words = `${format.description}${names === "" ? "" : ` (${names})`}`.split(" ");
  const lines = [""];
  for (const word of words) {
    const last = lines[lines.length - 1];
    if (last !== "" && INDENT + last.length + 1 + word.length > WIDTH) lines.push(word);
    else lines[lines.length - 1] = last === "" ? word : `${last} ${word}`;
  }
  const name = `  ${format.name}`.padEnd(INDENT);
  return name + lines.join(`\n${" ".repeat(INDENT)}`);
}
