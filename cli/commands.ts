/**
 * The table of commands: what the help says of each.
 *
 * @module
 */

/** What the help says of a command. */
export interface CommandRow {
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
  formats: {
    summary: "List the formats of logs and of reports",
    examples: [["topstreams formats", "all that --reader and --writer take"]],
  },
} as const satisfies Readonly<Record<string, CommandRow>>;

/** The name of a command. */
export type CommandName = keyof typeof COMMANDS;
