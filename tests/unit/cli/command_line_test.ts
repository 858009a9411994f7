import assert from "node:assert/strict";
import { stripVTControlCharacters } from "node:util";
import { parseCommandLine, type ParsedCommand } from "../../../cli/command_line.ts";
import { EXIT_STATUSES, UsageError } from "../../../cli/errors.ts";
import {
  type CommandName,
  COMMANDS,
  type DemoOptions,
  type GenerateOptions,
  OPTIONS,
  optionsOf,
  optionTable,
  optionTerm,
  readOptions,
  type RunOptions,
} from "../../../cli/options.ts";
import { listed } from "../../../cli/values.ts";
import { parseDay } from "../../../core/day.ts";
import { type LogPattern, parseLogPattern } from "../../../core/names.ts";
import { USUAL } from "../../cli/_usual.ts";

const NO_PERMISSIONS = { permissions: "none" } as const;

const COMMAND_NAMES = Object.keys(COMMANDS) as CommandName[];

const RUN_DEFAULTS: RunOptions = {
  engine: undefined,
  clickhouse: [],
  login: "default",
  passwordFile: undefined,
  database: "topstreams",
  cluster: "topstreams",
  logs: "logs",
  batch: "batch",
  results: "results",
  date: undefined,
  from: undefined,
  to: undefined,
  days: 7,
  top: 50,
  by: [{ kind: "country" }, { kind: "user" }],
  logName: USUAL.logPattern,
  reader: undefined,
  columns: undefined,
  ids: "number",
  writer: [{ name: "top", isModule: false }],
  movement: false,
  compress: "none",
  titles: undefined,
  config: undefined,
  settle: 0,
  wait: 0,
  fileMode: undefined,
  metrics: undefined,
  strict: false,
  replace: false,
  maxRejected: 0.01,
  keepBatches: undefined,
  keepHistory: 400,
  keepResults: "all",
  memory: 512 * 2 ** 20,
  jobs: undefined,
  quarantine: undefined,
  quarantineLimit: 16 * 2 ** 20,
  dryRun: false,
  json: false,
  quiet: false,
  verbose: false,
};

const DEMO_DEFAULTS: DemoOptions = { out: "topstreams-demo", seed: 1 };

const GENERATE_DEFAULTS: GenerateOptions = {
  out: "logs",
  date: undefined,
  days: 1,
  rows: 30_000_000,
  users: undefined,
  songs: 4_000_000,
  countries: 160,
  profile: "wide",
  ids: "number",
  corrupt: 0.002,
  seed: 1,
  replace: false,
};

function parse(...argv: string[]): ParsedCommand {
  return parseCommandLine(argv, { version: "1.2.3", color: false });
}

function textOf(...argv: string[]): string {
  const parsed = parse(...argv);
  assert.equal(parsed.command, "text");
  return parsed.command === "text" ? parsed.text : "";
}

/** Asserts that each command line is refused with a message of one line, in the form of ours. */
function assertRefused(cases: readonly (readonly [argv: readonly string[], message: string])[]) {
  for (const [argv, message] of cases) {
    assert.throws(() => parse(...argv), (error) => {
      assert.ok(error instanceof UsageError, `${argv.join(" ")}: ${error}`);
      assert.equal(error.message, message);
      assert.equal(error.exitStatus, 2);
      return true;
    });
  }
}

Deno.test("parseCommandLine() gives every option its default", NO_PERMISSIONS, () => {
  assert.deepEqual(parse("run"), { command: "run", options: RUN_DEFAULTS });
  assert.deepEqual(parse("demo"), { command: "demo", options: DEMO_DEFAULTS });
  assert.deepEqual(parse("generate"), { command: "generate", options: GENERATE_DEFAULTS });
});

