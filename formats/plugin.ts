/**
 * Formats from outside: what a module exports is checked before it is used, and what it does while
 * it is used.
 *
 * @module
 */

import { REJECT_REASONS, rejectedCount, type RowParser } from "../core/streams.ts";
import { PAGES, READERS, WRITERS } from "./built_in.ts";
import type { AnyReader, ChartPrinter, ParserOptions, Reader, Writer } from "./interface.ts";
import {
  type Fail,
  type KeyWriter,
  LineParser,
  type ReadLine,
  textPrinter,
} from "./line_formats.ts";

type Noun = "reader" | "writer";

/** The properties that a format has in each of its forms, and what they must be. */
const FORMS: Readonly<Record<Noun, readonly Form[]>> = {
  reader: [
    { by: "readLine", properties: [["description", "string"], ["readLine", "function"]] },
    {
      by: "parser",
      properties: [["description", "string"], ["isCutAtLines", "boolean"], ["parser", "function"]],
    },
  ],
  writer: [
    {
      by: "writeKey",
      properties: [["description", "string"], ["extension", "string"], ["writeKey", "function"]],
    },
    {
      by: "printer",
      properties: [
        ["description", "string"],
        ["extension", "string"],
        ["isCutAtKeys", "boolean"],
        ["printer", "function"],
      ],
    },
  ],
};

interface Form {
  /** The function that tells the form. */
  readonly by: string;
  readonly properties: readonly (readonly [name: string, type: string])[];
}

/**
 * Takes the reader of a module.
 *
 * @param module what was imported
 * @param path the path as it was given, for messages
 * @throws {Error} where it exports no `reader` that keeps the contract
 */
export function checkedReader(module: unknown, path: string): AnyReader {
  const found = exported(module, "reader", path, READERS) as unknown as
    & Partial<Reader>
    & Reader
    & { readonly readLine?: ReadLine };
  const { name, description } = found;
  const fail = failer("reader", name, path);
  const { readLine } = found;
  const parser = readLine === undefined
    ? (options?: ParserOptions) => attempt(() => found.parser(guardedOptions(options, fail)), fail)
    : (options?: ParserOptions) => new LineParser((line) => found.readLine!(line), fail, options);
  return {
    name,
    description,
    isCutAtLines: readLine !== undefined || found.isCutAtLines,
    endings: Array.isArray(found.endings) ? found.endings : [],
    looksLike: (head) => attempt(() => found.looksLike?.(head) === true, fail),
    takesColumns: readLine === undefined && found.takesColumns === true,
    parser: (options) => new GuardedParser(parser(options), fail),
  };
}

/** Takes the writer of a module; as {@linkcode checkedReader}. */
export function checkedWriter(module: unknown, path: string): Writer {
  const found = exported(module, "writer", path, [...WRITERS, ...PAGES]) as unknown as
    & Writer
    & KeyWriter;
  const { name, description, extension } = found;
  const fail = failer("writer", name, path);
  if (!/^[a-z0-9]+$/.test(extension)) {
    throw new Error(
      `Cannot use writer "${path}": extension "${extension}", expected lower-case letters and digits`,
    );
  }
  const isOfText = found.writeKey !== undefined;
  return {
    ...{ name, description, extension },
    isCutAtKeys: isOfText || found.isCutAtKeys,
    printer: (shape) => {
      const printer = isOfText
        ? textPrinter(found, shape, fail)
        : attempt(() => found.printer(shape), fail);
      return guardedPrinter(printer, fail);
    },
  };
}

function exported(
  module: unknown,
  noun: Noun,
  path: string,
  builtIn: readonly { readonly name: string }[],
): Record<string, unknown> {
  const cannot = (what: string): never => {
    throw new Error(`Cannot use ${noun} "${path}": ${what} (docs/writing-a-format.md)`);
  };
  const found = (module as Record<string, unknown>)[noun];
  if (typeof found !== "object" || found === null) {
    return cannot(`no export "${noun}", expected an object of that name`);
  }
  const format = found as Record<string, unknown>;
  const { name } = format;
  if (typeof name !== "string" || !/^[a-z][a-z0-9-]*$/.test(name)) {
    return cannot(`name ${JSON.stringify(name)}, expected lower-case letters, digits and -`);
  }
  if (builtIn.some((each) => each.name === name)) {
    return cannot(`name "${name}" is that of a built-in ${noun}, expected another one`);
  }
  const forms = FORMS[noun];
  const form = forms.find(({ by }) => format[by] !== undefined);
  if (form === undefined) {
    const names = forms.map(({ by }) => by).join(" or ");
    return cannot(`neither of the functions, expected ${names}`);
  }
  for (const [property, type] of form.properties) {
    const actual: string = typeof format[property];
    if (actual !== type) return cannot(`${property} is ${actual}, expected a ${type}`);
  }
  return format;
}

