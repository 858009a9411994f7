/**
 * The file with the metrics of the last run.
 *
 * @module
 */

import { failedMetricsText, metricsText } from "../core/metrics.ts";
import type { RunSummary } from "../core/summary.ts";
import { replaceFile } from "./replace_file.ts";
import { readText } from "./publication.ts";
import type { Store } from "./store.ts";

/** The mode of the file: a monitor is someone else. */
export const METRICS_MODE = 0o644;

/** How a run ended: published, with its summary, or failed. */
export type RunEnd = { readonly summary: RunSummary } | "failed";

/**
 * Tells a monitor how a run ended. Of a run that failed only that is told: the figures of the last
 * success stay.
 *
 * @throws {StoreError} where the file cannot be written
 */
export function writeMetrics(store: Store, path: string, end: RunEnd, endSeconds: number): void {
  if (end !== "failed") return replaceFile(store, path, metricsText(end.summary, endSeconds));
  const former = store.info(path)?.isFile === true ? readText(store, path) : undefined;
  replaceFile(store, path, failedMetricsText(former, endSeconds));
}
