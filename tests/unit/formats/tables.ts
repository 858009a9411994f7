/** Reading tables in tests. */
import type { ByteSource } from "../../../core/bytes.ts";
import { countryCode } from "../../../core/country.ts";
import { rejectedCount, type RowTally } from "../../../core/streams.ts";
import { textBytes } from "../../../core/texts.ts";
import type { ParserOptions, TableReader } from "../../../formats/interface.ts";

/** A row as text. */
export type Row = readonly [song: string, user: string, country: string];

/** What was read. */
export interface TableRead {
  readonly streams: readonly Row[];
  readonly tally: RowTally;
  readonly doneBytes: number;
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Reads a whole table. */
export async function readTable(
  reader: TableReader,
  source: ByteSource,
  options: ParserOptions = {},
): Promise<TableRead> {
  const streams: Row[] = [];
  const rows = reader.read(source, options, ({ texts, ...block }) => {
    const id = (value: number): string =>
      options.ids === "text" ? decoder.decode(textBytes(texts.bytes, value)) : String(value);
    for (let i = 0; i < block.length; i++) {
      streams.push([id(block.songs[i]), id(block.users[i]), countryCode(block.countries[i])]);
    }
  });
  for (let doneBytes = 0;;) {
    const { done, value } = await rows.next();
    if (!done) {
      doneBytes += value;
      continue;
    }
    if (value.rows !== streams.length + rejectedCount(value.rejected)) {
      throw new Error(`${value.rows} rows, ${streams.length} streams`);
    }
    return { streams, tally: value, doneBytes };
  }
}
