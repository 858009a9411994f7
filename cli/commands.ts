/**
 * The table of commands: what the help says of each.
 *
 * @module
 */

import { anyWord, oneOf, type ValueKind } from "./values.ts";

/** A word that stands behind a command. */
export interface ArgumentRow {
  /** What stands for it in the help, such as `ACTION`. */
  readonly name: string;
  /** The field of its value among the options. */
  readonly field: string;
  /** What it is: a short phrase for one line of the help. */
  readonly help: string;
  readonly kind: ValueKind<unknown>;
  /** Whether there may be several, and at least one; only the last argument may be such. */
  readonly isVariadic?: boolean;
  /** Whether it may be left out; only the last argument may be such. */
  readonly isOptional?: boolean;
}

/** What the help says of a command. */
export interface CommandRow {
  /** The words that it takes besides options, in their order. */
  readonly arguments?: readonly ArgumentRow[];
  /** What the command does: one line that starts with a verb. */
  readonly summary: string;
  /** Command lines to copy, each with what it does. */
  readonly examples: readonly (readonly [commandLine: string, meaning: string])[];
}

/** The commands, by name, in the order of the help. */
export const COMMANDS = {
  run: {
    summary: "Make the charts of the last days from their logs",
    examples: [
      ["topstreams run", "charts of the newest seven days, of the logs in the folder logs"],
      ["topstreams run --date 2021-12-01 --top 10", "the first ten songs of the week to that day"],
      [
        "topstreams run --logs /srv/logs --batch /srv/batch --results /srv/results",
        "the same with folders elsewhere, as a timer would",
      ],
      [
        "topstreams run --log-name 'plays-{YYYY}-{MM}-{DD}-*.csv.gz'",
        "of logs that are called and made otherwise, several a day",
      ],
      [
        "topstreams run --by country:50,world:200 --writer top,csv",
        "charts of their own sizes, each in two formats",
      ],
      ["topstreams run --dry-run", "what a run would do now"],
      [
        "topstreams run --engine clickhouse --clickhouse http://db1:8123",
        "the same charts, with the counts on a ClickHouse server",
      ],
    ],
  },
  status: {
    summary: "Show what is there, and what the next run would do",
    examples: [
      ["topstreams status", "the seven days that the next run would use"],
      ["topstreams status --date 2021-12-01 --json", "those of another date, as JSON"],
      ["topstreams status --config topstreams.json", "with the options that the run has"],
    ],
  },
  top: {
    summary: "Show charts of countries, users, songs or the world",
    arguments: [
      {
        name: "KIND",
        field: "kind",
        help: "country, user, song or world",
        kind: oneOf(["country", "user", "song", "world"]),
      },
      {
        name: "KEY",
        field: "keys",
        help: "which ones, such as FR or 12345; none for the world",
        kind: anyWord,
        isVariadic: true,
        isOptional: true,
      },
    ],
    examples: [
      ["topstreams top country FR DE", "what France and Germany play, and how it moves"],
      ["topstreams top user 12345 --days 30", "what a user played in the last 30 days"],
      ["topstreams top song 71", "where a song is played, and how often on each day"],
      ["topstreams top world --titles titles.csv --json", "of all countries, for a script"],
    ],
  },
  explain: {
    summary: "Explain why a song stands where it stands in a chart",
    arguments: [
      {
        name: "KIND",
        field: "kind",
        help: "country, user or world",
        kind: oneOf(["country", "user", "world"]),
      },
      {
        name: "WORD",
        field: "words",
        help: "the country or the user, and the song; of the world the song alone",
        kind: anyWord,
        isVariadic: true,
      },
    ],
    examples: [
      ["topstreams explain country NL 71", "the rank of song 71 in the Netherlands, and why"],
      ["topstreams explain user 12345 71 --days 30", "among what a user played in 30 days"],
      ["topstreams explain world 71 --json", "of all countries, for a script"],
    ],
  },
  verify: {
    summary: "Check the batches, and say what mends what is wrong",
    examples: [
      ["topstreams verify", "every record of every batch, their order and totals"],
      ["topstreams verify --deep", "and each batch against its log"],
      ["topstreams verify --results results", "and the newest reports against the batches"],
    ],
  },
  forget: {
    summary: "Forget a user in batches, reports and rejected rows",
    arguments: [
      {
        name: "KIND",
        field: "kind",
        help: "user, or again: those of the list, in batches that were brought back",
        kind: oneOf(["user", "again"]),
      },
      {
        name: "ID",
        field: "id",
        help: "which user",
        kind: anyWord,
        isOptional: true,
      },
    ],
    examples: [
      ["topstreams forget user 12345", "in the folders batch and results, and in logs yet to come"],
      [
        "topstreams forget user 12345 --quarantine rejected --wait 3600",
        "in rejected rows too, when the run that is in progress has ended",
      ],
      ["topstreams forget again", "once more, where a batch came back from a backup"],
    ],
  },
  demo: {
    summary: "Make eight days of small logs and do the daily run on them",
    examples: [
      ["topstreams demo", "logs, batches and results in the folder topstreams-demo"],
      ["topstreams demo --out /tmp/demo --seed 2", "other logs, in another folder"],
    ],
  },
  generate: {
    summary: "Make logs of any size, to try and to measure with",
    examples: [
      ["topstreams generate --rows 5k --days 7", "a small week in the folder logs"],
      ["topstreams generate --date 2021-12-01 --seed 2", "a full-size log of that day"],
    ],
  },
  clickhouse: {
    summary: "Make the tables of a ClickHouse cluster",
    arguments: [
      {
        name: "ACTION",
        field: "action",
        help: "init: make what is missing, as run does",
        kind: oneOf(["init"]),
      },
    ],
    examples: [
      ["topstreams clickhouse init --print", "the statements, to look at"],
      [
        "topstreams clickhouse init --clickhouse http://a:80 --clickhouse http://b:80",
        "the tables of two shards",
      ],
    ],
  },
  service: {
    summary: "Make systemd units that do the run every morning",
    arguments: [
      {
        name: "ACTION",
        field: "action",
        help: "print the units, or install them into --unit-dir",
        kind: oneOf(["print", "install"]),
      },
    ],
    examples: [
      ["topstreams service print --logs /srv/logs", "the units, to look at"],
      [
        "topstreams service install --logs /srv/logs --at 05:30 --memory 1GiB",
        "as root: the units where systemd looks for them",
      ],
    ],
  },
  completions: {
    summary: "Print what completes commands and options in a shell",
    arguments: [
      {
        name: "SHELL",
        field: "shell",
        help: "the shell that is to complete them",
        kind: oneOf(["bash", "zsh"]),
      },
    ],
    examples: [
      ["topstreams completions bash", "for ~/.bashrc: source <(topstreams completions bash)"],
      ["topstreams completions zsh", "for a file _topstreams in a folder of zsh's fpath"],
    ],
  },
  formats: {
    summary: "List the formats of logs and of reports",
    examples: [["topstreams formats", "all that --reader and --writer take"]],
  },
} as const satisfies Readonly<Record<string, CommandRow>>;

/** The name of a command. */
export type CommandName = keyof typeof COMMANDS;
