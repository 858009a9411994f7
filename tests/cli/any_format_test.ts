/** The same streams in every format, by any jobs, give the same bytes; the examples of the README. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { gunzipSync } from "node:zlib";
import { chartOf, linesOf, parseRow } from "../oracle.ts";
import { assertSameText } from "./_compare.ts";
import { logAs, type Names, type Row } from "./_logs.ts";
import { deliver, LAST, logOf } from "./_week.ts";
import { type Place, testProgram } from "./program.ts";

const WORDS = ["--date", "20211201", "--days", "2"];
const DAYS = [[LAST - 1, "20211130"], [LAST, "20211201"]] as const;

/** Only streams, as numbers. */
const ROWS: readonly (readonly Row[])[] = DAYS.map(([day]) =>
  linesOf(logOf(day)).flatMap((line) => {
    const row = parseRow(line);
    return typeof row === "string" ? [] : [[String(row[0]), String(row[1]), row[2]] as Row];
  })
);

/** The same with ids that are text: of 22 characters, with signs of every format, of two scripts. */
const TEXT_ROWS: readonly (readonly Row[])[] = ROWS.map((rows) =>
  rows.map(([song, user, country]) => [
    `${song}:"%,${"abcdefghijklmnopqrstuvwxyz".slice(Number(song) % 20)}`,
    Number(user) % 3 === 0 ? `${user}\u00e9@example.org` : `user/${user}`,
    country,
  ])
);

function pipeLogs(days: readonly (readonly Row[])[]): string[] {
  const latin1 = (text: string): string =>
    Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join("");
  return days.map((rows) => latin1(rows.map((row) => `${row.join("|")}\n`).join("")));
}

function assertCharts(
  place: Place,
  days: readonly (readonly Row[])[],
  ids: "number" | "text" = "number",
): void {
  for (const kind of ["country", "user"] as const) {
    const name = `results/${kind}_top50_20211201.txt`;
    const text = Buffer.from(Deno.readFileSync(place.path(name))).toString("latin1");
    assertSameText(text, chartOf(pipeLogs(days), kind, 50, ids), name);
  }
}

const ENDINGS = ["log", "csv", "tsv", "jsonl", "parquet"].flatMap((ending) =>
  ending === "parquet" ? [ending, `${ending}.gz`] : [ending, `${ending}.gz`, `${ending}.zst`]
);

for (const ids of ["number", "text"] as const) {
  const days = ids === "text" ? TEXT_ROWS : ROWS;
  for (const ending of ENDINGS) {
    testProgram(`run reads ${ids} ids of .${ending} by any jobs`, async (place) => {
      const pattern = `day-{YYYYMMDD}.${ending}`;
      DAYS.forEach(([, day], i) => {
        const name = `day-${day}.${ending}`;
        place.write(`logs/${name}`, logAs(name, days[i], { isText: ids === "text" }));
      });
      const words = [...WORDS, "--ids", ids, "--log-name", pattern];
      const { stderr } = await place.run(...words, "--jobs", "1");
      assertCharts(place, days, ids);
      const [format] = ending.split(".");
      const reader = format === "log" ? "pipe" : format;
      assert.ok(stderr.includes(reader), `${reader} is said to be chosen`);
      const first = place.contents("results");
      place.remove("batch");
      place.remove("results");
      await place.run(...words, "--jobs", "2", "--memory", "256MiB");
      assert.deepEqual(place.contents("results"), first);
    });
  }
}

testProgram("batches of numbers and of texts do not mix", async (place) => {
  for (const [day] of DAYS) deliver(place, day);
  await place.run(...WORDS, "--max-rejected", "5%");
  const before = place.contents("results");
  place.remove("logs");
  Deno.mkdirSync(place.path("logs"));
  const message = await place.runFails(1, ...WORDS, "--ids", "text");
  const kinds = "ids of kind number, expected text; its log is gone, expected the log to build";
  assert.ok(message.includes(kinds), message);
  assert.deepEqual(place.contents("results"), before);
});

const readme = Deno.readTextFileSync(new URL("../../README.md", import.meta.url));
const page = Deno.readTextFileSync(new URL("../../docs/writing-a-format.md", import.meta.url));

/** The commands of a table of the README, without `topstreams run`. */
function examplesOf(part: string): string[][] {
  const [, table] = new RegExp(`<!-- examples ${part} -->([^]*?)<!-- end -->`).exec(readme)!;
  const commands = Array.from(table.matchAll(/`topstreams run (.*?)`/g), ([, words]) => words);
  assert.ok(commands.length >= 5, `${commands.length} examples of ${part}`);
  return commands.map((words) => words.split(" "));
}

