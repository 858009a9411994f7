/**
 * Logs that are made to take memory: a line of 1 GiB, more keys than fit, rows that nobody would
 * write. The peak is the kernel's high-water mark of the whole process.
 */
import assert from "node:assert/strict";
import { CASES } from "../../docs/promises.ts";
import { Buffer } from "node:buffer";
import { assertSameText } from "../cli/_compare.ts";
import { bytesOf, LAST, logOf, summaryIn } from "../cli/_week.ts";
import { endOf, inPlace, IS_COMPILED, type Place, PROGRAM } from "../cli/program.ts";
import { chartOf } from "../oracle.ts";
import { mutated } from "./mutator.ts";
import { randomFrom } from "./random.ts";

const LEAST_MEMORY = { "1": 146, "2": 256 } as const;
const MIB = 2 ** 20;

/** With `deno run` the process holds Deno's compiler, too; the executable keeps the budget itself. */
const COMPILER_BYTES = IS_COMPILED ? 0 : 16 * MIB;
const GIB = 2 ** 30;

const seed = Number(Deno.env.get("SEED") ?? Math.floor(Math.random() * 2 ** 31));
console.log(`sizes seed ${seed}`);

function testSizes(name: string, body: (place: Place) => Promise<void>): void {
  Deno.test({ name, ignore: PROGRAM === undefined, fn: () => inPlace(body) });
}

/** Does a daily run of one day; its memory must have stayed within the budget all the time. */
async function runWithin(
  place: Place,
  jobs: keyof typeof LEAST_MEMORY,
  ...others: string[]
): Promise<void> {
  const budget = LEAST_MEMORY[jobs];
  const words = ["--days", "1", "--jobs", jobs, "--memory", `${budget}MiB`, ...others];
  const process = place.start(...place.runWords(...words));
  let peakBytes = 0;
  const watch = setInterval(() => peakBytes = peakOf(process.pid) ?? peakBytes, 50);
  const { status, stderr } = await endOf(process);
  clearInterval(watch);
  assert.equal(status, 0, stderr);
  assert.ok(peakBytes > 0, "the process was seen");
  for (const bytes of [peakBytes, summaryIn(place, LAST).peakMemoryBytes]) {
    assert.ok(bytes <= budget * MIB + COMPILER_BYTES, `${bytes} bytes at ${budget} MiB`);
  }
  console.log(`peak of ${Math.round(peakBytes / MIB)} MiB with --memory ${budget}MiB`);
}

/** The most memory that a process has had so far; nothing where it has ended. */
function peakOf(pid: number): number | undefined {
  try {
    const text = Deno.readTextFileSync(`/proc/${pid}/status`);
    const found = /VmHWM:\s*(\d+) kB/.exec(text);
    return found === null ? undefined : Number(found[1]) * 1024;
  } catch {
    return undefined;
  }
}

for (const jobs of ["1", "2"] as const) {
  testSizes(`a line of 1 GiB without a line end costs no memory, --jobs ${jobs}`, async (place) => {
    place.write("logs/listen-20211201.log", "71|5|FR\n");
    const log = Deno.openSync(place.path("logs/listen-20211201.log"), { write: true });
    log.truncateSync(GIB);
    log.close();
    await runWithin(place, jobs, "--max-rejected", "50%");
    assert.equal(place.read("results/user_top50_20211201.txt"), "5|71:1\n");
    const [{ rows, rejected }] = summaryIn(place, LAST).logs;
    assert.deepEqual([rows, rejected["too-long"]], [2, 1]);
  });

  testSizes(
    `hostile rows cost no memory, and are counted exactly, --jobs ${jobs}`,
    async (place) => {
      const { block, repeats } = hostileRows();
      place.write("logs/listen-20211201.log", "");
      const log = Deno.openSync(place.path("logs/listen-20211201.log"), { write: true });
      for (let i = 0; i < repeats; i++) {
        for (let at = 0; at < block.length;) {
          at += log.writeSync(block.subarray(at));
        }
      }
      log.close();
      await runWithin(place, jobs, "--max-rejected", "100%");
      for (const kind of ["country", "user"] as const) {
        const once = chartOf([block.toString("latin1")], kind, 50);
        const all = once.replace(/:(\d+)/g, (_, count) => `:${Number(count) * repeats}`);
        const name = `results/${kind}_top50_20211201.txt`;
        assertSameText(place.read(name), all, name);
      }
      const [{ rows, streams, rejected }] = summaryIn(place, LAST).logs;
      const sum = Object.values(rejected).reduce((total, count) => total + count, streams);
      assert.equal(sum, rows);
    },
  );
}

/** Some megabytes of rows that were harmed, with lines of a megabyte and of NULs among them. */
function hostileRows(): { readonly block: Buffer; readonly repeats: number } {
  const random = randomFrom(seed);
  const good = bytesOf(logOf(LAST).split("\n").slice(0, 60).join("\n"));
  const parts: Uint8Array[] = [bytesOf("1|1|FR\n")];
  for (let i = 0; i < 500; i++) parts.push(mutated(good, random), bytesOf("\n"));
  for (const sign of ["\0", "7", "|", '"', "\xff"]) {
    parts.push(Buffer.alloc(MIB, sign, "latin1"), bytesOf("\n"));
  }
  const block = Buffer.concat(parts);
  return { block, repeats: Math.ceil(200 * MIB / block.length) };
}

/** How many distinct keys there are, by jobs. */
const KEYS = {
  "1": { rows: "10M", least: 9_900_000, streams: 10_000_000 },
  // Of so many draws among 10^9 users some are of a user who was drawn before.
  "2": { rows: "110M", least: CASES.leastKeys, streams: 110_000_000 },
} as const;

/** What the log, what is scattered, the batches and the reports take at most, for a stream. */
const STREAM_BYTES = 100;

for (const jobs of ["1", "2"] as const) {
  const { rows, least, streams } = KEYS[jobs];
  testSizes(`users of ${rows} rows in ${LEAST_MEMORY[jobs]} MiB, --jobs ${jobs}`, async (place) => {
    const free = await freeBytesOf(place.folder);
    if (free < streams * STREAM_BYTES) {
      console.log(`not run: ${free} bytes free, expected ${streams * STREAM_BYTES}`);
      return;
    }
    const size = ["--rows", rows, "--users", "1000M", "--corrupt", "0%", "--date", "20211201"];
    const made = await place.topstreams("generate", "--out", place.path("logs"), ...size);
    assert.equal(made.status, 0, made.stderr);
    await runWithin(place, jobs);
    const manifest = JSON.parse(place.read("batch/20211201/manifest.json"));
    const { keyCount, streamCount } = manifest.batches.user;
    assert.ok(keyCount > least, `${keyCount} users`);
    assert.equal(streamCount, streams);
    await assertLines(place, keyCount);
  });
}

async function freeBytesOf(folder: string): Promise<number> {
  const words = { args: ["--output=avail", "-B1", folder] };
  const { stdout } = await new Deno.Command("df", words).output();
  return Number(new TextDecoder().decode(stdout).split("\n")[1]);
}

/** The report by user has a line for each of them, ascending, each of one stream or a few. */
async function assertLines(place: Place, keyCount: number): Promise<void> {
  const path = place.path("results/user_top50_20211201.txt");
  const script = `{ split($0, half, "|"); if (half[1] + 0 <= before) exit 1; before = half[1] + 0 }
    END { print NR }`;
  const { stdout } = await new Deno.Command("awk", { args: [script, path] }).output();
  assert.equal(Number(new TextDecoder().decode(stdout)), keyCount);
}
