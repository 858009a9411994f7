/**
 * Killed several hundred times, at random moments and when a certain file has just appeared: what
 * is there is whole, and the next run heals.
 *
 * A date is made again and again, of two versions of its newest log in turn. After each kill every
 * report is that of one version or the other; after the next run all is as if nothing had been.
 */
import assert from "node:assert/strict";
import { CASES } from "../../docs/promises.ts";
import { assertSameFiles, type Texts } from "../cli/_compare.ts";
import { deliver, LAST, logOf } from "../cli/_week.ts";
import { endOf, inPlace, type Place, PROGRAM } from "../cli/program.ts";
import { randomFrom } from "./random.ts";

const KILLS = CASES.kills;
const seed = Number(Deno.env.get("SEED") ?? Math.floor(Math.random() * 2 ** 31));

const WORDS = ["--date", "20211201", "--days", "2", "--max-rejected", "5%", "--verbose"];

/** Two versions of the newest log, both large enough that a run takes a while. */
const LOGS = [logOf(LAST).repeat(60), logOf(LAST - 2).repeat(60)];

function reportsIn(place: Place): Texts {
  return place.contents("results");
}

function hiddenIn(place: Place): string[] {
  return place.names().filter((name) => /(?:^|\/)\./.test(name));
}

/** How far a run was when it was killed. */
function stageOf(stderr: string, place: Place): string {
  if (hiddenIn(place).some((name) => name.includes(".publish"))) return "publishing";
  if (stderr.includes("Read log")) return "charting";
  return stderr.includes("Reading log") ? "batching" : "starting";
}

/** What appears in a run one after the other: kills at random moments seldom meet the last ones. */
const LANDMARKS: readonly RegExp[] = [
  /^batch\/\.runs\/run-/,
  /^batch\/20211201\/\.country\.batch\.aside$/,
  /^batch\/20211201\/\.manifest\.json\.aside$/,
  /^batch\/20211201\/\.publish\.json$/,
  /^results\/\.country_\S+\.aside$/,
  /^results\/\.user_\S+\.aside$/,
  /^results\/\.run_\S+\.aside$/,
  /^results\/\.\.publish\.json\.aside$/,
  /^results\/\.publish\.json$/,
  /^batch\/history\/20211201\/\.manifest\.json\.aside$/,
];

/** Waits until something has appeared in the place, or the process has ended. */
async function untilThere(place: Place, landmark: RegExp, process: Deno.ChildProcess) {
  let isOver = false;
  process.status.then(() => isOver = true);
  while (!isOver && !namesNow(place).some((name) => landmark.test(name))) {
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
}

/** The names there, while others come and go. */
function namesNow(place: Place): string[] {
  try {
    return place.names();
  } catch {
    return [];
  }
}

for (const jobs of ["1", "3"]) {
  Deno.test({
    name: `${KILLS} kills with --jobs ${jobs} (seed ${seed})`,
    ignore: PROGRAM === undefined,
    fn: () =>
      inPlace(async (place) => {
        const random = randomFrom(seed + Number(jobs));
        const words = [...WORDS, "--jobs", jobs];
        deliver(place, LAST - 1);
        const expected: Texts[] = [];
        let took = 0;
        for (const log of LOGS) {
          deliver(place, LAST, log);
          const start = performance.now();
          await place.run(...words);
          took = performance.now() - start;
          expected.push(reportsIn(place));
        }
        assert.notDeepEqual(expected[0], expected[1]);
        const stages: Record<string, number> = {};
        for (let kill = 0; kill < KILLS; kill++) {
          const version = kill % 2;
          deliver(place, LAST, LOGS[version], new Date(Date.UTC(2021, 11, 2, 3, 0, kill)));
          const process = place.start(...place.runWords(...words));
          if (kill % 4 < 2) {
            await new Promise((resolve) => setTimeout(resolve, random() * took * 1.1));
          } else {
            await untilThere(place, LANDMARKS[(kill >> 2) % LANDMARKS.length], process);
            await new Promise((resolve) => setTimeout(resolve, Math.floor(random() * 4)));
          }
          try {
            process.kill("SIGKILL");
          } catch {
            // It was faster this time.
          }
          const { stderr } = await endOf(process);
          const stage = stageOf(stderr, place);
          stages[stage] = (stages[stage] ?? 0) + 1;
          for (const [name, text] of Object.entries(reportsIn(place))) {
            if (/(?:^|\/)\./.test(name)) continue;
            const isWhole = expected.some((reports) => reports[name] === text);
            assert.ok(isWhole, `${name} after kill ${kill} while ${stage}`);
          }
          await place.run(...words);
          assertSameFiles(reportsIn(place), expected[version], `after kill ${kill} while ${stage}`);
          assert.deepEqual(hiddenIn(place), [], `after kill ${kill} while ${stage}`);
        }
        console.log(`killed while ${JSON.stringify(stages)}`);
      }),
  });
}

for (const [signal, status] of [["SIGTERM", 143], ["SIGINT", 130]] as const) {
  for (const jobs of ["1", "3"]) {
    Deno.test({
      name: `${signal} at random moments ends --jobs ${jobs} with status ${status}`,
      ignore: PROGRAM === undefined,
      fn: () =>
        inPlace(async (place) => {
          const random = randomFrom(seed);
          const words = [...WORDS, "--jobs", jobs];
          deliver(place, LAST - 1);
          deliver(place, LAST, LOGS[0]);
          const start = performance.now();
          await place.run(...words);
          const took = performance.now() - start;
          const before = reportsIn(place);
          for (let stop = 0; stop < CASES.signals; stop++) {
            deliver(place, LAST, LOGS[0], new Date(Date.UTC(2021, 11, 2, 3, 0, stop)));
            const process = place.start(...place.runWords(...words));
            await new Promise((resolve) => setTimeout(resolve, (0.3 + random() * 0.7) * took));
            try {
              process.kill(signal);
            } catch {
              // It was faster this time.
            }
            const ended = await endOf(process);
            // Before the program listens and after it has said all, the system ends the process.
            const isDone = ended.stderr === "" || /^ {2}memory /m.test(ended.stderr);
            if (ended.status !== 0) assert.equal(ended.status, status, ended.stderr);
            if (ended.status !== 0 && !isDone) {
              assert.match(ended.stderr, /\nStopped: former results are untouched\n$/);
            }
            assertSameFiles(reportsIn(place), before);
            assert.deepEqual(hiddenIn(place), []);
          }
        }),
    });
  }
}
