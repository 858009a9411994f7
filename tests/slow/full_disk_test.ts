/**
 * A disk that is really full: a small file system that grows until the run has room.
 *
 * There are former reports, and a log was delivered again. As long as there is too little room,
 * the run fails and says where; former reports stay, nothing else does. Then it succeeds, with no
 * cleaning. Where no file system can be mounted, files are limited in size instead.
 */
import assert from "node:assert/strict";
import { CASES } from "../../docs/promises.ts";
import { assertSameFiles } from "../cli/_compare.ts";
import { assertCharts, deliver, LAST, logOf } from "../cli/_week.ts";
import { type Ended, endOf, inPlace, type Place, PROGRAM } from "../cli/program.ts";

const WORDS = ["--date", "20211201", "--days", "2", "--max-rejected", "5%"];

/** The newest log as it was, and as it is delivered again. */
const [FORMER, AGAIN] = [logOf(LAST - 2).repeat(8), logOf(LAST).repeat(9)];
const LOGS = { [LAST]: AGAIN, [LAST - 1]: logOf(LAST - 1).repeat(8) };

const PAGE_BYTES = 4096;
/** By how much the room grows after a failure: a page at least, then a part of it; by jobs. */
const GROWTHS = { "1": 1.06, "2": 1.6 } as const;

/** How the room for batches and results is limited. */
interface Limit {
  readonly what: string;
  begin(place: Place): Promise<void>;
  /** Runs with so many bytes of room; in files of at most so many bytes. */
  run(place: Place, bytes: number, words: string[]): Promise<Ended>;
  end(place: Place): Promise<void>;
  /** What a failure says. */
  readonly failure: RegExp;
}

async function command(...words: string[]): Promise<Ended> {
  const pipes = { stdin: "null", stdout: "piped", stderr: "piped" } as const;
  return await endOf(new Deno.Command(words[0], { args: words.slice(1), ...pipes }).spawn());
}

async function must(...words: string[]): Promise<string> {
  const { status, stdout, stderr } = await command(...words);
  assert.equal(status, 0, `${words.join(" ")}: ${stderr}`);
  return stdout;
}

const TMPFS: Limit = {
  what: "a file system of memory",
  async begin(place) {
    Deno.mkdirSync(place.path("disk"));
    await must("mount", "-t", "tmpfs", "-o", "size=64m", "topstreams", place.path("disk"));
  },
  async run(place, bytes, words) {
    const disk = place.path("disk");
    const used = Number((await must("df", "--output=used", "-k", disk)).split("\n")[1]) * 1024;
    await must("mount", "-o", `remount,size=${used + bytes}`, disk);
    return await endOf(place.start(...words));
  },
  async end(place) {
    await must("umount", place.path("disk"));
  },
  failure: /^Cannot (?:write|make folder|sync) "(.+)": no space left on the device, expected room/,
};

/** A shell that ignores the signal by which the system tells of the limit: the write then fails. */
const FILE_SIZE: Limit = {
  what: "files of a limited size",
  begin: (place) => Promise.resolve(Deno.mkdirSync(place.path("disk"))),
  async run(_place, bytes, words) {
    const script = `trap '' XFSZ; ulimit -f ${Math.floor(bytes / 1024)}; exec "$@"`;
    return await command("bash", "-c", script, "bash", ...PROGRAM!, ...words);
  },
  end: () => Promise.resolve(),
  failure: /^Cannot write "(.+)": (?:no space left|File too large)/,
};

/** Whether a file system may be mounted here; why not, where it may not. */
async function reasonNotToMount(): Promise<string | undefined> {
  const folder = Deno.makeTempDirSync({ prefix: "topstreams-mount-" });
  try {
    const { status, stderr } = await command("mount", "-t", "tmpfs", "-o", "size=64k", "t", folder);
    if (status !== 0) return stderr.trim();
    await must("umount", folder);
    return undefined;
  } catch (error) {
    return String(error);
  } finally {
    Deno.removeSync(folder);
  }
}

function hiddenIn(place: Place): string[] {
  return place.names().filter((name) => /(?:^|\/)\./.test(name));
}

function reportsIn(place: Place) {
  return place.contents("disk/results");
}

/** Runs in more and more room; returns how often there was too little. */
async function untilThereIsRoom(
  place: Place,
  limit: Limit,
  { words, growth }: { readonly words: string[]; readonly growth: number },
): Promise<number> {
  const former = reportsIn(place);
  const acts = new Set<string>();
  for (let bytes = 0, failures = 0;; failures++) {
    const { status, stderr } = await limit.run(place, bytes, words);
    const what = `${bytes} bytes of room: ${stderr}`;
    if (status === 0) {
      console.log(`${failures} times too little room, at last ${bytes} bytes: ${[...acts]}`);
      return failures;
    }
    assert.equal(status, 1, what);
    const [, path] = limit.failure.exec(stderr) ?? assert.fail(what);
    assert.ok(path.startsWith(place.path("disk/")), what);
    acts.add(path.replace(/.*\/disk\//, "").replace(/run-.*/, "run"));
    assertSameFiles(reportsIn(place), former, what);
    assert.deepEqual(hiddenIn(place), [], what);
    bytes = Math.max(bytes + PAGE_BYTES, Math.ceil(bytes * growth / PAGE_BYTES) * PAGE_BYTES);
  }
}

const noMount = PROGRAM === undefined ? undefined : await reasonNotToMount();
if (noMount !== undefined) console.log(`no file system is mounted, but files limited: ${noMount}`);
const limits: readonly Limit[] = noMount === undefined ? [TMPFS, FILE_SIZE] : [FILE_SIZE];

/** The folders that are on the small disk, and how many jobs there are. */
const CASES_OF_DISKS = [
  { folders: ["batch", "results"], jobs: "1", least: 25 },
  { folders: ["results"], jobs: "1", least: 6 },
  { folders: ["batch", "results"], jobs: "2", least: 5 },
] as const;

for (const limit of limits) {
  for (
    const { folders, jobs, least } of limit === TMPFS ? CASES_OF_DISKS : CASES_OF_DISKS.slice(0, 1)
  ) {
    Deno.test({
      name: `a full disk (${limit.what}) of ${
        folders.join(" and ")
      } fails --jobs ${jobs} to no harm`,
      ignore: PROGRAM === undefined,
      fn: () =>
        inPlace(async (place) => {
          await limit.begin(place);
          try {
            const onDisk = folders.flatMap((name) => [`--${name}`, place.path(`disk/${name}`)]);
            const words = place.runWords(...WORDS, "--jobs", jobs, ...onDisk, "--quiet");
            deliver(place, LAST - 1, LOGS[LAST - 1]);
            deliver(place, LAST, FORMER);
            assert.equal((await place.topstreams(...words)).status, 0);
            deliver(place, LAST, AGAIN);
            const failures = await untilThereIsRoom(place, limit, { words, growth: GROWTHS[jobs] });
            assert.ok(failures >= least, `only ${failures} failures`);
            Deno.symlinkSync(place.path("disk/results"), place.path("results"));
            assertCharts(place, LAST, [LAST - 1, LAST], { logs: LOGS });
            assert.deepEqual(hiddenIn(place), []);
          } finally {
            await limit.end(place);
          }
        }),
    });
  }
}

Deno.test("the sizes that are too small are as many as docs/promises.ts says", () => {
  const all = CASES_OF_DISKS.reduce((sum, { least }) => sum + least, 0) + CASES_OF_DISKS[0].least;
  assert.ok(all >= CASES.leastFullDisks, `${all} sizes`);
});
