/** Every command of the README, run as it stands there; what cannot be run here says why. */
import assert from "node:assert/strict";
import { parseCommandLine } from "../../cli/command_line.ts";
import { parseColumns } from "./_columns.ts";
import { endOf, type Place, testProgram } from "./program.ts";
import { logAs, type Row } from "./_logs.ts";

const ROOT = new URL("../../", import.meta.url);
const README = Deno.readTextFileSync(new URL("README.md", ROOT));
const PLUGINS = Deno.readTextFileSync(new URL("docs/writing-a-format.md", ROOT));
const GATE = Deno.readTextFileSync(new URL(".ci/run", ROOT));

const ROWS: readonly Row[] = [["71", "5", "FR"], ["88", "6", "DE"], ["71", "6", "FR"]];

/** Commands that are not run by this test, and why. */
const NOT_RUN: readonly [command: RegExp, why: string][] = [
  [/^(?:sudo |systemctl )/, "needs root and a running systemd; service_test.ts has the units"],
  [/ --clickhouse http/, "needs a cluster; tests/clickhouse/ has the same on real servers"],
  [/^node_exporter /, "another program; metrics_test.ts reads the file with a parser"],
  [/^source <\(topstreams completions bash\)$/, "changes a shell; completions_test.ts asks bash"],
];

/** A fenced block: its language, and its lines. */
interface Block {
  readonly language: string;
  readonly lines: readonly string[];
}

const BLOCKS: readonly Block[] = [...README.matchAll(/^```(\w*)\n([^]*?)^```$/gm)].map(
  ([, language, text]) => ({ language, lines: text.trimEnd().split("\n") }),
);

/** Commands that stand for themselves: in blocks, and in the tables of formats. */
const COMMANDS = [
  ...BLOCKS.filter(({ language }) => language === "sh").flatMap(({ lines }) => lines),
  ...BLOCKS.filter(({ language }) => language === "").flatMap(({ lines }) => lines)
    .filter((line) => /^(?:topstreams |node_exporter |0 6 \* \* \* )/.test(line)),
  ...[...README.matchAll(/^\|.*`(topstreams run [^`]+)` *\|$/gm)].map(([, command]) => command),
];

/** The words of a command as a shell reads them; none of the README's has more than quotes. */
function wordsOf(command: string): string[] {
  return [...command.replace(/ +#.*/, "").matchAll(/'([^']*)'|(\S+)/g)]
    .map(([, quoted, plain]) => quoted ?? plain);
}

/** The words behind the name of the program, or `undefined` where it is another program. */
function argvOf(command: string): string[] | undefined {
  const words = wordsOf(command.replace(/^0 6 \* \* \* \S*\/topstreams/, "topstreams"));
  if (words[0] === "topstreams") return words.slice(1);
  const at = words.indexOf("cli.ts");
  return at > 0 && words.includes("run") ? words.slice(at + 1) : undefined;
}

/** Puts logs where a command looks for them, in the format that it names. */
function prepare(place: Place, argv: readonly string[]): void {
  const valueOf = (flag: string): string | undefined =>
    argv.includes(flag) ? argv[argv.indexOf(flag) + 1] : undefined;
  const columns = valueOf("--columns");
  const names = columns === undefined ? undefined : parseColumns(columns);
  const isPlugin = valueOf("--reader")?.startsWith("./");
  for (const day of ["25", "26", "27", "28", "29", "30", "01"]) {
    const month = day === "01" ? "12" : "11";
    const name = (valueOf("--log-name") ?? "listen-{YYYYMMDD}.log").replace("*", "a")
      .replace("{YYYYMMDD}", `2021${month}${day}`).replace("{YYYY}", "2021")
      .replace("{MM}", month).replace("{DD}", day);
    const plays = ROWS.map(([song, user, country]) =>
      `2021-12-01T00:00:04Z GET /play/${song}?user=${user}&country=${country.toLowerCase()}\n`
    );
    place.write(
      `${valueOf("--logs") ?? "logs"}/${name}`,
      isPlugin ? plays.join("") : logAs(name, ROWS, { names }),
    );
  }
  for (const name of ["plays-reader.js", "markdown-writer.js"]) {
    const [, module] = PLUGINS.slice(PLUGINS.indexOf(`\`${name}\``)).match(/```js\n([^]*?)```/)!;
    place.write(name, module);
  }
}

/** Folders of the README that belong to the system stand in the place's folder here. */
function localized(place: Place, argv: readonly string[]): string[] {
  return argv.map((word) => {
    if (word === "DIR") return "logs";
    return /^\/(?:var|srv)\//.test(word) && argv[0] === "run" ? place.path(word.slice(1)) : word;
  });
}

