/**
 * The command `service`: systemd units for the folders and options given.
 *
 * @module
 */

import { readText } from "../io/publication.ts";
import { replaceFile } from "../io/replace_file.ts";
import { denoStoreWith } from "../io/store.ts";
import type { GivenOptions } from "./command_line.ts";
import { print, printError } from "./console.ts";
import { cannotUse } from "./errors.ts";
import { refuseMemory } from "./make_charts.ts";
import { nextStarts, startText } from "./next_starts.ts";
import { fieldOf, type OptionRow, type ServiceOptions } from "./options.ts";
import { RUN_SETTING_ROWS } from "./run_option_rows.ts";
import {
  commandWord,
  foldersToMake,
  isUnedited,
  SERVICE_USER,
  type ServicePlan,
  TIMER_NAME,
  type UnitFile,
  unitFiles,
} from "./unit_files.ts";

const MEMORY = RUN_SETTING_ROWS.find((row) => row.flag === "--memory")!;

/** Units tell no secrets. */
const UNIT_MODE = 0o644;

/**
 * Prints the units, or writes them where systemd looks for them; tells what is to be typed then, and
 * when the first runs are.
 */
export function service(options: ServiceOptions, given: GivenOptions): void {
  refuseMemory(options);
  const plan = planOf(options, given);
  const units = unitFiles(plan);
  const folder = withoutSlash(options.unitDir);
  if (options.action === "install") {
    install(units, folder, options.force);
    printError(units.map(({ name }) => `Written: ${folder}/${name}`).join("\n"));
  } else {
    print(units.map(({ name, text }) => `# ${folder}/${name}\n${text}`).join("\n"));
  }
  printError(`\n${whatToDo(plan)}\n\n${startsText(options.at)}`);
}

function planOf(options: ServiceOptions, given: GivenOptions): ServicePlan {
  const { program, logs, batch, results, quarantine, metrics, config, memory, at } = options;
  const modules = [options.reader, ...options.writer].filter((format) => format?.isModule);
  const files = [
    ...config === undefined ? [] : [config],
    ...filesRead(options),
    ...modules.map((each) => each!.name),
  ];
  const others = Object.entries({ quarantine, metrics }).filter(([, path]) => path !== undefined);
  const paths = { program, logs, batch, results, ...Object.fromEntries(others) };
  for (const [name, path] of Object.entries(paths)) checkPath(`--${name} ${path}`, path);
  for (const path of files) checkPath(path, path);
  return { ...paths, files, words: wordsOf(given), memoryBytes: memory, at };
}

/** The files that a run with these options reads besides logs. */
function filesRead(options: ServiceOptions): string[] {
  const values: Readonly<Record<string, unknown>> = options;
  const rows: readonly OptionRow[] = RUN_SETTING_ROWS;
  const paths = rows.filter(({ use }) => use === "read").map(({ flag }) => values[fieldOf(flag)]);
  return paths.filter((path) => typeof path === "string");
}

/** systemd has no current folder, and units have lines. */
function checkPath(typed: string, path: string): void {
  if (!path.startsWith("/")) throw cannotUse(typed, "a relative path, expected an absolute one");
  if (/\p{Cc}/u.test(path)) throw cannotUse(typed, "a control character, expected none in a path");
}

/**
 * The options that `run` gets as they were typed, one for each line of the unit. What a configuration
 * says is left to it; without one the memory is named, as the unit's limit depends on it.
 */
function wordsOf(given: GivenOptions): string[] {
  const memory = given.config === undefined ? { memory: MEMORY.default } : {};
  const values: GivenOptions = { ...memory, ...given };
  return RUN_SETTING_ROWS.flatMap((row) => {
    const value = values[fieldOf(row.flag)];
    if (value === undefined) return [];
    if (value === true) return [row.flag];
    if (/\p{Cc}/u.test(String(value))) {
      throw cannotUse(`${row.flag} ${value}`, "a control character, expected none in a unit");
    }
    return [`${row.flag} ${commandWord(String(value))}`];
  });
}

/**
 * Writes the units, all or none where one was edited by hand.
 *
 * @throws {Error} where a unit is there that was not made here, or was edited
 */
function install(units: readonly UnitFile[], folder: string, isForced: boolean): void {
  const store = denoStoreWith(UNIT_MODE);
  for (const { name, text } of units) {
    const path = `${folder}/${name}`;
    if (isForced || store.info(path) === undefined) continue;
    const former = readText(store, path);
    if (former === text || isUnedited(former)) continue;
    throw new Error(
      `Cannot write "${path}": it was edited by hand, expected a unit that this program made ` +
        "(--force writes over it; an edit lasts in a file of its own: " +
        `systemctl edit ${name})`,
    );
  }
  store.makeFolder(folder);
  for (const { name, text } of units) replaceFile(store, `${folder}/${name}`, text);
}

function whatToDo(plan: ServicePlan): string {
  const folders = foldersToMake(plan).map((path) => commandLineWord(path));
  const lines = [
    ...folders.length === 0 ? [] : [
      `sudo useradd --system --user-group ${SERVICE_USER}`,
      `sudo install -d -o ${SERVICE_USER} -g ${SERVICE_USER} -m 0750 ${folders.join(" ")}`,
    ],
    "sudo systemctl daemon-reload",
    `sudo systemctl enable --now ${TIMER_NAME}`,
    `systemctl list-timers ${TIMER_NAME}`,
  ];
  return ["Then:", ...lines.map((line) => `  ${line}`)].join("\n");
}

/** Writes a word as a shell reads it. */
function commandLineWord(word: string): string {
  return /^[\w/.,:=@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

function startsText(at: string): string {
  const starts = nextStarts(at, new Date(), 3);
  return ["It starts:", ...starts.map((start) => `  ${startText(start)}`)].join("\n");
}

function withoutSlash(folder: string): string {
  return folder.replace(/(?<=.)\/+$/, "");
}
