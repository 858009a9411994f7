import assert from "node:assert/strict";
import { parseCountry } from "../../core/country.ts";
import { createStreamBlock, type StreamBlock } from "../../core/streams.ts";
import { pipe } from "../../formats/pipe.ts";
import { logOf, ROW_COUNT } from "./_data.ts";

const log = logOf();
const block = createStreamBlock(ROW_COUNT);
const size = `${ROW_COUNT} rows, ${log.length} bytes`;

function parse(): StreamBlock {
  block.length = 0;
  pipe.parser().parse(log, 0, log.length, true, block);
  return block;
}

interface Stream {
  readonly song: number;
  readonly user: number;
  readonly country: string;
}

function parseNaively(): Stream[] {
  return new TextDecoder().decode(log).trimEnd().split("\n").map((line) => {
    const [song, user, country] = line.split("|");
    return { song: Number(song), user: Number(user), country };
  });
}

const naive = parseNaively();
const { songs, users, countries, length } = parse();
assert.equal(length, ROW_COUNT);
assert.deepEqual(songs, Float64Array.from(naive, ({ song }) => song));
assert.deepEqual(users, Float64Array.from(naive, ({ user }) => user));
assert.deepEqual(countries, Uint16Array.from(naive, ({ country }) => parseCountry(country)!));

Deno.bench({ name: `pipe: ${size}`, group: "parse" }, () => void parse());
Deno.bench(
  { name: `split: ${size}`, group: "parse", baseline: true },
  () => void parseNaively(),
);
