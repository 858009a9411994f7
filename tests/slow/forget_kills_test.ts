/**
 * Forgetting, killed at random moments: the next start has forgotten the user, or has not begun to.
 *
 * One user after another is forgotten; after each kill `forget again` ends what was begun, and all
 * files are held against charts of logs without those who are in the list by then.
 */
import assert from "node:assert/strict";
import { CASES } from "../../docs/promises.ts";
import { assertSameText } from "../cli/_compare.ts";
import { forget, plainReport, userChart, userReport, usersIn, without } from "../cli/_forget.ts";
import { deliver, LAST, logOf } from "../cli/_week.ts";
import { endOf, inPlace, PROGRAM } from "../cli/program.ts";
import { randomFrom } from "./random.ts";

const seed = Number(Deno.env.get("SEED") ?? Math.floor(Math.random() * 2 ** 31));
const DAYS = [LAST - 2, LAST - 1, LAST];

Deno.test({
  name: `${CASES.forgetKills} kills while users are forgotten (seed ${seed})`,
  ignore: PROGRAM === undefined,
  fn: () =>
    inPlace(async (place) => {
      const random = randomFrom(seed);
      for (const day of DAYS) deliver(place, day);
      await place.run("--date", "20211201", "--days", "3", "--writer", "top,csv,jsonl");
      let logs = DAYS.map((day) => logOf(day));
      const users = usersIn(logs);
      const words = (user: string): string[] => [
        ...["forget", "user", user],
        ...["batch", "results", "logs"].flatMap((name) => [`--${name}`, place.path(name)]),
      ];
      const start = performance.now();
      assert.equal((await endOf(place.start(...words(users[0])))).status, 0);
      const took = performance.now() - start;
      logs = logs.map((log) => without(log, users[0]));
      const listed = (): number => JSON.parse(place.read("batch/forgotten.json")).users.length;
      const ends = { begun: 0, ended: 0 };
      for (let kill = 0, at = 1; kill < CASES.forgetKills; kill++) {
        const before = listed();
        const process = place.start(...words(users[at]));
        await new Promise((resolve) => setTimeout(resolve, (0.4 + 0.7 * random()) * took));
        try {
          process.kill("SIGKILL");
        } catch {
          // It was faster this time.
        }
        await endOf(process);
        assert.equal((await forget(place, "again")).status, 0);
        const isForgotten = listed() > before;
        ends[isForgotten ? "ended" : "begun"]++;
        if (isForgotten) logs = logs.map((log) => without(log, users[at]));
        if (isForgotten) at++;
        const what = `kill ${kill} of ${users[at]}`;
        assertSameText(plainReport(place, userReport(LAST)), userChart(logs, ""), what);
        const hidden = place.names().filter((name) => /(?:^|\/)\./.test(name));
        assert.deepEqual(hidden, [], what);
        const next = await place.topstreams(
          ...["top", "user", users[at], "--batch", place.path("batch"), "--days", "3"],
        );
        assert.equal(next.status, 0, `${what}: the next user is still there`);
      }
      console.log(`killed: ${JSON.stringify(ends)}`);
      await place.run("--date", "20211201", "--days", "3", "--writer", "top,csv,jsonl");
      assertSameText(plainReport(place, userReport(LAST)), userChart(logs, ""), "the next run");
    }),
});
