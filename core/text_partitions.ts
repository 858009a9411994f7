/**
 * Partitions of keys that are text: as those of numbers, which stand for the first bytes of a text.
 *
 * @module
 */

import { type LogSample, type Partitions, partitionsOf } from "./partitions.ts";
import type { KeyKind } from "./streams.ts";
import { MAX_TEXT_BYTES } from "./texts.ts";
import { TEXT_SLACK_BYTES, type TextBytes, textsOver, wordOf } from "./text_compare.ts";

/** Texts crowd in few slots, as most bytes are no letters: there are many. */
const TEXT_SLOTS = 1 << 16;

const TWO_16 = 2 ** 16;

/** Partitions of texts by the number of the six bytes behind a prefix. */
export interface TextPartitions extends Partitions {
  /** What all keys of the sample begin with. */
  readonly prefix: Uint8Array;
}

/** Cuts the keys of a sample; countries stay numbers. */
export function textPartitionsOf(
  sample: LogSample,
  wanted: number,
  kind: KeyKind,
): TextPartitions {
  if (kind === "country") {
    return { ...partitionsOf(sample.countries, wanted, kind), prefix: new Uint8Array(0) };
  }
  const bytes = new Uint8Array(sample.texts.length + TEXT_SLACK_BYTES);
  bytes.set(sample.texts);
  const texts = textsOver(bytes);
  const prefix = commonPrefix(texts, sample.users);
  const numbers = sample.users.map((user) => numberOf(texts, user, prefix.length));
  return { ...partitionsOf(numbers, wanted, kind, TEXT_SLOTS), prefix };
}

/** The six bytes from the `depth`-th on as a whole number; zeros behind the end. */
export function numberOf(texts: TextBytes, reference: number, depth: number): number {
  return wordOf(texts, reference, depth) * TWO_16 + (wordOf(texts, reference, depth + 4) >>> 16);
}

/**
 * The number of a key for the slots of its partitions; a key that does not begin with the prefix
 * stands below or above all that do. Texts in order have numbers in order.
 */
export function slotNumber(texts: TextBytes, reference: number, prefix: Uint8Array): number {
  const { bytes } = texts;
  const length = bytes[reference] + 1;
  for (let i = 0; i < prefix.length; i++) {
    if (i === length) return -Infinity;
    const difference = bytes[reference + 1 + i] - prefix[i];
    if (difference !== 0) return difference < 0 ? -Infinity : Infinity;
  }
  return numberOf(texts, reference, prefix.length);
}

function commonPrefix({ bytes }: TextBytes, references: Float64Array): Uint8Array {
  if (references.length === 0) return new Uint8Array(0);
  const first = references[0] + 1;
  let length = Math.min(bytes[references[0]] + 1, MAX_TEXT_BYTES);
  for (const reference of references) {
    length = Math.min(length, bytes[reference] + 1);
    let same = 0;
    while (same < length && bytes[first + same] === bytes[reference + 1 + same]) same++;
    length = same;
  }
  return bytes.slice(first, first + length);
}
