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
  /** What asks for so many shards. */
  readonly because: "processors" | "disk";
  readonly diskBytes: number;
  /** How long it takes the program alone, with all its cores: reading, sending, choosing, printing. */
  readonly programSeconds: number;
  /** How long the network of the program's machine is busy. */
  readonly networkSeconds: number;
  readonly reportBytes: number;
  /** Whether one program is fast enough. */
  readonly isOneProgramEnough: boolean;
}

/** Sizes a cluster. */
export function clusterSize(rowsADay: number, costs: RowCosts, site: Site): ClusterSize {
  const rowsOfWindow = rowsADay * site.windowDays;
  const coreSeconds = rowsADay * costs.loadServerSeconds + rowsOfWindow * costs.chartServerSeconds;
  const byProcessors = coreSeconds / (site.coresOfShard * site.seconds * USABLE);
  // A day more while its former load is still there, and room for merges.
  const diskBytes = rowsADay * (site.windowDays + 1) * costs.diskBytes;
  const byDisk = diskBytes / (site.diskBytesOfShard * USABLE);
  const reportBytes = rowsOfWindow * costs.reportBytes;
  const programSeconds = (rowsADay * costs.loadProgramSeconds +
    rowsOfWindow * costs.chartProgramSeconds) / (site.coresOfProgram * USABLE);
  const sentBytes = rowsADay * (NETWORK_BYTES.user + NETWORK_BYTES.country);
  const networkSeconds = (sentBytes + rowsOfWindow * 24) / (site.networkBytesPerSecond * USABLE);
  return {
    shards: Math.max(1, Math.ceil(Math.max(byProcessors, byDisk))),
    because: byProcessors >= byDisk ? "processors" : "disk",
    diskBytes,
    programSeconds,
    networkSeconds,
    reportBytes,
    isOneProgramEnough: Math.max(programSeconds, networkSeconds) <= site.seconds,
  };
}
