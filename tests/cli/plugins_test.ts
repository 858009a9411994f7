/** Formats from outside, as docs/writing-a-format.md has them, and ones that go wrong. */
import assert from "node:assert/strict";
import { chartOf } from "../oracle.ts";
import { assertSameText } from "./_compare.ts";
import { bytesOf, LAST, logOf } from "./_week.ts";
import { IS_COMPILED, type Place, testProgram } from "./program.ts";

const WORDS = ["--date", "20211201", "--days", "2", "--max-rejected", "5%"];
const LOGS = [[20211130, logOf(LAST - 1)], [20211201, logOf(LAST)]] as const;

const page = Deno.readTextFileSync(new URL("../../docs/writing-a-format.md", import.meta.url));

/** The module of the page behind its name, as it stands there. */
function moduleOf(name: string): string {
  const found = page.slice(page.indexOf(`\`${name}\``)).match(/```js\n([^]*?)```/);
  assert.ok(found !== null, `no ${name} on the page`);
  return found[1];
}

/** The streams of a log: its rows that are whole. */
function rowsOf(log: string): string[][] {
  const row = /^ *0*(\d{1,16}) *\| *0*(\d{1,16}) *\| *([A-Z]{2}) *\r?$/;
  return log.split("\n").flatMap((line) => {
    const found = row.exec(line);
    return found === null ? [] : [found.slice(1)];
  });
}

function assertCharts(place: Place): void {
  for (const kind of ["country", "user"] as const) {
    const logs = LOGS.map(([, log]) => rowsOf(log).map((row) => row.join("|")).join("\n"));
    const name = `results/${kind}_top50_20211201.txt`;
    assertSameText(place.read(name), chartOf(logs, kind, 50), name);
  }
}

const play = ([song, user, country]: string[]): string =>
  `2021-12-01T00:00:04Z GET /play/${song}?user=${user}&country=${country.toLowerCase()}\n`;

/** Delivers the logs as the server of the page writes them. */
function deliverPlays(place: Place): void {
  for (const [day, log] of LOGS) {
    const noise = "# server 7\n2021-12-01T00:00:09Z GET /cover/71\n";
    place.write(`logs/listen-${day}.log`, noise + rowsOf(log).map(play).join(""));
  }
}

for (const jobs of ["1", "2"]) {
  testProgram(`run --jobs ${jobs} takes the reader and the writer of the page`, async (place) => {
    deliverPlays(place);
    place.write("plays-reader.js", moduleOf("plays-reader.js"));
    place.write("markdown-writer.js", moduleOf("markdown-writer.js"));
    const reader = place.path("plays-reader.js");
    const writer = `${place.path("markdown-writer.js")},top`;
    const words = ["--jobs", jobs, "--reader", reader, "--writer", writer];
    await place.run(...WORDS, ...words);
    assertCharts(place);
    const table = place.read("results/country_top50_20211201.md");
    const chart = place.read("results/country_top50_20211201.txt");
    assertSameText(table, markdownOf(chart), "the chart as Markdown");
    const summary = JSON.parse(place.read("results/run_20211201.json"));
    assert.equal(summary.logs[0].reader, "plays");
  });
}

/** A report of the writer `top` as the page's writer prints it. */
function markdownOf(chart: string): string {
  const keys = chart.trimEnd().split("\n").map((line) => {
    const [key, songs] = line.split("|");
    const rows = songs.split(",").map((song, i) => `| ${i + 1} | ${song.replace(":", " | ")} |\n`);
    const head = "| rank | song | streams |\n| ---: | :--- | ------: |\n";
    return `\n## ${key}\n\n${head}${rows.join("")}`;
  });
  return `# Top 50 of each country\n${keys.join("")}`;
}

testProgram("run takes the fast reader of the page", async (place) => {
  for (const [day, log] of LOGS) {
    const rows = rowsOf(log);
    const view = new DataView(new ArrayBuffer(18 * rows.length));
    rows.forEach(([song, user, country], i) => {
      view.setBigUint64(18 * i, BigInt(song));
      view.setBigUint64(18 * i + 8, BigInt(user));
      view.setUint8(18 * i + 16, country.charCodeAt(0));
      view.setUint8(18 * i + 17, country.charCodeAt(1));
    });
    place.write(`logs/listen-${day}.log`, new Uint8Array(view.buffer));
  }
  place.write("fixed-reader.js", moduleOf("fixed-reader.js"));
  await place.run(...WORDS, "--reader", place.path("fixed-reader.js"));
  assertCharts(place);
});

