/** The options of a daily run that hardly any test wants otherwise. */
import { DEFAULT_LOG_NAME, parseLogPattern } from "../../core/names.ts";
import { BUILT_IN } from "../../formats/built_in.ts";
import { top } from "../../formats/top.ts";
import type { DailyRunOptions } from "../../io/daily_run.ts";
import { NO_PLUGINS } from "../../io/formats.ts";

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
  isCompressed: false,
  keepHistoryDays: 400,
} satisfies Partial<DailyRunOptions>;