Deno.test("parseCommandLine() reads every option of run", NO_PERMISSIONS, () => {
  const argv = "run --logs l --batch b --results r --date 2021-12-01 --days 3 --top 10 --by user " +
    "--strict --replace --max-rejected 0.5% --keep-batches 30 --keep-history 900 --keep-results 365 " +
    "--memory 1GiB --jobs 2 --quiet --log-name p{YYYYMMDD}* --reader ./r.js " +
    "--columns song=a,user=b,country=c --ids text --writer top,html,x/w.js --movement --compress gz --config c.json --titles t.csv " +
    "--settle 60 --wait 5 --file-mode 600 --json --dry-run --metrics m.prom " +
    "--quarantine q --quarantine-limit 1MiB --engine embedded " +
    "--clickhouse http://a:1/ --clickhouse https://B/x --login u " +
    "--password-file p --database d --cluster c-1";
  const options: RunOptions = {
    engine: "embedded",
    clickhouse: ["http://a:1", "https://b/x"],
    login: "u",
    passwordFile: "p",
    database: "d",
    cluster: "c-1",
    logs: "l",
    batch: "b",
    results: "r",
    date: parseDay("2021-12-01"),
    from: undefined,
    to: undefined,
    quarantine: "q",
    quarantineLimit: 2 ** 20,
    dryRun: true,
    json: true,
    days: 3,
    top: 10,
    by: [{ kind: "user" }],
    logName: parseLogPattern("p{YYYYMMDD}*") as LogPattern,
    reader: { name: "./r.js", isModule: true },
    columns: { song: "a", user: "b", country: "c" },
    ids: "text",
    writer: [
      { name: "top", isModule: false },
      { name: "html", isModule: false },
      { name: "x/w.js", isModule: true },
    ],
    movement: true,
    compress: "gz",
    titles: "t.csv",
    config: "c.json",
    settle: 60,
    wait: 5,
    fileMode: 0o600,
    metrics: "m.prom",
    strict: true,
    replace: true,
    maxRejected: 0.005,
    keepBatches: 30,
    keepHistory: 900,
    keepResults: 365,
    memory: 2 ** 30,
    jobs: 2,
    quiet: true,
    verbose: false,
  };
  assert.deepEqual(parse(...argv.split(" ")), { command: "run", options });
});

Deno.test("parseCommandLine() reads every option of demo and generate", NO_PERMISSIONS, () => {
  const generate = "generate --out o --date 20211201 --days 2 --rows 5k --users 1_000 --songs 2M " +
    "--countries 3 --profile sample --ids text --corrupt 0% --seed 0 --replace";
  const options: GenerateOptions = {
    out: "o",
    date: parseDay("2021-12-01"),
    days: 2,
    rows: 5000,
    users: 1000,
    songs: 2_000_000,
    countries: 3,
    profile: "sample",
    ids: "text",
    corrupt: 0,
    seed: 0,
    replace: true,
  };
  assert.deepEqual(parse(...generate.split(" ")), { command: "generate", options });
  assert.deepEqual(parse("demo", "--out", "o", "--seed", "9"), {
    command: "demo",
    options: { out: "o", seed: 9 },
  });
});

Deno.test("parseCommandLine() reads the words and options of top", NO_PERMISSIONS, () => {
  const words = "top user 5 -- -7 --batch b --date 20211201 --days 2 --top 3 --compare 20211129 " +
    "--ids text --titles t.csv --csv";
  const [before, after] = words.split(" -- ");
  const options = {
    kind: "user",
    keys: ["5", "-7"],
    batch: "b",
    date: parseDay("2021-12-01"),
    days: 2,
    top: 3,
    engine: undefined,
    compare: parseDay("2021-11-29"),
    ids: "text",
    titles: "t.csv",
    csv: true,
    json: false,
  };
  const [minus, ...rest] = after.split(" ");
  const argv = [...before.split(" "), ...rest, "--", minus];
  assert.deepEqual(parse(...argv), { command: "top", options });
  const world = parse("top", "world");
  assert.ok(world.command === "top");
  assert.deepEqual([world.options.keys, world.options.top, world.options.batch], [[], 50, "batch"]);
});

Deno.test("parseCommandLine() refuses top without a kind, or of another", NO_PERMISSIONS, () => {
  const kinds = "expected country, user, song or world";
  assertRefused([
    [
      ["top"],
      `Cannot use "topstreams top": its KIND is missing, ${kinds} (see "topstreams top --help")`,
    ],
    [
      ["top", "contry", "FR"],
      `Cannot use "contry": unknown "contry", ${kinds} (did you mean "country"?)`,
    ],
    [["top", "user", ""], 'Cannot use "": nothing given, expected a text that is not empty'],
  ]);
});

Deno.test("parseCommandLine() takes the last of several values", NO_PERMISSIONS, () => {
  const options = { ...RUN_DEFAULTS, top: 20, strict: true };
  assert.deepEqual(parse("run", "--top", "10", "--strict", "--top=20", "--strict"), {
    command: "run",
    options,
  });
});

Deno.test(
  "parseCommandLine() takes all values of an option that is repeated",
  NO_PERMISSIONS,
  () => {
    const argv = [
      "--engine",
      "clickhouse",
      "--clickhouse",
      "http://b:2",
      "--clickhouse=http://a:1",
    ];
    const parsed = parse("run", ...argv) as { options: RunOptions };
    assert.deepEqual(parsed.options.clickhouse, ["http://b:2", "http://a:1"]);
  },
);

