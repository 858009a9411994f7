/**
 * Lines of at most 80 columns.
 *
 * @module
 */

const COLUMNS = 80;

/**
 * Fills lines with parts, a blank between two; a part that is longer than a line has its own.
 *
 * @param label what stands in front of the first line
 * @param indent where the parts begin, in every line
 *
 * @example
 * ```ts
 * import { filled } from "./lines.ts";
 * if (filled("  reads", ["1", "log"], 8).join() !== "  reads 1 log") throw new Error();
 * ```
 */
export function filled(label: string, parts: readonly string[], indent: number): string[] {
  const lines = [label.padEnd(indent)];
  let isEmpty = true;
  for (const part of parts) {
    const last = lines[lines.length - 1];
    if (!isEmpty && last.length + 1 + part.length > COLUMNS) lines.push(" ".repeat(indent) + part);
    else lines[lines.length - 1] = isEmpty ? last + part : `${last} ${part}`;
    isEmpty = false;
  }
  return lines;
}
