import type { AnyReader, Writer } from "./interface.ts";
export function checkedReader(m: unknown, _p: string): AnyReader {
  return m as AnyReader;
}
export function checkedWriter(m: unknown, _p: string): Writer {
  return m as Writer;
}
