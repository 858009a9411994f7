/// <reference lib="dom" />
/** The page in a real browser: what it asks for, what is found by typing, who can use it. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { pathToFileURL } from "node:url";
import axe from "npm:axe-core@4.14.1";
import { generateLog, generatorOptions } from "../../bench/generator.ts";
import { daysOf, parseDay, windowEnding } from "../../core/day.ts";
import { logName } from "../../core/names.ts";
import { Place } from "../cli/program.ts";
import { HOSTILE_TEXTS, hostilePage, pageOf, written } from "../unit/formats/sample_pages.ts";
import {
  type Browser,
  CHROMIUM,
  type OpenPage,
  openPage,
  type Page,
  type Scheme,
  SCHEMES,
  startBrowser,
  type View,
  type WindowName,
  WINDOWS,
} from "./_browser.ts";

const LAST = parseDay("2021-12-01")!;
const GENERATOR = generatorOptions({
  rowCount: 3000,
  userCount: 200,
  songCount: 700,
  countryCount: 40,
  corruptShare: 0.004,
  seed: 3,
});

/** What all tests look at: the page and the reports of one run, and a large page. */
interface World {
  readonly browser: Browser;
  readonly place: Place;
  /** The page of the run. */
  readonly address: string;
  /** A page of 250 countries, 50 songs each, 30 days. */
  readonly large: string;
}

let world: World | undefined;

async function prepared(): Promise<World> {
  if (world !== undefined) return world;
  const place = new Place(Deno.makeTempDirSync({ prefix: "topstreams-browser-" }));
  for (const day of daysOf(windowEnding(LAST, 32))) {
    if (day === LAST - 2) continue;
    place.write(`logs/${logName(day)}`, Buffer.concat(Array.from(generateLog(day, GENERATOR))));
  }
  const words = ["--by", "country,world", "--writer", "top,html", "--days", "7"];
  await place.run("--from", "20211125", "--to", "20211201", ...words);
  place.write("large.html", written(pageOf({ countries: 250, songs: 50, days: 30 })));
  const addressOf = (name: string) => pathToFileURL(place.path(name)).href;
  world = {
    browser: await startBrowser(),
    place,
    address: addressOf("results/charts_20211201.html"),
    large: addressOf("large.html"),
  };
  return world;
}

/** A test in the browser, ignored with the reason in its name where there is none. */
function testInBrowser(name: string, body: (world: World) => Promise<void>): void {
  const isIgnored = CHROMIUM === undefined;
  Deno.test({
    name: isIgnored ? `${name} (needs chromium: apt-get install chromium)` : name,
    ignore: isIgnored,
    // The browser is shared by all tests, and closed by the last one.
    sanitizeOps: false,
    sanitizeResources: false,
    fn: async () => await body(await prepared()),
  });
}

/** Opens the page of the run, and closes it. */
async function inPage(
  { browser, address }: World,
  view: View,
  body: (open: OpenPage) => Promise<void>,
): Promise<void> {
  const open = await openPage(browser, address, view);
  try {
    await body(open);
  } finally {
    await open.page.context().close();
  }
}

const VIEWS = (Object.keys(WINDOWS) as WindowName[]).flatMap((window) =>
  SCHEMES.map((scheme: Scheme) => ({ window, scheme }))
);