/** What a format from outside did that it must not. */
class ContractError extends Error {
  override readonly name = "ContractError";
}

function failer(noun: Noun, name: string, path: string): Fail {
  return (what, cause) => {
    throw new ContractError(`Cannot go on with ${noun} "${name}" (${path}): ${what}`, { cause });
  };
}

function attempt<T>(act: () => T, fail: Fail): T {
  try {
    return act();
  } catch (error) {
    if (error instanceof ContractError) throw error;
    const what = error instanceof Error ? error.message : String(error);
    return fail(`it threw "${what}", expected it not to throw`, error);
  }
}

/** What a parser from outside tells of rejected rows is checked, too. */
function guardedOptions(options: ParserOptions | undefined, fail: Fail): ParserOptions | undefined {
  const onRejected = options?.onRejected;
  if (onRejected === undefined) return options;
  return {
    ...options,
    onRejected: (line, reason, bytes, from, to) => {
      const isRow = Number.isSafeInteger(line) && line > 0 && REJECT_REASONS.includes(reason) &&
        bytes instanceof Uint8Array && Number.isInteger(from) && Number.isInteger(to) &&
        0 <= from && from <= to && to <= bytes.length;
      if (isRow) onRejected(line, reason, bytes, from, to);
      else fail("onRejected() was told of no row, expected (line, reason, bytes, from, to)");
    },
  };
}

/** A parser from outside, whose results are checked after every call. */
class GuardedParser implements RowParser {
  readonly #parser: RowParser;
  readonly #fail: Fail;
  #streams = 0;

  constructor(parser: RowParser, fail: Fail) {
    if (typeof parser?.parse !== "function" || typeof parser.tally !== "object") {
      fail("parser() gave no parser, expected an object with parse() and tally");
    }
    this.#parser = parser;
    this.#fail = fail;
  }

  get tally(): RowParser["tally"] {
    return this.#parser.tally;
  }

  parse: RowParser["parse"] = (bytes, from, to, isLast, block) => {
    const fail = this.#fail;
    const before = block.length;
    const end = attempt(() => this.#parser.parse(bytes, from, to, isLast, block), fail);
    if (!(Number.isInteger(end) && end >= from && end <= to)) {
      fail(`parse() returned ${end}, expected a position from ${from} to ${to}`);
    }
    const { length, capacity } = block;
    if (!(Number.isInteger(length) && length >= before && length <= capacity)) {
      fail(`the block has ${length} streams, expected ${before} to ${capacity}`);
    }
    if (isLast && length < capacity && end < to) {
      fail(`parse() left ${to - end} bytes of the end, expected all to be consumed`);
    }
    this.#checkBlock(block, before);
    this.#streams += length - before;
    const { rows, rejected } = this.tally;
    if (rows !== this.#streams + rejectedCount(rejected)) {
      fail(
        `a tally of ${rows} rows, expected ${this.#streams} streams and ` +
          `${rejectedCount(rejected)} rejected rows`,
      );
    }
    return end;
  };

  #checkBlock(
    { songs, users, countries, texts, length }: Parameters<RowParser["parse"]>[4],
    from: number,
  ): void {
    const isId = texts.length > 0
      ? (id: number) => Number.isInteger(id) && id >= 0 && id < texts.length
      : (id: number) => Number.isSafeInteger(id) && id >= 0;
    for (let i = from; i < length; i++) {
      if (!isId(songs[i])) this.#fail(`song ${songs[i]}, expected an id`);
      if (!isId(users[i])) this.#fail(`user ${users[i]}, expected an id`);
      if (countries[i] > 675) this.#fail(`country ${countries[i]}, expected a key from 0 to 675`);
    }
  }
}

function guardedPrinter(printer: ChartPrinter, fail: Fail): ChartPrinter {
  if (typeof printer?.print !== "function") {
    fail("printer() gave no printer, expected an object with print()");
  }
  return {
    begin: (out) => attempt(() => printer.begin?.(out), fail),
    print: (row, out) => {
      const before = out.length;
      attempt(() => printer.print(row, out), fail);
      if (
        !(Number.isInteger(out.length) && out.length >= before && out.length <= out.bytes.length)
      ) {
        fail(`print() left a length of ${out.length}, expected ${before} to ${out.bytes.length}`);
      }
    },
    end: (out) => attempt(() => printer.end?.(out), fail),
  };
}
