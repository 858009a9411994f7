/**
 * The formats that the program has.
 *
 * @module
 */

import type { Reader, Writer } from "./interface.ts";
import { pipe } from "./pipe.ts";
import { top } from "./top.ts";

/** The readers, in the order of the help. */
export const READERS: readonly Reader[] = [pipe];

/** The writers, in the order of the help. */
export const WRITERS: readonly Writer[] = [top];

/** @throws {RangeError} where there is no such reader */
export function readerNamed(name: string): Reader {
  return named(READERS, name, "reader");
}

/** @throws {RangeError} where there is no such writer */
export function writerNamed(name: string): Writer {
  return named(WRITERS, name, "writer");
}

function named<F extends { readonly name: string }>(
  formats: readonly F[],
  name: string,
  noun: string,
): F {
  const format = formats.find((each) => each.name === name);
  if (format !== undefined) return format;
  const names = formats.map((each) => each.name).join(", ");
  throw new RangeError(`Cannot use ${noun} "${name}": unknown, expected one of ${names}`);
}
