/**
 * Cutting a merge into ranges of keys that are text.
 *
 * @module
 */

import { BLOCK_ENTRIES } from "./batch_format.ts";
import type { KeyRange } from "./batch_reader.ts";
import { STRIDE } from "./key_ranges.ts";
import {
  MIN_TEXT_CURSOR_BYTES,
  NO_BOUND,
  type TextBatchReader,
  TextCursor,
  type TextRange,
} from "./text_batch_reader.ts";
import { compareBytes, textsOver } from "./text_compare.ts";
import { MAX_TEXT_BYTES, textBytes } from "./texts.ts";

/** As `keyRanges` of key_ranges.ts. */
export function textKeyRanges(readers: readonly TextBatchReader[], entries: number): KeyRange[] {
  const keys = readers.flatMap(sampledKeys).sort(compareBytes);
  const starts: (Uint8Array | undefined)[] = [undefined];
  let sampled = 0;
  for (const key of keys) {
    sampled += STRIDE * BLOCK_ENTRIES;
    const last = starts[starts.length - 1];
    if (sampled <= entries || (last !== undefined && compareBytes(key, last) === 0)) continue;
    starts.push(key);
    sampled = STRIDE * BLOCK_ENTRIES;
  }
  return starts.map((from, i) => textRange(from, starts[i + 1]));
}

/** The first keys of every {@linkcode STRIDE}-th block. */
function sampledKeys(reader: TextBatchReader): Uint8Array[] {
  return reader.root.flatMap((_, page) =>
    reader.blocksOf(page).filter((_, i) => i % STRIDE === 0).map((block) => block.key)
  );
}

/** A range for each key of a batch. Cost: a block is read for each key. */
export function rangesOfTextKeys(reader: TextBatchReader): KeyRange[] {
  const texts = textsOver(new Uint8Array(MIN_TEXT_CURSOR_BYTES));
  const cursor = new TextCursor(reader, {
    ...{ texts, from: 0, sizeBytes: texts.bytes.length },
    isExact: true,
  });
  const ranges: KeyRange[] = [];
  let from: Uint8Array | undefined;
  for (;;) {
    cursor.seek(textRange(from, undefined));
    if (!cursor.next()) return ranges;
    const key = textBytes(texts.bytes, cursor.key).slice();
    from = Uint8Array.of(...key, 0);
    ranges.push(textRange(key, from));
  }
}

/** The range of one key. */
export function rangeOfTextKey(key: Uint8Array): TextRange {
  // No text stands between a key and the key with a zero byte behind it; where there is no room
  // for that, none stands before the last byte becomes the next one.
  const to = key.length < MAX_TEXT_BYTES
    ? Uint8Array.of(...key, 0)
    : Uint8Array.of(...key.subarray(0, -1), key[key.length - 1] + 1);
  return textRange(key, to);
}

/** The range of the keys from `from` to before `to`; without a bound where one is not given. */
export function textRange(from: Uint8Array | undefined, to: Uint8Array | undefined): TextRange {
  const texts = [from, to].flatMap((text) => text === undefined ? [] : [text.length - 1, ...text]);
  return {
    from: from === undefined ? NO_BOUND : 0,
    to: to === undefined ? Infinity : from === undefined ? 0 : from.length + 1,
    texts: Uint8Array.from(texts),
  };
}
