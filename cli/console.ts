/**
 * Standard output and standard error.
 *
 * @module
 */

/** Something that takes bytes, such as standard output; it returns how many it took. */
export interface Output {
  writeSync(bytes: Uint8Array): number;
}

/** Where the texts of the program go. */
export interface Outputs {
  readonly stdout: Output;
  readonly stderr: Output;
}

/** Where the texts go now: a process has one standard output, and so has this module. */
let outputs: Outputs = Deno;

/**
 * Writes text to standard output; a pipe that was closed at the other end is no failure.
 *
 * @throws {Error} where the text cannot be written
 */
export function print(text: string): void {
  clearStatus();
  try {
    writeAll(outputs.stdout, text);
  } catch (cause) {
    if (cause instanceof Deno.errors.BrokenPipe) return;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`Cannot write to standard output: ${reason}`, { cause });
  }
}

/** Writes a line to standard error; a message that cannot be written fails no work. */
export function printError(line: string): void {
  clearStatus();
  tryToWrite(line + "\n");
}

function tryToWrite(text: string): void {
  try {
    writeAll(outputs.stderr, text);
  } catch {
    // There is nowhere left to tell it.
  }
}

/** How wide the line is that stands on the terminal until the next text; 0 where there is none. */
let statusColumns = 0;

/**
 * Shows a line on the terminal in the place of the one that was shown before; it goes before any
 * other text is written.
 *
 * @param line its text, and how many columns that takes
 */
export function showStatus({ text, columns }: { text: string; columns: number }): void {
  tryToWrite(`\r${text}${" ".repeat(Math.max(0, statusColumns - columns))}`);
  statusColumns = columns;
}

/** Takes the line away that {@linkcode showStatus} shows. */
export function clearStatus(): void {
  if (statusColumns === 0) return;
  tryToWrite(`\r${" ".repeat(statusColumns)}\r`);
  statusColumns = 0;
}

/** Does something while all texts go to other outputs than those of the process. */
export async function withOutputs<T>(others: Outputs, action: () => Promise<T>): Promise<T> {
  const former = outputs;
  outputs = others;
  try {
    return await action();
  } finally {
    outputs = former;
  }
}

function writeAll(output: Output, text: string): void {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length;) at += output.writeSync(bytes.subarray(at));
}