for (const command of new Set(COMMANDS)) {
  const task = /^(?:npx --yes deno@2\.9\.6|deno) task ([\w:]+)$/.exec(command)?.[1];
  const [, why] = NOT_RUN.find(([expression]) => expression.test(command)) ?? [];
  if (task !== undefined) {
    Deno.test(`README: ${command} is a part of .ci/run`, () => {
      assert.match(
        GATE,
        new RegExp(
          `^(?:part .*|compile\\(\\) .*)deno task ${task}\\b|"\\$DENO" task ${task}\\b`,
          "m",
        ),
      );
    });
    continue;
  }
  if (why !== undefined) {
    Deno.test({ name: `README: ${command} (not run: ${why})`, ignore: true, fn: () => {} });
    continue;
  }
  testProgram(`README: ${command}`, async (place) => {
    const argv = argvOf(command);
    assert.ok(argv !== undefined, `no test knows how to run it: ${command}`);
    const words = localized(place, argv);
    if (words[0] === "run") {
      prepare(place, words.map((word) => word.replace(`${place.folder}/`, "")));
      place.write("var/lib/node_exporter/.keep", "");
    }
    const ended = await endOf(place.start(...words));
    assert.equal(ended.status, 0, ended.stderr);
    if (words[0] !== "run") return;
    const results = argv.includes("--results") ? words[words.indexOf("--results") + 1] : "results";
    const names = place.names(results.replace(`${place.folder}/`, ""));
    assert.ok(names.includes("run_20211201.json"), "the charts are published");
  }, { needsProcess: true });
}

/** The tests of commands that hold whole sessions to what the README shows (_readme.ts). */
const SESSIONS = ["explain", "forget", "quarantine", "status", "verify"].map((command) =>
  Deno.readTextFileSync(new URL(`tests/cli/${command}_test.ts`, ROOT))
).join("");

/** Whether a session is run by the test of its command, where what it needs is prepared. */
function isRunElsewhere({ lines }: Block): boolean {
  return SESSIONS.includes(`"${lines[0].slice(2)}"`);
}

const SHOWN = BLOCKS.filter(({ language }) => language === "console");

Deno.test("README: some sessions are run here, others by the tests of their commands", () => {
  const elsewhere = SHOWN.filter(isRunElsewhere).length;
  assert.equal(elsewhere, 5);
  assert.ok(SHOWN.length > elsewhere);
});

for (const { lines } of SHOWN.filter((block) => !isRunElsewhere(block))) {
  const commands = lines.flatMap((line, i) => line.startsWith("$ ") ? [i] : []);
  testProgram(
    `README: ${lines.filter((line) => line.startsWith("$ ")).join("; ")}`,
    async (place) => {
      place.write("plays/plays-2021-12-01.csv", "track_id,listener,cc\n71,5,FR\n");
      const isOfDemo = lines.some((line) => line.includes(" topstreams-demo/"));
      if (isOfDemo) assert.equal((await endOf(place.start("demo"))).status, 0);
      for (const [n, at] of commands.entries()) {
        const argv = argvOf(lines[at].slice(2));
        assert.ok(argv !== undefined, lines[at]);
        const shown = lines.slice(at + 1, commands[n + 1] ?? lines.length).join("\n");
        const ended = await endOf(place.start(...argv));
        const isFailure = shown.startsWith("Cannot ");
        assert.equal(ended.status, isFailure ? 1 : 0, `${lines[at]}: ${ended.stderr}`);
        if (isFailure) assert.equal(ended.stderr.trimEnd(), shown, "what the README shows");
        if (argv[0] === "top") assert.equal(ended.stdout.trimEnd(), shown.trimEnd());
      }
    },
    { needsProcess: true },
  );
}

Deno.test("README: commands in its sentences are command lines of the program", () => {
  const text = README.replace(/^```[^]*?^```$/gm, "").replace(/^\|.*$/gm, "");
  // One with brackets or bars is the form of a command, not one to type.
  const commands = [...text.matchAll(/`(topstreams [a-z][^`|[]*)`/g)].map(([, command]) => command);
  assert.ok(commands.length > 5);
  for (const command of commands) {
    const argv = argvOf(command)!.map((word) => word === "DIR" ? "dir" : word);
    const parsed = parseCommandLine(argv, { version: "1", color: false });
    assert.ok(parsed.command !== "text" || parsed.status === 0, command);
  }
});
