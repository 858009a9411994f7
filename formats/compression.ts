export interface Compression {
  readonly name: "gzip" | "zstd";
  readonly endings: readonly string[];
  looksLike(head: Uint8Array): boolean;
  decompress(c: AsyncIterable<Uint8Array>, warn: (t: string) => void): AsyncIterable<Uint8Array>;
}
export const COMPRESSIONS: readonly Compression[] = ([["gzip", "gz"], ["zstd", "zst"]] as const)
  .map(([name, e]) => ({ name, endings: [e], looksLike: () => false, decompress: (c) => c }));
export function compressionOf(_head: Uint8Array): Compression | undefined {
  return undefined;
}
export function compressionNamed(name: string): Compression {
  throw new RangeError(name);
}
