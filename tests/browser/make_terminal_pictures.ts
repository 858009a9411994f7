/**
 * Makes the picture of a run on a terminal, docs/pictures/terminal-run.svg: the program runs on a
 * pseudo-terminal of 80 columns, which util-linux' script(1) makes, and what stood there is drawn.
 *
 * `deno task docs:pictures`; look at it before it is committed.
 *
 * @module
 */

import { generateLog, generatorOptions } from "../../bench/generator.ts";
import { daysOf, parseDay, windowEnding } from "../../core/day.ts";
import { logName } from "../../core/names.ts";
import { onTerminal } from "../cli/_terminal.ts";
import { inPlace } from "../cli/program.ts";

const PICTURE = new URL("../../docs/pictures/terminal-run.svg", import.meta.url);
const LAST = parseDay("2021-12-01")!;
const COLUMNS = 80;

/** The share of the run that is done in the picture, in percent. */
const WANTED_PERCENT = 42;

const CHARACTER = { width: 8.4, height: 19 };
const MARGIN = 16;

/** A piece of a line that looks the same. */
interface Span {
  readonly text: string;
  readonly isBold: boolean;
}

/** Cuts a line at its control sequences. */
function spansOf(line: string): Span[] {
  // deno-lint-ignore no-control-regex
  return line.split(/(?=\x1b\[\d+m)/).map((part) => ({
    // deno-lint-ignore no-control-regex
    text: part.replace(/^\x1b\[\d+m/, ""),
    isBold: part.startsWith("\x1b[1m"),
  }));
}

/** Blanks that do not break stay as many as they are, whatever shows the picture. */
function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(" ", "\u00a0");
}

function lineSvg(line: string, row: number): string {
  const y = MARGIN + CHARACTER.height * (row + 0.75);
  const spans = spansOf(line).map(({ text, isBold }) =>
    isBold ? `<tspan font-weight="bold">${escaped(text)}</tspan>` : escaped(text)
  );
  return `<text x="${MARGIN}" y="${y.toFixed(1)}">${spans.join("")}</text>`;
}

function pictureOf(lines: readonly string[]): string {
  const width = 2 * MARGIN + COLUMNS * CHARACTER.width;
  const height = 2 * MARGIN + lines.length * CHARACTER.height;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" role="img">
<title>A run of topstreams on a terminal</title>
<rect width="100%" height="100%" rx="8" fill="#16181d"/>
<g fill="#d7dae0" font-family="ui-monospace, Menlo, Consolas, monospace" font-size="14">
${lines.map(lineSvg).join("\n")}
</g>
</svg>
`;
}

/** The refreshed line when about so much was done, of those that tell the most. */
function progressLine(text: string): string {
  const lines = text.split(/[\r\n]+/).filter((line) => line.includes("rows/s"));
  // deno-lint-ignore no-control-regex
  const percentOf = (line: string): number => Number(/\x1b\[1m(\d+) %/.exec(line)?.[1]);
  const away = (line: string): number => Math.abs(percentOf(line) - WANTED_PERCENT);
  return lines.sort((a, b) => away(a) - away(b))[0].trimEnd();
}

await inPlace(async (place) => {
  const options = generatorOptions({ rowCount: 3_000_000, seed: 1 });
  Deno.mkdirSync(place.path("logs"));
  for (const day of daysOf(windowEnding(LAST, 7))) {
    using file = Deno.createSync(place.path(`logs/${logName(day)}`));
    for (const chunk of generateLog(day, options)) file.writeSync(chunk);
  }
  const argv = ["run", "--date", "2021-12-01"];
  const text = await onTerminal(place, COLUMNS, {}, argv);
  const end = text.slice(text.lastIndexOf("\r\x1b[1mCharts of") + 1).replaceAll("\r", "").trimEnd();
  const command = "$ topstreams run";
  const picture = pictureOf([command, progressLine(text), "", command, ...end.split("\n")]);
  Deno.writeTextFileSync(PICTURE, picture);
});
