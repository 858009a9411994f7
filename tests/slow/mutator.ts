/**
 * Harms logs: bits flipped, parts cut out and doubled, huge lines, signs of all formats put in.
 *
 * @module
 */

import { Buffer } from "node:buffer";

/** What is put into logs: borders of numbers, signs of all formats, bytes that are no text. */
export const DICTIONARY = [
  ...["0", "-1", "4294967295", "4294967296", "9007199254740991", "9007199254740992", "1e9", "1.0"],
  ...["18446744073709551616", "99999999999999999999", "007", "+5", "NaN", "Infinity", "0x10"],
  ...["|", "||", ",", "\t", '"', '""', "\\", "\\u0000", "{", "}", "[", ":", "null", "true"],
  ...["\n", "\r\n", "\r", "\n\n", "\0", "\xef\xbb\xbf", "\xff", "\xc3", "\xc3\x28", "\xed\xa0\x80"],
  ...["=1+1", "../../etc/passwd", "<script>", "%00", "FR", "ZZ", "fr", " ", "\x7f", "\x1b[2J"],
].map((text) => Buffer.from(text, "latin1"));

/** Changes a few places of a log. */
export function mutated(log: Uint8Array, random: () => number): Uint8Array {
  let bytes = Buffer.from(log);
  const below = (limit: number): number => Math.floor(random() * limit);
  for (let changes = 1 + below(6); changes > 0; changes--) {
    const at = below(bytes.length + 1);
    const end = Math.min(bytes.length, at + below(30));
    const word = DICTIONARY[below(DICTIONARY.length)];
    const kind = below(7);
    if (kind === 0 && at < bytes.length) bytes[at] ^= 1 << below(8);
    else if (kind === 1) bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(end)]);
    else if (kind === 2) bytes = bytes.subarray(0, at);
    else if (kind === 3) {
      bytes = Buffer.concat([bytes.subarray(0, end), bytes.subarray(at)]);
    } else if (kind === 4 && below(8) === 0) {
      const huge = Buffer.alloc(65_530 + below(20), word);
      bytes = Buffer.concat([bytes.subarray(0, at), huge, bytes.subarray(at)]);
    } else bytes = Buffer.concat([bytes.subarray(0, at), word, bytes.subarray(at)]);
  }
  return bytes;
}