Deno.test(
  "parseCommandLine() refuses a cluster that is not used, or not there",
  NO_PERMISSIONS,
  () => {
    const disk = "it looks at batches on disk, and a cluster has none, expected --engine embedded";
    const address = "expected the address of a server's HTTP port, such as http://db1:8123";
    const login = " (--login NAME, --password-file FILE)";
    const secret = "more than an address, a user or a password perhaps";
    assertRefused([
      [
        ["run", "--clickhouse", "http://a:1"],
        'Cannot use "--clickhouse http://a:1": no --engine clickhouse, expected both',
      ],
      [
        ["run", "--engine", "clickhouse"],
        'Cannot use "--engine clickhouse": no --clickhouse URL, expected one for each shard',
      ],
      [
        ["run", "--dry-run", "--engine", "clickhouse", "--clickhouse", "http://a:1"],
        'Cannot use "--dry-run --engine clickhouse": it looks at batches on disk, ' +
        "expected --engine embedded",
      ],
      [
        ["run", "--quarantine", "q", "--engine", "clickhouse", "--clickhouse", "http://a:1"],
        'Cannot use "--quarantine q --engine clickhouse": rejected rows are kept with batches ' +
        "on disk, expected --engine embedded",
      ],
      [
        ["status", "--engine", "clickhouse"],
        `Cannot use "status --engine clickhouse": ${disk}`,
      ],
      [
        ["top", "world", "--engine", "clickhouse"],
        `Cannot use "top --engine clickhouse": ${disk}`,
      ],
      [
        ["service", "print", "--engine", "clickhouse"],
        'Cannot use "service --engine clickhouse": the units that are made have no network, ' +
        "expected --engine embedded",
      ],
      [
        ["run", "--clickhouse", "db1:8123"],
        'Cannot use "--clickhouse db1:8123": no address that begins with http, ' + address,
      ],
      [
        ["run", "--clickhouse", "http://db1:x"],
        `Cannot use "--clickhouse http://db1:x": not an address, ${address}`,
      ],
      [
        ["run", "--clickhouse", "http://db1:1/?user=a"],
        `Cannot use "--clickhouse http://db1:1/...": ${secret}, ${address}${login}`,
      ],
      [
        ["run", "--clickhouse", "http://me:se/c:r@et@db1:1"],
        `Cannot use "--clickhouse http://...@db1:1": ${secret}, ${address}${login}`,
      ],
      ...[
        ["clickhouse://loader:s3cret@db1:9000", "clickhouse://...@db1:9000"],
        ["loader:s3cret@db1:8123", "...@db1:8123"],
        ["http://db1:8123/?user=u&password=s3cret", "http://db1:8123/..."],
        ["http://db1:8123?password=s3cret", "http://db1:8123..."],
        ["http://db1/?password=p@s3cret", "http://..."],
        ["http://u:s3@cret@db1/x#y", "http://..."],
        ["http://db1/#s3cret", "http://db1/..."],
      ].map(([typed, shown]): readonly [string[], string] => [
        ["run", "--clickhouse", typed],
        `Cannot use "--clickhouse ${shown}": ${secret}, ${address}${login}`,
      ]),
      [
        ["run", "--database", "a b"],
        'Cannot use "--database a b": no such name, ' +
        "expected a letter and then letters, digits or _",
      ],
      [
        ["clickhouse", "drop"],
        'Cannot use "drop": unknown "drop", expected init',
      ],
    ]);
  },
);

Deno.test("every command that takes a folder of batches takes --engine", NO_PERMISSIONS, () => {
  const withFlag = (flag: string): string[] =>
    COMMAND_NAMES.filter((name) => optionsOf(name).some((row) => row.flag === flag));
  assert.deepEqual(withFlag("--engine").sort(), withFlag("--batch").sort());
});

Deno.test("parseCommandLine() takes a value after = as it is", NO_PERMISSIONS, () => {
  assert.deepEqual(parse("run", "--logs=a=b c"), {
    command: "run",
    options: { ...RUN_DEFAULTS, logs: "a=b c" },
  });
});

Deno.test("parseCommandLine() keeps batches for as many days as the window", NO_PERMISSIONS, () => {
  assert.deepEqual(parse("run", "--days", "3", "--keep-batches", "3"), {
    command: "run",
    options: { ...RUN_DEFAULTS, days: 3, keepBatches: 3 },
  });
});