testProgram(
  "a module in TypeScript is taken by deno run, refused by the executable",
  async (place) => {
    for (const [day, log] of LOGS) {
      const lines = rowsOf(log).map((row) => `${row.join(";")}\n`).join("");
      place.write(`logs/listen-${day}.log`, bytesOf(lines));
    }
    const module = /```ts\n([^]*?)```/.exec(page)![1];
    const root = new URL("../../mod.ts", import.meta.url).href;
    place.write("mine.ts", module.replace("./mod.ts", root));
    const words = [...WORDS, "--reader", place.path("mine.ts")];
    if (!IS_COMPILED) {
      await place.run(...words);
      return assertCharts(place);
    }
    const message = await place.runFails(1, ...words);
    assert.equal(
      message,
      `Cannot load reader "${place.path("mine.ts")}": the executable takes JavaScript only, ` +
        "expected a .js file (deno run takes TypeScript, too)\n",
    );
  },
);

const READER = 'name: "mine", description: "mine"';
const WRITER = `${READER}, extension: "txt"`;

/** Modules that go wrong, and what is said of them. */
const WRONG: readonly [noun: "reader" | "writer", module: string, message: string][] = [
  ["reader", "export const readers = 1;", 'Cannot use reader "PATH": no export "reader", expected'],
  ["reader", "export const reader = {", 'Cannot load reader "PATH": '],
  [
    "reader",
    `export const reader = { ${READER} };`,
    'Cannot use reader "PATH": neither of the functions, expected readLine or parser',
  ],
  [
    "reader",
    `export const reader = { ${READER}, readLine() { throw new Error("oh"); } };`,
    'Cannot go on with reader "mine" (PATH): it threw "oh", expected it not to throw',
  ],
  [
    "reader",
    `export const reader = { ${READER}, readLine: (line) => line.split("|") };`,
    'Cannot go on with reader "mine" (PATH): readLine() returned ["',
  ],
  [
    "reader",
    `export const reader = { ${READER}, readLine: async () => null };`,
    'Cannot go on with reader "mine" (PATH): readLine() returned {}, expected { song, user,',
  ],
  [
    "writer",
    `export const writer = { ${WRITER}, writeKey() { throw new TypeError("no"); } };`,
    'Cannot go on with writer "mine" (PATH): it threw "no", expected it not to throw',
  ],
  [
    "writer",
    `export const writer = { ${WRITER}, writeKey: ({ key }) => [key] };`,
    'Cannot go on with writer "mine" (PATH): writeKey() returned ["',
  ],
];

for (const [noun, module, message] of WRONG) {
  for (const jobs of ["1", "2"]) {
    const what = message.replace(/^Cannot (\w+).*?\): |"PATH"/, "$1 ").slice(0, 50);
    testProgram(`run --jobs ${jobs} names a ${noun} that goes wrong: ${what}`, async (place) => {
      for (const [day, log] of LOGS) place.write(`logs/listen-${day}.log`, bytesOf(log));
      await place.run(...WORDS);
      const before = place.contents("results");
      place.write("mine.js", module);
      place.remove("batch");
      const words = ["--jobs", jobs, `--${noun}`, place.path("mine.js")];
      const stderr = await place.runFails(1, ...WORDS, ...words);
      const found = stderr.replaceAll(place.path("mine.js"), "PATH");
      assert.ok(found.includes(message), `${found}\nexpected ${message}`);
      assert.deepEqual(place.contents("results"), before, "former reports stay");
    });
  }
}

testProgram("a module that is not there is refused by its path", async (place) => {
  const message = await place.runFails(1, ...WORDS, "--reader", place.path("none.js"));
  assert.match(message, /^Cannot load reader ".*none\.js": .*expected a module that exports/);
});
