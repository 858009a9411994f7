/**
 * What is promised, how each promise is tested, and how many cases there are.
 *
 * The suites count by these numbers: they do as many cases, or fail where they had fewer. The
 * README and guarantees.md show the table (`deno task readme`).
 *
 * @module
 */

/** Cases of the suites. `least…` are those that depend on the program: never fewer. */
export const CASES = {
  /** Kills at random moments, for each number of jobs: 1 and 3. */
  kills: 160,
  /** Signals at random moments, for each of two signals and each number of jobs. */
  signals: 10,
  /** Acts of a small run on its store, each of which fails once. */
  leastFailedActs: 150,
  /** Calls of Deno that fail, each with its message. */
  failedCalls: 25,
  /** Sizes of a disk that are too small, over all arrangements of folders and jobs. */
  leastFullDisks: 60,
  /** Flipped bytes and truncations of a batch, for each kind of ids. */
  leastDamages: 4800,
  /** Ways in which batch files and manifests are damaged, each with its message. */
  damageMessages: 18,
  /** Acts of forgetting a user on its store, each of which fails once. */
  leastFailedForgets: 100,
  /** Kills at random moments while a user is forgotten. */
  forgetKills: 60,
  /** Kills at moments over the whole length of a run on a cluster. */
  clusterKills: 12,
  /** Random logs that both engines make charts of, for each kind of ids. */
  clusterLogs: 12,
  /** Logs that are compressed and not whole, each with its message. */
  compressedMessages: 8,
  /** What stands in the place of a log and is none. */
  noFiles: 5,
  /** What happens to a log while it is read, with --settle and without. */
  changes: 5,
  /** Logs that are harmed by the mutator, for each format. */
  hostileLogs: 4000,
  /** Logs that fast-check makes, for each format. */
  madeLogs: 1000,
  /** Distinct users of one day, in 256 MiB. */
  leastKeys: 100_000_000,
} as const;

/** A promise. */
interface PromiseRow {
  readonly promise: string;
  /** How it is tested, and where. */
  readonly tested: string;
  /** How many cases, where they can be counted. */
  readonly cases: string;
}

const million = (count: number): string => `${count / 1e6} million`;