Deno.test("parseCommandLine() refuses values that are none", NO_PERMISSIONS, () => {
  const wholeDays = "expected a whole number from 1 to 3650";
  assertRefused([
    [["run", "--days", "0"], `Cannot use "--days 0": 0 days, ${wholeDays}`],
    [["run", "--days=-3"], `Cannot use "--days -3": not a whole number, ${wholeDays}`],
    [["run", "--days", "-3"], `Cannot use "--days -3": not a whole number, ${wholeDays}`],
    [
      ["run", "--keep-results", "none"],
      `Cannot use "--keep-results none": not a whole number, ${wholeDays}, or all`,
    ],
    [
      ["run", "--top", "x"],
      'Cannot use "--top x": not a whole number, expected a whole number from 1 to 1000000',
    ],
    [
      ["run", "--jobs", "257"],
      'Cannot use "--jobs 257": 257 jobs, expected a whole number from 1 to 256',
    ],
    [
      ["run", "--date", "2021-02-30"],
      'Cannot use "--date 2021-02-30": not a day of the calendar, ' +
      "expected a day as YYYY-MM-DD or YYYYMMDD",
    ],
    [
      ["run", "--max-rejected", "1"],
      'Cannot use "--max-rejected 1": no % sign, expected a share from 0% to 100%, such as 0.5%',
    ],
    [
      ["run", "--memory", "512"],
      'Cannot use "--memory 512": no unit, ' +
      "expected a size in B, KB, MB, GB, KiB, MiB or GiB, such as 512MiB",
    ],
    [
      ["run", "--by", "user,user"],
      'Cannot use "--by user,user": "user" given twice, ' +
      "expected country, user or world, each with :N for its own size, or several with commas between them",
    ],
    [
      ["generate", "--profile", "tall"],
      'Cannot use "--profile tall": unknown "tall", expected wide or sample',
    ],
    [
      ["generate", "--seed", "4294967296"],
      'Cannot use "--seed 4294967296": 4294967296, expected a whole number from 0 to 4294967295',
    ],
    [["run", "--logs="], 'Cannot use "--logs=": nothing given, expected the path of a folder'],
    [["run", "--logs", ""], 'Cannot use "--logs=": nothing given, expected the path of a folder'],
  ]);
});

Deno.test("parseCommandLine() keeps a message on one line", NO_PERMISSIONS, () => {
  assertRefused([
    [
      ["run", "--top", "1\n\x1b[2J"],
      'Cannot use "--top 1\\x0a\\x1b[2J": not a whole number, ' +
      "expected a whole number from 1 to 1000000",
    ],
    [
      ["run", "--it's\nme"],
      `Cannot use "--it's\\x0ame": unknown option, expected one of the options of ` +
      '"topstreams run" (see "topstreams run --help")',
    ],
  ]);
});

Deno.test("parseCommandLine() refuses an option whose value is missing", NO_PERMISSIONS, () => {
  const message = 'Cannot use "--logs": its value is missing, expected the path of a folder';
  assertRefused([
    [["run", "--logs"], message],
    [["run", "--logs", "--days", "3"], message],
    [["run", "--strict", "--logs", "--strict"], message],
  ]);
});

Deno.test("parseCommandLine() refuses a value for a switch", NO_PERMISSIONS, () => {
  assertRefused([
    [
      ["run", "--strict=yes"],
      'Cannot use "--strict=yes": a switch with a value, expected "--strict" alone',
    ],
    [
      ["run", "--strict", "yes"],
      'Cannot use "yes": excess argument, expected options (see "topstreams run --help")',
    ],
  ]);
});

Deno.test(
  "parseCommandLine() refuses an unknown option and suggests the near one",
  NO_PERMISSIONS,
  () => {
    const expected = "unknown option, expected one of the options of";
    assertRefused([
      [
        ["run", "--quite"],
        `Cannot use "--quite": ${expected} "topstreams run" (did you mean "--quiet"?)`,
      ],
      [
        ["run", "--dat", "20211201"],
        `Cannot use "--dat": ${expected} "topstreams run" (did you mean "--date"?)`,
      ],
      [
        ["run", "--dats=20211201"],
        `Cannot use "--dats": ${expected} "topstreams run" (did you mean "--date" or "--days"?)`,
      ],
      [
        ["demo", "--days", "3"],
        `Cannot use "--days": ${expected} "topstreams demo" (see "topstreams demo --help")`,
      ],
      [
        ["run", "-x"],
        `Cannot use "-x": ${expected} "topstreams run" (see "topstreams run --help")`,
      ],
    ]);
  },
);

