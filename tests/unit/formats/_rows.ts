/** Reading text with a reader of rows, and what came of each row. */
import { countryCode } from "../../../core/country.ts";
import { createStreamBlock, type IdKind } from "../../../core/streams.ts";
import { textBytes } from "../../../core/texts.ts";
import type { Columns, Reader } from "../../../formats/interface.ts";

/** How it is read. */
export interface Setting {
  readonly ids?: IdKind;
  readonly columns?: Columns;
}

/** Streams as `song|user|country` in their order, then rejected rows as `line reason`. */
export function readText(
  reader: Reader,
  text: string | Uint8Array,
  setting: Setting = {},
): string[] {
  const log = typeof text === "string" ? new TextEncoder().encode(text) : text;
  const parser = reader.parser(setting);
  const block = createStreamBlock(Math.max(1, log.length));
  const end = parser.parse(log, 0, log.length, true, block);
  if (end !== log.length) throw new Error(`consumed ${end} of ${log.length} bytes`);
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const id = (value: number): string =>
    setting.ids === "text" ? decoder.decode(textBytes(block.texts.bytes, value)) : String(value);
  const streams = Array.from({ length: block.length }, (_, i) => (
    `${id(block.songs[i])}|${id(block.users[i])}|${countryCode(block.countries[i])}`
  ));
  const rejected = parser.tally.firstRejected.map(({ line, reason }) => `${line} ${reason}`);
  return [...streams, ...rejected];
}
