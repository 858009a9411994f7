/**
 * What would help where logs are not found, or cannot be read: what was seen, and the options that
 * fit it.
 *
 * @module
 */

import { likelyPattern } from "../core/name_guess.ts";
import type { LogPattern } from "../core/names.ts";
import type { FoundLog } from "../core/plan.ts";
import type { IdKind } from "../core/streams.ts";
import { likelyWay, type Way, wayText } from "../formats/guess.ts";
import { type AnyReader, type Columns, columnsText } from "../formats/interface.ts";
import { formatOfLog, plainHeadOf } from "./log_format.ts";
import type { Store } from "./store.ts";

/** Names that are shown of a folder. */
const SHOWN_NAMES = 3;

/** Characters that are shown of a line. */
const SHOWN_COLUMNS = 100;

/**
 * Says what is in the folder of the logs, where none of it is a log.
 *
 * @returns a text to stand behind a message
 */
export function whatIsThere(store: Store, folder: string, { text }: LogPattern): string {
  const all = store.list(folder);
  if (all === undefined) return "";
  const names = all.filter((name) => !name.startsWith("."));
  if (names.length === 0) return `; folder "${folder}" is empty, expected logs (--logs DIR)`;
  const shown = names.slice(0, SHOWN_NAMES).map((name) => `"${name}"`).join(", ");
  const more = names.length > SHOWN_NAMES ? ` and ${names.length - SHOWN_NAMES} more` : "";
  const guess = likelyPattern(names);
  const help = guess === undefined
    ? "--logs DIR names another folder, --log-name PATTERN other names"
    : `--log-name '${guess.pattern}' fits ${guess.count} of them`;
  return `; folder "${folder}" holds ${shown}${more}, none called ${text} (${help})`;
}

/** What is known of logs of which one failed. */
export interface FailedLogs {
  readonly folder: string;
  readonly logs: readonly FoundLog[];
  readonly options: HowTried;
}

/** How logs were tried to be read. */
interface HowTried {
  /** The reader that was asked for, if one was. */
  readonly reader?: string;
  readonly columns?: Columns;
  readonly ids: IdKind;
  readonly formats: { readonly readers: readonly AnyReader[] };
}

/**
 * Adds to an error that says that a log cannot be read how it could be.
 *
 * @returns the error itself where there is nothing to add
 */
export async function withAdvice(
  store: Store,
  error: unknown,
  { folder, logs, options }: FailedLogs,
): Promise<unknown> {
  if (!(error instanceof Error)) return error;
  const path = logs.map(({ name }) => `${folder}/${name}`)
    .find((path) => isAboutFormat(error.message, path));
  if (path === undefined) return error;
  const head = await headOrNothing(store, path);
  const way = likelyWay(head);
  const isHelp = way === undefined
    ? isOfNoFormat(error.message) && !isBinary(head)
    : !await wasTried(store, path, way, options);
  if (!isHelp) return error;
  const help = way === undefined
    ? "no reader fits it: topstreams formats lists them, docs/writing-a-format.md tells of one's own"
    : `what fits it: ${wayText(way)}`;
  return new Error(`${error.message}${firstLineOf(head, error.message)}\n  ${help}`, {
    cause: error,
  });
}

/** The first line of a log, where the message does not show lines already. */
function firstLineOf(head: Uint8Array, message: string): string {
  if (/\n {2}line \d+ \(/.test(message)) return "";
  const [line] = new TextDecoder().decode(head).split(/\r?\n/, 1);
  return `\n  its first line: ${line.replace(/\p{Cc}/gu, " ").slice(0, SHOWN_COLUMNS)}`;
}

/** Whether a message says that most rows are no streams, or that columns are not there. */
function isOfNoFormat(message: string): boolean {
  const [, rejected, rows] = /: (\d+) of (\d+) rows rejected, /.exec(message) ?? [];
  return rows === undefined
    ? message.includes(": no column ")
    : 2 * Number(rejected) > Number(rows);
}

/** Whether a log was tried to be read in this very way: some of its rows are bad, not the way. */
async function wasTried(store: Store, path: string, way: Way, tried: HowTried): Promise<boolean> {
  if (way.ids !== tried.ids) return false;
  if (columnsText(way.columns) !== columnsText(tried.columns)) return false;
  const { readers } = tried.formats;
  try {
    const { reader } = await formatOfLog(store, path, { readers, wanted: tried.reader });
    return reader.name === way.reader.name;
  } catch {
    // It could not be said how it is to be read, and that is what the error tells.
    return true;
  }
}

/** Whether a message says that the rows of a log are not what was expected. */
function isAboutFormat(message: string, path: string): boolean {
  return message.startsWith(`Cannot read log "${path}": `) ||
    message.startsWith(`Cannot use log "${path}": `) && message.includes(" rows rejected, ");
}

async function headOrNothing(store: Store, path: string): Promise<Uint8Array> {
  try {
    return await plainHeadOf(store, path);
  } catch {
    // The error that is there already is the one to be shown.
    return new Uint8Array(0);
  }
}

function isBinary(head: Uint8Array): boolean {
  return head.length === 0 || head.includes(0);
}