Deno.test("parseCommandLine() refuses an option before the command", NO_PERMISSIONS, () => {
  const withDays = listed(
    COMMAND_NAMES.filter((name) => optionsOf(name).some(({ flag }) => flag === "--days")),
    "or",
  );
  assertRefused([
    [
      ["--days", "3", "run"],
      `Cannot use "--days": option before a command, expected it after ${withDays}`,
    ],
    [
      ["--days=3", "run"],
      `Cannot use "--days": option before a command, expected it after ${withDays}`,
    ],
    [
      ["--bogus"],
      `Cannot use "--bogus": unknown option, expected ${listed(COMMAND_NAMES, "or")} ` +
      '(see "topstreams --help")',
    ],
  ]);
});

Deno.test(
  "parseCommandLine() refuses an unknown command and suggests the near one",
  NO_PERMISSIONS,
  () => {
    const expected = `unknown command, expected ${listed(COMMAND_NAMES, "or")}`;
    assertRefused([
      [["rnu"], `Cannot use "rnu": ${expected} (did you mean "run"?)`],
      [["generat", "--rows", "5k"], `Cannot use "generat": ${expected} (did you mean "generate"?)`],
      [["bogus"], `Cannot use "bogus": ${expected} (see "topstreams --help")`],
      [["bogus", "--help"], `Cannot use "bogus": ${expected} (see "topstreams --help")`],
      [["help", "bogus"], `Cannot use "bogus": ${expected} (see "topstreams --help")`],
      [["constructor"], `Cannot use "constructor": ${expected} (see "topstreams --help")`],
      [[""], `Cannot use "": ${expected} (see "topstreams --help")`],
    ]);
  },
);

Deno.test("parseCommandLine() refuses an excess argument", NO_PERMISSIONS, () => {
  const expected = 'excess argument, expected options (see "topstreams run --help")';
  assertRefused([
    [["run", "2021-12-01"], `Cannot use "2021-12-01": ${expected}`],
    [["run", "a", "b"], `Cannot use "a": ${expected}`],
    [["run", "a?b"], `Cannot use "a?b": ${expected}`],
    // Several addresses behind one --clickhouse: no password is shown.
    [
      ["run", "--clickhouse", "http://db1", "http://u:s3cret@db2"],
      `Cannot use "http://...@db2": ${expected}`,
    ],
    [
      ["run", "--clickhouse", "http://db1", "http://db2/?password=s3cret"],
      `Cannot use "http://db2/...": ${expected}`,
    ],
    [["run", "-5"], `Cannot use "-5": ${expected}`],
    [["run", "--", "--top"], `Cannot use "--top": ${expected}`],
  ]);
});

Deno.test("parseCommandLine() refuses options that contradict each other", NO_PERMISSIONS, () => {
  assertRefused([
    [
      ["run", "--verbose", "--quiet"],
      'Cannot use "--quiet --verbose": each undoes the other, expected one of them',
    ],
    [
      ["run", "--titles", "t.csv", "--writer", "top,csv"],
      'Cannot use "--titles t.csv": only a page shows titles, expected --writer html too',
    ],
    [
      ["run", "--keep-batches", "6"],
      'Cannot use "--keep-batches 6": 6 days, expected at least the 7 days of the window',
    ],
    [
      ["run", "--keep-batches", "7", "--days", "30"],
      'Cannot use "--keep-batches 7": 7 days, expected at least the 30 days of the window',
    ],
  ]);
});

Deno.test("parseCommandLine() shows the version everywhere", NO_PERMISSIONS, () => {
  const version: ParsedCommand = { command: "text", text: "1.2.3\n", status: 0, to: "stdout" };
  for (const flag of ["--version", "-V"]) {
    assert.deepEqual(parse(flag), version);
    for (const name of COMMAND_NAMES) assert.deepEqual(parse(name, flag), version);
  }
});

Deno.test("parseCommandLine() shows the help everywhere", NO_PERMISSIONS, () => {
  const program = parse("--help");
  assert.deepEqual(parse("-h"), program);
  assert.deepEqual(parse("help"), program);
  assert.deepEqual(parse("help", "help"), program);
  for (const name of COMMAND_NAMES) {
    const help = parse(name, "--help");
    assert.ok(help.command === "text" && help.status === 0 && help.to === "stdout");
    assert.deepEqual(parse(name, "-h"), help);
    assert.deepEqual(parse("help", name), help);
    assert.notDeepEqual(help, program);
  }
  assert.deepEqual(parse("run", "--days", "0", "--bogus", "--help"), parse("run", "--help"));
});

