/**
 * The command `verify`.
 *
 * @module
 */

import { denoStore } from "../io/store.ts";
import { type Finding, type Verified, verify, type WorkToShare } from "../io/verify.ts";
import { quoted } from "../io/verify_names.ts";
import { print, printError } from "./console.ts";
import { counted } from "./figures.ts";
import { filled } from "./lines.ts";
import { chosenFormats, shareOut } from "./make_charts.ts";
import type { VerifyOptions } from "./options.ts";
import type { World } from "./world.ts";

/** The formats of pages that memory is set aside for. */
const PAGE_WRITER = { name: "html", isModule: false } as const;

/**
 * Verifies the folders and writes to standard output what was found.
 *
 * @throws {Error} where something is wrong
 */
export async function verifyFolders(options: VerifyOptions, world: World): Promise<void> {
  const { logs, batch, results, logName, reader, writer, deep, titles, memory, jobs } = options;
  const by = [{ kind: "country" }] as const;
  const { formats, plugins } = await chosenFormats(
    { reader, writer, columns: undefined, by },
    world.isStandalone,
  );
  const found = await verify({
    ...{ logs, batch, results, logPattern: logName, titles, formats, plugins },
    isDeep: deep,
    shareOut: ({ ids, top, hasPage }: WorkToShare) =>
      shareOut({ ...{ memory, jobs, by, top, ids }, writer: hasPage ? [PAGE_WRITER] : [] }),
    folderWords: folderWords(options),
  }, {
    store: denoStore,
    reporter: {
      warn: (text) => printError(`Warning: ${text}`),
      note: () => {},
      progress: () => {},
    },
    signal: world.stop,
  });
  print(options.json ? JSON.stringify(found, null, 2) + "\n" : verifiedText(found));
  const { length } = found.findings;
  if (length === 0) return;
  throw new Error(
    `Cannot vouch for "${batch}": ${counted(length, "thing")} wrong, expected none`,
  );
}

/** The options that name other folders than the usual ones, as they are typed. */
function folderWords({ logs, batch, results = "results" }: VerifyOptions): string {
  return Object.entries({ logs, batch, results }).filter(([name, path]) => path !== name)
    .map(([name, path]) => ` --${name} ${quoted(path)}`).join("");
}

/** Writes what was found as lines that can be read aloud. */
function verifiedText(found: Verified): string {
  const { batches, reports, rebuilt, findings, notVerified, running } = found;
  const parts = [
    counted(batches.length, "batch", "batches"),
    ...rebuilt.length > 0 ? [`${counted(rebuilt.length, "log")} read again`] : [],
    counted(reports.length, "report"),
  ];
  const wrong = findings.length === 0 ? "nothing" : counted(findings.length, "thing");
  const { pid, since } = running ?? {};
  const who = pid === undefined ? "" : ` (process ${pid}, since ${since})`;
  return [
    ...findings.flatMap(findingLines),
    ...notVerified.flatMap((text) => filled("not verified:", text.split(" "), 14)),
    ...running === null ? [] : [`A run is in progress${who}: what it works on is not judged`],
    `${parts.join(", ")}: ${wrong} wrong`,
  ].join("\n") + "\n";
}

function findingLines({ path, byteOffset, what, mend }: Finding): string[] {
  const place = byteOffset === undefined ? path : `${path}, byte ${byteOffset}`;
  return [
    place,
    ...filled("", what.split(" "), 2),
    `  to mend it: ${mend}`,
  ];
}
