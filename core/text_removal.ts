/**
 * `removal.ts` for texts.
 *
 * @module
 */

import { type RemovalParts, withTexts } from "./removal.ts";
import { MIN_TEXT_CURSOR_BYTES, type TextBatchReader, TextCursor } from "./text_batch_reader.ts";
import { compareBytes, textsOver } from "./text_compare.ts";
import { TextArena, textBytes } from "./texts.ts";

/** What taking users out of a batch of texts needs. */
export function textRemovalOf(reader: TextBatchReader): RemovalParts {
  const blocks = reader.root.flatMap((_, page) => reader.blocksOf(page));
  const texts = textsOver(new Uint8Array(MIN_TEXT_CURSOR_BYTES));
  const { length: sizeBytes } = texts.bytes;
  const cursor = new TextCursor(reader, { texts, from: 0, sizeBytes, isExact: true });
  const encoder = new TextEncoder();
  return {
    index: {
      count: blocks.length,
      offsetOf: (block) => blocks[block]?.offset ?? reader.blocksEnd,
      compare: (block, key) => compareBytes(blocks[block].key, encoder.encode(key)),
      linesOf: (from, to) => {
        const start = blocks[from].offset;
        const arena = new TextArena();
        const lines = blocks.slice(from, to).flatMap((
          { key, offset },
        ) => [arena.put(key, 0, key.length), offset - start]);
        return { lines: Float64Array.from(lines), texts: arena.bytes.slice(0, arena.length) };
      },
    },
    walk: withTexts(cursor, texts.bytes),
    chosen: (keys) => {
      const wanted = keys.map((key) => encoder.encode(key));
      return (key, texts) => {
        const found = textBytes(texts, key);
        return wanted.some((each) => compareBytes(each, found) === 0);
      };
    },
  };
}