for (const view of VIEWS) {
  const { window, scheme } = view;

  testInBrowser(
    `the page loads with no error and no request, ${window}, ${scheme}`,
    async (world) => {
      await inPage(world, view, async ({ page, requests, complaints }) => {
        await page.waitForLoadState("networkidle");
        assert.deepEqual(requests, [world.address]);
        assert.deepEqual(complaints, []);
        const paper = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
        assert.equal(paper, scheme === "light" ? "rgb(252, 251, 249)" : "rgb(21, 19, 17)");
      });
    },
  );

  testInBrowser(
    `the page fits its window with countries open, ${window}, ${scheme}`,
    async (world) => {
      await inPage(world, view, async ({ page }) => {
        for (const summary of (await page.locator("summary").all()).slice(0, 5)) {
          await summary.click();
        }
        const [content, inside] = await page.evaluate(() => [
          document.documentElement.scrollWidth,
          document.documentElement.clientWidth,
        ]);
        assert.equal(content, inside);
        assert.equal(inside, WINDOWS[window].width);
      });
    },
  );

  testInBrowser(`axe finds nothing that keeps people out, ${window}, ${scheme}`, async (world) => {
    await inPage(world, view, async ({ page }) => {
      for (const summary of (await page.locator("summary").all()).slice(0, 3)) {
        await summary.click();
      }
      await page.evaluate(axe.source);
      const found = await page.evaluate(async () => {
        const tool = (globalThis as unknown as { axe: typeof axe }).axe;
        const { violations, passes } = await tool.run(document, { resultTypes: ["violations"] });
        const told = violations.map(({ id, nodes }) =>
          `${id}: ${nodes[0].html} ${nodes[0].failureSummary}`
        );
        return { told, passed: passes.length };
      });
      assert.deepEqual(found.told, []);
      assert.ok(found.passed > 20, `${found.passed} rules were looked at`);
    });
  });
}

/** The lines of a report by key. */
function reportOf({ place }: World, name: string): Map<string, string> {
  const lines = place.read(`results/${name}`).trimEnd().split("\n");
  return new Map(lines.map((line) => line.split("|") as [string, string]));
}

/** All charts that the page shows, by key, as the report has them. */
function shownCharts(page: Page): Promise<Record<string, string>> {
  return page.evaluate(() => {
    const tables = [...document.querySelectorAll("#world table, details > table")];
    return Object.fromEntries(tables.map((table) => {
      const rows = [...table.querySelectorAll("tbody tr")].map((row, i) => {
        const [rank, , song, streams] = [...row.children].map((cell) => cell.textContent.trim());
        if (rank !== String(i + 1)) throw new Error(`rank ${rank} in row ${i + 1}`);
        return `${song}:${streams.replaceAll(",", "")}`;
      });
      return [table.id, rows.join(",")];
    }));
  });
}

testInBrowser("every song of every chart is as in the reports of the run", async (world) => {
  const countries = reportOf(world, "country_top50_20211201.txt");
  const [[, ofWorld]] = reportOf(world, "world_top50_20211201.txt");
  assert.ok(countries.size > 30);
  await inPage(world, {}, async ({ page }) => {
    const shown = await shownCharts(page);
    assert.deepEqual(shown, { ...Object.fromEntries(countries), "world-songs": ofWorld });
  });
});

testInBrowser("movement is shown where the run has a history of earlier dates", async (world) => {
  await inPage(world, {}, async ({ page }) => {
    const kinds = await page.evaluate(() => {
      const cells = [...document.querySelectorAll("#world tbody tr td:nth-child(2)")];
      return cells.map((cell) => cell.textContent.trim().replace(/\d+/, "N"));
    });
    assert.equal(kinds.length, 50);
    assert.ok(kinds.includes("up N") && kinds.includes("down N"), `${kinds}`);
    assert.ok(!kinds.includes("unknown"));
    const days = await page.locator("#world tbody tr td:nth-child(5)").allTextContents();
    assert.ok(days.map(Number).includes(7), `on all seven charts: ${days}`);
  });
});

/** The codes of the countries that are not hidden. */
function visibleCountries(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>("#list > li")]
      .filter((item) => item.checkVisibility())
      .map((item) => item.querySelector("table")!.id)
  );
}

/** What is typed, and the countries that are found of those of the large page. */
const SEARCHES: readonly [typed: string, found: readonly string[]][] = [
  ["fra", ["FR"]],
  ["FR", ["FR", "GF"]],
  ["de", ["DE", "DK"]],
  ["germ", ["DE"]],
  ["united st", ["US"]],
  ["  cote d’iv ", ["CI"]],
  ["Réunion", ["RE"]],
  ["turkiye", ["TR"]],
  ["zz", ["ZZ"]],
  ["rance", ["FR"]],
  ["no such country", []],
  ["<fra>", ["FR"]],
  ["???", []],
];

