/**
 * The command `formats`.
 *
 * @module
 */

import { READERS, WRITERS } from "../formats/built_in.ts";
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
    ...WRITERS.map((writer) => line(writer, [writer.extension])),
    "",
    "Your own, as docs/writing-a-format.md tells:",
    "  --reader ./my-reader.js --writer ./my-writer.js",
  ].join("\n");
}

function line(format: { name: string; description: string }, endings: readonly string[]): string {
  const names = endings.map((ending) => `.${ending}`).join(" ");
  return `  ${format.name.padEnd(9)}${format.description}${names === "" ? "" : ` (${names})`}`;
}
