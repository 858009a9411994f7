import assert from "node:assert/strict";
import { likelyWay, wayText } from "../../../formats/guess.ts";

const NO_PERMISSIONS = { permissions: "none" } as const;

/** The first bytes of logs, and the options by which most of their rows are streams. */
const CASES: readonly [what: string, head: string, options: string | undefined][] = [
  ["the usual rows", "71|5|FR\n88|6|DE\n", "--reader pipe"],
  ["ids that are text", "a1|eva|FR\nb2|udo|DE\n", "--reader pipe --ids text"],
  [
    "a header of other names",
    "track_id,cc,listener\n71,FR,5\n88,DE,6\n",
    "--reader csv --columns song=track_id,user=listener,country=cc",
  ],
  [
    "a header with a blank",
    "track id,member,market\n71,5,FR\n88,6,DE\n",
    "--reader csv --columns 'song=track id,user=member,country=market'",
  ],
  [
    "no header, the country first",
    "FR\t71\t5\nDE\t88\t6\n",
    "--reader tsv --columns song=2,user=3,country=1",
  ],
  [
    "objects with other keys",
    '{"track":{"id":71},"account":"5","geo":"FR"}\n{"track":{"id":88},"account":"6","geo":"DE"}\n',
    "--reader jsonl --columns song=track.id,user=account,country=geo",
  ],
  ["prose", "This is no log.\nNor is this.\n", undefined],
  ["nothing", "", undefined],
  ["objects without a country", '{"song":71,"user":5}\n{"song":88,"user":6}\n', undefined],
];

for (const [what, head, options] of CASES) {
  Deno.test(`likelyWay() of ${what} is ${options ?? "not known"}`, NO_PERMISSIONS, () => {
    const way = likelyWay(new TextEncoder().encode(head));
    assert.equal(way === undefined ? undefined : wayText(way).replace(/ \(or .*/, ""), options);
  });
}

Deno.test("likelyWay() says where song and user may be the other way round", NO_PERMISSIONS, () => {
  const way = likelyWay(new TextEncoder().encode("71,5,FR\n88,6,DE\n"));
  assert.equal(way?.isOrderGuessed, true);
  const named = likelyWay(new TextEncoder().encode("song,user,country\n71,5,FR\n88,6,DE\n"));
  assert.notEqual(named?.isOrderGuessed, true);
});