testInBrowser(
  "a country is found by code, by name, and by a part of it",
  async ({ browser, large }) => {
    const { page } = await openPage(browser, large);
    const box = page.getByLabel("Find a country");
    const status = page.getByRole("status");
    assert.equal(await status.textContent(), "250 countries");
    for (const [typed, found] of SEARCHES) {
      await box.fill(typed);
      assert.deepEqual((await visibleCountries(page)).sort(), found, typed);
      const told = found.length === 0 ? "No country found" : `${found.length} of 250 countries`;
      assert.equal(await status.textContent(), told, typed);
    }
    await box.fill("germ");
    const rank = await page.locator("summary:visible > span").textContent();
    assert.equal(rank, "3", "a rank is that among all");
    await box.fill("");
    assert.equal((await visibleCountries(page)).length, 250);
    assert.equal(await status.textContent(), "250 countries");
    await page.context().close();
  },
);

testInBrowser("all can be done with the keyboard", async (world) => {
  await inPage(world, {}, async ({ page }) => {
    const focused = () =>
      page.evaluate(() => {
        const { tagName, textContent, id } = document.activeElement!;
        return id === "" ? `${tagName} ${textContent.trim().split("\n")[0]}` : id;
      });
    const press = (key: string) => page.keyboard.press(key);
    await press("Tab");
    assert.equal(await focused(), "A Skip to the countries");
    await press("Enter");
    assert.equal(await focused(), "countries");
    await press("Tab");
    assert.equal(await focused(), "find");
    const outline = await page.evaluate(() =>
      getComputedStyle(document.activeElement!).outlineWidth
    );
    assert.equal(outline, "3px", "the focus is seen");
    await press("ArrowDown");
    const first = await focused();
    assert.match(first, /^SUMMARY /);
    await press("ArrowDown");
    assert.notEqual(await focused(), first);
    await press("ArrowUp");
    assert.equal(await focused(), first);
    await press("Enter");
    assert.equal(await page.locator("details[open]").count(), 1);
    await press("Enter");
    assert.equal(await page.locator("details[open]").count(), 0);
    await press("ArrowUp");
    assert.equal(await focused(), "find");
    const last = (await visibleCountries(page)).at(-1)!;
    await page.keyboard.type(last);
    await press("Enter");
    assert.match(await focused(), /^SUMMARY /);
    assert.ok(await page.locator(`#${last}`).isVisible(), "Enter opens the first that is found");
    await page.getByLabel("Find a country").focus();
    await press("Escape");
    assert.ok((await visibleCountries(page)).length > 30, "Escape shows all again");
  });
});

testInBrowser("a link to a country opens it", async ({ browser, address }) => {
  const { page } = await openPage(browser, `${address}#FR`);
  assert.ok(await page.locator("#FR").isVisible());
  await page.evaluate(() => void (location.hash = "DE"));
  await page.locator("#DE").waitFor({ state: "visible" });
  await page.evaluate(() => void (location.hash = "%E0%A4%A"));
  await page.context().close();
});

testInBrowser("the page is complete without script", async (world) => {
  await inPage(world, { hasScript: false }, async ({ page, complaints }) => {
    assert.ok(!await page.locator("#find").isVisible());
    await page.locator("summary").first().click();
    assert.ok(await page.locator("details table").first().isVisible());
    assert.deepEqual(complaints, []);
  });
});

testInBrowser(
  "a page of 250 countries is small and soon there",
  async ({ browser, place, large }) => {
    const { size } = Deno.statSync(place.path("large.html"));
    assert.ok(size < 3_000_000, `${size} bytes`);
    const { page, complaints } = await openPage(browser, large, { window: "phone" });
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.equal(width, WINDOWS.phone.width, "figures of full size fit a phone");
    assert.equal(await page.locator("details").count(), 250);
    assert.equal(await page.locator("details tbody tr").count(), 12_500);
    assert.deepEqual(complaints, []);
    await page.context().close();
  },
);

