/**
 * The parts of docs/scale.md that come from measurements.
 *
 * @module
 */

import { clusterSize, type RowCosts, USUAL_SITE } from "../bench/clickhouse/scale.ts";

/** What `deno task bench:clickhouse` keeps, as far as it is used here. */
export interface ClusterFigures {
  readonly rows: number;
  readonly costs: RowCosts;
  /** By engine: batches on disk, one shard, two shards. */
  readonly results: readonly (readonly {
    readonly loadSeconds: number;
    readonly chartSeconds: number;
    readonly diskBytes: number;
  }[])[];
}

const NONE = "They have not been measured yet.";

/** The parts, by their names. */
export function scaleParts(
  measured: string | undefined,
  figures: ClusterFigures | undefined,
): Record<string, string> {
  return {
    "figures clickhouse": measured ?? NONE,
    "figures costs": figures === undefined ? NONE : costTable(figures.costs),
    "figures paper": figures === undefined ? NONE : paperTable(figures.costs),
    "figures choice": figures === undefined ? NONE : choiceText(figures),
  };
}

function costTable(costs: RowCosts): string {
  const micros = (seconds: number): string => `${(seconds * 1e6).toFixed(2)} µs of a core`;
  return tableOf(["what", "a row takes"], [
    ["load, servers", micros(costs.loadServerSeconds)],
    ["load, program", micros(costs.loadProgramSeconds)],
    ["charts, servers, a row of the window", micros(costs.chartServerSeconds)],
    ["charts, program, a row of the window", micros(costs.chartProgramSeconds)],
    ["disk of the shards", `${costs.diskBytes.toFixed(1)} bytes`],
    ["reports, a row of the window", `${costs.reportBytes.toFixed(1)} bytes`],
    ["memory of a server at its peak", `${Math.round(costs.serverPeakBytes / 2 ** 20)} MiB in all`],
  ]);
}

const BILLIONS = [1, 3, 10, 30, 100];

function paperTable(costs: RowCosts): string {
  const heads = ["rows a day", "shards", "because of", "disk of all"];
  heads.push("program", "its network", "reports", "one program");
  const hours = (seconds: number): string => `${(seconds / 3600).toFixed(1)} h`;
  return tableOf(
    heads,
    BILLIONS.map((billions) => {
      const size = clusterSize(billions * 1e9, costs, USUAL_SITE);
      return [
        `${billions} billion`,
        String(size.shards),
        size.because,
        `${(size.diskBytes / 1e12).toFixed(1)} TB`,
        hours(size.programSeconds),
        hours(size.networkSeconds),
        `${(size.reportBytes / 1e9).toFixed(0)} GB`,
        size.isOneProgramEnough ? "yes" : "no",
      ];
    }),
  );
}

function choiceText({ rows, results }: ClusterFigures): string {
  const middle = (runs: ClusterFigures["results"][number], field: keyof typeof runs[number]) => {
    const sorted = runs.map((run) => run[field]).sort((a, b) => a - b);
    return sorted[sorted.length >> 1];
  };
  const [embedded, one] = results;
  const total = (runs: ClusterFigures["results"][number]): number =>
    middle(runs, "loadSeconds") + middle(runs, "chartSeconds");
  const rate = rows / total(embedded);
  const { seconds, windowDays } = USUAL_SITE;
  const secondsOfRow = (days: number): number =>
    (middle(embedded, "loadSeconds") + days * middle(embedded, "chartSeconds")) / rows;
  const billions = (days: number): string => (seconds / secondsOfRow(days) / 1e9).toFixed(0);
  const load = middle(one, "loadSeconds") / middle(embedded, "loadSeconds");
  const charts = middle(one, "chartSeconds") / middle(embedded, "chartSeconds");
  const disk = middle(one, "diskBytes") / middle(embedded, "diskBytes");
  return `On the same two cores, a day of ${(rows / 1e6).toFixed(0)} million rows is ` +
    `${load.toFixed(1)} times as long in loading and ${charts.toFixed(1)} times as long in ` +
    `charts on ClickHouse as in batches on disk, and takes ${disk.toFixed(1)} times the disk. ` +
    `Two cores without it get through ${(rate / 1e6).toFixed(1)} million rows a second from log ` +
    `to charts: in four hours about ${billions(1)} billion rows of a new day with a window of ` +
    `one day, and about ${billions(windowDays)} billion with one of seven days, whose charts ` +
    `take seven times as long.`;
}

function tableOf(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [heads, heads.map(() => "---"), ...rows];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