function moduleOf(name: string): string {
  return page.slice(page.indexOf(`\`${name}\``)).match(/```js\n([^]*?)```/)![1];
}

/** What stands behind an option of an example. */
function valueOf(words: readonly string[], option: string): string | undefined {
  const at = words.indexOf(option);
  return at < 0 ? undefined : words[at + 1];
}

function namesOf(columns: string | undefined): Names | undefined {
  const names = columns?.split(",").map((column) => column.slice(column.indexOf("=") + 1));
  return names?.map((name) => /^\d+$/.test(name) ? Number(name) : name) as unknown as Names;
}

/** Modules of the page lie in the folder of the test. */
function inFolder(place: Place, words: readonly string[]): string[] {
  return words.map((word) => word.replace(/\.\/([\w-]+\.js)/, (_, name) => place.path(name)));
}

for (const words of examplesOf("readers")) {
  testProgram(`README's example: topstreams run ${words.join(" ")}`, async (place) => {
    const pattern = valueOf(words, "--log-name") ?? "listen-{YYYYMMDD}.log";
    const isOutside = words.includes("--reader");
    DAYS.forEach(([, day], i) => {
      const name = pattern.replace("{YYYYMMDD}", day).replace("{YYYY}", day.slice(0, 4))
        .replace("{MM}", day.slice(4, 6)).replace("{DD}", day.slice(6)).replace("*", "1");
      const log = isOutside
        ? ROWS[i].map(([song, user, country]) =>
          `2021-12-01T00:00:04Z GET /play/${song}?user=${user}&country=${country.toLowerCase()}\n`
        ).join("")
        : logAs(name, ROWS[i], { names: namesOf(valueOf(words, "--columns")) });
      place.write(`logs/${name}`, log);
    });
    if (isOutside) place.write("plays-reader.js", moduleOf("plays-reader.js"));
    await place.run(...WORDS, ...inFolder(place, words));
    assertCharts(place, ROWS);
  });
}

const EXTENSIONS: Readonly<Record<string, string>> = { top: "txt" };

for (const words of examplesOf("writers")) {
  testProgram(`README's example: topstreams run ${words.join(" ")}`, async (place) => {
    for (const [i, [, day]] of DAYS.entries()) {
      place.write(`logs/listen-${day}.log`, logAs("a.log", ROWS[i]));
    }
    place.write("markdown-writer.js", moduleOf("markdown-writer.js"));
    await place.run(...WORDS, ...inFolder(place, words));
    const writers = valueOf(words, "--writer")!.split(",");
    const charts = (valueOf(words, "--by") ?? "country,user").split(",");
    const ending = words.includes("--compress") ? ".gz" : "";
    const expected = writers.flatMap((writer) => {
      if (writer === "html") return [`charts_20211201.html${ending}`];
      const extension = EXTENSIONS[writer] ?? (writer.startsWith("./") ? "md" : writer);
      return charts.map((chart) => {
        const [kind, size = "50"] = chart.split(":");
        return `${kind}_top${size}_20211201.${extension}${ending}`;
      });
    });
    const names = place.names("results").filter((name) => name !== "run_20211201.json");
    assert.deepEqual(names, expected.sort());
    if (ending === ".gz") {
      const text = gunzipSync(Deno.readFileSync(place.path(`results/${names[0]}`))).toString();
      assertSameText(text, chartOf(pipeLogs(ROWS), "country", 50), names[0]);
    }
  });
}

testProgram("README's configuration is taken as it stands there", async (place) => {
  const [, text] = /```json\n([^]*?)```/.exec(readme)!;
  place.write("topstreams.json", text);
  DAYS.forEach(([, day], i) => {
    const name = `plays-${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}-1.csv.gz`;
    const names: Names = ["track_id", "listener", "cc"];
    place.write(`logs/${name}`, logAs(name, ROWS[i], { names }));
  });
  await place.run(...WORDS, "--config", place.path("topstreams.json"));
  const country = place.read("results/country_top50_20211201.txt");
  assertSameText(country, chartOf(pipeLogs(ROWS), "country", 50), "by country");
  const world = place.read("results/world_top200_20211201.txt");
  assertSameText(world, chartOf(pipeLogs(ROWS), "world", 200), "of the world");
  assert.ok(place.names("results").includes("world_top200_20211201.parquet"));
});
