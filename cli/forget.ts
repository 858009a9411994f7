/**
 * The command `forget`: a user leaves batches, reports and rejected rows, and does not come back.
 *
 * @module
 */

import type { IdKind } from "../core/streams.ts";
import type { UserIds } from "../io/forget_batches.ts";
import { forget as forgetUser, type ForgetSummary } from "../io/forgetting.ts";
import { FORGOTTEN_NAME } from "../io/forgotten_files.ts";
import { denoStoreWith, FILE_MODE } from "../io/store.ts";
import { print, printError } from "./console.ts";
import { cannotUse } from "./errors.ts";
import { counted, grouped } from "./figures.ts";
import { today } from "./make_charts.ts";
import type { ForgetOptions } from "./options.ts";
import { harmless } from "./terminal_text.ts";
import { idOf } from "./top_words.ts";
import type { World } from "./world.ts";

/**
 * Forgets a user, and tells what was removed.
 *
 * @throws {UsageError} where the id is none
 * @throws {Error} where something is damaged, or a run is in progress: nothing was changed
 */
export async function forget(options: ForgetOptions, { stop: signal }: World): Promise<void> {
  const { batch, results, quarantine, logs, wait: waitSeconds, fileMode, json } = options;
  refuseWords(options);
  const { id } = options;
  const user = id === undefined
    ? undefined
    : (found: IdKind | undefined) => idsOf(id, options.ids ?? found ?? "number");
  const summary = await forgetUser(
    { batch, results, quarantine, logs, waitSeconds, today: today(), user },
    {
      store: denoStoreWith(fileMode ?? FILE_MODE),
      warn: (text) => printError(`Warning: ${text}`),
      signal,
    },
  );
  for (const name of summary.unsearched) {
    printError(
      `Warning: report "${results}/${name}" is not looked into, its format is none of the ` +
        "program's own; topstreams run makes it again without the user",
    );
  }
  if (json) print(JSON.stringify(summary, null, 2) + "\n");
  else print(textOf(summary, options));
}

function refuseWords({ kind, id }: ForgetOptions): void {
  if (kind === "user" && id === undefined) {
    throw cannotUse("forget user", "no user given, expected one: forget user 12345");
  }
  if (kind === "again" && id !== undefined) {
    throw cannotUse(`forget again ${id}`, "a user, expected forget again alone");
  }
}

/** The id where ids are numbers, and where they are text. */
function idsOf(typed: string, ids: IdKind): { readonly ids: UserIds; readonly name: string } {
  const name = idOf(typed, ids, `forget user ${typed}`);
  const isNumber = /^\d{1,16}$/.test(name) && Number.isSafeInteger(Number(name));
  return { name, ids: { text: name, ...isNumber ? { number: String(Number(name)) } : {} } };
}

function textOf(summary: ForgetSummary, { id, batch, logs }: ForgetOptions): string {
  const { days, reports, rejectedRows, wasForgotten } = summary;
  const who = id === undefined ? "users of the list" : `user ${harmless(id)}`;
  const hasAny = days.length + reports.length + rejectedRows.length > 0;
  const list = `${batch}/${FORGOTTEN_NAME}`;
  const inList = wasForgotten ? [`The user was in the list of forgotten users before (${list})`] : [
    `The user is in the list of forgotten users (${list}):`,
    "logs of today and before are read without",
  ];
  const lines = [
    hasAny ? `Forgot ${who}` : `Found nothing of ${who}`,
    ...days.map(({ day, streams, songs }) =>
      `  batch of ${day}: ${counted(streams, "stream")} of ${counted(songs, "song")}`
    ),
    ...reports.map(({ name, streams }) => `  ${name}: ${counted(streams, "stream")}`),
    ...rejectedRows.map(({ name, rows }) => `  ${name}: ${counted(rows, "row")}`),
    ...id === undefined ? [] : inList,
    ...summary.logs.length === 0 ? [] : [
      `Logs are not changed: ${grouped(summary.logs.length)} in "${logs}" still ` +
      `${summary.logs.length === 1 ? "holds" : "hold"} streams of ${
        id === undefined ? "them" : "the user"
      }`,
    ],
  ];
  return lines.map((line) => `${line}\n`).join("");
}
