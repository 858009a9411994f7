/**
 * What a cluster for so many rows a day takes, on paper: measured constants and one formula.
 *
 * All work grows with the rows, and users are spread over the shards; so time on a core, disk and
 * bytes on the network are constants a row, and the shards are as many as the hungriest of them needs.
 *
 * @module
 */

/** What one row takes, as it was measured. */
export interface RowCosts {
  /** Seconds of a server's core to load a row, both tables and merges until the end of the load. */
  readonly loadServerSeconds: number;
  /** What is added to that by twice the rows on a shard: there is more to merge. */
  readonly loadServerGrowth: number;
  /** The rows of a shard that was measured. */
  readonly measuredRows: number;
  /** Seconds of a core of the program to read, parse and send a row. */
  readonly loadProgramSeconds: number;
  /** Seconds of a server's core for both charts, for each row of the window. */
  readonly chartServerSeconds: number;
  /** Seconds of a core of the program for both charts, for each row of the window. */
  readonly chartProgramSeconds: number;
  /** Bytes on the disks of the shards, both tables. */
  readonly diskBytes: number;
  /** Bytes of both reports, for each row of the window. */
  readonly reportBytes: number;
  /** The most memory that a server took. */
  readonly serverPeakBytes: number;
}

/** What a row takes on the network: a block has its columns as they are. */
export const NETWORK_BYTES = { user: 2 + 8 + 8 + 8, country: 2 + 8 + 2 + 8 } as const;

/** The machines there are, and the time there is. */
export interface Site {
  readonly coresOfShard: number;
  readonly diskBytesOfShard: number;
  /** The machine that runs the program. */
  readonly coresOfProgram: number;
  readonly networkBytesPerSecond: number;
  /** From the delivery of a log to its charts. */
  readonly seconds: number;
  readonly windowDays: number;
}

/** What the page reckons with. */
export const USUAL_SITE: Site = {
  coresOfShard: 16,
  diskBytesOfShard: 4e12,
  coresOfProgram: 16,
  networkBytesPerSecond: 1.2e9,
  seconds: 4 * 3600,
  windowDays: 7,
};

/** Not all of a machine is to be had: other queries, merges, uneven shards. */
const USABLE = 0.6;

/** A cluster on paper. */
export interface ClusterSize {
  readonly shards: number;
  /** The shards that the processors ask for, and the disks; parts of a shard. */
  readonly byProcessors: number;
  readonly byDisk: number;
  readonly diskBytes: number;
  /** How long it takes the program alone, with all its cores: reading, sending, choosing, printing. */
  readonly programSeconds: number;
  /** How long the network of the program's machine is busy. */
  readonly networkSeconds: number;
  readonly reportBytes: number;
  /** Whether one program is fast enough. */
  readonly isOneProgramEnough: boolean;
}

/** Sizes a cluster: the least number of shards that is enough. */
export function clusterSize(rowsADay: number, costs: RowCosts, site: Site): ClusterSize {
  for (let shards = 1;; shards++) {
    const size = sizeWith(shards, rowsADay, costs, site);
    if (size.byProcessors <= shards && size.byDisk <= shards) return { shards, ...size };
  }
}

/** Sizes a cluster by what each of so many shards has to do; fewer rows on a shard merge cheaper. */
function sizeWith(
  shards: number,
  rowsADay: number,
  costs: RowCosts,
  site: Site,
): Omit<ClusterSize, "shards"> {
  const rowsOfWindow = rowsADay * site.windowDays;
  const doublings = Math.max(0, Math.log2(rowsADay / shards / costs.measuredRows));
  const loadSeconds = costs.loadServerSeconds + doublings * costs.loadServerGrowth;
  const coreSeconds = rowsADay * loadSeconds + rowsOfWindow * costs.chartServerSeconds;
  // A day more while its former load is still there, and room for merges.
  const diskBytes = rowsADay * (site.windowDays + 1) * costs.diskBytes;
  const programSeconds = (rowsADay * costs.loadProgramSeconds +
    rowsOfWindow * costs.chartProgramSeconds) / (site.coresOfProgram * USABLE);
  const sentBytes = rowsADay * (NETWORK_BYTES.user + NETWORK_BYTES.country);
  const networkSeconds = (sentBytes + rowsOfWindow * 24) / (site.networkBytesPerSecond * USABLE);
  return {
    byProcessors: coreSeconds / (site.coresOfShard * site.seconds * USABLE),
    byDisk: diskBytes / (site.diskBytesOfShard * USABLE),
    diskBytes,
    programSeconds,
    networkSeconds,
    reportBytes: rowsOfWindow * costs.reportBytes,
    isOneProgramEnough: Math.max(programSeconds, networkSeconds) <= site.seconds,
  };
}
