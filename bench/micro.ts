/**
 * Micro benchmarks as rates: bytes or entries a second, beside their naive baselines.
 *
 * `deno task bench:micro` runs `deno bench` over bench/micro/. Names there tell what an iteration
 * works on: `WHO: ..., N entries, N bytes`.
 *
 * @module
 */

import { circumstances, factList, keepResult, measure, table } from "./measure.ts";

/** What `deno bench --json` prints, as far as it is used. */
interface BenchReport {
  readonly benches: readonly {
    readonly group: string;
    readonly name: string;
    readonly baseline: boolean;
    readonly results: readonly { readonly ok?: { readonly avg: number; readonly p75: number } }[];
  }[];
}

interface Rate {
  readonly group: string;
  readonly who: string;
  readonly size: string;
  readonly isBaseline: boolean;
  readonly nanoseconds: number;
}

async function ratesOf(): Promise<Rate[]> {
  const { stdout } = await measure(Deno.execPath(), ["bench", "-A", "--json", "bench/micro/"]);
  const { benches }: BenchReport = JSON.parse(stdout);
  return benches.map(({ group, name, baseline, results }) => {
    const ok = results[0].ok;
    if (ok === undefined) throw new Error(`Benchmark "${name}" failed`);
    const [who, size] = name.split(": ");
    return { group, who, size, isBaseline: baseline, nanoseconds: ok.avg };
  });
}

/** The number in front of one of the words, if it is there. */
function numberOf(size: string, words: string): number | undefined {
  const found = new RegExp(`(\\d+) (?:${words})`).exec(size);
  return found === null ? undefined : Number(found[1]);
}

function line(rate: Rate, all: readonly Rate[]): string[] {
  const { group, who, size, nanoseconds } = rate;
  const items = numberOf(size, "rows|streams|entries");
  const bytes = numberOf(size, "bytes");
  const baseline = all.find((each) => each.group === group && each.isBaseline)!;
  return [
    group,
    who,
    size,
    (nanoseconds / 1e6).toFixed(2),
    items === undefined ? "-" : (items / nanoseconds * 1e3).toFixed(1),
    items === undefined ? "-" : (nanoseconds / items).toFixed(1),
    bytes === undefined ? "-" : (bytes / nanoseconds * 1e3).toFixed(0),
    rate.isBaseline ? "naive" : `${(baseline.nanoseconds / nanoseconds).toFixed(1)}x`,
  ];
}

const HEADS = ["what", "who", "of", "ms", "M/s", "ns each", "MB/s", "faster"];

const rates = await ratesOf();
const facts = await circumstances("deno task bench:micro");
const text = `# Micro benchmarks\n\n${factList(facts)}
Averages of one iteration on one core; M/s counts rows, streams or entries.\n
${table(HEADS, rates.map((rate) => line(rate, rates)))}`;
keepResult("micro", text, { facts, rates });