/** All promises, in the order of the table. */
export const PROMISES: readonly PromiseRow[] = [
  {
    promise:
      "A report is complete, former or new, whenever the process is killed; the next run needs no cleaning.",
    tested: "killed at random moments and at landmarks of a run, `slow/kills_test.ts`",
    cases: `${2 * CASES.kills} kills`,
  },
  {
    promise:
      "SIGTERM and SIGINT end a run with a message and the status 143 or 130; former results stay.",
    tested: "signals at random moments, `slow/kills_test.ts`; `cli/stopped_test.ts`",
    cases: `${4 * CASES.signals} signals`,
  },
  {
    promise:
      "Whatever act on a file fails, the error names act and path, and a run after that heals.",
    tested:
      "every act of a run fails, `cli/failing_store_test.ts`; each message word by word, `cli/store_messages_test.ts`",
    cases: `${CASES.leastFailedActs} acts or more, ${CASES.failedCalls} messages`,
  },
  {
    promise:
      "A full disk does no harm: the run says where, former reports stay, nothing else does.",
    tested: "a small file system that grows until the run has room, `slow/full_disk_test.ts`",
    cases: `${CASES.leastFullDisks} sizes or more`,
  },
  {
    promise:
      "A damaged batch is rebuilt from its log, or refused by name; it never gives another chart.",
    tested:
      "every byte flipped and every truncation through the whole run, `slow/every_byte_test.ts`; `cli/damage_test.ts`, `cli/messages_test.ts`",
    cases: `${2 * CASES.leastDamages} damages or more, ${CASES.damageMessages} messages`,
  },
  {
    promise:
      "A batch of a former version is read or rebuilt; where its log is gone, the run names the day.",
    tested: "batches kept as each version wrote them, `cli/former_batches_test.ts`",
    cases: "every folder of `golden_batches/`",
  },
  {
    promise:
      "A log that changes while it is read is refused; `--settle SECONDS` reads it again when it no longer does.",
    tested: "it grows, shrinks, goes, is replaced, `cli/store_messages_test.ts`",
    cases: `${2 * CASES.changes} cases`,
  },
  {
    promise:
      "Links to logs are followed; a link that leads nowhere, a FIFO, a folder, an unreadable log, two logs of a day are refused by name.",
    tested: "`cli/not_ready_test.ts`",
    cases: `${CASES.noFiles} things that are no file, a FIFO, closed files, two logs`,
  },
  {
    promise:
      "Two runs never work in one folder at once; the second says who holds the lock, or waits (`--wait`).",
    tested: "`unit/io/lock_test.ts`, `cli/careful_test.ts`, `cli/messages_test.ts`",
    cases: "both folders, with and without waiting",
  },
  {
    promise:
      "Any bytes as a log: no crash, no hang; streams and rejected rows add up to the rows; charts are exact.",
    tested: "logs harmed by a mutator and logs made by fast-check, `slow/fuzz_test.ts`",
    cases: `${CASES.hostileLogs} and ${CASES.madeLogs} for each format`,
  },
  {
    promise:
      "Memory stays within `--memory`, whatever a log holds: a line of 1 GiB, hostile rows, a hundred million users.",
    tested: "the kernel's high-water mark, `slow/sizes_test.ts`; `cli/memory_test.ts`",
    cases: `6 logs, one with ${million(CASES.leastKeys)} users`,
  },
  {
    promise:
      "Of several dates in one run each is published all or nothing; the message says which are.",
    tested: "`cli/several_dates_test.ts`",
    cases: "",
  },
  {
    promise: "No run fails for want of its metrics, and a monitor never sees half of them.",
    tested: "`cli/metrics_test.ts`",
    cases: "",
  },
  {
    promise:
      "What is in a log is data: it never becomes a path, a command or code, and is quoted where it has to be.",
    tested: "`unit/formats/*_writer_test.ts`",
    cases: "",
  },
  {
    promise:
      "The page loads nothing, runs no script but its own, and shows ids, titles and names as text.",
    tested: "`unit/formats/html_test.ts`, `browser/page_test.ts`",
    cases: "",
  },
  {
    promise:
      "Reports and batches have the mode of `--file-mode` (0640), folders are closed to others (0750).",
    tested: "`cli/careful_test.ts`",
    cases: "",
  },
  {
    promise:
      "A command touches the folders that its options name and the logs that links there lead to, and nothing else: not the network (but for the servers that `--clickhouse` names), the environment, other programs; nor does a plugin. `top`, which runs nothing from outside, is confined in writing only: it writes nowhere.",
    tested: "`cli/little_power_test.ts`, `unit/cli/access_test.ts`",
    cases: "",
  },
  {
    promise:
      "Charts of a ClickHouse cluster are those of batches on disk, byte for byte; its servers are the only network a run may use.",
    tested: "`clickhouse/same_bytes_test.ts`, `clickhouse/either_engine_test.ts`",
    cases: `${2 * CASES.clusterLogs} random logs, all goldens, 3 million rows`,
  },
  {
    promise:
      "On a cluster a load that is killed, repeated or lost in part never counts twice, nor in part; two runs never work in one database at once, from whatever machines.",
    tested:
      "`clickhouse/faults_test.ts`, `clickhouse/publish_test.ts`: kills, servers that go away, a full disk; `clickhouse/refusals_test.ts`",
    cases: `${CASES.clusterKills} kills, and at landmarks`,
  },
  {
    promise: "No password is in what a run says or writes, nor in what servers log.",
    tested: "`clickhouse/refusals_test.ts`",
    cases: "",
  },
  {
    promise:
      "`status` and `run --dry-run` show the plan that the run follows, made by the same function; they make, change and delete nothing.",
    tested: "`cli/status_test.ts`, `unit/core/plan_test.ts`",
    cases: "",
  },
  {
    promise:
      "`top` shows what the batches hold, while runs publish and delete them, and takes no lock.",
    tested: "`unit/io/chart_lookup_test.ts`, `cli/top_test.ts`",
    cases: "",
  },
  {
    promise:
      "Movement never says `new` of what cannot be known; a damaged history is passed over by name.",
    tested: "`property/movement_test.ts`, `cli/history_test.ts`",
    cases: "and every folder of `golden_movement/`",
  },
  {
    promise: "What titles hold is harmless on a terminal.",
    tested: "`unit/cli/terminal_text_test.ts`, `cli/top_test.ts`",
    cases: "",
  },
  {
    promise:
      "Rejected rows are kept byte for byte (`--quarantine`), published with their batch and deleted with it; the first that fit, the same for any jobs and memory.",
    tested: "`cli/quarantine_test.ts`, `property/quarantine_test.ts`",
    cases: "",
  },
  {
    promise:
      "`verify` finds every flipped bit of a batch, entries that its log has not, and reports that the batches do not give; it changes nothing, beside a run too.",
    tested: "`cli/verify_test.ts`, `unit/core/batch_check_test.ts`",
    cases: "",
  },
  {
    promise:
      "A user is forgotten in all batches, reports of users and rejected rows, or in none; and is left out when a log of that day or before is read again, for any jobs and memory.",
    tested:
      "every act fails, `cli/forget_store_test.ts`; killed at random moments, `slow/forget_kills_test.ts`; against logs without the user, `cli/forget_test.ts`, `property/removal_test.ts`",
    cases: `${CASES.leastFailedForgets} acts or more, ${CASES.forgetKills} kills`,
  },
  {
    promise: "`explain` tells what a full sort tells of any song, and needs no lock.",
    tested: "`property/standing_test.ts`, `cli/explain_test.ts`",
    cases: "",
  },
  {
    promise: "gzip and zstd logs that are cut short or damaged are refused by name.",
    tested:
      "every truncation and every flipped bit, `unit/formats/compression_test.ts`; `slow/fuzz_test.ts`, `cli/messages_test.ts`",
    cases: `${CASES.hostileLogs} logs, ${CASES.compressedMessages} messages`,
  },
];

/** The table, its first row the titles. */
export function promiseRows(): string[][] {
  const rows = PROMISES.map(({ promise, tested, cases }) => [promise, tested, cases]);
  return [["promise", "how it is tested", "cases"], ...rows];
}
