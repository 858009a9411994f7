/**
 * Makes the pictures of the page in docs/pictures/: a run of its own, looked at in chromium.
 *
 * `deno task docs:pictures`; look at them before they are committed.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { fileURLToPath, pathToFileURL } from "node:url";
import { generateLog, generatorOptions } from "../../bench/generator.ts";
import { type Day, daysOf, parseDay, windowEnding } from "../../core/day.ts";
import { logName } from "../../core/names.ts";
import { inPlace, type Place } from "../cli/program.ts";
import { openPage, SCHEMES, startBrowser, type WindowName, WINDOWS } from "./_browser.ts";

const PICTURES = fileURLToPath(new URL("../../docs/pictures/", import.meta.url));
const LAST = parseDay("2021-12-01")!;
const COMMON = { userCount: 4000, songCount: 5000, countryCount: 60, corruptShare: 0.002 };

/** The log of a day: more at the end of a week, and some songs that come and go. */
function logOf(day: Day): Uint8Array {
  const rowCount = 40_000 + 9000 * ((day + 3) % 7);
  const usual = generatorOptions({ ...COMMON, rowCount, seed: 1 });
  const passing = generatorOptions({
    ...COMMON,
    rowCount: 12_000,
    seed: Math.floor(day / 3) % 5 + 2,
  });
  return Buffer.concat([...generateLog(day, usual), ...generateLog(day, passing)]);
}

const FIRST =
  "Silver Paper Distant Northern Quiet Broken Golden Electric Summer Hollow Velvet Blue";
const SECOND =
  "Harbour Lanterns Signal Garden Rivers Motel Static Horses Avenue Weather Mirror Tide";

/** A name made up of two words that a number chooses. */
function nameOf(number: number): string {
  const [first, second] = [FIRST.split(" "), SECOND.split(" ")];
  return `${first[number % first.length]} ${second[Math.floor(number / 12) % second.length]}`;
}

/** Titles for most of the songs of a log, as CSV. */
function titlesOf(log: Uint8Array): string {
  const songs = new Set(new TextDecoder("latin1").decode(log).match(/^\d+(?=\|)/gm));
  const known = [...songs].filter((song) => Number(song) % 9 !== 0);
  const lines = known.map((song) => `${song},${nameOf(Number(song))},${nameOf(Number(song) >> 5)}`);
  return ["song,title,artist", ...lines].join("\n");
}

/** Three weeks of logs, one of them missing, and the runs of the last two weeks. */
async function runIn(place: Place): Promise<string> {
  for (const day of daysOf(windowEnding(LAST, 21))) {
    if (day === LAST - 4) continue;
    place.write(`logs/${logName(day)}`, logOf(day));
  }
  place.write("titles.csv", titlesOf(logOf(LAST)));
  const titles = ["--titles", place.path("titles.csv")];
  const words = ["--by", "country,world", "--writer", "html", ...titles];
  await place.run("--from", "20211118", "--to", "20211201", ...words);
  return pathToFileURL(place.path("results/charts_20211201.html")).href;
}

await inPlace(async (place) => {
  const address = await runIn(place);
  const browser = await startBrowser();
  try {
    Deno.mkdirSync(PICTURES, { recursive: true });
    for (const window of Object.keys(WINDOWS) as WindowName[]) {
      for (const scheme of SCHEMES) {
        const { page } = await openPage(browser, address, { window, scheme });
        const path = `${PICTURES}page-${window}-${scheme}.png`;
        if (window === "desktop") await page.locator("summary").first().click();
        await page.mouse.move(0, 0);
        await page.evaluate("scrollTo(0, 0); document.activeElement.blur()");
        await page.screenshot({ path });
        await page.context().close();
      }
    }
    // A country of a phone, found by typing.
    const { page } = await openPage(browser, address, { window: "phone" });
    await page.getByLabel("Find a country").fill("fr");
    await page.locator("li:not([hidden]) > details > summary").first().click();
    await page.locator("#find-box").evaluate((box) => box.scrollIntoView());
    await page.screenshot({ path: `${PICTURES}page-phone-country.png` });
  } finally {
    await browser.close();
  }
});
for (const { name } of Deno.readDirSync(PICTURES)) {
  const { size } = Deno.statSync(PICTURES + name);
  console.log(`docs/pictures/${name}: ${Math.ceil(size / 1000)} kB`);
}
