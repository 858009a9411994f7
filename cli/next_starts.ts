/**
 * When a daily timer starts.
 *
 * @module
 */

/**
 * Lists the next times of a wall clock's hour and minute, in the local time zone, as systemd does: on
 * a day whose clock leaves the time out there is none, and of two the first counts.
 *
 * @param at as `HH:MM`
 * @param count how many
 *
 * @example
 * ```ts
 * import { nextStarts } from "./next_starts.ts";
 * const [first, second] = nextStarts("06:00", new Date(2026, 0, 1, 6, 0), 2);
 * if (first.getDate() !== 2 || second.getDate() !== 3) throw new Error();
 * ```
 */
export function nextStarts(at: string, now: Date, count: number): Date[] {
  const [hour, minute] = at.split(":").map(Number);
  const starts: Date[] = [];
  for (let days = 0; starts.length < count; days++) {
    const start = new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, hour, minute);
    const isThere = start.getHours() === hour && start.getMinutes() === minute;
    if (isThere && start > now) starts.push(start);
  }
  return starts;
}

const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

/** Writes a time as `Thu 2026-11-26 06:00 +01:00`. */
export function startText(start: Date): string {
  const two = (value: number): string => String(value).padStart(2, "0");
  const offset = -start.getTimezoneOffset();
  const [hours, minutes] = [Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60];
  const date = [start.getFullYear(), two(start.getMonth() + 1), two(start.getDate())].join("-");
  return `${DAYS[start.getDay()]} ${date} ${two(start.getHours())}:${two(start.getMinutes())} ` +
    `${offset < 0 ? "-" : "+"}${two(hours)}:${two(minutes)}`;
}