Deno.test(
  "parseCommandLine() answers no command with the help and status 2",
  NO_PERMISSIONS,
  () => {
    const text = textOf("--help");
    assert.deepEqual(parse(), { command: "text", text, status: 2, to: "stderr" });
  },
);

Deno.test("the help fits 80 columns and ends with one line end", NO_PERMISSIONS, () => {
  for (const argv of [[], ...COMMAND_NAMES.map((name) => [name])]) {
    const text = textOf(...argv, "--help");
    assert.match(text, /[^\n]\n$/);
    for (const line of text.split("\n")) {
      assert.ok(line.length <= 80, line);
      assert.equal(line, line.trimEnd());
    }
  }
});

Deno.test("the help names commands, options, defaults and exit statuses", NO_PERMISSIONS, () => {
  const program = textOf("--help");
  for (const name of COMMAND_NAMES) {
    assert.match(program, new RegExp(`^  ${name} +${COMMANDS[name].summary}$`, "m"));
    const help = textOf(name, "--help");
    for (const row of optionsOf(name)) {
      const standard = row.default ?? row.otherwise;
      const end = standard === undefined ? "" : ` (default: ${standard})`;
      const line = help.split("\n").find((line) => line.startsWith(`  ${optionTerm(row)} `));
      assert.ok(line?.endsWith(`${row.help}${end}`), `${row.flag}: ${line}`);
    }
    for (const [status, meaning] of Object.entries(EXIT_STATUSES)) {
      assert.ok(help.includes(`\n  ${status.padEnd(5)}${meaning}\n`), status);
    }
  }
});

Deno.test(
  "the help shows titles in bold where colour is wanted, and nowhere else",
  NO_PERMISSIONS,
  () => {
    const parsed = parseCommandLine(["run", "--help"], { version: "1", color: true });
    assert.ok(parsed.command === "text" && parsed.text.startsWith("\x1b[1mUsage:\x1b[22m "));
    assert.equal(stripVTControlCharacters(parsed.text), textOf("run", "--help"));
  },
);

Deno.test("every command has examples in its help", NO_PERMISSIONS, () => {
  for (const name of COMMAND_NAMES) {
    assert.match(textOf(name, "--help"), /\nExamples:\n {2}topstreams .*\n {6}\S/, name);
  }
});

Deno.test("the examples of the help are command lines of the program", NO_PERMISSIONS, () => {
  for (const name of COMMAND_NAMES) {
    for (const [commandLine] of COMMANDS[name].examples) {
      const [program, ...argv] = commandLine.split(" ");
      assert.equal(program, "topstreams");
      assert.equal(parse(...argv).command, name);
    }
  }
});

Deno.test(
  "OPTIONS has a flag once in each command, and a placeholder for each value",
  NO_PERMISSIONS,
  () => {
    for (const name of COMMAND_NAMES) {
      const flags = optionsOf(name).map((row) => row.flag);
      assert.deepEqual(flags, [...new Set(flags)]);
      for (const row of optionsOf(name)) {
        assert.match(row.flag, /^--[a-z]+(-[a-z]+)*$/);
        assert.equal(row.kind === undefined, row.placeholder === undefined, row.flag);
        const standards = [row.default, row.otherwise].filter((text) => text !== undefined);
        assert.equal(standards.length, row.kind === undefined ? 0 : 1, row.flag);
      }
    }
    assert.equal(OPTIONS.some((row) => (row.commands as readonly string[]).length === 0), false);
  },
);

Deno.test("readOptions() gives the defaults where nothing was typed", NO_PERMISSIONS, () => {
  assert.deepEqual(readOptions("run"), RUN_DEFAULTS);
  assert.deepEqual(readOptions("demo"), DEMO_DEFAULTS);
  assert.deepEqual(readOptions("generate"), GENERATE_DEFAULTS);
});

Deno.test(
  "optionTable() renders the options of a command as deno fmt leaves it",
  NO_PERMISSIONS,
  () => {
    assert.equal(
      optionTable("demo"),
      "| Option      | Default           | Meaning                              |\n" +
        "| ----------- | ----------------- | ------------------------------------ |\n" +
        "| `--out DIR` | `topstreams-demo` | folder for logs, batches and results |\n" +
        "| `--seed N`  | `1`               | another number makes other logs      |\n",
    );
  },
);
