/**
 * The parts of docs/scale.md that come from measurements.
 *
 * @module
 */

import { median } from "../bench/measure.ts";
import { clusterSize, type RowCosts, USUAL_SITE } from "../bench/clickhouse/scale.ts";

/** What `deno task bench:clickhouse` keeps, as far as it is used here. */
export interface ClusterFigures {
  readonly rows: number;
  readonly costs: RowCosts;
  /** By engine: batches on disk, one shard, two shards. */
  readonly results: readonly EngineFigures[];
}

/** The runs of an engine. */
type EngineFigures = readonly {
  readonly loadSeconds: number;
  readonly chartSeconds: number;
  readonly diskBytes: number;
}[];

const NONE = "They have not been measured yet.";

/** The parts, by their names. */
export function scaleParts(
  measured: { readonly clickhouse?: string; readonly tables?: string },
  figures: ClusterFigures | undefined,
): Record<string, string> {
  return {
    "figures clickhouse": measured.clickhouse ?? NONE,
    "figures tables": measured.tables ?? NONE,
    "figures costs": figures === undefined ? NONE : costTable(figures.costs),
    "figures paper": figures === undefined ? NONE : paperTable(figures.costs),
    "figures choice": figures === undefined ? NONE : choiceText(figures),
  };
}

function costTable(costs: RowCosts): string {
  const micros = (seconds: number): string => `${(seconds * 1e6).toFixed(2)} µs of a core`;
  return tableOf(["what", "a row takes"], [
    ["load, servers", micros(costs.loadServerSeconds)],
    ["load, servers, more with each doubling of rows", micros(costs.loadServerGrowth)],
    ["load, program", micros(costs.loadProgramSeconds)],
    ["charts, servers, a row of the window", micros(costs.chartServerSeconds)],
    ["charts, program, a row of the window", micros(costs.chartProgramSeconds)],
    ["disk of the shards", `${costs.diskBytes.toFixed(1)} bytes`],
    ["reports, a row of the window", `${costs.reportBytes.toFixed(1)} bytes`],
    ["memory of a server at its peak", `${Math.round(costs.serverPeakBytes / 2 ** 20)} MiB in all`],
  ]);
}

const BILLIONS = [1, 3, 10, 30, 100];

/** What a server of a shard is given; docs/scale.md says why it does not grow with the rows. */
const MEMORY_GIB = 4;

function paperTable(costs: RowCosts): string {
  const heads = ["rows a day", "shards", "because of", "memory of all", "disk of all"];
  heads.push("program", "its network", "reports", "one program");
  const hours = (seconds: number): string => `${(seconds / 3600).toFixed(1)} h`;
  return tableOf(
    heads,
    BILLIONS.map((billions) => {
      const size = clusterSize(billions * 1e9, costs, USUAL_SITE);
      return [
        `${billions} billion`,
        String(size.shards),
        size.byProcessors > size.byDisk ? "processors" : "disk",
        `${size.shards * MEMORY_GIB} GiB`,
        `${(size.diskBytes / 1e12).toFixed(1)} TB`,
        hours(size.programSeconds),
        hours(size.networkSeconds),
        `${(size.reportBytes / 1e9).toFixed(0)} GB`,
        size.isOneProgramEnough ? "yes" : "no",
      ];
    }),
  );
}

/** The middle of the runs of an engine. */
function middleOf(runs: EngineFigures, field: keyof EngineFigures[number]): number {
  return median(runs.map((run) => run[field]));
}

function choiceText({ rows, costs, results }: ClusterFigures): string {
  const [embedded, one] = results;
  const ratio = (field: keyof EngineFigures[number]): string =>
    (middleOf(one, field) / middleOf(embedded, field)).toFixed(1);
  const load = middleOf(embedded, "loadSeconds") / rows;
  const chart = middleOf(embedded, "chartSeconds") / rows;
  const disk = middleOf(embedded, "diskBytes") / rows;
  const { windowDays } = USUAL_SITE;
  const terabytes = (bytes: number): string => `${(bytes / 1e12).toFixed(1)} TB`;
  const lines = BILLIONS.map((billions) => {
    const day = billions * 1e9;
    return [
      `${billions} billion`,
      `${((load + windowDays * chart) * day / 3600).toFixed(1)} h`,
      terabytes(day * (windowDays + 1) * disk),
      terabytes(day * windowDays * costs.reportBytes),
    ];
  });
  return `On the same two cores, a day of ${(rows / 1e6).toFixed(0)} million rows is ` +
    `${ratio("loadSeconds")} times as long in loading and ${ratio("chartSeconds")} times as long ` +
    `in charts on ClickHouse as in batches on disk, and takes ${ratio("diskBytes")} times the ` +
    `disk: a cluster has to have as many times the cores to be as fast. One machine with these ` +
    `two cores and batches on disk, window of seven days, if it goes on as it does from ` +
    `${(rows / 1e6).toFixed(0)} million rows:\n\n` +
    tableOf(["rows a day", "a daily run", "batches", "reports"], lines);
}

function tableOf(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [heads, heads.map(() => "---"), ...rows];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