testInBrowser("the browser's own accessibility tree has names, tables and words", async (world) => {
  await inPage(world, {}, async ({ page }) => {
    const tree = await page.locator("body").ariaSnapshot();
    for (
      const part of [
        /heading "Charts of 1 December 2021" \[level=1\]/,
        /heading "World" \[level=2\]/,
        /table "Top 50 of the world, 25 November to 1 December 2021"/,
        /columnheader "Movement"/,
        /rowheader "\d+"/,
        /searchbox "Find a country"/,
        /img "Streams by day: least [\d,]+ on \d+ \w+, most [\d,]+ on \d+ \w+; 1 day missing"/,
        /cell "(?:up|down) \d+"/,
        /heading "Data quality" \[level=2\]/,
      ]
    ) assert.match(tree, part);
    assert.doesNotMatch(tree, /[▲▼]/, "signs are not read out");
  });
});

testInBrowser("ids, titles and names of logs stay text, whatever they are", async (world) => {
  const { browser, place } = world;
  const small = pageOf({ countries: 12, songs: 6, days: 7 });
  place.write("hostile.html", written({ ...hostilePage(small), titles: undefined }));
  place.write("titled.html", written(hostilePage(small)));
  for (const name of ["hostile.html", "titled.html"]) {
    const { page, complaints, requests } = await openPage(
      browser,
      pathToFileURL(place.path(name)).href,
      { window: "phone" },
    );
    page.on("dialog", (dialog) => complaints.push(dialog.message()));
    await page.locator("summary").first().click();
    const songs = await page.locator("#FR tbody th").allTextContents();
    if (name === "hostile.html") {
      assert.deepEqual(songs.map((song) => song.replace(/\n$/, "")), HOSTILE_TEXTS);
    }
    assert.equal(songs.length, HOSTILE_TEXTS.length);
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.equal(width, WINDOWS.phone.width, "long ids do not make the page wider");
    await page.waitForLoadState("networkidle");
    assert.deepEqual(complaints, []);
    assert.equal(requests.length, 1);
    await page.context().close();
  }
});

testInBrowser("the page's own policy stops what would get into it all the same", async (world) => {
  const { browser, place, address } = world;
  const text = place.read("results/charts_20211201.html");
  const intruder = `<script>document.title = "taken"</script>` +
    `<p id="intruder" onclick="document.title = 'taken'" style="color:red">` +
    `<img src="https://intruder.example/a.png" onerror="document.title = 'taken'">click</p>`;
  place.write("intruder.html", text.replace("<main>", `<main>${intruder}`));
  const { page, complaints } = await openPage(
    browser,
    address.replace(/results.*/, "intruder.html"),
  );
  await page.locator("#intruder").click();
  await page.waitForLoadState("networkidle");
  assert.equal(await page.title(), "Charts of 1 December 2021");
  const refused = complaints.filter((text) => /Content Security Policy/.test(text));
  assert.ok(refused.length >= 4, `${complaints}`);
  assert.equal(refused.length, complaints.length, "and the page's own script and style go on");
  await page.context().close();
});

testInBrowser("print has no search, and what is open", async (world) => {
  await inPage(world, {}, async ({ page }) => {
    await page.locator("summary").first().click();
    await page.emulateMedia({ media: "print" });
    assert.ok(!await page.locator("#find-box").isVisible());
    assert.ok(await page.locator("#world table").isVisible());
    assert.ok(await page.locator("details table").first().isVisible());
    const paper = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    assert.equal(paper, "rgb(255, 255, 255)");
  });
});

testInBrowser("the browser closes", async ({ browser, place }) => {
  await browser.close();
  Deno.removeSync(place.folder, { recursive: true });
});
