/**
 * What core/ may use besides the language itself. The type check of `core_purity.json` knows this
 * and ECMAScript, and so no Deno, console, timers or fetch. Text to bytes and back is pure; nothing
 * that reaches out of the program may be added here.
 */

declare class TextEncoder {
  encode(text?: string): Uint8Array<ArrayBuffer>;
}

declare class TextDecoder {
  constructor(label?: string, options?: { readonly ignoreBOM?: boolean });
  decode(bytes?: Uint8Array): string;
}
