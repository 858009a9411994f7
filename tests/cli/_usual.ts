/** The options of a daily run that hardly any test wants otherwise. */
import { MIN_CURSOR_BYTES } from "../../core/batch_reader.ts";
import { engineOf } from "../../core/engine.ts";
import { DEFAULT_LOG_NAME, parseLogPattern } from "../../core/names.ts";
import { BUILT_IN } from "../../formats/built_in.ts";
import { top } from "../../formats/top.ts";
import type { DailyRunOptions } from "../../io/daily_run.ts";
import { NO_PLUGINS } from "../../io/formats.ts";
import type { Reporter } from "../../io/meter.ts";
import { LAST } from "./_week.ts";
import type { Place } from "./program.ts";

const logPattern = parseLogPattern(DEFAULT_LOG_NAME);
if (typeof logPattern === "string") throw new Error(logPattern);

/** Both charts of 50 songs, logs called as usual, written by `top`. */
export const USUAL = {
  charts: [{ kind: "country", top: 50 }, { kind: "user", top: 50 }],
  logPattern,
  ids: "number",
  formats: BUILT_IN,
  plugins: NO_PLUGINS,
  writers: [top],
  pages: [],
  isCompressed: false,
  keepHistoryDays: 400,
} satisfies Partial<DailyRunOptions>;

/** A run of two days, in so little memory that each partition is merged of many runs. */
export function smallRun(place: Place, others: Partial<DailyRunOptions> = {}): DailyRunOptions {
  return {
    logs: place.path("logs"),
    batch: place.path("batch"),
    results: place.path("results"),
    date: LAST,
    today: LAST + 1,
    windowDays: 2,
    keepBatchDays: 2,
    ...USUAL,
    strict: false,
    replace: false,
    jobs: 1,
    maxRejected: 0.1,
    memory: {
      fanIn: 2,
      cursorBytes: MIN_CURSOR_BYTES,
      workBytes: engineOf(others.ids ?? "number").leastWorkBytes,
      logBufferBytes: 1 << 18,
      outputBufferBytes: 1 << 12,
    },
    versions: {},
    ...others,
  };
}

/** Tells nobody anything. */
export const SILENT: Reporter = { warn: () => {}, note: () => {}, progress: () => {} };
